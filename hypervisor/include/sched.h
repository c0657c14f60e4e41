/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scheduling, timers and time. A policy decides where and how long a vCPU runs
 * (sched/policy.h); this is what the rest of the hypervisor asks for.
 */
#ifndef PAVISE_SCHED_H
#define PAVISE_SCHED_H

#include "domain.h"

#define NSEC_PER_SEC 1000000000UL

/* --- time (sched/time.c) ------------------------------------------------------ */

/* Nanoseconds since the hypervisor started; monotonic and the same on all CPUs. */
u64 system_time(void);
/* The TSC value of this CPU at a system time; never 0. */
u64 system_time_to_tsc(u64 ns);
u64 tsc_khz(void);
/* On the boot CPU, with interrupts off: calibrate, and read the clock of day. */
void time_init(void);
/* On each other CPU: does its TSC agree? */
void time_init_cpu(void);
/* On the boot CPU, when all others are up: decide whether TSCs may be trusted. */
void time_init_done(void);
/* Write \p v's time record into its vcpu_info (and its second area). It runs here, or not at all.
 */
void time_update_vcpu(struct vcpu *v);
/* Wall clock: seconds and nanoseconds since 1970 at system time 0, published in shared_info. */
void wallclock_set(u64 seconds, u32 nanoseconds, u64 at_system_time);
void wallclock_publish(struct domain *d);
/* Its shared_info is going away: take it out of reach of the wall clock. */
void wallclock_withdraw(struct domain *d);

/* --- timers (sched/timer.c) ------------------------------------------------------ */

struct timer {
	u64 expires; /* system time, ns; 0: not running */
	void (*fn)(struct timer *t);
	struct cpu *cpu;
	struct timer *child, *next, *prev; /* the CPU's pairing heap */
};

void timer_init(struct timer *t, void (*fn)(struct timer *t), struct cpu *cpu);
/* Fire at \p when, once, on the timer's CPU; a past time fires at once. Restarts a running one. */
void timer_set(struct timer *t, u64 when);
/* After return the function is not running and will not run. Not from the function itself. */
void timer_stop(struct timer *t);
/* Move a timer along with its vCPU. */
void timer_migrate(struct timer *t, struct cpu *cpu);
void timers_init_cpu(struct cpu *c);

/* --- vCPUs (sched/schedule.c) ------------------------------------------------------ */

void sched_init(void);
void sched_init_cpu(struct cpu *c);
int sched_vcpu_create(struct vcpu *v);
void sched_vcpu_destroy(struct vcpu *v);
/* Clear \p flag; if that made it runnable, queue it. */
void vcpu_wake(struct vcpu *v, u32 flag);
/* Set \p flag and make it leave its CPU soon. */
void vcpu_sleep_nosync(struct vcpu *v, u32 flag);
void domain_pause(struct domain *d); /* counted; waits; not the current domain */
void domain_unpause(struct domain *d);
/* Unmask events and block the current vCPU until one is pending; loses no wake-up. */
void vcpu_block(void);
/* Its vcpu_info or time area is new: write the time record when it runs next. */
void sched_time_stale(struct vcpu *v);
/* Run state out of the pause flags again after several changed (domain/). */
void domain_pause_update(struct domain *d);
void vcpu_yield(void);
/* The vCPU has an event: end its block, and if it runs elsewhere make that CPU look. */
void vcpu_kick(struct vcpu *v);
/* Choose and switch: SOFTIRQ_SCHEDULE. Guest registers in this_cpu()->guest are exchanged. */
void schedule(void);
/* Time in each PV_RUNSTATE_* so far, the state now and when it began. */
struct pv_vcpu_runstate_info;
void runstate_get(struct vcpu *v, struct pv_vcpu_runstate_info *r);
/* Write the registered area of \p v, which is the current vCPU or about to run here. */
void runstate_publish(struct vcpu *v);

/* CPUs a vCPU may run on (hard) and should (soft); hard must name one that is there: 0 or -EINVAL.
 */
int vcpu_affinity_set(struct vcpu *v, const struct cpumask *hard, const struct cpumask *soft);
void vcpu_affinity_get(struct vcpu *v, struct cpumask *hard, struct cpumask *soft);
/*
 * Weight: share of the CPU against other domains' (1..65535, default 256). Cap: what
 * all vCPUs together get at most, in hundredths of a CPU, 0 for no limit; the null
 * policy has none.
 */
void sched_params_set(struct domain *d, u32 weight, u32 cap);
void sched_params_get(struct domain *d, u32 *weight, u32 *cap);
int sched_domain_create(struct domain *d); /* 0 or -ENOMEM */
void sched_domain_destroy(struct domain *d);
u32 sched_id(void); /* PV_SCHEDULER_* as the control interface reports it */
/* Nanoseconds \p c has had nothing to run. */
u64 sched_idle_time(struct cpu *c);

/* --- a vCPU's own timers (sched/vcpu_timer.c) ----------------------------------------- */

/* Stop them all; the vCPU goes down or its domain dies. */
void vcpu_timers_stop(struct vcpu *v);
void vcpu_timers_migrate(struct vcpu *v, struct cpu *cpu);
/* VIRQ_TIMER once at system time \p when (past: at once); 0 cancels. */
void vcpu_singleshot(struct vcpu *v, u64 when);
/* VIRQ_TIMER every \p ns; 0 stops it. */
void vcpu_periodic(struct vcpu *v, u64 ns);
/* End a SCHEDOP_poll at system time \p when; 0 cancels. */
void vcpu_poll_timeout(struct vcpu *v, u64 when);
/* What a timer that fires does to its vCPU; the event floor sets it to send VIRQ_TIMER. */
extern void (*vcpu_timer_hook)(struct vcpu *v);

/* Debug key: what runs where. */
void sched_dump(void);

#endif
