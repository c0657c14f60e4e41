/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: however fast events come, the last one is never lost, and the upcall
 * does not nest on itself.
 *
 * Provocation: one vcpu sends to the other without pause, on many ports,
 * while the other masks, unmasks, blocks and is interrupted.
 */
#include "lib/guest.h"

#define PORTS  16
#define ROUNDS 3000

static uint32_t ports[PORTS];
static volatile uint64_t sent, received;
static volatile unsigned int depth, deepest;

static void on_event(uint32_t port, struct frame *frame)
{
	(void)port;
	(void)frame;
	if (++depth > deepest)
		deepest = depth;
	received = sent;
	depth--;
}

static void sender(void)
{
	for (int i = 0; i < ROUNDS; i++) {
		struct pv_evtchn_send send = {.port = ports[i % PORTS]};

		sent++;
		event_op(SEND, &send);
	}
}

void test_main(void)
{
	struct pv_evtchn_bind_ipi ipi = {.vcpu = 0};

	if (vcpu_count() < 2) {
		skip("needs two vcpus");
		return;
	}
	for (int i = 0; i < PORTS; i++) {
		expect_rc(event_op(BIND_IPI, &ipi), 0);
		ports[i] = ipi.port;
		event_handler(ports[i], on_event);
	}
	expect_rc(vcpu_start(1, sender), 0);
	while (received < ROUNDS) {
		uint64_t before = received;

		events_disable();
		for (int i = 0; i < 50; i++)
			relax();
		events_enable();
		sched_op(YIELD, 0);
		if (!wait_until(received != before || received == ROUNDS, MILLISECONDS(20000))) {
			failure("stuck after %lu of %lu", received, sent);
			break;
		}
	}
	events_disable();
	vcpu_join(1);
	expect_eq(received, ROUNDS);
	expect_eq(deepest, 1);
	for (int i = 0; i < PORTS; i++)
		expect_false(port_pending(ports[i]));
}
