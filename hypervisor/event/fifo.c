/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The FIFO form: a word for each port, in pages that the guest adds, and for each
 * vCPU a queue for each of 16 priorities. A queue is a list through the words of
 * its ports. We add a port behind the tail, which is known here alone; the guest
 * takes them off from the head, which it finds in the vCPU's control block.
 *
 * The guest may write all of that at any time. So single bits are all that is
 * read of it, each by the very instruction that changes the word: no link is ever
 * followed, and nothing is tried twice. What a guest writes there confuses itself.
 *
 * The lock is held while a port is linked, for some thirty instructions, and is
 * the domain's: a port may have to leave the queue of one vCPU for another's.
 */
#include "internal.h"
#include "errno.h"
#include "mm.h"

#define PENDING BIT(PV_EVTCHN_FIFO_PENDING)
#define MASKED	BIT(PV_EVTCHN_FIFO_MASKED)
#define LINKED	BIT(PV_EVTCHN_FIFO_LINKED)

#define WORDS_PER_PAGE ((u32)(PAGE_SIZE / sizeof(u32)))
#define QUEUES	       PV_EVTCHN_FIFO_MAX_QUEUES
#define ADOPT_BATCH    256 /* ports between preemption points */

struct event_fifo {
	struct spinlock lock; /* inside ports' locks: tails, and what queue a port is in */
	u32 words;	      /* ports below have one; published after the page */
	u32 adopted;	      /* of them, those that were told what they were sent before */
	u32 *tail;	      /* [vcpu * QUEUES + priority]: port linked last, 0: none */
	u32 *page[];	      /* directmap; each holds a writable reference */
};

static u32 *word_of(const struct domain *d, u32 n)
{
	const struct event_fifo *f = d->event->fifo;

	if (n >= __atomic_load_n(&f->words, __ATOMIC_ACQUIRE))
		return NULL;
	return &f->page[n / WORDS_PER_PAGE][n % WORDS_PER_PAGE];
}

/*
 * Link port \p n behind a queue's tail, whose link is 0, unless the guest has taken
 * that off: then the queue is empty. Nobody else links the tail, as we have the lock.
 */
static bool link_behind(u32 *tail, u32 n)
{
	if (__atomic_fetch_or(tail, n, __ATOMIC_SEQ_CST) & LINKED)
		return true;
	__atomic_fetch_and(tail, ~(u32)PV_EVTCHN_FIFO_LINK_MASK, __ATOMIC_SEQ_CST);
	return false;
}

static void enqueue(struct vcpu *v, u32 n, u32 *word)
{
	struct pv_evtchn_fifo_control_block *c = __atomic_load_n(&v->event, __ATOMIC_ACQUIRE);
	struct event_fifo *f = v->domain->event->fifo;
	struct port *p = port_at(v->domain->event, n);
	u32 priority, queue, tail;
	bool behind;

	if (!c) /* no queues for this vCPU yet: the news stays in the word */
		return;
	spin_lock(&f->lock);
	if (__atomic_fetch_or(word, LINKED, __ATOMIC_SEQ_CST) & LINKED) {
		spin_unlock(&f->lock);
		return;
	}
	/* It was taken off its last queue; as that one's tail it must not be linked to any more. */
	if (f->tail[p->last_queue] == n)
		f->tail[p->last_queue] = 0;
	priority = READ_ONCE(p->priority);
	queue = v->id * QUEUES + priority;
	tail = f->tail[queue];
	behind = tail && link_behind(word_of(v->domain, tail), n);
	if (!behind)
		WRITE_ONCE(c->head[priority], n);
	f->tail[queue] = n;
	p->last_queue = (u16)queue;
	spin_unlock(&f->lock);
	/* Behind another it will be found from there. */
	if (!behind &&
	    !(__atomic_fetch_or(&c->ready, 1U << priority, __ATOMIC_SEQ_CST) >> priority & 1))
		event_upcall(v);
}

