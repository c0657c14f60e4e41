/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Taking a domain apart, in stages that can be stopped and gone on with at any
 * point. The order matters: nothing runs any more before anything is taken away;
 * what hangs on others (events, grants) goes before what others hang on
 * (frames); the shared pages go last. A frame that another domain still maps
 * stays, and keeps the domain's structure and id, until the last mapping goes.
 */
#include "internal.h"
#include "errno.h"
#include "event.h"
#include "grant.h"
#include "mm.h"
#include "sched.h"

static int stop(struct domain *d)
{
	domain_pause(d); /* never to be unpaused; waits for all vCPUs to leave their CPUs */
	for_each_vcpu(d, v)
		vcpu_timers_stop(v);
	watchdog_stop(d);
	return 0;
}

static int release_mappings(struct domain *d)
{
	return d->grant ? grant_release_mappings(d) : 0;
}

static int relinquish_vcpus(struct domain *d)
{
	/* A control call may be making vCPUs still; it sees `dying` the next time. */
	if (READ_ONCE(d->creating_vcpus))
		return -EAGAIN;
	/* Those that are done have nothing left: to pass over them again is cheap. */
	for_each_vcpu(d, v)
		if (vcpu_relinquish(v) && preempt_pending())
			return -ERESTART;
	return 0;
}

static int withdraw_shared(struct domain *d)
{
	struct pv_shared_info *shared = d->shared;
	int rc = d->grant ? grant_table_withdraw(d) : 0;

	if (rc)
		return rc;
	wallclock_withdraw(d);
	frame_unshare(shared, d);
	return 0;
}

static int (*const stages[])(struct domain *d) = {
	stop,
	event_domain_close_all,
	release_mappings,
	relinquish_vcpus,
	domain_frames_release,
	withdraw_shared,
};

int domain_destroy(struct domain *d)
{
	int rc = 0;

	if (d == dom0 || d == current->domain)
		return (int)REFUSE(-EINVAL);
	if (__atomic_exchange_n(&d->teardown_busy, true, __ATOMIC_ACQUIRE))
		return -EAGAIN;
	spin_lock(&d->lock);
	if (d->dying == DOMAIN_ALIVE) {
		/* Under this lock too: who gives the domain memory looks at `dying` there. */
		spin_lock(&d->frames_lock);
		d->dying = DOMAIN_DYING;
		spin_unlock(&d->frames_lock);
	}
	spin_unlock(&d->lock);

	while (d->teardown_stage < ARRAY_SIZE(stages) && rc == 0) {
		rc = stages[d->teardown_stage](d);
		if (rc == 0)
			d->teardown_stage++;
		if (rc == 0 && d->teardown_stage < ARRAY_SIZE(stages) && preempt_pending())
			rc = -ERESTART;
	}
	if (rc == 0 && d->dying != DOMAIN_DEAD) {
		d->dying = DOMAIN_DEAD;
		event_global_virq(PV_VIRQ_DOM_EXC);
		domain_put(d); /* of its creation */
	}
	__atomic_store_n(&d->teardown_busy, false, __ATOMIC_RELEASE);
	return rc;
}
