/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Between the scheduler's mechanism (schedule.c: states, locks, switching) and a
 * policy (who runs where, and for how long). A policy is a table of functions;
 * each is called with the run queue's lock held.
 */
#ifndef PAVISE_SCHED_POLICY_H
#define PAVISE_SCHED_POLICY_H

#include "sched.h"
#include "lib.h"
#include "public/vcpu.h"

struct sched_vcpu {
	struct vcpu *vcpu;
	struct list link; /* in the run queue of vcpu->cpu */
	bool queued;
	bool yielded;	/* gave the rest of its slice away */
	u32 weight;	/* default 256 */
	u64 vruntime;	/* ns run, scaled by weight; comparable within one run queue */
	u64 charged;	/* system time up to which vruntime counts */
	u64 time_stamp; /* TSC stamp its time record was made from */
	bool time_written;
	struct cpumask hard, soft;
};

/*
 * A CPU's run queue: the runnable vCPUs that are not running. Its lock also
 * covers the states (queued, running, cpu, runstate) of every vCPU whose cpu it is.
 */
struct runqueue {
	struct spinlock lock;
	struct list queue;
	u32 length;
	u64 floor;	    /* least vruntime that a waking vCPU starts from */
	struct timer slice; /* ends the running vCPU's turn */
	u64 idle_time, idle_since;
};

static inline struct runqueue *runqueue_of(const struct cpu *c)
{
	return c->runqueue;
}

static inline struct vcpu *runqueue_first(const struct runqueue *rq)
{
	struct sched_vcpu *s;

	if (list_empty(&rq->queue))
		return NULL;
	s = list_entry(rq->queue.next, struct sched_vcpu, link);
	return s->vcpu;
}

static inline bool may_run_on(const struct sched_vcpu *s, const struct cpu *c)
{
	return c->online && test_bit(s->hard.bits, c->id);
}

struct sched_policy {
	const char *name;
	u32 id; /* PV_SCHEDULER_* */
	/* The CPU that a vCPU which can run should wait on: one of its hard affinity. */
	struct cpu *(*place)(struct vcpu *v);
	/* Into the queue of \p c. */
	void (*insert)(struct cpu *c, struct vcpu *v);
	/* Add the time up to \p now to what \p v has used. */
	void (*charge)(struct vcpu *v, u64 now);
	/*
	 * Take the next vCPU out of the queue, or name \p prev again (the one that
	 * runs, NULL if it can't go on), or NULL for none.
	 */
	struct vcpu *(*pick)(struct cpu *c, struct vcpu *prev);
	/* Should \p v, just inserted, make \p c choose again at once? */
	bool (*preempts)(struct cpu *c, struct vcpu *v);
	/* \p v goes from its CPU's queue to that of \p to; both locks need not be held. */
	void (*move)(struct vcpu *v, struct cpu *to);
	u64 slice;  /* ns that a vCPU runs while others wait; 0: no limit */
	bool steal; /* may an idle CPU take from others' queues? */
};

extern const struct sched_policy sched_fair, sched_null;

/* schedule.c, for policies */
void runqueue_append(struct runqueue *rq, struct vcpu *v);
void runqueue_take(struct runqueue *rq, struct vcpu *v);
/* A CPU without work that \p v may use, its own first; NULL if all are busy. */
struct cpu *idle_cpu_for(struct vcpu *v);

#endif
