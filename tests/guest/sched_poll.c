/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: poll sleeps until one of its ports is pending, masked or not and with
 * events masked or not, or until the time given; it changes neither port nor
 * mask. At most 128 ports, each of them one the domain can have.
 *
 * Provocation: ports pending before, sent by another vcpu, never; bad lists.
 */
#include "lib/guest.h"

static uint32_t ports[2];

static void sender(void)
{
	struct pv_evtchn_send send = {.port = ports[1]};

	wait_until(false, MILLISECONDS(10));
	event_op(SEND, &send);
}

void test_main(void)
{
	static uint32_t many[129];
	struct pv_sched_poll poll = {.ports = (uint64_t)ports, .nr_ports = 2};
	struct pv_evtchn_bind_ipi ipi = {.vcpu = 0};
	struct pv_evtchn_send send;
	uint64_t start;

	for (int i = 0; i < 2; i++) {
		expect_rc(event_op(BIND_IPI, &ipi), 0);
		ports[i] = ipi.port;
		port_mask(ipi.port);
	}
	send.port = ports[1];
	expect_rc(event_op(SEND, &send), 0);
	expect_rc(sched_op(POLL, &poll), 0);
	expect_true(port_pending(ports[1]));
	expect_true(events_masked());
	port_clear(ports[1]);

	start = system_time();
	poll.timeout = start + MILLISECONDS(10);
	expect_rc(sched_op(POLL, &poll), 0);
	expect_true(system_time() >= start + MILLISECONDS(10));
	/* A time in the past does not sleep. */
	poll.timeout = start;
	expect_rc(sched_op(POLL, &poll), 0);

	poll.timeout = 0;
	if (vcpu_count() > 1) {
		expect_rc(vcpu_start(1, sender), 0);
		expect_rc(sched_op(POLL, &poll), 0);
		expect_true(port_pending(ports[1]));
		vcpu_join(1);
	}

	poll.ports = (uint64_t)many;
	for (unsigned int i = 0; i < ARRAY_SIZE(many); i++)
		many[i] = ports[1];
	poll.nr_ports = 129;
	poll.timeout = 1;
	expect_rc(sched_op(POLL, &poll), -PV_EINVAL);
	poll.nr_ports = ~0u;
	expect_rc(sched_op(POLL, &poll), -PV_EINVAL);
	poll.nr_ports = 128;
	expect_rc(sched_op(POLL, &poll), 0);
	/* None is pending: the whole list is looked at. */
	port_clear(ports[1]);
	many[5] = 0x80000000;
	expect_rc(sched_op(POLL, &poll), -PV_EINVAL);
	poll.ports = PV_HYPERVISOR_VIRT_START;
	expect_rc(sched_op(POLL, &poll), -PV_EFAULT);
}
