/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * event_channel_op: each operation's argument is copied in, the domain it names is
 * found, event/ does the work, and what it answers is copied out. A port that
 * could not be reported is closed again.
 */
#include "event.h"
#include "hypercall.h"
#include "lib.h"

union argument {
	domid_t dom; /* first in those that name a domain */
	struct pv_evtchn_bind_interdomain bind_interdomain;
	struct pv_evtchn_bind_virq bind_virq;
	struct pv_evtchn_bind_pirq bind_pirq;
	struct pv_evtchn_close close;
	struct pv_evtchn_status status;
	struct pv_evtchn_alloc_unbound alloc_unbound;
	struct pv_evtchn_bind_ipi bind_ipi;
	struct pv_evtchn_bind_vcpu bind_vcpu;
	struct pv_evtchn_unmask unmask;
	struct pv_evtchn_init_control init_control;
	struct pv_evtchn_expand_array expand_array;
	struct pv_evtchn_set_priority set_priority;
};

static int bind_interdomain(struct domain *d, union argument *a)
{
	struct domain *remote = domain_get(a->bind_interdomain.remote_dom);
	int rc;

	if (!remote)
		return (int)REFUSE(-ESRCH);
	rc = event_bind_interdomain(d, remote, a->bind_interdomain.remote_port,
				    &a->bind_interdomain.local_port);
	domain_put(remote);
	return rc;
}

static int bind_virq(struct domain *d, union argument *a)
{
	return event_bind_virq(d, a->bind_virq.virq, a->bind_virq.vcpu, &a->bind_virq.port);
}

static int bind_pirq(struct domain *d, union argument *a)
{
	return event_bind_pirq(d, a->bind_pirq.pirq, a->bind_pirq.flags & PV_BIND_PIRQ_WILL_SHARE,
			       &a->bind_pirq.port);
}

static int bind_ipi(struct domain *d, union argument *a)
{
	return event_bind_ipi(d, a->bind_ipi.vcpu, &a->bind_ipi.port);
}

static int alloc_unbound(struct domain *d, union argument *a)
{
	domid_t remote = a->alloc_unbound.remote_dom;

	if (remote == PV_DOMID_SELF)
		remote = current->domain->id;
	if (remote >= DOMID_LIMIT)
		return (int)REFUSE(-ESRCH);
	return event_alloc_unbound(d, remote, &a->alloc_unbound.port);
}

static int close(struct domain *d, union argument *a)
{
	return event_close(d, a->close.port);
}

static int status(struct domain *d, union argument *a)
{
	return event_status(d, &a->status);
}

static int bind_vcpu(struct domain *d, union argument *a)
{
	return event_bind_vcpu(d, a->bind_vcpu.port, a->bind_vcpu.vcpu);
}

static int unmask(struct domain *d, union argument *a)
{
	return event_unmask(d, a->unmask.port);
}

static int reset(struct domain *d, union argument *a)
{
	(void)a;
	return event_reset(d);
}

static int init_control(struct domain *d, union argument *a)
{
	const struct pv_evtchn_init_control *c = &a->init_control;
	int rc = event_init_control(d, c->vcpu, c->control_gfn, c->offset);

	a->init_control.link_bits = PV_EVTCHN_FIFO_LINK_BITS;
	return rc;
}

static int expand_array(struct domain *d, union argument *a)
{
	return event_expand_array(d, a->expand_array.array_gfn);
}

static int set_priority(struct domain *d, union argument *a)
{
	return event_set_priority(d, a->set_priority.port, a->set_priority.priority);
}

