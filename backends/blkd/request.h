/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a request asks for, checked. Works on our own copy of the request and
 * of its indirect page, never on memory that the guest can still change.
 */
#ifndef BLKD_REQUEST_H
#define BLKD_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include <public/io/blkif.h>

#include "disk.h"

/* Segments of one request, direct or indirect: 128 KiB. */
#define MAX_SEGMENTS	  32
#define PAGE_BYTES	  4096u
#define SECTORS_PER_PAGE  (PAGE_BYTES / SECTOR_SIZE)
#define MAX_REQUEST_BYTES (MAX_SEGMENTS * PAGE_BYTES)

struct request {
	uint64_t id;
	uint64_t sector;     /* 512-byte units */
	uint64_t nr_sectors; /* sum of the segments, or what to discard */
	uint8_t op;	     /* READ, WRITE, FLUSH_DISKCACHE or DISCARD */
	uint8_t rsp_op;	     /* what the response repeats */
	bool indirect;	     /* segments wait in the page at indirect_ref */
	uint32_t indirect_ref;
	uint16_t nr_segments;
	struct pv_blkif_request_segment seg[MAX_SEGMENTS];
};

/* Reads a slot as the front-end left it: PV_BLKIF_RSP_OKAY, or the status to
 * answer with at once. With req->indirect the segments are still to be fetched
 * into req->seg. */
int request_parse(struct request *req, const struct pv_blkif_request *slot);

/* The rest of the checks, once all segments are there: each within its page,
 * the whole within the disk, no writing to what is read-only. */
int request_check(struct request *req, const struct disk *disk);

#endif
