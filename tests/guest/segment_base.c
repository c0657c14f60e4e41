/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: set_segment_base and the emulated MSRs give the same FS and GS bases;
 * each mode has a GS base of its own, exchanged at every change of mode; a
 * base that is not canonical is refused; a bad user selector is not an error.
 *
 * Provocation: bases set by both ways, read back through the segments in
 * kernel and user mode.
 */
#include "lib/guest.h"

#define MSR_FS_BASE	   0xc0000100u
#define MSR_GS_BASE	   0xc0000101u
#define MSR_KERNEL_GS_BASE 0xc0000102u

static uint64_t rdmsr(uint32_t msr)
{
	uint32_t lo, hi;

	asm volatile("rdmsr" : "=a"(lo), "=d"(hi) : "c"(msr));
	return (uint64_t)hi << 32 | lo;
}

static void wrmsr(uint32_t msr, uint64_t value)
{
	asm volatile("wrmsr" : : "a"((uint32_t)value), "d"((uint32_t)(value >> 32)), "c"(msr));
}

static uint64_t fs_word(void)
{
	uint64_t v;

	asm volatile("movq %%fs:0, %0" : "=r"(v));
	return v;
}

static uint64_t gs_word(void)
{
	uint64_t v;

	asm volatile("movq %%gs:0, %0" : "=r"(v));
	return v;
}

static uint64_t a = 0xa, b = 0xb, c = 0xc, d = 0xd;

static void user_read(uint64_t unused)
{
	(void)unused;
	user_exit(gs_word() << 8 | fs_word());
}

void test_main(void)
{
	if (!user_init())
		return;
	expect_rc(set_segment_base(FS, &a), 0);
	expect_rc(set_segment_base(GS_KERNEL, &b), 0);
	expect_rc(set_segment_base(GS_USER, &c), 0);
	expect_eq(fs_word(), 0xa);
	expect_eq(gs_word(), 0xb);
	expect_eq(rdmsr(MSR_FS_BASE), (uint64_t)&a);
	expect_eq(rdmsr(MSR_GS_BASE), (uint64_t)&b);
	expect_eq(rdmsr(MSR_KERNEL_GS_BASE), (uint64_t)&c);
	expect_eq(user_run(user_read, 0), 0xc0a);
	expect_eq(gs_word(), 0xb);

	wrmsr(MSR_FS_BASE, (uint64_t)&d);
	wrmsr(MSR_GS_BASE, (uint64_t)&c);
	wrmsr(MSR_KERNEL_GS_BASE, (uint64_t)&a);
	expect_eq(fs_word(), 0xd);
	expect_eq(gs_word(), 0xc);
	expect_eq(user_run(user_read, 0), 0xa0d);
	expect_eq(gs_word(), 0xc);

	expect_rc(set_segment_base(FS, 0x800000000000), -PV_EINVAL);
	expect_rc(set_segment_base(GS_KERNEL, 0x8000000000000000), -PV_EINVAL);
	expect_rc(set_segment_base(GS_USER, 0xffff000000000000), -PV_EINVAL);
	expect_false(TRY("wrmsr", : : "c"(MSR_FS_BASE), "a"(0), "d"(0x80000000)));
	expect_fault(TRAP_GP, 0);
	expect_eq(fs_word(), 0xd);

	expect_rc(set_segment_base(GS_USER_SEL, 0), 0);
	expect_rc(set_segment_base(GS_USER_SEL, 0x1237), 0);
	expect_rc(set_segment_base(GS_USER_SEL, 0xe008), 0);
	expect_eq(gs_word(), 0xc);
	/* High canonical addresses are as good as low ones. */
	expect_rc(set_segment_base(GS_USER, 0xffffffffffff0000), 0);
	expect_rc(set_segment_base(GS_USER, 0x00007fffffffffff), 0);
}
