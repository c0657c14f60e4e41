/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a PV kernel says about itself: the loadable segments of its ELF file
 * and its Xen notes. Pure functions over a byte buffer: no allocation, no
 * system call, every offset checked, so that they run under a fuzzer.
 */
#ifndef PAV_ELF_H
#define PAV_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

#define PAV_MAX_SEGMENTS 16

/* Guest memory a kernel image may span; larger is taken for a broken header. */
#define PAV_KERNEL_SPAN_MAX (1ull << 30)

struct pav_segment {
	uint64_t paddr;	    /* guest-physical start, p_paddr less the bias */
	uint64_t mem_size;  /* bytes in memory; the tail behind file_size is zero */
	uint64_t file_off;  /* bytes */
	uint64_t file_size; /* bytes, <= mem_size */
};

struct pav_kernel {
	unsigned int nr_segments;
	struct pav_segment segment[PAV_MAX_SEGMENTS];
	uint64_t start;		 /* lowest guest-physical byte */
	uint64_t end;		 /* behind the highest guest-physical byte */
	uint64_t entry;		 /* virtual address */
	uint64_t virt_base;	 /* virtual address of guest-physical 0 */
	uint64_t init_p2m;	 /* virtual address of the initial p2m list, if has_init_p2m */
	uint64_t hypercall_page; /* virtual address, if has_hypercall_page */
	bool has_init_p2m;
	bool has_hypercall_page;
	bool mod_start_pfn; /* the initrd need not be mapped; mod_start is a PFN */
};

/*
 * Read the headers of an unpacked ELF64 kernel. Returns 0, or -1 with the
 * reason in err; `name` is used in the reason only.
 */
int pav_elf_parse(const void *image, size_t size, const char *name, struct pav_kernel *kernel,
		  struct pav_error *err);

#endif
