/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The scheduler on simulated CPUs: each schedules when it was told to, and after
 * every step each vCPU must be where its pause flags say, with its own registers.
 */
#include "../../hypervisor/sched/schedule.c"
#include "../../hypervisor/sched/fair.c"
#include "../../hypervisor/sched/null.c"
#include "../../hypervisor/sched/cap.c"
#include "unit.h"
#include <stdlib.h>

#define CPUS  3
#define VCPUS 8

struct options options = {.sched = "fair"};
struct domain idle_domain;
unsigned int nr_cpus;
static struct cpu cpus[CPUS];
static struct cpu *here = &cpus[0];
static struct domain domain, own_domain[VCPUS]; /* all vCPUs in one, or each in its own */
static struct vcpu vcpus[VCPUS];
static u64 now;

struct cpu *this_cpu(void)
{
	return here;
}

struct cpu *cpu_get(unsigned int id)
{
	return &cpus[id];
}

u64 system_time(void)
{
	return now;
}

void *heap_alloc(size_t n)
{
	return calloc(1, n);
}

void heap_free(void *p)
{
	free(p);
}

void softirq_register(enum softirq nr, void (*fn)(void))
{
	(void)nr;
	(void)fn;
}

void softirq_raise(struct cpu *c, enum softirq nr)
{
	c->softirqs |= 1u << nr;
}

void timer_init(struct timer *t, void (*fn)(struct timer *t), struct cpu *cpu)
{
	*t = (struct timer){.fn = fn, .cpu = cpu};
}

void timer_set(struct timer *t, u64 when)
{
	t->expires = when;
}

void timer_stop(struct timer *t)
{
	t->expires = 0;
}

/* Saving and loading: the state that the hardware would hold is r14 here. */
void context_save(struct vcpu *v)
{
	CU_ASSERT_TRUE(v->running);
	v->seg.base[PV_SEGBASE_FS] = here->guest.r14;
}

void context_load(struct vcpu *v)
{
	CU_ASSERT_TRUE(v->running);
	CU_ASSERT_EQUAL(here->guest.r15, v->id);
	here->guest.r14 = v->seg.base[PV_SEGBASE_FS];
}

void descriptors_load_own(const struct cpu *c)
{
	CU_ASSERT_PTR_EQUAL(c, here);
	CU_ASSERT_PTR_EQUAL(c->vcpu, c->idle);
}

void root_load(struct vcpu *v)
{
	CU_ASSERT_PTR_EQUAL(v->cpu, here);
}

void vcpu_timers_init(struct vcpu *v)
{
	CU_ASSERT_PTR_NOT_NULL(v->cpu);
}

void vcpu_timers_migrate(struct vcpu *v, struct cpu *c)
{
	CU_ASSERT_PTR_EQUAL(v->cpu, c);
}

void time_update_vcpu(struct vcpu *v)
{
	(void)v;
}

int guest_kernel_write(struct vcpu *v, vaddr_t va, const void *src, size_t n)
{
	(void)v;
	(void)va;
	(void)src;
	(void)n;
	return 0;
}

struct domain *domain_next(struct domain *d)
{
	(void)d;
	return NULL;
}

struct vcpu *domain_vcpu(const struct domain *d, u32 id)
{
	return id < d->max_vcpus ? d->vcpu[id] : NULL;
}

void cpu_relax(void)
{
	abort();
}

void panic(const char *fmt, ...)
{
	(void)fmt;
	abort();
}

void printk(enum loglevel level, const char *fmt, ...)
{
	(void)level;
	(void)fmt;
}

static struct pv_vcpu_info infos[VCPUS];

