/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: SET_LDT makes a page of harmless descriptors the vcpu's LDT; the base
 * is page aligned, the count at most 8192; while it is in use the page cannot
 * become writable. A count of 0 takes it away.
 *
 * Provocation: selectors loaded from a good LDT, a bad descriptor, bad bases.
 */
#include "lib/guest.h"

#define DATA64 0x00cff3000000ffffull
#define TSS    0x0000890000000067ull

static bool load_ds(uint64_t selector)
{
	return TRY("mov %0, %%ds", : : "r"(selector) : "memory");
}

void test_main(void)
{
	uint64_t *ldt = page_alloc();
	static const uint64_t none;

	(void)none;
	ldt[1] = DATA64;
	expect_rc(set_readonly(ldt), 0);
	expect_rc(mmuext(PV_MMUEXT_SET_LDT, (uint64_t)ldt, 16), 0);
	expect_true(load_ds(1 << 3 | 7));
	expect_false(load_ds(2 << 3 | 7));
	expect_fault(TRAP_GP, 2 << 3 | 4);
	expect_false(load_ds(16 << 3 | 7));
	expect_lt(set_writable(ldt), 0);
	expect_rc(CALL2(UPDATE_DESCRIPTOR, (va_to_mfn(ldt) << 12) + 2 * 8, DATA64), 0);
	expect_true(load_ds(2 << 3 | 7));
	expect_lt(CALL2(UPDATE_DESCRIPTOR, (va_to_mfn(ldt) << 12) + 3 * 8, TSS), 0);

	expect_lt(mmuext(PV_MMUEXT_SET_LDT, (uint64_t)ldt + 8, 16), 0);
	expect_lt(mmuext(PV_MMUEXT_SET_LDT, (uint64_t)ldt, 8193), 0);
	expect_lt(mmuext(PV_MMUEXT_SET_LDT, PV_HYPERVISOR_VIRT_START, 16), 0);
	expect_lt(mmuext(PV_MMUEXT_SET_LDT, 0x800000000000, 16), 0);

	expect_true(load_ds(0));
	expect_rc(mmuext(PV_MMUEXT_SET_LDT, 0, 0), 0);
	expect_false(load_ds(1 << 3 | 7));
	expect_rc(set_writable(ldt), 0);
	ldt[1] = 1;
	expect_eq(ldt[1], 1);
}
