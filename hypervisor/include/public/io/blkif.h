/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Block device protocol. A sector is 512 bytes whatever the disk's own size.
 * Requests are written by the frontend, responses by the backend.
 */
#ifndef PV_PUBLIC_IO_BLKIF_H
#define PV_PUBLIC_IO_BLKIF_H

#include <stdint.h>

#include "ring.h"

#define PV_IO_PROTO_ABI_X86_64 "x86_64-abi" /* the "protocol" key of a 64-bit frontend */

#define PV_BLKIF_OP_READ	    0
#define PV_BLKIF_OP_WRITE	    1
#define PV_BLKIF_OP_WRITE_BARRIER   2
#define PV_BLKIF_OP_FLUSH_DISKCACHE 3
#define PV_BLKIF_OP_RESERVED_1	    4
#define PV_BLKIF_OP_DISCARD	    5
#define PV_BLKIF_OP_INDIRECT	    6

#define PV_BLKIF_MAX_SEGMENTS_PER_REQUEST	11
#define PV_BLKIF_MAX_INDIRECT_PAGES_PER_REQUEST 8

/* One page of data; sectors first_sect..last_sect of it, 0 to 7. Also in indirect pages. */
struct pv_blkif_request_segment {
	uint32_t gref;
	uint8_t first_sect, last_sect;
};

struct pv_blkif_request {
	uint8_t operation; /* PV_BLKIF_OP_* */
	uint8_t nr_segments;
	uint16_t handle; /* device number */
	uint64_t id;	 /* frontend's own, repeated in the response */
	uint64_t sector_number;
	struct pv_blkif_request_segment seg[PV_BLKIF_MAX_SEGMENTS_PER_REQUEST];
};

#define PV_BLKIF_DISCARD_SECURE (1 << 0)
struct pv_blkif_request_discard {
	uint8_t operation; /* PV_BLKIF_OP_DISCARD */
	uint8_t flag;	   /* PV_BLKIF_DISCARD_SECURE */
	uint16_t handle;
	uint64_t id;
	uint64_t sector_number;
	uint64_t nr_sectors;
};

/* Segments live in up to 8 further granted pages, 512 to a page. */
struct pv_blkif_request_indirect {
	uint8_t operation;   /* PV_BLKIF_OP_INDIRECT */
	uint8_t indirect_op; /* read or write */
	uint16_t nr_segments;
	uint64_t id;
	uint64_t sector_number;
	uint16_t handle;
	uint32_t indirect_grefs[PV_BLKIF_MAX_INDIRECT_PAGES_PER_REQUEST];
};

#define PV_BLKIF_RSP_OKAY	0
#define PV_BLKIF_RSP_ERROR	(-1)
#define PV_BLKIF_RSP_EOPNOTSUPP (-2)
struct pv_blkif_response {
	uint64_t id;
	uint8_t operation;
	int16_t status; /* PV_BLKIF_RSP_* */
};

/* A slot of the ring; its size decides how many there are. */
union pv_blkif_sring_entry {
	struct pv_blkif_request req;
	struct pv_blkif_response rsp;
};

/* Backend's "info" key. */
#define PV_VDISK_CDROM	   1
#define PV_VDISK_REMOVABLE 2
#define PV_VDISK_READONLY  4

#endif
