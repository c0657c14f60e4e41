/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Taking and dropping typed uses, and the lock of a table.
 *
 * A descriptor page is validated in one go; another CPU that wants the same frame
 * meanwhile spins. Tables are walked step by step (walk.c), and who meets one on
 * the way comes again.
 */
#include "internal.h"
#include "hypercall.h"

int table_lock(struct frame *f, unsigned int level)
{
	u64 x = READ_ONCE(f->state);

	for (;;) {
		if (x >> FRAME_TYPE_SHIFT != level || !(x & FRAME_TYPE_MASK))
			return -EINVAL;
		if (!(x & FRAME_VALID))
			return -EAGAIN;
		if (x & FRAME_LOCKED) {
			cpu_relax();
			x = READ_ONCE(f->state);
		} else if (frame_cas(f, &x, x | FRAME_LOCKED)) {
			return 0;
		}
	}
}

static int segdesc_promote(struct frame *f)
{
	u64 *d = frame_virt(f);

	for (unsigned int i = 0; i < PAGE_SIZE / sizeof(*d); i++)
		if (!descriptor_fix(&d[i]))
			return REFUSE(-EINVAL);
	return 0;
}

static bool is_table(enum frame_type type)
{
	return type >= FRAME_L1 && type <= FRAME_L4;
}

int frame_get_typed(struct frame *f, struct domain *d, enum frame_type type)
{
	int rc;

	if (is_table(type))
		return walk_promote(current, f, d, type);
	while ((rc = frame_type_begin(f, d, type)) == -EAGAIN)
		cpu_relax();
	if (rc <= 0)
		return rc;
	rc = type == FRAME_SEGDESC ? segdesc_promote(f) : 0;
	if (rc)
		frame_type_undo(f);
	else
		frame_type_done(f);
	return rc;
}

int frame_put_typed(struct frame *f)
{
	enum frame_type type = frame_type(f);

	if (is_table(type))
		return frame_type_drop(f) ? walk_demote(current, f, type) : 0;
	frame_put_writable(f); /* which a descriptor page needs no more than */
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
