/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: a masked port only gets its pending bit; unmask delivers what is
 * pending. Sending what is pending already changes nothing. A port given out
 * again carries no old pending bit. Send and unmask refuse ports that are not
 * there.
 *
 * Provocation: an IPI port of the vcpu's own, masked, sent, unmasked, closed.
 */
#include "lib/guest.h"

static int64_t send(uint32_t port)
{
	struct pv_evtchn_send s = {.port = port};

	return event_op(SEND, &s);
}

static int64_t unmask(uint32_t port)
{
	struct pv_evtchn_unmask u = {.port = port};

	return event_op(UNMASK, &u);
}

void test_main(void)
{
	static const uint32_t nowhere[] = {0, 4095, 4096, 131072, 0x7fffffff, 0x80000000, ~0u};
	struct pv_vcpu_info *info = this_cpu()->info;
	struct pv_evtchn_bind_ipi ipi = {.vcpu = 0};
	struct pv_evtchn_close close;
	uint32_t port;

	expect_rc(event_op(BIND_IPI, &ipi), 0);
	port = ipi.port;
	events_enable();
	port_mask(port);
	expect_rc(send(port), 0);
	expect_true(port_pending(port));
	expect_eq(event_count[port], 0);
	expect_eq(info->evtchn_upcall_pending, 0);
	expect_false(info->evtchn_pending_sel >> port / 64 & 1);
	/* Clearing the bit in memory is not enough; the call is. */
	port_unmask(port);
	version_op(VERSION, 0);
	expect_eq(event_count[port], 0);
	port_mask(port);
	expect_rc(unmask(port), 0);
	expect_eq(event_count[port], 1);
	expect_false(port_masked(port));
	expect_rc(unmask(port), 0);
	expect_eq(event_count[port], 1);

	events_disable();
	expect_rc(send(port), 0);
	expect_rc(send(port), 0);
	expect_rc(send(port), 0);
	events_enable();
	expect_eq(event_count[port], 2);
	events_disable();

	expect_rc(send(port), 0);
	expect_true(port_pending(port));
	close.port = port;
	expect_rc(event_op(CLOSE, &close), 0);
	ipi.port = 0;
	expect_rc(event_op(BIND_IPI, &ipi), 0);
	expect_eq(ipi.port, port);
	expect_false(port_pending(port));

	for (unsigned int i = 0; i < ARRAY_SIZE(nowhere); i++) {
		expect_lt(send(nowhere[i]), 0);
		/* Within range but unused: nothing to deliver, either answer will do. */
		if (nowhere[i] >= PV_EVTCHN_2L_NR_CHANNELS)
			expect_lt(unmask(nowhere[i]), 0);
		close.port = nowhere[i];
		expect_lt(event_op(CLOSE, &close), 0);
	}
}
