/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System time is the TSC, scaled. As long as all TSCs agree, all CPUs share one
 * pair (TSC value, time), guests get the same pair once and for all with the
 * STABLE flag, and reading the time takes no lock. Where they do not agree, each
 * CPU has a pair of its own, taken when it came up, and a common maximum keeps
 * the time from going backwards between CPUs.
 */
#include "sched.h"
#include "arch.h"
#include "boot.h"
#include "lib.h"
#include "mm.h"
#include "time_scale.h"

#define WARP_ROUNDS 20000 /* of all CPUs together, which take turns at it */
#define WARP_LEAST  500	  /* of each */

static struct tsc_scale scale;
static u64 khz;
static u64 latest;	   /* time given out last; only where TSCs disagree */
static bool stable = true; /* until a CPU is seen that disagrees */
static struct spinlock warp_lock;
static u64 warp_tsc;

static struct spinlock wall_lock;
static u64 wall_ns; /* since 1970, at system time 0 */

u64 tsc_khz(void)
{
	return khz;
}

u64 system_time(void)
{
	struct cpu *c = this_cpu();
	u64 now = c->time_stamp + tsc_to_ns(&scale, rdtsc() - c->tsc_stamp);
	u64 seen;

	if (likely(stable))
		return now;
	seen = READ_ONCE(latest);
	while (now > seen)
		if (__atomic_compare_exchange_n(&latest, &seen, now, false, __ATOMIC_RELAXED,
						__ATOMIC_RELAXED))
			return now;
	return seen;
}

u64 system_time_to_tsc(u64 ns)
{
	struct cpu *c = this_cpu();

	/* Never the 0 that means "no deadline"; a past one is as good as now. */
	if (ns <= c->time_stamp)
		return 1;
	return c->tsc_stamp + ns_to_tsc(khz, ns - c->time_stamp);
}

/* Does this CPU ever read less than another CPU read before? */
static bool warp_seen(void)
{
	u32 i, rounds = MAX(WARP_ROUNDS / MAX(acpi.nr_cpus, 1u), WARP_LEAST);
	bool warped = false;

	for (i = 0; i < rounds; i++) {
		u64 now;

		spin_lock(&warp_lock);
		now = rdtsc();
		if (now < warp_tsc)
			warped = true;
		else
			warp_tsc = now;
		spin_unlock(&warp_lock);
	}
	return warped;
}

void time_init(void)
{
	struct cpu *c = this_cpu();

	khz = tsc_calibrate();
	tsc_scale_set(&scale, khz);
	c->tsc_stamp = warp_tsc = rdtsc();
	c->time_stamp = 0;
	wallclock_set(rtc_read(), 0, 0);
}

void time_init_cpu(void)
{
	struct cpu *c = this_cpu(), *boot = cpu_get(0);

	c->tsc_stamp = boot->tsc_stamp;
	c->time_stamp = boot->time_stamp;
	if (warp_seen()) {
		/* The best guess that is left: now is the last moment seen elsewhere. */
		stable = false;
		c->time_stamp =
			boot->time_stamp + tsc_to_ns(&scale, READ_ONCE(warp_tsc) - boot->tsc_stamp);
		c->tsc_stamp = rdtsc();
	}
}

void time_init_done(void)
{
	if (warp_seen() || options.tsc_unstable)
		stable = false;
	if (options.tsc_stable)
		stable = true;
	log_info("time: TSCs %s\n", stable ? "agree" : "disagree; guests are told so");
}

/*
 * Only the vCPU itself or the CPU that is about to run it writes its record, so
 * the version needs no lock: odd, the fields, even, in that order.
 */
void time_update_vcpu(struct vcpu *v)
{
	struct pv_vcpu_time_info *t = &v->info->time;
	struct cpu *c = this_cpu();
	/* Kept here: what stands in vcpu_info is the guest's to change. */
	struct pv_vcpu_time_info r = {
		.version = v->time_version + 1,
		.tsc_timestamp = c->tsc_stamp,
		.system_time = c->time_stamp,
		.tsc_to_system_mul = scale.mul,
		.tsc_shift = scale.shift,
		.flags = stable ? PV_PVCLOCK_TSC_STABLE_BIT : 0,
	};

	WRITE_ONCE(t->version, r.version);
	barrier();
	*t = r;
	barrier();
	v->time_version += 2;
	WRITE_ONCE(t->version, v->time_version);

	if (!v->time_area || guest_kernel_write(v, v->time_area, &r, sizeof(r)) != 0)
		return;
	guest_kernel_write(v, v->time_area, &v->time_version, sizeof(v->time_version));
}

void wallclock_set(u64 seconds, u32 nanoseconds, u64 at_system_time)
{
	spin_lock(&wall_lock);
	wall_ns = seconds * NSEC_PER_SEC + nanoseconds - at_system_time;
	spin_unlock(&wall_lock);
	for_each_domain(d)
		wallclock_publish(d);
}

void wallclock_publish(struct domain *d)
{
	struct pv_shared_info *s;
	u64 seconds;

	spin_lock(&wall_lock);
	s = d->shared;
	if (!s) {
		spin_unlock(&wall_lock);
		return;
	}
	seconds = wall_ns / NSEC_PER_SEC + (u64)d->time_offset_seconds;
	/* The guest can write the version: its own clock is all it can spoil. */
	WRITE_ONCE(s->wc_version, READ_ONCE(s->wc_version) | 1);
	barrier();
	WRITE_ONCE(s->wc_sec, (u32)seconds);
	WRITE_ONCE(s->wc_sec_hi, (u32)(seconds >> 32));
	WRITE_ONCE(s->wc_nsec, wall_ns % NSEC_PER_SEC);
	barrier();
	WRITE_ONCE(s->wc_version, READ_ONCE(s->wc_version) + 1);
	spin_unlock(&wall_lock);
}

void wallclock_withdraw(struct domain *d)
{
	spin_lock(&wall_lock);
	WRITE_ONCE(d->shared, NULL);
	spin_unlock(&wall_lock);
}
