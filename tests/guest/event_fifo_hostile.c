/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: whatever a guest writes into its event words and control blocks, sending
 * to it ends in a bounded time, and touches nothing but these pages.
 *
 * Provocation: links to itself, in circles, to ports without a word; bits set and
 * cleared out of turn; a page that is words twice and control block too; a second
 * vcpu, if there is one, that writes there without pause while the first sends,
 * unmasks, moves and changes priorities.
 */
#include "lib/guest.h"

#define PORTS  8
#define ROUNDS 4000

static uint32_t ports[PORTS];
static volatile bool stop;
static uint32_t seed = 1;

static uint32_t random(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

static void send(uint32_t port)
{
	struct pv_evtchn_send s = {.port = port};

	expect_rc(event_op(SEND, &s), 0);
}

/* One write that no guest in its senses does. */
static void spoil(uint32_t *state)
{
	uint32_t bits = random(state) << 8 & (0xfu << 28), link = random(state);
	uint32_t port = ports[random(state) % PORTS];

	switch (random(state) % 5) {
	case 0: /* a link to one of the ports, itself perhaps */
		*fifo_word(port) = bits | FIFO_LINKED | ports[link % PORTS];
		break;
	case 1: /* to a port without a word */
		*fifo_word(port) = bits | (link & PV_EVTCHN_FIFO_LINK_MASK);
		break;
	case 2:
		*fifo_word(port) = 0;
		break;
	case 3:
		fifo_control[0]->head[link % PV_EVTCHN_FIFO_MAX_QUEUES] = link;
		break;
	default:
		fifo_control[0]->ready = link;
	}
}

static void spoiler(void)
{
	uint32_t state = 7;

	while (!stop)
		spoil(&state);
}

void test_main(void)
{
	struct pv_evtchn_bind_ipi ipi = {.vcpu = 0};
	struct pv_evtchn_expand_array expand;
	bool second = vcpu_count() > 1;

	expect_rc(fifo_init(0), 0);
	expect_rc(fifo_expand(), 0);
	/* The same page again, and the control block's: the guest's own confusion. */
	expand.array_gfn = va_to_mfn(fifo_word(0));
	expect_rc(event_op(EXPAND_ARRAY, &expand), 0);
	expand.array_gfn = va_to_mfn((const void *)fifo_control[0]);
	expect_rc(event_op(EXPAND_ARRAY, &expand), 0);
	for (int i = 0; i < PORTS; i++) {
		expect_rc(event_op(BIND_IPI, &ipi), 0);
		ports[i] = ipi.port;
	}
	if (second)
		expect_rc(vcpu_start(1, spoiler), 0);
	for (int i = 0; i < ROUNDS; i++) {
		uint32_t port = ports[random(&seed) % PORTS];
		struct pv_evtchn_set_priority priority = {.port = port,
							  .priority = random(&seed) % 16};
		struct pv_evtchn_unmask unmask = {.port = port};

		if (!second)
			spoil(&seed);
		send(port);
		if (i % 3 == 0)
			expect_rc(event_op(UNMASK, &unmask), 0);
		if (i % 5 == 0)
			expect_rc(event_op(SET_PRIORITY, &priority), 0);
	}
	stop = true;
	if (second)
		vcpu_join(1);

	/* It works again as soon as the guest is sane again. */
	for (unsigned int i = 0; i < PORTS; i++)
		*fifo_word(ports[i]) = 0;
	memset((void *)fifo_control[0], 0, sizeof(*fifo_control[0]));
	send(ports[0]);
	expect_eq(*fifo_word(ports[0]), FIFO_PENDING | FIFO_LINKED);
	fifo_dispatch();
	expect_eq(event_count[ports[0]], 1);
}
