/* SPDX-License-Identifier: BSD-2-Clause */
/* Every name of our headers against its standard counterpart: store, console and the rings of the
 * split drivers. */
#include "check.h"
#include "public/io/ring.h"
#include "public/io/xs_wire.h"
#include "public/io/xenbus.h"
#include "public/io/console.h"
#include "public/io/blkif.h"
#include "public/io/netif.h"

static void io_ring_h(void)
{
	SAME(sizeof(struct pv_sring), offsetof(struct blkif_sring, ring));
	SAME(offsetof(struct pv_sring, req_prod), offsetof(struct blkif_sring, req_prod));
	SAME(offsetof(struct pv_sring, req_event), offsetof(struct blkif_sring, req_event));
	SAME(offsetof(struct pv_sring, rsp_prod), offsetof(struct blkif_sring, rsp_prod));
	SAME(offsetof(struct pv_sring, rsp_event), offsetof(struct blkif_sring, rsp_event));
	SAME(pv_ring_slots(4096, sizeof(union pv_blkif_sring_entry)),
	     __CONST_RING_SIZE(blkif, 4096));
	SAME(pv_ring_slots(16384, sizeof(union pv_blkif_sring_entry)),
	     __CONST_RING_SIZE(blkif, 16384));
	SAME(pv_ring_slots(4096, sizeof(union pv_netif_tx_sring_entry)),
	     __CONST_RING_SIZE(netif_tx, 4096));
	SAME(pv_ring_slots(4096, sizeof(union pv_netif_rx_sring_entry)),
	     __CONST_RING_SIZE(netif_rx, 4096));
}

static void io_xs_wire_h(void)
{
	SAME(PV_XS_CONTROL, XS_CONTROL);
	SAME(PV_XS_DIRECTORY, XS_DIRECTORY);
	SAME(PV_XS_READ, XS_READ);
	SAME(PV_XS_GET_PERMS, XS_GET_PERMS);
	SAME(PV_XS_WATCH, XS_WATCH);
	SAME(PV_XS_UNWATCH, XS_UNWATCH);
	SAME(PV_XS_TRANSACTION_START, XS_TRANSACTION_START);
	SAME(PV_XS_TRANSACTION_END, XS_TRANSACTION_END);
	SAME(PV_XS_INTRODUCE, XS_INTRODUCE);
	SAME(PV_XS_RELEASE, XS_RELEASE);
	SAME(PV_XS_GET_DOMAIN_PATH, XS_GET_DOMAIN_PATH);
	SAME(PV_XS_WRITE, XS_WRITE);
	SAME(PV_XS_MKDIR, XS_MKDIR);
	SAME(PV_XS_RM, XS_RM);
	SAME(PV_XS_SET_PERMS, XS_SET_PERMS);
	SAME(PV_XS_WATCH_EVENT, XS_WATCH_EVENT);
	SAME(PV_XS_ERROR, XS_ERROR);
	SAME(PV_XS_IS_DOMAIN_INTRODUCED, XS_IS_DOMAIN_INTRODUCED);
	SAME(PV_XS_RESUME, XS_RESUME);
	SAME(PV_XS_SET_TARGET, XS_SET_TARGET);
	SAME(PV_XS_RESET_WATCHES, XS_RESET_WATCHES);
	SAME(PV_XS_DIRECTORY_PART, XS_DIRECTORY_PART);
	SAME(PV_XS_TYPE_COUNT, XS_TYPE_COUNT);
	SAME(PV_XS_INVALID, XS_INVALID);
	SAME(PV_XS_WATCH_PATH, XS_WATCH_PATH);
	SAME(PV_XS_WATCH_TOKEN, XS_WATCH_TOKEN);
	SAME(PV_XENSTORE_RING_SIZE, XENSTORE_RING_SIZE);
	SAME(PV_XENSTORE_PAYLOAD_MAX, XENSTORE_PAYLOAD_MAX);
	SAME(PV_XENSTORE_ABS_PATH_MAX, XENSTORE_ABS_PATH_MAX);
	SAME(PV_XENSTORE_REL_PATH_MAX, XENSTORE_REL_PATH_MAX);
	SAME(PV_XENSTORE_SERVER_FEATURE_RECONNECTION, XENSTORE_SERVER_FEATURE_RECONNECTION);
	SAME(PV_XENSTORE_SERVER_FEATURE_ERROR, XENSTORE_SERVER_FEATURE_ERROR);
	SAME(PV_XENSTORE_CONNECTED, XENSTORE_CONNECTED);
	SAME(PV_XENSTORE_RECONNECT, XENSTORE_RECONNECT);
	SAME(PV_XENSTORE_ERROR_NONE, XENSTORE_ERROR_NONE);
	SAME(PV_XENSTORE_ERROR_COMM, XENSTORE_ERROR_COMM);
	SAME(PV_XENSTORE_ERROR_RINGIDX, XENSTORE_ERROR_RINGIDX);
	SAME(PV_XENSTORE_ERROR_PROTO, XENSTORE_ERROR_PROTO);

	SIZE(struct pv_xsd_sockmsg, struct xsd_sockmsg);
	FIELD(struct pv_xsd_sockmsg, struct xsd_sockmsg, type);
	FIELD(struct pv_xsd_sockmsg, struct xsd_sockmsg, req_id);
	FIELD(struct pv_xsd_sockmsg, struct xsd_sockmsg, tx_id);
	FIELD(struct pv_xsd_sockmsg, struct xsd_sockmsg, len);

	SIZE(struct pv_xenstore_domain_interface, struct xenstore_domain_interface);
	FIELD(struct pv_xenstore_domain_interface, struct xenstore_domain_interface, req);
	FIELD(struct pv_xenstore_domain_interface, struct xenstore_domain_interface, rsp);
	FIELD(struct pv_xenstore_domain_interface, struct xenstore_domain_interface, req_cons);
	FIELD(struct pv_xenstore_domain_interface, struct xenstore_domain_interface, req_prod);
	FIELD(struct pv_xenstore_domain_interface, struct xenstore_domain_interface, rsp_cons);
	FIELD(struct pv_xenstore_domain_interface, struct xenstore_domain_interface, rsp_prod);
	FIELD(struct pv_xenstore_domain_interface, struct xenstore_domain_interface,
	      server_features);
	FIELD(struct pv_xenstore_domain_interface, struct xenstore_domain_interface, connection);
	FIELD(struct pv_xenstore_domain_interface, struct xenstore_domain_interface, error);
}

