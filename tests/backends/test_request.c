/* SPDX-License-Identifier: BSD-2-Clause */
/* What a block request may ask for. */
#include <string.h>

#include "blkd/request.h"
#include "suites.h"

static const struct disk writable = {
	.fd = -1, .sectors = 1000, .sector_size = 512, .regular = true};
static const struct disk readonly = {
	.fd = -1, .sectors = 1000, .sector_size = 512, .readonly = true};
static const struct disk device = {.fd = -1, .sectors = 1000, .sector_size = 512};

static struct pv_blkif_request slot;
static struct request req;

static void ask(uint8_t op, uint8_t segments, uint64_t sector)
{
	memset(&slot, 0, sizeof(slot));
	slot.operation = op;
	slot.nr_segments = segments;
	slot.id = 0x1122334455667788ull;
	slot.sector_number = sector;
	for (unsigned int i = 0; i < PV_BLKIF_MAX_SEGMENTS_PER_REQUEST; i++)
		slot.seg[i] = (struct pv_blkif_request_segment){i, 0, 7};
}

/* The status that the two steps come to. */
static int verdict(const struct disk *disk)
{
	int status = request_parse(&req, &slot);

	return status ? status : request_check(&req, disk);
}

static void test_good(void)
{
	ask(PV_BLKIF_OP_READ, 11, 0);
	CU_ASSERT_EQUAL(verdict(&writable), 0);
	CU_ASSERT_EQUAL(req.nr_sectors, 88);
	CU_ASSERT_EQUAL(req.id, slot.id);
	CU_ASSERT_EQUAL(verdict(&readonly), 0);
	ask(PV_BLKIF_OP_WRITE, 1, 999);
	slot.seg[0].first_sect = slot.seg[0].last_sect = 7;
	CU_ASSERT_EQUAL(verdict(&writable), 0);
	CU_ASSERT_EQUAL(req.nr_sectors, 1);
	ask(PV_BLKIF_OP_FLUSH_DISKCACHE, 0, 0);
	CU_ASSERT_EQUAL(verdict(&writable), 0);
	/* An empty flush may name any sector: it moves nothing. */
	ask(PV_BLKIF_OP_FLUSH_DISKCACHE, 0, UINT64_MAX);
	CU_ASSERT_EQUAL(verdict(&writable), 0);
	ask(PV_BLKIF_OP_FLUSH_DISKCACHE, 1, 8);
	CU_ASSERT_EQUAL(verdict(&writable), 0);
}

static void test_segments(void)
{
	ask(PV_BLKIF_OP_READ, 0, 0);
	CU_ASSERT_EQUAL(verdict(&writable), PV_BLKIF_RSP_ERROR);
	ask(PV_BLKIF_OP_READ, 12, 0);
	CU_ASSERT_EQUAL(verdict(&writable), PV_BLKIF_RSP_ERROR);
	ask(PV_BLKIF_OP_WRITE, 255, 0);
	CU_ASSERT_EQUAL(verdict(&writable), PV_BLKIF_RSP_ERROR);
	ask(PV_BLKIF_OP_READ, 2, 0);
	slot.seg[1].last_sect = 8;
	CU_ASSERT_EQUAL(verdict(&writable), PV_BLKIF_RSP_ERROR);
	slot.seg[1] = (struct pv_blkif_request_segment){1, 255, 255};
	CU_ASSERT_EQUAL(verdict(&writable), PV_BLKIF_RSP_ERROR);
	slot.seg[1] = (struct pv_blkif_request_segment){1, 4, 3};
	CU_ASSERT_EQUAL(verdict(&writable), PV_BLKIF_RSP_ERROR);
	slot.seg[1] = (struct pv_blkif_request_segment){1, 3, 3};
	CU_ASSERT_EQUAL(verdict(&writable), 0);
}

static void test_range(void)
{
	static const uint64_t beyond[] = {
		993, 1000, UINT32_MAX, UINT64_MAX / 512, UINT64_MAX - 7, UINT64_MAX};

	ask(PV_BLKIF_OP_READ, 1, 992);
	CU_ASSERT_EQUAL(verdict(&writable), 0);
	for (unsigned int i = 0; i < sizeof(beyond) / sizeof(beyond[0]); i++) {
		ask(PV_BLKIF_OP_READ, 1, beyond[i]);
		CU_ASSERT_EQUAL(verdict(&writable), PV_BLKIF_RSP_ERROR);
		ask(PV_BLKIF_OP_WRITE, 1, beyond[i]);
		CU_ASSERT_EQUAL(verdict(&writable), PV_BLKIF_RSP_ERROR);
	}
}

