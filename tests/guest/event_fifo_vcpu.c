/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: a FIFO port is queued for the vcpu it is bound to. If that has no queues
 * yet it is not linked, and nothing breaks. A port that is linked when
 * it moves is taken off where it was, and goes to its new vcpu the next time. Poll
 * ends on an event that is pending in a word, linked or not.
 *
 * Provocation: ports for the second vcpu before and after it has a control block;
 * a port that moves there and back while linked; polls that find an event, and
 * one that the other vcpu ends.
 */
#include "lib/guest.h"

static uint32_t port;

static void move(uint32_t vcpu)
{
	struct pv_evtchn_bind_vcpu m = {.port = port, .vcpu = vcpu};

	expect_rc(event_op(BIND_VCPU, &m), 0);
}

static int64_t send(uint32_t to)
{
	struct pv_evtchn_send s = {.port = to};

	return event_op(SEND, &s);
}

static uint32_t other_end;
static volatile enum { NOTHING, DRAIN, SEND_LATE, END } job;

/* The second vcpu does what it is told. */
static void second(void)
{
	while (job != END) {
		if (job == DRAIN)
			fifo_dispatch();
		if (job == SEND_LATE) {
			wait_until(false, MILLISECONDS(10));
			send(other_end);
		}
		job = NOTHING;
		while (job == NOTHING)
			relax();
	}
}

static void drain_second(void)
{
	job = DRAIN;
	expect_true(wait_until(job == NOTHING, MILLISECONDS(20000)));
}

void test_main(void)
{
	struct pv_evtchn_alloc_unbound alloc = {.dom = PV_DOMID_SELF, .remote_dom = PV_DOMID_SELF};
	struct pv_evtchn_bind_interdomain loop = {.remote_dom = PV_DOMID_SELF};
	struct pv_evtchn_bind_ipi ipi = {.vcpu = 1};
	struct pv_evtchn_unmask unmask;
	struct pv_sched_poll poll = {.ports = (uint64_t)&port, .nr_ports = 1};

	if (vcpu_count() < 2) {
		skip("needs two vcpus");
		return;
	}
	expect_rc(fifo_init(0), 0);
	expect_rc(fifo_expand(), 0);

	/* No queues there: pending (Xen 4.17 drops even that), and nothing else. */
	expect_rc(event_op(BIND_IPI, &ipi), 0);
	expect_rc(send(ipi.port), 0);
	expect_eq(*fifo_word(ipi.port) & ~FIFO_PENDING, 0);
	unmask.port = ipi.port;
	expect_rc(event_op(UNMASK, &unmask), 0);
	*fifo_word(ipi.port) = FIFO_PENDING;
	expect_rc(fifo_init(1), 0);
	expect_rc(event_op(UNMASK, &unmask), 0);
	expect_eq(*fifo_word(ipi.port), FIFO_PENDING | FIFO_LINKED);
	expect_eq(fifo_control[1]->head[PV_EVTCHN_FIFO_PRIORITY_DEFAULT], ipi.port);
	job = DRAIN;
	expect_rc(vcpu_start(1, second), 0);
	expect_true(wait_until(job == NOTHING, MILLISECONDS(20000)));
	expect_eq(*fifo_word(ipi.port), 0);
	expect_eq(event_count[ipi.port], 1);

	/* A channel end, linked for vcpu 0, moves to vcpu 1. */
	expect_rc(event_op(ALLOC_UNBOUND, &alloc), 0);
	loop.remote_port = other_end = alloc.port;
	expect_rc(event_op(BIND_INTERDOMAIN, &loop), 0);
	port = loop.local_port;
	fifo_dispatch();
	expect_rc(send(other_end), 0);
	move(1);
	expect_rc(send(other_end), 0);
	expect_eq(fifo_control[1]->ready, 0);
	fifo_dispatch();
	expect_eq(*fifo_word(port), 0);
	expect_rc(send(other_end), 0);
	expect_eq(fifo_control[0]->ready, 0);
	expect_eq(fifo_control[1]->ready, 1u << PV_EVTCHN_FIFO_PRIORITY_DEFAULT);
	expect_eq(fifo_control[1]->head[PV_EVTCHN_FIFO_PRIORITY_DEFAULT], port);
	drain_second();
	/* Back, and another one behind it in vcpu 0's queue, whose old tail it was. */
	move(0);
	expect_rc(send(other_end), 0);
	expect_eq(fifo_control[0]->head[PV_EVTCHN_FIFO_PRIORITY_DEFAULT], port);
	fifo_dispatch();
	expect_eq(*fifo_word(port), 0);

	/* Poll: pending before; pending and masked; sent meanwhile. */
	expect_rc(send(other_end), 0);
	expect_rc(sched_op(POLL, &poll), 0);
	fifo_dispatch();
	fifo_mask(port);
	expect_rc(send(other_end), 0);
	expect_eq(*fifo_word(port), FIFO_PENDING | FIFO_MASKED);
	expect_rc(sched_op(POLL, &poll), 0);
	*fifo_word(port) = FIFO_MASKED;
	job = SEND_LATE;
	expect_rc(sched_op(POLL, &poll), 0);
	expect_true(*fifo_word(port) & FIFO_PENDING);
	expect_true(wait_until(job == NOTHING, MILLISECONDS(20000)));
	job = END;
	vcpu_join(1);
}
