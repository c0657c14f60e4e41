/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Domains and their vCPUs: the structures, look-up and references (core/). What
 * belongs to one mechanism alone hangs off a pointer whose structure that
 * mechanism's folder defines.
 */
#ifndef PAVISE_DOMAIN_H
#define PAVISE_DOMAIN_H

#include "cpu.h"
#include "list.h"
#include "spinlock.h"
#include "public/pv.h"

#define MAX_VCPUS	  128
#define CPU_FEATURE_WORDS 10
#define DOMID_LIMIT	  PV_DOMID_FIRST_RESERVED /* ids are below this */
#define LEGACY_VCPUS	  32			  /* those with a vcpu_info in shared_info */

struct event_domain;
struct grant_table;
struct sched_domain;
struct sched_vcpu;
struct watchdog;
struct exchange;
struct frame;

/*
 * A table on its way to be validated (up) or taken down (down),
 * and the child tables below it that are half done. Entries below `next` have
 * their references; up adds, down removes. All zero: nothing to do.
 */
struct table_walk {
	u8 depth;	       /* steps in use, the deepest table last */
	u8 result_type;	       /* type of `result`, 0: there is none */
	int error;	       /* why a walk up turned round */
	struct domain *domain; /* owner of the tables */
	struct frame *result;  /* outcome that the re-executed operation will claim: */
	int result_error;      /* 0: with a type and a general reference held */
	struct walk_step {
		struct frame *table;
		u16 next;
		u8 level;
		bool down;
	} step[4];
};

enum domain_dying { DOMAIN_ALIVE, DOMAIN_DYING, DOMAIN_DEAD };

struct domain {
	domid_t id;
	bool privileged;	  /* may control others, sees the machine (dom0) */
	u8 handle[16];		  /* UUID the toolstack gave it */
	u32 references;		  /* core/domain.c; freed at 0 */
	struct domain *next_dead; /* waits to be freed; core/domain.c */
	struct spinlock lock;	  /* life-cycle: pause counts, dying, vCPU creation */

	enum domain_dying dying;
	bool created; /* first unpause done: creation is finished */
	bool crashed;
	bool shut_down;
	u8 shutdown_code;    /* PV_SHUTDOWN_* */
	u32 pause_count;     /* by control calls and by the hypervisor */
	u32 control_pauses;  /* of them, how many the tools asked for */
	u32 teardown_stage;  /* domain/destroy.c: how far relinquishing got */
	bool teardown_busy;  /* a CPU is at it; set by exchange */
	bool creating_vcpus; /* so is one at this */
	bool initialising;   /* and one of its own vCPUs at VCPUOP_initialise */

	/* mm/: frames owned. All under frames_lock. */
	struct spinlock frames_lock;
	u32 first_frame;	   /* list through struct frame, 0 = empty */
	u32 walk_frame;		   /* teardown's place in the list */
	u64 frames;		   /* owned now */
	u64 max_frames;		   /* limit the toolstack set */
	u64 shared_frames;	   /* hypervisor pages it may map; any frame holds the domain */
	u8 release_stage;	   /* domain_frames_release() */
	bool exchanging;	   /* a vCPU is at the next; set by exchange */
	struct exchange *exchange; /* preempted (mm/exchange.c) */
	struct cpumask dirty_cpus; /* CPUs whose root or TLB may hold its translations */

	struct pv_shared_info *shared; /* one frame, writable by the guest: never trusted */
	mfn_t shared_mfn;

	struct event_domain *event;
	struct grant_table *grant;
	struct sched_domain *sched;

	u32 hidden_features[CPU_FEATURE_WORDS]; /* CPUID bits the tools took away
						   (hypercall/cpu_policy.c) */
	u64 vm_assist;				/* bits by PV_VMASST_TYPE_* */
	u32 max_vcpus;
	struct vcpu *vcpu[MAX_VCPUS]; /* NULL until created */

	char console_line[120]; /* console_io: output not yet ended by a newline; under lock */
	u32 console_length;

	/* Pseudo-physical e820 that the builder set (XENMEM_set_memory_map). */
	void *e820; /* array of struct pv_e820_entry */
	u32 e820_entries;

	s64 time_offset_seconds;

	struct watchdog *watchdog;
};

#define POLL_ANY (~0U)

