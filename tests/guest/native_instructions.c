/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: what ring 3 may execute works in the guest kernel without help: IRETQ
 * to the same privilege, POPF, the reads of descriptor registers, LAR, LSL,
 * VERR, RDTSC, CLFLUSH, locked operations, loads of the flat selectors.
 *
 * Provocation: each of them. (The IRETQ is the one that a hypervisor with
 * supervisor-mode access prevention has to watch on some emulators.)
 */
#include "lib/guest.h"

static uint64_t iretq_back(void)
{
	uint64_t before, after;

	asm volatile("mov %%rsp, %0\n\t"
		     "mov %%ss, %%eax\n\t"
		     "push %%rax\n\t"
		     "push %0\n\t"
		     "pushf\n\t"
		     "mov %%cs, %%eax\n\t"
		     "push %%rax\n\t"
		     "lea 1f(%%rip), %%rax\n\t"
		     "push %%rax\n\t"
		     "iretq\n"
		     "1:\tmov %%rsp, %1"
		     : "=&r"(before), "=&r"(after)
		     :
		     : "rax", "memory", "cc");
	return after - before;
}

void test_main(void)
{
	struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) table;
	uint64_t rights = 0, limit = 0, a, b;
	uint16_t task;
	uint8_t zero;

	for (int i = 0; i < 100; i++)
		expect_eq(iretq_back(), 0);
	expect_true(TRY("sgdt %0", : "=m"(table)));
	expect_true(TRY("sidt %0", : "=m"(table)));
	expect_true(TRY("str %0", : "=r"(task)));
	expect_true(TRY("lar %w2, %w0; setz %b1",
			: "+r"(rights), "=q"(zero)
			: "r"(PV_FLAT_KERNEL_SS)
			: "cc"));
	expect_eq(zero, 1);
	expect_true(TRY("lsl %w2, %k0; setz %b1",
			: "+r"(limit), "=q"(zero)
			: "r"(PV_FLAT_KERNEL_SS)
			: "cc"));
	expect_eq(limit, 0xffffffff);
	expect_true(TRY("verw %w1; setz %b0", : "=q"(zero) : "r"(PV_FLAT_KERNEL_SS) : "cc"));
	expect_eq(zero, 1);
	a = rdtsc();
	b = rdtsc();
	expect_true(b >= a);
	expect_true(TRY("clflush %0", : : "m"(rights)));
	expect_true(TRY("mov %w0, %%ds; mov %w0, %%es", : : "r"(PV_FLAT_RING3_DS32)));
	expect_true(TRY("mov %w0, %%ds; mov %w0, %%es", : : "r"(0)));
	/* The hypervisor's own selectors are not for the guest. */
	expect_false(TRY("mov %w0, %%ds", : : "r"(0xe010)));
	expect_fault(TRAP_GP, 0xe010);
}
