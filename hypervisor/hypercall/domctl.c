/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * domctl(argument): a privileged domain's tools make, inspect, steer and end
 * others. The argument is copied in once, the operation works on the copy, and
 * the copy goes back where the table says that there is something to tell.
 */
#include "domctl.h"
#include "sched.h"

/* Features a domain may be created with; all else is for guests of other kinds. */
#define CREATE_FLAGS PV_DOMCTL_CDF_XS_DOMAIN

static long create(struct pv_domctl *op)
{
	const struct pv_domctl_createdomain *c = &op->u.createdomain;
	domid_t id = op->domain;
	struct domain *d;
	int rc;

	if ((c->flags & ~CREATE_FLAGS) || c->iommu_opts || c->vmtrace_size || c->cpupool_id)
		return REFUSE(-EINVAL);
	if (c->max_vcpus < 1 || c->max_vcpus > MAX_VCPUS)
		return REFUSE(-EINVAL);
	if (id == 0 || id >= PV_DOMID_FIRST_RESERVED)
		id = PV_DOMID_INVALID;
	rc = domain_create(&id, c, &d);
	if (rc)
		return rc;
	op->domain = id;
	domain_put(d);
	return 0;
}

static long destroy(struct domain *d, struct pv_domctl *op)
{
	(void)op;
	if (d == current->domain)
		return REFUSE(-EINVAL);
	return domain_destroy(d);
}

static long pause(struct domain *d, struct pv_domctl *op)
{
	(void)op;
	if (d == current->domain)
		return REFUSE(-EINVAL);
	return domain_pause_control(d);
}

static long unpause(struct domain *d, struct pv_domctl *op)
{
	(void)op;
	return domain_unpause_control(d);
}

static u32 info_flags(struct domain *d, bool running, bool blocked)
{
	u32 flags = (u32)d->shutdown_code << PV_DOMINF_SHUTDOWNSHIFT;

	if (d->dying == DOMAIN_DEAD)
		flags |= PV_DOMINF_DYING;
	if (d->shut_down)
		flags |= PV_DOMINF_SHUTDOWN;
	if (d->control_pauses)
		flags |= PV_DOMINF_PAUSED;
	if (running)
		flags |= PV_DOMINF_RUNNING;
	if (blocked)
		flags |= PV_DOMINF_BLOCKED;
	return flags;
}

void domain_info(struct domain *d, struct pv_domctl_getdomaininfo *info)
{
	bool running = false, blocked = true;
	struct vcpu *v;
	u32 i;

	*info = (struct pv_domctl_getdomaininfo){
		.domain = d->id,
		.tot_pages = d->frames,
		.max_pages = d->max_frames,
		.shared_info_frame = mfn_nr(d->shared_mfn),
		.max_vcpu_id = PV_INVALID_MAX_VCPU_ID,
	};
	for_each_vcpu(d, v, i)
	{
		u64 time[4], entry;
		u32 state, flags = READ_ONCE(v->pause_flags);

		info->max_vcpu_id = i;
		runstate_get(v, time, &state, &entry);
		info->cpu_time += time[PV_RUNSTATE_RUNNING];
		if (flags & VCPU_PAUSE_DOWN)
			continue;
		info->nr_online_vcpus++;
		running |= READ_ONCE(v->running);
		blocked &= !!(flags & (VCPU_PAUSE_BLOCKED | VCPU_PAUSE_POLL));
	}
	info->flags = info_flags(d, running, blocked && info->nr_online_vcpus);
	memcpy(info->handle, d->handle, sizeof(info->handle));
}

/* Of the named domain or, so that callers can walk them, of the next that there is. */
static long get_domain_info(struct pv_domctl *op)
{
	struct domain *d = domain_get_next(op->domain);

	if (!d)
		return -ESRCH;
	domain_info(d, &op->u.getdomaininfo);
	op->domain = d->id;
	domain_put(d);
	return 0;
}

static long set_handle(struct domain *d, struct pv_domctl *op)
{
	memcpy(d->handle, op->u.setdomainhandle.handle, sizeof(d->handle));
	return 0;
}

static long set_time_offset(struct domain *d, struct pv_domctl *op)
{
	d->time_offset_seconds = op->u.settimeoffset.time_offset_seconds;
	wallclock_publish(d);
	return 0;
}

static long set_address_size(struct domain *d, struct pv_domctl *op)
{
	(void)d;
	return op->u.address_size.size == 64 ? 0 : REFUSE(-EINVAL);
}

static long get_address_size(struct domain *d, struct pv_domctl *op)
{
	(void)d;
	op->u.address_size.size = 64;
	return 0;
}

/* The TSC is the machine's own and is never emulated. */
#define TSC_MODE_DEFAULT 0
#define TSC_MODE_NATIVE	 2

static long get_tsc_info(struct domain *d, struct pv_domctl *op)
{
	(void)d;
	op->u.tsc_info = (struct pv_domctl_tsc_info){
		.tsc_mode = TSC_MODE_NATIVE, .gtsc_khz = tsc_khz(), .elapsed_nsec = system_time()};
	return 0;
}

static long set_tsc_info(struct domain *d, struct pv_domctl *op)
{
	u32 mode = op->u.tsc_info.tsc_mode;

	(void)d;
	return mode == TSC_MODE_DEFAULT || mode == TSC_MODE_NATIVE ? 0 : REFUSE(-EOPNOTSUPP);
}

