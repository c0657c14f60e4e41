/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * domctl(argument): a privileged domain's tools make, inspect, steer and end
 * others. The argument is copied in once, the operation works on the copy, and
 * the copy goes back where the table says that there is something to tell.
 */
#include "domctl.h"
#include "sched.h"

static long create(struct pv_domctl *op)
{
	struct domain *d;
	domid_t id = op->domain;
	int rc = domain_create(&id, &op->u.createdomain, &d);

	if (rc)
		return rc;
	op->domain = id;
	domain_put(d);
	return 0;
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

	*info = (struct pv_domctl_getdomaininfo){
		.domain = d->id,
		.tot_pages = d->frames,
		.max_pages = d->max_frames,
		.shared_info_frame = mfn_nr(d->shared_mfn),
		.max_vcpu_id = PV_INVALID_MAX_VCPU_ID,
	};
	for_each_vcpu(d, v) {
		u64 time[4], entry;
		u32 state, flags = READ_ONCE(v->pause_flags);

		info->max_vcpu_id = v->id;
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

static long set_address_size(struct domain *d __unused, struct pv_domctl *op)
{
	return op->u.address_size.size == 64 ? 0 : REFUSE(-EINVAL);
}

static long get_address_size(struct domain *d __unused, struct pv_domctl *op)
{
	op->u.address_size.size = 64;
	return 0;
}

/* The TSC is the machine's own and is never emulated. */
#define TSC_MODE_DEFAULT 0
#define TSC_MODE_NATIVE	 2

static long get_tsc_info(struct domain *d __unused, struct pv_domctl *op)
{
	op->u.tsc_info = (struct pv_domctl_tsc_info){
		.tsc_mode = TSC_MODE_NATIVE, .gtsc_khz = tsc_khz(), .elapsed_nsec = system_time()};
	return 0;
}

static long set_tsc_info(struct domain *d __unused, struct pv_domctl *op)
{
	u32 mode = op->u.tsc_info.tsc_mode;

	return mode == TSC_MODE_DEFAULT || mode == TSC_MODE_NATIVE ? 0 : REFUSE(-EOPNOTSUPP);
}

/* One node, so an affinity to nodes says nothing; it is taken and given for the tools' sake. */
static long set_node_affinity(struct domain *d __unused, struct pv_domctl *op)
{
	struct cpumask nodes;

	if (cpumask_from_guest(&nodes, &op->u.nodeaffinity.nodemap))
		return -EFAULT;
	return test_bit(nodes.bits, 0) ? 0 : REFUSE(-EINVAL);
}

static long get_node_affinity(struct domain *d __unused, struct pv_domctl *op)
{
	const struct cpumask node0 = {.bits = {1}};

	return cpumask_to_guest(&op->u.nodeaffinity.nodemap, &node0);
}

#define COPY_BACK BIT(0) /* the argument has answers for the caller */
#define OTHERS	  BIT(1) /* not on the caller's own domain */

/* What an operation works on: a domain alone, with an argument, or one of its vCPUs. */
static const struct {
	int (*plain)(struct domain *d);
	domctl_fn fn;
	domctl_vcpu_fn vcpu_fn;
	u32 flags;
} domctls[] = {
	[PV_DOMCTL_DESTROYDOMAIN] = {.plain = domain_destroy, .flags = OTHERS},
	[PV_DOMCTL_PAUSEDOMAIN] = {.plain = domain_pause_control, .flags = OTHERS},
	[PV_DOMCTL_UNPAUSEDOMAIN] = {.plain = domain_unpause_control},
	[PV_DOMCTL_RESUMEDOMAIN] = {.plain = domain_resume},
	[PV_DOMCTL_MAX_MEM] = {.fn = domctl_max_mem},
	[PV_DOMCTL_MAX_VCPUS] = {.fn = domctl_max_vcpus, .flags = OTHERS},
	[PV_DOMCTL_SCHEDULER_OP] = {.fn = domctl_scheduler_op, .flags = COPY_BACK},
	[PV_DOMCTL_SETDOMAINHANDLE] = {.fn = set_handle},
	[PV_DOMCTL_HYPERCALL_INIT] = {.fn = domctl_hypercall_init},
	[PV_DOMCTL_SETTIMEOFFSET] = {.fn = set_time_offset},
	[PV_DOMCTL_SET_ADDRESS_SIZE] = {.fn = set_address_size},
	[PV_DOMCTL_GET_ADDRESS_SIZE] = {.fn = get_address_size, .flags = COPY_BACK},
	[PV_DOMCTL_GETTSCINFO] = {.fn = get_tsc_info, .flags = COPY_BACK},
	[PV_DOMCTL_SETTSCINFO] = {.fn = set_tsc_info},
	[PV_DOMCTL_GETPAGEFRAMEINFO3] = {.fn = domctl_page_frame_info},
	[PV_DOMCTL_SETNODEAFFINITY] = {.fn = set_node_affinity},
	[PV_DOMCTL_GETNODEAFFINITY] = {.fn = get_node_affinity},
	[PV_DOMCTL_GET_CPU_POLICY] = {.fn = domctl_get_cpu_policy, .flags = COPY_BACK},
	[PV_DOMCTL_SET_CPU_POLICY] = {.fn = domctl_set_cpu_policy, .flags = COPY_BACK},
	[PV_DOMCTL_SETVCPUCONTEXT] = {.vcpu_fn = domctl_set_vcpu_context, .flags = OTHERS},
	[PV_DOMCTL_GETVCPUCONTEXT] = {.vcpu_fn = domctl_get_vcpu_context, .flags = OTHERS},
	[PV_DOMCTL_GETVCPUINFO] = {.vcpu_fn = domctl_get_vcpu_info, .flags = COPY_BACK},
	[PV_DOMCTL_SETVCPUAFFINITY] = {.vcpu_fn = domctl_set_vcpu_affinity},
	[PV_DOMCTL_GETVCPUAFFINITY] = {.vcpu_fn = domctl_get_vcpu_affinity},
};

/* Those on a vCPU have its number in the same place. */
STATIC_ASSERT(offsetof(struct pv_domctl_vcpucontext, vcpu) == 0 &&
	      offsetof(struct pv_domctl_getvcpuinfo, vcpu) == 0 &&
	      offsetof(struct pv_domctl_vcpuaffinity, vcpu) == 0);

static long domctl_on_domain(struct pv_domctl *op)
{
	struct domain *d = domain_get(op->domain);
	struct vcpu *v;
	long rc;

	if (!d)
		return REFUSE(-ESRCH);
	if ((domctls[op->cmd].flags & OTHERS) && d == current->domain) {
		rc = REFUSE(-EINVAL);
	} else if (domctls[op->cmd].plain) {
		rc = domctls[op->cmd].plain(d);
	} else if (domctls[op->cmd].fn) {
		rc = domctls[op->cmd].fn(d, op);
	} else {
		v = domain_vcpu(d, op->u.vcpucontext.vcpu);
		rc = v ? domctls[op->cmd].vcpu_fn(v, op) : REFUSE(-ESRCH);
	}
	domain_put(d);
	return rc;
}

HYPERCALL(domctl)
{
	struct pv_domctl op;
	u32 flags = COPY_BACK;
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
	} else if (op.cmd < ARRAY_SIZE(domctls) &&
		   (domctls[op.cmd].plain || domctls[op.cmd].fn || domctls[op.cmd].vcpu_fn)) {
		flags = domctls[op.cmd].flags;
		rc = domctl_on_domain(&op);
	} else {
		return REFUSE(-ENOSYS);
	}
	/* A preempted call finds in its argument what is left to do. */
	if (((!rc && (flags & COPY_BACK)) || rc == -ERESTART) &&
	    copy_to_guest(hc->arg[0], &op, sizeof(op)))
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
