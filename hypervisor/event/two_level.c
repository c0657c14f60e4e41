/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two-level form: a pending and a mask bit for each of 4096 ports in
 * shared_info, and in each vcpu_info a word that says which of the 64 words to
 * look at. The guest may write all of it at any time; that confuses itself alone.
 */
#include "internal.h"

static void set_pending(struct vcpu *v, u32 port)
{
	struct pv_shared_info *s = v->domain->shared;

	if (atomic_test_and_set_bit(s->evtchn_pending, port))
		return;
	if (!test_bit(s->evtchn_mask, port) &&
	    !atomic_test_and_set_bit(&v->info->evtchn_pending_sel, port / 64))
		event_upcall(v);
	event_wake_pollers(v->domain, port);
}

static void forget(struct domain *d, u32 port)
{
	atomic_test_and_clear_bit(d->shared->evtchn_pending, port);
}

static void unmask(struct vcpu *v, u32 port)
{
	struct pv_shared_info *s = v->domain->shared;

	if (atomic_test_and_clear_bit(s->evtchn_mask, port) && test_bit(s->evtchn_pending, port) &&
	    !atomic_test_and_set_bit(&v->info->evtchn_pending_sel, port / 64))
		event_upcall(v);
}

static bool pending(struct domain *d, u32 port)
{
	return test_bit(d->shared->evtchn_pending, port);
}

static bool masked(struct domain *d, u32 port)
{
	return test_bit(d->shared->evtchn_mask, port);
}

const struct event_form event_two_level = {
	.ports = PV_EVTCHN_2L_NR_CHANNELS,
	.set_pending = set_pending,
	.forget = forget,
	.unmask = unmask,
	.pending = pending,
	.masked = masked,
};
