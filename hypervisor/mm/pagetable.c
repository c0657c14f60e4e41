/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a page-table entry may contain, the references that it stands for, and
 * changing one in a validated table.
 *
 * Order of every change: take the references of the new entry, write it, drop
 * those of the old one. A table's lock makes the writer of its entries one at a
 * time; only the CPUs' accessed and dirty bits come in between.
 */
#include "internal.h"

/* No hardware meaning here that matters to anyone but the guest (protection keys are off). */
#define PTE_FREE   (PTE_ACCESSED | PTE_DIRTY | PTE_AVAIL | PTE_AVAIL_HI | PTE_NX)
#define PTE_COMMON (PTE_PRESENT | PTE_RW | PTE_USER | PTE_FREE)

/*
 * The guest kernel runs in ring 3 and does not set US on its own pages, so it is
 * forced. RW above level 1 is honoured but protects nothing: what may be written
 * is decided by level 1 alone.
 */
const struct level_rules level_rules[5] = {
	[1] = {.allowed = PTE_COMMON, .free = PTE_FREE, .forced = PTE_USER},
	[2] = {.allowed = PTE_COMMON, .free = PTE_FREE | PTE_RW, .forced = PTE_USER},
	[3] = {.allowed = PTE_COMMON, .free = PTE_FREE | PTE_RW, .forced = PTE_USER},
	[4] = {.allowed = PTE_COMMON, .free = PTE_FREE | PTE_RW, .forced = PTE_USER | PTE_ACCESSED},
};

/* --- entries -------------------------------------------------------------------- */

int upper_entry_check(u64 *e, unsigned int level)
{
	if (*e & ~(level_rules[level].allowed | PTE_ADDR))
		return (int)REFUSE(-EINVAL);
	*e |= level_rules[level].forced;
	return 0;
}

/* Both present, and different in nothing that needs a check. */
static inline bool change_is_free(u64 old, u64 e, unsigned int level)
{
	return (old & e & PTE_PRESENT) && !((old ^ e) & ~level_rules[level].free);
}

/* What of the entry that is there decides what a write leaves there. */
enum write_how {
	WRITE,	       /* nothing */
	WRITE_KEEP_AD, /* A and D stay, even if the new one is not present: Linux keeps them so */
	WRITE_IF_SAME  /* all: no write if it is another than expected */
};

/* Write \p e over \p old, which only A and D can have left meanwhile. False: was not the same. */
static inline bool entry_write(u64 *slot, u64 old, u64 *e, enum write_how how)
{
	const u64 ad = PTE_ACCESSED | PTE_DIRTY;
	u64 want = *e;

	if (how == WRITE) {
		WRITE_ONCE(*slot, want);
		return true;
	}
	do {
		if (how == WRITE_KEEP_AD)
			*e = want | (old & ad);
		if (__atomic_compare_exchange_n(slot, &old, *e, false, __ATOMIC_SEQ_CST,
						__ATOMIC_RELAXED))
			return true;
	} while (how == WRITE_KEEP_AD);
	return false;
}

static inline void table_recount(struct frame *f, unsigned int i, u64 old, u64 e)
{
	if (!old && e)
		table_count(f, i);
	else if (old && !e)
		f->entries--;
}

/* --- level 1 --------------------------------------------------------------------- */

/*
 * Put in \p e, whose references are held, and drop those of \p old. False, with
 * nothing done: the entry was not the same.
 */
static __inlined bool l1_put_in(struct frame *l1, unsigned int index, u64 old, u64 e,
				enum write_how how)
{
	if (unlikely(READ_ONCE(l1->state) & FRAME_SOLE) && !old && e)
		root_sole_broken(l1);
	if (!entry_write((u64 *)frame_virt(l1) + index, old, &e, how))
		return false;
	table_recount(l1, index, old, e);
	l1_entry_put(old);
	return true;
}

/* From \p old, as it was read or is expected. -EAGAIN: it was not the same. */
static __inlined int l1_change(struct frame *l1, unsigned int index, u64 old, u64 e,
			       struct domain *owner, struct domain *foreign, enum write_how how)
{
	u64 *slot = (u64 *)frame_virt(l1) + index;
	int rc;

	if (e & PTE_PRESENT) {
		u64 accepted = (e & ~PTE_GLOBAL) | level_rules[1].forced;

		if (change_is_free(old, accepted, 1))
			return entry_write(slot, old, &accepted, how) ? 0 : -EAGAIN;
		/* Made read-only: the reference stays, the writable use goes. */
		if (change_is_free(old, accepted | PTE_RW, 1)) {
			struct frame *f = frame_lookup_ram(pte_nr(old));

			if (!entry_write(slot, old, &accepted, how))
				return -EAGAIN;
			if (f)
				frame_drop_writable_type(f);
			return 0;
		}
		rc = l1_entry_get(&e, owner, foreign);
		if (rc)
			return rc;
	}
	if (l1_put_in(l1, index, old, e, how))
		return 0;
	l1_entry_put(e);
	return -EAGAIN;
}

int pt_update_locked(struct frame *l1, unsigned int index, u64 e, struct domain *owner,
		     struct domain *foreign, bool preserve_ad)
{
	u64 old = READ_ONCE(((u64 *)frame_virt(l1))[index]);

	return preserve_ad ? l1_change(l1, index, old, e, owner, foreign, WRITE_KEEP_AD)
			   : l1_change(l1, index, old, e, owner, foreign, WRITE);
}

