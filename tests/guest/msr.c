/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: reads of the MSRs a kernel needs are answered from the guest's view
 * (EFER without what is not offered, the fixed PAT, its APIC base); writes are
 * taken only where they change nothing or are offered; the hypervisor's entry
 * points can be neither written nor used. User mode gets #GP.
 *
 * Provocation: RDMSR and WRMSR of each group.
 */
#include "lib/guest.h"

#define MSR_APIC_BASE 0x1bu
#define MSR_PAT	      0x277u
#define MSR_EFER      0xc0000080u
#define MSR_STAR      0xc0000081u
#define MSR_LSTAR     0xc0000082u
#define MSR_CSTAR     0xc0000083u
#define MSR_FMASK     0xc0000084u

static bool try_rdmsr(uint32_t msr, uint64_t *value)
{
	uint32_t lo = 0, hi = 0;
	bool ok = TRY("rdmsr", : "+a"(lo), "+d"(hi) : "c"(msr));

	*value = (uint64_t)hi << 32 | lo;
	return ok;
}

static bool try_wrmsr(uint32_t msr, uint64_t value)
{
	return TRY("wrmsr", : : "a"((uint32_t)value), "d"((uint32_t)(value >> 32)), "c"(msr));
}

static void user_rdmsr(uint64_t msr)
{
	asm volatile("rdmsr" : : "c"((uint32_t)msr) : "rax", "rdx");
	user_exit(0);
}

void test_main(void)
{
	static const uint32_t entry_points[] = {MSR_STAR, MSR_LSTAR, MSR_CSTAR, MSR_FMASK,
						0x174,	  0x175,     0x176};
	uint64_t v, hidden = 1ul << 12; /* EFER.SVME */

	expect_true(try_rdmsr(MSR_EFER, &v));
	expect_eq(v & 0x501, 0x501); /* SCE, LME, LMA */
	expect_eq(v & hidden, 0);
	expect_true(try_wrmsr(MSR_EFER, v));
	expect_false(try_wrmsr(MSR_EFER, v ^ 1));
	expect_fault(TRAP_GP, 0);
	expect_false(try_wrmsr(MSR_EFER, v ^ (1ul << 40)));

	expect_true(try_rdmsr(MSR_PAT, &v));
	expect_eq(v, 0x0000050100070406);
	expect_true(try_rdmsr(MSR_APIC_BASE, &v));
	expect_eq(v & ~0xffful, 0xfee00000);

	for (unsigned int i = 0; i < ARRAY_SIZE(entry_points); i++) {
		expect_false(try_wrmsr(entry_points[i], 0xffffffff80100000));
		expect_fault(TRAP_GP, 0);
	}
	/* There is no such register. */
	expect_false(try_wrmsr(0x4b4b4b4b, 1));
	expect_fault(TRAP_GP, 0);

	if (user_init()) {
		expect_eq(user_run(user_rdmsr, MSR_EFER), USER_FAULT);
		expect_fault(TRAP_GP, 0);
	}
}
