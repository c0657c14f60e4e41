/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: a port notifies the vcpu it is bound to: an IPI port the one named at
 * binding, the others vcpu 0 until bind_vcpu. Ports tied to a vcpu stay there.
 *
 * Provocation: two vcpus; IPI ports each way, a loopback channel moved to the
 * second one, a round trip between them.
 */
#include "lib/guest.h"

static volatile uint32_t to_first, to_second;
static volatile unsigned int seen_by[MAX_CPUS];
static volatile bool stop;

static void send(uint32_t port)
{
	struct pv_evtchn_send s = {.port = port};

	expect_rc(event_op(SEND, &s), 0);
}

static void on_event(uint32_t port, struct frame *frame)
{
	(void)port;
	(void)frame;
	seen_by[this_cpu()->id]++;
	if (this_cpu()->id == 1)
		send(to_first);
}

static void second(void)
{
	events_enable();
	while (!stop)
		relax();
	events_disable();
}

void test_main(void)
{
	struct pv_evtchn_alloc_unbound alloc = {.dom = PV_DOMID_SELF, .remote_dom = PV_DOMID_SELF};
	struct pv_evtchn_bind_interdomain loop = {.remote_dom = PV_DOMID_SELF};
	struct pv_evtchn_bind_ipi ipi = {.vcpu = 0};
	struct pv_evtchn_bind_vcpu move;

	if (vcpu_count() < 2) {
		skip("needs two vcpus");
		return;
	}
	expect_rc(event_op(BIND_IPI, &ipi), 0);
	to_first = ipi.port;
	ipi.vcpu = 1;
	expect_rc(event_op(BIND_IPI, &ipi), 0);
	to_second = ipi.port;
	ipi.vcpu = 8192;
	expect_rc(event_op(BIND_IPI, &ipi), -PV_ENOENT);
	event_handler(to_first, on_event);
	event_handler(to_second, on_event);
	expect_rc(vcpu_start(1, second), 0);
	events_enable();

	for (unsigned int i = 1; i <= 100; i++) {
		send(to_second);
		if (!wait_until(seen_by[0] == i, MILLISECONDS(20000))) {
			failure("round trip %u does not come back", i);
			break;
		}
	}
	expect_eq(seen_by[1], 100);

	/* A channel end starts on vcpu 0 and can move. */
	expect_rc(event_op(ALLOC_UNBOUND, &alloc), 0);
	loop.remote_port = alloc.port;
	expect_rc(event_op(BIND_INTERDOMAIN, &loop), 0);
	expect_true(wait_until(event_count[loop.local_port] == 1, MILLISECONDS(20000)));
	event_handler(loop.local_port, on_event);
	move = (struct pv_evtchn_bind_vcpu){.port = loop.local_port, .vcpu = 1};
	expect_rc(event_op(BIND_VCPU, &move), 0);
	send(alloc.port);
	expect_true(wait_until(seen_by[1] == 101, MILLISECONDS(20000)));
	move.vcpu = 8192;
	expect_rc(event_op(BIND_VCPU, &move), -PV_ENOENT);
	move = (struct pv_evtchn_bind_vcpu){.port = to_second, .vcpu = 0};
	expect_lt(event_op(BIND_VCPU, &move), 0);
	move.port = 4000;
	expect_lt(event_op(BIND_VCPU, &move), 0);

	stop = true;
	vcpu_join(1);
	events_disable();
}
