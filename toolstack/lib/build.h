/* SPDX-License-Identifier: BSD-2-Clause */
/* Filling a new domain: memory, kernel, first page tables, first vcpu. */
#ifndef PAV_BUILD_H
#define PAV_BUILD_H

#include "config.h"
#include "kernel_elf.h"
#include "hv.h"
#include "layout.h"

/* All that comes from files, read and checked before a domain exists. */
struct pav_image {
	void *kernel; /* unpacked ELF, a private mapping */
	size_t kernel_size;
	void *ramdisk; /* a read-only file mapping, NULL for none */
	size_t ramdisk_size;
	struct pav_kernel elf;
	struct pav_layout layout;
};

/* Load and check the files of a configuration. pav_image_free() either way. */
int pav_image_load(const struct pav_config *config, struct pav_image *image, struct pav_error *err);
void pav_image_free(struct pav_image *image);

/* What the store has to be told about the new domain. */
struct pav_rings {
	uint64_t store_frame, console_frame;
	uint32_t store_port, console_port;
};

/* Build the domain that exists, paused and empty, as domid. */
int pav_build(struct pav *pav, unsigned int domid, const struct pav_config *config,
	      const struct pav_image *image, const struct pav_create_options *options,
	      struct pav_rings *rings);

#endif
