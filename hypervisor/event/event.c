/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ports: what they are bound to, and sending. See internal.h for the locks and
 * for how a form (two_level.c) tells the guest.
 */
#include "internal.h"
#include "arch.h"
#include "sched.h"
#include "mm.h"
#include "errno.h"

/* --- telling ------------------------------------------------------------------------- */

void event_upcall(struct vcpu *v)
{
	/* The exchange also orders the byte before the kick's look at the pause flags. */
	if (!__atomic_exchange_n(&v->info->evtchn_upcall_pending, 1, __ATOMIC_SEQ_CST))
		vcpu_kick(v);
}

/* \p p is port \p n of \p d and stays what it is meanwhile. */
static void tell(struct domain *d, const struct port *p, u32 n)
{
	struct vcpu *v = d->vcpu[READ_ONCE(p->vcpu)];

	/* A domain that is still being made may have ports before vCPUs. */
	if (likely(v))
		d->event->form->set_pending(v, n);
}

int event_send(struct domain *d, u32 n)
{
	struct port *p = port_at(d->event, n);
	int rc = 0;

	if (unlikely(!p))
		return (int)REFUSE(-EINVAL);
	spin_lock(&p->lock);
	switch (p->state) {
	case PORT_INTERDOMAIN:
		tell(p->remote, port_at(p->remote->event, p->number), p->number);
		break;
	case PORT_IPI:
		tell(d, p, n);
		break;
	case PORT_UNBOUND: /* the other end has closed: nobody to tell */
		break;
	default:
		rc = (int)REFUSE(-EINVAL);
	}
	spin_unlock(&p->lock);
	return rc;
}

/* Send on \p n if it still is bound to interrupt \p number of kind \p state. */
static void send_interrupt(struct domain *d, u32 n, u8 state, u32 number, u32 vcpu)
{
	struct port *p = n ? port_at(d->event, n) : NULL;

	if (!p)
		return;
	spin_lock(&p->lock);
	if (p->state == state && p->number == number && (vcpu == ~0U || p->vcpu == vcpu))
		tell(d, p, n);
	spin_unlock(&p->lock);
}

static u32 *virq_slot(struct event_domain *e, u32 vcpu, u32 virq)
{
	return &e->virq[vcpu * PV_NR_VIRQS + virq];
}

void event_virq(struct vcpu *v, u32 virq)
{
	send_interrupt(v->domain, READ_ONCE(*virq_slot(v->domain->event, v->id, virq)), PORT_VIRQ,
		       virq, v->id);
}

void event_global_virq(u32 virq)
{
	/* Bound on vCPU 0, but it may have been moved to another since. */
	if (dom0 && dom0->event)
		send_interrupt(dom0, READ_ONCE(*virq_slot(dom0->event, 0, virq)), PORT_VIRQ, virq,
			       ~0U);
}

void event_send_pirq(u32 n, u32 pirq)
{
	send_interrupt(dom0, n, PORT_PIRQ, pirq, ~0U);
}

void event_vcpu_info_moved(struct vcpu *v)
{
	__atomic_store_n(&v->info->evtchn_pending_sel, ~0UL, __ATOMIC_SEQ_CST);
	event_upcall(v);
}

/* --- polling --------------------------------------------------------------------------- */

void event_wake_polls(struct domain *d, u32 port)
{
	struct event_domain *e = d->event;

	for (unsigned int w = 0; w < ARRAY_SIZE(e->polling); w++) {
		u64 bits = READ_ONCE(e->polling[w]);

		for (; bits; bits &= bits - 1) {
			struct vcpu *v = domain_vcpu(d, w * 64 + (u32)__builtin_ctzl(bits));
			u32 polled = READ_ONCE(v->poll_port);

			if (polled != port && polled != POLL_ANY)
				continue;
			if (atomic_test_and_clear_bit(e->polling, v->id))
				vcpu_wake(v, VCPU_PAUSE_POLL);
		}
	}
}

bool event_poll_begin(struct vcpu *v, const u32 *ports, u32 count)
{
	WRITE_ONCE(v->poll_port, count == 1 ? ports[0] : POLL_ANY);
	/*
	 * Flag and bit first, then look; a sender sets the pending bit first and
	 * looks for pollers then. One of the two sees the other.
	 */
	__atomic_fetch_or(&v->pause_flags, VCPU_PAUSE_POLL, __ATOMIC_SEQ_CST);
	atomic_test_and_set_bit(v->domain->event->polling, v->id);
	for (u32 i = 0; i < count; i++)
		if (event_port_pending(v->domain, ports[i]))
			return true;
	return false;
}

