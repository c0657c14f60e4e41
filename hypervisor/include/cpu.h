/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A physical CPU: what it runs, what it was asked to do, and the guest
 * registers as entry.S left them. See layout.h for where struct cpu lives.
 *
 * Interrupts are off whenever the hypervisor runs. They are taken in guest
 * mode, in the idle loop, and in the short window that preempt_pending() opens.
 * So nothing here needs interrupt-safe locks; what must be answered while a
 * CPU spins (TLB flushes) is answered by cpu_relax(), which every wait loop
 * calls.
 */
#ifndef PAVISE_CPU_H
#define PAVISE_CPU_H

#include "types.h"
#include "layout.h"

struct vcpu;
struct runqueue;
struct timer_heap;

/*
 * Guest registers at entry, in the order entry.S pushes them (low to high) and
 * in the order of struct pv_cpu_user_regs up to ss.
 */
struct regs {
	u64 r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi;
	u32 error_code; /* of the exception, 0 where the CPU pushes none */
	u32 vector;	/* exception or interrupt number; VECTOR_SYSCALL... for SYSCALL */
	u64 rip, cs, rflags, rsp, ss;
};

/* Pseudo vectors for entries that are not interrupts. */
#define VECTOR_SYSCALL	 0x100
#define VECTOR_SYSCALL32 0x101 /* from a 32-bit code segment */
#define VECTOR_SYSENTER	 0x102

/*
 * Work to do before the CPU goes back to a guest, a bit each; the function is
 * set once at start-up by the floor that owns the work (softirq_register).
 */
enum softirq {
	SOFTIRQ_TIMER,	  /* sched/timer.c: expired timers */
	SOFTIRQ_SCHEDULE, /* sched: choose what runs next */
	SOFTIRQ_EVENT,	  /* nothing to run: makes the CPU look at the vCPU's events again */
	SOFTIRQ_REAP,	  /* core/domain.c: domains whose last reference went */
	SOFTIRQ_COUNT
};

/* Slots that only the guest kernel has, as many as a root keeps; more than any uses at once. */
#define PLAN_SLOTS 24

/* What a CPU's own root table holds; mm/root.c is the only writer. */
struct cpu_root {
	u64 *table;    /* the root itself, 512 entries (directmap address) */
	paddr_t paddr; /* what CR3 holds */
	mfn_t kernel;  /* guest L4s the root is a copy of; 0: none */
	mfn_t user;
	struct vcpu *vcpu; /* whose they are */
	bool kernel_mode;  /* kernel-only slots are present */
	bool plan_valid;   /* the lists below are what a mode switch has to change */
	bool swap;	   /* there is one slot that differs between the two */
	bool swap_ok;	   /* and entering the kernel needs only an INVLPG of swap_va for it */
	u8 kernel_only;	   /* entries in use of the two arrays */
	u16 swap_slot;
	u16 slot[PLAN_SLOTS]; /* slots the kernel has and the user has not */
	u64 entry[PLAN_SLOTS];
	u64 swap_kernel, swap_user; /* the two contents of the swapped slot */
	vaddr_t swap_va;
	u64 present[8]; /* guest slots that are present in the root now */
};

struct cpu {
	unsigned int id; /* 0.. in order of start-up; 0 is the boot CPU */
	u32 apic_id;
	struct vcpu *vcpu; /* running here (`current`); idle vCPU when nothing is */
	struct vcpu *idle;
	u32 softirqs; /* pending, set atomically by any CPU */
	u32 work;     /* preempt_after() */
	bool online;
	/* TLB shootdown mailbox, mm/tlb.c */
	u64 flush_request; /* what to flush; 0 when done */
	u32 flush_done_stamp;
	struct cpu_root root;
	/* sched/timer.c and sched/time.c */
	struct timer_heap *timers;
	u64 tsc_stamp, time_stamp; /* system time was time_stamp ns at tsc_stamp */
	/* sched policy's own per-CPU state */
	struct runqueue *runqueue;
	/* arch/: images of the registers that are loaded now */
	u64 cr4, cr4_base; /* base: without what the vCPU asked for */
	u64 xcr0;
	u64 dr7;
	bool ts; /* CR0.TS is set for the running vCPU */
	bool ldt_loaded;
	/* A fault at the IRETQ to the guest pushes its frame here, below the guest's (entry.S). */
	u64 fault_frame[7] __aligned(16);
	/* Last, and ending on 16 bytes, which is where the CPU starts to push: RSP0 is its end. */
	struct regs guest;
} __aligned(16);
STATIC_ASSERT(offsetof(struct cpu, guest) + sizeof(struct regs) == sizeof(struct cpu));

#define CPU_OF(stack_address)                                                               \
	((struct cpu *)((((u64)(stack_address)) & ~(CPU_STACK_SIZE - 1)) + CPU_STACK_SIZE - \
			sizeof(struct cpu)))

#ifdef PAVISE_HOST_TEST
struct cpu *this_cpu(void);
#else
static inline struct cpu *this_cpu(void)
{
	u64 sp;

	__asm__("mov %%rsp, %0" : "=r"(sp));
	return CPU_OF(sp);
}
#endif

#define current (this_cpu()->vcpu)

extern unsigned int nr_cpus; /* CPUs that came up; ids are 0..nr_cpus-1 */
struct cpu *cpu_get(unsigned int id);
static inline struct cpu *cpu_from(unsigned int id) /* NULL behind the last */
{
	return id < nr_cpus ? cpu_get(id) : NULL;
}
/* Each CPU that came up as \p c. */
#define for_each_cpu(c) for (struct cpu *c = cpu_from(0); c; c = cpu_from(c->id + 1))

/* Bitmaps of CPUs. */
struct cpumask {
	u64 bits[MAX_CPUS / 64];
};

/* Set \p fn as the handler of \p nr; once, at start-up. It runs with interrupts off. */
void softirq_register(enum softirq nr, void (*fn)(void));
/* Make \p cpu run \p nr before it next enters a guest; sends an IPI if it is another CPU. */
void softirq_raise(struct cpu *cpu, enum softirq nr);
/* Run all that is pending here. Called on the way back to a guest and from the idle loop. */
void softirq_run(void);

/*
 * Open the interrupt window and tell whether something waits: a softirq, or an
 * event for the current vCPU. A long operation calls this at least every 50,000
 * instructions, with no lock held, and returns -ERESTART when it says true.
 */
bool preempt_pending(void);
/*
 * The same, for steps of an operation that cost about \p instructions, a few times more
 * at worst: asks when they have added up, over operations too, since many short ones
 * are a long one.
 */
#define PREEMPT_WORK 10000
static inline bool preempt_after(u32 instructions)
{
	struct cpu *c = this_cpu();

	c->work += instructions;
	if (c->work < PREEMPT_WORK)
		return false;
	c->work = 0;
	return preempt_pending();
}

/* Wait a moment in a spin loop; answers TLB flush requests meanwhile (mm/ sets the hook). */
void cpu_relax(void);
extern void (*cpu_relax_hook)(void);

/* Our own fault: print registers and a back-trace on every CPU and stop the machine. */
void panic(const char *fmt, ...) __printf(1, 2) __noreturn;
#define BUG_ON(c)                                                   \
	do {                                                        \
		if (unlikely(c))                                    \
			panic("%s:%d: %s", __FILE__, __LINE__, #c); \
	} while (0)
#ifdef PAVISE_DEBUG
#define ASSERT(c) BUG_ON(!(c))
#else
#define ASSERT(c) ((void)sizeof(c))
#endif

#endif
