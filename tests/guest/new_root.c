/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: NEW_BASEPTR installs a frame that validates as a top-level table, and
 * keeps it one as long as it is loaded; the old one is let go. A frame that
 * does not validate leaves the old root in place. A change of the loaded root
 * takes effect at once. NEW_USER_BASEPTR takes 0 for none.
 *
 * Provocation: switches between two roots, bad roots, edits of a loaded one.
 */
#include "lib/guest.h"

#define SLOT 9ul

void test_main(void)
{
	const uint64_t *old = (const uint64_t *)start_info->pt_base;
	uint64_t old_mfn = root_mfn(), *root = page_alloc(), *l3 = page_alloc(),
		 *bad = page_alloc();
	uint64_t mfn = va_to_mfn(root), value;

	root[511] = old[511];
	expect_lt(mmuext(PV_MMUEXT_NEW_BASEPTR, mfn, 0), 0); /* writable */
	expect_eq(root_mfn(), old_mfn);
	expect_rc(set_readonly(root), 0);
	/* Without a pin: validated by the switch, let go by the next one. */
	expect_rc(mmuext(PV_MMUEXT_NEW_BASEPTR, mfn, 0), 0);
	expect_eq(root_mfn(), mfn);
	expect_eq(M2P[mfn], va_to_pfn(root));
	expect_lt(set_writable(root), 0);

	/* An edit of the loaded root: the same tables once more, 2^39 apart. */
	l3[510] = *(const uint64_t *)pte_of((void *)VIRT_BASE, 3);
	expect_rc(set_readonly(l3), 0);
	expect_rc(
		mmu_update_one((mfn << 12) + SLOT * 8, PTE(va_to_mfn(l3), PTE_P | PTE_RW | PTE_US)),
		0);
	expect_true(try_read((void *)((SLOT << 39 | 510ul << 30) + ((uint64_t)root - VIRT_BASE)),
			     &value));
	expect_rc(mmu_update_one((mfn << 12) + SLOT * 8, 0), 0);
	expect_false(try_read((void *)((SLOT << 39 | 510ul << 30) + ((uint64_t)root - VIRT_BASE)),
			      &value));

	expect_rc(mmuext(PV_MMUEXT_NEW_BASEPTR, old_mfn, 0), 0);
	expect_eq(root_mfn(), old_mfn);
	expect_rc(set_writable(root), 0);

	bad[0] = PTE(mfn, PTE_P | PTE_RW | PTE_US);
	expect_rc(set_readonly(bad), 0);
	expect_lt(mmuext(PV_MMUEXT_NEW_BASEPTR, va_to_mfn(bad), 0), 0);
	expect_lt(mmuext(PV_MMUEXT_NEW_BASEPTR, 0xffffffffff, 0), 0);
	expect_lt(mmuext(PV_MMUEXT_NEW_BASEPTR, PTE_MFN(old[256]), 0), 0);
	expect_lt(mmuext(PV_MMUEXT_NEW_BASEPTR, PTE_MFN(old[511]), 0), 0);
	expect_eq(root_mfn(), old_mfn);
	expect_rc(set_writable(bad), 0);

	expect_rc(mmuext(PV_MMUEXT_NEW_USER_BASEPTR, 0, 0), 0);
	expect_lt(mmuext(PV_MMUEXT_NEW_USER_BASEPTR, 0xffffffffff, 0), 0);
	expect_lt(mmuext(PV_MMUEXT_NEW_USER_BASEPTR, PTE_MFN(old[511]), 0), 0);
	expect_rc(set_readonly(root), 0);
	expect_rc(mmuext(PV_MMUEXT_NEW_USER_BASEPTR, mfn, 0), 0);
	expect_lt(set_writable(root), 0);
	expect_rc(mmuext(PV_MMUEXT_NEW_USER_BASEPTR, 0, 0), 0);
	expect_rc(set_writable(root), 0);
}
