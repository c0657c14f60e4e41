/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * domctl(argument): a privileged domain's tools make, inspect, steer and end
 * others. The argument is copied in once, the operation works on the copy, and
 * the copy goes back where the table says that there is something to tell.
 */
#include "domctl.h"
#include "sched.h"
#include "public/vcpu.h"

#define FRAME_INFO_MAX 1024
#define COST_INFO      200 /* instructions for one of them */

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

void domain_info(struct domain *d, struct pv_domctl_getdomaininfo *info)
{
	bool running = false, blocked = true;

	*info = (struct pv_domctl_getdomaininfo){
		.domain = d->id,
		.tot_pages = d->frames,
		.max_pages = d->max_frames,
		.shared_info_frame = mfn_nr(d->shared_mfn),
		.max_vcpu_id = PV_INVALID_MAX_VCPU_ID,
		.flags = (u32)d->shutdown_code << PV_DOMINF_SHUTDOWNSHIFT |
			 (d->dying == DOMAIN_DEAD ? PV_DOMINF_DYING : 0) |
			 (d->shut_down ? PV_DOMINF_SHUTDOWN : 0) |
			 (d->control_pauses ? PV_DOMINF_PAUSED : 0),
	};
	for_each_vcpu(d, v) {
		struct pv_vcpu_runstate_info r;
		u32 flags = READ_ONCE(v->pause_flags);

		info->max_vcpu_id = v->id;
		runstate_get(v, &r);
		info->cpu_time += r.time[PV_RUNSTATE_RUNNING];
		if (flags & VCPU_PAUSE_DOWN)
			continue;
		info->nr_online_vcpus++;
		running |= READ_ONCE(v->running);
		blocked &= !!(flags & (VCPU_PAUSE_BLOCKED | VCPU_PAUSE_POLL));
	}
	if (running)
		info->flags |= PV_DOMINF_RUNNING;
	if (blocked && info->nr_online_vcpus)
		info->flags |= PV_DOMINF_BLOCKED;
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

/* --- memory ------------------------------------------------------------------------- */

static long max_mem(struct domain *d, struct pv_domctl *op)
{
	u64 frames = op->u.max_mem.max_memkb >> (PAGE_SHIFT - 10);

	/* Below what it has now is allowed: the domain is asked to give some up. */
	spin_lock(&d->frames_lock);
	d->max_frames = frames;
	spin_unlock(&d->frames_lock);
	return 0;
}

static u32 frame_info(struct domain *d, u64 nr)
{
	static const u32 of_type[] = {
		[FRAME_L1] = PV_DOMCTL_PFINFO_L1TAB,
		[FRAME_L2] = PV_DOMCTL_PFINFO_L2TAB,
		[FRAME_L3] = PV_DOMCTL_PFINFO_L3TAB,
		[FRAME_L4] = PV_DOMCTL_PFINFO_L4TAB,
	};
	struct frame *f = mfn_get(mfn(nr), d);
	u32 info = PV_DOMCTL_PFINFO_NOTAB;
	u64 state;

	if (!f)
		return PV_DOMCTL_PFINFO_XTAB;
	state = READ_ONCE(f->state);
	if (state >> FRAME_TYPE_SHIFT <= FRAME_L4)
		info = of_type[state >> FRAME_TYPE_SHIFT];
	if (state & FRAME_PINNED)
		info |= PV_DOMCTL_PFINFO_LPINTAB;
	frame_put(f);
	return info;
}

static long page_frame_info(struct domain *d, struct pv_domctl *op)
{
	struct pv_domctl_getpageframeinfo3 *g = &op->u.getpageframeinfo3;
	u64 nr;

	if (g->num > FRAME_INFO_MAX)
		return REFUSE(-E2BIG);
	for (; g->num; g->num--, g->array += sizeof(nr)) {
		if (preempt_after(COST_INFO))
			return -ERESTART;
		if (copy_from_guest(&nr, g->array, sizeof(nr)))
			return -EFAULT;
		nr = frame_info(d, nr);
		if (copy_to_guest(g->array, &nr, sizeof(nr)))
			return -EFAULT;
	}
	return 0;
}

static long hypercall_init(struct domain *d, struct pv_domctl *op)
{
	struct frame *f = mfn_get_writable(mfn(op->u.hypercall_init.gmfn), d);

	if (!f)
		return REFUSE(-EACCES);
	hypercall_page_fill(frame_virt(f));
	frame_put_writable(f);
	return 0;
}

/* --- vCPUs -------------------------------------------------------------------------- */

static long max_vcpus(struct domain *d, struct pv_domctl *op)
{
	/* The number was fixed when the domain was made; this makes the vCPUs. */
	if (op->u.max_vcpus.max != d->max_vcpus)
		return REFUSE(-EINVAL);
	return domain_set_max_vcpus(d, op->u.max_vcpus.max);
}

static long set_vcpu_context(struct vcpu *v, struct pv_domctl *op)
{
	struct pv_vcpu_guest_context *c;
	long rc;

	if (!op->u.vcpucontext.ctxt)
		return REFUSE(-EOPNOTSUPP);
	c = heap_alloc(sizeof(*c));
	if (!c)
		return -ENOMEM;
	rc = copy_from_guest(c, op->u.vcpucontext.ctxt, sizeof(*c));
	domain_pause(v->domain);
	if (!rc)
		rc = vcpu_context_set(v, c);
	if (!rc && (c->flags & PV_VGCF_ONLINE))
		vcpu_wake(v, VCPU_PAUSE_DOWN);
	domain_unpause(v->domain);
	heap_free(c);
	return rc;
}

static long get_vcpu_context(struct vcpu *v, struct pv_domctl *op)
{
	struct pv_vcpu_guest_context *c;
	long rc;

	if (!v->initialised)
		return -PV_ENODATA;
	c = heap_alloc(sizeof(*c));
	if (!c)
		return -ENOMEM;
	domain_pause(v->domain);
	vcpu_context_get(v, c);
	domain_unpause(v->domain);
	rc = copy_to_guest(op->u.vcpucontext.ctxt, c, sizeof(*c));
	heap_free(c);
	return rc;
}

static long get_vcpu_info(struct vcpu *v, struct pv_domctl *op)
{
	struct pv_domctl_getvcpuinfo *info = &op->u.getvcpuinfo;
	struct pv_vcpu_runstate_info r;
	u32 flags;

	runstate_get(v, &r);
	flags = READ_ONCE(v->pause_flags);
	info->online = !(flags & VCPU_PAUSE_DOWN);
	info->blocked = !!(flags & (VCPU_PAUSE_BLOCKED | VCPU_PAUSE_POLL));
	info->running = READ_ONCE(v->running);
	info->cpu_time = r.time[PV_RUNSTATE_RUNNING];
	info->cpu = v->cpu ? v->cpu->id : 0;
	return 0;
}

static long get_vcpu_affinity(struct vcpu *v, struct pv_domctl *op)
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

static long set_vcpu_affinity(struct vcpu *v, struct pv_domctl *op)
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
	return get_vcpu_affinity(v, op);
}

