/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "layout.h"

#define ENTRIES 512u

#define PTE_PRESENT  0x001ull
#define PTE_RW	     0x002ull
#define PTE_USER     0x004ull
#define PTE_ACCESSED 0x020ull
#define PTE_DIRTY    0x040ull

/*
 * A guest kernel runs in ring 3, so every entry carries USER. Accessed and dirty
 * are set so that the processor never has to write to a table.
 */
#define TABLE_FLAGS (PTE_PRESENT | PTE_RW | PTE_USER | PTE_ACCESSED | PTE_DIRTY)
#define PAGE_FLAGS  (PTE_PRESENT | PTE_USER | PTE_ACCESSED | PTE_DIRTY)

/* The region ends on a 4 MiB boundary, with 512 KiB to spare behind the stack. */
#define REGION_ALIGN_PAGES (4u << 20 >> PAV_PAGE_SHIFT)
#define REGION_SPARE_PAGES (512u << 10 >> PAV_PAGE_SHIFT)

/* Start page, rings, stack, tables for 1 GiB, the spare room and the alignment
 * fit in this. */
#define REGION_ROOM (8ull << 20)

static uint64_t pages(uint64_t bytes)
{
	return (bytes + PAV_PAGE_SIZE - 1) >> PAV_PAGE_SHIFT;
}

/* Tables of one level (shift: log2 of the bytes one table maps) for [va, va + bytes). */
static uint64_t tables_at(uint64_t va, uint64_t bytes, unsigned int shift)
{
	return ((va + bytes - 1) >> shift) - (va >> shift) + 1;
}

static uint64_t tables_below_l4(uint64_t va, uint64_t bytes)
{
	return tables_at(va, bytes, 21) + tables_at(va, bytes, 30) + tables_at(va, bytes, 39);
}

static void place_region(const struct pav_kernel *k, struct pav_layout *l)
{
	uint64_t pfn = pages(k->end), tables = 0, need;

	if (l->initrd_mapped) {
		l->initrd = pfn;
		pfn += l->nr_initrd;
	}
	if (!k->has_init_p2m) {
		l->p2m = pfn;
		l->p2m_va = l->virt_base + (pfn << PAV_PAGE_SHIFT);
		pfn += l->nr_p2m;
	}
	l->start_info = pfn++;
	l->store = pfn++;
	l->console = pfn++;
	l->page_tables = pfn;
	/* The tables map themselves: grow until the count holds. */
	do {
		l->nr_page_tables = tables;
		l->stack = l->page_tables + tables;
		l->mapped_end = l->stack + 1 + REGION_SPARE_PAGES;
		l->mapped_end = (l->mapped_end + REGION_ALIGN_PAGES - 1) / REGION_ALIGN_PAGES *
				REGION_ALIGN_PAGES;
		need = 1 + tables_below_l4(l->virt_base, l->mapped_end << PAV_PAGE_SHIFT);
		tables = need;
	} while (need != l->nr_page_tables);
}

int pav_layout_plan(const struct pav_kernel *k, uint64_t nr_pages, uint64_t initrd_size,
		    struct pav_layout *l, struct pav_error *err)
{
	uint64_t region;

