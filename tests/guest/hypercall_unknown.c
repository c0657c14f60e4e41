/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: a hypercall number that has no meaning returns -ENOSYS and changes
 * nothing else.
 *
 * Provocation: the gaps in the table, the numbers behind it, and numbers that
 * only look known when cut to 32 bits.
 */
#include "lib/guest.h"

void test_main(void)
{
	static const uint64_t gaps[] = {11, 38, 43, 44, 45, 46, 47, 50, 51, 52, 53, 54, 55};
	static const uint64_t far[] = {56,  57,	 63,  64,   65,		100,	    127,
				       128, 255, 256, 4095, 0x7fffffff, 0x80000000, 0xffffffff};

	for (unsigned int i = 0; i < ARRAY_SIZE(gaps); i++)
		expect_rc(hypercall(gaps[i], 0, 0, 0, 0, 0), -PV_ENOSYS);
	for (unsigned int i = 0; i < ARRAY_SIZE(far); i++)
		expect_rc(hypercall(far[i], 1, 2, 3, 4, 5), -PV_ENOSYS);
	/* Upper half set: not xen_version, if the whole register counts. */
	expect_rc(hypercall((1ul << 32) | PV_HYPERCALL_XEN_VERSION, 0, 0, 0, 0, 0), -PV_ENOSYS);
	expect_rc(hypercall(~0ul, 0, 0, 0, 0, 0), -PV_ENOSYS);

	/* Families answer unknown sub-operations, too. */
	expect_lt(hypercall(PV_HYPERCALL_XEN_VERSION, 99, 0, 0, 0, 0), 0);
	expect_lt(hypercall(PV_HYPERCALL_MEMORY_OP, 63, 0, 0, 0, 0), 0);
	expect_lt(hypercall(PV_HYPERCALL_SCHED_OP, 99, 0, 0, 0, 0), 0);
	expect_lt(hypercall(PV_HYPERCALL_EVENT_CHANNEL_OP, 99, 0, 0, 0, 0), 0);
	expect_lt(hypercall(PV_HYPERCALL_PHYSDEV_OP, 99, 0, 0, 0, 0), 0);
	expect_lt(hypercall(PV_HYPERCALL_CALLBACK_OP, 99, 0, 0, 0, 0), 0);
	expect_lt(hypercall(PV_HYPERCALL_VCPU_OP, 99, 0, 0, 0, 0), 0);
	expect_lt(hypercall(PV_HYPERCALL_GRANT_TABLE_OP, 99, 0, 0, 0, 0), 0);
	expect_lt(hypercall(PV_HYPERCALL_CONSOLE_IO, 99, 0, 0, 0, 0), 0);
	expect_lt(hypercall(PV_HYPERCALL_VM_ASSIST, 99, 0, 0, 0, 0), 0);
	expect_lt(hypercall(PV_HYPERCALL_VM_ASSIST, 0, 31, 0, 0, 0), 0);
	expect_lt(hypercall(PV_HYPERCALL_VM_ASSIST, 0, 64, 0, 0, 0), 0);
	expect_lt(hypercall(PV_HYPERCALL_VM_ASSIST, 0, ~0ul, 0, 0, 0), 0);
	expect_lt(hypercall(PV_HYPERCALL_SET_SEGMENT_BASE, 99, 0, 0, 0, 0), 0);
}
