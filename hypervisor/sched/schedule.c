/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The scheduler's mechanism. A vCPU is running, queued on one CPU's run queue,
 * or neither (then a pause flag says why). Who sets or clears a pause flag does
 * so atomically first and looks at the states second, under the run queue's
 * lock; schedule() looks at the flags under the same lock. So either side sees
 * what the other did, and no wake-up is lost.
 *
 * There is no stack to switch: a vCPU's state is the register frame at the top
 * of its CPU's stack. schedule() exchanges it, and the way back to the guest
 * finds the next vCPU's registers there.
 */
#include "policy.h"
#include "arch.h"
#include "boot.h"
#include "event.h"
#include "lib.h"
#include "mm.h"
#include "errno.h"

static const struct sched_policy *policy = &sched_fair;
#define OF_LATE 100000UL /* ns */

static bool soft_affinity_used; /* by anyone, ever */

u32 sched_id(void)
{
	return policy->id;
}

/* --- queues --------------------------------------------------------------------- */

static u32 weight_of(const struct vcpu *v)
{
	return READ_ONCE(v->domain->sched->weight);
}

void runqueue_insert(struct runqueue *rq, struct list *after, struct vcpu *v)
{
	list_insert_after(after, &v->sched->link);
	v->sched->queued = weight_of(v);
	rq->length++;
	rq->load += v->sched->queued;
}

void runqueue_take(struct runqueue *rq, struct vcpu *v)
{
	list_remove(&v->sched->link);
	rq->length--;
	rq->load -= v->sched->queued;
	v->sched->queued = 0;
}

/* Lock the run queue of the CPU that \p v belongs to; that may change until it is locked. */
static struct runqueue *lock_vcpu(struct vcpu *v)
{
	for (;;) {
		struct cpu *c = READ_ONCE(v->cpu);
		struct runqueue *rq = c->runqueue;

		spin_lock(&rq->lock);
		if (v->cpu == c)
			return rq;
		spin_unlock(&rq->lock);
	}
}

static bool cpu_is_idle(const struct cpu *c)
{
	return READ_ONCE(c->vcpu) == c->idle && READ_ONCE(c->runqueue->length) == 0;
}

static bool prefers(const struct vcpu *v, const struct cpu *c)
{
	return test_bit(v->sched->soft.bits, c->id);
}

/*
 * The CPU that \p v, which can run, should wait on: rather one without work than a
 * preferred one, rather a preferred one than its own, and else the least loaded.
 */
static struct cpu *choose_cpu(struct vcpu *v)
{
	struct cpu *best = v->cpu;
	u64 least = ~0UL;

	if (may_run_on(v->sched, best) &&
	    ((prefers(v, best) && (nr_cpus == 1 || cpu_is_idle(best))) ||
	     (!policy->balance && v->runstate_time[PV_RUNSTATE_RUNNING] != 0)))
		return best;
	for_each_cpu(c) {
		u64 cost;

		if (!may_run_on(v->sched, c))
			continue;
		cost = (u64)!cpu_is_idle(c) << 34 | (u64)!prefers(v, c) << 33 |
		       (u64)(c != v->cpu) << 32 | READ_ONCE(c->runqueue->load);
		if (cost < least) {
			least = cost;
			best = c;
		}
	}
	return best;
}

/* --- runstate: all under the run queue's lock ------------------------------------------ */

static void runstate_set(struct vcpu *v, u32 state, u64 now)
{
	if (v->runstate == state)
		return;
	if (now > v->runstate_entry)
		v->runstate_time[v->runstate] += now - v->runstate_entry;
	v->runstate = state;
	v->runstate_entry = now;
}

static u32 runstate_for(u32 pause_flags)
{
	if (!(pause_flags & ~(u32)VCPU_PAUSE_CAP))
		return PV_RUNSTATE_RUNNABLE; /* the CPU is what it waits for */
	if (pause_flags & ~(u32)(VCPU_PAUSE_BLOCKED | VCPU_PAUSE_POLL))
		return PV_RUNSTATE_OFFLINE;
	return PV_RUNSTATE_BLOCKED;
}

static void runstate_copy(const struct vcpu *v, struct pv_vcpu_runstate_info *r)
{
	memset(r, 0, sizeof(*r)); /* a guest gets to see it with its padding */
	r->state = (s32)v->runstate;
	r->state_entry_time = v->runstate_entry;
	memcpy(r->time, v->runstate_time, sizeof(r->time));
}