int l1_exchange_locked(struct frame *l1, unsigned int index, u64 old, u64 e, struct domain *d)
{
	return l1_change(l1, index, old, e, d, d, WRITE_IF_SAME);
}

bool pt_clear_locked(struct frame *l1, unsigned int index, u64 expect)
{
	u64 *slot = (u64 *)frame_virt(l1) + index;

	if ((READ_ONCE(*slot) ^ expect) & (PTE_ADDR | PTE_PRESENT | PTE_RW))
		return false;
	WRITE_ONCE(*slot, 0);
	l1->entries--;
	return true;
}

void pt_install_locked(struct frame *l1, unsigned int index, u64 entry)
{
	l1_put_in(l1, index, READ_ONCE(((u64 *)frame_virt(l1))[index]), entry, WRITE);
}

/* A level 1 table that was found without a reference. */
static inline struct frame *lock_owned(struct frame *f, const struct domain *d)
{
	if (!f || table_lock(f, 1))
		return NULL;
	if (likely(f->owner == d->id))
		return f;
	pt_unlock(f);
	return NULL;
}

struct frame *pt_lock_l1(mfn_t m, const struct domain *d)
{
	return lock_owned(frame_lookup(mfn_nr(m)), d);
}

/* --- level 2 to 4 ------------------------------------------------------------------ */

/* The references of \p e are held; put it in. */
static void upper_write(struct frame *table, unsigned int level, unsigned int index, u64 old, u64 e,
			enum write_how how)
{
	if (READ_ONCE(table->state) & FRAME_SOLE)
		root_sole_broken(table);
	entry_write((u64 *)frame_virt(table) + index, old, &e, how);
	table_recount(table, index, old, e);
	if (level == 4) {
		if (e & PTE_PRESENT)
			set_bit(l4_slots(table), index);
		else
			clear_bit(l4_slots(table), index);
		root_renew(frame_mfn(table));
	}
}

/* -EAGAIN from the lock: another vCPU walks the table; come again if that will end by itself. */
static int busy(int rc, const struct domain *owner)
{
	if (rc != -EAGAIN)
		return (int)REFUSE(rc);
	cpu_relax();
	return owner == current->domain ? -ERESTART : (int)REFUSE(-EBUSY);
}

int pt_update(struct frame *table, unsigned int level, unsigned int index, u64 e,
	      struct domain *owner, struct domain *foreign, bool preserve_ad)
{
	const u64 *slot = (const u64 *)frame_virt(table) + index;
	struct frame *child = NULL;
	int rc = 0;
	u64 old;

	if (foreign != owner)
		return (int)REFUSE(-EINVAL);
	if (slot_reserved(level, index))
		return (int)REFUSE(-EPERM);
	if (e & PTE_PRESENT)
		rc = upper_entry_check(&e, level);
	if (rc)
		return rc;
	for (;;) {
		rc = table_lock(table, level);
		if (rc) {
			if (child)
				frame_put_typed(child);
			return busy(rc, owner);
		}
		old = READ_ONCE(*slot);
		/* Nothing to hold, or held already: the same table with other flags, for one. */
		if (!(e & PTE_PRESENT) || child || change_is_free(old, e, level))
			break;
		pt_unlock(table);
		/* The child may take long to validate, so not under the lock. */
		child = frame_lookup(pte_nr(e));
		rc = child ? frame_get_typed(child, owner, level - 1) : (int)REFUSE(-EINVAL);
		if (rc)
			return rc;
	}
	upper_write(table, level, index, old, e, preserve_ad ? WRITE_KEEP_AD : WRITE);
	pt_unlock(table);
	if ((old & PTE_PRESENT) && (child || !(e & PTE_PRESENT)))
		frame_put_typed(mfn_frame(pte_mfn(old)));
	return 0;
}

/* --- walking in software -------------------------------------------------------------- */

/*
 * The frame that the guest's tables name as level 1 for \p va. No locks: another
 * vCPU may take the tables down at the same time, and then any RAM frame may
 * come out. The caller makes sure of what it got.
 */
static inline struct frame *l1_lookup(struct vcpu *v, vaddr_t va)
{
	u64 nr = mfn_nr(v->kernel_root), e;
	struct frame *f;

	if (!guest_range_ok(va, 1)) /* the hole: those slots are not the guest's */
		return NULL;
	f = frame_lookup_ram(nr); /* none while it is set up */
	for (unsigned int shift = 39; f && shift > PAGE_SHIFT; shift -= 9) {
		e = READ_ONCE(((u64 *)mfn_virt(mfn(nr)))[va >> shift & (ENTRIES - 1)]);
		if (!(e & PTE_PRESENT))
			return NULL;
		nr = pte_nr(e);
		f = frame_lookup_ram(nr);
	}
	return f;
}

struct frame *pt_lock_va(struct vcpu *v, vaddr_t va, unsigned int *index)
{
	*index = va >> PAGE_SHIFT & (ENTRIES - 1);
	return lock_owned(l1_lookup(v, va), v->domain);
}

u64 walk_software(struct vcpu *v, vaddr_t va)
{
	struct frame *f = l1_lookup(v, va);
	u64 e;

	if (!f)
		return 0;
	e = READ_ONCE(((u64 *)frame_virt(f))[va >> PAGE_SHIFT & (ENTRIES - 1)]);
	return e & PTE_PRESENT ? e : 0;
}
