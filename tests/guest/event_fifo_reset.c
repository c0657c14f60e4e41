/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: with the FIFO form a domain can have ports beyond 4095, as many as it was
 * made for, and no more pages of words than these need. evtchn_reset closes all,
 * gives the pages back and returns to the two-level form, where the ports beyond
 * are neither to be had nor to be touched; then the FIFO form can be had again.
 *
 * Provocation: pages until refused, ports until there are many, a channel between
 * two high ones; reset; the old pages become page tables; calls on the old ports.
 */
#include "lib/guest.h"

#define MANY 6000

static uint32_t allocate(void)
{
	struct pv_evtchn_alloc_unbound a = {.dom = PV_DOMID_SELF, .remote_dom = PV_DOMID_SELF};
	int64_t rc = event_op(ALLOC_UNBOUND, &a);

	return rc ? 0 : a.port;
}

static void check_gone(uint32_t port)
{
	struct pv_evtchn_send send = {.port = port};
	struct pv_evtchn_bind_vcpu move = {.port = port};
	struct pv_evtchn_close close = {.port = port};
	struct pv_evtchn_unmask unmask = {.port = port};
	struct pv_sched_poll poll = {.ports = (uint64_t)&port, .nr_ports = 1, .timeout = 1};

	expect_lt(event_op(SEND, &send), 0);
	expect_lt(event_op(BIND_VCPU, &move), 0);
	expect_lt(event_op(CLOSE, &close), 0);
	/* These two may be answered either way, and change nothing. */
	event_op(UNMASK, &unmask);
	sched_op(POLL, &poll);
}

void test_main(void)
{
	struct pv_evtchn_bind_interdomain loop = {.remote_dom = PV_DOMID_SELF};
	struct pv_evtchn_reset reset = {.dom = PV_DOMID_SELF};
	struct pv_evtchn_send send;
	unsigned int pages = 0;
	volatile uint32_t *word;
	uint64_t words_mfn, control_mfn;
	uint32_t port = 0;

	expect_rc(fifo_init(0), 0);
	expect_rc(fifo_init(0), -PV_EINVAL); /* it has one */
	for (unsigned int i = 0; i < MANY; i++) {
		while (port >= pages * 1024)
			expect_rc((pages++, fifo_expand()), 0);
		port = allocate();
		if (!port) {
			failure("only %u ports", i);
			return;
		}
	}
	expect_true(port >= MANY);
	loop.remote_port = port;
	expect_rc(event_op(BIND_INTERDOMAIN, &loop), 0);
	word = fifo_word(loop.local_port);
	expect_eq(*word, FIFO_PENDING | FIFO_LINKED); /* from the binding */
	fifo_dispatch();
	expect_eq(*word, 0);
	send.port = port;
	expect_rc(event_op(SEND, &send), 0);
	expect_eq(*word, FIFO_PENDING | FIFO_LINKED);
	while (pages < 200 && fifo_expand() == 0)
		pages++;
	expect_true(pages <= PV_EVTCHN_FIFO_NR_CHANNELS / 1024);

	words_mfn = va_to_mfn(fifo_word(0));
	control_mfn = va_to_mfn((const void *)fifo_control[0]);
	memset((void *)fifo_word(0), 0, PAGE_SIZE);
	expect_rc(set_readonly((const void *)fifo_word(0)), 0);
	expect_lt(mmuext(PV_MMUEXT_PIN_L1_TABLE, words_mfn, 0), 0);
	expect_rc(event_op(RESET, &reset), 0);
	/* Not in use any more, it can become a table. */
	expect_rc(mmuext(PV_MMUEXT_PIN_L1_TABLE, words_mfn, 0), 0);
	expect_rc(mmuext(PV_MMUEXT_UNPIN_TABLE, words_mfn, 0), 0);
	memset((void *)fifo_control[0], 0, PAGE_SIZE);
	expect_rc(set_readonly((const void *)fifo_control[0]), 0);
	expect_rc(mmuext(PV_MMUEXT_PIN_L1_TABLE, control_mfn, 0), 0);
	expect_rc(mmuext(PV_MMUEXT_UNPIN_TABLE, control_mfn, 0), 0);
	fifo_forget();

	check_gone(port);
	check_gone(loop.local_port);
	check_gone(1);
	port = allocate();
	expect_true(port > 0 && port < 16);
	loop.remote_port = port;
	expect_rc(event_op(BIND_INTERDOMAIN, &loop), 0);
	expect_true(port_pending(loop.local_port));
	for (unsigned int i = 2; i < PV_EVTCHN_2L_NR_CHANNELS && allocate(); i++)
		;
	expect_eq(allocate(), 0);

	expect_rc(fifo_init(0), 0);
	expect_rc(fifo_expand(), 0);
	expect_eq(*fifo_word(loop.local_port), FIFO_PENDING | FIFO_LINKED);
	expect_rc(event_op(RESET, &reset), 0);
}
