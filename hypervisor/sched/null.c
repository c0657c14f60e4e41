/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One vCPU for each CPU: no moves, and no slices as long as nobody else waits. The
 * first vCPU that wakes on a CPU without work stays there. With more vCPUs than
 * CPUs those that have to share one take long turns.
 */
#include "policy.h"

#include "public/domctl.h"

#define TURN (30 * 1000000UL) /* ns */

static struct cpu *null_place(struct vcpu *v)
{
	struct cpu *c;
	unsigned int i;

	if (may_run_on(v->sched, v->cpu) && (v->runstate_time[PV_RUNSTATE_RUNNING] != 0))
		return v->cpu;
	c = idle_cpu_for(v);
	for (i = 0; !c && i < nr_cpus; i++)
		if (may_run_on(v->sched, cpu_get(i)))
			c = cpu_get(i);
	return c ? c : v->cpu;
}

static void null_insert(struct cpu *c, struct vcpu *v)
{
	runqueue_append(runqueue_of(c), v);
}

/* Of virtual run time only the current turn is kept. */
static void null_charge(struct vcpu *v, u64 now)
{
	v->sched->vruntime += now > v->sched->charged ? now - v->sched->charged : 0;
	v->sched->charged = now;
}

static struct vcpu *null_pick(struct cpu *c, struct vcpu *prev)
{
	struct runqueue *rq = runqueue_of(c);
	struct vcpu *first = runqueue_first(rq);

	if (!first || (prev && !prev->sched->yielded && prev->sched->vruntime < TURN))
		return prev;
	if (prev)
		prev->sched->yielded = false;
	runqueue_take(rq, first);
	first->sched->vruntime = 0;
	return first;
}

static bool null_preempts(struct cpu *c, struct vcpu *v)
{
	(void)v;
	return READ_ONCE(c->vcpu) == c->idle;
}

static void null_move(struct vcpu *v, struct cpu *to)
{
	(void)v;
	(void)to;
}

const struct sched_policy sched_null = {
	.name = "null",
	.id = PV_SCHEDULER_NULL,
	.place = null_place,
	.insert = null_insert,
	.charge = null_charge,
	.pick = null_pick,
	.preempts = null_preempts,
	.move = null_move,
	.slice = TURN,
};
