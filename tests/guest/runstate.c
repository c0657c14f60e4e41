/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: the runstate says running for the vcpu that asks, its times add up to
 * the time since the start and grow, sleeping counts as blocked, and a
 * registered area is kept up to date. A bad address does no harm.
 *
 * Provocation: readings around a sleep, both ways; a vcpu that never ran.
 */
#include "lib/guest.h"

static uint64_t sum(const volatile struct pv_vcpu_runstate_info *r)
{
	return r->time[0] + r->time[1] + r->time[2] + r->time[3];
}

void test_main(void)
{
	static volatile struct pv_vcpu_runstate_info area;
	struct pv_vcpu_register_runstate_memory_area where = {.addr.p = (uint64_t)&area};
	struct pv_vcpu_runstate_info a, b;
	struct pv_sched_poll sleep = {0};

	expect_rc(vcpu_op(GET_RUNSTATE_INFO, 0, &a), 0);
	expect_eq(a.state, PV_RUNSTATE_RUNNING);
	expect_true(a.state_entry_time <= system_time());
	expect_rc(vcpu_op(REGISTER_RUNSTATE_MEMORY_AREA, 0, &where), 0);
	expect_eq(area.state, PV_RUNSTATE_RUNNING);

	/* On a busy machine the time may have passed before the call: try again. */
	for (int i = 0; i < 20; i++) {
		sleep.timeout = system_time() + MILLISECONDS(20);
		expect_rc(sched_op(POLL, &sleep), 0);
		expect_rc(vcpu_op(GET_RUNSTATE_INFO, 0, &b), 0);
		if (b.time[PV_RUNSTATE_BLOCKED] >= a.time[PV_RUNSTATE_BLOCKED] + MILLISECONDS(10))
			break;
	}
	expect_eq(b.state, PV_RUNSTATE_RUNNING);
	expect_true(b.time[PV_RUNSTATE_BLOCKED] >= a.time[PV_RUNSTATE_BLOCKED] + MILLISECONDS(10));
	expect_true(sum(&b) >= sum(&a) + MILLISECONDS(10));
	expect_true(b.state_entry_time > a.state_entry_time);
	expect_eq(area.state, PV_RUNSTATE_RUNNING);
	expect_eq(area.time[PV_RUNSTATE_BLOCKED], b.time[PV_RUNSTATE_BLOCKED]);
	expect_eq(area.state_entry_time & ~PV_RUNSTATE_UPDATE, b.state_entry_time);

	if (vcpu_count() > 1) {
		expect_rc(vcpu_op(GET_RUNSTATE_INFO, 1, &a), 0);
		expect_eq(a.state, PV_RUNSTATE_OFFLINE);
	}
	/* Accepted or not, writing there must not hurt anybody. */
	where.addr.p = PV_HYPERVISOR_VIRT_START;
	expect_lt(vcpu_op(REGISTER_RUNSTATE_MEMORY_AREA, 0, &where), 0);
	where.addr.p = 0x1000;
	vcpu_op(REGISTER_RUNSTATE_MEMORY_AREA, 0, &where);
	sleep.timeout = system_time() + MILLISECONDS(2);
	expect_rc(sched_op(POLL, &sleep), 0);
	expect_lt(vcpu_op(GET_RUNSTATE_INFO, 8192, &a), 0);
}
