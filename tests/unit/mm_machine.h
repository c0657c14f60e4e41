/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A machine of a few MiB for the tests of hypervisor/mm: memory, frame table and
 * M2P are arrays, there is one CPU, and the test decides when it is preempted.
 */
#ifndef PAVISE_TEST_MM_MACHINE_H
#define PAVISE_TEST_MM_MACHINE_H

#include "../../hypervisor/mm/internal.h"
#include "arch.h"
#include <stdio.h>
#include <stdlib.h>

#define RAM_FIRST 512UL /* frames below count as I/O, as the first MiB does */
#define RAM_END	  2048UL

unsigned long FRAME_TABLE_VIRT, M2P_VIRT, DIRECTMAP_VIRT;
u64 hv_root[512];
struct cpu_features features = {.paddr_bits = 40};
unsigned int nr_cpus = 1;
u32 tlb_clock_value = 1;
struct cpumask cpus_online;

static struct cpu cpu;
static struct domain guest = {.id = 1, .max_frames = 4096}, other = {.id = 2, .max_frames = 4096};
static struct domain service = {.id = 0, .privileged = true, .max_frames = 4096};
static struct vcpu vcpu = {.domain = &guest};

static unsigned long preempt_calls, preempt_at; /* true at the call of this number; 0: never */
static bool preempt_always;
static unsigned long flushes, renewals;

struct cpu *this_cpu(void)
{
	return &cpu;
}

struct cpu *cpu_get(unsigned int id)
{
	return id ? NULL : &cpu;
}

void cpu_relax(void)
{
	fprintf(stderr, "waits for ever\n");
	abort();
}

bool preempt_pending(void)
{
	return ++preempt_calls == preempt_at || preempt_always;
}

void panic(const char *fmt, ...)
{
	fprintf(stderr, "panic: %s\n", fmt);
	abort();
}

void printk(enum loglevel level, const char *fmt, ...)
{
	va_list ap;

	if (level > LOG_ERROR)
		return;
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
}

struct domain *domain_get(domid_t id)
{
	struct domain *d = id == 0 ? &service : id == 1 ? &guest : id == 2 ? &other : NULL;

	if (d)
		d->references++;
	return d;
}

struct domain *domain_get_next(domid_t id)
{
	return id <= 2 ? domain_get(id) : NULL;
}

struct domain *domain_next(struct domain *d)
{
	struct domain *next = domain_get_next(d ? d->id + 1 : 0);

	if (d)
		d->references--;
	return next;
}

void domain_hold(struct domain *d)
{
	d->references++;
}

void domain_put(struct domain *d)
{
	d->references--;
}

void tlb_flush_frame(struct domain *d, const struct frame *f)
{
	(void)d;
	(void)f;
	flushes++;
}

void tlb_flush_stamp(const struct cpumask *mask, u32 stamp)
{
	(void)mask;
	(void)stamp;
}

void root_renew(mfn_t m)
{
	(void)m;
	renewals++;
}

void root_sole_broken(struct frame *table)
{
	(void)table;
}

int root_drop(struct vcpu *v)
{
	(void)v;
	return 0;
}

int exchange_abandon(struct domain *d)
{
	(void)d;
	return 0;
}

bool descriptor_fix(u64 *d)
{
	return *d != 0xbad;
}

__attribute__((constructor)) static void machine_start(void)
{
	FRAME_TABLE_VIRT = (unsigned long)calloc(RAM_END, sizeof(struct frame));
	M2P_VIRT = (unsigned long)calloc(RAM_END, sizeof(u64));
	DIRECTMAP_VIRT = (unsigned long)aligned_alloc(PAGE_SIZE, RAM_END * PAGE_SIZE);
	ram_map = calloc(RAM_END / 512 / 64 + 1, sizeof(u64));
	max_mfn = RAM_END;
	for (u64 nr = RAM_FIRST; nr < RAM_END; nr++) {
		mfn_frame(mfn(nr))->owner = PV_DOMID_IO;
		set_bit(ram_map, nr >> 9);
	}
	guest.vcpu[0] = &vcpu;
	guest.max_vcpus = 1;
	guest.references = other.references = service.references = 1;
	cpu.vcpu = &vcpu;
	buddy_add(RAM_FIRST, RAM_END - RAM_FIRST);
}

/* A frame for \p d, all zero. */
static inline struct frame *ram_get(struct domain *d)
{
	struct frame *f;

	return domain_frames_alloc(d, 0, 0, &f) ? NULL : f;
}

static inline u64 entry_of(struct frame *f, u64 flags)
{
	return mfn_paddr(frame_mfn(f)) | flags;
}

static inline u64 *table_of(struct frame *f)
{
	return frame_virt(f);
}

static inline unsigned int refs(const struct frame *f)
{
	return f->state & FRAME_REF_MASK;
}

static inline unsigned int uses(const struct frame *f)
{
	return (f->state & FRAME_TYPE_MASK) / FRAME_TYPE_REF;
}

#endif
