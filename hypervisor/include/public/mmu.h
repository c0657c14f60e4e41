/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Direct paging: a guest's page tables hold machine frames and are read-only
 * to it; it asks for each change by mmu_update, update_va_mapping or
 * mmuext_op, and the hypervisor checks what it writes.
 */
#ifndef PV_PUBLIC_MMU_H
#define PV_PUBLIC_MMU_H

#include <stdint.h>

/*
 * mmu_update(list, count, done, foreigndom). Stops at the first failing
 * request; *done (uint32_t, may be null) gets the number that succeeded. Low
 * half of foreigndom: owner of the frames being mapped; high half: owner of
 * the tables + 1, or 0 for the caller.
 */
#define PV_MMU_NORMAL_PT_UPDATE	      0 /* write an entry */
#define PV_MMU_MACHPHYS_UPDATE	      1 /* set the M2P entry of a frame */
#define PV_MMU_PT_UPDATE_PRESERVE_AD  2 /* as 0, keeping accessed and dirty as they are now */
#define PV_MMU_PT_UPDATE_NO_TRANSLATE 3 /* as 0 for a PV guest */

struct pv_mmu_update {
	uint64_t ptr; /* bits 0-1: command; rest: machine address of the entry, or of the frame */
	uint64_t val; /* the entry, or for MACHPHYS the guest's own frame number */
};

/* mmuext_op(list, count, done, foreigndom), with the same meaning of done. */
#define PV_MMUEXT_PIN_L1_TABLE	     0	/* mfn */
#define PV_MMUEXT_PIN_L2_TABLE	     1	/* mfn */
#define PV_MMUEXT_PIN_L3_TABLE	     2	/* mfn */
#define PV_MMUEXT_PIN_L4_TABLE	     3	/* mfn */
#define PV_MMUEXT_UNPIN_TABLE	     4	/* mfn */
#define PV_MMUEXT_NEW_BASEPTR	     5	/* mfn of the kernel root */
#define PV_MMUEXT_TLB_FLUSH_LOCAL    6	/* - */
#define PV_MMUEXT_INVLPG_LOCAL	     7	/* linear_addr */
#define PV_MMUEXT_TLB_FLUSH_MULTI    8	/* vcpumask */
#define PV_MMUEXT_INVLPG_MULTI	     9	/* linear_addr, vcpumask */
#define PV_MMUEXT_TLB_FLUSH_ALL	     10 /* - */
#define PV_MMUEXT_INVLPG_ALL	     11 /* linear_addr */
#define PV_MMUEXT_FLUSH_CACHE	     12 /* - */
#define PV_MMUEXT_SET_LDT	     13 /* linear_addr, nr_ents */
#define PV_MMUEXT_NEW_USER_BASEPTR   15 /* mfn of the user root, 0 for none */
#define PV_MMUEXT_CLEAR_PAGE	     16 /* mfn */
#define PV_MMUEXT_COPY_PAGE	     17 /* mfn (to), src_mfn */
#define PV_MMUEXT_FLUSH_CACHE_GLOBAL 18 /* - */
#define PV_MMUEXT_MARK_SUPER	     19 /* not offered */
#define PV_MMUEXT_UNMARK_SUPER	     20 /* not offered */

struct pv_mmuext_op {
	uint32_t cmd;
	union {
		uint64_t mfn;
		uint64_t linear_addr; /* guest virtual */
	} arg1;
	union {
		uint32_t nr_ents;  /* descriptors */
		uint64_t vcpumask; /* guest virtual address of a bit set of vcpus */
		uint64_t src_mfn;
	} arg2;
};

/*
 * Flags of update_va_mapping(va, entry, flags). Bits 2 and up are 0 (this
 * vcpu), UVMF_ALL, or the guest virtual address of a bit set of vcpus.
 */
#define PV_UVMF_NONE	       0ul
#define PV_UVMF_TLB_FLUSH      1ul /* flush all */
#define PV_UVMF_INVLPG	       2ul /* flush va */
#define PV_UVMF_FLUSHTYPE_MASK 3ul
#define PV_UVMF_MULTI	       0ul /* or in the address of the bit set */
#define PV_UVMF_LOCAL	       0ul
#define PV_UVMF_ALL	       4ul

#endif
