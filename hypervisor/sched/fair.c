/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fair share: virtual run time is time run divided by weight, and the least goes
 * first. It means the same on every CPU, so that vCPUs that are moved about get
 * their share of all CPUs; but each queue keeps what comes to it within reach of
 * its own, so that sleeping earns a quick start and no hoard, and nobody waits for
 * a queue to catch up that was long held up (by hard affinity).
 */
#include "policy.h"
#include "lib.h"

#include "public/domctl.h"

#define UNIT	    256 /* the weight at which virtual time is real time */
#define SLICE	    (10 * 1000000UL)
#define WAKE_CREDIT (2 * 1000000UL)  /* how far below the floor a waking vCPU may start */
#define GRANULARITY (500 * 1000UL)   /* smaller leads do not interrupt anyone */
#define REACH	    (30 * 1000000UL) /* ns of running that one may be ahead or behind otherwise */

static void fair_insert(struct cpu *c, struct vcpu *v)
{
	struct runqueue *rq = c->runqueue;
	struct sched_vcpu *s = v->sched;
	u64 reach = REACH * UNIT / v->domain->sched->weight;
	u64 back = v->runstate == PV_RUNSTATE_RUNNABLE ? reach : WAKE_CREDIT;
	struct list *at;

	s->vruntime = MAX(s->vruntime + back, rq->floor) - back;
	if (c->vcpu != c->idle || rq->length)
		s->vruntime = MIN(s->vruntime, rq->floor + reach);
	for (at = rq->queue.prev; at != &rq->queue; at = at->prev)
		if (list_entry(at, struct sched_vcpu, link)->vruntime <= s->vruntime)
			break;
	runqueue_insert(rq, at, v);
}

static void fair_charge(struct vcpu *v, u64 ns)
{
	struct runqueue *rq = v->cpu->runqueue;
	struct vcpu *first = runqueue_first(rq);
	u64 least;

	v->sched->vruntime += ns * UNIT / v->domain->sched->weight;
	least = first ? MIN(first->sched->vruntime, v->sched->vruntime) : v->sched->vruntime;
	rq->floor = MAX(rq->floor, least);
}

static struct vcpu *fair_pick(struct cpu *c, struct vcpu *prev)
{
	struct runqueue *rq = c->runqueue;
	struct vcpu *first = runqueue_first(rq);

	if (prev && first && prev->sched->yielded && prev->sched->vruntime < first->sched->vruntime)
		prev->sched->vruntime = first->sched->vruntime;
	if (!first || (prev && !prev->sched->yielded &&
		       prev->sched->vruntime <= first->sched->vruntime + GRANULARITY))
		first = prev;
	else
		runqueue_take(rq, first);
	if (prev)
		prev->sched->yielded = false;
	if (first && first->sched->vruntime > rq->floor)
		rq->floor = first->sched->vruntime;
	return first;
}

static bool fair_preempts(struct cpu *c, struct vcpu *v)
{
	struct vcpu *now = READ_ONCE(c->vcpu);

	return now == c->idle || v->sched->vruntime + GRANULARITY < now->sched->vruntime;
}

const struct sched_policy sched_fair = {
	.name = "fair",
	.id = PV_SCHEDULER_CREDIT2,
	.insert = fair_insert,
	.charge = fair_charge,
	.pick = fair_pick,
	.preempts = fair_preempts,
	.slice = SLICE,
	.balance = true,
};
