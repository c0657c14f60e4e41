/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ports and their storage. Locks: the domain's event lock covers allocation and
 * every change of a port's state; for a pair of ports both domains' locks are
 * held. A port's own lock is taken inside, for each change of that port, and is
 * all that a sender takes: while it holds it, its port stays what it is, so the
 * other end can't go away.
 */
#ifndef PAVISE_EVENT_INTERNAL_H
#define PAVISE_EVENT_INTERNAL_H

#include "event.h"
#include "spinlock.h"
#include "lib.h"

/* As EVTCHNOP_status reports them. Port 0 is free for ever, and never given out. */
enum port_state {
	PORT_FREE = PV_EVTCHNSTAT_CLOSED,
	PORT_UNBOUND = PV_EVTCHNSTAT_UNBOUND, /* waits to be bound by another domain */
	PORT_INTERDOMAIN = PV_EVTCHNSTAT_INTERDOMAIN,
	PORT_PIRQ = PV_EVTCHNSTAT_PIRQ,
	PORT_VIRQ = PV_EVTCHNSTAT_VIRQ,
	PORT_IPI = PV_EVTCHNSTAT_IPI
};

struct port {
	struct spinlock lock;
	u8 state;
	u8 vcpu;	/* whom it notifies */
	u8 priority;	/* FIFO form: 0 is first */
	bool early;	/* FIFO form: it became pending before it had an event word */
	u16 last_queue; /* FIFO form: the queue it was in last */
	u32 number;	/* UNBOUND: for which domain; INTERDOMAIN: remote port; PIRQ, VIRQ: which */
	struct domain
		*remote; /* INTERDOMAIN: holds no reference, its port does not close before ours */
};

#define PORTS_PER_CHUNK	     128
#define CHUNKS_FREED_AT_ONCE 64

struct port_chunk {
	u32 free; /* how many of its ports are */
	struct port port[PORTS_PER_CHUNK];
};

/*
 * How pending and masked are told to the guest, of ports below `ports`. The port
 * stays in use meanwhile: the caller has its lock or its sender's, or the event lock.
 */
struct event_form {
	u32 ports; /* how many this form can tell */
	void (*set_pending)(struct vcpu *v, u32 port);
	/* A port is given out anew: not pending. Its mask is the guest's, which binds masked. */
	void (*forget)(struct domain *d, u32 port);
	void (*unmask)(struct vcpu *v, u32 port);
	bool (*pending)(struct domain *d, u32 port);
	bool (*masked)(struct domain *d, u32 port);
};

struct pirq {
	u32 port;    /* bound to it, 0: none */
	bool mapped; /* PHYSDEVOP_map_pirq */
	u32 count;   /* interrupts since */
	u64 window;  /* this system time, ns */
};

struct event_domain {
	struct spinlock lock;
	const struct event_form *form;
	u32 limit;		     /* ports are below */
	u32 valid;		     /* ports with storage; grows only, and is published after it */
	u32 first_free;		     /* none below is free */
	u32 active;		     /* ports in use */
	u32 close_next;		     /* how far a reset or the teardown got */
	bool closing;		     /* for good: nothing may be bound any more */
	u32 *virq;		     /* [vcpu][PV_NR_VIRQS], 0: not bound */
	struct pirq *pirq;	     /* [MAX_PIRQS], dom0 alone */
	struct event_fifo *fifo;     /* once it was asked for */
	u64 polling[MAX_VCPUS / 64]; /* vCPUs in SCHEDOP_poll */
	struct port_chunk *chunk[];  /* as many as the limit may come to need */
};

extern const struct event_form event_two_level, event_fifo;

/* The port, or NULL if there never was one of that number. */
static inline struct port *port_at(const struct event_domain *e, u32 n)
{
	struct port *p;

	if (n >= __atomic_load_n(&e->valid, __ATOMIC_ACQUIRE))
		return NULL;
	p = &e->chunk[n / PORTS_PER_CHUNK]->port[n % PORTS_PER_CHUNK];
	/* One pointer from here on: a sender needs its registers. */
	__asm__("" : "+r"(p));
	return p;
}

/* A port has become pending: end the polls that wait for it. */
void event_wake_polls(struct domain *d, u32 port);
static inline void event_wake_pollers(struct domain *d, u32 port)
{
	const struct event_domain *e = d->event;

	STATIC_ASSERT(ARRAY_SIZE(e->polling) == 2);
	if (unlikely(READ_ONCE(e->polling[0]) | READ_ONCE(e->polling[1])))
		event_wake_polls(d, port);
}
/* Send on port \p n of dom0 if it still is bound to this line. */
void event_send_pirq(u32 n, u32 pirq);
void pirq_init(void);

/* Back to the two-level form. No port is in use; the event lock is held. */
void fifo_stop(struct domain *d);
/* Do the ports remember the queues they are last in? How many don't. */
unsigned int fifo_audit(struct domain *d);

#endif
