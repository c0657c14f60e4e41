/* SPDX-License-Identifier: BSD-2-Clause */
/* Debug keys: print all ports, and check that both ends of each pair agree. */
#include "internal.h"

static const char *const state_name[] = {"free", "unbound", "interdomain", "pirq", "virq", "ipi"};

static void dump(struct domain *d)
{
	struct event_domain *e = d->event;
	u32 n;

	spin_lock(&e->lock);
	printk(LOG_ERROR, "d%u: %u ports of at most %u\n", d->id, e->valid, e->limit);
	for (n = 1; n < e->valid; n++) {
		struct port *p = port_at(e, n);

		if (p->state == PORT_FREE)
			continue;
		printk(LOG_ERROR, " %u%s%s %s vcpu %u", n, e->form->pending(d, n) ? " pending" : "",
		       e->form->masked(d, n) ? " masked" : "", state_name[p->state], p->vcpu);
		if (p->state == PORT_UNBOUND)
			printk(LOG_ERROR, " for d%u\n", p->number);
		else if (p->state == PORT_INTERDOMAIN)
			printk(LOG_ERROR, " to d%u port %u\n", p->remote->id, p->number);
		else
			printk(LOG_ERROR, " %u\n", p->number);
	}
	spin_unlock(&e->lock);
}

void event_dump_all(void)
{
	for_each_domain(d)
		dump(d);
}

unsigned int event_audit(struct domain *d)
{
	struct event_domain *e = d->event;
	unsigned int wrong = fifo_audit(d);
	u32 active = 0, n;

	for (n = 1; n < e->valid; n++) {
		struct port *p = port_at(e, n), *r;

		active += p->state != PORT_FREE;
		if (p->state != PORT_INTERDOMAIN)
			continue;
		r = port_at(p->remote->event, p->number);
		if (r && r->state == PORT_INTERDOMAIN && r->remote == d && r->number == n)
			continue;
		printk(LOG_ERROR, "d%u port %u: d%u port %u does not point back\n", d->id, n,
		       p->remote->id, p->number);
		wrong++;
	}
	if (active != e->active) {
		printk(LOG_ERROR, "d%u: %u ports in use, counted %u\n", d->id, active, e->active);
		wrong++;
	}
	return wrong;
}
