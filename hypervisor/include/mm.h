/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory: the frame table and its counts, the frame allocator, page-table types,
 * roots, the M2P, TLB flushes and copies from and to guests.
 *
 * Every frame has one 64-bit word that holds its type, how many uses it has as
 * that type, how many references of any kind, and its flags. A writable mapping
 * is one compare-exchange that adds to both counts. A frame's type may change
 * only while its type count is zero, so a frame that is a page table has no
 * writable mapping anywhere, and that is what isolates guests.
 */
#ifndef PAVISE_MM_H
#define PAVISE_MM_H

#include "domain.h"
#include "lib.h"

/* --- frames (mm/frame.c) ---------------------------------------------------- */

/* state: 0..25 references, 26..51 type count, 52..59 flags, 60..63 type */
#define FRAME_REF	BIT(0)
#define FRAME_REF_MASK	(BIT(26) - 1)
#define FRAME_TYPE_REF	BIT(26)
#define FRAME_TYPE_MASK ((BIT(26) - 1) << 26)
#define FRAME_ALLOCATED BIT(52)	    /* holds one reference: belongs to its owner */
#define FRAME_VALID	BIT(53)	    /* validated as the table or descriptor type it has */
#define FRAME_CLEAN	FRAME_VALID /* of a free frame: all zero */
#define FRAME_PINNED	BIT(54)	    /* holds one type and one general reference */
#define FRAME_PARTIAL	BIT(55)	    /* a walk is validating or taking down this table */
#define FRAME_LOCKED	BIT(56)	    /* entries are being changed (page-table lock) */
#define FRAME_SHARED	BIT(57) /* hypervisor memory that its owner may map: shared info, grants */
#define FRAME_FOREIGN	BIT(58) /* another domain has had a writable mapping of it */
#define FRAME_SOLE	BIT(59) /* table: a plan counts on its mapping one page at most */

enum frame_type {
	FRAME_NONE,
	FRAME_L1,
	FRAME_L2,
	FRAME_L3,
	FRAME_L4,
	FRAME_SEGDESC,
	FRAME_WRITABLE
};
#define FRAME_TYPE_SHIFT 60

struct frame {
	u64 state;	/* only by compare-exchange */
	u32 next, prev; /* owner's frame list, or the free list; 0 = end */
	domid_t owner;	/* PV_DOMID_XEN: the hypervisor; PV_DOMID_INVALID: free */
	u16 entries;	/* page table: non-zero entries; free: order */
	union {
		struct {
			u16 first, last; /* page table: all non-zero entries lie within */
		};
		u32 flush_stamp; /* other: TLB clock when it last lost a mapping */
	};
};
STATIC_ASSERT(sizeof(struct frame) == 24);

extern u64 max_mfn; /* highest frame number with a frame-table entry, plus one */

/* Is there RAM with a frame-table entry behind this number? Check before mfn_frame(). */
bool mfn_valid(mfn_t m);
static inline struct frame *mfn_frame(mfn_t m)
{
	return (struct frame *)FRAME_TABLE_VIRT + mfn_nr(m);
}
static inline mfn_t frame_mfn(const struct frame *f)
{
	return mfn(f - (struct frame *)FRAME_TABLE_VIRT);
}
static inline void *paddr_virt(paddr_t p)
{
	return (void *)(DIRECTMAP_VIRT + p);
}
static inline paddr_t virt_paddr(const void *v)
{
	return (u64)v - DIRECTMAP_VIRT;
}
static inline void *mfn_virt(mfn_t m)
{
	return paddr_virt(mfn_paddr(m));
}
static inline mfn_t virt_mfn(const void *v)
{
	return paddr_mfn(virt_paddr(v));
}
static inline void *frame_virt(const struct frame *f)
{
	return mfn_virt(frame_mfn(f));
}
/* What the frame is in use as. A frame without uses keeps its last type in the word. */
static inline enum frame_type frame_type(const struct frame *f)
{
	u64 x = READ_ONCE(f->state);

	return x & FRAME_TYPE_MASK ? x >> FRAME_TYPE_SHIFT : FRAME_NONE;
}

/* Stand for PV_DOMID_IO and PV_DOMID_XEN where an owner of mapped frames is named. */
extern struct domain io_domain, xen_domain;

