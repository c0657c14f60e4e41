/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The planned tables are walked as a processor would, with machine frames that
 * are a permutation of the guest's own, so that a mix-up of the two shows.
 */
#include <stdio.h>
#include <stdlib.h>

#include "layout.h"
#include "suites.h"

#define MFN_OF(pfn) (0x100000u + ((pfn) ^ 1u))

static struct pav_layout l;
static uint64_t *p2m;
static uint64_t *region, *lists;

static struct pav_kernel debian(void)
{
	struct pav_kernel k = {.start = 0x1000000,
			       .end = 0x4a00000,
			       .virt_base = 0xffffffff80000000ull,
			       .init_p2m = 0x8000000000ull,
			       .has_init_p2m = true,
			       .mod_start_pfn = true};
	return k;
}

static void build(const struct pav_kernel *k, uint64_t nr_pages, uint64_t initrd)
{
	struct pav_error err = {""};
	struct pav_tables t;
	uint64_t i;

	CU_ASSERT_EQUAL_FATAL(pav_layout_plan(k, nr_pages, initrd, &l, &err), 0);
	p2m = malloc(nr_pages * sizeof(*p2m));
	for (i = 0; i < nr_pages; i++)
		p2m[i] = MFN_OF(i);
	t.region = region = calloc(l.nr_page_tables, PAV_PAGE_SIZE);
	t.p2m = lists = l.nr_p2m_tables ? calloc(l.nr_p2m_tables, PAV_PAGE_SIZE) : NULL;
	pav_layout_fill(&l, p2m, &t);
}

static void tear_down(void)
{
	free(p2m);
	free(region);
	free(lists);
}

/* The table frame's contents here, or NULL if the frame is no table. */
static uint64_t *table(uint64_t mfn)
{
	const uint64_t pfn = (mfn - 0x100000u) ^ 1u;

	if (pfn >= l.page_tables && pfn < l.page_tables + l.nr_page_tables)
		return region + (pfn - l.page_tables) * 512;
	if (pfn >= l.p2m + l.nr_p2m && pfn < l.p2m + l.nr_p2m + l.nr_p2m_tables)
		return lists + (pfn - l.p2m - l.nr_p2m) * 512;
	return NULL;
}

/* The entry that maps va, 0 if none. */
static uint64_t walk(uint64_t va)
{
	uint64_t entry = MFN_OF(l.page_tables) << 12, *t;
	int shift;

	for (shift = 39; shift >= 12; shift -= 9) {
		t = table(entry << 12 >> 24);
		CU_ASSERT_PTR_NOT_NULL(t);
		if (!t)
			return 0;
		entry = t[va >> shift & 511];
		if ((entry & 5) != 5)
			return 0;
	}
	return entry;
}

static void check_region(void)
{
	uint64_t pfn, entry, wrong = 0;
	bool is_table;

	for (pfn = 0; pfn < l.mapped_end; pfn++) {
		entry = walk(l.virt_base + (pfn << 12));
		is_table = pfn >= l.page_tables && pfn < l.page_tables + l.nr_page_tables;
		wrong += entry << 12 >> 24 != MFN_OF(pfn) || !(entry & 2) != is_table;
	}
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_EQUAL(walk(l.virt_base + (l.mapped_end << 12)), 0);
}

static void check_list(void)
{
	uint64_t i, entry, wrong = 0;

	for (i = 0; i < l.nr_p2m; i++) {
		entry = walk(l.p2m_va + (i << 12));
		wrong += entry << 12 >> 24 != MFN_OF(l.p2m + i) || !(entry & 2);
	}
	CU_ASSERT_EQUAL(wrong, 0);
}

/* The figures are those that Xen's own builder prints for this kernel. */
static void matches_xen_for_debian(void)
{
	const struct pav_kernel k = debian();

	build(&k, 65536, 1700000);
	CU_ASSERT_EQUAL(l.start_info, 0x4a00);
	CU_ASSERT_EQUAL(l.store, 0x4a01);
	CU_ASSERT_EQUAL(l.console, 0x4a02);
	CU_ASSERT_EQUAL(l.page_tables, 0x4a03);
	CU_ASSERT_EQUAL(l.nr_page_tables, 41);
	CU_ASSERT_EQUAL(l.mapped_end, 0x4c00);
	CU_ASSERT_EQUAL(l.initrd, 0x4c00);
	CU_ASSERT(!l.initrd_mapped);
	CU_ASSERT_EQUAL(l.nr_initrd, 416);
	CU_ASSERT_EQUAL(l.nr_p2m, 128);
	CU_ASSERT_EQUAL(l.nr_p2m_tables, 3);
	check_region();
	check_list();
	tear_down();
}