static void start_over(const char *name, unsigned int n_cpus, unsigned int n_vcpus)
{
	static bool before;

	if (before) {
		for (unsigned int i = 0; i < domain.max_vcpus; i++) {
			sched_vcpu_destroy(&vcpus[i]);
			sched_domain_destroy(&own_domain[i]);
		}
		sched_domain_destroy(&domain);
		for (unsigned int i = 0; i < nr_cpus; i++) {
			free(cpus[i].runqueue);
			free(cpus[i].idle);
		}
	}
	before = true;
	options.sched = name;
	nr_cpus = n_cpus;
	now = 1000000;
	here = &cpus[0];
	memset(cpus, 0, sizeof(cpus));
	memset(vcpus, 0, sizeof(vcpus));
	domain = (struct domain){.max_vcpus = n_vcpus};
	policy = &sched_fair;
	soft_affinity_used = false;
	sched_init();
	for (unsigned int i = 0; i < n_cpus; i++) {
		cpus[i].id = i;
		cpus[i].online = true;
		sched_init_cpu(&cpus[i]);
	}
	CU_ASSERT_EQUAL_FATAL(sched_domain_create(&domain), 0);
	for (unsigned int i = 0; i < n_vcpus; i++) {
		struct vcpu *v = &vcpus[i];

		own_domain[i] = (struct domain){.max_vcpus = 1, .vcpu = {v}};
		CU_ASSERT_EQUAL_FATAL(sched_domain_create(&own_domain[i]), 0);
		v->id = i;
		v->domain = &domain;
		v->regs.r15 = i;
		v->info = &infos[i];
		infos[i] = (struct pv_vcpu_info){0};
		v->pause_flags = VCPU_PAUSE_DOWN;
		domain.vcpu[i] = v;
		CU_ASSERT_EQUAL_FATAL(sched_vcpu_create(v), 0);
	}
}

static void run_softirqs(void)
{
	bool again = true;

	for (int rounds = 0; again; rounds++) {
		CU_ASSERT_TRUE_FATAL(rounds < 50);
		again = false;
		for (unsigned int i = 0; i < nr_cpus; i++) {
			here = &cpus[i];
			if (!(here->softirqs & 1u << SOFTIRQ_SCHEDULE))
				continue;
			here->softirqs = 0;
			again = true;
			schedule();
		}
	}
	here = &cpus[0];
}

static void check(void)
{
	bool idle_cpu = false;

	for (unsigned int c = 0; c < nr_cpus; c++) {
		struct vcpu *v = cpus[c].vcpu;

		if (v == cpus[c].idle) {
			idle_cpu = true;
			continue;
		}
		CU_ASSERT_TRUE(v->running && v->cpu == &cpus[c] && !v->sched->queued);
		CU_ASSERT_EQUAL(v->runstate, PV_RUNSTATE_RUNNING);
		CU_ASSERT_EQUAL(cpus[c].guest.r15, v->id);
	}
	for (unsigned int i = 0; i < domain.max_vcpus; i++) {
		struct vcpu *v = &vcpus[i];
		unsigned int on = 0;

		for (unsigned int c = 0; c < nr_cpus; c++)
			on += cpus[c].vcpu == v;
		CU_ASSERT_EQUAL(on, v->running);
		/* With nothing left to do, a vCPU without a pause flag is on a CPU or in a queue.
		 */
		CU_ASSERT_EQUAL(v->pause_flags == 0, v->running || v->sched->queued);
		if (v->sched->queued && policy == &sched_fair)
			CU_ASSERT_FALSE(idle_cpu && v->sched->hard.bits[0] == ~0UL);
	}
}