/* Take a reference if \p d owns the frame; false if not, or if the count is full. */
bool frame_get(struct frame *f, const struct domain *d);
/* Drop a reference; the last one gives the frame back to the allocator. */
void frame_put(struct frame *f);
/*
 * Take a general and a type reference at once. 0, -EINVAL (not the owner, or in
 * use as another type), -ERESTART (tables only: preempted or another vCPU is at
 * it; call again).
 */
int frame_get_typed(struct frame *f, struct domain *d, enum frame_type type);
/*
 * Undo frame_get_typed. The reference is gone either way; -ERESTART: the current
 * vCPU still has to take the table down, by walk_resume().
 */
int frame_put_typed(struct frame *f);
/* The same for FRAME_WRITABLE, which never takes long. */
bool frame_get_writable(struct frame *f, struct domain *d);
void frame_put_writable(struct frame *f);
/* By number, with the range check: the frame with a reference, or NULL. */
struct frame *mfn_get(mfn_t m, const struct domain *d);
/* The same with a writable use. */
struct frame *mfn_get_writable(mfn_t m, struct domain *d);
/* One of the two kinds, and its undo. */
static inline struct frame *mfn_get_use(mfn_t m, struct domain *d, bool writable)
{
	return writable ? mfn_get_writable(m, d) : mfn_get(m, d);
}
static inline void frame_put_use(struct frame *f, bool writable)
{
	if (writable)
		frame_put_writable(f);
	else
		frame_put(f);
}

/* --- allocator (mm/buddy.c) ------------------------------------------------ */

#define MAX_ORDER	 18 /* 1 GiB */
#define EXTENT_ORDER_MAX 9  /* 2 MiB, the largest extent a PV guest has a use for */
/* 2^order frames for the hypervisor, zeroed; NULL when there are none. */
void *pages_alloc(unsigned int order);
void pages_free(void *virt, unsigned int order);
/*
 * A 2^order extent of zeroed frames that nobody owns, at machine addresses below
 * 2^bits (0: any). 0, -ENOMEM, or -ERESTART: preempted while clearing; what has been
 * cleared stays so until the repeated call.
 */
int extent_alloc(unsigned int order, unsigned int bits, struct frame **out);
void extent_free(struct frame *f, unsigned int order);
/*
 * Make \p d its owner: counted, on the domain's list, each frame with its allocation
 * reference. False if \p d is dying or would own more than \p limit frames.
 */
bool extent_give(struct frame *f, unsigned int order, struct domain *d, u64 limit);
/* Both in one, within max_frames. 0, -ENOMEM (also: over the limit, dying), -ERESTART. */
int domain_frames_alloc(struct domain *d, unsigned int order, unsigned int bits,
			struct frame **out);
/*
 * Drop the allocation reference of a frame that \p d owns (decrease_reservation);
 * its M2P entry becomes invalid, and it is free when the last mapping goes. False
 * if it is not \p d's, was released before, or is shared by the hypervisor.
 */
bool frame_release(struct frame *f, struct domain *d);
/*
 * Exchange: take a frame out of \p d if the allocation reference is its only one
 * and it has no type; put one back without a limit check; free a taken one, with its
 * M2P entry.
 */
bool frame_steal(struct frame *f, struct domain *d);
void frame_give(struct frame *f, struct domain *d);
void frame_free(struct frame *f);
/*
 * XENMEM_exchange for the current domain, with the caller's copy of its argument, whose
 * nr_exchanged is what has been done, also when preempted. 0, -EPERM, -EINVAL, -EFAULT,
 * -ENOMEM, -ERESTART.
 */
struct pv_memory_exchange;
int exchange_frames(struct domain *d, struct pv_memory_exchange *op);
/* Make a hypervisor page mappable by \p d, writable or not (shared info, grant frames). */
void frame_share(void *virt, struct domain *d, bool writable);
/* Undo: takes the page back from \p d; it is freed when the last mapping goes. */
void frame_unshare(void *virt, struct domain *d);
u64 frames_free(void);
u64 frames_total(void);
/* Small zeroed objects; sizes up to a few pages. NULL when there is no memory. */
void *heap_alloc(size_t size);
void heap_free(void *p);

/*
 * Teardown: drop the roots, walks and pins of \p d, then give back its frames.
 * Those that others still map stay (and hold \p d) until the last mapping goes.
 * \p d is dying and its vCPUs do not run. 0, or -ERESTART to be called again.
 */
