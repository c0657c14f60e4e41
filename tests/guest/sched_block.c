/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: block clears the event mask and sleeps until an event is pending; with
 * one pending already it does not sleep, so no wake-up is lost. yield returns.
 *
 * Provocation: block with an event pending, with a timer set, in a row.
 */
#include "lib/guest.h"

void test_main(void)
{
	struct pv_evtchn_bind_virq virq = {.virq = PV_VIRQ_TIMER, .vcpu = 0};
	struct pv_evtchn_bind_ipi ipi = {.vcpu = 0};
	struct pv_vcpu_set_singleshot_timer t = {0};
	struct pv_evtchn_send send;
	struct pv_vcpu_info *info = this_cpu()->info;

	expect_rc(event_op(BIND_VIRQ, &virq), 0);
	expect_rc(event_op(BIND_IPI, &ipi), 0);
	for (int i = 0; i < 10; i++)
		expect_rc(sched_op(YIELD, 0), 0);

	/* Pending: no sleep. Nothing else would end it. */
	send.port = ipi.port;
	for (unsigned int i = 1; i <= 100; i++) {
		events_disable();
		expect_rc(event_op(SEND, &send), 0);
		expect_rc(sched_op(BLOCK, 0), 0);
		expect_eq(info->evtchn_upcall_mask, 0);
		expect_eq(event_count[ipi.port], i);
	}
	/* A timer that may fire before, during or after the call. */
	for (unsigned int i = 1; i <= 20; i++) {
		uint64_t when = system_time() + i * 100000;

		events_disable();
		t.timeout_abs_ns = when;
		expect_rc(vcpu_op(SET_SINGLESHOT_TIMER, 0, &t), 0);
		expect_rc(sched_op(BLOCK, 0), 0);
		expect_eq(event_count[virq.port], i);
		expect_true(system_time() >= when);
	}
	events_disable();
}