/* One node, so an affinity to nodes says nothing; it is taken and given for the tools' sake. */
static long set_node_affinity(struct domain *d, struct pv_domctl *op)
{
	struct cpumask nodes;

	(void)d;
	if (cpumask_from_guest(&nodes, &op->u.nodeaffinity.nodemap))
		return -EFAULT;
	return test_bit(nodes.bits, 0) ? 0 : REFUSE(-EINVAL);
}

static long get_node_affinity(struct domain *d, struct pv_domctl *op)
{
	const struct cpumask node0 = {.bits = {1}};

	(void)d;
	return cpumask_to_guest(&op->u.nodeaffinity.nodemap, &node0);
}

static long resume(struct domain *d, struct pv_domctl *op)
{
	(void)op;
	return domain_resume(d);
}

#define COPY_BACK true
static const struct {
	domctl_fn fn;
	bool copy_back;
} domctls[] = {
	[PV_DOMCTL_DESTROYDOMAIN] = {destroy, false},
	[PV_DOMCTL_PAUSEDOMAIN] = {pause, false},
	[PV_DOMCTL_UNPAUSEDOMAIN] = {unpause, false},
	[PV_DOMCTL_SETVCPUAFFINITY] = {domctl_set_vcpu_affinity, false},
	[PV_DOMCTL_MAX_MEM] = {domctl_max_mem, false},
	[PV_DOMCTL_SETVCPUCONTEXT] = {domctl_set_vcpu_context, false},
	[PV_DOMCTL_GETVCPUCONTEXT] = {domctl_get_vcpu_context, false},
	[PV_DOMCTL_GETVCPUINFO] = {domctl_get_vcpu_info, COPY_BACK},
	[PV_DOMCTL_MAX_VCPUS] = {domctl_max_vcpus, false},
	[PV_DOMCTL_SCHEDULER_OP] = {domctl_scheduler_op, COPY_BACK},
	[PV_DOMCTL_SETDOMAINHANDLE] = {set_handle, false},
	[PV_DOMCTL_HYPERCALL_INIT] = {domctl_hypercall_init, false},
	[PV_DOMCTL_SETTIMEOFFSET] = {set_time_offset, false},
	[PV_DOMCTL_GETVCPUAFFINITY] = {domctl_get_vcpu_affinity, false},
	[PV_DOMCTL_RESUMEDOMAIN] = {resume, false},
	[PV_DOMCTL_SET_ADDRESS_SIZE] = {set_address_size, false},
	[PV_DOMCTL_GET_ADDRESS_SIZE] = {get_address_size, COPY_BACK},
	[PV_DOMCTL_GETTSCINFO] = {get_tsc_info, COPY_BACK},
	[PV_DOMCTL_SETTSCINFO] = {set_tsc_info, false},
	[PV_DOMCTL_GETPAGEFRAMEINFO3] = {domctl_page_frame_info, false},
	[PV_DOMCTL_SETNODEAFFINITY] = {set_node_affinity, false},
	[PV_DOMCTL_GETNODEAFFINITY] = {get_node_affinity, false},
	[PV_DOMCTL_GET_CPU_POLICY] = {domctl_get_cpu_policy, COPY_BACK},
	[PV_DOMCTL_SET_CPU_POLICY] = {domctl_set_cpu_policy, COPY_BACK},
};

static long domctl_on_domain(struct pv_domctl *op)
{
	struct domain *d = domain_get(op->domain);
	long rc;

	if (!d)
		return REFUSE(-ESRCH);
	rc = domctls[op->cmd].fn(d, op);
	domain_put(d);
	return rc;
}

HYPERCALL(domctl)
{
	struct pv_domctl op;
	bool copy_back = COPY_BACK;
	long rc;

	if (!current->domain->privileged)
		return REFUSE(-EPERM);
	if (copy_from_guest(&op, hc->arg[0], sizeof(op)))
		return -EFAULT;
	if (op.interface_version != PV_DOMCTL_INTERFACE_VERSION)
		return REFUSE(-EACCES);
	if (op.cmd == PV_DOMCTL_CREATEDOMAIN) {
		rc = create(&op);
	} else if (op.cmd == PV_DOMCTL_GETDOMAININFO) {
		rc = get_domain_info(&op);
	} else if (op.cmd < ARRAY_SIZE(domctls) && domctls[op.cmd].fn) {
		copy_back = domctls[op.cmd].copy_back;
		rc = domctl_on_domain(&op);
	} else {
		return REFUSE(-ENOSYS);
	}
	/* A preempted call finds in its argument what is left to do. */
	if (((!rc && copy_back) || rc == -ERESTART) && copy_to_guest(hc->arg[0], &op, sizeof(op)))
		rc = -EFAULT;
	return rc;
}

int cpumask_from_guest(struct cpumask *m, const struct pv_xenctl_bitmap *map)
{
	u32 bits = MIN(map->nr_bits, (u32)MAX_CPUS);

	*m = (struct cpumask){0};
	if (copy_from_guest(m->bits, map->bitmap, (bits + 7) / 8))
		return -EFAULT;
	if (bits % 64)
		m->bits[bits / 64] &= BIT(bits % 64) - 1;
	return 0;
}

int cpumask_to_guest(const struct pv_xenctl_bitmap *map, const struct cpumask *m)
{
	static const u8 none[512];
	u32 at = 0, bytes = (map->nr_bits + 7) / 8, n;

	if (map->nr_bits > 1U << 16)
		return REFUSE(-EINVAL);
	for (; at < bytes; at += n) {
		n = MIN(bytes - at, at ? (u32)sizeof(none) : (u32)sizeof(m->bits));
		if (copy_to_guest(map->bitmap + at, at ? none : (const u8 *)m->bits, n))
			return -EFAULT;
	}
	return 0;
}