int domain_frames_release(struct domain *d);
/* The boot modules are no longer needed: their memory becomes free. */
void modules_release(void);

/* --- M2P (mm/m2p.c) --------------------------------------------------------- */

static inline void m2p_set(mfn_t m, u64 pfn_or_invalid)
{
	WRITE_ONCE(((u64 *)M2P_VIRT)[mfn_nr(m)], pfn_or_invalid);
}

/* --- the hypervisor's own mappings (mm/map.c) -------------------------------- */

/* Map one page at an address in slots 256..271; tables are made as needed. 0 or -ENOMEM. */
int hv_map(vaddr_t va, mfn_t m, u64 pte_flags);
/* Remove \p pages from there on, and flush every CPU. */
void hv_unmap(vaddr_t va, unsigned int pages);
/* Device registers, uncached, for good; NULL without memory. */
volatile void *device_map(paddr_t p, size_t size);
/* Read-only look at firmware tables, for good. */
const void *firmware_map(paddr_t p, size_t size);

/* --- page tables (mm/pagetable.c, type.c) ------------------------------------- */

#define PTE_PRESENT  BIT(0)
#define PTE_RW	     BIT(1)
#define PTE_USER     BIT(2)
#define PTE_PWT	     BIT(3)
#define PTE_PCD	     BIT(4)
#define PTE_ACCESSED BIT(5)
#define PTE_DIRTY    BIT(6)
#define PTE_PSE	     BIT(7)
#define PTE_PAT	     BIT(7)
#define PTE_GLOBAL   BIT(8)
#define PTE_AVAIL    (7UL << 9)
#define PTE_AVAIL_HI (0x7ffUL << 52)
#define PTE_NX	     BIT(63)
#define PTE_ADDR     0x000ffffffffff000UL

static inline mfn_t pte_mfn(u64 e)
{
	return paddr_mfn(e & PTE_ADDR);
}

/*
 * Change one entry of a validated table of \p level (2..4) that belongs to
 * \p owner, mapping frames of \p foreign (usually the same). The caller holds a
 * reference on the table. Checks, takes references for the new entry, writes by
 * compare-exchange (keeping A and D if \p preserve_ad), drops the old ones.
 * 0: written, though the old table may still have to be taken down: call
 * walk_resume() before the next operation. -EINVAL, -EPERM; -ERESTART: nothing
 * was written, call again.
 */
int pt_update(struct frame *table, unsigned int level, unsigned int index, u64 entry,
	      struct domain *owner, struct domain *foreign, bool preserve_ad);
/*
 * For batches: a validated L1 table of \p d with its lock held, or NULL; changes
 * to it; and its release. Nothing that may take long or wait for another table
 * in between.
 */
struct frame *pt_lock_l1(mfn_t m, const struct domain *d);
struct frame *pt_lock_va(struct vcpu *v, vaddr_t va, unsigned int *index);
int pt_update_locked(struct frame *l1, unsigned int index, u64 entry, struct domain *owner,
		     struct domain *foreign, bool preserve_ad);
/*
 * Grant mappings, whose references the caller has taken and drops: write an entry
 * (and drop what that of before held); clear one if it maps what \p expect says.
 */
void pt_install_locked(struct frame *l1, unsigned int index, u64 entry);
bool pt_clear_locked(struct frame *l1, unsigned int index, u64 expect);
static inline void pt_unlock(struct frame *table)
{
	__atomic_fetch_and(&table->state, ~FRAME_LOCKED, __ATOMIC_RELEASE);
}
/* The entry that maps \p va in \p v's kernel tables, 0: none. A snapshot: anything may change. */
u64 walk_software(struct vcpu *v, vaddr_t va);
/*
 * Finish the promotion or demotion that this vCPU left half done. Every MMU
 * operation calls it first. 0 or -ERESTART.
 */
