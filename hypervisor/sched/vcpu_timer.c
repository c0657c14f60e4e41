/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The timers each vCPU has: a single shot and a period, which send VIRQ_TIMER,
 * and the time-out of a poll. They live on the CPU where the vCPU runs.
 */
#include "sched.h"
#include "mm.h"
#include "errno.h"

enum { SINGLESHOT, PERIODIC, POLL, TIMERS };

struct vcpu_timers {
	struct vcpu *vcpu;
	struct timer timer[TIMERS];
	u64 period; /* ns, 0: off */
	u64 last;   /* when the period last fired, or should have */
};

void (*vcpu_timer_hook)(struct vcpu *v);

static void singleshot_fired(struct timer *t)
{
	vcpu_timer_hook(container_of(t, struct vcpu_timers, timer[SINGLESHOT])->vcpu);
}

static void periodic_fired(struct timer *t)
{
	struct vcpu_timers *vt = container_of(t, struct vcpu_timers, timer[PERIODIC]);
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
	vcpu_wake(container_of(t, struct vcpu_timers, timer[POLL])->vcpu, VCPU_PAUSE_POLL);
}

static void set(struct timer *t, u64 when)
{
	if (when)
		timer_set(t, when);
	else
		timer_stop(t);
}

void vcpu_singleshot(struct vcpu *v, u64 when)
{
	set(&v->timers->timer[SINGLESHOT], when);
}

void vcpu_periodic(struct vcpu *v, u64 ns)
{
	struct vcpu_timers *vt = v->timers;

	WRITE_ONCE(vt->period, 0);
	timer_stop(&vt->timer[PERIODIC]);
	if (!ns)
		return;
	vt->last = system_time();
	WRITE_ONCE(vt->period, ns);
	timer_set(&vt->timer[PERIODIC], vt->last + ns);
}

void vcpu_poll_timeout(struct vcpu *v, u64 when)
{
	set(&v->timers->timer[POLL], when);
}

void vcpu_timers_stop(struct vcpu *v)
{
	vcpu_singleshot(v, 0);
	vcpu_periodic(v, 0);
	vcpu_poll_timeout(v, 0);
}

void vcpu_timers_migrate(struct vcpu *v, struct cpu *cpu)
{
	for (unsigned int i = 0; i < TIMERS; i++)
		timer_migrate(&v->timers->timer[i], cpu);
}

int vcpu_timers_create(struct vcpu *v)
{
	static void (*const fn[])(struct timer * t) = {singleshot_fired, periodic_fired, poll_over};
	struct vcpu_timers *vt = heap_alloc(sizeof(*vt));

	if (!vt)
		return -ENOMEM;
	vt->vcpu = v;
	for (unsigned int i = 0; i < TIMERS; i++)
		timer_init(&vt->timer[i], fn[i], v->cpu);
	v->timers = vt;
	return 0;
}

void vcpu_timers_destroy(struct vcpu *v)
{
	vcpu_timers_stop(v);
	heap_free(v->timers);
	v->timers = NULL;
}
