/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: mmu_update writes an entry of a level-1 table if its frame is the
 * guest's and no table or descriptor page becomes writable by it. Entries that
 * are not present may hold anything; the user bit is added to present ones,
 * for the guest kernel runs in ring 3.
 *
 * Provocation: good and bad entries in the table that maps the heap.
 */
#include "lib/guest.h"

void test_main(void)
{
	uint64_t *page = page_alloc();
	uint64_t *other = page_alloc();
	uint64_t entry = pte_maddr(page, 1);
	const volatile uint64_t *pte = pte_of(page, 1);
	uint64_t own = PTE(va_to_mfn(page), PTE_FLAGS_RW);
	uint64_t value;

	*page = 0x1111;
	*other = 0x2222;

	/* Another own frame, read-only, then writable. */
	expect_rc(mmu_update_one(entry, PTE(va_to_mfn(other), PTE_FLAGS_RO)), 0);
	mmuext(PV_MMUEXT_INVLPG_LOCAL, (uint64_t)page, 0);
	expect_true(try_read(page, &value));
	expect_eq(value, 0x2222);
	expect_false(try_write(page, 1));
	expect_rc(mmu_update_one(entry, PTE(va_to_mfn(other), PTE_FLAGS_RW)), 0);
	mmuext(PV_MMUEXT_INVLPG_LOCAL, (uint64_t)page, 0);
	expect_true(try_write(page, 0x3333));
	expect_eq(*other, 0x3333);

	/* Absent: any content, read back as written. */
	expect_rc(mmu_update_one(entry, 0), 0);
	expect_eq(*pte, 0);
	expect_rc(mmu_update_one(entry, 0x0000000ffffff000 & ~PTE_P), 0);
	mmuext(PV_MMUEXT_INVLPG_LOCAL, (uint64_t)page, 0);
	expect_false(try_read(page, &value));
	expect_eq(this_cpu()->fault.error, 0);

	/* Without the user bit the guest kernel could not use it. */
	expect_rc(mmu_update_one(entry, PTE(va_to_mfn(page), PTE_P | PTE_RW)), 0);
	mmuext(PV_MMUEXT_INVLPG_LOCAL, (uint64_t)page, 0);
	expect_true(try_read(page, &value));
	expect_eq(value, 0x1111);
	expect_eq(*pte & (PTE_P | PTE_RW | PTE_US), PTE_P | PTE_RW | PTE_US);
	expect_eq(PTE_MFN(*pte), va_to_mfn(page));

	/* Available bits are the guest's. */
	expect_rc(mmu_update_one(entry, own | PTE_AVAIL), 0);
	expect_eq(*pte & PTE_AVAIL, PTE_AVAIL);
	expect_rc(mmu_update_one(entry, own), 0);

	/* A page table, readable but never writable. */
	for (unsigned int level = 1; level <= 4; level++) {
		uint64_t table = pte_maddr(page, level) >> 12;

		expect_lt(mmu_update_one(entry, PTE(table, PTE_FLAGS_RW)), 0);
		expect_eq(PTE_MFN(*pte), va_to_mfn(page));
		expect_rc(mmu_update_one(entry, PTE(table, PTE_FLAGS_RO)), 0);
		expect_rc(mmu_update_one(entry, own), 0);
	}
	mmuext(PV_MMUEXT_INVLPG_LOCAL, (uint64_t)page, 0);
	expect_true(try_write(page, 0x4444));

	/* Not a page table, out of range, not there at all. */
	expect_lt(mmu_update_one(0xffffffffff000, own), 0);
	expect_lt(mmu_update_one(~0ul & ~7ul, own), 0);
	/* A plain writable page of the guest: a simple store. */
	expect_rc(mmu_update_one(va_to_mfn(other) << 12 | 8, 0x5555), 0);
	expect_eq(other[1], 0x5555);
	/* The hypervisor's frame of slot 256. */
	expect_lt(mmu_update_one(*((const uint64_t *)start_info->pt_base + 256) & PTE_MFN_MASK, 0),
		  0);
}
