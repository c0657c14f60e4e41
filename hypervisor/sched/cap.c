/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Caps: a domain's vCPUs together run for at most so many hundredths of a CPU. Time
 * fills a budget, running empties it, and one that is empty stops all vCPUs until it
 * has been filled. What runs too long before that is noticed is a debt, so that in
 * the long run the cap holds exactly.
 */
#include "policy.h"
#include "errno.h"
#include "mm.h"

#define DEFAULT_WEIGHT 256
#define PERIOD	       (10 * 1000000UL) /* ns */
#define PERIODS_FULL   4	  /* fill the budget; less than the vCPUs that run now may owe it */
#define LOOK_AGAIN     (1000000L) /* ns: not sooner than this */

static void fill(struct sched_domain *sd, u64 now)
{
	s64 full = (s64)(PERIODS_FULL * PERIOD * sd->cap / 100);

	/* Times come from several CPUs: one that was overtaken fills nothing. */
	if (now <= sd->filled)
		return;
	sd->budget += (s64)(MIN(now - sd->filled, NSEC_PER_SEC) * sd->cap / 100);
	sd->budget = MIN(sd->budget, full);
	sd->filled = now;
}

void cap_charge(struct sched_domain *sd, u64 ns, u64 now)
{
	spin_lock(&sd->lock);
	sd->budget -= (s64)ns;
	fill(sd, now);
	spin_unlock(&sd->lock);
}

u64 cap_slice(const struct sched_domain *sd, u64 slice)
{
	s64 budget = READ_ONCE(sd->budget);

	return budget <= 0 ? 0 : MIN(slice, (u64)MAX(budget, LOOK_AGAIN));
}

/* The flags come first, the timer that ends them second: none is left behind. */
void cap_enforce(struct sched_domain *sd, u64 now)
{
	if (!READ_ONCE(sd->cap) || READ_ONCE(sd->budget) > 0)
		return;
	for_each_vcpu(sd->domain, v)
		vcpu_sleep_nosync(v, VCPU_PAUSE_CAP);
	timer_set(&sd->refill, now + PERIOD);
}

static void release(struct sched_domain *sd)
{
	for_each_vcpu(sd->domain, v)
		vcpu_wake(v, VCPU_PAUSE_CAP);
}

static void refill(struct timer *t)
{
	struct sched_domain *sd = container_of(t, struct sched_domain, refill);
	u64 now = system_time();

	cap_charge(sd, 0, now);
	if (READ_ONCE(sd->cap) && READ_ONCE(sd->budget) <= 0)
		timer_set(t, now + PERIOD);
	else
		release(sd);
}

int sched_domain_create(struct domain *d)
{
	struct sched_domain *sd = heap_alloc(sizeof(*sd));

	if (!sd)
		return -ENOMEM;
	sd->domain = d;
	sd->weight = DEFAULT_WEIGHT;
	timer_init(&sd->refill, refill, this_cpu());
	d->sched = sd;
	return 0;
}

void sched_domain_destroy(struct domain *d)
{
	if (!d->sched)
		return;
	timer_stop(&d->sched->refill);
	heap_free(d->sched);
	d->sched = NULL;
}

void sched_params_get(struct domain *d, u32 *weight, u32 *cap)
{
	*weight = READ_ONCE(d->sched->weight);
	*cap = READ_ONCE(d->sched->cap);
}

void sched_params_set(struct domain *d, u32 weight, u32 cap)
{
	struct sched_domain *sd = d->sched;

	WRITE_ONCE(sd->weight, weight);
	spin_lock(&sd->lock);
	sd->budget = 0;
	sd->filled = system_time();
	WRITE_ONCE(sd->cap, cap);
	spin_unlock(&sd->lock);
	/* Who runs now has no timer yet that would look at the new cap. */
	cap_enforce(sd, system_time());
	if (!cap)
		release(sd);
}