static void random_walk(const char *name, unsigned int steps)
{
	start_over(name, CPUS, VCPUS);
	srand(3);
	for (unsigned int step = 0; step < steps; step++) {
		struct vcpu *v = &vcpus[rand() % VCPUS];
		u32 flag = rand() % 2 ? VCPU_PAUSE_DOWN : VCPU_PAUSE_DOMAIN;
		struct cpumask m = {.bits = {1UL << (rand() % CPUS) | 1UL << (rand() % CPUS)}};

		now += (u64)(rand() % 3000000);
		here = &cpus[rand() % CPUS];
		switch (rand() % 9) {
		case 0:
			vcpu_sleep_nosync(v, flag);
			break;
		case 1:
		case 2:
			vcpu_wake(v, flag);
			break;
		case 3:
			if (current != here->idle) {
				current->info->evtchn_upcall_pending = rand() % 2;
				vcpu_block();
			}
			break;
		case 4:
			v->info->evtchn_upcall_pending = 1;
			vcpu_kick(v);
			break;
		case 5:
			if (current != here->idle)
				vcpu_yield();
			break;
		case 6:
			CU_ASSERT_EQUAL(vcpu_affinity_set(v, &m, NULL), 0);
			break;
		case 7:
			memset(&m, 0xff, sizeof(m));
			CU_ASSERT_EQUAL(vcpu_affinity_set(v, &m, NULL), 0);
			break;
		default:
			softirq_raise(here, SOFTIRQ_SCHEDULE);
		}
		run_softirqs();
		check();
	}
}

static void test_random_fair(void)
{
	random_walk("fair", 60000);
}

static void test_random_null(void)
{
	random_walk("null", 60000);
}

/* Registers travel with their vCPU. */
static void test_registers(void)
{
	start_over("fair", 1, 2);
	vcpu_wake(&vcpus[0], VCPU_PAUSE_DOWN);
	run_softirqs();
	cpus[0].guest.rip = 0x1234;
	cpus[0].guest.r14 = 77;
	vcpu_wake(&vcpus[1], VCPU_PAUSE_DOWN);
	vcpu_sleep_nosync(&vcpus[0], VCPU_PAUSE_DOMAIN);
	run_softirqs();
	CU_ASSERT_PTR_EQUAL(cpus[0].vcpu, &vcpus[1]);
	CU_ASSERT_EQUAL(vcpus[0].regs.rip, 0x1234);
	CU_ASSERT_EQUAL(vcpus[0].seg.base[PV_SEGBASE_FS], 77);
	CU_ASSERT_FALSE(vcpus[0].running);
	vcpu_sleep_nosync(&vcpus[1], VCPU_PAUSE_DOMAIN);
	vcpu_wake(&vcpus[0], VCPU_PAUSE_DOMAIN);
	run_softirqs();
	CU_ASSERT_EQUAL(cpus[0].guest.rip, 0x1234);
	CU_ASSERT_EQUAL(cpus[0].guest.r14, 77);
}

static void test_block_sees_pending(void)
{
	start_over("fair", 1, 1);
	vcpu_wake(&vcpus[0], VCPU_PAUSE_DOWN);
	run_softirqs();
	infos[0].evtchn_upcall_mask = 1;
	infos[0].evtchn_upcall_pending = 1;
	vcpu_block();
	CU_ASSERT_EQUAL(infos[0].evtchn_upcall_mask, 0);
	run_softirqs();
	CU_ASSERT_PTR_EQUAL(cpus[0].vcpu, &vcpus[0]);
	infos[0].evtchn_upcall_pending = 0;
	vcpu_block();
	run_softirqs();
	CU_ASSERT_PTR_EQUAL(cpus[0].vcpu, cpus[0].idle);
	CU_ASSERT_EQUAL(vcpus[0].runstate, PV_RUNSTATE_BLOCKED);
	infos[0].evtchn_upcall_pending = 1;
	vcpu_kick(&vcpus[0]);
	run_softirqs();
	CU_ASSERT_PTR_EQUAL(cpus[0].vcpu, &vcpus[0]);
}

static void fire(struct timer *t)
{
	if (!t->expires || t->expires > now)
		return;
	t->expires = 0;
	t->fn(t);
}

/* Time passes in steps of 100 us; timers fire; each CPU schedules when it was told to. */
static void pass(unsigned int ms)
{
	for (unsigned int step = 0; step < ms * 10; step++) {
		now += 100000;
		for (unsigned int i = 0; i < nr_cpus; i++) {
			here = &cpus[i];
			fire(&here->runqueue->slice);
		}
		here = &cpus[0];
		fire(&domain.sched->refill);
		for (unsigned int i = 0; i < domain.max_vcpus; i++)
			fire(&own_domain[i].sched->refill);
		run_softirqs();
	}
}

