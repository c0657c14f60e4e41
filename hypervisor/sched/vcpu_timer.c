/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The timers each vCPU has: a single shot and a period, which send VIRQ_TIMER,
 * and the time-out of a poll. They live on the CPU where the vCPU runs.
 */
#include "sched.h"
#include "mm.h"
#include "errno.h"

struct vcpu_timers {
	struct vcpu *vcpu;
	struct timer singleshot, periodic, poll;
	u64 period; /* ns, 0: off */
	u64 last;   /* when the period last fired, or should have */
};

void (*vcpu_timer_hook)(struct vcpu *v);

static void singleshot_fired(struct timer *t)
{
	vcpu_timer_hook(container_of(t, struct vcpu_timers, singleshot)->vcpu);
}

static void periodic_fired(struct timer *t)
{
	struct vcpu_timers *vt = container_of(t, struct vcpu_timers, periodic);
	u64 period = READ_ONCE(vt->period), now = system_time();

	if (!period)
		return;
	vcpu_timer_hook(vt->vcpu);
	/* Ticks that were missed are one tick; the beat is kept. */
	vt->last += (now - vt->last) / period * period;
	timer_set(t, vt->last + period);
}

static void poll_over(struct timer *t)
{
	vcpu_wake(container_of(t, struct vcpu_timers, poll)->vcpu, VCPU_PAUSE_POLL);
}

void vcpu_singleshot(struct vcpu *v, u64 when)
{
	if (when)
		timer_set(&v->timers->singleshot, when);
	else
		timer_stop(&v->timers->singleshot);
}

void vcpu_periodic(struct vcpu *v, u64 ns)
{
	struct vcpu_timers *vt = v->timers;

	WRITE_ONCE(vt->period, 0);
	timer_stop(&vt->periodic);
	if (!ns)
		return;
	vt->last = system_time();
	WRITE_ONCE(vt->period, ns);
	timer_set(&vt->periodic, vt->last + ns);
}

void vcpu_poll_timeout(struct vcpu *v, u64 when)
{
	if (when)
		timer_set(&v->timers->poll, when);
	else
		timer_stop(&v->timers->poll);
}

void vcpu_timers_stop(struct vcpu *v)
{
	vcpu_singleshot(v, 0);
	vcpu_periodic(v, 0);
	vcpu_poll_timeout(v, 0);
}

void vcpu_timers_migrate(struct vcpu *v, struct cpu *cpu)
{
	timer_migrate(&v->timers->singleshot, cpu);
	timer_migrate(&v->timers->periodic, cpu);
	timer_migrate(&v->timers->poll, cpu);
}

int vcpu_timers_create(struct vcpu *v)
{
	struct vcpu_timers *vt = heap_alloc(sizeof(*vt));

	if (!vt)
		return -ENOMEM;
	vt->vcpu = v;
	timer_init(&vt->singleshot, singleshot_fired, v->cpu);
	timer_init(&vt->periodic, periodic_fired, v->cpu);
	timer_init(&vt->poll, poll_over, v->cpu);
	v->timers = vt;
	return 0;
}

void vcpu_timers_destroy(struct vcpu *v)
{
	vcpu_timers_stop(v);
	heap_free(v->timers);
	v->timers = NULL;
}
