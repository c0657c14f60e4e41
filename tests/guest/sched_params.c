/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: weight and cap of a domain are set and read by domctl in the way of the
 * credit2 scheduler; a weight of 0 leaves it as it was. A domain with a cap runs
 * no more than that, and the time it is kept from the CPU is stolen, not slept.
 *
 * Provocation: this domain gives itself a cap of half a CPU, and spins.
 */
#include "lib/guest.h"

static int64_t params(uint32_t cmd, uint16_t *weight, uint16_t *cap)
{
	struct pv_domctl op = {0};
	int64_t rc;

	op.u.scheduler_op.sched_id = PV_SCHEDULER_CREDIT2;
	op.u.scheduler_op.cmd = cmd;
	op.u.scheduler_op.u.credit2.weight = *weight;
	op.u.scheduler_op.u.credit2.cap = *cap;
	rc = domctl(&op, PV_DOMCTL_SCHEDULER_OP, 0);
	*weight = op.u.scheduler_op.u.credit2.weight;
	*cap = op.u.scheduler_op.u.credit2.cap;
	return rc;
}

static void set(uint16_t weight, uint16_t cap)
{
	expect_rc(params(PV_DOMCTL_SCHEDOP_PUTINFO, &weight, &cap), 0);
}

static void expect_params(uint16_t want_weight, uint16_t want_cap)
{
	uint16_t weight = 1, cap = 1;

	expect_rc(params(PV_DOMCTL_SCHEDOP_GETINFO, &weight, &cap), 0);
	expect_eq(weight, want_weight);
	expect_eq(cap, want_cap);
}

/* Hundredths of the time that this vcpu ran, while it always wanted to; -1 if it slept. */
static int64_t spin(void)
{
	struct pv_vcpu_runstate_info a, b;
	uint64_t end, all;

	expect_rc(vcpu_op(GET_RUNSTATE_INFO, 0, &a), 0);
	end = system_time() + MILLISECONDS(1000);
	while (system_time() < end)
		relax();
	expect_rc(vcpu_op(GET_RUNSTATE_INFO, 0, &b), 0);
	all = 0;
	for (unsigned int i = 0; i < 4; i++)
		all += b.time[i] - a.time[i];
	if (b.time[PV_RUNSTATE_BLOCKED] != a.time[PV_RUNSTATE_BLOCKED])
		return -1;
	return (int64_t)((b.time[PV_RUNSTATE_RUNNING] - a.time[PV_RUNSTATE_RUNNING]) * 100 / all);
}

void test_main(void)
{
	struct pv_domctl op = {0};
	int64_t share;

	expect_params(256, 0);
	set(512, 0);
	expect_params(512, 0);
	set(0, 50);
	expect_params(512, 50);
	share = spin();
	expect_ge(share, 40);
	expect_lt(share, 56);
	set(256, 0);
	expect_params(256, 0);
	expect_ge(spin(), 90);

	op.u.scheduler_op.sched_id = PV_SCHEDULER_RTDS;
	op.u.scheduler_op.cmd = PV_DOMCTL_SCHEDOP_GETINFO;
	expect_rc(domctl(&op, PV_DOMCTL_SCHEDULER_OP, 0), -PV_EINVAL);
	op.u.scheduler_op.sched_id = PV_SCHEDULER_CREDIT2;
	expect_rc(domctl(&op, PV_DOMCTL_SCHEDULER_OP, 77), -PV_ESRCH);
	op.u.scheduler_op.cmd = 99;
	expect_lt(domctl(&op, PV_DOMCTL_SCHEDULER_OP, 0), 0);
}
