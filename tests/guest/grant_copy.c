/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: copy moves bytes within a page from and to own frames and grants,
 * never to what is read-only or not the caller's, never across a page's end;
 * each element has its own status and the grant is idle again afterwards.
 *
 * Provocation: all four combinations, lengths and offsets at the borders,
 * grants that do not permit it, tables as targets.
 */
#include "lib/guest.h"

#define SRC_REF 8
#define DST_REF 9
#define RO_REF	10

static struct pv_gnttab_copy request(uint16_t flags, uint64_t from, uint64_t to,
				     uint16_t from_offset, uint16_t to_offset, uint16_t len)
{
	struct pv_gnttab_copy c = {.len = len, .flags = flags};

	c.source.domid = 0;
	c.dest.domid = 0;
	c.source.offset = from_offset;
	c.dest.offset = to_offset;
	if (flags & PV_GNTCOPY_SOURCE_GREF) {
		c.source.u.ref = (uint32_t)from;
	} else {
		c.source.domid = PV_DOMID_SELF;
		c.source.u.gmfn = from;
	}
	if (flags & PV_GNTCOPY_DEST_GREF) {
		c.dest.u.ref = (uint32_t)to;
	} else {
		c.dest.domid = PV_DOMID_SELF;
		c.dest.u.gmfn = to;
	}
	return c;
}

static int16_t copy(uint16_t flags, uint64_t from, uint64_t to, uint16_t fo, uint16_t to_offset,
		    uint16_t len)
{
	struct pv_gnttab_copy c = request(flags, from, to, fo, to_offset, len);

	expect_rc(grant_op(COPY, &c, 1), 0);
	return c.status;
}

/*
 * Numbers that are a reference in one element and a frame in the next, good for the
 * one and bad for the other, and domains that alternate: what was found for one
 * element is of no use to another.
 */
static void alternating(const uint8_t *src, uint8_t *dst)
{
	static struct pv_gnttab_copy c[40];
	const uint16_t by_ref = PV_GNTCOPY_SOURCE_GREF;

	for (unsigned int i = 0; i < ARRAY_SIZE(c); i++) {
		bool ref = !(i & 1);

		c[i] = request(ref ? by_ref : 0, i % 4 < 2 ? SRC_REF : va_to_mfn(src),
			       va_to_mfn(dst), (uint16_t)(i * 8), (uint16_t)(i * 8), 8);
		if (i % 8 == 4) { /* a frame number as a reference, then a good one elsewhere */
			c[i].source.u.ref = (uint32_t)va_to_mfn(src);
		} else if (i % 8 == 6) {
			c[i].source.domid = 77;
			c[i].source.u.ref = SRC_REF;
		} else if (ref) {
			c[i].source.u.ref = SRC_REF;
		}
	}
	memset(dst, 0, PAGE_SIZE);
	expect_rc(grant_op(COPY, c, ARRAY_SIZE(c)), 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(c); i++) {
		/* 0, 2: by reference; 3, 7: by frame. 1, 5: a reference as a frame; 4, 6: above. */
		bool good = i % 8 == 0 || i % 8 == 2 || i % 4 == 3;

		if ((c[i].status == PV_GNTST_OKAY) != good ||
		    memcmp(dst + i * 8, good ? src + i * 8 : dst + 2048, 8)) {
			failure("element %u: status %d", i, c[i].status);
			break;
		}
	}
	expect_eq(grant_table[SRC_REF].flags, PV_GTF_PERMIT_ACCESS | PV_GTF_READONLY);
}

/* The array's end is missing: what is there is done, and says so. */
static void cut_off(const uint8_t *src, uint8_t *dst)
{
	static char pages[2][PAGE_SIZE] __attribute__((aligned(4096)));
	const unsigned int n = 5;
	struct pv_gnttab_copy *c = (struct pv_gnttab_copy *)pages[1] - n;

	for (unsigned int i = 0; i < n; i++)
		c[i] = request(0, va_to_mfn(src), va_to_mfn(dst), 0, (uint16_t)(i * 8), 8);
	for (unsigned int i = 0; i < n; i++)
		c[i].status = 99;
	memset(dst, 0, PAGE_SIZE);
	expect_rc(map_va(pages[1], 0), 0);
	expect_rc(grant_op(COPY, c, n + 3), -PV_EFAULT);
	for (unsigned int i = 0; i < n; i++) {
		expect_eq(c[i].status, PV_GNTST_OKAY);
		expect_false(memcmp(dst + i * 8, src, 8));
	}
}

