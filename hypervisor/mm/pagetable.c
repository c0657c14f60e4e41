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

#define PTE_CACHE (PTE_PWT | PTE_PCD | PTE_PAT)
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

int l1_entry_get(u64 *pe, struct domain *owner, struct domain *foreign)
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

void l1_entry_put(u64 e)
{
	struct frame *f;

	if (!(e & PTE_PRESENT))
		return;
	f = frame_lookup_ram(pte_nr(e));
	if (!f)
		return;
	if (e & PTE_RW)
		frame_put_writable(f);
	else
		frame_put(f);
}

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

/*
 * Write \p e over \p old, which only A and D can have left meanwhile. Returns what
 * was written: with \p preserve_ad, A and D of the old entry as well, even if the
 * new one is not present (Linux keeps them in PROT_NONE entries).
 */
static inline u64 entry_write(u64 *slot, u64 old, u64 e, bool preserve_ad)
{
	const u64 ad = PTE_ACCESSED | PTE_DIRTY;

	if (!preserve_ad) {
		WRITE_ONCE(*slot, e);
		return e;
	}
	while (!__atomic_compare_exchange_n(slot, &old, e | (old & ad), false, __ATOMIC_SEQ_CST,
					    __ATOMIC_RELAXED))
		;
	return e | (old & ad);
}

static inline void table_recount(struct frame *f, unsigned int i, u64 old, u64 e)
{
	if (!old && e)
		table_count(f, i);
	else if (old && !e)
		f->entries--;
}

/* --- level 1 --------------------------------------------------------------------- */

int pt_update_locked(struct frame *l1, unsigned int index, u64 e, struct domain *owner,
		     struct domain *foreign, bool preserve_ad)
{
	u64 *slot = (u64 *)frame_virt(l1) + index;
	u64 old = READ_ONCE(*slot);
	int rc;

	if (e & PTE_PRESENT) {
		u64 accepted = (e & ~PTE_GLOBAL) | level_rules[1].forced;

		if (change_is_free(old, accepted, 1)) {
			entry_write(slot, old, accepted, preserve_ad);
			return 0;
		}
		/* Made read-only: the reference stays, the writable use goes. */
		if (change_is_free(old, accepted | PTE_RW, 1)) {
			struct frame *f = frame_lookup_ram(pte_nr(old));

			entry_write(slot, old, accepted, preserve_ad);
			if (f)
				frame_drop_writable_type(f);
			return 0;
		}
		rc = l1_entry_get(&e, owner, foreign);
		if (rc)
			return rc;
	}
	if (unlikely(READ_ONCE(l1->state) & FRAME_SOLE) && !old && e)
		root_sole_broken(l1);
	e = entry_write(slot, old, e, preserve_ad);
	table_recount(l1, index, old, e);
	l1_entry_put(old);
	return 0;
}

int l1_exchange_locked(struct frame *l1, unsigned int index, u64 old, u64 e, struct domain *d)
{
	u64 *slot = (u64 *)frame_virt(l1) + index;
	u64 seen = old;
	bool counted = false;
	int rc;

	if (e & PTE_PRESENT) {
		e = (e & ~PTE_GLOBAL) | level_rules[1].forced;
		counted = !change_is_free(old, e, 1);
		if (counted) {
			rc = l1_entry_get(&e, d, d);
			if (rc)
				return rc;
		}
	}
	if (unlikely(READ_ONCE(l1->state) & FRAME_SOLE) && !old && e)
		root_sole_broken(l1);
	if (!__atomic_compare_exchange_n(slot, &seen, e, false, __ATOMIC_SEQ_CST,
					 __ATOMIC_RELAXED)) {
		if (counted)
			l1_entry_put(e);
		return -EAGAIN;
	}
	if (counted || !(e & PTE_PRESENT)) {
		table_recount(l1, index, old, e);
		l1_entry_put(old);
	}
	return 0;
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
	u64 *slot = (u64 *)frame_virt(l1) + index;
	u64 old = READ_ONCE(*slot);

	if (unlikely(READ_ONCE(l1->state) & FRAME_SOLE))
		root_sole_broken(l1);
	WRITE_ONCE(*slot, entry);
	table_recount(l1, index, old, entry);
	l1_entry_put(old);
}