/* Why a vCPU does not run; any bit set means not runnable. */
#define VCPU_PAUSE_DOWN	   BIT(0) /* not yet up, or taken down */
#define VCPU_PAUSE_BLOCKED BIT(1) /* waits for an event */
#define VCPU_PAUSE_POLL	   BIT(2) /* waits for one of its polled ports */
#define VCPU_PAUSE_DOMAIN  BIT(3) /* the domain is paused, shut down or dying */
#define VCPU_PAUSE_AUDIT   BIT(4) /* the machine stands still to be counted */
#define VCPU_PAUSE_CAP	   BIT(5) /* the domain has had its share of this period (sched/cap.c) */

struct trap_entry {
	vaddr_t address; /* 0: none registered */
	u16 cs;
	u8 flags; /* bits 0-1 DPL, bit 2 masks events */
};

struct callback_entry {
	vaddr_t address;
	bool mask_events;
};

/* Segment registers that entry.S does not save; moved at context switch. */
struct segments {
	u16 ds, es, fs, gs;
	u64 base[3]; /* by PV_SEGBASE_FS, _GS_USER, _GS_KERNEL */
};

struct vcpu {
	u32 id;
	struct domain *domain;
	struct cpu *cpu; /* where it runs or last ran */
	bool running;
	u32 pause_flags; /* VCPU_PAUSE_*, changed atomically */
	bool initialised;

	/* --- guest-visible CPU state ------------------------------------- */
	struct regs regs;    /* valid while it does not run; else cpu->guest */
	bool kernel_mode;    /* guest kernel (true) or guest user is running */
	struct segments seg; /* valid while it does not run */
	u64 kernel_sp;
	u16 kernel_ss;
	u64 cr0_ts;	  /* virtual CR0.TS */
	u64 cr2, cr4;	  /* virtual */
	u64 dr[8];	  /* 0-3, 6, 7 */
	u32 iopl;	  /* virtual, 0..3 */
	vaddr_t iobitmap; /* guest address, iobitmap_ports bits */
	u32 iobitmap_ports;
	u64 xcr0;
	u32 tsc_aux;
	void *fpu; /* XSAVE area, 64-byte aligned */
	struct trap_entry trap[256];
	struct callback_entry callback[8]; /* by PV_CALLBACKTYPE_* */
	bool nmi_pending, nmi_masked;

	/* --- address space (mm/root.c) ------------------------------------ */
	mfn_t kernel_root; /* each holds a type and a general reference; 0: none */
	mfn_t user_root;
	vaddr_t desc_window;			  /* layout.h */
	mfn_t desc[DESC_WINDOW_SIZE / PAGE_SIZE]; /* what its pages are of the guest's, 0: none */
	u32 gdt_entries;
	vaddr_t ldt_base;
	u32 ldt_entries;
	struct table_walk walk; /* promotion or demotion in progress (mm/walk.c) */
	struct cpu *root_cpu;	/* where its roots were last loaded */
	u64 hot_slots[8];	/* of its kernel tables, those it has been seen to use */

	/* --- events --------------------------------------------------------- */
	struct pv_vcpu_info *info;	/* directmap or shared page; guest-writable */
	struct pv_vcpu_info spare_info; /* of ids without a slot in shared_info, at first */
	mfn_t info_mfn;			/* registered page, MFN_NONE while in shared_info */
	void *event;			/* FIFO control block */
	u32 poll_port;			/* what SCHEDOP_poll waits for; POLL_ANY: several */

	/* --- time and scheduling ------------------------------------------- */
	struct sched_vcpu *sched;
	u64 runstate_time[4];
	u32 runstate;	       /* PV_RUNSTATE_* */
	u64 runstate_entry;    /* ns, when it came into this state */
	vaddr_t runstate_area; /* guest kernel addresses, 0: none */
	vaddr_t time_area;
	u32 time_version;
};

extern struct domain *dom0;
extern struct domain idle_domain;

/*
 * The domain with this id (PV_DOMID_SELF: the caller's own), with a reference,
 * or NULL. Dying domains are found; who adds a reference to their resources
 * checks `dying` under the lock that teardown takes for that resource.
 */
struct domain *domain_get(domid_t id);
/* The first domain with an id at or above \p id, with a reference, or NULL. */
struct domain *domain_get_next(domid_t id);
/* To walk them all: the one after \p d, whose reference it takes; NULL: the first, or no more. */
struct domain *domain_next(struct domain *d);
/* Each as \p d, with a reference while it is its turn. Not to be left by break or return. */
#define for_each_domain(d) for (struct domain *d = domain_next(NULL); d; d = domain_next(d))
u32 domain_count(void);
void domain_hold(struct domain *d);
/* Drop a reference, from any context; the last one has the structure freed by SOFTIRQ_REAP. */
void domain_put(struct domain *d);
/* What SOFTIRQ_REAP does. */
void domain_reap(void);
/*
 * Put \p d under its id (PV_DOMID_INVALID: the next free one) with two references: that
 * of its creation, which teardown drops, and the caller's. 0, -EEXIST, -ENOMEM, or -ENOSPC when
 * every id is in use.
 */