static void test_readonly(void)
{
	ask(PV_BLKIF_OP_WRITE, 1, 0);
	CU_ASSERT_EQUAL(verdict(&readonly), PV_BLKIF_RSP_ERROR);
	ask(PV_BLKIF_OP_FLUSH_DISKCACHE, 1, 0);
	CU_ASSERT_EQUAL(verdict(&readonly), PV_BLKIF_RSP_ERROR);
	ask(PV_BLKIF_OP_DISCARD, 0, 0);
	CU_ASSERT_EQUAL(verdict(&readonly), PV_BLKIF_RSP_ERROR);
}

static void test_unknown(void)
{
	for (unsigned int op = 0; op < 256; op++) {
		if (op <= PV_BLKIF_OP_WRITE || op == PV_BLKIF_OP_FLUSH_DISKCACHE ||
		    op == PV_BLKIF_OP_DISCARD || op == PV_BLKIF_OP_INDIRECT)
			continue;
		ask((uint8_t)op, 1, 0);
		CU_ASSERT_EQUAL(verdict(&writable), PV_BLKIF_RSP_EOPNOTSUPP);
		CU_ASSERT_EQUAL(req.rsp_op, op);
		CU_ASSERT_EQUAL(req.id, slot.id);
	}
}

static void test_discard(void)
{
	struct pv_blkif_request_discard discard = {
		.operation = PV_BLKIF_OP_DISCARD, .id = 5, .sector_number = 8, .nr_sectors = 16};

	memset(&slot, 0xff, sizeof(slot));
	memcpy(&slot, &discard, sizeof(discard));
	CU_ASSERT_EQUAL(verdict(&writable), 0);
	CU_ASSERT_EQUAL(req.nr_sectors, 16);
	CU_ASSERT_EQUAL(req.nr_segments, 0);
	CU_ASSERT_EQUAL(verdict(&device), PV_BLKIF_RSP_EOPNOTSUPP);
	discard.nr_sectors = UINT64_MAX;
	memcpy(&slot, &discard, sizeof(discard));
	CU_ASSERT_EQUAL(verdict(&writable), PV_BLKIF_RSP_ERROR);
	discard.nr_sectors = 1000;
	memcpy(&slot, &discard, sizeof(discard));
	CU_ASSERT_EQUAL(verdict(&writable), PV_BLKIF_RSP_ERROR);
	discard.flag = PV_BLKIF_DISCARD_SECURE;
	memcpy(&slot, &discard, sizeof(discard));
	CU_ASSERT_EQUAL(verdict(&writable), PV_BLKIF_RSP_EOPNOTSUPP);
}

static void test_indirect(void)
{
	struct pv_blkif_request_indirect in = {.operation = PV_BLKIF_OP_INDIRECT,
					       .indirect_op = PV_BLKIF_OP_WRITE,
					       .nr_segments = MAX_SEGMENTS,
					       .id = 6,
					       .sector_number = 1,
					       .indirect_grefs = {77}};
	static const uint16_t counts[] = {0, MAX_SEGMENTS + 1, 512, 4096, 0xffff};

	memcpy(&slot, &in, sizeof(in));
	CU_ASSERT_EQUAL(request_parse(&req, &slot), 0);
	CU_ASSERT_TRUE(req.indirect);
	CU_ASSERT_EQUAL(req.indirect_ref, 77);
	CU_ASSERT_EQUAL(req.rsp_op, PV_BLKIF_OP_WRITE);
	for (unsigned int i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		in.nr_segments = counts[i];
		memcpy(&slot, &in, sizeof(in));
		CU_ASSERT_EQUAL(request_parse(&req, &slot), PV_BLKIF_RSP_ERROR);
	}
	in.nr_segments = 1;
	for (unsigned int op = 2; op < 256; op++) {
		in.indirect_op = (uint8_t)op;
		memcpy(&slot, &in, sizeof(in));
		CU_ASSERT_EQUAL(request_parse(&req, &slot), PV_BLKIF_RSP_ERROR);
	}
}

void add_request_suite(void)
{
	CU_pSuite s = CU_add_suite("block requests", NULL, NULL);

	CU_add_test(s, "what is allowed", test_good);
	CU_add_test(s, "segments", test_segments);
	CU_add_test(s, "range of sectors", test_range);
	CU_add_test(s, "read-only disk", test_readonly);
	CU_add_test(s, "unknown operations", test_unknown);
	CU_add_test(s, "discard", test_discard);
	CU_add_test(s, "indirect", test_indirect);
}
