/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: an event raises the upcall only while the vcpu's mask is clear; it is
 * kept otherwise. The upcall masks events, keeps the interrupted state and is
 * taken at any return to the guest, so also behind a call that has nothing to
 * do with events. An upcall without anything pending does not happen.
 *
 * Provocation: a port of the vcpu's own, sent with the mask set and clear.
 */
#include "lib/guest.h"

static uint8_t mask_inside;
static struct frame seen;

static void on_event(uint32_t port, struct frame *frame)
{
	(void)port;
	mask_inside = this_cpu()->info->evtchn_upcall_mask;
	seen = *frame;
}

void test_main(void)
{
	struct pv_vcpu_info *info = this_cpu()->info;
	struct pv_evtchn_bind_ipi ipi = {.vcpu = 0};
	struct pv_evtchn_send send;
	uint64_t before;

	expect_rc(event_op(BIND_IPI, &ipi), 0);
	send.port = ipi.port;
	event_handler(ipi.port, on_event);

	expect_eq(info->evtchn_upcall_mask, 1);
	expect_rc(event_op(SEND, &send), 0);
	expect_eq(event_count[ipi.port], 0);
	expect_true(port_pending(ipi.port));
	expect_eq(info->evtchn_upcall_pending, 1);
	expect_true(info->evtchn_pending_sel >> ipi.port / 64 & 1);

	/* Clearing the mask alone does nothing; the next return to the guest does. */
	WRITE_ONCE(info->evtchn_upcall_mask, 0);
	barrier();
	expect_eq(version_op(PAGESIZE, 0), 4096);
	expect_eq(event_count[ipi.port], 1);
	expect_eq(mask_inside, 1);
	expect_eq(FRAME_MASK(&seen), 0);
	expect_eq(FRAME_CS(&seen), PV_FLAT_KERNEL_CS & ~3);
	expect_true(seen.rflags & EFLAGS_IF);
	expect_eq(info->evtchn_upcall_mask, 0);
	expect_eq(info->evtchn_upcall_pending, 0);
	expect_false(port_pending(ipi.port));

	/* Unmasked: taken before the call returns. */
	expect_rc(event_op(SEND, &send), 0);
	expect_eq(event_count[ipi.port], 2);

	/* Nothing pending: no upcall. */
	before = upcall_count;
	for (int i = 0; i < 100; i++)
		version_op(VERSION, 0);
	expect_eq(upcall_count, before);
	events_disable();
}
