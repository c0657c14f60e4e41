/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: an entry of level n points to a table of level n - 1 that nothing maps
 * writable, or is absent. Superpages, tables of another level and tables with
 * a bad entry are refused; an unlinked table can become writable again.
 *
 * Provocation: a tree built bottom-up in an unused top-level slot, with every
 * wrong link on the way.
 */
#include "lib/guest.h"

#define SLOT 5ul
#define VA   (SLOT << 39)
#define LINK (PTE_P | PTE_RW | PTE_US | PTE_A)

void test_main(void)
{
	uint64_t *l1 = page_alloc(), *l2 = page_alloc(), *l3 = page_alloc(), *data = page_alloc();
	uint64_t slot = (root_mfn() << 12) + SLOT * 8;
	uint64_t m1 = va_to_mfn(l1), m2 = va_to_mfn(l2), m3 = va_to_mfn(l3);
	uint64_t value;

	*data = 0x7777;
	l1[0] = PTE(va_to_mfn(data), PTE_FLAGS_RW);
	l2[0] = PTE(m1, LINK);
	l3[0] = PTE(m2, LINK);

	/* All tables still writable. */
	expect_lt(mmu_update_one(slot, PTE(m3, LINK)), 0);
	expect_rc(set_readonly(l3), 0);
	expect_lt(mmu_update_one(slot, PTE(m3, LINK)), 0);
	expect_rc(set_readonly(l2), 0);
	expect_lt(mmu_update_one(slot, PTE(m3, LINK)), 0);
	expect_rc(set_readonly(l1), 0);
	/* A table of the wrong level. */
	expect_lt(mmu_update_one(slot, PTE(root_mfn(), PTE_P | PTE_RW | PTE_US)), 0);
	/* Right at last. */
	expect_rc(mmu_update_one(slot, PTE(m3, LINK)), 0);
	expect_true(try_read((void *)VA, &value));
	expect_eq(value, 0x7777);
	expect_true(try_write((void *)VA, 0x8888));
	expect_eq(*data, 0x8888);
	expect_lt(set_writable(l1), 0);
	expect_lt(set_writable(l2), 0);
	expect_lt(set_writable(l3), 0);

	/* Level 2: superpage, wrong level, foreign frame. */
	expect_lt(mmu_update_one((m2 << 12) + 8,
				 PTE(va_to_mfn(data) & ~511ul, PTE_FLAGS_RW | PTE_PSE)),
		  0);
	expect_lt(mmu_update_one((m2 << 12) + 8, PTE(m2, LINK)), 0);
	expect_lt(mmu_update_one((m2 << 12) + 8, PTE(m3, LINK)), 0);
	expect_lt(mmu_update_one((m2 << 12) + 8, PTE(va_to_mfn(data), LINK)), 0);
	expect_lt(mmu_update_one((m2 << 12) + 8, PTE(0xffffffffff, LINK)), 0);
	/* Level 3: the same. */
	expect_lt(mmu_update_one((m3 << 12) + 8, PTE(0, PTE_FLAGS_RW | PTE_PSE)), 0);
	expect_lt(mmu_update_one((m3 << 12) + 8, PTE(m1, LINK)), 0);
	expect_lt(mmu_update_one((m3 << 12) + 8, PTE(root_mfn(), LINK)), 0);
	expect_eq(l2[1], 0);
	expect_eq(l3[1], 0);
	/* One table in two places is fine. */
	expect_rc(mmu_update_one((m2 << 12) + 8, PTE(m1, LINK)), 0);
	expect_true(try_read((void *)(VA + (1ul << 21)), &value));
	expect_eq(value, 0x8888);
	expect_rc(mmu_update_one((m2 << 12) + 8, 0), 0);

	/* Level 4: a writable data page, then nothing. */
	expect_lt(mmu_update_one(slot, PTE(va_to_mfn(data), LINK)), 0);
	expect_lt(mmu_update_one(slot, PTE(m2, LINK)), 0);
	expect_true(try_read((void *)VA, &value));
	expect_rc(mmu_update_one(slot, 0), 0);
	mmuext(PV_MMUEXT_TLB_FLUSH_LOCAL, 0, 0);
	expect_false(try_read((void *)VA, &value));
	expect_rc(set_writable(l1), 0);
	expect_rc(set_writable(l2), 0);
	expect_rc(set_writable(l3), 0);
	l1[1] = 1, l2[1] = 1, l3[1] = 1;
	expect_eq(l1[1] + l2[1] + l3[1], 3);

	/* A bad entry inside: an L1 that maps the root writable. */
	l1[1] = PTE(root_mfn(), PTE_FLAGS_RW);
	l2[1] = 0, l3[1] = 0;
	expect_rc(set_readonly(l1), 0);
	expect_rc(set_readonly(l2), 0);
	expect_rc(set_readonly(l3), 0);
	expect_lt(mmu_update_one(slot, PTE(m3, LINK)), 0);
	expect_rc(set_writable(l1), 0);
	expect_rc(set_writable(l2), 0);
	expect_rc(set_writable(l3), 0);
}
