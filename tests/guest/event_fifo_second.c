/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: two domains of the FIFO form send each other events; each counts with its
 * own pages. A domain without privilege gives no frames but its own for that, has
 * no interrupt line, and resets nobody else. One that is destroyed with events in its
 * queues leaves nothing: its frames come back, and the other end is unbound.
 *
 * Provocation: a clone of this kernel with a channel to the first domain, which
 * plays back what it is sent; the clone then ends with ports linked.
 */
#include "lib/guest.h"

#define ROUNDS 200

enum { PORT, FRAME, ANSWERS, DONE }; /* words of the mailbox */

static int64_t send(uint32_t port)
{
	struct pv_evtchn_send s = {.port = port};

	return event_op(SEND, &s);
}

/* --- in the clone -------------------------------------------------------------- */

static void refusals(void)
{
	struct pv_evtchn_init_control init = {.control_gfn = domain_mailbox.word[FRAME]};
	struct pv_evtchn_expand_array expand = {.array_gfn = domain_mailbox.word[FRAME]};
	struct pv_evtchn_reset reset = {.dom = 0};
	struct pv_evtchn_status status = {.dom = 0, .port = 1};
	struct pv_evtchn_bind_pirq pirq = {.pirq = 8};
	struct pv_physdev_map_pirq map = {
		.domid = PV_DOMID_SELF, .type = PV_MAP_PIRQ_TYPE_GSI, .index = 8, .pirq = 8};
	struct pv_physdev_eoi eoi = {.irq = 8};
	struct pv_physdev_setup_gsi setup = {.gsi = 8};

	expect_rc(event_op(INIT_CONTROL, &init), -PV_EINVAL);
	expect_rc(fifo_init(0), 0);
	expect_rc(event_op(EXPAND_ARRAY, &expand), -PV_EINVAL);
	expect_rc(fifo_expand(), 0);
	expect_rc(event_op(RESET, &reset), -PV_EPERM);
	expect_rc(event_op(STATUS, &status), -PV_EPERM);
	expect_lt(event_op(BIND_PIRQ, &pirq), 0);
	expect_lt(physdev_op(MAP_PIRQ, &map), 0);
	expect_lt(physdev_op(EOI, &eoi), 0);
	expect_rc(physdev_op(SETUP_GSI, &setup), -PV_EPERM);
}

static void second(void)
{
	struct pv_evtchn_bind_interdomain bind = {
		.remote_dom = 0, .remote_port = (uint32_t)domain_mailbox.word[PORT]};
	struct pv_evtchn_bind_ipi ipi = {.vcpu = 0};
	struct pv_sched_poll poll = {.ports = (uint64_t)&bind.local_port, .nr_ports = 1};

	fifo_forget(); /* what the first domain had when this copy was made */
	refusals();
	expect_rc(event_op(BIND_INTERDOMAIN, &bind), 0);
	expect_eq(*fifo_word(bind.local_port), FIFO_PENDING | FIFO_LINKED);
	fifo_dispatch();
	for (int i = 0; i < ROUNDS; i++) {
		expect_rc(send(bind.local_port), 0);
		while (!(*fifo_word(bind.local_port) & FIFO_PENDING)) {
			poll.timeout = system_time() + MILLISECONDS(10);
			sched_op(POLL, &poll);
		}
		fifo_dispatch();
	}
	domain_mailbox.word[ANSWERS] = event_count[bind.local_port];
	/* The end comes with something in a queue. */
	for (int i = 0; i < 10; i++) {
		expect_rc(event_op(BIND_IPI, &ipi), 0);
		expect_rc(send(ipi.port), 0);
	}
	expect_eq(*fifo_word(ipi.port), FIFO_PENDING | FIFO_LINKED);
	domain_mailbox.word[DONE] = 0x600d;
}

/* --- in the first domain -------------------------------------------------------- */

static uint32_t port;

static void play_back(uint32_t from, unsigned int priority)
{
	(void)priority;
	if (from == port)
		send(port);
}

void test_main(void)
{
	struct pv_evtchn_alloc_unbound alloc = {.dom = PV_DOMID_SELF};
	struct pv_evtchn_status status = {.dom = PV_DOMID_SELF};
	struct pv_evtchn_bind_ipi ipi = {.vcpu = 0};
	static struct domain d;
	uint64_t before;

	/* The first one leaves tables behind that later ones find. */
	if (domain_create(&d, 1, 64)) {
		error("no domain can be made");
		return;
	}
	expect_rc(domain_destroy(&d), 0);
	expect_rc(fifo_init(0), 0);
	expect_rc(fifo_expand(), 0);
	expect_rc(event_op(BIND_IPI, &ipi), 0); /* the hypervisor's memory for the first ports */
	before = free_frames_settled();
	if (!domain_clone(&d, second))
		return;
	alloc.remote_dom = d.id;
	expect_rc(event_op(ALLOC_UNBOUND, &alloc), 0);
	port = alloc.port;
	fifo_on_event = play_back;
	d.mailbox->word[PORT] = port;
	d.mailbox->word[FRAME] = va_to_mfn(page_alloc());
	events_enable();
	if (domain_run(&d))
		domain_join(&d);
	events_disable();
	expect_eq(d.mailbox->word[DONE], 0x600d);
	expect_eq(d.mailbox->word[ANSWERS], ROUNDS + 1);
	expect_eq(event_count[port], ROUNDS);
	status.port = port;
	expect_rc(event_op(STATUS, &status), 0);
	expect_eq(status.status, PV_EVTCHNSTAT_INTERDOMAIN);
	expect_rc(domain_destroy(&d), 0);
	expect_rc(event_op(STATUS, &status), 0);
	expect_eq(status.status, PV_EVTCHNSTAT_UNBOUND);
	expect_rc(send(port), 0);
	expect_frames_back(before, 1);
}
