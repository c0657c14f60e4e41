/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: a guest sets the M2P entries of its own frames, and of no others.
 *
 * Provocation: MACHPHYS updates of an own frame, of the hypervisor's, of one
 * out of range, of one in a domain that does not exist.
 */
#include "lib/guest.h"

void test_main(void)
{
	const uint64_t *root = (const uint64_t *)start_info->pt_base;
	char *page = page_alloc();
	uint64_t mfn = va_to_mfn(page), pfn = va_to_pfn(page), theirs = PTE_MFN(root[256]),
		 was = M2P[theirs];
	struct pv_mmu_update request = {.ptr = mfn << 12 | PV_MMU_MACHPHYS_UPDATE, .val = 0x123};

	expect_eq(M2P[mfn], pfn);
	expect_rc(mmu_update_one(mfn << 12 | PV_MMU_MACHPHYS_UPDATE, 0xabcde), 0);
	expect_eq(M2P[mfn], 0xabcde);
	expect_rc(mmu_update_one(mfn << 12 | PV_MMU_MACHPHYS_UPDATE, pfn), 0);
	expect_eq(M2P[mfn], pfn);

	expect_lt(mmu_update_one(theirs << 12 | PV_MMU_MACHPHYS_UPDATE, 1), 0);
	expect_eq(M2P[theirs], was);
	expect_lt(mmu_update_one(0xffffffffff000 | PV_MMU_MACHPHYS_UPDATE, 1), 0);
	expect_lt(CALL4(MMU_UPDATE, &request, 1, 0, 77), 0);
	expect_eq(M2P[mfn], pfn);
}