void runstate_get(struct vcpu *v, struct pv_vcpu_runstate_info *r)
{
	struct runqueue *rq = lock_vcpu(v);
	u64 now = system_time();

	runstate_copy(v, r);
	if (now > v->runstate_entry)
		r->time[v->runstate] += now - v->runstate_entry;
	spin_unlock(&rq->lock);
}

void runstate_publish(struct vcpu *v)
{
	struct pv_vcpu_runstate_info r;
	vaddr_t area = v->runstate_area;
	vaddr_t entry_time = area + offsetof(struct pv_vcpu_runstate_info, state_entry_time);

	if (!area)
		return;
	runstate_copy(v, &r);
	if (!(v->domain->vm_assist & BIT(PV_VMASST_TYPE_RUNSTATE_UPDATE_FLAG))) {
		guest_kernel_write(v, area, &r, sizeof(r));
		return;
	}
	/* Readers on other CPUs wait while the flag is up: flag, contents, flag down. */
	r.state_entry_time |= PV_RUNSTATE_UPDATE;
	if (guest_kernel_write(v, entry_time, &r.state_entry_time, sizeof(u64)) != 0)
		return;
	guest_kernel_write(v, area, &r, sizeof(r));
	r.state_entry_time &= ~PV_RUNSTATE_UPDATE;
	guest_kernel_write(v, entry_time, &r.state_entry_time, sizeof(u64));
}

u64 sched_idle_time(struct cpu *c)
{
	struct runqueue *rq = c->runqueue;
	u64 ns;

	spin_lock(&rq->lock);
	ns = rq->idle_time;
	if (c->vcpu == c->idle)
		ns += system_time() - rq->idle_since;
	spin_unlock(&rq->lock);
	return ns;
}

/* --- waking and sleeping --------------------------------------------------------------- */

/* Account for the time that the running vCPU has had. Lock held. */
static void charge(struct vcpu *v, u64 now)
{
	u64 ns = now > v->sched->charged ? now - v->sched->charged : 0;

	v->sched->charged = now;
	policy->charge(v, ns);
	if (unlikely(READ_ONCE(v->domain->sched->cap)))
		cap_charge(v->domain->sched, ns, now);
}

/* Put \p v into the queue of its CPU and see to it that the CPU deals with it. Lock held. */
static void enqueue(struct runqueue *rq, struct vcpu *v)
{
	struct cpu *c = v->cpu;
	u64 now = system_time();

	/* To be compared with the one that runs, which must have been accounted for of late. */
	if (c->vcpu != c->idle && now > c->vcpu->sched->charged + OF_LATE)
		charge(c->vcpu, now);
	policy->insert(c, v);
	runstate_set(v, PV_RUNSTATE_RUNNABLE, now);
	if (policy->preempts(c, v))
		softirq_raise(c, SOFTIRQ_SCHEDULE);
	else if (!READ_ONCE(rq->slice.expires))
		timer_set(&rq->slice, now + policy->slice);
}

/* If \p v can run and nobody has it: queue it on its CPU, or (not \p placed) on a better one. */
static void make_runnable(struct vcpu *v, bool placed)
{
	for (;;) {
		struct runqueue *rq = lock_vcpu(v);
		struct cpu *c;

		if (v->running || v->sched->queued || READ_ONCE(v->pause_flags)) {
			if (!v->running && !v->sched->queued)
				runstate_set(v, runstate_for(v->pause_flags), system_time());
			spin_unlock(&rq->lock);
			return;
		}
		c = placed ? v->cpu : choose_cpu(v);
		if (c == v->cpu) {
			enqueue(rq, v);
			spin_unlock(&rq->lock);
			return;
		}
		WRITE_ONCE(v->cpu, c);
		placed = true;
		spin_unlock(&rq->lock);
	}
}

void vcpu_wake(struct vcpu *v, u32 flag)
{
	__atomic_fetch_and(&v->pause_flags, ~flag, __ATOMIC_SEQ_CST);
	make_runnable(v, false);
}

void vcpu_sleep_nosync(struct vcpu *v, u32 flag)
{
	struct runqueue *rq;

	__atomic_fetch_or(&v->pause_flags, flag, __ATOMIC_SEQ_CST);
	rq = lock_vcpu(v);
	if (v->sched->queued)
		runqueue_take(rq, v);
	if (v->running)
		softirq_raise(v->cpu, SOFTIRQ_SCHEDULE);
	else if (v->pause_flags)
		runstate_set(v, runstate_for(v->pause_flags), system_time());
	spin_unlock(&rq->lock);
}

static void wait_off_cpu(struct vcpu *v)
{
	BUG_ON(v == current);
	while (__atomic_load_n(&v->running, __ATOMIC_ACQUIRE))
		cpu_relax();
}

