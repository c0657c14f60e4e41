/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: the CPU sets accessed and dirty in the guest's own entries. A normal
 * update overwrites them, PRESERVE_AD keeps what the entry has at that moment.
 *
 * Provocation: touch a page, then change its entry both ways.
 */
#include "lib/guest.h"

void test_main(void)
{
	volatile uint64_t *page = page_alloc();
	uint64_t entry = pte_maddr(page, 1), clean = PTE(va_to_mfn(page), PTE_P | PTE_RW | PTE_US);
	const volatile uint64_t *pte = pte_of(page, 1);

	expect_rc(mmu_update_one(entry, clean), 0);
	mmuext(PV_MMUEXT_INVLPG_LOCAL, (uint64_t)page, 0);
	expect_eq(*pte & (PTE_A | PTE_D), 0);
	(void)*page;
	expect_eq(*pte & (PTE_A | PTE_D), PTE_A);
	*page = 1;
	expect_eq(*pte & (PTE_A | PTE_D), PTE_A | PTE_D);

	expect_rc(mmu_update_one(entry | PV_MMU_PT_UPDATE_PRESERVE_AD, clean & ~PTE_RW), 0);
	expect_eq(*pte & (PTE_A | PTE_D), PTE_A | PTE_D);
	expect_eq(*pte & PTE_RW, 0);
	expect_rc(mmu_update_one(entry, clean), 0);
	expect_eq(*pte & (PTE_A | PTE_D), 0);
	expect_rc(mmu_update_one(entry | PV_MMU_PT_UPDATE_PRESERVE_AD, clean | PTE_A), 0);
	expect_eq(*pte & PTE_D, 0);

	/* The rules for the frame hold with it, too. */
	expect_lt(
		mmu_update_one(entry | PV_MMU_PT_UPDATE_PRESERVE_AD, PTE(root_mfn(), PTE_FLAGS_RW)),
		0);
	/* And the fourth command is the first one, for a PV guest. */
	expect_rc(mmu_update_one(entry | PV_MMU_PT_UPDATE_NO_TRANSLATE, clean), 0);
	expect_lt(mmu_update_one(entry | PV_MMU_PT_UPDATE_NO_TRANSLATE,
				 PTE(root_mfn(), PTE_FLAGS_RW)),
		  0);
}
