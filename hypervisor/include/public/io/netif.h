/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Network device protocol. Names are the guest's view: tx goes from frontend
 * to backend. A packet may span slots, chained by the more-data flag; in tx
 * the first slot holds the size of the whole packet and extra-info slots come
 * right behind it.
 */
#ifndef PV_PUBLIC_IO_NETIF_H
#define PV_PUBLIC_IO_NETIF_H

#include <stdint.h>

#include "ring.h"

#define PV_NETIF_NR_SLOTS_MIN 18     /* slots per packet a backend must accept */
#define PV_NETIF_MAX_TX_SIZE  0xffff /* bytes */

#define PV_NETTXF_CSUM_BLANK	 (1u << 0) /* checksum to be filled in by the receiver */
#define PV_NETTXF_DATA_VALIDATED (1u << 1) /* checksum known to be good */
#define PV_NETTXF_MORE_DATA	 (1u << 2)
#define PV_NETTXF_EXTRA_INFO	 (1u << 3)
struct pv_netif_tx_request {
	uint32_t gref;	 /* page of data */
	uint16_t offset; /* in the page */
	uint16_t flags;	 /* PV_NETTXF_* */
	uint16_t id;	 /* repeated in the response */
	uint16_t size;	 /* bytes */
};

#define PV_NETIF_EXTRA_TYPE_NONE      0
#define PV_NETIF_EXTRA_TYPE_GSO	      1
#define PV_NETIF_EXTRA_TYPE_MCAST_ADD 2
#define PV_NETIF_EXTRA_TYPE_MCAST_DEL 3
#define PV_NETIF_EXTRA_TYPE_HASH      4
#define PV_NETIF_EXTRA_TYPE_MAX	      5
#define PV_NETIF_EXTRA_FLAG_MORE      (1u << 0)
#define PV_NETIF_GSO_TYPE_NONE	      0
#define PV_NETIF_GSO_TYPE_TCPV4	      1
#define PV_NETIF_GSO_TYPE_TCPV6	      2
/* Takes the place of a tx request or an rx response. */
struct pv_netif_extra_info {
	uint8_t type;  /* PV_NETIF_EXTRA_TYPE_* */
	uint8_t flags; /* PV_NETIF_EXTRA_FLAG_MORE: another one follows */
	union {
		struct {
			uint16_t size; /* bytes of payload per segment */
			uint8_t type;  /* PV_NETIF_GSO_TYPE_* */
			uint8_t pad;
			uint16_t features; /* 0 */
		} gso;
		struct {
			uint8_t addr[6];
		} mcast;
		struct {
			uint8_t type;
			uint8_t algorithm;
			uint8_t value[4];
		} hash;
		uint16_t pad[3];
	} u;
};

#define PV_NETIF_RSP_DROPPED (-2)
#define PV_NETIF_RSP_ERROR   (-1)
#define PV_NETIF_RSP_OKAY    0
#define PV_NETIF_RSP_NULL    1 /* answers an extra-info slot */
struct pv_netif_tx_response {
	uint16_t id;
	int16_t status; /* PV_NETIF_RSP_* */
};

/* An empty page to receive into. */
struct pv_netif_rx_request {
	uint16_t id;
	uint16_t pad;
	uint32_t gref;
};

#define PV_NETRXF_DATA_VALIDATED (1u << 0)
#define PV_NETRXF_CSUM_BLANK	 (1u << 1)
#define PV_NETRXF_MORE_DATA	 (1u << 2)
#define PV_NETRXF_EXTRA_INFO	 (1u << 3)
#define PV_NETRXF_GSO_PREFIX	 (1u << 4)
struct pv_netif_rx_response {
	uint16_t id;
	uint16_t offset; /* of the data in the page */
	uint16_t flags;	 /* PV_NETRXF_* */
	int16_t status;	 /* bytes received, or PV_NETIF_RSP_* below 0 */
};

/* Slots of the two rings. */
union pv_netif_tx_sring_entry {
	struct pv_netif_tx_request req;
	struct pv_netif_tx_response rsp;
};
union pv_netif_rx_sring_entry {
	struct pv_netif_rx_request req;
	struct pv_netif_rx_response rsp;
};

/* Control ring: how the frontend steers the backend's hash. */
#define PV_NETIF_CTRL_TYPE_INVALID		 0
#define PV_NETIF_CTRL_TYPE_GET_HASH_FLAGS	 1
#define PV_NETIF_CTRL_TYPE_SET_HASH_FLAGS	 2
#define PV_NETIF_CTRL_TYPE_SET_HASH_KEY		 3
#define PV_NETIF_CTRL_TYPE_GET_HASH_MAPPING_SIZE 4
#define PV_NETIF_CTRL_TYPE_SET_HASH_MAPPING_SIZE 5
#define PV_NETIF_CTRL_TYPE_SET_HASH_MAPPING	 6
#define PV_NETIF_CTRL_TYPE_SET_HASH_ALGORITHM	 7
#define PV_NETIF_CTRL_TYPE_GET_GREF_MAPPING_SIZE 8
#define PV_NETIF_CTRL_TYPE_ADD_GREF_MAPPING	 9
#define PV_NETIF_CTRL_TYPE_DEL_GREF_MAPPING	 10
#define PV_NETIF_CTRL_STATUS_SUCCESS		 0
#define PV_NETIF_CTRL_STATUS_NOT_SUPPORTED	 1
#define PV_NETIF_CTRL_STATUS_INVALID_PARAMETER	 2
#define PV_NETIF_CTRL_STATUS_BUFFER_OVERFLOW	 3
struct pv_netif_ctrl_request {
	uint16_t id;
	uint16_t type; /* PV_NETIF_CTRL_TYPE_* */
	uint32_t data[3];
};
struct pv_netif_ctrl_response {
	uint16_t id;
	uint16_t type;
	uint32_t status; /* PV_NETIF_CTRL_STATUS_* */
	uint32_t data;
};

#endif
