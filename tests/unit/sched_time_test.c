/* SPDX-License-Identifier: BSD-2-Clause */
/* TSC ticks to nanoseconds and back, for every frequency that a CPU may have. */
#include "../../hypervisor/sched/time_scale.h"
#include "unit.h"

/* What a guest computes from its record must be within a billionth of the truth. */
static void test_scale(void)
{
	for (u64 khz = 100000; khz < 8000000; khz += 98765) {
		u64 ticks = khz * 1000 * 3600; /* an hour */
		struct tsc_scale s;
		u64 ns;

		tsc_scale_set(&s, khz);
		CU_ASSERT_TRUE(s.mul >> 31);
		ns = tsc_to_ns(&s, ticks);
		CU_ASSERT_TRUE(ns <= 3600000000000UL && ns > 3600000000000UL - 3600);
	}
}

static void test_monotonic(void)
{
	struct tsc_scale s;
	u64 last = 0;

	tsc_scale_set(&s, 2445437);
	for (u64 t = 1; t < 1UL << 62; t += t / 7 + 1) {
		u64 ns = tsc_to_ns(&s, t);

		CU_ASSERT_TRUE(ns >= last);
		last = ns;
	}
}

/* A timer never fires before its time, and not late by more than a tick's rounding. */
static void test_back(void)
{
	for (u64 khz = 100000; khz < 8000000; khz += 198765) {
		struct tsc_scale s;

		tsc_scale_set(&s, khz);
		for (u64 ns = 1; ns < 1UL << 52; ns = ns * 3 + 7) {
			u64 again = tsc_to_ns(&s, ns_to_tsc(khz, ns));

			CU_ASSERT_TRUE(again + 1 + ns / 1000000000 >= ns);
			CU_ASSERT_TRUE(again <= ns + 1000000 / khz + 11);
		}
	}
}

static void test_far(void)
{
	CU_ASSERT_EQUAL(ns_to_tsc(8000000, ~0UL), ns_to_tsc(8000000, NS_FAR));
	CU_ASSERT_TRUE(ns_to_tsc(8000000, ~0UL) < 1UL << 63);
}

UNIT_MAIN("sched_time_test", UNIT_TEST(test_scale), UNIT_TEST(test_monotonic), UNIT_TEST(test_back),
	  UNIT_TEST(test_far))