static void io_xenbus_h(void)
{
	SAME(PV_XENBUS_STATE_UNKNOWN, XenbusStateUnknown);
	SAME(PV_XENBUS_STATE_INITIALISING, XenbusStateInitialising);
	SAME(PV_XENBUS_STATE_INITWAIT, XenbusStateInitWait);
	SAME(PV_XENBUS_STATE_INITIALISED, XenbusStateInitialised);
	SAME(PV_XENBUS_STATE_CONNECTED, XenbusStateConnected);
	SAME(PV_XENBUS_STATE_CLOSING, XenbusStateClosing);
	SAME(PV_XENBUS_STATE_CLOSED, XenbusStateClosed);
	SAME(PV_XENBUS_STATE_RECONFIGURING, XenbusStateReconfiguring);
	SAME(PV_XENBUS_STATE_RECONFIGURED, XenbusStateReconfigured);
}

static void io_console_h(void)
{
	SIZE(struct pv_xencons_interface, struct xencons_interface);
	FIELD(struct pv_xencons_interface, struct xencons_interface, in);
	FIELD(struct pv_xencons_interface, struct xencons_interface, out);
	FIELD(struct pv_xencons_interface, struct xencons_interface, in_cons);
	FIELD(struct pv_xencons_interface, struct xencons_interface, in_prod);
	FIELD(struct pv_xencons_interface, struct xencons_interface, out_cons);
	FIELD(struct pv_xencons_interface, struct xencons_interface, out_prod);
}

