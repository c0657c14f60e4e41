/* SPDX-License-Identifier: BSD-2-Clause */
/* Event channels. A port is a bit that one side sets and the other side's vCPU is told of. */
#ifndef PAVISE_EVENT_H
#define PAVISE_EVENT_H

#include "domain.h"
#include "public/event.h"

#define MAX_PIRQS 1024 /* physical interrupts dom0 can bind: numbers are below this */

/* d->max_vcpus is set. Ports up to and including \p max_port, as far as the form in use goes. */
int event_domain_create(struct domain *d, u32 max_port);
/* Close every port for good; preemptible: -ERESTART to be called again. */
int event_domain_close_all(struct domain *d);
/* Nobody can find \p d any more. False: there is more to free, to be called again. */
bool event_domain_destroy(struct domain *d);

/* The operations of event_channel_op on \p d's ports; 0 or a negative errno, the port by pointer.
 */
int event_alloc_unbound(struct domain *d, domid_t remote, u32 *port);
int event_bind_interdomain(struct domain *d, struct domain *remote, u32 remote_port, u32 *port);
int event_bind_virq(struct domain *d, u32 virq, u32 vcpu, u32 *port);
int event_bind_ipi(struct domain *d, u32 vcpu, u32 *port);
int event_bind_pirq(struct domain *d, u32 pirq, u32 *port);
int event_bind_vcpu(struct domain *d, u32 port, u32 vcpu);
int event_close(struct domain *d, u32 port);
int event_send(struct domain *d, u32 port);
int event_unmask(struct domain *d, u32 port);
int event_status(struct domain *d, struct pv_evtchn_status *s);
/* All of them at once, and back to the two-level form: -ERESTART to be called again. */
int event_reset(struct domain *d);
/* The FIFO form (fifo.c), from the first control block on; expand: -ERESTART to be called again. */
int event_init_control(struct domain *d, u32 vcpu, u64 gfn, u32 offset);
int event_expand_array(struct domain *d, u64 gfn);
int event_set_priority(struct domain *d, u32 port, u32 priority);

/* Per-vCPU virtual interrupt (timer, debug); nothing happens when it is not bound. */
void event_virq(struct vcpu *v, u32 virq);
/* Global virtual interrupt to dom0 (console, domain exception). */
void event_global_virq(u32 virq);
/*
 * Physical interrupts of the privileged domain: give the line of number \p n that
 * number or take it back (-EBUSY: it is bound); say that the interrupt was handled.
 * 0, or -EINVAL when there is no such line, or it is not mapped or not bound.
 */
int event_pirq_map(struct domain *d, u32 n, bool map);
int event_pirq_eoi(struct domain *d, u32 pirq);
/* PV_XENIRQSTAT_* of a mapped one. */
int event_pirq_status(struct domain *d, u32 pirq, u32 *flags);

/* Is an event pending and not masked for this vCPU? On every way back to the guest. */
static inline bool event_deliverable(const struct vcpu *v)
{
	return READ_ONCE(v->info->evtchn_upcall_pending) && !READ_ONCE(v->info->evtchn_upcall_mask);
}
/* Set the vCPU's pending byte and kick it. */
void event_upcall(struct vcpu *v);
/* Is one of these ports pending (SCHEDOP_poll)? */
bool event_port_pending(struct domain *d, u32 port);
bool event_port_valid(struct domain *d, u32 port);
/*
 * The current vCPU is about to wait for these valid ports: from here on an event
 * on one of them clears VCPU_PAUSE_POLL. True: one is pending already.
 */
bool event_poll_begin(struct vcpu *v, const u32 *ports, u32 count);
void event_poll_end(struct vcpu *v);
/* Cross-check both ends of every port; prints and counts what does not fit. */
unsigned int event_audit(struct domain *d);
/* A new vcpu_info: everything may be pending. */
void event_vcpu_info_moved(struct vcpu *v);
/* During a frame audit: name the frames that event words and control blocks are in. */
void event_audit_frames(struct domain *d);
/* Start-up: the hooks of the floors below. */
void event_init(void);
void event_dump_all(void);

#endif
