/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fair share: each run queue is ordered by virtual run time, that is time run
 * divided by weight; the least goes first. A vCPU that wakes starts near the
 * queue's floor, so that sleeping earns it a quick start but no hoard.
 */
#include "policy.h"
#include "lib.h"

#include "public/domctl.h"

#define DEFAULT_WEIGHT 256
#define SLICE	       (10 * 1000000UL)
#define WAKE_CREDIT    (2 * 1000000UL) /* how far below the floor a waking vCPU may start */
#define GRANULARITY    (500 * 1000UL)  /* smaller leads do not interrupt anyone */

static struct cpu *fair_place(struct vcpu *v)
{
	struct cpu *c = idle_cpu_for(v), *best = NULL;
	unsigned int i;

	if (c)
		return c;
	if (may_run_on(v->sched, v->cpu))
		return v->cpu;
	for (i = 0; i < nr_cpus; i++) {
		c = cpu_get(i);
		if (may_run_on(v->sched, c) &&
		    (!best || runqueue_of(c)->length < runqueue_of(best)->length))
			best = c;
	}
	return best ? best : v->cpu;
}

static void fair_insert(struct cpu *c, struct vcpu *v)
{
	struct runqueue *rq = runqueue_of(c);
	struct sched_vcpu *s = v->sched;
	struct list *at;

	if (s->vruntime + WAKE_CREDIT < rq->floor)
		s->vruntime = rq->floor - WAKE_CREDIT;
	for (at = rq->queue.prev; at != &rq->queue; at = at->prev)
		if (list_entry(at, struct sched_vcpu, link)->vruntime <= s->vruntime)
			break;
	list_insert_after(at, &s->link);
	s->queued = true;
	rq->length++;
}

static void fair_charge(struct vcpu *v, u64 now)
{
	struct sched_vcpu *s = v->sched;
	u64 ran = now > s->charged ? now - s->charged : 0;

	s->vruntime += ran * DEFAULT_WEIGHT / s->weight;
	s->charged = now;
}

static struct vcpu *fair_pick(struct cpu *c, struct vcpu *prev)
{
	struct runqueue *rq = runqueue_of(c);
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

/* Virtual time runs at its own pace on each queue: keep the distance to the floor. */
static void fair_move(struct vcpu *v, struct cpu *to)
{
	u64 from = READ_ONCE(runqueue_of(v->cpu)->floor), lead = 0;

	if (v->sched->vruntime > from)
		lead = v->sched->vruntime - from;
	v->sched->vruntime = READ_ONCE(runqueue_of(to)->floor) + lead;
}

const struct sched_policy sched_fair = {
	.name = "fair",
	.id = PV_SCHEDULER_CREDIT2,
	.place = fair_place,
	.insert = fair_insert,
	.charge = fair_charge,
	.pick = fair_pick,
	.preempts = fair_preempts,
	.move = fair_move,
	.slice = SLICE,
	.steal = true,
};
