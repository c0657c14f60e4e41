/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: after each of the flush operations no stale translation of the address
 * (INVLPG forms) or of any (TLB_FLUSH forms) is used by the vcpus it names.
 * Bits of the set beyond the last vcpu are ignored; a set that cannot be read
 * is an error; an address in the hypervisor's hole does nothing.
 *
 * Provocation: change an entry without a flush, then flush in each way.
 */
#include "lib/guest.h"

static uint64_t *page, *a, *b;

static void change_and(uint32_t cmd, uint64_t arg1, uint64_t arg2)
{
	static bool turn;
	uint64_t entry = pte_maddr(page, 1);

	turn = !turn;
	(void)READ_ONCE(*page);
	expect_rc(mmu_update_one(entry, PTE(va_to_mfn(turn ? a : b), PTE_FLAGS_RW)), 0);
	expect_rc(mmuext(cmd, arg1, arg2), 0);
	expect_eq(READ_ONCE(*page), turn ? 0xaaaa : 0xbbbb);
}

void test_main(void)
{
	static uint64_t one_vcpu = 1, all_vcpus[4] = {~0ul, ~0ul, ~0ul, ~0ul};

	page = page_alloc();
	a = page_alloc();
	b = page_alloc();
	*a = 0xaaaa;
	*b = 0xbbbb;
	for (int round = 0; round < 3; round++) {
		change_and(PV_MMUEXT_TLB_FLUSH_LOCAL, 0, 0);
		change_and(PV_MMUEXT_INVLPG_LOCAL, (uint64_t)page, 0);
		change_and(PV_MMUEXT_TLB_FLUSH_MULTI, 0, (uint64_t)&one_vcpu);
		change_and(PV_MMUEXT_INVLPG_MULTI, (uint64_t)page, (uint64_t)&one_vcpu);
		change_and(PV_MMUEXT_TLB_FLUSH_MULTI, 0, (uint64_t)all_vcpus);
		change_and(PV_MMUEXT_INVLPG_MULTI, (uint64_t)page, (uint64_t)all_vcpus);
		change_and(PV_MMUEXT_TLB_FLUSH_ALL, 0, 0);
		change_and(PV_MMUEXT_INVLPG_ALL, (uint64_t)page, 0);
	}
	expect_lt(mmuext(PV_MMUEXT_TLB_FLUSH_MULTI, 0, 0x1000), 0);
	expect_lt(mmuext(PV_MMUEXT_INVLPG_MULTI, (uint64_t)page, PV_HYPERVISOR_VIRT_START), 0);
	/* Whatever these answer, the hypervisor's translations survive. */
	mmuext(PV_MMUEXT_INVLPG_LOCAL, PV_HYPERVISOR_VIRT_START, 0);
	mmuext(PV_MMUEXT_INVLPG_ALL, 0xffff82d080200000, 0);
	mmuext(PV_MMUEXT_INVLPG_LOCAL, 0x800000000000, 0);
	expect_eq(version_op(PAGESIZE, 0), 4096);
}
