/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One vCPU for each CPU: no moves, and no slices as long as nobody else waits. The
 * first vCPU that wakes on a CPU without work stays there. With more vCPUs than
 * CPUs those that have to share one take long turns.
 */
#include "policy.h"

#include "public/domctl.h"

#define TURN (30 * 1000000UL) /* ns */

static void null_insert(struct cpu *c, struct vcpu *v)
{
	runqueue_insert(c->runqueue, c->runqueue->queue.prev, v);
}

/* Of virtual run time only the current turn is kept. */
static void null_charge(struct vcpu *v, u64 ns)
{
	v->sched->vruntime += ns;
}

static struct vcpu *null_pick(struct cpu *c, struct vcpu *prev)
{
	struct runqueue *rq = c->runqueue;
	struct vcpu *first = runqueue_first(rq);

	if (!first || (prev && !prev->sched->yielded && prev->sched->vruntime < TURN))
		return prev;
	if (prev)
		prev->sched->yielded = false;
	runqueue_take(rq, first);
	first->sched->vruntime = 0;
	return first;
}

static bool null_preempts(struct cpu *c, struct vcpu *v __unused)
{
	return READ_ONCE(c->vcpu) == c->idle;
}

const struct sched_policy sched_null = {
	.name = "null",
	.id = PV_SCHEDULER_NULL,
	.insert = null_insert,
	.charge = null_charge,
	.pick = null_pick,
	.preempts = null_preempts,
	.slice = TURN,
};
