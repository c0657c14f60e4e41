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
u64 tsc_khz(void);
void time_init(void);
void time_init_cpu(void);
/* Write \p v's time record into its vcpu_info (and its second area). It runs here, or not at all. */
void time_update_vcpu(struct vcpu *v);
/* Wall clock: seconds and nanoseconds since 1970 at system time 0, published in shared_info. */
void wallclock_set(u64 seconds, u32 nanoseconds, u64 at_system_time);
void wallclock_publish(struct domain *d);

/* --- timers (sched/timer.c) ------------------------------------------------------ */

struct timer {
	u64 expires; /* system time, ns; 0: not running */
	void (*fn)(struct timer *t);
	struct cpu *cpu;
	struct list list;
	unsigned int heap_index;
};

void timer_init(struct timer *t, void (*fn)(struct timer *t), struct cpu *cpu);
/* Fire at \p when, once, on the timer's CPU; a past time fires at once. Restarts a running one. */
void timer_set(struct timer *t, u64 when);
/* After return the function is not running and will not run. Not from the function itself. */
void timer_stop(struct timer *t);
/* Move a timer along with its vCPU. */
void timer_migrate(struct timer *t, struct cpu *cpu);
void timers_init_cpu(struct cpu *c);
/* The local APIC timer fired. */
void timer_interrupt(void);

/* --- vCPUs (sched/schedule.c) ------------------------------------------------------ */

void sched_init(void);
void sched_init_cpu(struct cpu *c);
int sched_vcpu_create(struct vcpu *v);
void sched_vcpu_destroy(struct vcpu *v);
/* Clear \p flag; if that made it runnable, queue it. */
void vcpu_wake(struct vcpu *v, u32 flag);
/* Set \p flag and make it leave its CPU soon. */
void vcpu_sleep_nosync(struct vcpu *v, u32 flag);
/* The same, and wait until it has left its CPU with its state saved. Not for the current vCPU. */
void vcpu_sleep_sync(struct vcpu *v, u32 flag);
void domain_pause(struct domain *d);	    /* counted; waits; not the current domain */
void domain_pause_nosync(struct domain *d);
void domain_unpause(struct domain *d);
/* Block the current vCPU until an event is pending; loses no wake-up. */
void vcpu_block(void);
void vcpu_yield(void);
/* The vCPU has an event: end its block, and if it runs elsewhere make that CPU look. */
void vcpu_kick(struct vcpu *v);
/* Choose and switch: SOFTIRQ_SCHEDULE. Guest registers in this_cpu()->guest are exchanged. */
void schedule(void);
/* Runstate accounting; areas are written when a vCPU starts to run. */
void runstate_set(struct vcpu *v, u32 state);
void runstate_get(struct vcpu *v, u64 time[4], u32 *state, u64 *entry);
int vcpu_timers_create(struct vcpu *v);
void vcpu_timers_destroy(struct vcpu *v);

/* Debug key: what runs where. */
void sched_dump(void);

#endif
