/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: the one-shot timer raises the timer interrupt at its time and not
 * before; a time that has passed fires at once, or is -ETIME if the caller
 * asked for the future only (which Xen 4.17 ignores); a new setting replaces the old one; stop
 * stops. Only the vcpu itself can use it.
 *
 * Provocation: times near, past, zero, at the end of the number range.
 */
#include "lib/guest.h"

static uint32_t port;
static volatile uint64_t fired_at;

static void on_timer(uint32_t p, struct frame *frame)
{
	(void)p;
	(void)frame;
	fired_at = system_time();
}

static int64_t set(uint64_t when, uint32_t flags)
{
	struct pv_vcpu_set_singleshot_timer t = {.timeout_abs_ns = when, .flags = flags};

	fired_at = 0;
	return vcpu_op(SET_SINGLESHOT_TIMER, 0, &t);
}

void test_main(void)
{
	struct pv_evtchn_bind_virq virq = {.virq = PV_VIRQ_TIMER, .vcpu = 0};
	struct pv_vcpu_set_singleshot_timer t = {0};
	uint64_t when;
	int64_t rc;

	expect_rc(event_op(BIND_VIRQ, &virq), 0);
	port = virq.port;
	event_handler(port, on_timer);
	events_enable();

	for (int i = 0; i < 3; i++) {
		when = system_time() + MILLISECONDS(5);
		expect_rc(set(when, 0), 0);
		expect_true(wait_until(fired_at != 0, MILLISECONDS(20000)));
		expect_true(fired_at >= when);
	}
	/* Past. */
	expect_rc(set(system_time() - MILLISECONDS(1), 0), 0);
	expect_true(wait_until(fired_at != 0, MILLISECONDS(20000)));
	expect_rc(set(1, 0), 0);
	expect_true(wait_until(fired_at != 0, MILLISECONDS(20000)));
	rc = set(system_time() - MILLISECONDS(1), PV_VCPU_SSHOTTMR_FUTURE);
	if (rc == 0)
		expect_true(wait_until(fired_at != 0, MILLISECONDS(20000)));
	else
		expect_rc(rc, -PV_ETIME);
	expect_rc(set(system_time() + MILLISECONDS(100), PV_VCPU_SSHOTTMR_FUTURE), 0);
	expect_true(wait_until(fired_at != 0, MILLISECONDS(20000)));

	/* Replaced, stopped, never. */
	expect_rc(set(system_time() + MILLISECONDS(20), 0), 0);
	expect_rc(set(system_time() + MILLISECONDS(500000), 0), 0);
	expect_false(wait_until(fired_at != 0, MILLISECONDS(60)));
	expect_rc(set(system_time() + MILLISECONDS(20), 0), 0);
	expect_rc(vcpu_op(STOP_SINGLESHOT_TIMER, 0, 0), 0);
	expect_false(wait_until(fired_at != 0, MILLISECONDS(60)));
	expect_rc(set(0x7fffffffffffffff, 0), 0);
	expect_false(wait_until(fired_at != 0, MILLISECONDS(20)));
	/* Negative as a time: either the far future or long past, but an answer. */
	set(~0ul, 0);
	wait_until(fired_at != 0, MILLISECONDS(5));
	expect_rc(vcpu_op(STOP_SINGLESHOT_TIMER, 0, 0), 0);

	if (vcpu_count() > 1) {
		expect_rc(vcpu_op(SET_SINGLESHOT_TIMER, 1, &t), -PV_EINVAL);
		expect_rc(vcpu_op(STOP_SINGLESHOT_TIMER, 1, 0), -PV_EINVAL);
	}

	/* The older call: the same timer, 0 cancels. */
	fired_at = 0;
	when = system_time() + MILLISECONDS(5);
	expect_rc(CALL1(SET_TIMER_OP, when), 0);
	expect_true(wait_until(fired_at != 0, MILLISECONDS(20000)));
	expect_true(fired_at >= when);
	fired_at = 0;
	expect_rc(CALL1(SET_TIMER_OP, system_time() + MILLISECONDS(20)), 0);
	expect_rc(CALL1(SET_TIMER_OP, 0), 0);
	expect_false(wait_until(fired_at != 0, MILLISECONDS(60)));
	events_disable();
}
