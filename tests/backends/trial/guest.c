/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest's side of the trial: sends one request at a time over its console
 * page, sleeps until the answer is there, and says how long that took.
 */
#include "lib/guest.h"
#include "public/io/console.h"

#include "message.h"

static struct pv_xencons_interface *page;
static uint32_t port;

static void send(uint32_t kind, uint32_t number, uint64_t value)
{
	const struct trial_message m = {kind, number, value};
	struct pv_evtchn_send op = {.port = port};
	uint32_t at = page->out_prod & (sizeof(page->out) - 1);

	/* 16 divides the ring: a message never wraps. */
	memcpy(page->out + at, &m, sizeof(m));
	__atomic_store_n(&page->out_prod, page->out_prod + (uint32_t)sizeof(m), __ATOMIC_RELEASE);
	event_op(SEND, &op);
}

static void await(void)
{
	struct pv_sched_poll poll = {.ports = (uint64_t)&port, .nr_ports = 1};

	for (;;) {
		port_clear(port);
		if (__atomic_load_n(&page->in_prod, __ATOMIC_ACQUIRE) != page->in_cons)
			break;
		sched_op(POLL, &poll);
	}
	page->in_cons += (uint32_t)sizeof(struct trial_message);
}

void test_main(void)
{
	struct pv_sched_shutdown off = {.reason = PV_SHUTDOWN_POWEROFF};
	uint64_t start;

	page = mfn_to_va(start_info->console.domU.mfn);
	port = start_info->console.domU.evtchn;
	port_mask(port);
	for (uint32_t i = 0; i < TRIAL_WARM_UP; i++) {
		send(TRIAL_REQUEST, i, 0);
		await();
	}
	send(TRIAL_BEGIN, 0, 0);
	await();
	start = system_time();
	for (uint32_t i = 0; i < TRIAL_REQUESTS; i++) {
		send(TRIAL_REQUEST, i, 0);
		await();
	}
	send(TRIAL_END, 0, system_time() - start);
	await();
	sched_op(SHUTDOWN, &off);
}
