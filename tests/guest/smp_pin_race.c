/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: a frame is never a page table and writable at the same time, whatever
 * the timing: while one vcpu pins and unpins it, another's writable mapping
 * succeeds only in between, and a pinned table holds what was checked.
 *
 * Provocation: one vcpu pins a table over and over; the other maps it
 * writable, plants an entry that must never be in a table, and takes it back.
 */
#include "lib/guest.h"

#define ROUNDS 3000

static uint64_t *table;
static char *alias;
static volatile bool stop;
static volatile uint64_t planted;

static void planter(void)
{
	uint64_t mfn = va_to_mfn(table), bad = PTE(root_mfn(), PTE_FLAGS_RW);

	while (!stop) {
		if (map_va(alias, PTE(mfn, PTE_FLAGS_RW)) == 0) {
			((volatile uint64_t *)alias)[17] = bad;
			planted++;
			((volatile uint64_t *)alias)[17] = 0;
			map_va(alias, PTE(mfn, PTE_FLAGS_RO));
		}
		relax();
	}
}

void test_main(void)
{
	uint64_t mfn, end = system_time() + MILLISECONDS(10000);
	unsigned int pins = 0;

	if (vcpu_count() < 2) {
		skip("needs two vcpus");
		return;
	}
	table = page_alloc();
	alias = page_alloc();
	mfn = va_to_mfn(table);
	expect_rc(set_readonly(table), 0);
	expect_rc(vcpu_start(1, planter), 0);
	/* The other one may stand still with its writable mapping on a busy machine: wait then. */
	for (int i = 0; i < ROUNDS || (!pins && system_time() < end); i++) {
		if (mmuext(PV_MMUEXT_PIN_L1_TABLE, mfn, 0))
			continue;
		pins++;
		for (int look = 0; look < 20; look++) {
			if (READ_ONCE(table[17]) & PTE_P) {
				failure("a pinned table holds an entry that was never allowed");
				i = ROUNDS;
				break;
			}
		}
		expect_rc(mmuext(PV_MMUEXT_UNPIN_TABLE, mfn, 0), 0);
		/* Now and then, let the other one have it for a moment. */
		if (i % 4 == 0) {
			uint64_t before = planted;

			wait_until(planted != before, 50000);
		}
	}
	stop = true;
	vcpu_join(1);
	expect_ne(pins, 0);
	expect_ne(planted, 0);
}
