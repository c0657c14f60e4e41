/* SPDX-License-Identifier: BSD-2-Clause */
#include "request.h"

#include <string.h>

static int parse_indirect(struct request *req, const struct pv_blkif_request *slot)
{
	struct pv_blkif_request_indirect in;

	memcpy(&in, slot, sizeof(in));
	req->op = in.indirect_op;
	req->rsp_op = in.indirect_op;
	req->id = in.id;
	req->sector = in.sector_number;
	req->nr_segments = in.nr_segments;
	req->indirect = true;
	req->indirect_ref = in.indirect_grefs[0];
	if (req->op != PV_BLKIF_OP_READ && req->op != PV_BLKIF_OP_WRITE)
		return PV_BLKIF_RSP_ERROR;
	/* At most 32 segments of 8 bytes: the first indirect page has them. */
	if (!req->nr_segments || req->nr_segments > MAX_SEGMENTS)
		return PV_BLKIF_RSP_ERROR;
	return PV_BLKIF_RSP_OKAY;
}

static int parse_discard(struct request *req, const struct pv_blkif_request *slot)
{
	struct pv_blkif_request_discard discard;

	memcpy(&discard, slot, sizeof(discard));
	req->id = discard.id;
	req->sector = discard.sector_number;
	req->nr_sectors = discard.nr_sectors;
	/* Secure discard is never offered. */
	return discard.flag & PV_BLKIF_DISCARD_SECURE ? PV_BLKIF_RSP_EOPNOTSUPP : PV_BLKIF_RSP_OKAY;
}

int request_parse(struct request *req, const struct pv_blkif_request *slot)
{
	memset(req, 0, sizeof(*req));
	req->op = req->rsp_op = slot->operation;
	req->id = slot->id;
	switch (slot->operation) {
	case PV_BLKIF_OP_INDIRECT:
		return parse_indirect(req, slot);
	case PV_BLKIF_OP_DISCARD:
		return parse_discard(req, slot);
	case PV_BLKIF_OP_READ:
	case PV_BLKIF_OP_WRITE:
	case PV_BLKIF_OP_FLUSH_DISKCACHE:
		break;
	default:
		/* Barriers are not offered; the rest is unknown. */
		return PV_BLKIF_RSP_EOPNOTSUPP;
	}
	req->sector = slot->sector_number;
	req->nr_segments = slot->nr_segments;
	if (req->nr_segments > PV_BLKIF_MAX_SEGMENTS_PER_REQUEST)
		return PV_BLKIF_RSP_ERROR;
	if (!req->nr_segments && req->op != PV_BLKIF_OP_FLUSH_DISKCACHE)
		return PV_BLKIF_RSP_ERROR;
	memcpy(req->seg, slot->seg, req->nr_segments * sizeof(req->seg[0]));
	return PV_BLKIF_RSP_OKAY;
}

int request_check(struct request *req, const struct disk *disk)
{
	bool discard = req->op == PV_BLKIF_OP_DISCARD;

	if (req->op != PV_BLKIF_OP_READ && disk->readonly)
		return PV_BLKIF_RSP_ERROR;
	if (discard && !disk->regular)
		return PV_BLKIF_RSP_EOPNOTSUPP;
	if (!discard)
		req->nr_sectors = 0;
	for (unsigned int i = 0; i < req->nr_segments; i++) {
		unsigned int first = req->seg[i].first_sect, last = req->seg[i].last_sect;

		if (first > last || last >= SECTORS_PER_PAGE)
			return PV_BLKIF_RSP_ERROR;
		req->nr_sectors += last - first + 1;
	}
	/* Written so that no sum can wrap. An empty flush names no range. */
	if (req->nr_sectors > disk->sectors ||
	    (req->nr_sectors && req->sector > disk->sectors - req->nr_sectors))
		return PV_BLKIF_RSP_ERROR;
	return PV_BLKIF_RSP_OKAY;
}