#define ARGUMENT(type) .size = sizeof(struct pv_evtchn_##type)
#define ANSWER(type, field)                                    \
	.answer_at = offsetof(struct pv_evtchn_##type, field), \
	.answer_size = sizeof(((struct pv_evtchn_##type *)NULL)->field)
#define NEW_PORT(type, field) ANSWER(type, field), .new_port = true

static const struct {
	int (*fn)(struct domain *d, union argument *a);
	u8 size;		   /* of the argument */
	u8 answer_at, answer_size; /* what of it is copied back */
	bool new_port;		   /* that is a port */
	bool of_domain;		   /* it names a domain; all others are about the caller */
} ops[] = {
	/* clang-format off */
	[PV_EVTCHNOP_BIND_INTERDOMAIN] = {bind_interdomain, ARGUMENT(bind_interdomain),
					  NEW_PORT(bind_interdomain, local_port)},
	[PV_EVTCHNOP_BIND_VIRQ] = {bind_virq, ARGUMENT(bind_virq), NEW_PORT(bind_virq, port)},
	[PV_EVTCHNOP_BIND_PIRQ] = {bind_pirq, ARGUMENT(bind_pirq), NEW_PORT(bind_pirq, port)},
	[PV_EVTCHNOP_BIND_IPI] = {bind_ipi, ARGUMENT(bind_ipi), NEW_PORT(bind_ipi, port)},
	[PV_EVTCHNOP_ALLOC_UNBOUND] = {alloc_unbound, ARGUMENT(alloc_unbound),
				       NEW_PORT(alloc_unbound, port), .of_domain = true},
	[PV_EVTCHNOP_STATUS] = {status, ARGUMENT(status), .answer_size = sizeof(struct pv_evtchn_status),
				.of_domain = true},
	[PV_EVTCHNOP_RESET] = {reset, ARGUMENT(reset), .of_domain = true},
	[PV_EVTCHNOP_CLOSE] = {close, ARGUMENT(close)},
	[PV_EVTCHNOP_BIND_VCPU] = {bind_vcpu, ARGUMENT(bind_vcpu)},
	[PV_EVTCHNOP_UNMASK] = {unmask, ARGUMENT(unmask)},
	[PV_EVTCHNOP_INIT_CONTROL] = {init_control, ARGUMENT(init_control),
				      ANSWER(init_control, link_bits)},
	[PV_EVTCHNOP_EXPAND_ARRAY] = {expand_array, ARGUMENT(expand_array)},
	[PV_EVTCHNOP_SET_PRIORITY] = {set_priority, ARGUMENT(set_priority)},
	/* clang-format on */
};

/* The domain an operation names: the caller's own, or any if the caller controls it. */
static struct domain *target(domid_t id, long *rc)
{
	struct domain *d = domain_get(id);

	if (!d) {
		*rc = REFUSE(current->domain->privileged ? -ESRCH : -EPERM);
	} else if (!may_control(d)) {
		domain_put(d);
		d = NULL;
		*rc = REFUSE(-EPERM);
	}
	return d;
}

static long send(vaddr_t at)
{
	struct pv_evtchn_send a;

	if (unlikely(copy_from_guest(&a, at, sizeof(a))))
		return REFUSE(-EFAULT);
	return event_send(current->domain, a.port);
}

HYPERCALL(event_channel_op)
{
	u64 cmd = hc->arg[0];
	vaddr_t at = hc->arg[1];
	struct domain *d = current->domain;
	union argument a;
	const char *answer;
	long rc;

	if (likely(cmd == PV_EVTCHNOP_SEND))
		return send(at);
	if (cmd >= ARRAY_SIZE(ops))
		return REFUSE(-ENOSYS);
	if (copy_from_guest(&a, at, ops[cmd].size))
		return REFUSE(-EFAULT);
	if (ops[cmd].of_domain) {
		d = target(a.dom, &rc);
		if (!d)
			return rc;
	}
	rc = ops[cmd].fn(d, &a);
	answer = (const char *)&a + ops[cmd].answer_at;
	if (rc == 0 && ops[cmd].answer_size &&
	    copy_to_guest(at + ops[cmd].answer_at, answer, ops[cmd].answer_size)) {
		if (ops[cmd].new_port)
			event_close(d, *(const u32 *)answer);
		rc = REFUSE(-EFAULT);
	}
	if (ops[cmd].of_domain)
		domain_put(d);
	return rc;
}
