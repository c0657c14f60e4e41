/* SPDX-License-Identifier: BSD-2-Clause */
/* Event channels. A port is a bit that one side sets and the other side's vCPU is told of. */
#ifndef PAVISE_EVENT_H
#define PAVISE_EVENT_H

#include "domain.h"

int event_domain_create(struct domain *d, u32 max_ports);
/* Close every port; preemptible: -ERESTART to be called again. Then free. */
int event_domain_close_all(struct domain *d);
void event_domain_destroy(struct domain *d);

/* Per-vCPU virtual interrupt (timer, debug); nothing happens when it is not bound. */
void event_virq(struct vcpu *v, u32 virq);
/* Global virtual interrupt to dom0 (console, domain exception). */
void event_global_virq(u32 virq);
/* Physical line or message for dom0. */
void event_pirq(struct domain *d, u32 pirq);
/* Is an event pending and not masked for this vCPU? On every way back to the guest. */
static inline bool event_deliverable(const struct vcpu *v)
{
	return READ_ONCE(v->info->evtchn_upcall_pending) &&
	       !READ_ONCE(v->info->evtchn_upcall_mask);
}
/* Set the vCPU's pending byte and kick it. */
void event_upcall(struct vcpu *v);
/* Is one of these ports pending (SCHEDOP_poll)? */
bool event_port_pending(struct domain *d, u32 port);
bool event_port_valid(struct domain *d, u32 port);
void event_audit(struct domain *d);
/* A new vcpu_info: everything may be pending. */
void event_vcpu_info_moved(struct vcpu *v);

#endif
