/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * event_channel_op: reads the guest's arguments, finds the domains they name, and
 * leaves the work to event/. A port that could not be reported is closed again.
 */
#include "event.h"
#include "hypercall.h"
#include "lib.h"

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

static long op_send(vaddr_t arg)
{
	struct pv_evtchn_send a;

	if (copy_from_guest(&a, arg, sizeof(a)))
		return REFUSE(-EFAULT);
	return event_send(current->domain, a.port);
}

static long op_bind_interdomain(vaddr_t arg)
{
	struct pv_evtchn_bind_interdomain a;
	struct domain *remote;
	long rc;

	if (copy_from_guest(&a, arg, sizeof(a)))
		return REFUSE(-EFAULT);
	remote = domain_get(a.remote_dom);
	if (!remote)
		return REFUSE(-ESRCH);
	rc = event_bind_interdomain(current->domain, remote, a.remote_port, &a.local_port);
	if (rc == 0 && copy_field_to_guest(arg, &a, local_port)) {
		event_close(current->domain, a.local_port);
		rc = REFUSE(-EFAULT);
	}
	domain_put(remote);
	return rc;
}

static long op_bind_virq(vaddr_t arg)
{
	struct pv_evtchn_bind_virq a;
	long rc;

	if (copy_from_guest(&a, arg, sizeof(a)))
		return REFUSE(-EFAULT);
	rc = event_bind_virq(current->domain, a.virq, a.vcpu, &a.port);
	if (rc == 0 && copy_field_to_guest(arg, &a, port)) {
		event_close(current->domain, a.port);
		rc = REFUSE(-EFAULT);
	}
	return rc;
}

static long op_bind_pirq(vaddr_t arg)
{
	struct pv_evtchn_bind_pirq a;
	long rc;

	if (copy_from_guest(&a, arg, sizeof(a)))
		return REFUSE(-EFAULT);
	rc = event_bind_pirq(current->domain, a.pirq, a.flags & PV_BIND_PIRQ_WILL_SHARE, &a.port);
	if (rc == 0 && copy_field_to_guest(arg, &a, port)) {
		event_close(current->domain, a.port);
		rc = REFUSE(-EFAULT);
	}
	return rc;
}

static long op_bind_ipi(vaddr_t arg)
{
	struct pv_evtchn_bind_ipi a;
	long rc;

	if (copy_from_guest(&a, arg, sizeof(a)))
		return REFUSE(-EFAULT);
	rc = event_bind_ipi(current->domain, a.vcpu, &a.port);
	if (rc == 0 && copy_field_to_guest(arg, &a, port)) {
		event_close(current->domain, a.port);
		rc = REFUSE(-EFAULT);
	}
	return rc;
}

static long op_alloc_unbound(vaddr_t arg)
{
	struct pv_evtchn_alloc_unbound a;
	struct domain *d;
	domid_t remote;
	long rc;

	if (copy_from_guest(&a, arg, sizeof(a)))
		return REFUSE(-EFAULT);
	remote = a.remote_dom == PV_DOMID_SELF ? current->domain->id : a.remote_dom;
	if (remote >= DOMID_LIMIT)
		return REFUSE(-ESRCH);
	d = target(a.dom, &rc);
	if (!d)
		return rc;
	rc = event_alloc_unbound(d, remote, &a.port);
	if (rc == 0 && copy_field_to_guest(arg, &a, port)) {
		event_close(d, a.port);
		rc = REFUSE(-EFAULT);
	}
	domain_put(d);
	return rc;
}

static long op_close(vaddr_t arg)
{
	struct pv_evtchn_close a;

	if (copy_from_guest(&a, arg, sizeof(a)))
		return REFUSE(-EFAULT);
	return event_close(current->domain, a.port);
}

static long op_status(vaddr_t arg)
{
	struct pv_evtchn_status a;
	struct domain *d;
	long rc;

	if (copy_from_guest(&a, arg, sizeof(a)))
		return REFUSE(-EFAULT);
	d = target(a.dom, &rc);
	if (!d)
		return rc;
	rc = event_status(d, &a);
	domain_put(d);
	if (rc == 0 && copy_to_guest(arg, &a, sizeof(a)))
		rc = REFUSE(-EFAULT);
	return rc;
}

static long op_bind_vcpu(vaddr_t arg)
{
	struct pv_evtchn_bind_vcpu a;

	if (copy_from_guest(&a, arg, sizeof(a)))
		return REFUSE(-EFAULT);
	return event_bind_vcpu(current->domain, a.port, a.vcpu);
}

static long op_unmask(vaddr_t arg)
{
	struct pv_evtchn_unmask a;

	if (copy_from_guest(&a, arg, sizeof(a)))
		return REFUSE(-EFAULT);
	return event_unmask(current->domain, a.port);
}

static long op_reset(vaddr_t arg)
{
	struct pv_evtchn_reset a;
	struct domain *d;
	long rc;

	if (copy_from_guest(&a, arg, sizeof(a)))
		return REFUSE(-EFAULT);
	d = target(a.dom, &rc);
	if (!d)
		return rc;
	rc = event_reset(d);
	domain_put(d);
	return rc;
}

/* The FIFO form is not offered: its operations are not here, and guests use the two-level form. */
static long (*const ops[])(vaddr_t arg) = {
	[PV_EVTCHNOP_BIND_INTERDOMAIN] = op_bind_interdomain,
	[PV_EVTCHNOP_BIND_VIRQ] = op_bind_virq,
	[PV_EVTCHNOP_BIND_PIRQ] = op_bind_pirq,
	[PV_EVTCHNOP_CLOSE] = op_close,
	[PV_EVTCHNOP_SEND] = op_send,
	[PV_EVTCHNOP_STATUS] = op_status,
	[PV_EVTCHNOP_ALLOC_UNBOUND] = op_alloc_unbound,
	[PV_EVTCHNOP_BIND_IPI] = op_bind_ipi,
	[PV_EVTCHNOP_BIND_VCPU] = op_bind_vcpu,
	[PV_EVTCHNOP_UNMASK] = op_unmask,
	[PV_EVTCHNOP_RESET] = op_reset,
};

HYPERCALL(event_channel_op)
{
	u64 cmd = hc->arg[0];

	if (cmd >= ARRAY_SIZE(ops) || !ops[cmd])
		return REFUSE(-ENOSYS);
	return ops[cmd](hc->arg[1]);
}
