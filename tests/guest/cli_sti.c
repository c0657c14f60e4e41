/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: CLI and STI executed as instructions do nothing at a virtual IOPL that
 * permits them and are #GP otherwise; the event mask is not theirs. POPF
 * changes neither IF nor IOPL. SWAPGS, LGDT, LIDT, LTR, HLT and INVLPG are #GP.
 *
 * Provocation: each of these instructions.
 */
#include "lib/guest.h"

void test_main(void)
{
	struct pv_physdev_set_iopl op = {.iopl = 0};
	struct pv_vcpu_info *info = this_cpu()->info;
	uint64_t descriptor[2] = {0, 0}, flags;

	expect_rc(physdev_op(SET_IOPL, &op), 0);
	expect_false(TRY("cli", ));
	expect_fault(TRAP_GP, 0);
	expect_false(TRY("sti", ));
	expect_fault(TRAP_GP, 0);
	op.iopl = 1;
	expect_rc(physdev_op(SET_IOPL, &op), 0);
	for (uint8_t mask = 0; mask < 2; mask++) {
		WRITE_ONCE(info->evtchn_upcall_mask, mask);
		expect_true(TRY("cli", ));
		expect_eq(info->evtchn_upcall_mask, mask);
		expect_true(TRY("sti", ));
		expect_eq(info->evtchn_upcall_mask, mask);
	}
	asm volatile("push $0x3002; popf; pushf; pop %0; push $2; popf" : "=r"(flags) : : "cc");
	expect_eq(flags & (EFLAGS_IF | EFLAGS_IOPL), EFLAGS_IF);

	expect_false(TRY("swapgs", ));
	expect_fault(TRAP_GP, 0);
	expect_false(TRY("lgdt %0", : : "m"(descriptor)));
	expect_fault(TRAP_GP, 0);
	expect_false(TRY("lidt %0", : : "m"(descriptor)));
	expect_fault(TRAP_GP, 0);
	expect_false(TRY("ltr %w0", : : "r"(0xe040)));
	expect_fault(TRAP_GP, 0);
	expect_false(TRY("lldt %w0", : : "r"(0)));
	expect_fault(TRAP_GP, 0);
	expect_false(TRY("hlt", ));
	expect_fault(TRAP_GP, 0);
	expect_false(TRY("invlpg %0", : : "m"(descriptor)));
	expect_fault(TRAP_GP, 0);
	expect_false(TRY("sysretq", ));
	expect_fault(TRAP_GP, 0);
	/* The kernel flushes caches at start; that must at least not fault. */
	expect_true(TRY("wbinvd", : : : "memory"));
	events_disable();
}