	memset(l, 0, sizeof(*l));
	if (nr_pages > 1ull << 32 || initrd_size > 1ull << 40)
		return pav_fail(err, "guest memory of %llu MiB is beyond what is supported",
				(unsigned long long)(nr_pages >> 8));
	l->nr_pages = nr_pages;
	l->virt_base = k->virt_base;
	l->nr_initrd = pages(initrd_size);
	l->initrd_mapped = l->nr_initrd && !k->mod_start_pfn;
	l->nr_p2m = pages(nr_pages * sizeof(uint64_t));
	/* What the kernel's own range of addresses has to hold besides itself. */
	region = k->end + ((l->initrd_mapped ? l->nr_initrd : 0) << PAV_PAGE_SHIFT) +
		 ((k->has_init_p2m ? 0 : l->nr_p2m) << PAV_PAGE_SHIFT);
	if (region > PAV_KERNEL_SPAN_MAX - REGION_ROOM)
		return pav_fail(err,
				"memory: the start region of this kernel and ramdisk is larger "
				"than %llu MiB",
				PAV_KERNEL_SPAN_MAX >> 20);
	place_region(k, l);
	l->end = l->mapped_end;
	if (l->nr_initrd && !l->initrd_mapped) {
		l->initrd = l->end;
		l->end += l->nr_initrd;
	}
	if (k->has_init_p2m) {
		l->p2m = l->end;
		l->p2m_va = k->init_p2m;
		l->nr_p2m_tables = tables_below_l4(l->p2m_va, l->nr_p2m << PAV_PAGE_SHIFT);
		l->end += l->nr_p2m + l->nr_p2m_tables;
	}
	if (l->end > nr_pages)
		return pav_fail(err,
				"memory: %llu MiB is too small: kernel and ramdisk need at "
				"least %llu MiB to start",
				(unsigned long long)(nr_pages >> 8),
				(unsigned long long)((l->end + 255) >> 8));
	return 0;
}

/* One contiguous run of virtual addresses and the tables that map it. */
struct run {
	uint64_t va;
	uint64_t first_pfn;
	uint64_t nr_pages;
	uint64_t *tables;    /* L3s, then L2s, then L1s */
	uint64_t tables_pfn; /* PFN of tables[0] */
};

static bool is_region_table(const struct pav_layout *l, uint64_t pfn)
{
	return pfn >= l->page_tables && pfn < l->page_tables + l->nr_page_tables;
}

static void fill_run(const struct pav_layout *l, const uint64_t *p2m, const struct run *r,
		     uint64_t *l4)
{
	const uint64_t bytes = r->nr_pages << PAV_PAGE_SHIFT;
	const uint64_t n3 = tables_at(r->va, bytes, 39), n2 = tables_at(r->va, bytes, 30);
	uint64_t *const l3 = r->tables, *const l2 = l3 + n3 * ENTRIES,
			*const l1 = l2 + n2 * ENTRIES;
	const uint64_t pfn3 = r->tables_pfn, pfn2 = pfn3 + n3, pfn1 = pfn2 + n2;
	/* Entry i of a level counts from the first entry of that level's first table. */
	const uint64_t off3 = (r->va >> 30) & (ENTRIES - 1), off2 = (r->va >> 21) & (ENTRIES - 1),
		       off1 = (r->va >> 12) & (ENTRIES - 1);
	uint64_t i, pfn;

	for (i = 0; i < n3; i++)
		l4[((r->va >> 39) + i) & (ENTRIES - 1)] = p2m[pfn3 + i] << 12 | TABLE_FLAGS;
	for (i = 0; i < n2; i++)
		l3[off3 + i] = p2m[pfn2 + i] << 12 | TABLE_FLAGS;
	for (i = 0; i < tables_at(r->va, bytes, 21); i++)
		l2[off2 + i] = p2m[pfn1 + i] << 12 | TABLE_FLAGS;
	for (i = 0; i < r->nr_pages; i++) {
		pfn = r->first_pfn + i;
		l1[off1 + i] = p2m[pfn] << 12 | PAGE_FLAGS | (is_region_table(l, pfn) ? 0 : PTE_RW);
	}
}

void pav_layout_fill(const struct pav_layout *l, const uint64_t *p2m,
		     const struct pav_tables *tables)
{
	const struct run region = {
		.va = l->virt_base,
		.nr_pages = l->mapped_end,
		.tables = tables->region + ENTRIES,
		.tables_pfn = l->page_tables + 1,
	};
	const struct run list = {
		.va = l->p2m_va,
		.first_pfn = l->p2m,
		.nr_pages = l->nr_p2m,
		.tables = tables->p2m,
		.tables_pfn = l->p2m + l->nr_p2m,
	};

	fill_run(l, p2m, &region, tables->region);
	if (l->nr_p2m_tables)
		fill_run(l, p2m, &list, tables->region);
}
