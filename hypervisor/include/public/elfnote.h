/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ELF notes (owner "Xen") by which a kernel tells its loader what it needs.
 * Numbers are note types; a value is 4 or 8 bytes or a string. Usable from
 * assembly.
 */
#ifndef PV_PUBLIC_ELFNOTE_H
#define PV_PUBLIC_ELFNOTE_H

#define PV_ELFNOTE_INFO		      0
#define PV_ELFNOTE_ENTRY	      1	 /* virtual address to start at */
#define PV_ELFNOTE_HYPERCALL_PAGE     2	 /* virtual address of a page to fill with stubs */
#define PV_ELFNOTE_VIRT_BASE	      3	 /* virtual address of physical address 0 */
#define PV_ELFNOTE_PADDR_OFFSET	      4	 /* subtracted from p_paddr */
#define PV_ELFNOTE_XEN_VERSION	      5	 /* "xen-3.0" */
#define PV_ELFNOTE_GUEST_OS	      6	 /* string */
#define PV_ELFNOTE_GUEST_VERSION      7	 /* string */
#define PV_ELFNOTE_LOADER	      8	 /* "generic" */
#define PV_ELFNOTE_PAE_MODE	      9	 /* 32-bit kernels */
#define PV_ELFNOTE_FEATURES	      10 /* names joined by '|'; '!' = not needed */
#define PV_ELFNOTE_BSD_SYMTAB	      11 /* "yes": load the symbol table too */
#define PV_ELFNOTE_HV_START_LOW	      12 /* lowest hypervisor address accepted */
#define PV_ELFNOTE_L1_MFN_VALID	      13 /* mask and value of a valid entry */
#define PV_ELFNOTE_SUSPEND_CANCEL     14 /* 1: suspend returns 1 when cancelled */
#define PV_ELFNOTE_INIT_P2M	      15 /* virtual address for the frame list */
#define PV_ELFNOTE_MOD_START_PFN      16 /* 1: the initrd need not be mapped */
#define PV_ELFNOTE_SUPPORTED_FEATURES 17 /* bit set of PV_XENFEAT_* */
#define PV_ELFNOTE_PHYS32_ENTRY	      18 /* entry without PV; ignored here */
#define PV_ELFNOTE_MAX		      PV_ELFNOTE_PHYS32_ENTRY

#endif
