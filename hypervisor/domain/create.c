/* SPDX-License-Identifier: BSD-2-Clause */
/* Making domains, and the tools' pause. */
#include "internal.h"
#include "errno.h"
#include "event.h"
#include "grant.h"
#include "lib.h"
#include "mm.h"
#include "sched.h"
#include "public/domctl.h"
#include "public/sched.h"

#define FREE_VCPUS_AT_ONCE 16
#define FREE_PAUSE_NS	   50000

static struct timer free_more;

static void free_more_fired(struct timer *t)
{
	softirq_raise(t->cpu, SOFTIRQ_REAP);
}

/* Free some of what may be many; false: there is more. */
static bool parts_free(struct domain *d)
{
	for (unsigned int n = 0; d->max_vcpus; n++) {
		if (n == FREE_VCPUS_AT_ONCE)
			return false;
		vcpu_free(d->vcpu[--d->max_vcpus]);
	}
	return grant_table_destroy(d) && event_domain_destroy(d);
}

static void memory_free(struct domain *d)
{
	heap_free(d->watchdog);
	heap_free(d->e820);
	heap_free(d);
}

/*
 * The last reference is gone: nobody can find the domain, and it owns no frame. A
 * large one is freed piece by piece, and guests run in between.
 */
static bool domain_free(struct domain *d)
{
	sched_domain_destroy(d);
	if (!parts_free(d)) {
		timer_set(&free_more, system_time() + FREE_PAUSE_NS);
		return false;
	}
	memory_free(d);
	/* Its id is free and its memory is back: the tools wait for that. */
	event_global_virq(PV_VIRQ_DOM_EXC);
	return true;
}

static bool config_acceptable(const struct pv_domctl_createdomain *cfg)
{
	if (cfg->flags & ~(u32)PV_DOMCTL_CDF_XS_DOMAIN)
		return false;
	if (cfg->iommu_opts || cfg->vmtrace_size || cfg->cpupool_id || cfg->arch.emulation_flags ||
	    (cfg->arch.misc_flags & ~PV_X86_MISC_FLAGS_MAX))
		return false;
	return cfg->max_vcpus >= 1 && cfg->max_vcpus <= MAX_VCPUS && cfg->max_evtchn_port >= 1;
}

int domain_make(domid_t id, const struct pv_domctl_createdomain *cfg, bool privileged,
		struct domain **out)
{
	struct domain *d = heap_alloc(sizeof(*d));
	struct pv_shared_info *shared = pages_alloc(0);
	int rc = -ENOMEM;

	if (!d || !shared)
		goto fail;
	d->privileged = privileged;
	memcpy(d->handle, cfg->handle, sizeof(d->handle));
	d->pause_count = d->control_pauses = 1;
	d->max_vcpus = cfg->max_vcpus;
	d->shared = shared;
	d->shared_mfn = virt_mfn(shared);
	for (unsigned int i = 0; i < LEGACY_VCPUS; i++)
		shared->vcpu_info[i].evtchn_upcall_mask = 1;
	rc = event_domain_create(d, cfg->max_evtchn_port);
	if (rc == 0)
		rc = watchdog_create(d);
	if (rc == 0)
		rc = sched_domain_create(d);
	/* From here on it can be found; who uses what is missing still checks for that. */
	if (rc == 0)
		rc = domain_list_add(d, id);
	if (rc != 0)
		goto fail;
	frame_share(shared, d, true);
	rc = grant_table_create(d, cfg->max_grant_frames, cfg->max_maptrack_frames);
	if (rc != 0) {
		while (domain_destroy(d) == -ERESTART)
			;
		domain_put(d);
		return rc;
	}
	wallclock_publish(d);
	*out = d;
	return 0;
fail:
	if (d) {
		sched_domain_destroy(d);
		event_domain_destroy(d);
		memory_free(d);
	}
	pages_free(shared, 0);
	return rc;
}

int domain_create(domid_t *id, const struct pv_domctl_createdomain *cfg)
{
	domid_t wish = *id == 0 || *id >= DOMID_LIMIT ? PV_DOMID_INVALID : *id;
	struct domain *d;
	int rc;

	if (!config_acceptable(cfg))
		return (int)REFUSE(-EINVAL);
	rc = domain_make(wish, cfg, false, &d);
	if (rc != 0)
		return (int)REFUSE(rc);
	*id = d->id;
	domain_put(d);
	return 0;
}

int domain_set_max_vcpus(struct domain *d, u32 max)
{
	int rc = 0;

	if (max > d->max_vcpus || max == 0 || d->dying)
		return (int)REFUSE(-EINVAL);
	/* One caller at a time: vCPUs are made outside the lock. */
	if (__atomic_exchange_n(&d->creating_vcpus, true, __ATOMIC_ACQUIRE))
		return -EAGAIN;
	for (u32 i = 0; i < max && rc == 0; i++) {
		if (d->vcpu[i])
			continue;
		rc = vcpu_create(d, i);
		if (rc == 0 && i + 1 < max && preempt_pending())
			rc = -ERESTART;
	}
	__atomic_store_n(&d->creating_vcpus, false, __ATOMIC_RELEASE);
	return rc;
}

int domain_pause_control(struct domain *d)
{
	domain_pause(d);
	spin_lock(&d->lock);
	d->control_pauses++;
	spin_unlock(&d->lock);
	return 0;
}

int domain_unpause_control(struct domain *d)
{
	bool paused;

	spin_lock(&d->lock);
	paused = d->control_pauses > 0;
	if (paused) {
		d->control_pauses--;
		d->created = true;
	}
	spin_unlock(&d->lock);
	if (!paused)
		return (int)REFUSE(-EINVAL);
	domain_unpause(d);
	return 0;
}

void domain_dump_all(void)
{
	for_each_domain(d) {
		log_error("d%u: %lu of %lu frames, %u references, paused %u%s%s%s\n", d->id,
			  d->frames, d->max_frames, d->references, d->pause_count,
			  d->shut_down ? ", shut down" : "", d->crashed ? ", crashed" : "",
			  d->dying ? ", dying" : "");
		for_each_vcpu(d, v) {
			const struct regs *r = v == current ? &this_cpu()->guest : &v->regs;

			log_error(" v%u %s%s rip %016lx rsp %016lx pending %u mask %u pause %x\n",
				  v->id, v->running ? "running " : "",
				  v->kernel_mode ? "kernel" : "user", r->rip, r->rsp,
				  v->info->evtchn_upcall_pending, v->info->evtchn_upcall_mask,
				  v->pause_flags);
		}
	}
}

static void audit_frames(struct domain *d)
{
	grant_audit_frames(d);
	event_audit_frames(d);
}

void domain_init(void)
{
	softirq_register(SOFTIRQ_REAP, domain_reap);
	domain_free_hook = domain_free;
	timer_init(&free_more, free_more_fired, this_cpu());
	frame_audit_hook = audit_frames;
	event_init();
}