void domain_pause_update(struct domain *d)
{
	bool stop = d->pause_count || d->shut_down || d->dying != DOMAIN_ALIVE;

	for_each_vcpu(d, v) {
		if (stop)
			vcpu_sleep_nosync(v, VCPU_PAUSE_DOMAIN);
		else
			vcpu_wake(v, VCPU_PAUSE_DOMAIN);
	}
}

void domain_pause(struct domain *d)
{
	spin_lock(&d->lock);
	if (d->pause_count++ == 0)
		domain_pause_update(d);
	spin_unlock(&d->lock);
	for_each_vcpu(d, v)
		wait_off_cpu(v);
}

void domain_unpause(struct domain *d)
{
	spin_lock(&d->lock);
	if (--d->pause_count == 0)
		domain_pause_update(d);
	spin_unlock(&d->lock);
}

void vcpu_block(void)
{
	struct vcpu *v = current;

	WRITE_ONCE(v->info->evtchn_upcall_mask, 0);
	/*
	 * Flag first, then look: an event that is set before the look is seen
	 * here, one that is set after it finds the flag (vcpu_kick).
	 */
	__atomic_fetch_or(&v->pause_flags, VCPU_PAUSE_BLOCKED, __ATOMIC_SEQ_CST);
	if (event_deliverable(v))
		__atomic_fetch_and(&v->pause_flags, ~(u32)VCPU_PAUSE_BLOCKED, __ATOMIC_SEQ_CST);
	else
		softirq_raise(this_cpu(), SOFTIRQ_SCHEDULE);
}

void vcpu_yield(void)
{
	current->sched->yielded = true;
	softirq_raise(this_cpu(), SOFTIRQ_SCHEDULE);
}

void vcpu_kick(struct vcpu *v)
{
	struct cpu *c;

	if (READ_ONCE(v->pause_flags) & VCPU_PAUSE_BLOCKED) {
		vcpu_wake(v, VCPU_PAUSE_BLOCKED);
		return;
	}
	c = READ_ONCE(v->cpu);
	if (READ_ONCE(v->running) && c != this_cpu())
		softirq_raise(c, SOFTIRQ_EVENT);
}

/* --- switching -------------------------------------------------------------------------- */

/* An idle CPU takes a vCPU that it may run, best one that prefers it, from the next queue. */
static bool steal(struct cpu *c)
{
	unsigned int i;

	for (i = 1; i < nr_cpus; i++) {
		struct runqueue *rq = cpu_get((c->id + i) % nr_cpus)->runqueue;
		struct vcpu *found = NULL;

		if (READ_ONCE(rq->length) == 0 || !spin_trylock(&rq->lock))
			continue;
		list_for_each(l, &rq->queue) {
			struct vcpu *v = list_entry(l, struct sched_vcpu, link)->vcpu;

			if (may_run_on(v->sched, c) &&
			    (!found || (prefers(v, c) && !prefers(found, c))))
				found = v;
		}
		if (found) {
			runqueue_take(rq, found);
			WRITE_ONCE(found->cpu, c);
			policy->insert(c, found);
		}
		spin_unlock(&rq->lock);
		if (found)
			return true;
	}
	return false;
}

/*
 * The least loaded CPU on which \p v, which waits on a CPU of load \p load, gets no
 * smaller a share; NULL if there is none. An equal one will do: so vCPUs that
 * cannot be spread evenly take turns at being one too many. Only a larger one takes
 * it away from where it would rather be.
 */
static struct cpu *better_cpu(struct vcpu *v, u32 load)
{
	struct cpu *best = NULL;
	unsigned int i;

	for (i = 1; i < nr_cpus; i++) {
		struct cpu *c = cpu_get((v->cpu->id + i) % nr_cpus);
		u32 there = READ_ONCE(c->runqueue->load) + weight_of(v);

		if (!may_run_on(v->sched, c) || there > load ||
		    (there == load && (best || (prefers(v, v->cpu) && !prefers(v, c)))))
			continue;
		load = there;
		best = c;
	}
	return best;
}

/* A turn was over, and others wait still: the first of them may be better off on another CPU. */
static void balance(struct cpu *c)
{
	struct runqueue *rq = c->runqueue;
	struct cpu *to = NULL;
	struct vcpu *v;

	if (!rq->turn_over)
		return;
	rq->turn_over = false;
	spin_lock(&rq->lock);
	v = runqueue_first(rq);
	if (v)
		to = better_cpu(v, rq->load);
	if (to) {
		WRITE_ONCE(rq->in_hand, v);
		runqueue_take(rq, v);
		WRITE_ONCE(v->cpu, to);
	}
	spin_unlock(&rq->lock);
	if (to)
		make_runnable(v, true);
	__atomic_store_n(&rq->in_hand, NULL, __ATOMIC_RELEASE);
}

