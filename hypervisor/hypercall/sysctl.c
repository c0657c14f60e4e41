/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sysctl(argument): a privileged domain's tools look at the machine as a whole.
 * As with domctl, each operation works on a private copy of the argument, which
 * goes back to the caller.
 */
#include "arch.h"
#include "domctl.h"
#include "public/sysctl.h"
#include "sched.h"

static long read_console(struct pv_sysctl *op)
{
	struct pv_sysctl_readconsole *r = &op->u.readconsole;
	u32 index = r->incremental ? r->index : 0, done = 0;
	char buf[256];

	while (done < r->count) {
		bool last = r->count - done <= sizeof(buf);
		size_t n = console_log_read(buf, MIN(r->count - done, (u32)sizeof(buf)), &index,
					    last && r->clear);

		if (n == 0)
			break;
		if (copy_to_guest(r->buffer + done, buf, n))
			return -EFAULT;
		done += n;
	}
	r->count = done;
	r->index = index;
	return 0;
}

static long physinfo(struct pv_sysctl *op)
{
	op->u.physinfo = (struct pv_sysctl_physinfo){
		.threads_per_core = 1,
		.cores_per_socket = nr_cpus,
		.nr_cpus = nr_cpus,
		.max_cpu_id = nr_cpus - 1,
		.nr_nodes = 1,
		.cpu_khz = tsc_khz(),
		.capabilities = PV_SYSCTL_PHYSCAP_PV | PV_SYSCTL_PHYSCAP_GNTTAB_V1,
		.total_pages = frames_total(),
		.free_pages = frames_free(),
		.max_mfn = max_mfn - 1,
		.hw_cap = {cpuid(1, 0).d, cpuid(1, 0).c, cpuid(0x80000001, 0).d,
			   cpuid(0x80000001, 0).c},
	};
	return 0;
}

/* Those that ask for one number. */
static long number(struct pv_sysctl *op)
{
	if (op->cmd == PV_SYSCTL_SCHED_ID)
		op->u.sched_id.sched_id = sched_id();
	else if (op->cmd == PV_SYSCTL_AVAILHEAP)
		op->u.availheap.avail_bytes = frames_free() << PAGE_SHIFT;
	else /* PV_SYSCTL_GET_CPU_LEVELLING_CAPS */
		op->u.cpu_levelling_caps.caps = 0;
	return 0;
}

/*
 * No domain has such a number. It says that the call was preempted: the number of the
 * next domain is in the other bits, how many are listed already in num_domains.
 */
#define LIST_CONTINUED 0x8000
#define COST_INFO      500 /* instructions */

static long domain_info_list(struct pv_sysctl *op)
{
	struct pv_sysctl_getdomaininfolist *l = &op->u.getdomaininfolist;
	struct pv_domctl_getdomaininfo info;
	bool continued = l->first_domain & LIST_CONTINUED;
	u32 n = continued ? l->num_domains : 0;
	struct domain *d = NULL;
	long rc = 0;

	if (n < l->max_domains)
		d = domain_get_next(l->first_domain & ~LIST_CONTINUED);
	while (d && !rc) {
		domain_info(d, &info);
		l->first_domain = (d->id + 1) | LIST_CONTINUED;
		if (copy_to_guest(l->buffer + n * sizeof(info), &info, sizeof(info)))
			rc = -EFAULT;
		else if (++n == l->max_domains)
			break;
		else if (preempt_after(COST_INFO))
			rc = -ERESTART;
		else
			d = domain_next(d);
	}
	if (d)
		domain_put(d);
	l->num_domains = n;
	if (!rc)
		l->first_domain &= ~LIST_CONTINUED;
	return rc;
}

static long debug_keys(struct pv_sysctl *op)
{
	char key;

	if (op->u.debug_keys.nr_keys > 64)
		return REFUSE(-EINVAL);
	for (u32 i = 0; i < op->u.debug_keys.nr_keys; i++) {
		if (copy_from_guest(&key, op->u.debug_keys.keys + i, 1))
			return -EFAULT;
		debug_key(key);
	}
	return 0;
}

static long cpu_info(struct pv_sysctl *op)
{
	struct pv_sysctl_getcpuinfo *g = &op->u.getcpuinfo;
	u32 n = MIN(g->max_cpus, nr_cpus);

	for (u32 i = 0; i < n; i++) {
		struct pv_sysctl_cpuinfo info = {.idletime = sched_idle_time(cpu_get(i))};

		if (copy_to_guest(g->info + i * sizeof(info), &info, sizeof(info)))
			return -EFAULT;
	}
	g->nr_cpus = n;
	return 0;
}

