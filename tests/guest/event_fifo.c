/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: with the FIFO form a sent port gets PENDING and LINKED in its event
 * word, is queued by priority, and its priority is announced in the vcpu's
 * control block when the queue was empty. A masked port is not linked. Bad
 * frames and offsets are refused.
 *
 * Provocation: one vcpu with a control block and one page of event words.
 */
#include "lib/guest.h"

#define WORD_BIT(n) (1u << (n))

static int64_t send(uint32_t port)
{
	struct pv_evtchn_send s = {.port = port};

	return event_op(SEND, &s);
}

void test_main(void)
{
	volatile struct pv_evtchn_fifo_control_block *control = page_alloc();
	volatile uint32_t *words = page_alloc();
	struct pv_evtchn_init_control init = {
		.control_gfn = va_to_mfn(control), .offset = 0, .vcpu = 0};
	struct pv_evtchn_init_control bad = init;
	struct pv_evtchn_expand_array expand = {.array_gfn = va_to_mfn(words)};
	struct pv_evtchn_set_priority priority;
	struct pv_evtchn_bind_ipi a = {.vcpu = 0}, b = {.vcpu = 0};
	struct pv_evtchn_unmask unmask;

	bad.offset = 4090;
	expect_rc(event_op(INIT_CONTROL, &bad), -PV_EINVAL);
	bad.offset = 4;
	expect_lt(event_op(INIT_CONTROL, &bad), 0);
	bad.offset = 0;
	bad.vcpu = 8192;
	expect_rc(event_op(INIT_CONTROL, &bad), -PV_ENOENT);
	bad.vcpu = 0;
	bad.control_gfn = 0xffffffffff;
	expect_lt(event_op(INIT_CONTROL, &bad), 0);
	bad.control_gfn = root_mfn();
	expect_lt(event_op(INIT_CONTROL, &bad), 0);
	expect_lt(event_op(EXPAND_ARRAY, &expand), 0);

	expect_rc(event_op(INIT_CONTROL, &init), 0);
	expect_eq(init.link_bits, PV_EVTCHN_FIFO_LINK_BITS);
	/* The page is in use now, and cannot become a table. */
	expect_lt(mmuext(PV_MMUEXT_PIN_L1_TABLE, va_to_mfn(control), 0), 0);
	expand.array_gfn = root_mfn();
	expect_lt(event_op(EXPAND_ARRAY, &expand), 0);
	expand.array_gfn = va_to_mfn(words);
	expect_rc(event_op(EXPAND_ARRAY, &expand), 0);

	expect_rc(event_op(BIND_IPI, &a), 0);
	expect_rc(event_op(BIND_IPI, &b), 0);
	/* New ports come up masked or not, as the form has it: start from clear. */
	words[a.port] = words[b.port] = 0;
	expect_rc(send(a.port), 0);
	expect_true(words[a.port] & WORD_BIT(PV_EVTCHN_FIFO_PENDING));
	expect_true(words[a.port] & WORD_BIT(PV_EVTCHN_FIFO_LINKED));
	expect_true(control->ready >> PV_EVTCHN_FIFO_PRIORITY_DEFAULT & 1);
	expect_eq(control->head[PV_EVTCHN_FIFO_PRIORITY_DEFAULT], a.port);
	expect_eq(this_cpu()->info->evtchn_upcall_pending, 1);
	/* The second one is linked behind the first. */
	expect_rc(send(b.port), 0);
	expect_eq(words[a.port] & PV_EVTCHN_FIFO_LINK_MASK, b.port);
	expect_eq(words[b.port] & PV_EVTCHN_FIFO_LINK_MASK, 0);
	/* Again: no second link. */
	expect_rc(send(a.port), 0);
	expect_eq(words[a.port] & PV_EVTCHN_FIFO_LINK_MASK, b.port);

	/* Take both off, as a guest does. */
	control->ready = 0;
	words[a.port] = words[b.port] = 0;
	control->head[PV_EVTCHN_FIFO_PRIORITY_DEFAULT] = 0;
	words[a.port] = WORD_BIT(PV_EVTCHN_FIFO_MASKED);
	expect_rc(send(a.port), 0);
	expect_eq(words[a.port],
		  WORD_BIT(PV_EVTCHN_FIFO_MASKED) | WORD_BIT(PV_EVTCHN_FIFO_PENDING));
	unmask.port = a.port;
	expect_rc(event_op(UNMASK, &unmask), 0);
	expect_eq(words[a.port] >> 28, 1u << 3 | 1u << 1); /* pending, linked */
	words[a.port] = 0;
	control->ready = 0;

	priority = (struct pv_evtchn_set_priority){.port = b.port, .priority = 0};
	expect_rc(event_op(SET_PRIORITY, &priority), 0);
	expect_rc(send(b.port), 0);
	expect_true(control->ready & 1);
	expect_eq(control->head[0], b.port);
	priority.priority = 16;
	expect_rc(event_op(SET_PRIORITY, &priority), -PV_EINVAL);
	priority.port = 100000;
	expect_lt(event_op(SET_PRIORITY, &priority), 0);

	/* Links that lead nowhere are the guest's own loss. */
	words[b.port] = PV_EVTCHN_FIFO_LINK_MASK;
	control->head[0] = 0x1ffff;
	expect_rc(send(b.port), 0);
	expect_eq(version_op(PAGESIZE, 0), 4096);
}
