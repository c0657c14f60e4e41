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

/* What a domain's vCPUs share. */
struct sched_domain {
	struct domain *domain;
	u32 weight; /* default 256 */
	u32 cap;    /* hundredths of a CPU for all of them together, 0: no limit */
	/* sched/cap.c; the lock nests inside a run queue's */
	struct spinlock lock;
	s64 budget; /* ns they may still run */
	u64 filled; /* system time up to which the budget was filled */
	struct timer refill;
};

#define VCPU_TIMERS 3

struct sched_vcpu {
	struct vcpu *vcpu;
	struct list link; /* in the run queue of vcpu->cpu */
	u32 queued;	  /* its weight, as the run queue counts it; 0: not in a queue */
	bool yielded;	  /* gave the rest of its slice away */
	u64 vruntime;	  /* ns run, scaled by weight; comparable within one run queue */
	u64 charged;	  /* system time up to which its running was accounted for */
	u64 time_stamp;	  /* TSC stamp its time record was made from; 0: to be written */
	struct cpumask hard, soft;
	/* vcpu_timer.c */
	struct timer timer[VCPU_TIMERS];
	u64 period; /* ns, 0: off */
	u64 last;   /* when the period last fired, or should have */
};

/*
 * A CPU's run queue: the runnable vCPUs that are not running. Its lock also
 * covers the states (queued, running, cpu, runstate) of every vCPU whose cpu it is.
 */
struct runqueue {
	struct spinlock lock;
	struct list queue;
	u32 length;
	u32 load;	      /* weights of the queued vCPUs and of the running one, */
	u32 running;	      /* whose part of it this is */
	struct vcpu *in_hand; /* just taken off this CPU, and not yet waiting anywhere */
	bool turn_over;	      /* look whether one of those that wait is better off elsewhere */
	bool misplaced;	      /* the running vCPU would rather be elsewhere (soft affinity) */
	u64 floor;	      /* least vruntime that a waking vCPU starts from */
	struct timer slice;   /* ends the running vCPU's turn */
	u64 idle_time, idle_since;
};

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
	/* Into the queue of \p c. */
	void (*insert)(struct cpu *c, struct vcpu *v);
	/* \p v has run for \p ns more. */
	void (*charge)(struct vcpu *v, u64 ns);
	/*
	 * Take the next vCPU out of the queue, or name \p prev again (the one that
	 * runs, NULL if it can't go on), or NULL for none.
	 */
	struct vcpu *(*pick)(struct cpu *c, struct vcpu *prev);
	/* Should \p v, just inserted, make \p c choose again at once? */
	bool (*preempts)(struct cpu *c, struct vcpu *v);
	u64 slice; /* ns that a vCPU runs while others wait */
	/*
	 * May vCPUs that wait be moved to other CPUs, and domains be capped? If not, a vCPU
	 * stays where it ran once, as long as its hard affinity permits.
	 */
	bool balance;
};

extern const struct sched_policy sched_fair, sched_null;

/* schedule.c, for policies */
void runqueue_insert(struct runqueue *rq, struct list *after, struct vcpu *v);
void runqueue_take(struct runqueue *rq, struct vcpu *v);

/* vcpu_timer.c: v->sched and v->cpu are there. */
void vcpu_timers_init(struct vcpu *v);

/* cap.c, for a domain that has one: a vCPU of it has run for \p ns. */
void cap_charge(struct sched_domain *sd, u64 ns, u64 now);
/* The ns after which a vCPU that runs must be looked at again. */
u64 cap_slice(const struct sched_domain *sd, u64 slice);
/* If the budget is used up, stop the domain's vCPUs until it is filled again. No locks held. */
void cap_enforce(struct sched_domain *sd, u64 now);

#endif
