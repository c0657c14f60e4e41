/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: top-level slots 256 to 271 are the hypervisor's. No update reaches
 * them, and whatever a new top-level table holds there has no effect. Their
 * first part is the M2P: readable, never writable; the rest cannot be touched.
 *
 * Provocation: updates of every reserved slot, a new root with bait in them,
 * accesses to the range.
 */
#include "lib/guest.h"

void test_main(void)
{
	uint64_t root = root_mfn() << 12;
	uint64_t *bait = page_alloc(), *l3 = page_alloc();
	const volatile uint64_t *now = (const volatile uint64_t *)start_info->pt_base;
	uint64_t value;

	for (uint64_t i = 0; i < PAGE_SIZE / 8; i++)
		bait[i] = now[i];
	expect_rc(set_readonly(l3), 0);
	for (uint64_t slot = 256; slot < 272; slot++) {
		uint64_t was = now[slot];

		expect_lt(mmu_update_one(root + slot * 8,
					 PTE(va_to_mfn(l3), PTE_P | PTE_RW | PTE_US)),
			  0);
		expect_lt(mmu_update_one(root + slot * 8, 0), 0);
		expect_eq(now[slot], was);
		bait[slot] = PTE(va_to_mfn(l3), PTE_P | PTE_RW | PTE_US);
	}
	/* The neighbours are the guest's. */
	expect_rc(mmu_update_one(root + 255 * 8, PTE(va_to_mfn(l3), PTE_P | PTE_RW | PTE_US)), 0);
	expect_rc(mmu_update_one(root + 255 * 8, 0), 0);
	expect_rc(mmu_update_one(root + 272 * 8, PTE(va_to_mfn(l3), PTE_P | PTE_RW | PTE_US)), 0);
	expect_rc(mmu_update_one(root + 272 * 8, 0), 0);

	/* A root that brings its own reserved slots works, without them. */
	expect_rc(set_readonly(bait), 0);
	expect_rc(mmuext(PV_MMUEXT_PIN_L4_TABLE, va_to_mfn(bait), 0), 0);
	expect_rc(mmuext(PV_MMUEXT_NEW_BASEPTR, va_to_mfn(bait), 0), 0);
	expect_eq(M2P[va_to_mfn(bait)], va_to_pfn(bait));
	expect_rc(mmuext(PV_MMUEXT_NEW_BASEPTR, root >> 12, 0), 0);
	expect_rc(mmuext(PV_MMUEXT_UNPIN_TABLE, va_to_mfn(bait), 0), 0);
	expect_rc(set_writable(l3), 0);

	expect_true(try_read((void *)(PV_MACH2PHYS_VIRT_START + va_to_mfn(bait) * 8), &value));
	expect_eq(value, va_to_pfn(bait));
	expect_false(try_write((void *)(PV_MACH2PHYS_VIRT_START + va_to_mfn(bait) * 8), 0));
	expect_eq(M2P[va_to_mfn(bait)], va_to_pfn(bait));
	for (uint64_t slot = 257; slot < 272; slot++) {
		uint64_t va = 0xffff000000000000 | slot << 39;

		expect_false(try_read((void *)va, &value));
		expect_false(try_write((void *)(va + 0x200000), 0));
		expect_lt(update_va_mapping(va, PTE(va_to_mfn(l3), PTE_FLAGS_RW), 0), 0);
	}
	expect_lt(update_va_mapping(PV_MACH2PHYS_VIRT_START, PTE(va_to_mfn(l3), PTE_FLAGS_RW), 0),
		  0);
}