/* Each in a domain of its own, always wanting to run. */
static void start_hogs(const char *name, unsigned int n_cpus, const u32 *weights, unsigned int n)
{
	start_over(name, n_cpus, n);
	for (unsigned int i = 0; i < n; i++) {
		vcpus[i].domain = &own_domain[i];
		sched_params_set(&own_domain[i], weights[i], 0);
	}
	for (unsigned int i = 0; i < n; i++)
		vcpu_wake(&vcpus[i], VCPU_PAUSE_DOWN);
	run_softirqs();
}

static u64 ran(unsigned int i)
{
	struct pv_vcpu_runstate_info r;

	runstate_get(&vcpus[i], &r);
	return r.time[PV_RUNSTATE_RUNNING];
}

/* Over 10 s: how far from its due any of them was, in hundredths of its due. */
static unsigned int unfairness(const u64 *due_ms, unsigned int n)
{
	u64 before[VCPUS], worst = 0;

	for (unsigned int i = 0; i < n; i++)
		before[i] = ran(i);
	pass(10000);
	for (unsigned int i = 0; i < n; i++) {
		u64 got = (ran(i) - before[i]) / 10000;
		u64 due = due_ms[i] * 100;

		worst = MAX(worst, (got > due ? got - due : due - got) * 100 / due);
	}
	return worst;
}

/* Returns how long one of three waited at most, in ms. */
static u64 longest_wait(const char *name)
{
	static const u32 weights[] = {256, 256, 512};
	u64 longest = 0, waiting[3] = {0};

	start_hogs(name, 1, weights, 3);
	for (int ms = 0; ms < 10000; ms++) {
		pass(1);
		for (int i = 0; i < 3; i++) {
			waiting[i] = vcpus[i].running ? 0 : waiting[i] + 1;
			longest = MAX(longest, waiting[i]);
		}
	}
	return longest;
}

/* They share it by weight, and none waits long. */
static void test_shares(void)
{
	static const u64 due[] = {2500, 2500, 5000};

	CU_ASSERT_TRUE(longest_wait("fair") <= 60);
	CU_ASSERT_TRUE(unfairness(due, 3) <= 3);
}

/* Where vCPUs have to share a CPU of the null policy they all get to run. */
static void test_null_turns(void)
{
	CU_ASSERT_TRUE(longest_wait("null") <= 70);
}

/*
 * More vCPUs than CPUs, and no way to spread them evenly: the shares are right all
 * the same, because they take turns at being one too many.
 */
static void test_shares_on_many_cpus(void)
{
	static const struct {
		unsigned int cpus, n;
		u32 weights[VCPUS];
		u64 due[VCPUS]; /* of 10 s */
	} cases[] = {
		{2, 3, {256, 256, 256}, {6667, 6667, 6667}},
		{3, 4, {256, 256, 256, 256}, {7500, 7500, 7500, 7500}},
		{3, 8, {9, 9, 9, 9, 9, 9, 9, 9}, {3750, 3750, 3750, 3750, 3750, 3750, 3750, 3750}},
		{2, 3, {512, 256, 256}, {10000, 5000, 5000}},
		{2, 3, {2048, 256, 256}, {10000, 5000, 5000}},
		{2, 4, {768, 256, 256, 256}, {10000, 3333, 3333, 3333}},
		{2, 4, {512, 512, 256, 256}, {6667, 6667, 3333, 3333}},
		{2, 4, {512, 256, 256, 256}, {8000, 4000, 4000, 4000}},
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		unsigned int worst;

		start_hogs("fair", cases[i].cpus, cases[i].weights, cases[i].n);
		pass(200);
		worst = unfairness(cases[i].due, cases[i].n);
		CU_ASSERT_TRUE(worst <= 5);
		if (worst > 5)
			printf("case %u: %u %% from its due\n", i, worst);
	}
}

