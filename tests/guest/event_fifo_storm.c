/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: with the FIFO form no event is lost, however many vcpus send at once, and
 * whatever becomes of the port's priority and vcpu meanwhile.
 *
 * Provocation: every other vcpu counts up numbers of its own and sends a port for
 * each; the first one takes what comes, and moves ports between queues. In the end
 * it has seen the last number of each.
 */
#include "lib/guest.h"

#define PORTS  4 /* each sender's */
#define ROUNDS 3000

static uint32_t ports[MAX_CPUS][PORTS];
static volatile uint32_t sent[MAX_CPUS][PORTS], received[MAX_CPUS][PORTS];
static unsigned int owner[64], which[64];

static void on_event(uint32_t port, unsigned int priority)
{
	(void)priority;
	if (port < ARRAY_SIZE(owner))
		received[owner[port]][which[port]] = sent[owner[port]][which[port]];
}

static void sender(void)
{
	unsigned int me = this_cpu()->id;

	for (uint32_t i = 1; i <= ROUNDS; i++) {
		struct pv_evtchn_send send = {.port = ports[me][i % PORTS]};

		sent[me][i % PORTS] = i;
		event_op(SEND, &send);
	}
}

static bool all_received(unsigned int vcpus)
{
	for (unsigned int v = 1; v < vcpus; v++)
		for (unsigned int i = 0; i < PORTS; i++)
			if (received[v][i] != ROUNDS - (ROUNDS - i) % PORTS)
				return false;
	return true;
}

void test_main(void)
{
	unsigned int vcpus = vcpu_count(), moves = 0;
	struct pv_evtchn_bind_ipi ipi = {.vcpu = 0};

	if (vcpus < 2) {
		skip("needs two vcpus");
		return;
	}
	if (vcpus > MAX_CPUS)
		vcpus = MAX_CPUS;
	expect_rc(fifo_init(0), 0);
	expect_rc(fifo_expand(), 0);
	fifo_on_event = on_event;
	for (unsigned int v = 1; v < vcpus; v++) {
		for (unsigned int i = 0; i < PORTS; i++) {
			expect_rc(event_op(BIND_IPI, &ipi), 0);
			ports[v][i] = ipi.port;
			owner[ipi.port] = v;
			which[ipi.port] = i;
		}
	}
	for (unsigned int v = 1; v < vcpus; v++)
		expect_rc(vcpu_start(v, sender), 0);
	events_enable();
	wait_until(({
			   struct pv_evtchn_set_priority p = {
				   .port = ports[1 + moves % (vcpus - 1)][moves % PORTS],
				   .priority = moves * 5 % 16};

			   moves++;
			   event_op(SET_PRIORITY, &p);
			   all_received(vcpus);
		   }),
		   MILLISECONDS(40000));
	for (unsigned int v = 1; v < vcpus; v++)
		vcpu_join(v);
	expect_true(wait_until(all_received(vcpus), MILLISECONDS(2000)));
	events_disable();
	for (unsigned int v = 1; v < vcpus; v++)
		for (unsigned int i = 0; i < PORTS; i++)
			expect_eq(*fifo_word(ports[v][i]), 0);
}
