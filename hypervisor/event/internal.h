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

enum port_state {
	PORT_FREE,
	PORT_RESERVED, /* port 0 */
	PORT_UNBOUND,  /* waits for remote_id to bind it */
	PORT_INTERDOMAIN,
	PORT_PIRQ,
	PORT_VIRQ,
	PORT_IPI
};

struct port {
	struct spinlock lock;
	u8 state;
	u8 priority;	   /* FIFO form */
	domid_t remote_id; /* UNBOUND */
	u32 vcpu;	   /* whom it notifies */
	u32 number;	   /* INTERDOMAIN: remote port; PIRQ, VIRQ: which */
	struct domain
		*remote; /* INTERDOMAIN: holds no reference, its port does not close before ours */
};

#define PORTS_PER_CHUNK 128

/* How pending and masked are told to the guest. All take port numbers below `ports`. */
struct event_form {
	u32 ports; /* how many this form can tell */
	void (*set_pending)(struct vcpu *v, u32 port);
	/* A port is given out anew: neither pending nor masked. */
	void (*forget)(struct domain *d, u32 port);
	void (*unmask)(struct vcpu *v, u32 port);
	bool (*pending)(struct domain *d, u32 port);
	bool (*masked)(struct domain *d, u32 port);
};

struct event_domain {
	struct spinlock lock;
	const struct event_form *form;
	struct port **chunk;
	u32 limit;		     /* ports are below */
	u32 valid;		     /* ports with storage; grows only, and is published after it */
	u32 first_free;		     /* none below is free */
	u32 close_next;		     /* how far a reset or the teardown got */
	bool closing;		     /* for good: nothing may be bound any more */
	u32 *virq;		     /* [vcpu][PV_NR_VIRQS], 0: not bound */
	u32 *pirq;		     /* [MAX_PIRQS], dom0 alone */
	u64 polling[MAX_VCPUS / 64]; /* vCPUs in SCHEDOP_poll */
};

extern const struct event_form event_two_level;

/* The port, or NULL if there never was one of that number. */
static inline struct port *port_at(const struct event_domain *e, u32 n)
{
	if (n >= __atomic_load_n(&e->valid, __ATOMIC_ACQUIRE))
		return NULL;
	return &e->chunk[n / PORTS_PER_CHUNK][n % PORTS_PER_CHUNK];
}

/* A port has become pending: end the polls that wait for it. */
void event_wake_pollers(struct domain *d, u32 port);

#endif