static void keeps_all_in_one_region(void)
{
	const struct pav_kernel k = {.start = 0x100000, .end = 0x123456, .virt_base = 0};

	build(&k, 8192, 5000);
	CU_ASSERT(l.initrd_mapped);
	CU_ASSERT_EQUAL(l.initrd, 0x124);
	CU_ASSERT_EQUAL(l.nr_initrd, 2);
	CU_ASSERT_EQUAL(l.p2m, 0x126);
	CU_ASSERT_EQUAL(l.p2m_va, 0x126000);
	CU_ASSERT_EQUAL(l.nr_p2m_tables, 0);
	CU_ASSERT(l.start_info == l.p2m + l.nr_p2m);
	check_region();
	check_list();
	tear_down();
}

/* A region that starts in the middle of every table and crosses one of each level. */
static void crosses_table_borders(void)
{
	struct pav_kernel k = {
		.start = 0x1000, .end = 0x2400000, .virt_base = 0x8040000000ull - 0x1ff000};

	build(&k, 16384, 0);
	check_region();
	check_list();
	tear_down();
}

static void leaves_room_behind_the_stack(void)
{
	struct pav_kernel k = debian();
	struct pav_error err = {""};
	uint64_t end;

	for (end = 0x4000000; end < 0x4c00000; end += 0x1000) {
		k.end = end;
		CU_ASSERT_EQUAL(pav_layout_plan(&k, 65536, 0, &l, &err), 0);
		CU_ASSERT_EQUAL(l.mapped_end % 1024, 0);
		CU_ASSERT(l.mapped_end >= l.stack + 1 + 128);
		CU_ASSERT(l.stack == l.page_tables + l.nr_page_tables);
	}
}

static void refuses_what_does_not_fit(void)
{
	struct pav_kernel k = debian();
	struct pav_error err = {""};

	CU_ASSERT_EQUAL(pav_layout_plan(&k, 64 << 8, 0, &l, &err), -1);
	EXPECT_LINE(err, "memory: 64 MiB is too small");
	pav_error_clear(&err);
	CU_ASSERT_EQUAL(pav_layout_plan(&k, 128 << 8, 200 << 20, &l, &err), -1);
	EXPECT_LINE(err, "at least 277 MiB");
	pav_error_clear(&err);
	CU_ASSERT_EQUAL(pav_layout_plan(&k, 1ull << 40, 0, &l, &err), -1);
	EXPECT_LINE(err, "beyond what is supported");
	/* A ramdisk that the kernel wants mapped, larger than its range of addresses. */
	k.mod_start_pfn = false;
	pav_error_clear(&err);
	CU_ASSERT_EQUAL(pav_layout_plan(&k, 4096 << 8, 3ull << 30, &l, &err), -1);
	EXPECT_LINE(err, "larger than 1024 MiB");
	pav_error_clear(&err);
	CU_ASSERT_EQUAL(pav_layout_plan(&k, 2048 << 8, 900ull << 20, &l, &err), 0);
	CU_ASSERT(l.initrd_mapped && l.mapped_end <= PAV_KERNEL_SPAN_MAX >> PAV_PAGE_SHIFT);
}

void add_layout_suite(void)
{
	CU_pSuite s = CU_add_suite("first page tables", NULL, NULL);

	CU_add_test(s, "match Xen's for Debian's kernel", matches_xen_for_debian);
	CU_add_test(s, "hold list and ramdisk for plain kernels", keeps_all_in_one_region);
	CU_add_test(s, "cross table borders", crosses_table_borders);
	CU_add_test(s, "leave room behind the stack", leaves_room_behind_the_stack);
	CU_add_test(s, "refuse what does not fit", refuses_what_does_not_fit);
}