/* Overlapping ranges of one frame move as if through a copy (Xen 4.17 copies upwards). */
static void overlapping(uint8_t *page)
{
	for (unsigned int by = 1; by < 20; by += 6) {
		for (unsigned int i = 0; i < PAGE_SIZE; i++)
			page[i] = (uint8_t)(i * 7);
		expect_eq(copy(0, va_to_mfn(page), va_to_mfn(page), 0, (uint16_t)by, 4001),
			  PV_GNTST_OKAY);
		for (unsigned int i = 0; i < 4001; i++) {
			if (page[i + by] != (uint8_t)(i * 7)) {
				failure("byte %u, moved by %u", i, by);
				return;
			}
		}
	}
}

void test_main(void)
{
	const uint16_t both = PV_GNTCOPY_SOURCE_GREF | PV_GNTCOPY_DEST_GREF;
	uint8_t *src = page_alloc(), *dst = page_alloc();
	struct pv_gnttab_copy batch[3];

	if (!grant_init())
		return;
	for (unsigned int i = 0; i < PAGE_SIZE; i++)
		src[i] = (uint8_t)(i * 7);
	grant_give(SRC_REF, 0, va_to_mfn(src), PV_GTF_READONLY);
	grant_give(DST_REF, 0, va_to_mfn(dst), 0);
	grant_give(RO_REF, 0, va_to_mfn(dst), PV_GTF_READONLY);

	for (uint16_t flags = 0; flags < 4; flags++) {
		uint64_t from = flags & PV_GNTCOPY_SOURCE_GREF ? SRC_REF : va_to_mfn(src);
		uint64_t to = flags & PV_GNTCOPY_DEST_GREF ? DST_REF : va_to_mfn(dst);

		memset(dst, 0, PAGE_SIZE);
		expect_eq(copy(flags, from, to, 0, 0, 4096), PV_GNTST_OKAY);
		expect_false(memcmp(src, dst, PAGE_SIZE));
		memset(dst, 0, PAGE_SIZE);
		expect_eq(copy(flags, from, to, 100, 4000, 96), PV_GNTST_OKAY);
		expect_false(memcmp(src + 100, dst + 4000, 96));
		expect_eq(dst[3999], 0);
		expect_eq(copy(flags, from, to, 4095, 4095, 1), PV_GNTST_OKAY);
		expect_eq(dst[4095], src[4095]);
	}
	expect_eq(grant_table[SRC_REF].flags, PV_GTF_PERMIT_ACCESS | PV_GTF_READONLY);
	expect_eq(grant_table[DST_REF].flags, PV_GTF_PERMIT_ACCESS);

	memset(dst, 0, PAGE_SIZE);
	expect_eq(copy(both, SRC_REF, DST_REF, 1, 0, 4096), PV_GNTST_BAD_COPY_ARG);
	expect_eq(copy(both, SRC_REF, DST_REF, 0, 1, 4096), PV_GNTST_BAD_COPY_ARG);
	expect_eq(copy(both, SRC_REF, DST_REF, 0xffff, 0, 2), PV_GNTST_BAD_COPY_ARG);
	expect_eq(copy(both, SRC_REF, DST_REF, 0, 0, 0xffff), PV_GNTST_BAD_COPY_ARG);
	expect_ne(copy(both, SRC_REF, RO_REF, 0, 0, 8), PV_GNTST_OKAY);
	expect_ne(copy(both, SRC_REF, 500, 0, 0, 8), PV_GNTST_OKAY);
	expect_ne(copy(both, ~0u, DST_REF, 0, 0, 8), PV_GNTST_OKAY);
	expect_ne(copy(0, va_to_mfn(src), root_mfn(), 0, 0, 8), PV_GNTST_OKAY);
	expect_ne(copy(0, va_to_mfn(src), 0xffffffffff, 0, 0, 8), PV_GNTST_OKAY);
	expect_ne(copy(0, PTE_MFN(((const uint64_t *)start_info->pt_base)[256]), va_to_mfn(dst), 0,
		       0, 8),
		  PV_GNTST_OKAY);
	grant_give(11, 0, root_mfn(), 0);
	expect_ne(copy(both, SRC_REF, 11, 0, 0, 8), PV_GNTST_OKAY);
	for (unsigned int i = 0; i < 64; i++)
		expect_eq(dst[i], 0);

	/* A batch: good, bad, good. */
	batch[0] = request(both, SRC_REF, DST_REF, 0, 0, 16);
	batch[1] = request(both, SRC_REF, RO_REF, 0, 16, 16);
	batch[2] = request(both, SRC_REF, DST_REF, 32, 32, 16);
	expect_rc(grant_op(COPY, batch, 3), 0);
	expect_eq(batch[0].status, PV_GNTST_OKAY);
	expect_ne(batch[1].status, PV_GNTST_OKAY);
	expect_eq(batch[2].status, PV_GNTST_OKAY);
	expect_false(memcmp(src, dst, 16));
	expect_eq(dst[16], 0);
	expect_false(memcmp(src + 32, dst + 32, 16));

	alternating(src, dst);
	cut_off(src, dst);
	if (on_pavise())
		overlapping(dst);
}
