/* SPDX-License-Identifier: BSD-2-Clause */
/* What the boot loader left, and the command line. (boot/) */
#ifndef PAVISE_BOOT_H
#define PAVISE_BOOT_H

#include "types.h"
#include "public/memory.h"

struct boot_module {
	paddr_t start;
	u64 size;
	const char *cmdline; /* without the file name in front */
};

#define BOOT_E820_MAX 128

struct boot_info {
	struct pv_e820_entry e820[BOOT_E820_MAX]; /* the firmware's map, sorted, as dom0 sees it */
	u32 e820_entries;
	struct boot_module module[2]; /* dom0's kernel, its initramfs */
	u32 modules;
	const char *cmdline;
	paddr_t image_start, image_end; /* of the hypervisor in RAM */
	paddr_t rsdp;			/* from the boot loader, 0: scan for it */
	paddr_t efi_system_table;	/* 0: the firmware is not UEFI */
};
extern struct boot_info boot_info;

/* Options by Xen's names. Each has its default here and is set once. */
struct options {
	const char *console; /* "com1" */
	const char *com1;    /* "115200,8n1" */
	u64 dom0_mem;	     /* bytes, 0: all but a reserve */
	u32 dom0_max_vcpus;  /* 0: one per CPU */
	u32 max_cpus;
	int loglvl, guest_loglvl; /* enum loglevel */
	bool noreboot;
	bool smap, smep;
	bool x2apic;		       /* default: in a virtual machine */
	bool tsc_unstable, tsc_stable; /* tsc=unstable / stable; neither: a warp test decides */
	const char *sched;	       /* "fair" or "null" */
};
extern struct options options;
void cmdline_parse(const char *line);

/* What the person who starts the machine got wrong: one line, no panic. (lib.h, arch.h) */
#define start_failed(...) (log_error("CANNOT START: " __VA_ARGS__), machine_end())

/* domain/dom0.c: build dom0 from the modules; a bad kernel is a failed start. */
void dom0_build(void);

/*
 * domain/elf.c, pure: find what the builder needs in a 64-bit PV kernel. \p image
 * is untrusted; NULL on success or a sentence that says what is wrong.
 */
struct elf_kernel {
	u64 entry, virt_base, paddr_offset;
	u64 hypercall_page, init_p2m; /* NO_ADDRESS: it has no such note */
	u64 hv_start_low;
	bool mod_start_pfn;
	u64 low, high; /* guest-physical range of all segments, bytes */
	u32 segments;
	u64 program_headers; /* file offset */
};
#define NO_ADDRESS (~0UL)
const char *elf_parse(const void *image, u64 size, struct elf_kernel *k);
/* Copy segment bytes to \p dst (guest-physical order): calls \p put for each run, zeroing the tail.
 */
void elf_load(const void *image, const struct elf_kernel *k,
	      void (*put)(void *ctx, u64 offset, const void *data, u64 n), void *ctx);

#endif
