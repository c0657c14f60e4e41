/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a test may use. A test is one file that defines test_main(); it is
 * linked with this library into a kernel of its own, booted in place of the
 * first domain, and runs with events masked until it unmasks them.
 */
#ifndef GUEST_H
#define GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "public/callback.h"
#include "public/cpuid.h"
#include "public/domctl.h"
#include "public/errno.h"
#include "public/event.h"
#include "public/features.h"
#include "public/grant.h"
#include "public/memory.h"
#include "public/mmu.h"
#include "public/physdev.h"
#include "public/platform.h"
#include "public/pv.h"
#include "public/sched.h"
#include "public/sysctl.h"
#include "public/vcpu.h"
#include "public/version.h"

#include "hypercall.h"
#include "stack.h"

#define ARRAY_SIZE(a)	 (sizeof(a) / sizeof((a)[0]))
#define PAGE_SIZE	 4096ul
#define READ_ONCE(x)	 (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))
#define barrier()	 asm volatile("" ::: "memory")

/* The test itself. */
void test_main(void);

/* ---- results (result.c) ---- */

/* A test's result starts at success and only gets worse. */
enum result {
	RESULT_SUCCESS,
	RESULT_SKIP,	/* the rule could not be provoked here */
	RESULT_ERROR,	/* the test itself could not do its work */
	RESULT_FAILURE, /* the rule does not hold */
};

