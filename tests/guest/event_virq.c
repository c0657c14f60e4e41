/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: a virtual interrupt has one port at a time (per vcpu, or one for the
 * domain if it is a global one, bound on vcpu 0); numbers and vcpus that do
 * not exist are refused; a closed binding can be made again.
 *
 * Provocation: bindings of each kind, twice, with bad numbers.
 */
#include "lib/guest.h"

static int64_t bind(uint32_t virq, uint32_t vcpu, uint32_t *port)
{
	struct pv_evtchn_bind_virq b = {.virq = virq, .vcpu = vcpu};
	int64_t rc = event_op(BIND_VIRQ, &b);

	*port = b.port;
	return rc;
}

void test_main(void)
{
	struct pv_evtchn_status s = {.dom = PV_DOMID_SELF};
	struct pv_evtchn_bind_vcpu move;
	struct pv_evtchn_close close;
	struct pv_evtchn_send send;
	uint32_t timer, console, other;

	expect_rc(bind(PV_VIRQ_TIMER, 0, &timer), 0);
	expect_rc(bind(PV_VIRQ_TIMER, 0, &other), -PV_EEXIST);
	s.port = timer;
	expect_rc(event_op(STATUS, &s), 0);
	expect_eq(s.status, PV_EVTCHNSTAT_VIRQ);
	expect_eq(s.u.virq, PV_VIRQ_TIMER);
	/* Nobody sends virtual interrupts but the hypervisor, and this one stays put. */
	send.port = timer;
	expect_rc(event_op(SEND, &send), -PV_EINVAL);
	move.port = timer;
	move.vcpu = 0;
	expect_lt(event_op(BIND_VCPU, &move), 0);
	close.port = timer;
	expect_rc(event_op(CLOSE, &close), 0);
	expect_rc(bind(PV_VIRQ_TIMER, 0, &timer), 0);

	expect_rc(bind(PV_VIRQ_CONSOLE, 0, &console), 0);
	expect_rc(bind(PV_VIRQ_CONSOLE, 0, &other), -PV_EEXIST);
	move.port = console;
	expect_rc(event_op(BIND_VCPU, &move), 0);
	if (vcpu_count() > 1)
		expect_lt(bind(PV_VIRQ_DOM_EXC, 1, &other), 0);

	expect_rc(bind(PV_NR_VIRQS, 0, &other), -PV_EINVAL);
	expect_rc(bind(~0u, 0, &other), -PV_EINVAL);
	expect_rc(bind(PV_VIRQ_DEBUG, 8192, &other), -PV_ENOENT);
	expect_rc(bind(PV_VIRQ_DEBUG, ~0u, &other), -PV_ENOENT);
	expect_rc(bind(PV_VIRQ_DEBUG, 0, &other), 0);
}
