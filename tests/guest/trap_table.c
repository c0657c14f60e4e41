/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: set_trap_table installs gates until an address of 0, refuses handlers
 * that are not canonical and pointers that cannot be read, and what it
 * installed is what INT finds. The selector's RPL does not matter.
 *
 * Provocation: lists of several gates, good and bad, for vectors that ring 3 may raise.
 */
#include "lib/guest.h"

static unsigned int hits[256];

static bool on_vector(struct frame *frame)
{
	hits[frame->vector]++;
	return true;
}

static void raise(void)
{
	asm volatile("int3; int $4; int $0x80" ::: "memory");
}

void test_main(void)
{
	struct pv_trap_info list[] = {
		{3, 3, PV_FLAT_KERNEL_CS, trap_stub(3)},
		{4, 3, PV_FLAT_KERNEL_CS & ~3, trap_stub(4)},
		{0x80, 3, PV_FLAT_KERNEL_CS, trap_stub(0x80)},
		{0, 0, 0, 0},
		{3, 3, PV_FLAT_KERNEL_CS, trap_stub(0x33)},
	};
	int64_t rc;

	trap_handler(3, on_vector);
	trap_handler(4, on_vector);
	trap_handler(0x80, on_vector);
	trap_handler(0x33, on_vector);
	expect_rc(set_trap_table(list), 0);
	raise();
	expect_eq(hits[3], 1);
	expect_eq(hits[4], 1);
	expect_eq(hits[0x80], 1);
	expect_eq(hits[0x33], 0);

	/* The later of two gates for one vector counts. */
	list[1].vector = 3;
	list[1].address = trap_stub(0x33);
	expect_rc(set_trap_table(list), 0);
	raise();
	expect_eq(hits[3], 1);
	expect_eq(hits[0x33], 1);

	/* The address in the hypervisor's hole and the one that is not canonical. */
	list[0].address = 0x0000900000000000;
	rc = set_trap_table(list);
	expect_rc(rc, -PV_EINVAL);
	list[0].address = 0x8000000000000000;
	expect_rc(set_trap_table(list), -PV_EINVAL);

	expect_rc(set_trap_table(PV_HYPERVISOR_VIRT_START), -PV_EFAULT);
	expect_rc(set_trap_table(0x1000), -PV_EFAULT);
	expect_rc(set_trap_table(~0ul - 7), -PV_EFAULT);
}
