/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: vector registers and the FPU control words belong to the vcpu: no
 * hypercall, event, sleep or other vcpu changes them, and a fresh vcpu does
 * not see anybody else's.
 *
 * Provocation: patterns on two vcpus that sleep, yield and poll.
 */
#include "lib/guest.h"

static void load(uint64_t pattern)
{
	uint64_t v[2] = {pattern, ~pattern};

	asm volatile("movups %0, %%xmm0; movups %0, %%xmm15" : : "m"(v));
}

static bool holds(uint64_t pattern)
{
	uint64_t a[2], b[2];

	asm volatile("movups %%xmm0, %0; movups %%xmm15, %1" : "=m"(a), "=m"(b));
	return a[0] == pattern && a[1] == ~pattern && b[0] == pattern && b[1] == ~pattern;
}

static uint32_t mxcsr(void)
{
	uint32_t v;

	asm volatile("stmxcsr %0" : "=m"(v));
	return v;
}

static volatile bool fresh, kept, done;

static void second(void)
{
	fresh = holds(0) || mxcsr() == 0x1f80;
	{
		uint64_t v[2];

		asm volatile("movups %%xmm0, %0" : "=m"(v));
		fresh = v[0] != 0x1111111111111111;
	}
	load(0x2222222222222222);
	kept = true;
	for (int i = 0; i < 50; i++) {
		struct pv_sched_poll sleep = {.timeout = system_time() + 100000};

		sched_op(POLL, &sleep);
		sched_op(YIELD, 0);
		if (!holds(0x2222222222222222))
			kept = false;
	}
	done = true;
}

void test_main(void)
{
	uint32_t rounding = 0x1f80 | 0x6000;

	asm volatile("ldmxcsr %0" : : "m"(rounding));
	load(0x1111111111111111);
	if (vcpu_count() > 1)
		expect_rc(vcpu_start(1, second), 0);
	for (int i = 0; i < 50; i++) {
		struct pv_sched_poll sleep = {.timeout = system_time() + 100000};

		expect_rc(sched_op(POLL, &sleep), 0);
		expect_rc(sched_op(YIELD, 0), 0);
		expect_true(holds(0x1111111111111111));
	}
	expect_eq(mxcsr() & 0x6000, 0x6000);
	if (vcpu_count() > 1) {
		vcpu_join(1);
		expect_true(done);
		expect_true(fresh);
		expect_true(kept);
	}
}
