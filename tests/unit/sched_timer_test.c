/* SPDX-License-Identifier: BSD-2-Clause */
/* Timers on two CPUs against a plain array that says when each should fire. */
#include "../../hypervisor/sched/timer.c"
#include "unit.h"
#include <stdlib.h>

#define TIMERS 64

static struct cpu cpus[2] = {{.id = 0}, {.id = 1}};
static struct cpu *here = &cpus[0];
static u64 now, armed[2];
static struct timer timers[TIMERS];
static struct {
	u64 when; /* 0: not set */
	unsigned int fired;
} model[TIMERS];
static u64 last_fired;
static void (*in_callback)(struct timer *t);

struct cpu *this_cpu(void)
{
	return here;
}

u64 system_time(void)
{
	return now;
}

u64 system_time_to_tsc(u64 ns)
{
	return ns;
}

void apic_timer_arm(u64 deadline)
{
	armed[here->id] = deadline;
}

void softirq_register(enum softirq nr, void (*fn)(void))
{
	(void)nr;
	(void)fn;
}

void interrupt_register(u8 vector, void (*fn)(void))
{
	(void)vector;
	(void)fn;
}

void softirq_raise(struct cpu *cpu, enum softirq nr)
{
	cpu->softirqs |= 1u << nr;
}

void *heap_alloc(size_t n)
{
	return calloc(1, n);
}

void cpu_relax(void)
{
	abort(); /* nobody holds a lock or runs a function here */
}

void panic(const char *fmt, ...)
{
	(void)fmt;
	abort();
}

static void fired(struct timer *t)
{
	unsigned int i = (unsigned int)(t - timers);

	CU_ASSERT_TRUE(model[i].when && model[i].when <= now);
	CU_ASSERT_TRUE(model[i].when >= last_fired);
	CU_ASSERT_PTR_EQUAL(t->cpu, here);
	last_fired = model[i].when;
	model[i].when = 0;
	model[i].fired++;
	if (in_callback)
		in_callback(t);
}

static void start_over(void)
{
	for (int i = 0; i < 2; i++) {
		free(cpus[i].timers);
		timers_init_cpu(&cpus[i]);
		armed[i] = 0;
		cpus[i].softirqs = 0;
	}
	for (int i = 0; i < TIMERS; i++) {
		timer_init(&timers[i], fired, &cpus[i % 2]);
		model[i].when = model[i].fired = 0;
	}
	here = &cpus[0];
	now = 1000;
	in_callback = NULL;
}

/* Let each CPU do what it was asked to; then its hardware must be set for its first timer. */
static void run_and_check(void)
{
	for (int c = 0; c < 2; c++) {
		u64 first = 0;

		here = &cpus[c];
		last_fired = 0;
		if (here->softirqs || (armed[c] && armed[c] <= now)) {
			here->softirqs = 0;
			timer_softirq();
		}
		for (int i = 0; i < TIMERS; i++)
			if (timers[i].cpu == here && model[i].when &&
			    (!first || model[i].when < first))
				first = model[i].when;
		CU_ASSERT_TRUE(first == 0 || first > now);
		/* Armed no later than needed; a stopped timer may leave it early. */
		CU_ASSERT_TRUE(first == 0 || (armed[c] && armed[c] <= first));
	}
	here = &cpus[0];
}

static void test_order(void)
{
	start_over();
	for (int i = 0; i < TIMERS; i++) {
		model[i].when = 2000 + (u64)(i * 37 % TIMERS);
		timer_set(&timers[i], model[i].when);
	}
	run_and_check();
	now = 5000;
	run_and_check();
	for (int i = 0; i < TIMERS; i++)
		CU_ASSERT_EQUAL(model[i].fired, 1);
}

static void test_past_fires_at_once(void)
{
	start_over();
	model[0].when = 5;
	timer_set(&timers[0], 5);
	CU_ASSERT_TRUE(armed[0] && armed[0] <= now);
	run_and_check();
	CU_ASSERT_EQUAL(model[0].fired, 1);
}

static void test_stopped_does_not_fire(void)
{
	start_over();
	timer_set(&timers[0], 1500);
	timer_stop(&timers[0]);
	timer_stop(&timers[0]);
	now = 9000;
	run_and_check();
	CU_ASSERT_EQUAL(model[0].fired, 0);
}

static void set_again(struct timer *t)
{
	if (model[0].fired < 5) {
		model[0].when = now + 10;
		timer_set(t, now + 10);
	}
}

static void test_set_from_its_function(void)
{
	start_over();
	in_callback = set_again;
	model[0].when = 1100;
	timer_set(&timers[0], 1100);
	for (; now < 2000; now += 7)
		run_and_check();
	CU_ASSERT_EQUAL(model[0].fired, 5);
}

static void test_random(void)
{
	start_over();
	srand(7);
	for (int step = 0; step < 200000; step++) {
		int i = rand() % TIMERS;

		here = &cpus[rand() % 2];
		switch (rand() % 8) {
		case 0:
		case 1:
		case 2:
			model[i].when = now + (u64)(rand() % 2000);
			timer_set(&timers[i], model[i].when);
			break;
		case 3:
			model[i].when = 0;
			timer_stop(&timers[i]);
			break;
		case 4:
			timer_migrate(&timers[i], &cpus[rand() % 2]);
			break;
		default:
			now += (u64)(rand() % 100);
			run_and_check();
		}
	}
	now += 10000;
	run_and_check();
	for (int i = 0; i < TIMERS; i++)
		CU_ASSERT_EQUAL(model[i].when, 0);
}

UNIT_MAIN("sched_timer_test", UNIT_TEST(test_order), UNIT_TEST(test_past_fires_at_once),
	  UNIT_TEST(test_stopped_does_not_fire), UNIT_TEST(test_set_from_its_function),
	  UNIT_TEST(test_random))
