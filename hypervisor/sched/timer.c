/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Timers: a heap for each CPU, ordered by expiry, and the local APIC's one-shot
 * timer set for the first. The heap is a pairing heap whose links are in the
 * timers themselves, so that starting a timer allocates nothing and can't fail.
 * A heap's lock protects the links, expiry and CPU of each timer in it.
 */
#include "sched.h"
#include "arch.h"
#include "mm.h"

struct timer_heap {
	struct spinlock lock;
	struct timer *first;
	struct timer *running; /* whose function is being called */
};

/* Join two heaps; the one that expires first becomes the root. Roots have no next and prev. */
static struct timer *join(struct timer *a, struct timer *b)
{
	struct timer *root, *sub;

	if (!a || !b)
		return a ? a : b;
	root = b->expires < a->expires ? b : a;
	sub = root == a ? b : a;
	sub->prev = root; /* of a first child: its parent */
	sub->next = root->child;
	if (sub->next)
		sub->next->prev = sub;
	root->child = sub;
	return root;
}

/* Join a row of siblings: in pairs from the left, then all together from the right. */
static struct timer *join_children(struct timer *t)
{
	struct timer *pairs = NULL, *root = NULL;

	while (t) {
		struct timer *a = t, *b = t->next, *joined;

		t = b ? b->next : NULL;
		a->next = a->prev = NULL;
		if (b)
			b->next = b->prev = NULL;
		joined = join(a, b);
		joined->next = pairs;
		pairs = joined;
	}
	while (pairs) {
		struct timer *next = pairs->next;

		pairs->next = NULL;
		root = join(root, pairs);
		pairs = next;
	}
	return root;
}

/* Its links are all NULL then, as they were before it came into the heap. */
static void heap_remove(struct timer_heap *h, struct timer *t)
{
	struct timer *rest = join_children(t->child);

	if (h->first == t) {
		h->first = rest;
	} else {
		if (t->prev->child == t)
			t->prev->child = t->next;
		else
			t->prev->next = t->next;
		if (t->next)
			t->next->prev = t->prev;
		h->first = join(h->first, rest);
	}
	t->child = t->next = t->prev = NULL;
}

/* Lock the heap that \p t belongs to; it may move until the lock is held. */
static struct timer_heap *lock_heap(struct timer *t)
{
	for (;;) {
		struct cpu *c = READ_ONCE(t->cpu);
		struct timer_heap *h = c->timers;

		spin_lock(&h->lock);
		if (t->cpu == c)
			return h;
		spin_unlock(&h->lock);
	}
}

/* Set this CPU's hardware timer for the first timer of its heap. Heap lock held. */
static void program(struct timer_heap *h)
{
	apic_timer_arm(h->first ? system_time_to_tsc(h->first->expires) : 0);
}

void timer_init(struct timer *t, void (*fn)(struct timer *t), struct cpu *cpu)
{
	*t = (struct timer){.fn = fn, .cpu = cpu};
}

/* Start \p t in the heap, and have the heap's CPU look if it is the first now. Lock held. */
static void start(struct timer_heap *h, struct timer *t, u64 when)
{
	t->expires = when ? when : 1;
	h->first = join(h->first, t);
	if (h->first != t)
		return;
	if (t->cpu == this_cpu())
		program(h);
	else
		softirq_raise(t->cpu, SOFTIRQ_TIMER);
}

void timer_set(struct timer *t, u64 when)
{
	struct timer_heap *h = lock_heap(t);

	if (t->expires)
		heap_remove(h, t);
	start(h, t, when);
	spin_unlock(&h->lock);
}

void timer_stop(struct timer *t)
{
	struct timer_heap *h = lock_heap(t);

	for (;;) {
		if (t->expires) {
			heap_remove(h, t);
			t->expires = 0;
		}
		if (h->running != t)
			break;
		/* Its function may set it again: look once more when it is over. */
		spin_unlock(&h->lock);
		cpu_relax();
		h = lock_heap(t);
	}
	spin_unlock(&h->lock);
}

void timer_migrate(struct timer *t, struct cpu *cpu)
{
	struct timer_heap *h;
	u64 when;

	if (READ_ONCE(t->cpu) == cpu)
		return;
	h = lock_heap(t);
	when = t->expires;
	if (when)
		heap_remove(h, t);
	t->expires = 0;
	WRITE_ONCE(t->cpu, cpu);
	spin_unlock(&h->lock);
	if (!when)
		return;
	h = lock_heap(t);
	if (!t->expires)
		start(h, t, when);
	spin_unlock(&h->lock);
}

/* SOFTIRQ_TIMER: call what has expired, then set the hardware for what is next. */
static void timer_softirq(void)
{
	struct timer_heap *h = this_cpu()->timers;
	u64 now = system_time();

	spin_lock(&h->lock);
	while (h->first && h->first->expires <= now) {
		struct timer *t = h->first;

		heap_remove(h, t);
		t->expires = 0;
		h->running = t;
		spin_unlock(&h->lock);
		t->fn(t);
		spin_lock(&h->lock);
		h->running = NULL;
	}
	program(h);
	spin_unlock(&h->lock);
}

static void timer_interrupt(void)
{
	softirq_raise(this_cpu(), SOFTIRQ_TIMER);
}

void timers_init_cpu(struct cpu *c)
{
	c->timers = heap_alloc(sizeof(struct timer_heap));
	if (!c->timers)
		panic("no memory for the timers of CPU %u", c->id);
	if (c->id == 0) {
		softirq_register(SOFTIRQ_TIMER, timer_softirq);
		interrupt_register(VECTOR_TIMER, timer_interrupt);
	}
}
