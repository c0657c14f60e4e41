/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: update_va_mapping changes the level-1 entry of an address under the
 * rules of mmu_update and flushes as its flags say; without a level-1 table,
 * in the hypervisor's hole and at addresses that are not canonical it fails.
 *
 * Provocation: all flush forms, bad entries, bad addresses, bad vcpu sets.
 */
#include "lib/guest.h"

void test_main(void)
{
	uint64_t *page = page_alloc(), *a = page_alloc(), *b = page_alloc();
	uint64_t vcpus = ~0ul, value;
	const uint64_t flags[] = {
		PV_UVMF_INVLPG | PV_UVMF_LOCAL,	   PV_UVMF_INVLPG | PV_UVMF_ALL,
		PV_UVMF_INVLPG | (uint64_t)&vcpus, PV_UVMF_TLB_FLUSH | PV_UVMF_LOCAL,
		PV_UVMF_TLB_FLUSH | PV_UVMF_ALL,   PV_UVMF_TLB_FLUSH | (uint64_t)&vcpus,
	};

	*a = 0xaaaa;
	*b = 0xbbbb;
	for (unsigned int i = 0; i < ARRAY_SIZE(flags); i++) {
		expect_rc(update_va_mapping(page, PTE(va_to_mfn(a), PTE_FLAGS_RW), flags[i]), 0);
		expect_eq(READ_ONCE(*page), 0xaaaa);
		expect_rc(update_va_mapping(page, PTE(va_to_mfn(b), PTE_FLAGS_RW), flags[i]), 0);
		expect_eq(READ_ONCE(*page), 0xbbbb);
		expect_rc(update_va_mapping(page, 0, flags[i]), 0);
		expect_false(try_read(page, &value));
	}
	expect_rc(update_va_mapping(page, PTE(va_to_mfn(page), PTE_FLAGS_RW), PV_UVMF_NONE), 0);
	/* The offset in the page does not matter. */
	expect_rc(update_va_mapping((char *)page + 123, PTE(va_to_mfn(a), PTE_FLAGS_RW),
				    PV_UVMF_INVLPG),
		  0);
	expect_eq(READ_ONCE(*page), 0xaaaa);

	expect_lt(update_va_mapping(page, PTE(root_mfn(), PTE_FLAGS_RW), PV_UVMF_INVLPG), 0);
	expect_lt(update_va_mapping(page, PTE(0xffffffffff, PTE_FLAGS_RW), PV_UVMF_INVLPG), 0);
	expect_eq(READ_ONCE(*page), 0xaaaa);

	/* No level-1 table there. */
	expect_rc(update_va_mapping(0x40000000, PTE(va_to_mfn(a), PTE_FLAGS_RW), 0), -PV_EINVAL);
	expect_rc(update_va_mapping(0x40000000, 0, 0), -PV_EINVAL);
	expect_lt(update_va_mapping(0x800000000000, 0, 0), 0);
	expect_lt(update_va_mapping(PV_HYPERVISOR_VIRT_START, 0, 0), 0);
	expect_lt(update_va_mapping(PV_HYPERVISOR_VIRT_END - PAGE_SIZE, 0, 0), 0);
	/* A set of vcpus that cannot be read. */
	expect_lt(update_va_mapping(page, PTE(va_to_mfn(a), PTE_FLAGS_RW), PV_UVMF_INVLPG | 0x1000),
		  0);
}
