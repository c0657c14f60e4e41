/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of mm/ share with each other and with nobody else. */
#ifndef PAVISE_MM_INTERNAL_H
#define PAVISE_MM_INTERNAL_H

#include "errno.h"
#include "mm.h"

#define FRAME_TYPE_BITS	   (15UL << FRAME_TYPE_SHIFT)
#define FRAME_TYPE_WORD(t) ((u64)(t) << FRAME_TYPE_SHIFT)
/* A mapping or other use holds one of each. */
#define FRAME_USE (FRAME_REF + FRAME_TYPE_REF)

#define ENTRIES 512
/* Slots of a guest L4 that are the hypervisor's: neither read nor writable. */
static inline bool slot_reserved(unsigned int level, unsigned int i)
{
	return level == 4 && i >= HV_SLOT_FIRST && i <= HV_SLOT_LAST;
}

/*
 * One bit per 2 MiB of machine addresses that have RAM, and so entries in the
 * frame table. Within such a region, what is not RAM is owned by PV_DOMID_IO.
 */
extern u64 *ram_map;

/* The frame-table entry behind a frame number of any origin, or NULL. */
static inline struct frame *frame_lookup(u64 nr)
{
	if (unlikely(nr >= max_mfn || !test_bit(ram_map, nr >> 9)))
		return NULL;
	return mfn_frame(mfn(nr));
}

/* The same for RAM alone. */
static inline struct frame *frame_lookup_ram(u64 nr)
{
	struct frame *f = frame_lookup(nr);

	return likely(f && READ_ONCE(f->owner) != PV_DOMID_IO) ? f : NULL;
}

static inline u64 pte_nr(u64 e)
{
	return (e & PTE_ADDR) >> PAGE_SHIFT;
}

static inline bool frame_cas(struct frame *f, u64 *expect, u64 to)
{
	return __atomic_compare_exchange_n(&f->state, expect, to, false, __ATOMIC_SEQ_CST,
					   __ATOMIC_RELAXED);
}

/* May one more reference be added? Type counts never exceed references, so this bounds both. */
static inline bool frame_countable(u64 x)
{
	return (x & FRAME_REF_MASK) - 1 < FRAME_REF_MASK - 1; /* neither none nor all it can hold */
}

/* A list of frames, by number: an owner's, or free ones. Under the lock of its head. */
static inline void frames_link(u32 *head, struct frame *f)
{
	u32 nr = mfn_nr(frame_mfn(f));

	f->prev = 0;
	f->next = *head;
	if (f->next)
		mfn_frame(mfn(f->next))->prev = nr;
	*head = nr;
}

static inline void frames_unlink(u32 *head, struct frame *f)
{
	if (f->next)
		mfn_frame(mfn(f->next))->prev = f->prev;
	if (f->prev)
		mfn_frame(mfn(f->prev))->next = f->next;
	else
		*head = f->next;
}

/* --- frame.c --- */

/* The first writable use, or a refusal. */
bool frame_begin_writable(struct frame *f, struct domain *d, u64 mark);
/* frame_get_writable() with FRAME_FOREIGN in \p mark when the mapper is not the owner. */
static inline bool frame_hold_writable(struct frame *f, struct domain *d, u64 mark)
{
	u64 x = READ_ONCE(f->state);

	do {
		if ((x & (FRAME_TYPE_BITS | FRAME_PARTIAL)) != FRAME_TYPE_WORD(FRAME_WRITABLE) ||
		    !(x & FRAME_TYPE_MASK) || !frame_countable(x) || f->owner != d->id)
			return frame_begin_writable(f, d, mark);
	} while (!frame_cas(f, &x, (x + FRAME_USE) | mark));
	if (likely(READ_ONCE(f->owner) == d->id))
		return true;
	frame_put_writable(f); /* it became another domain's at the last moment */
	return false;
}
/* A writable mapping has become read-only: the type reference alone goes. */
void frame_drop_writable_type(struct frame *f);
/*
 * Take a use of \p f as \p type. 0: done. 1: it has no other use and is the
 * caller's alone (FRAME_PARTIAL); stale translations are flushed; the caller
 * validates and calls frame_type_done() or frame_type_undo(). -EAGAIN: another
 * CPU is doing that. -EINVAL.
 */
int frame_type_begin(struct frame *f, struct domain *d, enum frame_type type);
void frame_type_done(struct frame *f);
/* End the last use of a frame in FRAME_PARTIAL, and drop its reference. */
void frame_type_undo(struct frame *f);
/* Drop a use of a table or descriptor frame; true: that was the last, take it down. */
bool frame_type_drop(struct frame *f);

/* --- exchange.c --- */

/* Undo what an exchange that was not repeated has left half done. 0 or -ERESTART. */
int exchange_abandon(struct domain *d);

/* --- type.c --- */

/* Take the entry lock of a validated table. 0, -EAGAIN (being walked), -EINVAL (is none). */
int table_lock(struct frame *f, unsigned int level);
/* --- walk.c --- */

/* frame_get_typed() and the end of frame_put_typed() for tables. */
int walk_promote(struct vcpu *v, struct frame *f, struct domain *d, unsigned int level);
int walk_demote(struct vcpu *v, struct frame *f, unsigned int level);

/* --- pagetable.c --- */