void print(const char *format, ...) __attribute__((format(printf, 1, 2)));
void result_report(enum result result, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
enum result result_get(void);
void result_set(enum result result); /* forget what was: for a kernel that starts as a copy */
void __attribute__((noreturn)) result_exit(void);

#define skip(...)    result_report(RESULT_SKIP, __VA_ARGS__)
#define error(...)   result_report(RESULT_ERROR, __VA_ARGS__)
#define failure(...) result_report(RESULT_FAILURE, __VA_ARGS__)

void expect_compare(bool holds, const char *file, int line, const char *left, const char *op,
		    const char *right, uint64_t left_value, uint64_t right_value);

/* Each prints place and both values if the relation does not hold. */
#define EXPECT_(a, op, b)                                                               \
	do {                                                                            \
		__typeof__((a) + 0) a_ = (a);                                           \
		__typeof__((b) + 0) b_ = (b);                                           \
		expect_compare(a_ op b_, __FILE__, __LINE__, #a, #op, #b, (uint64_t)a_, \
			       (uint64_t)b_);                                           \
	} while (0)
#define expect_eq(a, b) EXPECT_((uint64_t)(a), ==, (uint64_t)(b))
#define expect_ne(a, b) EXPECT_((uint64_t)(a), !=, (uint64_t)(b))
#define expect_lt(a, b) EXPECT_((int64_t)(a), <, (int64_t)(b))
#define expect_ge(a, b) EXPECT_((int64_t)(a), >=, (int64_t)(b))
#define expect_true(a)	expect_ne((a), 0)
#define expect_false(a) expect_eq((a), 0)
/* As expect_eq, for a call that returned an error: both are shown as errors. */
#define expect_rc(call, want) EXPECT_((int64_t)(call), ==, (int64_t)(want))

void *memset(void *to, int byte, size_t count);
void *memcpy(void *to, const void *from, size_t count);
int memcmp(const void *a, const void *b, size_t count);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
bool string_contains(const char *text, const char *part);

/* ---- traps (trap.c) ---- */

/* The state an entry interrupted, as the stubs store it. */
struct frame {
	uint64_t r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi;
	uint64_t vector; /* or FRAME_* */
	uint64_t error;	 /* 0 for vectors without one */
	uint64_t rip;
	uint64_t cs; /* selector in the low half, saved event mask in bits 32-39 */
	uint64_t rflags;
	uint64_t rsp;
	uint64_t ss;
};

#define FRAME_CS(frame)	  ((uint16_t)(frame)->cs)
#define FRAME_MASK(frame) ((uint8_t)((frame)->cs >> 32))
#define FRAME_USER(frame) (((frame)->cs & 3) == 3)

#define TRAP_DE	 0
#define TRAP_DB	 1
#define TRAP_NMI 2
#define TRAP_BP	 3
#define TRAP_OF	 4
#define TRAP_BR	 5
#define TRAP_UD	 6
#define TRAP_NM	 7
#define TRAP_NP	 11
#define TRAP_SS	 12
#define TRAP_GP	 13
#define TRAP_PF	 14
#define TRAP_MF	 16
#define TRAP_AC	 17
#define TRAP_XM	 19

#define PF_PRESENT 1
#define PF_WRITE   2
#define PF_USER	   4
#define PF_RSVD	   8
#define PF_FETCH   16

#define EFLAGS_CF    0x1
#define EFLAGS_FIXED 0x2
#define EFLAGS_TF    0x100
#define EFLAGS_IF    0x200
#define EFLAGS_DF    0x400
#define EFLAGS_OF    0x800
#define EFLAGS_IOPL  0x3000
#define EFLAGS_NT    0x4000
#define EFLAGS_RF    0x10000
#define EFLAGS_AC    0x40000
#define EFLAGS_ID    0x200000

/* True = handled: the (changed) frame is returned to. */
typedef bool (*trap_handler_t)(struct frame *frame);
/* Returns the handler that was there. */
trap_handler_t trap_handler(unsigned int vector, trap_handler_t handler);
/* Address of the entry stub of a vector, for a trap table of the test's own. */
uint64_t trap_stub(unsigned int vector);
/* Register the library's stub for a vector with these flags. */
void trap_register(unsigned int vector, uint8_t flags);

/* What the last instruction under FIXUP() did. */
struct fault {
	bool taken;
	uint8_t vector;
	uint32_t error;
	uint64_t rip;
	uint64_t cr2; /* vcpu_info's */
};

/*
 * In an asm: FIXUP(1b, 2b) lets a fault at 1 continue at 2 with the details
 * in this_cpu()->fault. FAULT_CLEAR() before it.
 */
#define FIXUP(from, to) \
	"\n\t.pushsection .fixup_table, \"a\"\n\t.quad " #from ", " #to "\n\t.popsection\n\t"
#define FAULT_CLEAR()                            \
	do {                                     \
		this_cpu()->fault.taken = false; \
		barrier();                       \
	} while (0)

/* Run one instruction without operands; false and the fault's details if it faults. */
#define TRY(text, ...)                                                     \
	({                                                                 \
		FAULT_CLEAR();                                             \
		asm volatile("1: " text "\n2:" FIXUP(1b, 2b) __VA_ARGS__); \
		barrier();                                                 \
		!this_cpu()->fault.taken;                                  \
	})

bool try_read(const volatile void *address, uint64_t *value);
bool try_write(volatile void *address, uint64_t value);
bool try_write8(volatile void *address, uint8_t value);

#define expect_fault(want_vector, want_error)                             \
	do {                                                              \
		expect_true(this_cpu()->fault.taken);                     \
		if (this_cpu()->fault.taken) {                            \
			expect_eq(this_cpu()->fault.vector, want_vector); \
			expect_eq(this_cpu()->fault.error, want_error);   \
		}                                                         \
	} while (0)

extern uint64_t failsafe_selectors[4]; /* DS, ES, FS, GS of the last failsafe entry */

/* ---- user mode (user.c) ---- */

/*
 * User mode has a root of its own that shares the kernel image's slot, so any
 * function and object of the test is reachable from there.
 */
bool user_init(void);
/*
 * Call function(argument) in user mode. It must end by user_exit(). Returns
 * what it passed; or USER_FAULT, details in this_cpu()->fault, if it trapped
 * and no handler took the trap.
 */
#define USER_FAULT 0xfa17ull
uint64_t user_run(void (*function)(uint64_t), uint64_t argument);
/* As user_run, with all registers from a frame (rip, rsp, cs, ss, rflags included). */
uint64_t user_run_frame(const struct frame *frame);
/* A frame as user_run makes it. */
void user_frame(struct frame *frame, void (*function)(uint64_t), uint64_t argument);
static inline void __attribute__((noreturn)) user_exit(uint64_t value)
{
	asm volatile("syscall" ::"a"(value));
	__builtin_unreachable();
}
/* Called for each SYSCALL from user mode before user_exit handling; true = return to user. */
extern bool (*user_syscall)(struct frame *frame);
/* End the current user_run from a trap handler. */
void __attribute__((noreturn)) user_finish(uint64_t value);

/* ---- memory (mm.c) ---- */

extern const struct pv_start_info *start_info;
extern struct pv_shared_info *shared_info;
extern char guest_virt_base[] asm("VIRT_BASE");
#define VIRT_BASE ((uint64_t)guest_virt_base)

#define PTE_P		(1ull << 0)
#define PTE_RW		(1ull << 1)
#define PTE_US		(1ull << 2)
#define PTE_PWT		(1ull << 3)
#define PTE_PCD		(1ull << 4)
#define PTE_A		(1ull << 5)
#define PTE_D		(1ull << 6)
#define PTE_PSE		(1ull << 7)
#define PTE_G		(1ull << 8)
#define PTE_AVAIL	(7ull << 9)
#define PTE_NX		(1ull << 63)
#define PTE_FLAGS_RW	(PTE_P | PTE_RW | PTE_US | PTE_A | PTE_D)
#define PTE_FLAGS_RO	(PTE_P | PTE_US | PTE_A | PTE_D)
#define PTE_MFN_MASK	0x000ffffffffff000ull
#define PTE_MFN(pte)	(((pte)&PTE_MFN_MASK) >> 12)
#define PTE(mfn, flags) ((uint64_t)(mfn) << 12 | (flags))

#define M2P ((const volatile uint64_t *)PV_MACH2PHYS_VIRT_START)

/* A zeroed page of the image's own heap; the test ends if there is none left. */
void *page_alloc(void);
/* Frame of an object in the image, heap and initial region included. */
uint64_t va_to_mfn(const volatile void *va);
uint64_t va_to_pfn(const volatile void *va);
/* Address in the image of one of the domain's mapped frames. */
void *mfn_to_va(uint64_t mfn);
/* One of the domain's frames that nothing maps; each call gives another one. */
uint64_t unmapped_mfn(void);

/* Entry that maps va at a level (1 to 4), readable in place; NULL if a higher one is missing. */
const volatile uint64_t *pte_of(const volatile void *va, unsigned int level);
/* Machine address of that entry, for mmu_update. */
uint64_t pte_maddr(const volatile void *va, unsigned int level);
/* Root in use by the kernel. */
uint64_t root_mfn(void);

int64_t mmu_update_one(uint64_t ptr, uint64_t val);
int64_t mmuext(uint32_t cmd, uint64_t arg1, uint64_t arg2);
/* Change the entry that maps va and flush it from the TLB. */
int64_t map_va(const volatile void *va, uint64_t pte);
int64_t set_readonly(const volatile void *va);
int64_t set_writable(const volatile void *va);
/* Map any frame over a page of the heap, which loses its own; NULL if refused. */
void *map_mfn(uint64_t mfn, uint64_t flags);

/* ---- events (event.c) ---- */

typedef void (*event_handler_t)(uint32_t port, struct frame *frame);
void event_handler(uint32_t port, event_handler_t handler);
extern volatile uint64_t event_count[PV_EVTCHN_2L_NR_CHANNELS]; /* upcalls seen for each port */
extern volatile uint64_t upcall_count;				/* entries of the callback */

static inline bool port_pending(uint32_t port)
{
	return READ_ONCE(shared_info->evtchn_pending[port / 64]) >> port % 64 & 1;
}
static inline bool port_masked(uint32_t port)
{
	return READ_ONCE(shared_info->evtchn_mask[port / 64]) >> port % 64 & 1;
}
void port_mask(uint32_t port);	 /* sets the bit only */
void port_unmask(uint32_t port); /* clears the bit only: nothing is delivered by it */
void port_clear(uint32_t port);	 /* clears pending */

void events_disable(void);
/* Unmask; take what is pending now. */
void events_enable(void);
static inline bool events_masked(void);

/* Where the two hypervisors are known to differ, a test says why and asks this. */
bool on_pavise(void);

#define MAX_CPUS 4

/* ---- the FIFO event form (fifo.c) ---- */

#define FIFO_PENDING (1u << PV_EVTCHN_FIFO_PENDING)
#define FIFO_MASKED  (1u << PV_EVTCHN_FIFO_MASKED)
#define FIFO_LINKED  (1u << PV_EVTCHN_FIFO_LINKED)

/* Give a vcpu its queues; the first one starts the form, and upcalls look at queues from then. */
int64_t fifo_init(unsigned int vcpu);
/* Words for 1024 more ports. */
int64_t fifo_expand(void);
volatile uint32_t *fifo_word(uint32_t port);
void fifo_mask(uint32_t port);
extern volatile struct pv_evtchn_fifo_control_block *fifo_control[MAX_CPUS];
/* Called for each port that is taken off a queue of the vcpu, beside counting in event_count. */
extern void (*fifo_on_event)(uint32_t port, unsigned int priority);
/* Take all ports off this vcpu's queues, as the upcall does. */
void fifo_dispatch(void);
/* evtchn_reset has put the domain back to two levels; or this is a clone, with its own to come. */
void fifo_forget(void);

/* ---- grants (grant.c) ---- */

/* First frame of the domain's own table: 512 entries. */
extern struct pv_grant_entry_v1 *grant_table;
bool grant_init(void);
/* Fill an entry that permits access. */
void grant_give(uint32_t ref, uint16_t domid, uint64_t mfn, uint16_t flags);

/* ---- vcpus (vcpu.c) ---- */

/* At the bottom of each vcpu's stack. */
struct cpu {
	uint32_t id;
	struct pv_vcpu_info *info;
	struct fault fault;
	uint64_t user_kernel_sp; /* 0 = not in user_run */
	void (*volatile function)(void);
	volatile bool up;
};

extern char cpu_stacks[MAX_CPUS][CPU_STACK_SIZE];

static inline struct cpu *this_cpu(void)
{
	uint64_t sp;

	asm("mov %%rsp, %0" : "=r"(sp));
	return (struct cpu *)((sp - 1) & ~(uint64_t)(CPU_STACK_SIZE - 1));
}
static inline struct cpu *cpu_of(unsigned int id)
{
	return (struct cpu *)cpu_stacks[id];
}
static inline bool events_masked(void)
{
	return READ_ONCE(this_cpu()->info->evtchn_upcall_mask);
}

/* vcpus the domain has. */
unsigned int vcpu_count(void);
/* Fill a context with which a vcpu would run function and then stop. */
void vcpu_context(unsigned int id, void (*function)(void), struct pv_vcpu_guest_context *context);
/* Initialise and start; 0 or the error. */
int64_t vcpu_start(unsigned int id, void (*function)(void));
/* Wait until its function has returned and it is down. */
void vcpu_join(unsigned int id);

/* ---- other domains (domain.c) ---- */

/* A page that a domain and the one that made it share. */
struct mailbox {
	volatile uint64_t word[64]; /* what they like */
	volatile enum result result;
	volatile bool done;
	char complaint[256]; /* first of its worst: on Xen a clone has no console */
	char rest[PAGE_SIZE - 776];
};
/* A clone's own; the one that made it finds it at domain.mailbox. */
extern struct mailbox domain_mailbox;

struct domain {
	uint16_t id;
	uint64_t shared_info; /* frame */
	struct mailbox *mailbox;
	uint64_t mailbox_own; /* the frame that is there otherwise */
	uint64_t p2m[1024];   /* clones: its frames, by page number */
};

/* One call; fills in command, version and domain. */
int64_t domctl(struct pv_domctl *op, uint32_t cmd, uint16_t id);
int64_t domain_info(uint16_t id, struct pv_domctl_getdomaininfo *info);
/* Frames that no domain has. */
uint64_t free_frames(void);
/* The same, once it stays as it is: Xen gives the last frames of a domain back some time later. */
uint64_t free_frames_settled(void);
/*
 * As many are free as before so many domains came and went, some of them at least before
 * that. (With each, Xen 4.17 loses some 70 bytes.)
 */
void expect_frames_back(uint64_t before, unsigned int domains);
/*
 * An unprivileged domain with the same image at the same addresses, which has
 * not started yet. domain_run() starts it: it runs the function on its own copy
 * of all variables, with the whole library, and then powers itself off.
 * domain_join() waits for that, and takes over a result that is not success.
 */
bool domain_clone(struct domain *d, void (*function)(void));
bool domain_run(struct domain *d);
void domain_join(struct domain *d);
/* The clone's frame behind an object of the image. */
uint64_t domain_mfn(const struct domain *d, const volatile void *va);
/* And of its root. */
uint64_t domain_root(const struct domain *d);
int64_t domain_destroy(struct domain *d);
/*
 * The steps of which clones are made, for others: a domain with vcpus and no
 * memory; frames for it (the list: page numbers, out: frames); a page's content;
 * its first vcpu, running on a root that is pinned here.
 */
int64_t domain_create(struct domain *d, unsigned int vcpus, uint64_t max_frames);
int64_t domain_populate(struct domain *d, uint64_t *list, uint64_t count);
int64_t domain_write(struct domain *d, uint64_t mfn, const void *page);
int64_t domain_start(struct domain *d, uint64_t root, struct pv_vcpu_guest_context *context);
/* Map a frame of another domain over a page of ours. */
int64_t domain_map(const volatile void *va, uint16_t id, uint64_t pte);

/* ---- time (time.c) ---- */

uint64_t system_time(void); /* ns */
static inline uint64_t rdtsc(void)
{
	uint32_t lo, hi;

	asm volatile("rdtsc" : "=a"(lo), "=d"(hi));
	return (uint64_t)hi << 32 | lo;
}
static inline void relax(void)
{
	asm volatile("pause" ::: "memory");
}
/* Spin until a condition holds or the time is up (ns); false in that case. */
#define wait_until(condition, ns)                                       \
	({                                                              \
		uint64_t end_ = system_time() + (ns);                   \
		bool holds_;                                            \
		while (!(holds_ = (condition)) && system_time() < end_) \
			relax();                                        \
		holds_;                                                 \
	})
#define MILLISECONDS(n) ((uint64_t)(n)*1000000)

#endif
