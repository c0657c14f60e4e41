/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: the periodic timer ticks at its period, which is at least a
 * millisecond, until it is stopped.
 *
 * Provocation: a 5 ms tick for a while; periods of 0 and 1 ns.
 */
#include "lib/guest.h"

void test_main(void)
{
	struct pv_evtchn_bind_virq virq = {.virq = PV_VIRQ_TIMER, .vcpu = 0};
	struct pv_vcpu_set_periodic_timer tick = {.period_ns = MILLISECONDS(5)};
	uint64_t count;

	expect_rc(event_op(BIND_VIRQ, &virq), 0);
	events_enable();
	expect_rc(vcpu_op(SET_PERIODIC_TIMER, 0, &tick), 0);
	expect_true(wait_until(event_count[virq.port] >= 5, MILLISECONDS(20000)));
	expect_rc(vcpu_op(STOP_PERIODIC_TIMER, 0, 0), 0);
	count = event_count[virq.port];
	wait_until(false, MILLISECONDS(30));
	expect_true(event_count[virq.port] <= count + 1);

	tick.period_ns = 1;
	expect_rc(vcpu_op(SET_PERIODIC_TIMER, 0, &tick), -PV_EINVAL);
	tick.period_ns = MILLISECONDS(1) - 1;
	expect_rc(vcpu_op(SET_PERIODIC_TIMER, 0, &tick), -PV_EINVAL);
	tick.period_ns = ~0ul;
	expect_rc(vcpu_op(SET_PERIODIC_TIMER, 0, &tick), -PV_EINVAL);
	events_disable();
}