static void set_pending(struct vcpu *v, u32 port)
{
	u32 *word = word_of(v->domain, port), was = 0;

	if (likely(word)) {
		was = __atomic_fetch_or(word, PENDING, __ATOMIC_SEQ_CST);
		if (!(was & (MASKED | LINKED)))
			enqueue(v, port, word);
	} else {
		WRITE_ONCE(port_at(v->domain->event, port)->early, true);
	}
	if (!(was & PENDING))
		event_wake_pollers(v->domain, port);
}

/* It may well be linked still: the guest takes it off in its turn. */
static void forget(struct domain *d, u32 port)
{
	u32 *word = word_of(d, port);

	if (word)
		__atomic_fetch_and(word, ~(u32)PENDING, __ATOMIC_SEQ_CST);
	port_at(d->event, port)->early = false;
}

static void unmask(struct vcpu *v, u32 port)
{
	u32 *word = word_of(v->domain, port);

	if (word && (__atomic_fetch_and(word, ~(u32)MASKED, __ATOMIC_SEQ_CST) &
		     (PENDING | LINKED)) == PENDING)
		enqueue(v, port, word);
}

static bool pending(struct domain *d, u32 port)
{
	u32 *word = word_of(d, port);

	return word ? READ_ONCE(*word) & PENDING : READ_ONCE(port_at(d->event, port)->early);
}

static bool masked(struct domain *d, u32 port)
{
	u32 *word = word_of(d, port);

	return word && READ_ONCE(*word) & MASKED;
}

const struct event_form event_fifo = {
	.ports = PV_EVTCHN_FIFO_NR_CHANNELS,
	.set_pending = set_pending,
	.forget = forget,
	.unmask = unmask,
	.pending = pending,
	.masked = masked,
};

/* --- starting and growing ---------------------------------------------------------- */

/* A guest's frame as a page of ours to write to; NULL if it is not its to write to. */
static void *page_get(struct domain *d, u64 gfn)
{
	struct frame *f = mfn_get_writable(mfn(gfn), d);

	return f ? frame_virt(f) : NULL;
}

static void page_put(void *in_page)
{
	frame_put_writable(mfn_frame(virt_mfn(in_page)));
}

/* Room for all that the domain may ever need of this form. The event lock is held. */
static int fifo_create(struct domain *d)
{
	u32 pages = ROUND_UP(d->event->limit, WORDS_PER_PAGE) / WORDS_PER_PAGE;
	struct event_fifo *f = heap_alloc(sizeof(*f) + pages * sizeof(f->page[0]) +
					  d->max_vcpus * QUEUES * sizeof(*f->tail));

	if (!f)
		return -ENOMEM;
	f->tail = (u32 *)&f->page[pages];
	d->event->fifo = f;
	return 0;
}

int event_init_control(struct domain *d, u32 vcpu, u64 gfn, u32 offset)
{
	struct event_domain *e = d->event;
	struct vcpu *v = domain_vcpu(d, vcpu);
	char *page;
	int rc = 0;

	if (!v)
		return (int)REFUSE(-ENOENT);
	if (offset > PAGE_SIZE - sizeof(struct pv_evtchn_fifo_control_block) || offset % 8)
		return (int)REFUSE(-EINVAL);
	page = page_get(d, gfn);
	if (!page)
		return (int)REFUSE(-EINVAL);
	spin_lock(&e->lock);
	if (v->event || e->closing)
		rc = (int)REFUSE(-EINVAL);
	else if (!e->fifo)
		rc = fifo_create(d);
	if (rc == 0) {
		__atomic_store_n(&v->event, page + offset, __ATOMIC_RELEASE);
		__atomic_store_n(&e->form, &event_fifo, __ATOMIC_RELEASE);
	}
	spin_unlock(&e->lock);
	if (rc != 0)
		page_put(page);
	return rc;
}