static void io_blkif_h(void)
{
	SAME(strcmp(PV_IO_PROTO_ABI_X86_64, XEN_IO_PROTO_ABI_X86_64), 0);
	SAME(PV_BLKIF_OP_READ, BLKIF_OP_READ);
	SAME(PV_BLKIF_OP_WRITE, BLKIF_OP_WRITE);
	SAME(PV_BLKIF_OP_WRITE_BARRIER, BLKIF_OP_WRITE_BARRIER);
	SAME(PV_BLKIF_OP_FLUSH_DISKCACHE, BLKIF_OP_FLUSH_DISKCACHE);
	SAME(PV_BLKIF_OP_RESERVED_1, BLKIF_OP_RESERVED_1);
	SAME(PV_BLKIF_OP_DISCARD, BLKIF_OP_DISCARD);
	SAME(PV_BLKIF_OP_INDIRECT, BLKIF_OP_INDIRECT);
	SAME(PV_BLKIF_MAX_SEGMENTS_PER_REQUEST, BLKIF_MAX_SEGMENTS_PER_REQUEST);
	SAME(PV_BLKIF_MAX_INDIRECT_PAGES_PER_REQUEST, BLKIF_MAX_INDIRECT_PAGES_PER_REQUEST);
	SAME(PV_BLKIF_DISCARD_SECURE, BLKIF_DISCARD_SECURE);
	SAME(PV_BLKIF_RSP_OKAY, BLKIF_RSP_OKAY);
	SAME(PV_BLKIF_RSP_ERROR, BLKIF_RSP_ERROR);
	SAME(PV_BLKIF_RSP_EOPNOTSUPP, BLKIF_RSP_EOPNOTSUPP);
	SAME(PV_VDISK_CDROM, VDISK_CDROM);
	SAME(PV_VDISK_REMOVABLE, VDISK_REMOVABLE);
	SAME(PV_VDISK_READONLY, VDISK_READONLY);

	SIZE(struct pv_blkif_request_segment, struct blkif_request_segment);
	FIELD(struct pv_blkif_request_segment, struct blkif_request_segment, gref);
	FIELD(struct pv_blkif_request_segment, struct blkif_request_segment, first_sect);
	FIELD(struct pv_blkif_request_segment, struct blkif_request_segment, last_sect);

	SIZE(struct pv_blkif_request, struct blkif_request);
	FIELD(struct pv_blkif_request, struct blkif_request, operation);
	FIELD(struct pv_blkif_request, struct blkif_request, nr_segments);
	FIELD(struct pv_blkif_request, struct blkif_request, handle);
	FIELD(struct pv_blkif_request, struct blkif_request, id);
	FIELD(struct pv_blkif_request, struct blkif_request, sector_number);
	FIELD(struct pv_blkif_request, struct blkif_request, seg);

	SIZE(struct pv_blkif_request_discard, struct blkif_request_discard);
	FIELD(struct pv_blkif_request_discard, struct blkif_request_discard, operation);
	FIELD(struct pv_blkif_request_discard, struct blkif_request_discard, flag);
	FIELD(struct pv_blkif_request_discard, struct blkif_request_discard, handle);
	FIELD(struct pv_blkif_request_discard, struct blkif_request_discard, id);
	FIELD(struct pv_blkif_request_discard, struct blkif_request_discard, sector_number);
	FIELD(struct pv_blkif_request_discard, struct blkif_request_discard, nr_sectors);

	SIZE(struct pv_blkif_request_indirect, struct blkif_request_indirect);
	FIELD(struct pv_blkif_request_indirect, struct blkif_request_indirect, operation);
	FIELD(struct pv_blkif_request_indirect, struct blkif_request_indirect, indirect_op);
	FIELD(struct pv_blkif_request_indirect, struct blkif_request_indirect, nr_segments);
	FIELD(struct pv_blkif_request_indirect, struct blkif_request_indirect, id);
	FIELD(struct pv_blkif_request_indirect, struct blkif_request_indirect, sector_number);
	FIELD(struct pv_blkif_request_indirect, struct blkif_request_indirect, handle);
	FIELD(struct pv_blkif_request_indirect, struct blkif_request_indirect, indirect_grefs);

	SIZE(struct pv_blkif_response, struct blkif_response);
	FIELD(struct pv_blkif_response, struct blkif_response, id);
	FIELD(struct pv_blkif_response, struct blkif_response, operation);
	FIELD(struct pv_blkif_response, struct blkif_response, status);

	SIZE(union pv_blkif_sring_entry, union blkif_sring_entry);
	FIELD(union pv_blkif_sring_entry, union blkif_sring_entry, req);
	FIELD(union pv_blkif_sring_entry, union blkif_sring_entry, rsp);
}

