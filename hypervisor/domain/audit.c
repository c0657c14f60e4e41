/* SPDX-License-Identifier: BSD-2-Clause */
/* The machine stands still, and every frame and channel is counted. */
#include "internal.h"
#include "event.h"
#include "lib.h"
#include "mm.h"
#include "sched.h"

/* Who has not left its CPU by then waits for us itself, and has nothing half done. */
#define STOP_NS (NSEC_PER_SEC / 2)

static void stop_others(void)
{
	u64 deadline;

	for_each_domain(d)
		for_each_vcpu(d, v)
			if (v != current)
				vcpu_sleep_nosync(v, VCPU_PAUSE_AUDIT);
	deadline = system_time() + STOP_NS;
	for_each_domain(d)
		for_each_vcpu(d, v)
			while (v != current && __atomic_load_n(&v->running, __ATOMIC_ACQUIRE) &&
			       system_time() < deadline)
				cpu_relax();
}

void domain_audit_all(void)
{
	unsigned long frames, channels = 0;

	stop_others();
	frames = frame_audit();
	for_each_domain(d)
		channels += event_audit(d);
	/* Who was made meanwhile, and we ourselves, do not have the flag: nothing changes for them.
	 */
	for_each_domain(d)
		for_each_vcpu(d, v)
			vcpu_wake(v, VCPU_PAUSE_AUDIT);
	log_warning("frame audit: %lu mismatches, %lu event channels\n", frames, channels);
}

void domain_audit_at_end(void)
{
#ifdef PAVISE_DEBUG
	domain_audit_all();
#endif
}
