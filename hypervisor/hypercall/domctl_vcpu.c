/* SPDX-License-Identifier: BSD-2-Clause */
/* domctl operations on another domain's vCPUs: making them, their state, where they run. */
#include "domctl.h"
#include "sched.h"

long domctl_max_vcpus(struct domain *d, struct pv_domctl *op)
{
	/* The number was fixed when the domain was made; this makes the vCPUs. */
	if (op->u.max_vcpus.max != d->max_vcpus)
		return REFUSE(-EINVAL);
	return domain_set_max_vcpus(d, op->u.max_vcpus.max);
}

static long context_op(struct vcpu *v, vaddr_t at, bool set)
{
	struct pv_vcpu_guest_context *c = heap_alloc(sizeof(*c));
	long rc = 0;

	if (!c)
		return -ENOMEM;
	if (set && copy_from_guest(c, at, sizeof(*c))) {
		heap_free(c);
		return -EFAULT;
	}
	domain_pause(v->domain);
	if (set) {
		rc = vcpu_context_set(v, c);
		if (!rc && (c->flags & PV_VGCF_ONLINE))
			vcpu_wake(v, VCPU_PAUSE_DOWN);
	} else {
		vcpu_context_get(v, c);
	}
	domain_unpause(v->domain);
	if (!set && copy_to_guest(at, c, sizeof(*c)))
		rc = -EFAULT;
	heap_free(c);
	return rc;
}

long domctl_set_vcpu_context(struct vcpu *v, struct pv_domctl *op)
{
	if (!op->u.vcpucontext.ctxt)
		return REFUSE(-EOPNOTSUPP);
	return context_op(v, op->u.vcpucontext.ctxt, true);
}

long domctl_get_vcpu_context(struct vcpu *v, struct pv_domctl *op)
{
	return v->initialised ? context_op(v, op->u.vcpucontext.ctxt, false) : -PV_ENODATA;
}

long domctl_get_vcpu_info(struct vcpu *v, struct pv_domctl *op)
{
	struct pv_domctl_getvcpuinfo *info = &op->u.getvcpuinfo;
	u64 time[4], entry;
	u32 state, flags;

	runstate_get(v, time, &state, &entry);
	flags = READ_ONCE(v->pause_flags);
	info->online = !(flags & VCPU_PAUSE_DOWN);
	info->blocked = !!(flags & (VCPU_PAUSE_BLOCKED | VCPU_PAUSE_POLL));
	info->running = READ_ONCE(v->running);
	info->cpu_time = time[PV_RUNSTATE_RUNNING];
	info->cpu = v->cpu ? v->cpu->id : 0;
	return 0;
}

long domctl_set_vcpu_affinity(struct vcpu *v, struct pv_domctl *op)
{
	struct pv_domctl_vcpuaffinity *a = &op->u.vcpuaffinity;
	struct cpumask hard, soft;
	long rc;

	if (!(a->flags & (PV_VCPUAFFINITY_HARD | PV_VCPUAFFINITY_SOFT)))
		return REFUSE(-EINVAL);
	vcpu_affinity_get(v, &hard, &soft);
	if ((a->flags & PV_VCPUAFFINITY_HARD) && cpumask_from_guest(&hard, &a->cpumap_hard))
		return -EFAULT;
	if ((a->flags & PV_VCPUAFFINITY_SOFT) && cpumask_from_guest(&soft, &a->cpumap_soft))
		return -EFAULT;
	rc = vcpu_affinity_set(v, &hard, &soft);
	if (rc)
		return rc;
	/* Both maps come back as what is in force. */
	return domctl_get_vcpu_affinity(v, op);
}

long domctl_get_vcpu_affinity(struct vcpu *v, struct pv_domctl *op)
{
	struct pv_domctl_vcpuaffinity *a = &op->u.vcpuaffinity;
	struct cpumask hard, soft;
	long rc = 0;

	vcpu_affinity_get(v, &hard, &soft);
	if (a->flags & PV_VCPUAFFINITY_HARD)
		rc = cpumask_to_guest(&a->cpumap_hard, &hard);
	if (!rc && (a->flags & PV_VCPUAFFINITY_SOFT))
		rc = cpumask_to_guest(&a->cpumap_soft, &soft);
	return rc;
}

/* Weight 0 leaves it as it is. Only the fair policy, which looks like credit2, knows caps. */
long domctl_scheduler_op(struct domain *d, struct pv_domctl *op)
{
	struct pv_domctl_scheduler_op *s = &op->u.scheduler_op;
	u32 weight, cap;

	if (s->sched_id != sched_id())
		return REFUSE(-EINVAL);
	sched_params_get(d, &weight, &cap);
	switch (s->cmd) {
	case PV_DOMCTL_SCHEDOP_GETINFO:
		s->u.credit2.weight = weight;
		s->u.credit2.cap = cap;
		return 0;
	case PV_DOMCTL_SCHEDOP_PUTINFO:
		if (s->u.credit2.weight)
			weight = s->u.credit2.weight;
		cap = s->u.credit2.cap;
		if (cap && s->sched_id != PV_SCHEDULER_CREDIT2)
			return REFUSE(-EOPNOTSUPP);
		sched_params_set(d, weight, cap);
		return 0;
	default:
		return REFUSE(-EOPNOTSUPP);
	}
}