/*
 * Port \p n has a word now: send it again what came before. With the lock that its
 * sender holds, since one may be about that still looks at the two-level bits, or
 * for the word.
 */
static void adopt(struct domain *d, u32 n)
{
	struct port *p = port_at(d->event, n), *sender = p;

	if (!p || p->state == PORT_FREE)
		return;
	if (p->state == PORT_INTERDOMAIN)
		sender = port_at(p->remote->event, p->number);
	spin_lock(&sender->lock);
	if (p->early || (n < event_two_level.ports && event_two_level.pending(d, n))) {
		if (n < event_two_level.ports)
			event_two_level.forget(d, n);
		p->early = false;
		set_pending(d->vcpu[p->vcpu], n);
	}
	spin_unlock(&sender->lock);
}

int event_expand_array(struct domain *d, u64 gfn)
{
	struct event_domain *e = d->event;
	struct event_fifo *f;
	u32 *page = page_get(d, gfn), n = 0;
	bool added = false;
	int rc = 0;

	if (!page)
		return (int)REFUSE(-EINVAL);
	spin_lock(&e->lock);
	f = e->fifo;
	if (e->form != &event_fifo) {
		rc = (int)REFUSE(-EOPNOTSUPP);
	} else if (f->adopted < f->words && f->page[f->words / WORDS_PER_PAGE - 1] == page) {
		; /* this call was preempted, and goes on */
	} else if (f->words >= e->limit) {
		rc = (int)REFUSE(-EINVAL);
	} else {
		f->page[f->words / WORDS_PER_PAGE] = page;
		__atomic_store_n(&f->words, f->words + WORDS_PER_PAGE, __ATOMIC_RELEASE);
		added = true;
	}
	while (rc == 0 && f->adopted < f->words)
		if (n++ < ADOPT_BATCH)
			adopt(d, f->adopted++);
		else
			rc = -ERESTART;
	spin_unlock(&e->lock);
	if (!added)
		page_put(page);
	return rc;
}

int event_set_priority(struct domain *d, u32 n, u32 priority)
{
	struct port *p = port_at(d->event, n);

	if (d->event->form != &event_fifo)
		return (int)REFUSE(-ENOSYS);
	if (!p || priority > PV_EVTCHN_FIFO_PRIORITY_MIN)
		return (int)REFUSE(-EINVAL);
	WRITE_ONCE(p->priority, (u8)priority);
	return 0;
}

/* --- the end, and the audit --------------------------------------------------------- */

void fifo_stop(struct domain *d)
{
	struct event_domain *e = d->event;
	struct event_fifo *f = e->fifo;

	if (e->form != &event_fifo)
		return;
	e->form = &event_two_level;
	for_each_vcpu(d, v) {
		if (v->event)
			page_put(v->event);
		v->event = NULL;
	}
	for (u32 i = 0; i < f->words / WORDS_PER_PAGE; i++)
		page_put(f->page[i]);
	f->words = f->adopted = 0;
	memset(f->tail, 0, d->max_vcpus * QUEUES * sizeof(*f->tail));
}

unsigned int fifo_audit(struct domain *d)
{
	struct event_fifo *f = d->event->fifo;
	unsigned int wrong = 0;

	for (u32 q = 0; f && q < d->max_vcpus * QUEUES; q++) {
		u32 n = f->tail[q];

		if (n == 0 || (n < f->words && port_at(d->event, n)->last_queue == q))
			continue;
		printk(LOG_ERROR, "d%u queue %u: port %u at its end is in another\n", d->id, q, n);
		wrong++;
	}
	return wrong;
}

void event_audit_frames(struct domain *d)
{
	const struct event_fifo *f = d->event->fifo;

	for_each_vcpu(d, v)
		if (v->event)
			frame_audit_use(mfn_frame(virt_mfn(v->event)), true);
	for (u32 i = 0; f && i < f->words / WORDS_PER_PAGE; i++)
		frame_audit_use(mfn_frame(virt_mfn(f->page[i])), true);
}
