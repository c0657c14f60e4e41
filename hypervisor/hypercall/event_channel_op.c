/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * event_channel_op: each operation's argument is copied in, the domain it names is
 * found, event/ does the work, and what it answers is copied out. A port that
 * could not be reported is closed again.
 */
#include "event.h"
#include "guest_word.h"
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

static int bind_interdomain(struct domain *d, struct pv_evtchn_bind_interdomain *a)
{
	struct domain *remote = domain_get(a->remote_dom);
	int rc;

	if (!remote)
		return (int)REFUSE(-ESRCH);
	rc = event_bind_interdomain(d, remote, a->remote_port, &a->local_port);
	domain_put(remote);
	return rc;
}

static int alloc_unbound(struct domain *d, struct pv_evtchn_alloc_unbound *a)
{
	domid_t remote = a->remote_dom == PV_DOMID_SELF ? current->domain->id : a->remote_dom;

	if (remote >= DOMID_LIMIT)
		return (int)REFUSE(-ESRCH);
	return event_alloc_unbound(d, remote, &a->port);
}

static int run(u64 cmd, struct domain *d, union argument *a)
{
	switch (cmd) {
	case PV_EVTCHNOP_BIND_INTERDOMAIN:
		return bind_interdomain(d, &a->bind_interdomain);
	case PV_EVTCHNOP_BIND_VIRQ:
		return event_bind_virq(d, a->bind_virq.virq, a->bind_virq.vcpu, &a->bind_virq.port);
	case PV_EVTCHNOP_BIND_PIRQ:
		/* One domain has lines: whether it would share them makes no difference. */
		return event_bind_pirq(d, a->bind_pirq.pirq, &a->bind_pirq.port);
	case PV_EVTCHNOP_BIND_IPI:
		return event_bind_ipi(d, a->bind_ipi.vcpu, &a->bind_ipi.port);
	case PV_EVTCHNOP_ALLOC_UNBOUND:
		return alloc_unbound(d, &a->alloc_unbound);
	case PV_EVTCHNOP_STATUS:
		return event_status(d, &a->status);
	case PV_EVTCHNOP_RESET:
		return event_reset(d);
	case PV_EVTCHNOP_CLOSE:
		return event_close(d, a->close.port);
	case PV_EVTCHNOP_BIND_VCPU:
		return event_bind_vcpu(d, a->bind_vcpu.port, a->bind_vcpu.vcpu);
	case PV_EVTCHNOP_UNMASK:
		return event_unmask(d, a->unmask.port);
	case PV_EVTCHNOP_INIT_CONTROL:
		a->init_control.link_bits = PV_EVTCHN_FIFO_LINK_BITS;
		return event_init_control(d, a->init_control.vcpu, a->init_control.control_gfn,
					  a->init_control.offset);
	case PV_EVTCHNOP_EXPAND_ARRAY:
		return event_expand_array(d, a->expand_array.array_gfn);
	default: /* PV_EVTCHNOP_SET_PRIORITY */
		return event_set_priority(d, a->set_priority.port, a->set_priority.priority);
	}
}

#define ARGUMENT(type) .size = sizeof(struct pv_evtchn_##type)
#define ANSWER(type, field)                                    \
	.answer_at = offsetof(struct pv_evtchn_##type, field), \
	.answer_size = sizeof(((struct pv_evtchn_##type *)NULL)->field)
#define NEW_PORT(type, field) ANSWER(type, field), .new_port = true

static const struct {
	u8 size;		   /* of the argument */
	u8 answer_at, answer_size; /* what of it is copied back */
	bool new_port;		   /* that is a port */
	bool of_domain;		   /* it names a domain; all others are about the caller */
} ops[] = {
	/* clang-format off */
	[PV_EVTCHNOP_BIND_INTERDOMAIN] = {ARGUMENT(bind_interdomain),
					  NEW_PORT(bind_interdomain, local_port)},
	[PV_EVTCHNOP_BIND_VIRQ] = {ARGUMENT(bind_virq), NEW_PORT(bind_virq, port)},
	[PV_EVTCHNOP_BIND_PIRQ] = {ARGUMENT(bind_pirq), NEW_PORT(bind_pirq, port)},
	[PV_EVTCHNOP_BIND_IPI] = {ARGUMENT(bind_ipi), NEW_PORT(bind_ipi, port)},
	[PV_EVTCHNOP_ALLOC_UNBOUND] = {ARGUMENT(alloc_unbound),
				       NEW_PORT(alloc_unbound, port), .of_domain = true},
	[PV_EVTCHNOP_STATUS] = {ARGUMENT(status), .answer_size = sizeof(struct pv_evtchn_status),
				.of_domain = true},
	[PV_EVTCHNOP_RESET] = {ARGUMENT(reset), .of_domain = true},
	[PV_EVTCHNOP_CLOSE] = {ARGUMENT(close)},
	[PV_EVTCHNOP_BIND_VCPU] = {ARGUMENT(bind_vcpu)},
	[PV_EVTCHNOP_UNMASK] = {ARGUMENT(unmask)},
	[PV_EVTCHNOP_INIT_CONTROL] = {ARGUMENT(init_control),
				      ANSWER(init_control, link_bits)},
	[PV_EVTCHNOP_EXPAND_ARRAY] = {ARGUMENT(expand_array)},
	[PV_EVTCHNOP_SET_PRIORITY] = {ARGUMENT(set_priority)},
	/* clang-format on */
};

/* Every operation but sending. */
static __noinline long operate(u64 cmd, vaddr_t at)
{
	struct domain *d = current->domain;
	union argument a;
	const char *answer;
	long rc;

	if (cmd >= ARRAY_SIZE(ops))
		return REFUSE(-ENOSYS);
	if (copy_from_guest(&a, at, ops[cmd].size))
		return REFUSE(-EFAULT);
	if (ops[cmd].of_domain) {
		d = domain_get(a.dom);
		if (!d)
			return REFUSE(current->domain->privileged ? -ESRCH : -EPERM);
	}
	rc = may_control(d) ? run(cmd, d, &a) : REFUSE(-EPERM);
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

HYPERCALL(event_channel_op)
{
	vaddr_t at = hc->arg[1];
	pv_evtchn_port_t port;

	if (hc->arg[0] != PV_EVTCHNOP_SEND)
		return operate(hc->arg[0], at);
	if (unlikely(!guest_range_ok(at, sizeof(port))))
		return REFUSE(-EFAULT);
	user_access_begin();
	guest_get(port, at, fault);
	user_access_end();
	return event_send(current->domain, port);
fault:
	user_access_end();
	return REFUSE(-EFAULT);
}
