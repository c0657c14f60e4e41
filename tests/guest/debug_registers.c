/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: set_debugreg and get_debugreg keep a register set per vcpu. Breakpoints
 * may not lie in the hypervisor's hole, general detect may not be set, and I/O
 * breakpoints need CR4.DE. A data breakpoint raises #DB behind the write.
 *
 * Provocation: good and bad addresses and control values, then a watched write.
 */
#include "lib/guest.h"

static volatile uint64_t watched;
static volatile unsigned int hits;

static bool on_db(struct frame *frame)
{
	(void)frame;
	hits++;
	return true;
}

static int64_t set(unsigned int n, uint64_t v)
{
	return CALL2(SET_DEBUGREG, n, v);
}

static int64_t get(unsigned int n)
{
	return CALL1(GET_DEBUGREG, n);
}

void test_main(void)
{
	trap_handler(TRAP_DB, on_db);
	expect_rc(set(0, (uint64_t)&watched), 0);
	expect_eq(get(0), (uint64_t)&watched);
	expect_rc(set(1, 0x1234), 0);
	expect_eq(get(1), 0x1234);
	expect_rc(set(3, 0xffffffffff600000), 0);
	expect_eq(get(3), 0xffffffffff600000);

	expect_lt(set(2, PV_HYPERVISOR_VIRT_START), 0);
	expect_lt(set(2, 0xffff82d080200000), 0);
	expect_lt(set(2, PV_HYPERVISOR_VIRT_END - 1), 0);
	expect_lt(set(2, 0x800000000000), 0);
	expect_eq(get(2), 0);

	expect_lt(set(8, 0), 0);
	expect_lt(set(~0u, 0), 0);
	expect_lt(get(8), 0);
	expect_lt(set(7, 0x2400), 0);  /* general detect */
	expect_lt(set(7, 0x20402), 0); /* an I/O breakpoint, without CR4.DE */
	expect_eq(hits, 0);

	/* DR0: 8 bytes, write. */
	expect_rc(set(7, 0x400 | 0x2 | 1 << 16 | 2 << 18), 0);
	watched = 1;
	expect_eq(hits, 1);
	expect_eq(get(6) & 0xf, 1);
	expect_rc(set(7, 0x400), 0);
	watched = 2;
	expect_eq(hits, 1);
}
