/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The timers each vCPU has: a single shot and a period, which send VIRQ_TIMER,
 * and the time-out of a poll. They live on the CPU where the vCPU runs.
 */
#include "policy.h"

enum { SINGLESHOT, PERIODIC, POLL };

void (*vcpu_timer_hook)(struct vcpu *v);

static void singleshot_fired(struct timer *t)
{
	vcpu_timer_hook(container_of(t, struct sched_vcpu, timer[SINGLESHOT])->vcpu);
}

static void periodic_fired(struct timer *t)
{
	struct sched_vcpu *s = container_of(t, struct sched_vcpu, timer[PERIODIC]);
	u64 period = READ_ONCE(s->period), now = system_time();

	if (!period)
		return;
	vcpu_timer_hook(s->vcpu);
	/* Ticks that were missed are one tick; the beat is kept. */
	s->last += (now - s->last) / period * period;
	timer_set(t, s->last + period);
}

static void poll_over(struct timer *t)
{
	vcpu_wake(container_of(t, struct sched_vcpu, timer[POLL])->vcpu, VCPU_PAUSE_POLL);
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
	set(&v->sched->timer[SINGLESHOT], when);
}

void vcpu_periodic(struct vcpu *v, u64 ns)
{
	struct sched_vcpu *s = v->sched;

	WRITE_ONCE(s->period, 0);
	timer_stop(&s->timer[PERIODIC]);
	if (!ns)
		return;
	s->last = system_time();
	WRITE_ONCE(s->period, ns);
	timer_set(&s->timer[PERIODIC], s->last + ns);
}

void vcpu_poll_timeout(struct vcpu *v, u64 when)
{
	set(&v->sched->timer[POLL], when);
}

void vcpu_timers_stop(struct vcpu *v)
{
	vcpu_singleshot(v, 0);
	vcpu_periodic(v, 0);
	vcpu_poll_timeout(v, 0);
}

void vcpu_timers_migrate(struct vcpu *v, struct cpu *cpu)
{
	for (unsigned int i = 0; i < VCPU_TIMERS; i++)
		timer_migrate(&v->sched->timer[i], cpu);
}

void vcpu_timers_init(struct vcpu *v)
{
	timer_init(&v->sched->timer[SINGLESHOT], singleshot_fired, v->cpu);
	timer_init(&v->sched->timer[PERIODIC], periodic_fired, v->cpu);
	timer_init(&v->sched->timer[POLL], poll_over, v->cpu);
}
