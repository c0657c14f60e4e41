/* SPDX-License-Identifier: BSD-2-Clause */
/* The machine stands still, and every frame and channel is counted. */
#include "internal.h"
#include "event.h"
#include "lib.h"
#include "mm.h"
#include "sched.h"

/* Who has not left its CPU by then waits for us itself, and has nothing half done. */
#define STOP_NS (NSEC_PER_SEC / 2)

static void for_each_other_vcpu(void (*fn)(struct vcpu *v, u64 arg), u64 arg)
{
	struct domain *d;
	struct vcpu *v;
	u32 i;

	for_each_domain(d) for_each_vcpu(d, v, i) if (v != current) fn(v, arg);
}

static void stop(struct vcpu *v, u64 unused)
{
	(void)unused;
	vcpu_sleep_nosync(v, VCPU_PAUSE_AUDIT);
}

static void await(struct vcpu *v, u64 deadline)
{
	while (__atomic_load_n(&v->running, __ATOMIC_ACQUIRE) && system_time() < deadline)
		cpu_relax();
}

static void go_on(struct vcpu *v, u64 unused)
{
	(void)unused;
	vcpu_wake(v, VCPU_PAUSE_AUDIT);
}

static unsigned long events_audit(void)
{
	unsigned long bad = 0;
	struct domain *d;

	for_each_domain(d) bad += event_audit(d);
	return bad;
}

void domain_audit_all(void)
{
	unsigned long frames, channels;

	for_each_other_vcpu(stop, 0);
	for_each_other_vcpu(await, system_time() + STOP_NS);
	frames = frame_audit();
	channels = events_audit();
	for_each_other_vcpu(go_on, 0);
	log_warning("frame audit: %lu mismatches, %lu event channels\n", frames, channels);
}

void domain_audit_at_end(void)
{
#ifdef PAVISE_DEBUG
	domain_audit_all();
#endif
}