static void io_netif_h(void)
{
	SAME(PV_NETIF_NR_SLOTS_MIN, XEN_NETIF_NR_SLOTS_MIN);
	SAME(PV_NETIF_MAX_TX_SIZE, XEN_NETIF_MAX_TX_SIZE);
	SAME(PV_NETTXF_CSUM_BLANK, NETTXF_csum_blank);
	SAME(PV_NETTXF_DATA_VALIDATED, NETTXF_data_validated);
	SAME(PV_NETTXF_MORE_DATA, NETTXF_more_data);
	SAME(PV_NETTXF_EXTRA_INFO, NETTXF_extra_info);
	SAME(PV_NETIF_EXTRA_TYPE_NONE, XEN_NETIF_EXTRA_TYPE_NONE);
	SAME(PV_NETIF_EXTRA_TYPE_GSO, XEN_NETIF_EXTRA_TYPE_GSO);
	SAME(PV_NETIF_EXTRA_TYPE_MCAST_ADD, XEN_NETIF_EXTRA_TYPE_MCAST_ADD);
	SAME(PV_NETIF_EXTRA_TYPE_MCAST_DEL, XEN_NETIF_EXTRA_TYPE_MCAST_DEL);
	SAME(PV_NETIF_EXTRA_TYPE_HASH, XEN_NETIF_EXTRA_TYPE_HASH);
	SAME(PV_NETIF_EXTRA_TYPE_MAX, XEN_NETIF_EXTRA_TYPE_MAX);
	SAME(PV_NETIF_EXTRA_FLAG_MORE, XEN_NETIF_EXTRA_FLAG_MORE);
	SAME(PV_NETIF_GSO_TYPE_NONE, XEN_NETIF_GSO_TYPE_NONE);
	SAME(PV_NETIF_GSO_TYPE_TCPV4, XEN_NETIF_GSO_TYPE_TCPV4);
	SAME(PV_NETIF_GSO_TYPE_TCPV6, XEN_NETIF_GSO_TYPE_TCPV6);
	SAME(PV_NETIF_RSP_DROPPED, NETIF_RSP_DROPPED);
	SAME(PV_NETIF_RSP_ERROR, NETIF_RSP_ERROR);
	SAME(PV_NETIF_RSP_OKAY, NETIF_RSP_OKAY);
	SAME(PV_NETIF_RSP_NULL, NETIF_RSP_NULL);
	SAME(PV_NETRXF_DATA_VALIDATED, NETRXF_data_validated);
	SAME(PV_NETRXF_CSUM_BLANK, NETRXF_csum_blank);
	SAME(PV_NETRXF_MORE_DATA, NETRXF_more_data);
	SAME(PV_NETRXF_EXTRA_INFO, NETRXF_extra_info);
	SAME(PV_NETRXF_GSO_PREFIX, NETRXF_gso_prefix);
	SAME(PV_NETIF_CTRL_TYPE_INVALID, XEN_NETIF_CTRL_TYPE_INVALID);
	SAME(PV_NETIF_CTRL_TYPE_GET_HASH_FLAGS, XEN_NETIF_CTRL_TYPE_GET_HASH_FLAGS);
	SAME(PV_NETIF_CTRL_TYPE_SET_HASH_FLAGS, XEN_NETIF_CTRL_TYPE_SET_HASH_FLAGS);
	SAME(PV_NETIF_CTRL_TYPE_SET_HASH_KEY, XEN_NETIF_CTRL_TYPE_SET_HASH_KEY);
	SAME(PV_NETIF_CTRL_TYPE_GET_HASH_MAPPING_SIZE, XEN_NETIF_CTRL_TYPE_GET_HASH_MAPPING_SIZE);
	SAME(PV_NETIF_CTRL_TYPE_SET_HASH_MAPPING_SIZE, XEN_NETIF_CTRL_TYPE_SET_HASH_MAPPING_SIZE);
	SAME(PV_NETIF_CTRL_TYPE_SET_HASH_MAPPING, XEN_NETIF_CTRL_TYPE_SET_HASH_MAPPING);
	SAME(PV_NETIF_CTRL_TYPE_SET_HASH_ALGORITHM, XEN_NETIF_CTRL_TYPE_SET_HASH_ALGORITHM);
	SAME(PV_NETIF_CTRL_TYPE_GET_GREF_MAPPING_SIZE, XEN_NETIF_CTRL_TYPE_GET_GREF_MAPPING_SIZE);
	SAME(PV_NETIF_CTRL_TYPE_ADD_GREF_MAPPING, XEN_NETIF_CTRL_TYPE_ADD_GREF_MAPPING);
	SAME(PV_NETIF_CTRL_TYPE_DEL_GREF_MAPPING, XEN_NETIF_CTRL_TYPE_DEL_GREF_MAPPING);
	SAME(PV_NETIF_CTRL_STATUS_SUCCESS, XEN_NETIF_CTRL_STATUS_SUCCESS);
	SAME(PV_NETIF_CTRL_STATUS_NOT_SUPPORTED, XEN_NETIF_CTRL_STATUS_NOT_SUPPORTED);
	SAME(PV_NETIF_CTRL_STATUS_INVALID_PARAMETER, XEN_NETIF_CTRL_STATUS_INVALID_PARAMETER);
	SAME(PV_NETIF_CTRL_STATUS_BUFFER_OVERFLOW, XEN_NETIF_CTRL_STATUS_BUFFER_OVERFLOW);

	SIZE(struct pv_netif_tx_request, struct netif_tx_request);
	FIELD(struct pv_netif_tx_request, struct netif_tx_request, gref);
	FIELD(struct pv_netif_tx_request, struct netif_tx_request, offset);
	FIELD(struct pv_netif_tx_request, struct netif_tx_request, flags);
	FIELD(struct pv_netif_tx_request, struct netif_tx_request, id);
	FIELD(struct pv_netif_tx_request, struct netif_tx_request, size);

	SIZE(struct pv_netif_extra_info, struct netif_extra_info);
	FIELD(struct pv_netif_extra_info, struct netif_extra_info, type);
	FIELD(struct pv_netif_extra_info, struct netif_extra_info, flags);
	FIELD(struct pv_netif_extra_info, struct netif_extra_info, u);
	FIELD(struct pv_netif_extra_info, struct netif_extra_info, u.gso);
	FIELD(struct pv_netif_extra_info, struct netif_extra_info, u.gso.size);
	FIELD(struct pv_netif_extra_info, struct netif_extra_info, u.gso.type);
	FIELD(struct pv_netif_extra_info, struct netif_extra_info, u.gso.pad);
	FIELD(struct pv_netif_extra_info, struct netif_extra_info, u.gso.features);
	FIELD(struct pv_netif_extra_info, struct netif_extra_info, u.mcast);
	FIELD(struct pv_netif_extra_info, struct netif_extra_info, u.mcast.addr);
	FIELD(struct pv_netif_extra_info, struct netif_extra_info, u.hash);
	FIELD(struct pv_netif_extra_info, struct netif_extra_info, u.hash.type);
	FIELD(struct pv_netif_extra_info, struct netif_extra_info, u.hash.algorithm);
	FIELD(struct pv_netif_extra_info, struct netif_extra_info, u.hash.value);
	FIELD(struct pv_netif_extra_info, struct netif_extra_info, u.pad);

	SIZE(struct pv_netif_tx_response, struct netif_tx_response);
	FIELD(struct pv_netif_tx_response, struct netif_tx_response, id);
	FIELD(struct pv_netif_tx_response, struct netif_tx_response, status);

	SIZE(struct pv_netif_rx_request, struct netif_rx_request);
	FIELD(struct pv_netif_rx_request, struct netif_rx_request, id);
	FIELD(struct pv_netif_rx_request, struct netif_rx_request, pad);
	FIELD(struct pv_netif_rx_request, struct netif_rx_request, gref);

	SIZE(struct pv_netif_rx_response, struct netif_rx_response);
	FIELD(struct pv_netif_rx_response, struct netif_rx_response, id);
	FIELD(struct pv_netif_rx_response, struct netif_rx_response, offset);
	FIELD(struct pv_netif_rx_response, struct netif_rx_response, flags);
	FIELD(struct pv_netif_rx_response, struct netif_rx_response, status);

	SIZE(union pv_netif_tx_sring_entry, union netif_tx_sring_entry);
	FIELD(union pv_netif_tx_sring_entry, union netif_tx_sring_entry, req);
	FIELD(union pv_netif_tx_sring_entry, union netif_tx_sring_entry, rsp);

	SIZE(union pv_netif_rx_sring_entry, union netif_rx_sring_entry);
	FIELD(union pv_netif_rx_sring_entry, union netif_rx_sring_entry, req);
	FIELD(union pv_netif_rx_sring_entry, union netif_rx_sring_entry, rsp);

	SIZE(struct pv_netif_ctrl_request, struct xen_netif_ctrl_request);
	FIELD(struct pv_netif_ctrl_request, struct xen_netif_ctrl_request, id);
	FIELD(struct pv_netif_ctrl_request, struct xen_netif_ctrl_request, type);
	FIELD(struct pv_netif_ctrl_request, struct xen_netif_ctrl_request, data);

	SIZE(struct pv_netif_ctrl_response, struct xen_netif_ctrl_response);
	FIELD(struct pv_netif_ctrl_response, struct xen_netif_ctrl_response, id);
	FIELD(struct pv_netif_ctrl_response, struct xen_netif_ctrl_response, type);
	FIELD(struct pv_netif_ctrl_response, struct xen_netif_ctrl_response, status);
	FIELD(struct pv_netif_ctrl_response, struct xen_netif_ctrl_response, data);
}

void check_io(void)
{
	io_ring_h();
	io_xs_wire_h();
	io_xenbus_h();
	io_console_h();
	io_blkif_h();
	io_netif_h();
}