/* \p c has nothing to do: those that run elsewhere against their preference look at it. */
static void call_misplaced(struct cpu *c)
{
	for_each_cpu(other)
		if (other != c && READ_ONCE(other->runqueue->misplaced))
			softirq_raise(other, SOFTIRQ_SCHEDULE);
}

/* Leave \p prev: nobody may touch its state until `running` falls, and then it is all in memory. */
static void switch_out(struct cpu *c, struct vcpu *prev)
{
	struct runqueue *rq = c->runqueue;

	prev->regs = c->guest;
	context_save(prev);
	spin_lock(&rq->lock);
	runstate_set(prev, runstate_for(READ_ONCE(prev->pause_flags)), system_time());
	WRITE_ONCE(rq->in_hand, prev);
	__atomic_store_n(&prev->running, false, __ATOMIC_RELEASE);
	spin_unlock(&rq->lock);
	make_runnable(prev, false);
	__atomic_store_n(&rq->in_hand, NULL, __ATOMIC_RELEASE);
}

static void switch_in(struct cpu *c, struct vcpu *next)
{
	struct sched_vcpu *s = next->sched;

	c->guest = next->regs;
	context_load(next);
	root_load(next);
	vcpu_timers_migrate(next, c);
	if (s->time_stamp != c->tsc_stamp) {
		s->time_stamp = c->tsc_stamp;
		time_update_vcpu(next);
	}
	runstate_publish(next);
}

/* May the vCPU that runs on \p c stay, if it is its turn? */
static bool goes_on(struct cpu *c, struct vcpu *v)
{
	struct cpu *other;

	if (v == c->idle || READ_ONCE(v->pause_flags) != 0 || !may_run_on(v->sched, c))
		return false;
	if (prefers(v, c))
		return true;
	other = choose_cpu(v);
	return !prefers(v, other) || !cpu_is_idle(other);
}

/* \p next has been chosen: when to look again, and what others should know. Lock held. */
static void turn_begins(struct cpu *c, struct vcpu *next, u64 now)
{
	struct runqueue *rq = c->runqueue;
	u64 slice = rq->length ? policy->slice : ~0UL;

	rq->misplaced = false;
	if (next != c->idle) {
		if (unlikely(READ_ONCE(next->domain->sched->cap)))
			slice = cap_slice(next->domain->sched, slice);
		rq->misplaced = policy->balance && !prefers(next, c);
	}
	if (slice != ~0UL)
		timer_set(&rq->slice, now + slice);
}

void schedule(void)
{
	struct cpu *c = this_cpu();
	struct runqueue *rq = c->runqueue;
	struct vcpu *prev = c->vcpu, *next;
	u64 now = system_time();

	spin_lock(&rq->lock);
	if (prev != c->idle)
		charge(prev, now);
	next = policy->pick(c, goes_on(c, prev) ? prev : NULL);
	if (!next && policy->balance && steal(c))
		next = policy->pick(c, NULL);
	if (!next)
		next = c->idle;
	turn_begins(c, next, now);
	if (next == prev) {
		spin_unlock(&rq->lock);
		balance(c);
		return;
	}
	rq->load -= rq->running;
	rq->running = next == c->idle ? 0 : weight_of(next);
	rq->load += rq->running;
	if (next != c->idle) {
		next->running = true;
		next->sched->charged = now;
		runstate_set(next, PV_RUNSTATE_RUNNING, now);
	}
	if (prev == c->idle)
		rq->idle_time += now - rq->idle_since;
	else if (next == c->idle)
		rq->idle_since = now;
	WRITE_ONCE(c->vcpu, next);
	spin_unlock(&rq->lock);

	if (prev != c->idle)
		switch_out(c, prev);
	if (next != c->idle) {
		switch_in(c, next);
	} else {
		/* Idling keeps the last root loaded: mm evicts it when it has to. */
		descriptors_load_own(c);
		if (soft_affinity_used)
			call_misplaced(c);
	}
	balance(c);
}

/* --- life of a vCPU and of a CPU ------------------------------------------------------------- */

int sched_vcpu_create(struct vcpu *v)
{
	struct sched_vcpu *s = heap_alloc(sizeof(*s));

	if (!s)
		return -ENOMEM;
	list_init(&s->link);
	s->vcpu = v;
	memset(&s->hard, 0xff, sizeof(s->hard));
	memset(&s->soft, 0xff, sizeof(s->soft));
	v->sched = s;
	v->cpu = cpu_get(v->id % nr_cpus);
	v->runstate = PV_RUNSTATE_OFFLINE;
	v->runstate_entry = system_time();
	vcpu_timers_init(v);
	return 0;
}