/* Every CPU a core of its own in one socket on one node: placement has nothing to choose. */
static long cpu_topology(struct pv_sysctl *op)
{
	struct pv_sysctl_cputopoinfo *t = &op->u.cputopoinfo;
	u32 n = MIN(t->num_cpus, nr_cpus);

	for (u32 i = 0; t->cputopo && i < n; i++) {
		struct pv_sysctl_cputopo topo = {.core = i};

		if (copy_to_guest(t->cputopo + i * sizeof(topo), &topo, sizeof(topo)))
			return -EFAULT;
	}
	t->num_cpus = nr_cpus;
	return 0;
}

static long numa(struct pv_sysctl *op)
{
	struct pv_sysctl_numainfo *n = &op->u.numainfo;
	struct pv_sysctl_meminfo mem = {.memsize = frames_total() << PAGE_SHIFT,
					.memfree = frames_free() << PAGE_SHIFT};
	u32 distance = 10; /* to itself, as firmware tables write it */

	if (n->num_nodes && n->meminfo && copy_to_guest(n->meminfo, &mem, sizeof(mem)))
		return -EFAULT;
	if (n->num_nodes && n->distance && copy_to_guest(n->distance, &distance, sizeof(distance)))
		return -EFAULT;
	n->num_nodes = 1;
	return 0;
}

/* There is one pool, number 0, with all CPUs and all domains. */
static long cpupool(struct pv_sysctl *op)
{
	struct pv_sysctl_cpupool_op *p = &op->u.cpupool_op;
	struct cpumask cpus = {0};

	switch (p->op) {
	case PV_SYSCTL_CPUPOOL_OP_INFO:
		if (p->cpupool_id != 0)
			return -ENOENT;
		p->sched_id = sched_id();
		p->n_dom = domain_count();
		for_each_cpu(c)
			set_bit(cpus.bits, c->id);
		return cpumask_to_guest(&p->cpumap, &cpus);
	case PV_SYSCTL_CPUPOOL_OP_FREEINFO:
		return cpumask_to_guest(&p->cpumap, &cpus);
	default:
		return REFUSE(-EOPNOTSUPP);
	}
}

/* Nothing to set: a vCPU that must go may go at once. */
static long scheduler_params(struct pv_sysctl *op)
{
	struct pv_sysctl_scheduler_op *s = &op->u.scheduler_op;

	if (s->cpupool_id != 0 || s->sched_id != sched_id())
		return REFUSE(-EINVAL);
	if (s->cmd != PV_SYSCTL_SCHEDOP_GETINFO)
		return REFUSE(-EOPNOTSUPP);
	memset(&s->u, 0, sizeof(s->u));
	return 0;
}

static long (*const sysctls[])(struct pv_sysctl *op) = {
	[PV_SYSCTL_READCONSOLE] = read_console,
	[PV_SYSCTL_PHYSINFO] = physinfo,
	[PV_SYSCTL_SCHED_ID] = number,
	[PV_SYSCTL_GETDOMAININFOLIST] = domain_info_list,
	[PV_SYSCTL_DEBUG_KEYS] = debug_keys,
	[PV_SYSCTL_GETCPUINFO] = cpu_info,
	[PV_SYSCTL_AVAILHEAP] = number,
	[PV_SYSCTL_CPUTOPOINFO] = cpu_topology,
	[PV_SYSCTL_NUMAINFO] = numa,
	[PV_SYSCTL_CPUPOOL_OP] = cpupool,
	[PV_SYSCTL_SCHEDULER_OP] = scheduler_params,
	[PV_SYSCTL_GET_CPU_LEVELLING_CAPS] = number,
	[PV_SYSCTL_GET_CPU_FEATURESET] = sysctl_cpu_featureset,
	[PV_SYSCTL_GET_CPU_POLICY] = sysctl_cpu_policy,
};

HYPERCALL(sysctl)
{
	struct pv_sysctl op;
	long rc;

	if (!current->domain->privileged)
		return REFUSE(-EPERM);
	if (copy_from_guest(&op, hc->arg[0], sizeof(op)))
		return -EFAULT;
	if (op.interface_version != PV_SYSCTL_INTERFACE_VERSION)
		return REFUSE(-EACCES);
	if (op.cmd >= ARRAY_SIZE(sysctls) || !sysctls[op.cmd])
		return REFUSE(-ENOSYS);
	rc = sysctls[op.cmd](&op);
	if ((!rc || rc == -ERESTART) && copy_to_guest(hc->arg[0], &op, sizeof(op)))
		rc = -EFAULT;
	return rc;
}
