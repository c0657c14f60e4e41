/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: a vcpu is initialised once, goes up and down any number of times and
 * goes on where it went down; numbers beyond the last are -ENOENT, which is
 * how a kernel counts them; one that was never initialised cannot go up.
 *
 * Provocation: the second vcpu through its life, and each call out of order.
 */
#include "lib/guest.h"

static volatile unsigned int rounds;

static void second(void)
{
	for (;;) {
		rounds++;
		vcpu_op(DOWN, 1, 0);
	}
}

void test_main(void)
{
	static struct pv_vcpu_guest_context context;
	unsigned int count = vcpu_count();

	expect_rc(vcpu_op(IS_UP, 0, 0), 1);
	expect_lt(vcpu_op(IS_UP, 8192, 0), 0);
	expect_lt(vcpu_op(IS_UP, ~0u, 0), 0);
	expect_lt(vcpu_op(UP, 8192, 0), 0);
	expect_lt(vcpu_op(DOWN, 8192, 0), 0);
	expect_lt(vcpu_op(INITIALISE, 8192, &context), 0);
	if (count < 2) {
		skip("needs two vcpus");
		return;
	}
	expect_rc(vcpu_op(IS_UP, 1, 0), 0);
	expect_rc(vcpu_op(UP, 1, 0), -PV_EINVAL);
	expect_lt(vcpu_op(INITIALISE, 1, 0x1000), 0);

	vcpu_context(1, second, &context);
	expect_rc(vcpu_op(INITIALISE, 1, &context), 0);
	expect_rc(vcpu_op(IS_UP, 1, 0), 0);
	expect_eq(rounds, 0);
	expect_rc(vcpu_op(INITIALISE, 1, &context), -PV_EEXIST);
	for (unsigned int i = 1; i <= 5; i++) {
		expect_rc(vcpu_op(UP, 1, 0), 0);
		expect_true(wait_until(rounds == i, MILLISECONDS(20000)));
		expect_true(wait_until(vcpu_op(IS_UP, 1, 0) == 0, MILLISECONDS(20000)));
	}
	expect_rc(vcpu_op(INITIALISE, 1, &context), -PV_EEXIST);
	/* Down again is no error. */
	expect_rc(vcpu_op(DOWN, 1, 0), 0);
}