/* Nothing runs or queues it any more, and its timers are stopped; but a CPU may just have let go of
 * it and look at it still. */
void sched_vcpu_destroy(struct vcpu *v)
{
	for_each_cpu(c)
		while (__atomic_load_n(&c->runqueue->in_hand, __ATOMIC_ACQUIRE) == v)
			cpu_relax();
	heap_free(v->sched);
	v->sched = NULL;
}

void sched_time_stale(struct vcpu *v)
{
	v->sched->time_stamp = 0;
}

static void slice_over(struct timer *t)
{
	struct cpu *c = t->cpu;

	softirq_raise(c, SOFTIRQ_SCHEDULE);
	if (!policy->balance || c->vcpu == c->idle)
		return;
	c->runqueue->turn_over = true;
	spin_lock(&c->runqueue->lock);
	charge(c->vcpu, system_time());
	spin_unlock(&c->runqueue->lock);
	cap_enforce(c->vcpu->domain->sched, system_time());
}

void sched_init(void)
{
	if (strcmp(options.sched, sched_null.name) == 0)
		policy = &sched_null;
	else if (strcmp(options.sched, sched_fair.name) != 0)
		log_warning("sched=%s is not known; fair and null are\n", options.sched);
	log_info("sched: %s\n", policy->name);
	softirq_register(SOFTIRQ_SCHEDULE, schedule);
}

/* The idle vCPU never has an event: its record is read on the way back like any other's. */
static struct pv_vcpu_info idle_info = {.evtchn_upcall_mask = 1};

void sched_init_cpu(struct cpu *c)
{
	struct runqueue *rq = heap_alloc(sizeof(*rq));
	struct vcpu *v = heap_alloc(sizeof(*v));

	if (!rq || !v)
		panic("no memory for the scheduler of CPU %u", c->id);
	list_init(&rq->queue);
	timer_init(&rq->slice, slice_over, c);
	rq->idle_since = system_time();
	c->runqueue = rq;

	v->id = c->id;
	v->domain = &idle_domain;
	v->cpu = c;
	v->running = true;
	v->kernel_mode = true;
	v->info_mfn = MFN_NONE;
	v->info = &idle_info;
	v->runstate = PV_RUNSTATE_RUNNING;
	c->idle = c->vcpu = v;
}

/* --- what the tools set -------------------------------------------------------------------------
 */

int vcpu_affinity_set(struct vcpu *v, const struct cpumask *hard, const struct cpumask *soft)
{
	struct runqueue *rq;
	bool usable = !hard;

	for_each_cpu(c)
		usable |= c->online && hard && test_bit(hard->bits, c->id);
	if (!usable)
		return -EINVAL;
	rq = lock_vcpu(v);
	if (hard)
		v->sched->hard = *hard;
	if (soft) {
		v->sched->soft = *soft;
		soft_affinity_used = true;
	}
	/* Where it waits may be wrong now, or another CPU may be free for it. */
	if (v->sched->queued)
		runqueue_take(rq, v);
	else if (v->running && !(may_run_on(v->sched, v->cpu) && prefers(v, v->cpu)))
		softirq_raise(v->cpu, SOFTIRQ_SCHEDULE);
	spin_unlock(&rq->lock);
	make_runnable(v, false);
	return 0;
}

void vcpu_affinity_get(struct vcpu *v, struct cpumask *hard, struct cpumask *soft)
{
	struct runqueue *rq = lock_vcpu(v);

	*hard = v->sched->hard;
	*soft = v->sched->soft;
	spin_unlock(&rq->lock);
}

void sched_dump(void)
{
	static const char *const state[] = {"running", "runnable", "blocked", "offline"};

	log_error("scheduler %s at %lu ns\n", policy->name, system_time());
	for_each_cpu(c)
		log_error(" CPU%u runs d%uv%u, %u waiting, idle %lu ms\n", c->id,
			  c->vcpu->domain->id, c->vcpu->id, c->runqueue->length,
			  sched_idle_time(c) / 1000000);
	for_each_domain(d)
		for_each_vcpu(d, v)
			log_error(" d%uv%u %s on CPU%u, pause flags %x, ran %lu ms\n", d->id, v->id,
				  state[v->runstate & 3], v->cpu->id, v->pause_flags,
				  v->runstate_time[0] / 1000000);
}
