/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where everything lies in a new guest's memory, and its first page tables.
 * Pure arithmetic; the builder fills what is planned here.
 *
 *   PFN 0 .. kernel | [initrd] | [p2m] | start_info | store | console | page tables | stack | pad
 *   `-------------------------- mapped from virt_base on, in this order --------------------'
 *   then, unmapped or mapped elsewhere: [initrd] | [p2m list | tables that map it] | free RAM
 *
 * The bracketed parts lie in the second place when the kernel's notes allow it
 * (MOD_START_PFN, INIT_P2M).
 */
#ifndef PAV_LAYOUT_H
#define PAV_LAYOUT_H

#include "kernel_elf.h"

#define PAV_PAGE_SIZE  4096u
#define PAV_PAGE_SHIFT 12

struct pav_layout {
	uint64_t nr_pages;
	uint64_t virt_base;
	uint64_t start_info; /* PFN, as are all that follow */
	uint64_t store;
	uint64_t console;
	uint64_t page_tables;
	uint64_t nr_page_tables;
	uint64_t stack;
	uint64_t mapped_end; /* the mapped region is [0, mapped_end) */
	uint64_t initrd;
	uint64_t nr_initrd;
	bool initrd_mapped;
	uint64_t p2m;
	uint64_t nr_p2m;	/* frames that hold the list itself */
	uint64_t nr_p2m_tables; /* frames behind them that map it; 0 if in the region */
	uint64_t p2m_va;
	uint64_t end; /* first PFN that is free RAM for the guest */
};

/*
 * Plan a guest of nr_pages frames. initrd_size in bytes, 0 for none. Returns 0,
 * or -1 when it does not fit.
 */
int pav_layout_plan(const struct pav_kernel *kernel, uint64_t nr_pages, uint64_t initrd_size,
		    struct pav_layout *layout, struct pav_error *err);

/* The frames that pav_layout_fill() writes: [pfn, pfn + count) twice. */
struct pav_tables {
	uint64_t *region; /* nr_page_tables zeroed pages, L4 first */
	uint64_t *p2m;	  /* nr_p2m_tables zeroed pages, or NULL when that is 0 */
};

/*
 * Write the page-table entries: p2m[pfn] is the machine frame of each PFN, of
 * which there are layout->nr_pages. Frames of the region's tables are mapped
 * read-only, as the hypervisor demands.
 */
void pav_layout_fill(const struct pav_layout *layout, const uint64_t *p2m,
		     const struct pav_tables *tables);

#endif