/* What one level's entries may contain. */
struct level_rules {
	u64 allowed; /* bits a guest may set in a present entry */
	u64 free;    /* of these, what may change without any check */
	u64 forced;  /* added to every accepted entry */
};
extern const struct level_rules level_rules[5];

#define PTE_CACHE (PTE_PWT | PTE_PCD | PTE_PAT)

/* References for an L1 entry, flags checked and adjusted in \p pe. 0 or -EINVAL/-EPERM. */
static __inlined int l1_entry_get(u64 *pe, struct domain *owner, struct domain *foreign)
{
	u64 e = *pe & ~PTE_GLOBAL; /* a mode switch must flush it */
	u64 other = e & ~(level_rules[1].allowed | PTE_ADDR);
	struct frame *f = frame_lookup(pte_nr(e));

	/* Cacheability belongs to who drives devices. */
	if (unlikely(other) && (!owner->privileged || (other & ~PTE_CACHE)))
		return (int)REFUSE(-EINVAL);
	*pe = e | level_rules[1].forced;
	if (likely(f)) {
		u64 mark = owner == foreign ? 0 : FRAME_FOREIGN;

		if (e & PTE_RW ? frame_hold_writable(f, foreign, mark) : frame_get(f, foreign))
			return 0;
		if (READ_ONCE(f->owner) != PV_DOMID_IO)
			return (int)REFUSE(-EINVAL);
	}
	/* Not RAM: no counts, and what is no RAM now never will be. */
	if (foreign != owner && foreign != &io_domain)
		return (int)REFUSE(-EINVAL);
	return io_frame_allowed(owner, pte_mfn(e)) ? 0 : (int)REFUSE(-EPERM);
}

static inline void l1_entry_put(u64 e)
{
	u64 use = e & PTE_RW ? FRAME_USE : FRAME_REF, x;
	struct frame *f = e & PTE_PRESENT ? frame_lookup_ram(pte_nr(e)) : NULL;

	if (!f)
		return;
	x = READ_ONCE(f->state);
	/* The last use of either kind has consequences. */
	if (unlikely((x & FRAME_REF_MASK) == FRAME_REF ||
		     (use != FRAME_REF && (x & FRAME_TYPE_MASK) == FRAME_TYPE_REF) ||
		     !frame_cas(f, &x, x - use)))
		frame_put_use(f, e & PTE_RW);
}
/* Flags of an upper entry: 0 with \p e adjusted, or -EINVAL. */
int upper_entry_check(u64 *e, unsigned int level);
/* Write \p e if the entry still is \p old (else -EAGAIN); for emulated instructions. */
int l1_exchange_locked(struct frame *l1, unsigned int index, u64 old, u64 e, struct domain *d);

/* Keep count and bounds of non-zero entries. */
static inline void table_count(struct frame *f, unsigned int i)
{
	if (f->entries++ == 0) {
		f->first = f->last = i;
	} else {
		if (i < f->first)
			f->first = i;
		if (i > f->last)
			f->last = i;
	}
}

/* Where a validated guest L4 keeps the bitmap of its present slots: eight of its reserved slots. */
static inline u64 *l4_slots(const struct frame *l4)
{
	return (u64 *)frame_virt(l4) + HV_SLOT_FIRST;
}

/* --- root.c --- */

/* A table that a plan relied on (FRAME_SOLE) is about to map more. */
void root_sole_broken(struct frame *table);
/* For the flush mailbox: rebuild this CPU's root from the current vCPU's tables. */
void root_rebuild(void);

/* --- tlb.c --- */

void tlb_flush_stamp(const struct cpumask *mask, u32 stamp);
void tlb_rebuild_roots(const struct cpumask *mask);
extern u32 tlb_clock_value;
static inline u32 tlb_clock(void)
{
	return READ_ONCE(tlb_clock_value);
}
/* Everything is going to be flushed on this CPU, after this. */
static inline void tlb_stamp_local(struct cpu *c)
{
	c->flush_done_stamp = tlb_clock();
}
extern struct cpumask cpus_online;

/* --- buddy.c --- */

/* Of the smallest block that has \p size bytes, which are more than none. */
static inline unsigned int order_of(size_t size)
{
	size_t last = (size - 1) >> PAGE_SHIFT;

	return last ? 64 - (unsigned int)__builtin_clzl(last) : 0;
}
/* Hand \p nr frames from \p first on to the allocator. They are of no use to anyone. */
void buddy_add(u64 first, u64 nr);
void buddy_free(struct frame *f, unsigned int order);
/* Not cleared. */
struct frame *buddy_alloc(unsigned int order, unsigned int bits);

/* --- map.c --- */

/*
 * The entry of \p level that maps an address of the hypervisor's; NULL when there is
 * no table for it, and \p make, if not NULL, has no page for one.
 */
u64 *hv_entry(vaddr_t va, unsigned int level, void *(*make)(void));
/* What is mapped there by 2 MiB; MFN_NONE: nothing. */
mfn_t hv_chunk(vaddr_t va);

/* --- m2p.c --- */

/* The frame behind the M2P's chunk of 2 MiB at this byte offset; MFN_NONE: no RAM, no chunk. */
mfn_t m2p_chunk(u64 offset);
/* Start-up: no frame of the chunk has a guest number; the service domain may look at it. */
void m2p_chunk_init(mfn_t first);

#endif
