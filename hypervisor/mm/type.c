/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Taking and dropping typed uses, and the lock of a table.
 *
 * A level 1 table and a descriptor page are validated in one go; another CPU
 * that wants the same frame meanwhile spins. Tables of level 2 to 4 are walked
 * step by step (walk.c), and who meets one on the way comes again.
 */
#include "internal.h"
#include "hypercall.h"

int table_lock(struct frame *f, unsigned int level)
{
	u64 x = READ_ONCE(f->state);

	for (;;) {
		if (x >> FRAME_TYPE_SHIFT != level || !(x & FRAME_TYPE_MASK))
			return -EINVAL;
		if (!(x & FRAME_VALID)) {
			if (level > 1)
				return -EAGAIN;
			cpu_relax();
			x = READ_ONCE(f->state);
		} else if (x & FRAME_LOCKED) {
			cpu_relax();
			x = READ_ONCE(f->state);
		} else if (frame_cas(f, &x, x | FRAME_LOCKED)) {
			return 0;
		}
	}
}

int l1_promote(struct frame *f, struct domain *d)
{
	u64 *t = frame_virt(f);
	unsigned int i;

	f->entries = f->first = f->last = 0;
	for (i = 0; i < ENTRIES; i++) {
		u64 e = READ_ONCE(t[i]);
		int rc;

		if (!e)
			continue;
		if (e & PTE_PRESENT) {
			rc = l1_entry_get(&e, d, d);
			if (rc) {
				l1_demote(f);
				return rc;
			}
			WRITE_ONCE(t[i], e);
		}
		table_count(f, i);
	}
	return 0;
}

/* Drop what the counted entries hold. After a failed promotion these are the first ones only. */
void l1_demote(struct frame *f)
{
	u64 *t = frame_virt(f);
	unsigned int i;

	for (i = f->first; f->entries; i++) {
		u64 e = READ_ONCE(t[i]);

		if (!e)
			continue;
		f->entries--;
		l1_entry_put(e);
	}
}

static int segdesc_promote(struct frame *f)
{
	u64 *d = frame_virt(f);
	unsigned int i;

	for (i = 0; i < PAGE_SIZE / sizeof(*d); i++)
		if (!descriptor_fix(&d[i]))
			return REFUSE(-EINVAL);
	return 0;
}

/* Types that are validated in one go. */
static int get_at_once(struct frame *f, struct domain *d, enum frame_type type)
{
	int rc;

	while ((rc = frame_type_begin(f, d, type)) == -EAGAIN)
		cpu_relax();
	if (rc <= 0)
		return rc;
	if (type == FRAME_L1)
		rc = l1_promote(f, d);
	else if (type == FRAME_SEGDESC)
		rc = segdesc_promote(f);
	else
		rc = 0;
	if (rc)
		frame_type_undo(f);
	else
		frame_type_done(f);
	return rc;
}

int frame_get_typed(struct frame *f, struct domain *d, enum frame_type type)
{
	if (type >= FRAME_L2 && type <= FRAME_L4)
		return walk_promote(current, f, d, type);
	return get_at_once(f, d, type);
}

int frame_put_typed(struct frame *f)
{
	enum frame_type type = frame_type(f);

	if (type == FRAME_WRITABLE) {
		frame_put_writable(f);
		return 0;
	}
	if (!frame_type_drop(f))
		return 0;
	if (type >= FRAME_L2 && type <= FRAME_L4)
		return walk_demote(current, f, type);
	if (type == FRAME_L1)
		l1_demote(f);
	frame_type_undo(f);
	return 0;
}

/* --- pins ------------------------------------------------------------------------- */

int pt_unpin(struct domain *d, mfn_t m)
{
	struct frame *f = mfn_get(m, d);
	u64 x;

	if (!f)
		return REFUSE(-EINVAL);
	x = __atomic_fetch_and(&f->state, ~FRAME_PINNED, __ATOMIC_SEQ_CST);
	if (x & FRAME_PINNED)
		frame_put_typed(f); /* what it leaves is for walk_resume() */
	frame_put(f);
	return x & FRAME_PINNED ? 0 : REFUSE(-EINVAL);
}

int pt_pin(struct domain *d, mfn_t m, enum frame_type type)
{
	struct frame *f = frame_lookup(mfn_nr(m));
	int rc;

	if (!f)
		return REFUSE(-EINVAL);
	rc = frame_get_typed(f, d, type);
	if (rc)
		return rc;
	if (__atomic_fetch_or(&f->state, FRAME_PINNED, __ATOMIC_SEQ_CST) & FRAME_PINNED) {
		frame_put_typed(f);
		return REFUSE(-EINVAL);
	}
	/* Teardown sets `dying` before it looks for pins: one of the two sees the other. */
	if (unlikely(READ_ONCE(d->dying))) {
		pt_unpin(d, m);
		return REFUSE(-EINVAL);
	}
	return 0;
}