void event_poll_end(struct vcpu *v)
{
	atomic_test_and_clear_bit(v->domain->event->polling, v->id);
	vcpu_wake(v, VCPU_PAUSE_POLL);
}

bool event_port_valid(struct domain *d, u32 port)
{
	struct port *p = port_at(d->event, port);

	return p && READ_ONCE(p->state) != PORT_FREE;
}

bool event_port_pending(struct domain *d, u32 port)
{
	struct port *p = port_at(d->event, port);
	bool pending;

	spin_lock(&p->lock);
	pending = p->state != PORT_FREE && d->event->form->pending(d, port);
	spin_unlock(&p->lock);
	return pending;
}

/* --- allocation. The event lock is held. -------------------------------------------------- */

static int grow(struct event_domain *e)
{
	u32 end = MIN(e->valid + PORTS_PER_CHUNK, e->limit);
	struct port_chunk *chunk = heap_alloc(sizeof(*chunk));

	if (!chunk)
		return -ENOMEM;
	chunk->free = end - e->valid;
	if (e->valid == 0) /* port 0 */
		chunk->free--;
	e->chunk[e->valid / PORTS_PER_CHUNK] = chunk;
	/* Lock-free readers go by `valid`: the chunk must be there before it. */
	__atomic_store_n(&e->valid, end, __ATOMIC_RELEASE);
	return 0;
}

static void port_set(struct port *p, enum port_state state, u32 number, struct domain *remote)
{
	spin_lock(&p->lock);
	p->number = number;
	p->remote = remote;
	p->state = state;
	spin_unlock(&p->lock);
}

/* Take the first free port, forgotten; the caller gives it its state. 0 or a negative errno. */
static int port_take(struct domain *d, u32 *out)
{
	struct event_domain *e = d->event;
	/* What came back from the FIFO form may have more than it can be told of now. */
	u32 n = e->first_free, end = MIN(e->limit, e->form->ports);

	if (e->closing)
		return -ESRCH;
	for (;;) {
		if (n >= end)
			return -ENOSPC;
		if (n >= e->valid && grow(e) != 0)
			return -ENOMEM;
		if (e->chunk[n / PORTS_PER_CHUNK]->free == 0)
			n = ROUND_UP(n + 1, PORTS_PER_CHUNK);
		else if (port_at(e, n)->state != PORT_FREE)
			n++;
		else
			break;
	}
	port_at(e, n)->vcpu = 0;
	port_at(e, n)->priority = PV_EVTCHN_FIFO_PRIORITY_DEFAULT;
	e->form->forget(d, n);
	e->chunk[n / PORTS_PER_CHUNK]->free--;
	e->first_free = n + 1;
	e->active++;
	*out = n;
	return 0;
}

/* Port \p n, which nobody can send on any more, is to be had again. */
static void port_free(struct event_domain *e, u32 n)
{
	port_set(port_at(e, n), PORT_FREE, 0, NULL);
	e->chunk[n / PORTS_PER_CHUNK]->free++;
	e->first_free = MIN(e->first_free, n);
	e->active--;
}

static void lock_pair(struct domain *a, struct domain *b)
{
	if (a == b) {
		spin_lock(&a->event->lock);
	} else if (a->id < b->id) {
		spin_lock(&a->event->lock);
		spin_lock(&b->event->lock);
	} else {
		spin_lock(&b->event->lock);
		spin_lock(&a->event->lock);
	}
}

static void unlock_pair(struct domain *a, struct domain *b)
{
	spin_unlock(&a->event->lock);
	if (a != b)
		spin_unlock(&b->event->lock);
}

/* --- binding ---------------------------------------------------------------------------------- */

/*
 * Bind a new port to something that only one can be bound to, as \p slot says, or
 * to nothing like it (NULL).
 */
static int bind(struct domain *d, enum port_state state, u32 number, u32 vcpu, u32 *slot, u32 *port)
{
	struct event_domain *e = d->event;
	int rc;

	spin_lock(&e->lock);
	rc = slot && *slot ? (int)REFUSE(-EEXIST) : port_take(d, port);
	if (rc == 0) {
		port_at(e, *port)->vcpu = (u8)vcpu;
		port_set(port_at(e, *port), state, number, NULL);
		if (slot)
			WRITE_ONCE(*slot, *port);
	}
	/* A line may fire as soon as it is connected: the port comes first. */
	if (rc == 0 && state == PORT_PIRQ) {
		rc = e->pirq[number].mapped ? line_connect(number, d->vcpu[vcpu]->cpu)
					    : (int)REFUSE(-EINVAL);
		if (rc != 0) {
			WRITE_ONCE(*slot, 0);
			port_free(e, *port);
		}
	}
	spin_unlock(&e->lock);
	return rc;
}

