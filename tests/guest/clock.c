/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: the clock of vcpu_info is consistent (even version), runs with the TSC
 * and never backwards, also against the hypervisor's own idea of the time; the
 * wall clock is a date of this century; both versions are even at rest.
 *
 * Provocation: many readings, before and after sleeping.
 */
#include "lib/guest.h"

void test_main(void)
{
	const volatile struct pv_vcpu_time_info *t = &this_cpu()->info->time;
	struct pv_sched_poll sleep = {0};
	uint64_t last = system_time(), start, tsc, wall;

	expect_eq(t->version % 2, 0);
	expect_ne(t->tsc_to_system_mul, 0);
	expect_true(t->tsc_shift > -32 && t->tsc_shift < 32);
	expect_true(t->tsc_timestamp <= rdtsc());
	for (int i = 0; i < 20000; i++) {
		uint64_t now = system_time();

		if (now < last) {
			failure("the clock runs backwards by %lu ns", last - now);
			break;
		}
		last = now;
	}

	/* Sleeping 20 ms takes 20 ms of this clock. */
	start = system_time();
	tsc = rdtsc();
	sleep.timeout = start + MILLISECONDS(20);
	expect_rc(sched_op(POLL, &sleep), 0);
	expect_true(system_time() >= start + MILLISECONDS(20));
	expect_true(system_time() < start + MILLISECONDS(20000));
	expect_true(rdtsc() > tsc);

	expect_eq(shared_info->wc_version % 2, 0);
	wall = (uint64_t)shared_info->wc_sec_hi << 32 | shared_info->wc_sec;
	wall += system_time() / 1000000000;
	expect_true(wall > 1577836800 && wall < 4102444800);
	expect_true(shared_info->wc_nsec < 1000000000);
}
