/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: an edit of a top-level table is in force on every vcpu that has it
 * loaded when the call returns: a new entry can be used, a removed one cannot,
 * and the removed table is free to become writable.
 *
 * Provocation: two vcpus on one root; one adds and removes a slot, the other
 * reads through it all the time.
 */
#include "lib/guest.h"

#define SLOT 21ul
#define VA   (SLOT << 39)

static volatile bool stop;
static volatile uint64_t good, bad, faults;
/* What the slot is known to be; a change makes a reading around it void. */
static enum { GONE, THERE, CHANGING } volatile state;
static volatile unsigned int changes;

static void set_state(int new_state)
{
	changes++;
	state = new_state;
	changes++;
}

static void reader(void)
{
	while (!stop) {
		unsigned int before = changes;
		int want = state;
		uint64_t value;
		bool ok = try_read((void *)VA, &value);

		barrier();
		if (want == CHANGING || before != changes || before % 2)
			continue;
		if (ok != (want == THERE) || (ok && value != 0x7777))
			bad++;
		else if (ok)
			good++;
		else
			faults++;
	}
}

void test_main(void)
{
	uint64_t *l1 = page_alloc(), *l2 = page_alloc(), *l3 = page_alloc(), *data = page_alloc();
	uint64_t slot = (root_mfn() << 12) + SLOT * 8, link;

	if (vcpu_count() < 2) {
		skip("needs two vcpus");
		return;
	}
	*data = 0x7777;
	l1[0] = PTE(va_to_mfn(data), PTE_FLAGS_RW);
	l2[0] = PTE(va_to_mfn(l1), PTE_P | PTE_RW | PTE_US);
	l3[0] = PTE(va_to_mfn(l2), PTE_P | PTE_RW | PTE_US);
	link = PTE(va_to_mfn(l3), PTE_P | PTE_RW | PTE_US);
	expect_rc(set_readonly(l1), 0);
	expect_rc(set_readonly(l2), 0);
	expect_rc(set_readonly(l3), 0);
	expect_rc(vcpu_start(1, reader), 0);
	for (int i = 0; i < 100; i++) {
		uint64_t had = good;

		set_state(CHANGING);
		expect_rc(mmu_update_one(slot, link), 0);
		set_state(THERE);
		wait_until(good != had, MILLISECONDS(200));
		had = faults;
		set_state(CHANGING);
		expect_rc(mmu_update_one(slot, 0), 0);
		set_state(GONE);
		wait_until(faults != had, MILLISECONDS(200));
		expect_rc(set_writable(l3), 0);
		expect_rc(set_readonly(l3), 0);
	}
	stop = true;
	vcpu_join(1);
	expect_eq(bad, 0);
	expect_ne(good, 0);
	expect_ne(faults, 0);
}