/* Weight 0 leaves it as it is. Only the fair policy, which looks like credit2, knows caps. */
static long scheduler_op(struct domain *d, struct pv_domctl *op)
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

/* --- the table ---------------------------------------------------------------------- */

#define COPY_BACK BIT(0) /* the argument has answers for the caller */
#define OTHERS	  BIT(1) /* not on the caller's own domain */

/*
 * What an operation works on: a domain, which is held, alone or with an argument, or
 * the vCPU of it that the argument names. `op` is our private copy of the argument;
 * what is left there goes back to the caller if the flags say so. 0, a negative errno,
 * or -ERESTART to be called again with the same argument.
 */
static const struct {
	int (*plain)(struct domain *d);
	long (*fn)(struct domain *d, struct pv_domctl *op);
	long (*vcpu_fn)(struct vcpu *v, struct pv_domctl *op);
	u32 flags;
} domctls[] = {
	[PV_DOMCTL_DESTROYDOMAIN] = {.plain = domain_destroy, .flags = OTHERS},
	[PV_DOMCTL_PAUSEDOMAIN] = {.plain = domain_pause_control, .flags = OTHERS},
	[PV_DOMCTL_UNPAUSEDOMAIN] = {.plain = domain_unpause_control},
	[PV_DOMCTL_RESUMEDOMAIN] = {.plain = domain_resume},
	[PV_DOMCTL_MAX_MEM] = {.fn = max_mem},
	[PV_DOMCTL_MAX_VCPUS] = {.fn = max_vcpus, .flags = OTHERS},
	[PV_DOMCTL_SCHEDULER_OP] = {.fn = scheduler_op, .flags = COPY_BACK},
	[PV_DOMCTL_SETDOMAINHANDLE] = {.fn = set_handle},
	[PV_DOMCTL_HYPERCALL_INIT] = {.fn = hypercall_init},
	[PV_DOMCTL_SETTIMEOFFSET] = {.fn = set_time_offset},
	[PV_DOMCTL_SET_ADDRESS_SIZE] = {.fn = set_address_size},
	[PV_DOMCTL_GET_ADDRESS_SIZE] = {.fn = get_address_size, .flags = COPY_BACK},
	[PV_DOMCTL_GETTSCINFO] = {.fn = get_tsc_info, .flags = COPY_BACK},
	[PV_DOMCTL_SETTSCINFO] = {.fn = set_tsc_info},
	[PV_DOMCTL_GETPAGEFRAMEINFO3] = {.fn = page_frame_info},
	[PV_DOMCTL_SETNODEAFFINITY] = {.fn = set_node_affinity},
	[PV_DOMCTL_GETNODEAFFINITY] = {.fn = get_node_affinity},
	[PV_DOMCTL_GET_CPU_POLICY] = {.fn = domctl_get_cpu_policy, .flags = COPY_BACK},
	[PV_DOMCTL_SET_CPU_POLICY] = {.fn = domctl_set_cpu_policy, .flags = COPY_BACK},
	[PV_DOMCTL_SETVCPUCONTEXT] = {.vcpu_fn = set_vcpu_context, .flags = OTHERS},
	[PV_DOMCTL_GETVCPUCONTEXT] = {.vcpu_fn = get_vcpu_context, .flags = OTHERS},
	[PV_DOMCTL_GETVCPUINFO] = {.vcpu_fn = get_vcpu_info, .flags = COPY_BACK},
	[PV_DOMCTL_SETVCPUAFFINITY] = {.vcpu_fn = set_vcpu_affinity},
	[PV_DOMCTL_GETVCPUAFFINITY] = {.vcpu_fn = get_vcpu_affinity},
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
		rc = domain_create(&op.domain, &op.u.createdomain);
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
