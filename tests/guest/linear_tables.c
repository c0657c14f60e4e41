/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: no table can be reached writable through itself. Pavise refuses every
 * entry that makes a table its own descendant; Xen, where it was built so,
 * allows a read-only one. Both refuse it writable.
 *
 * Provocation: top-level, level-3 and level-2 tables entered into themselves.
 */
#include "lib/guest.h"

#define SLOT 7ul

static void self_map(uint64_t table, uint64_t entry)
{
	int64_t rc = mmu_update_one(entry, PTE(table, PTE_P | PTE_US | PTE_A));

	if (rc == 0)
		expect_rc(mmu_update_one(entry, 0), 0);
	expect_lt(mmu_update_one(entry, PTE(table, PTE_P | PTE_RW | PTE_US | PTE_A)), 0);
}

void test_main(void)
{
	const void *here = (const void *)VIRT_BASE;
	uint64_t l3 = pte_maddr(here, 3) >> 12, l2 = pte_maddr(here, 2) >> 12;
	uint64_t root = root_mfn();

	self_map(root, (root << 12) + SLOT * 8);
	self_map(l3, (l3 << 12) + SLOT * 8);
	self_map(l2, (l2 << 12) + 500 * 8);

	/* Around two corners: a root in a level-3 table, a level-3 table in a level-2 one. */
	expect_lt(mmu_update_one((l3 << 12) + SLOT * 8, PTE(root, PTE_P | PTE_US)), 0);
	expect_lt(mmu_update_one((l2 << 12) + 500 * 8, PTE(l3, PTE_P | PTE_US)), 0);
	expect_lt(mmu_update_one((l2 << 12) + 500 * 8, PTE(root, PTE_P | PTE_US)), 0);
}
