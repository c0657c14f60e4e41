/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The scheduler on simulated CPUs: each schedules when it was told to, and after
 * every step each vCPU must be where its pause flags say, with its own registers.
 */
#include "../../hypervisor/sched/schedule.c"
#include "../../hypervisor/sched/fair.c"
#include "../../hypervisor/sched/null.c"
#include "unit.h"
#include <stdlib.h>

#define CPUS  3
#define VCPUS 8

struct options options = {.sched = "fair"};
struct domain idle_domain;
unsigned int nr_cpus;
static struct cpu cpus[CPUS];
static struct cpu *here = &cpus[0];
static struct domain domain;
static struct vcpu vcpus[VCPUS];
static struct vcpu *vcpu_ptrs[VCPUS];
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

/* Saving and loading: the state that the hardware would hold is r14 here. */
void context_save(struct vcpu *v)
{
	CU_ASSERT_TRUE(v->running);
	v->seg.fs_base = here->guest.r14;
}

void context_load(struct vcpu *v)
{
	CU_ASSERT_TRUE(v->running);
	CU_ASSERT_EQUAL(here->guest.r15, v->id);
	here->guest.r14 = v->seg.fs_base;
}

void root_load(struct vcpu *v)
{
	CU_ASSERT_PTR_EQUAL(v->cpu, here);
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

struct domain *domain_get_next(domid_t id)
{
	(void)id;
	return NULL;
}

void domain_put(struct domain *d)
{
	(void)d;
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
		for (unsigned int i = 0; i < nr_cpus; i++) {
			free(cpus[i].runqueue);
			free(cpus[i].idle);
		}
		for (unsigned int i = 0; i < domain.max_vcpus; i++)
			sched_vcpu_destroy(&vcpus[i]);
		free(idle_domain.vcpu);
	}
	before = true;
	options.sched = name;
	nr_cpus = n_cpus;
	now = 1000000;
	here = &cpus[0];
	memset(cpus, 0, sizeof(cpus));
	memset(vcpus, 0, sizeof(vcpus));
	domain = (struct domain){.max_vcpus = n_vcpus, .vcpu = vcpu_ptrs};
	policy = &sched_fair;
	sched_init();
	for (unsigned int i = 0; i < n_cpus; i++) {
		cpus[i].id = i;
		cpus[i].online = true;
		sched_init_cpu(&cpus[i]);
	}
	for (unsigned int i = 0; i < n_vcpus; i++) {
		struct vcpu *v = &vcpus[i];

		v->id = i;
		v->domain = &domain;
		v->regs.r15 = i;
		v->info = &infos[i];
		infos[i] = (struct pv_vcpu_info){0};
		v->pause_flags = VCPU_PAUSE_DOWN;
		vcpu_ptrs[i] = v;
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
		u32 flag = rand() % 2 ? VCPU_PAUSE_DOWN : VCPU_PAUSE_CONTROL;
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
	vcpu_sleep_nosync(&vcpus[0], VCPU_PAUSE_CONTROL);
	run_softirqs();
	CU_ASSERT_PTR_EQUAL(cpus[0].vcpu, &vcpus[1]);
	CU_ASSERT_EQUAL(vcpus[0].regs.rip, 0x1234);
	CU_ASSERT_EQUAL(vcpus[0].seg.fs_base, 77);
	CU_ASSERT_FALSE(vcpus[0].running);
	vcpu_sleep_nosync(&vcpus[1], VCPU_PAUSE_CONTROL);
	vcpu_wake(&vcpus[0], VCPU_PAUSE_CONTROL);
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

/* Three that always want to run on one CPU; returns how long one waited at most, in ms. */
static u64 compete(const char *name)
{
	u64 longest = 0, waiting[3] = {0};

	start_over(name, 1, 3);
	vcpus[2].sched->weight = 512;
	for (int i = 0; i < 3; i++)
		vcpu_wake(&vcpus[i], VCPU_PAUSE_DOWN);
	run_softirqs();
	for (int ms = 0; ms < 10000; ms++) {
		struct runqueue *rq = cpus[0].runqueue;

		now += 1000000;
		if (rq->slice.expires && rq->slice.expires <= now) {
			rq->slice.expires = 0;
			rq->slice.fn(&rq->slice);
		}
		run_softirqs();
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
	CU_ASSERT_TRUE(compete("fair") <= 60);
	for (int i = 0; i < 3; i++) {
		u64 time[4], entry, want = i == 2 ? 5000 : 2500;
		u32 state;

		runstate_get(&vcpus[i], time, &state, &entry);
		time[PV_RUNSTATE_RUNNING] /= 1000000;
		CU_ASSERT_TRUE(time[PV_RUNSTATE_RUNNING] > want - want / 20);
		CU_ASSERT_TRUE(time[PV_RUNSTATE_RUNNING] < want + want / 20);
	}
}

/* Where vCPUs have to share a CPU of the null policy they all get to run. */
static void test_null_turns(void)
{
	CU_ASSERT_TRUE(compete("null") <= 70);
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

UNIT_MAIN("sched_switch_test", UNIT_TEST(test_random_fair), UNIT_TEST(test_random_null),
	  UNIT_TEST(test_registers), UNIT_TEST(test_block_sees_pending), UNIT_TEST(test_shares),
	  UNIT_TEST(test_null_turns), UNIT_TEST(test_wake_up_preempts),
	  UNIT_TEST(test_affinity_rules))
