/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: ports can be bound, sent and closed by several vcpus at once; a send
 * to a port that is being closed succeeds or fails, nothing else.
 *
 * Provocation: one vcpu makes and closes a channel over and over; the other
 * sends to the ports it may have, and unmasks and moves them.
 */
#include "lib/guest.h"

#define ROUNDS 1500

static volatile bool stop;
static volatile uint32_t maybe[2];
static volatile uint64_t sends;

static void disturber(void)
{
	while (!stop) {
		for (int i = 0; i < 2; i++) {
			struct pv_evtchn_send send = {.port = maybe[i]};
			struct pv_evtchn_unmask unmask = {.port = maybe[i]};
			struct pv_evtchn_bind_vcpu move = {.port = maybe[i], .vcpu = sends & 1};
			struct pv_evtchn_status status = {.dom = PV_DOMID_SELF, .port = maybe[i]};

			event_op(SEND, &send);
			event_op(UNMASK, &unmask);
			event_op(BIND_VCPU, &move);
			event_op(STATUS, &status);
			sends++;
		}
	}
}

void test_main(void)
{
	if (vcpu_count() < 2) {
		skip("needs two vcpus");
		return;
	}
	expect_rc(vcpu_start(1, disturber), 0);
	expect_true(wait_until(sends != 0, MILLISECONDS(20000)));
	for (int i = 0; i < ROUNDS; i++) {
		struct pv_evtchn_alloc_unbound alloc = {.dom = PV_DOMID_SELF,
							.remote_dom = PV_DOMID_SELF};
		struct pv_evtchn_bind_interdomain bind = {.remote_dom = PV_DOMID_SELF};
		struct pv_evtchn_close close;

		expect_rc(event_op(ALLOC_UNBOUND, &alloc), 0);
		maybe[0] = bind.remote_port = alloc.port;
		expect_rc(event_op(BIND_INTERDOMAIN, &bind), 0);
		maybe[1] = bind.local_port;
		expect_true(alloc.port < 16 && bind.local_port < 16);
		close.port = maybe[i & 1];
		expect_rc(event_op(CLOSE, &close), 0);
		close.port = maybe[!(i & 1)];
		expect_rc(event_op(CLOSE, &close), 0);
		if (result_get() != RESULT_SUCCESS)
			break;
	}
	stop = true;
	vcpu_join(1);
}
