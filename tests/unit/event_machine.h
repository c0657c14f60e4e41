/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Three domains of two vCPUs for the tests of hypervisor/event: frames are pages of
 * an array, of which each domain owns its share, interrupt lines remember what they
 * were told, and wake-ups are counted.
 */
#ifndef PAVISE_TEST_EVENT_MACHINE_H
#define PAVISE_TEST_EVENT_MACHINE_H

#include "arch.h"
#include "mm.h"
#include "sched.h"
#include "unit.h"
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#define DOMAINS 3
#define VCPUS	2

struct domain *dom0;
void (*vcpu_timer_hook)(struct vcpu *v);
static struct domain domains[DOMAINS];
static struct vcpu vcpus[DOMAINS][VCPUS];
static unsigned int kicks, wakes;

void vcpu_kick(struct vcpu *v)
{
	(void)v;
	__atomic_fetch_add(&kicks, 1, __ATOMIC_RELAXED);
}

void vcpu_wake(struct vcpu *v, u32 flag)
{
	__atomic_fetch_and(&v->pause_flags, ~flag, __ATOMIC_SEQ_CST);
	__atomic_fetch_add(&wakes, 1, __ATOMIC_RELAXED);
}

void *heap_alloc(size_t n)
{
	return calloc(1, n);
}

void heap_free(void *p)
{
	free(p);
}

void domain_hold(struct domain *d)
{
	__atomic_fetch_add(&d->references, 1, __ATOMIC_RELAXED);
}

void domain_put(struct domain *d)
{
	__atomic_fetch_sub(&d->references, 1, __ATOMIC_RELAXED);
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

static void (*at_preempt)(void); /* what another vCPU does meanwhile */

bool preempt_pending(void)
{
	if (at_preempt)
		at_preempt();
	return rand() % 4 == 0;
}

void cpu_relax(void)
{
	sched_yield();
}

void printk(enum loglevel level, const char *fmt, ...)
{
	(void)level;
	(void)fmt;
}

/* --- frames: number n is page n of an array, and belongs to domain n / FRAMES_EACH --- */

#define FRAMES_EACH 160
#define FRAMES	    (DOMAINS * FRAMES_EACH)

unsigned long FRAME_TABLE_VIRT, DIRECTMAP_VIRT;
static struct frame frames[FRAMES];
static char pages[FRAMES][PAGE_SIZE] __attribute__((aligned(4096)));
static int frame_uses[FRAMES];

struct frame *mfn_get_writable(mfn_t m, struct domain *d)
{
	if (mfn_nr(m) >= FRAMES || mfn_nr(m) / FRAMES_EACH != d->id)
		return NULL;
	__atomic_fetch_add(&frame_uses[mfn_nr(m)], 1, __ATOMIC_RELAXED);
	return &frames[mfn_nr(m)];
}

void frame_put_writable(struct frame *f)
{
	__atomic_fetch_sub(&frame_uses[f - frames], 1, __ATOMIC_RELAXED);
}

static int audited;

void frame_audit_use(struct frame *f, bool typed)
{
	CU_ASSERT_TRUE(f >= frames && f < frames + FRAMES && typed);
	audited++;
}

/* Page n of a domain, as the domain sees it. */
static inline u64 gfn_of(const struct domain *d, unsigned int n)
{
	return (u64)d->id * FRAMES_EACH + n;
}

static inline void *page_of(const struct domain *d, unsigned int n)
{
	return pages[gfn_of(d, n)];
}

/* --- interrupt lines ---------------------------------------------------------------- */

#define LINES 24

static u8 line_held[LINES];
static bool line_level[LINES];
static const struct cpu *line_cpu[LINES];
void (*line_hook)(u32 gsi);
static u64 now;
static struct timer *timer;
static struct cpu cpus[VCPUS];

struct cpu *this_cpu(void)
{
	return &cpus[0];
}

bool line_exists(u32 gsi)
{
	return gsi < LINES;
}

bool line_is_level(u32 gsi)
{
	return line_level[gsi];
}

int line_connect(u32 gsi, const struct cpu *c)
{
	if (gsi == 0)
		return -EBUSY;
	line_held[gsi] = 0;
	line_cpu[gsi] = c;
	return 0;
}

void line_move(u32 gsi, const struct cpu *c)
{
	line_cpu[gsi] = c;
}

void line_hold(u32 gsi, u8 why, bool hold)
{
	if (hold)
		line_held[gsi] |= why;
	else
		line_held[gsi] &= (u8)~why;
}

u64 system_time(void)
{
	return now;
}

bool printk_ratelimit(void)
{
	return false;
}

void timer_init(struct timer *t, void (*fn)(struct timer *t), struct cpu *cpu)
{
	t->fn = fn;
	t->cpu = cpu;
	timer = t;
}

void timer_set(struct timer *t, u64 when)
{
	t->expires = when;
}

/* --- start --------------------------------------------------------------------------- */

static void start_over(u32 max_port)
{
	FRAME_TABLE_VIRT = (unsigned long)frames;
	DIRECTMAP_VIRT = (unsigned long)pages;
	memset(pages, 0, sizeof(pages));
	memset(frame_uses, 0, sizeof(frame_uses));
	memset(line_held, LINE_UNUSED, sizeof(line_held));

	for (int i = 0; i < DOMAINS; i++) {
		struct domain *d = &domains[i];

		while (!event_domain_destroy(d))
			;
		free(d->shared);
		memset(d, 0, sizeof(*d));
		d->id = (domid_t)i;
		d->privileged = i == 0;
		d->references = 1;
		d->max_vcpus = VCPUS;
		d->shared = calloc(1, sizeof(*d->shared));
		for (u32 n = 0; n < VCPUS; n++) {
			vcpus[i][n] = (struct vcpu){.id = n,
						    .domain = d,
						    .info = &d->shared->vcpu_info[n],
						    .cpu = &cpus[n]};
			d->vcpu[n] = &vcpus[i][n];
		}
		CU_ASSERT_EQUAL_FATAL(event_domain_create(d, max_port), 0);
	}
	dom0 = &domains[0];
	kicks = wakes = 0;
	at_preempt = NULL;
	event_init();
}

#endif
