/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: with the FIFO form events of a smaller priority number are found first,
 * those of one priority in the order they were sent. A new priority counts from
 * the next time that the port is linked. What was pending in the two-level form,
 * or before a port had its word, is linked as soon as it has one.
 *
 * Provocation: sixteen ports, sent from the last priority to the first; one that
 * changes its priority while it is linked; ports sent to before there are words.
 */
#include "lib/guest.h"

#define QUEUES PV_EVTCHN_FIFO_MAX_QUEUES

static uint32_t seen[64];
static unsigned int seen_priority[64], seen_count;

static void on_event(uint32_t port, unsigned int priority)
{
	if (seen_count < ARRAY_SIZE(seen)) {
		seen[seen_count] = port;
		seen_priority[seen_count++] = priority;
	}
}

static uint32_t bind(void)
{
	struct pv_evtchn_bind_ipi ipi = {.vcpu = 0};

	expect_rc(event_op(BIND_IPI, &ipi), 0);
	return ipi.port;
}

static void send(uint32_t port)
{
	struct pv_evtchn_send s = {.port = port};

	expect_rc(event_op(SEND, &s), 0);
}

static void set_priority(uint32_t port, uint32_t priority)
{
	struct pv_evtchn_set_priority p = {.port = port, .priority = priority};

	expect_rc(event_op(SET_PRIORITY, &p), 0);
}

void test_main(void)
{
	struct pv_evtchn_set_priority early = {.priority = 3};
	uint32_t before, between, port[QUEUES];

	before = early.port = bind();
	expect_rc(event_op(SET_PRIORITY, &early), -PV_ENOSYS);
	send(before);
	expect_rc(fifo_init(0), 0);
	between = bind();
	send(between);
	fifo_on_event = on_event;
	expect_rc(fifo_expand(), 0);
	expect_eq(*fifo_word(before) & (FIFO_PENDING | FIFO_LINKED), FIFO_PENDING | FIFO_LINKED);
	expect_eq(*fifo_word(between) & (FIFO_PENDING | FIFO_LINKED), FIFO_PENDING | FIFO_LINKED);
	fifo_dispatch();
	expect_eq(seen_count, 2);
	expect_eq(event_count[before], 1);
	expect_eq(event_count[between], 1);

	/* All priorities, the last one first. */
	seen_count = 0;
	for (unsigned int i = 0; i < QUEUES; i++) {
		port[i] = bind();
		set_priority(port[i], i);
	}
	for (unsigned int i = QUEUES; i-- > 0;)
		send(port[i]);
	expect_eq(fifo_control[0]->ready, 0xffff);
	fifo_dispatch();
	expect_eq(seen_count, QUEUES);
	for (unsigned int i = 0; i < QUEUES; i++) {
		expect_eq(seen[i], port[i]);
		expect_eq(seen_priority[i], i);
	}

	/* One queue: in the order they were sent, and each once. */
	seen_count = 0;
	for (unsigned int i = 0; i < QUEUES; i++)
		set_priority(port[i], 5);
	for (unsigned int i = 0; i < QUEUES; i++)
		send(port[i * 7 % QUEUES]);
	send(port[3]);
	fifo_dispatch();
	expect_eq(seen_count, QUEUES);
	for (unsigned int i = 0; i < QUEUES; i++)
		expect_eq(seen[i], port[i * 7 % QUEUES]);

	/* Linked already: it stays where it is; the others are not lost behind it. */
	seen_count = 0;
	send(port[0]);
	set_priority(port[0], 0);
	send(port[1]);
	send(port[0]);
	fifo_dispatch();
	expect_eq(seen_count, 2);
	expect_eq(seen[0], port[0]);
	expect_eq(seen_priority[0], 5);
	expect_eq(seen[1], port[1]);
	/* It was taken off as its old queue's last: the next one there starts a queue anew. */
	seen_count = 0;
	send(port[2]);
	fifo_dispatch();
	set_priority(port[2], 9);
	send(port[2]);
	send(port[4]);
	fifo_dispatch();
	expect_eq(seen_count, 3);
	expect_eq(seen[1], port[4]);
	expect_eq(seen[2], port[2]);
	expect_eq(seen_priority[2], 9);
	for (unsigned int i = 0; i < QUEUES; i++)
		expect_eq(*fifo_word(port[i]), 0);
}