/* However unlike the weights and affinities are, each gets to run again soon. */
static void test_no_starvation(void)
{
	static const u32 weights[VCPUS] = {1024, 16, 256, 256, 512, 64, 1024, 256};
	u64 last[VCPUS], seen[VCPUS] = {0}, longest = 0;

	start_hogs("fair", CPUS, weights, VCPUS);
	for (unsigned int i = 0; i < VCPUS; i++)
		last[i] = now;
	for (unsigned int ms = 0; ms < 30000; ms++) {
		if (ms % 50 == 0) {
			struct cpumask m = {.bits = {1UL << ms % CPUS | (ms % 3 ? 7UL : 0)}};

			vcpu_affinity_set(&vcpus[ms / 50 % VCPUS], &m, NULL);
		}
		pass(1);
		for (unsigned int i = 0; i < VCPUS; i++) {
			if (ran(i) != seen[i])
				last[i] = now;
			seen[i] = ran(i);
			longest = MAX(longest, now - last[i]);
		}
	}
	CU_ASSERT_TRUE(longest < 5000 * 1000000UL);
}

/* A capped domain gets what its cap says though CPUs stand idle; the others are not held up. */
static void test_cap(void)
{
	static const struct {
		u32 cap;
		unsigned int n; /* vCPUs of the capped domain, on three CPUs */
		u64 due;	/* of all of them in 10 s, ms */
	} cases[] = {{5, 1, 500},     {50, 1, 5000},   {90, 1, 9000},
		     {100, 1, 10000}, {30, 3, 3000},   {75, 8, 7500},
		     {150, 3, 15000}, {250, 8, 25000}, {400, 8, 30000}};

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		struct pv_vcpu_runstate_info r;
		u64 before = 0, got = 0;

		start_over("fair", CPUS, cases[i].n);
		for (unsigned int k = 0; k < cases[i].n; k++)
			vcpu_wake(&vcpus[k], VCPU_PAUSE_DOWN);
		run_softirqs();
		sched_params_set(&domain, 256, cases[i].cap);
		pass(200);
		for (unsigned int k = 0; k < cases[i].n; k++)
			before += ran(k);
		pass(10000);
		for (unsigned int k = 0; k < cases[i].n; k++)
			got += ran(k);
		got = (got - before) / 1000000;
		CU_ASSERT_TRUE(got <= cases[i].due + cases[i].due / 33);
		CU_ASSERT_TRUE(got >= cases[i].due - cases[i].due / 33);
		if (got > cases[i].due + cases[i].due / 33 ||
		    got < cases[i].due - cases[i].due / 33)
			printf("cap %u: %lu ms for %lu\n", cases[i].cap, got, cases[i].due);
		/* To the guest the time it may not run is stolen, not slept. */
		runstate_get(&vcpus[0], &r);
		CU_ASSERT_EQUAL(r.time[PV_RUNSTATE_BLOCKED], 0);
		/* Without the cap all run again at once. */
		sched_params_set(&domain, 256, 0);
		run_softirqs();
		for (unsigned int k = 0; k < cases[i].n; k++)
			CU_ASSERT_EQUAL(vcpus[k].pause_flags, 0);
		check();
	}
}

/* One that goes to sleep before anyone looks at it can't get round its cap. */
static void test_cap_of_sleeper(void)
{
	u64 before;

	start_over("fair", 1, 1);
	vcpu_wake(&vcpus[0], VCPU_PAUSE_DOWN);
	sched_params_set(&domain, 256, 20);
	pass(200);
	before = ran(0);
	for (unsigned int i = 0; i < 10000; i++) {
		vcpu_sleep_nosync(&vcpus[0], VCPU_PAUSE_DOMAIN);
		run_softirqs();
		now += 50000;
		vcpu_wake(&vcpus[0], VCPU_PAUSE_DOMAIN);
		run_softirqs();
		now -= 50000;
		pass(1);
	}
	CU_ASSERT_TRUE(ran(0) - before < 2100 * 1000000UL);
}