int event_alloc_unbound(struct domain *d, domid_t remote, u32 *port)
{
	return bind(d, PORT_UNBOUND, remote, 0, NULL, port);
}

int event_bind_ipi(struct domain *d, u32 vcpu, u32 *port)
{
	if (!domain_vcpu(d, vcpu))
		return (int)REFUSE(-ENOENT);
	return bind(d, PORT_IPI, 0, vcpu, NULL, port);
}

int event_bind_pirq(struct domain *d, u32 pirq, u32 *port)
{
	if (!d->event->pirq)
		return (int)REFUSE(-EPERM);
	if (pirq >= MAX_PIRQS)
		return (int)REFUSE(-EINVAL);
	return bind(d, PORT_PIRQ, pirq, 0, &d->event->pirq[pirq].port, port);
}

static bool virq_is_global(u32 virq)
{
	return virq != PV_VIRQ_TIMER && virq != PV_VIRQ_DEBUG && virq != PV_VIRQ_XENOPROF &&
	       virq != PV_VIRQ_XENPMU;
}

int event_bind_virq(struct domain *d, u32 virq, u32 vcpu, u32 *port)
{
	if (virq >= PV_NR_VIRQS)
		return (int)REFUSE(-EINVAL);
	if (virq_is_global(virq) && !d->privileged)
		return (int)REFUSE(-EPERM);
	if (virq_is_global(virq) && vcpu != 0)
		return (int)REFUSE(-EINVAL);
	if (!domain_vcpu(d, vcpu))
		return (int)REFUSE(-ENOENT);
	return bind(d, PORT_VIRQ, virq, vcpu, virq_slot(d->event, vcpu, virq), port);
}

int event_bind_interdomain(struct domain *d, struct domain *remote, u32 remote_port, u32 *port)
{
	struct port *p, *r;
	int rc;

	lock_pair(d, remote);
	r = port_at(remote->event, remote_port);
	if (!r || r->state != PORT_UNBOUND || r->number != d->id || remote->event->closing) {
		rc = (int)REFUSE(-EINVAL);
		goto out;
	}
	rc = port_take(d, port);
	if (rc != 0)
		goto out;
	p = port_at(d->event, *port);
	port_set(p, PORT_INTERDOMAIN, remote_port, remote);
	port_set(r, PORT_INTERDOMAIN, *port, d);
	/* What the other side sent before somebody listened went nowhere: look once. */
	tell(d, p, *port);
out:
	unlock_pair(d, remote);
	return rc;
}

int event_bind_vcpu(struct domain *d, u32 n, u32 vcpu)
{
	struct event_domain *e = d->event;
	struct port *p = port_at(e, n);
	int rc = 0;

	if (!domain_vcpu(d, vcpu))
		return (int)REFUSE(-ENOENT);
	if (!p)
		return (int)REFUSE(-EINVAL);
	spin_lock(&e->lock);
	if (p->state == PORT_FREE || p->state == PORT_IPI ||
	    (p->state == PORT_VIRQ && !virq_is_global(p->number)))
		rc = (int)REFUSE(-EINVAL);
	else
		WRITE_ONCE(p->vcpu, (u8)vcpu);
	if (p->state == PORT_PIRQ)
		line_move(p->number, d->vcpu[vcpu]->cpu);
	spin_unlock(&e->lock);
	return rc;
}

/* --- closing ----------------------------------------------------------------------------- */

/*
 * Lock \p d, and with it the domain at the other end of port \p p if there is one;
 * returns that, or \p d itself. Its port does not close while ours is locked, so till
 * then it has not even begun to lose its first reference.
 */
static struct domain *lock_with_peer(struct domain *d, struct port *p)
{
	for (;;) {
		struct domain *peer;
		bool same;

		spin_lock(&p->lock);
		peer = p->state == PORT_INTERDOMAIN ? p->remote : d;
		domain_hold(peer);
		spin_unlock(&p->lock);
		lock_pair(d, peer);
		same = peer == (p->state == PORT_INTERDOMAIN ? p->remote : d);
		if (!same)
			unlock_pair(d, peer);
		domain_put(peer);
		if (same)
			return peer;
	}
}

int event_close(struct domain *d, u32 n)
{
	struct event_domain *e = d->event;
	struct port *p = port_at(e, n);
	struct domain *peer;
	int rc = 0;

	if (!p)
		return (int)REFUSE(-EINVAL);
	peer = lock_with_peer(d, p);
	if (p->state == PORT_INTERDOMAIN) {
		port_set(port_at(p->remote->event, p->number), PORT_UNBOUND, d->id, NULL);
	} else if (p->state == PORT_VIRQ) {
		WRITE_ONCE(*virq_slot(e, virq_is_global(p->number) ? 0 : p->vcpu, p->number), 0);
	} else if (p->state == PORT_PIRQ) {
		line_hold(p->number, LINE_UNUSED, true);
		WRITE_ONCE(e->pirq[p->number].port, 0);
	}
	if (p->state == PORT_FREE)
		rc = (int)REFUSE(-EINVAL);
	else
		port_free(e, n);
	unlock_pair(d, peer);
	return rc;
}