int domain_list_add(struct domain *d, domid_t id);
/*
 * Who frees a domain without references; set once by domain/. False: it is not done
 * and has seen to it that SOFTIRQ_REAP comes again.
 */
extern bool (*domain_free_hook)(struct domain *d);

/* vCPU \p id of \p d, NULL when out of range or not created. Lives as long as the domain. */
struct vcpu *domain_vcpu(const struct domain *d, u32 id);
/* The first vCPU of \p d with an id at or above \p id that has been made, or NULL. */
static inline struct vcpu *domain_vcpu_from(const struct domain *d, u32 id)
{
	struct vcpu *v = NULL;

	while (!v && id < d->max_vcpus)
		v = READ_ONCE(d->vcpu[id++]);
	return v;
}
/* Each of them as \p v. */
#define for_each_vcpu(d, v) \
	for (struct vcpu *v = domain_vcpu_from(d, 0); v; v = domain_vcpu_from(d, v->id + 1))

/*
 * The guest did what it may not: print the reason once (the first is kept),
 * pause the domain for good and tell dom0 (shutdown code crash). Returns; the
 * caller goes on to the return-to-guest path, which will not run it again.
 */
void domain_crash(struct domain *d, const char *fmt, ...) __printf(2, 3);

/* --- life cycle (domain/) --------------------------------------------------------- */

struct pv_domctl_createdomain;
/*
 * Make a domain with no memory and no vCPUs, paused by the tools. *id: 0 or a
 * reserved number for a free one; out the id it got. 0, -EINVAL (a flag that is not offered),
 * -EEXIST, -ENOMEM, -ENOSPC.
 */
int domain_create(domid_t *id, const struct pv_domctl_createdomain *cfg);
/* Create vCPUs up to \p max, which is at most what the domain was made for; all are down. */
int domain_set_max_vcpus(struct domain *d, u32 max);
/*
 * Stop \p d for good and give back all it has. 0 when done; -ERESTART to be called
 * again; -EAGAIN when another CPU is at it; -EINVAL for dom0 and for the caller's own.
 */
int domain_destroy(struct domain *d);
/*
 * The tools' own, counted pause, not of the caller's own domain; the first unpause
 * also ends creation. Pausing waits until no vCPU runs; -EINVAL for an unpause
 * without a pause.
 */
int domain_pause_control(struct domain *d);
int domain_unpause_control(struct domain *d);
/*
 * The domain ends by itself: its vCPUs stop, dom0 is told. Of dom0 it stops or
 * resets the machine and does not return.
 */
void domain_shutdown(struct domain *d, u8 code);
/* Undo the shutdown of a suspended domain that goes on after all. 0 or -EINVAL. */
int domain_resume(struct domain *d);
/*
 * \p id 0: start a watchdog of the domain's and return its id, -ENOSPC when all are
 * in use. Otherwise set it again, or with 0 seconds stop it; -EINVAL for no such one.
 * When one's time is up the domain is shut down.
 */
int domain_watchdog(struct domain *d, u32 id, u32 seconds);
/* Bring a vCPU up, initialised before, or take it down; the last one down powers the domain off. */
int vcpu_up(struct vcpu *v);
void vcpu_down(struct vcpu *v);
/* Use [offset, offset + 64) of the frame as vcpu_info from now on: once. The vCPU is current or
 * down. */
int vcpu_info_register(struct vcpu *v, mfn_t m, u32 offset);
/* Fill a page with the hypercall stubs that older kernels call. */
void hypercall_page_fill(void *page);
/* Start-up, on the boot CPU after sched_init_cpu(). */
void domain_init(void);
/*
 * Stop every other vCPU for a while, and count from scratch who uses each frame
 * (frame_audit()), and look at both ends of each event channel. Mismatches go to the
 * log, the last line is their number.
 */
void domain_audit_all(void);
/* A debug build does so before the machine is stopped or reset; nothing otherwise. */
void domain_audit_at_end(void);
/* Debug key: all domains and vCPUs. */
void domain_dump_all(void);

/* May the current domain control \p d? dom0 may control all, others themselves. */
static inline bool may_control(const struct domain *d)
{
	return current->domain->privileged || current->domain == d;
}

#endif
