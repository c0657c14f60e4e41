/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: an iret to a state that the CPU refuses (selectors, an RIP that is not
 * canonical) neither harms the hypervisor nor gets lost: the guest kernel is
 * entered, at the failsafe callback or as a fault of the user code.
 *
 * Provocation: user frames with such selectors and addresses.
 */
#include "lib/guest.h"

static unsigned int entries;

static bool on_entry(struct frame *frame)
{
	entries++;
	(void)frame;
	user_finish(0x5afe);
}

void test_main(void)
{
	static const uint16_t bad_cs[] = {0x0003, 0x1237, 0xe00b, 0xe02b, 0xffff, 0xe043};
	static const uint16_t bad_ss[] = {0x1237, 0xe00b, 0xe033, 0xffff};
	static const uint64_t bad_rip[] = {0x800000000000, 0xffff7fffffffffff, 0x8000000000000000};
	struct frame f;

	if (!user_init())
		return;
	for (unsigned int vector = 0; vector < 20; vector++)
		trap_handler(vector, on_entry);
	trap_handler(FRAME_FAILSAFE, on_entry);
	for (unsigned int i = 0; i < ARRAY_SIZE(bad_cs); i++) {
		user_frame(&f, NULL, 0);
		f.cs = bad_cs[i];
		expect_eq(user_run_frame(&f), 0x5afe);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(bad_ss); i++) {
		user_frame(&f, NULL, 0);
		f.ss = bad_ss[i];
		expect_eq(user_run_frame(&f), 0x5afe);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(bad_rip); i++) {
		user_frame(&f, NULL, 0);
		f.rip = bad_rip[i];
		expect_eq(user_run_frame(&f), 0x5afe);
	}
	expect_eq(entries, ARRAY_SIZE(bad_cs) + ARRAY_SIZE(bad_ss) + ARRAY_SIZE(bad_rip));
}