int event_reset(struct domain *d)
{
	struct event_domain *e = d->event;
	int rc;

	/* Several vCPUs at it at once only close faster: each port is closed under its lock. */
	while (e->close_next < e->valid) {
		u32 n = __atomic_fetch_add(&e->close_next, 1, __ATOMIC_RELAXED);
		struct port *p = port_at(e, n);

		if (p && p->state != PORT_FREE)
			event_close(d, n);
		if (n % 64 == 63 && preempt_pending())
			return -ERESTART;
	}
	/* Some may have been bound meanwhile, or another vCPU is closing its last one. */
	spin_lock(&e->lock);
	e->close_next = 0;
	rc = e->active ? -ERESTART : 0;
	if (rc == 0)
		fifo_stop(d);
	spin_unlock(&e->lock);
	return rc;
}

int event_domain_close_all(struct domain *d)
{
	struct event_domain *e = d->event;

	spin_lock(&e->lock);
	if (!e->closing) {
		e->closing = true;
		e->close_next = 0;
	}
	spin_unlock(&e->lock);
	return event_reset(d);
}

int event_unmask(struct domain *d, u32 n)
{
	struct port *p = port_at(d->event, n);
	int rc = 0;

	if (!p)
		return (int)REFUSE(-EINVAL);
	spin_lock(&p->lock);
	if (p->state != PORT_FREE)
		d->event->form->unmask(d->vcpu[p->vcpu], n);
	else
		rc = (int)REFUSE(-EINVAL);
	spin_unlock(&p->lock);
	return rc;
}

int event_status(struct domain *d, struct pv_evtchn_status *s)
{
	struct event_domain *e = d->event;
	struct port *p = port_at(e, s->port);

	if (!p)
		return (int)REFUSE(-EINVAL);
	memset(&s->u, 0, sizeof(s->u));
	spin_lock(&e->lock);
	s->status = p->state;
	s->vcpu = p->vcpu;
	if (p->state == PORT_INTERDOMAIN) {
		s->u.interdomain.dom = p->remote->id;
		s->u.interdomain.port = p->number;
	} else if (p->state == PORT_UNBOUND) {
		s->u.unbound.dom = (domid_t)p->number;
	} else if (p->state == PORT_PIRQ || p->state == PORT_VIRQ) {
		s->u.virq = p->number; /* the very place of u.pirq */
	}
	spin_unlock(&e->lock);
	return 0;
}

/* --- life of a domain --------------------------------------------------------------------- */

int event_domain_create(struct domain *d, u32 max_port)
{
	u32 limit = MIN(max_port, event_fifo.ports - 1) + 1;
	u32 chunks = ROUND_UP(limit, PORTS_PER_CHUNK) / PORTS_PER_CHUNK;
	struct event_domain *e = heap_alloc(sizeof(*e) + chunks * sizeof(e->chunk[0]));

	if (!e)
		return -ENOMEM;
	d->event = e;
	e->form = &event_two_level;
	e->limit = limit;
	e->first_free = 1;
	e->virq = heap_alloc(d->max_vcpus * PV_NR_VIRQS * sizeof(u32));
	if (d->privileged)
		e->pirq = heap_alloc(MAX_PIRQS * sizeof(*e->pirq));
	if (!e->virq || (d->privileged && !e->pirq)) {
		event_domain_destroy(d);
		return -ENOMEM;
	}
	return 0;
}

bool event_domain_destroy(struct domain *d)
{
	struct event_domain *e = d->event;

	if (!e)
		return true;
	for (u32 n = 0; e->valid && n < CHUNKS_FREED_AT_ONCE; n++) {
		e->valid = (e->valid - 1) / PORTS_PER_CHUNK * PORTS_PER_CHUNK;
		heap_free(e->chunk[e->valid / PORTS_PER_CHUNK]);
	}
	if (e->valid)
		return false;
	heap_free(e->fifo);
	heap_free(e->virq);
	heap_free(e->pirq);
	heap_free(e);
	d->event = NULL;
	return true;
}

static void timer_fired(struct vcpu *v)
{
	event_virq(v, PV_VIRQ_TIMER);
}

void event_init(void)
{
	vcpu_timer_hook = timer_fired;
	pirq_init();
}