int walk_resume(struct vcpu *v);
/* Undo what a vCPU that will not run again has left half done. 0 or -ERESTART. */
int walk_abandon(struct vcpu *v);
/* 0, -EINVAL (also: is pinned, is not), -ERESTART; after 0 a take-down may be left as above. */
int pt_pin(struct domain *d, mfn_t m, enum frame_type type);
int pt_unpin(struct domain *d, mfn_t m);
/* Could this be a write to a read-only mapped L1 table? Then do it. True: done, retry the guest. */
bool pt_write_fault(struct regs *r, vaddr_t va);
/* May \p d map this non-RAM (or firmware-owned) machine frame? Only dom0, never guarded ones. */
bool io_frame_allowed(const struct domain *d, mfn_t m);
/* Keep everyone from mapping a device page that the hypervisor uses (APICs and such). */
void io_frame_guard(mfn_t first, u64 count);

/* --- roots (mm/root.c) ---------------------------------------------------------- */

/* Load \p v's tables on this CPU, in its current mode. */
void root_load(struct vcpu *v);
/* Guest user to guest kernel: add the kernel's slots. Kernel to user: remove them and flush. */
void root_enter_kernel(void);
void root_enter_user(struct vcpu *v);
/*
 * A page was not present: was it for want of a slot that the guest kernel's table
 * has and this CPU's root was spared? True: it is there now, try again.
 */
bool root_fault(vaddr_t va);
/*
 * A new v->kernel_root or v->user_root, as \p root points to, for the current or a
 * stopped vCPU; MFN 0: no user table. 0 (the old one may be left to walk_resume()),
 * -EINVAL, -ERESTART.
 */
int root_set(struct vcpu *v, mfn_t *root, mfn_t m);
/* Drop both tables of a vCPU that does not run (teardown, failed initialise). -ERESTART possible.
 */
int root_drop(struct vcpu *v);
/* Guest L4 \p m has a changed slot, or is going away: bring every CPU's copy in line, then return.
 */
void root_renew(mfn_t m);
/* Give this CPU its root table and load it; at its start-up, on that CPU. */
void root_init_cpu(struct cpu *c);

/* --- TLB (mm/tlb.c) --------------------------------------------------------------- */

#define TLB_ALL (~0UL)
void tlb_flush_local(void);
/* Flush on the CPUs of \p mask, \p va a page or TLB_ALL, and wait until all have. */
void tlb_flush_mask(const struct cpumask *mask, vaddr_t va);
void tlb_flush_domain(struct domain *d);
/* Flush \p d's CPUs, but only those that have not flushed since the frame's stamp. */
void tlb_flush_frame(struct domain *d, const struct frame *f);
/* Answer requests of other CPUs; from the IPI and from cpu_relax(). */
void tlb_answer(void);

/* --- guest memory (mm/copy.c) ------------------------------------------------------- */

/*
 * Copy from or to the current vCPU's address space, as guest-kernel. The range
 * is checked to lie outside the hypervisor's slots; a fault gives -EFAULT with
 * an unknown part done. Read once; check and use the copy. 0 or -EFAULT.
 */
int copy_from_guest(void *dst, vaddr_t src, size_t n);
int copy_to_guest(vaddr_t dst, const void *src, size_t n);
/* Field helpers: copy_field_to_guest(va of struct, &local, member). */
#define copy_field_to_guest(va, local, member)                                         \
	copy_to_guest((va) + offsetof(__typeof__(*(local)), member), &(local)->member, \
		      sizeof((local)->member))
/*
 * Write into the kernel address space of any vCPU by walking its tables in
 * software; only where the mapping is present and writable. 0 or -EFAULT.
 */
int guest_kernel_write(struct vcpu *v, vaddr_t va, const void *src, size_t n);
static inline bool guest_range_ok(vaddr_t va, size_t n)
{
	u64 end = va + n;

	if (end < va)
		return false;
	return end <= 0x0000800000000000UL || (va >= HV_VIRT_END);
}

/* --- start-up and audit ---------------------------------------------------------------- */

/* The hypervisor's own root table, for CPUs that start up; in the image, so below 4 GiB. */
extern u64 hv_root[512];
/* Frame table, M2P, allocator, from the firmware's RAM map less what the image and modules use. */
void mm_init(void);
/* Debug: walk all frames, re-derive all counts, print what differs. Machine paused. Mismatches. */
unsigned long frame_audit(void);
/* During an audit: somebody holds a use of this frame, as a type or not. For floors above. */
void frame_audit_use(struct frame *f, bool typed);
/* Set by floors above to name the uses that they hold for a domain. */
extern void (*frame_audit_hook)(struct domain *d);

#endif
