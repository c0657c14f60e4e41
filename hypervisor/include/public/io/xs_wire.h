/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The store's wire protocol: a 16-byte header, then up to 4096 bytes, on a
 * socket or on the ring page. A reply repeats type, req_id and tx_id.
 */
#ifndef PV_PUBLIC_IO_XS_WIRE_H
#define PV_PUBLIC_IO_XS_WIRE_H

#include <stdint.h>

#define PV_XS_CONTROL		   0
#define PV_XS_DIRECTORY		   1
#define PV_XS_READ		   2
#define PV_XS_GET_PERMS		   3
#define PV_XS_WATCH		   4
#define PV_XS_UNWATCH		   5
#define PV_XS_TRANSACTION_START	   6
#define PV_XS_TRANSACTION_END	   7
#define PV_XS_INTRODUCE		   8
#define PV_XS_RELEASE		   9
#define PV_XS_GET_DOMAIN_PATH	   10
#define PV_XS_WRITE		   11
#define PV_XS_MKDIR		   12
#define PV_XS_RM		   13
#define PV_XS_SET_PERMS		   14
#define PV_XS_WATCH_EVENT	   15 /* store to client only */
#define PV_XS_ERROR		   16 /* store to client only: name of the error */
#define PV_XS_IS_DOMAIN_INTRODUCED 17
#define PV_XS_RESUME		   18
#define PV_XS_SET_TARGET	   19
#define PV_XS_RESET_WATCHES	   21
#define PV_XS_DIRECTORY_PART	   22
#define PV_XS_TYPE_COUNT	   23
#define PV_XS_INVALID		   0xffff

/* Header of each message, both directions. */
struct pv_xsd_sockmsg {
	uint32_t type;	 /* PV_XS_* */
	uint32_t req_id; /* chosen by the client; 0 in watch events */
	uint32_t tx_id;	 /* transaction, 0 for none */
	uint32_t len;	 /* bytes that follow, at most PV_XENSTORE_PAYLOAD_MAX */
};

/* Strings of a watch event, in order. */
#define PV_XS_WATCH_PATH  0
#define PV_XS_WATCH_TOKEN 1

#define PV_XENSTORE_RING_SIZE	 1024
#define PV_XENSTORE_PAYLOAD_MAX	 4096
#define PV_XENSTORE_ABS_PATH_MAX 3072
#define PV_XENSTORE_REL_PATH_MAX 2048

#define PV_XENSTORE_SERVER_FEATURE_RECONNECTION 1
#define PV_XENSTORE_SERVER_FEATURE_ERROR	2

#define PV_XENSTORE_CONNECTED 0
#define PV_XENSTORE_RECONNECT 1 /* guest asks for a fresh ring, store clears */

#define PV_XENSTORE_ERROR_NONE	  0
#define PV_XENSTORE_ERROR_COMM	  1
#define PV_XENSTORE_ERROR_RINGIDX 2 /* indices further apart than the ring is long */
#define PV_XENSTORE_ERROR_PROTO	  3 /* malformed message */

/* The ring page. Indices run free, mod PV_XENSTORE_RING_SIZE. */
struct pv_xenstore_domain_interface {
	char req[PV_XENSTORE_RING_SIZE]; /* guest to store */
	char rsp[PV_XENSTORE_RING_SIZE]; /* store to guest */
	uint32_t req_cons, req_prod;	 /* store moves cons, guest moves prod */
	uint32_t rsp_cons, rsp_prod;	 /* guest moves cons, store moves prod */
	uint32_t server_features;	 /* store writes at start */
	uint32_t connection;		 /* PV_XENSTORE_CONNECTED or _RECONNECT */
	uint32_t error;			 /* store writes: PV_XENSTORE_ERROR_* */
};

#endif