struct frame *pt_lock_l1(mfn_t m, const struct domain *d)
{
	struct frame *f = frame_lookup(mfn_nr(m));

	if (!f || table_lock(f, 1))
		return NULL;
	if (likely(f->owner == d->id))
		return f;
	table_unlock(f);
	return NULL;
}

/* --- level 2 to 4 ------------------------------------------------------------------ */

/* Same table, other flags: done without its child. True when that was all there was to do. */
static bool upper_free_change(struct frame *table, unsigned int level, unsigned int index, u64 e,
			      bool preserve_ad)
{
	u64 *slot = (u64 *)frame_virt(table) + index;
	u64 old = READ_ONCE(*slot);

	if (!change_is_free(old, e, level))
		return false;
	entry_write(slot, old, e, preserve_ad);
	if (level == 4)
		root_renew(frame_mfn(table));
	return true;
}

/* The references of \p e are held; put it in and return the old one. */
static u64 upper_write(struct frame *table, unsigned int level, unsigned int index, u64 e,
		       bool preserve_ad)
{
	u64 *slot = (u64 *)frame_virt(table) + index;
	u64 old = READ_ONCE(*slot);

	if (READ_ONCE(table->state) & FRAME_SOLE)
		root_sole_broken(table);
	e = entry_write(slot, old, e, preserve_ad);
	table_recount(table, index, old, e);
	if (level == 4) {
		if (e & PTE_PRESENT)
			set_bit(l4_slots(table), index);
		else
			clear_bit(l4_slots(table), index);
		root_renew(frame_mfn(table));
	}
	return old;
}

/* -EAGAIN from the lock: another vCPU walks the table; come again if that will end by itself. */
static int busy(int rc, const struct domain *owner)
{
	if (rc != -EAGAIN)
		return (int)REFUSE(rc);
	cpu_relax();
	return owner == current->domain ? -ERESTART : (int)REFUSE(-EBUSY);
}

static int upper_update(struct frame *table, unsigned int level, unsigned int index, u64 e,
			struct domain *owner, bool preserve_ad)
{
	struct frame *child = NULL;
	bool done;
	int rc;
	u64 old;

	if (slot_reserved(level, index))
		return (int)REFUSE(-EPERM);
	if (e & PTE_PRESENT) {
		rc = upper_entry_check(&e, level);
		if (rc)
			return rc;
		rc = table_lock(table, level);
		if (rc)
			return busy(rc, owner);
		done = upper_free_change(table, level, index, e, preserve_ad);
		table_unlock(table);
		if (done)
			return 0;
		/* The child may take long to validate, so not under the lock. */
		child = frame_lookup(pte_nr(e));
		if (!child)
			return (int)REFUSE(-EINVAL);
		rc = frame_get_typed(child, owner, level - 1);
		if (rc)
			return rc;
	}
	rc = table_lock(table, level);
	if (rc) {
		if (child)
			frame_put_typed(child);
		return busy(rc, owner);
	}
	old = upper_write(table, level, index, e, preserve_ad);
	table_unlock(table);
	if (old & PTE_PRESENT)
		frame_put_typed(mfn_frame(pte_mfn(old)));
	return 0;
}

int pt_update(struct frame *table, unsigned int level, unsigned int index, u64 entry,
	      struct domain *owner, struct domain *foreign, bool preserve_ad)
{
	int rc;

	if (level > 1)
		return foreign == owner
			       ? upper_update(table, level, index, entry, owner, preserve_ad)
			       : (int)REFUSE(-EINVAL);
	rc = table_lock(table, 1);
	if (rc)
		return rc;
	rc = pt_update_locked(table, index, entry, owner, foreign, preserve_ad);
	table_unlock(table);
	return rc;
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
	unsigned int shift;

	if (!guest_range_ok(va, 1)) /* the hole: those slots are not the guest's */
		return NULL;
	f = frame_lookup_ram(nr); /* none while it is set up */
	for (shift = 39; f && shift > PAGE_SHIFT; shift -= 9) {
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
	struct frame *f = l1_lookup(v, va);

	if (!f || table_lock(f, 1))
		return NULL;
	if (unlikely(f->owner != v->domain->id)) {
		table_unlock(f);
		return NULL;
	}
	*index = va >> PAGE_SHIFT & (ENTRIES - 1);
	return f;
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