/* A sleeper that wakes gets the CPU soon, however much the others have run. */
static void test_wake_up_preempts(void)
{
	start_over("fair", 1, 2);
	vcpu_wake(&vcpus[0], VCPU_PAUSE_DOWN);
	run_softirqs();
	now += 1000 * 1000000UL;
	softirq_raise(&cpus[0], SOFTIRQ_SCHEDULE);
	run_softirqs();
	vcpu_wake(&vcpus[1], VCPU_PAUSE_DOWN);
	run_softirqs();
	CU_ASSERT_PTR_EQUAL(cpus[0].vcpu, &vcpus[1]);
}

static void test_affinity_rules(void)
{
	struct cpumask none = {{0}}, far = {.bits = {1UL << 60}};

	start_over("fair", 2, 1);
	CU_ASSERT_EQUAL(vcpu_affinity_set(&vcpus[0], &none, NULL), -EINVAL);
	CU_ASSERT_EQUAL(vcpu_affinity_set(&vcpus[0], &far, NULL), -EINVAL);
	vcpu_wake(&vcpus[0], VCPU_PAUSE_DOWN);
	run_softirqs();
	none.bits[0] = vcpus[0].cpu == &cpus[0] ? 2 : 1;
	CU_ASSERT_EQUAL(vcpu_affinity_set(&vcpus[0], &none, NULL), 0);
	run_softirqs();
	CU_ASSERT_TRUE(vcpus[0].running);
	CU_ASSERT_EQUAL(1UL << vcpus[0].cpu->id, none.bits[0]);
}

/* The preferred CPU is taken where it is free, another one where it is not, and it comes back. */
static void test_soft_affinity(void)
{
	static const u32 weights[] = {256, 256};
	struct cpumask second = {.bits = {2}};

	start_hogs("fair", 2, weights, 2);
	vcpu_sleep_nosync(&vcpus[1], VCPU_PAUSE_DOMAIN);
	run_softirqs();
	CU_ASSERT_EQUAL(vcpu_affinity_set(&vcpus[0], NULL, &second), 0);
	softirq_raise(vcpus[0].cpu, SOFTIRQ_SCHEDULE);
	pass(20);
	CU_ASSERT_EQUAL(vcpus[0].cpu->id, 1);
	/* The other one may use no other CPU than that: the first gives way, and runs elsewhere. */
	CU_ASSERT_EQUAL(vcpu_affinity_set(&vcpus[1], &second, NULL), 0);
	vcpu_wake(&vcpus[1], VCPU_PAUSE_DOMAIN);
	pass(50);
	CU_ASSERT_TRUE(vcpus[0].running && vcpus[1].running);
	CU_ASSERT_EQUAL(vcpus[1].cpu->id, 1);
	CU_ASSERT_EQUAL(vcpus[0].cpu->id, 0);
	vcpu_sleep_nosync(&vcpus[1], VCPU_PAUSE_DOMAIN);
	pass(1);
	CU_ASSERT_TRUE(vcpus[0].running);
	CU_ASSERT_EQUAL(vcpus[0].cpu->id, 1);
}

UNIT_MAIN("sched_switch_test", UNIT_TEST(test_random_fair), UNIT_TEST(test_random_null),
	  UNIT_TEST(test_registers), UNIT_TEST(test_block_sees_pending), UNIT_TEST(test_shares),
	  UNIT_TEST(test_null_turns), UNIT_TEST(test_shares_on_many_cpus),
	  UNIT_TEST(test_no_starvation), UNIT_TEST(test_cap), UNIT_TEST(test_cap_of_sleeper),
	  UNIT_TEST(test_wake_up_preempts), UNIT_TEST(test_affinity_rules),
	  UNIT_TEST(test_soft_affinity))
