/* SPDX-License-Identifier: BSD-2-Clause */
/* The last C before the guest. */
#include "internal.h"
#include "event.h"
#include "sched.h"

/* One instruction boundary with interrupts on, so that no wake-up falls between test and HLT. */
static void idle_wait(void)
{
	__asm__ volatile("sti; hlt; cli" ::: "memory");
}

/*
 * Something is to be done first. A frame is pushed at most once for a vCPU that was
 * chosen to run: another vCPU of its domain could clear the mask again and again,
 * and keep this CPU here with interrupts off.
 */
static __noinline void return_slow(struct cpu *c)
{
	struct vcpu *entered = NULL;
	struct vcpu *v;

	for (;;) {
		if (READ_ONCE(c->softirqs)) {
			softirq_run();
			continue;
		}
		v = c->vcpu;
		if (v == c->idle) {
			entered = NULL;
			idle_wait();
			continue;
		}
		if ((!event_deliverable(v) && !v->nmi_pending) || v == entered)
			return;
		entered = v;
		if (v->nmi_pending && !v->nmi_masked) {
			v->nmi_pending = false;
			v->nmi_masked = true;
			bounce_int(v, &c->guest, EXC_NMI);
		} else if (event_deliverable(v)) {
			bounce_event(v, &c->guest);
		}
	}
}

void return_to_guest(void)
{
	struct cpu *c = this_cpu();
	const struct vcpu *v = c->vcpu;

	if (unlikely(READ_ONCE(c->softirqs) || v == c->idle || v->nmi_pending ||
		     event_deliverable(v)))
		return_slow(c);
}
