/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * References and types of frames.
 *
 * A frame may be used in many places at once. Each use holds a general
 * reference, and the frame goes back to the allocator with the last. A use that
 * needs the content to be something (writable data, a table, descriptors) holds
 * a type reference as well, and all of these name the same type. The type may
 * change only when no type reference is left; then:
 *
 *   - one compare-exchange sets the new type, the first use and FRAME_PARTIAL,
 *     so that one CPU alone goes on and everyone else waits or is refused;
 *   - translations that the old uses may have left in TLBs are flushed: after
 *     the exchange, so that no new ones can appear, and before anyone relies on
 *     the new type;
 *   - the content is validated, and FRAME_PARTIAL goes away.
 *
 * The word keeps the last type at count zero. Writable data that become writable
 * again need none of this, which is the common case by far; nor do descriptors that
 * become descriptors again, which stay valid while nothing else is made of them.
 *
 * The stamp of a frame is the TLB clock at the last moment it lost a writable
 * mapping or ceased to be a table. It is set while the reference that ends is
 * still held, since a table keeps its bounds in the same bytes.
 */
#include "internal.h"

struct domain io_domain = {.id = PV_DOMID_IO};
struct domain xen_domain = {.id = PV_DOMID_XEN};

u64 max_mfn;
u64 *ram_map;

static void frame_reclaim(struct frame *f);

bool mfn_valid(mfn_t m)
{
	return frame_lookup_ram(mfn_nr(m)) != NULL;
}

bool frame_get(struct frame *f, const struct domain *d)
{
	u64 x = READ_ONCE(f->state);

	/* Look at the owner first, to leave others' counts alone; after the exchange it can't
	 * change. */
	do {
		if (f->owner != d->id || !frame_countable(x))
			return false;
		if (d == &xen_domain && !(x & FRAME_SHARED))
			return false;
	} while (!frame_cas(f, &x, x + FRAME_REF));
	if (likely(READ_ONCE(f->owner) == d->id))
		return true;
	frame_put(f);
	return false;
}

void frame_put(struct frame *f)
{
	u64 x = __atomic_fetch_sub(&f->state, FRAME_REF, __ATOMIC_SEQ_CST);

	ASSERT(x & FRAME_REF_MASK);
	if (unlikely((x & FRAME_REF_MASK) == FRAME_REF))
		frame_reclaim(f);
}

struct frame *mfn_get(mfn_t m, const struct domain *d)
{
	struct frame *f = frame_lookup(mfn_nr(m));

	return f && frame_get(f, d) ? f : NULL;
}

struct frame *mfn_get_writable(mfn_t m, struct domain *d)
{
	struct frame *f = frame_lookup(mfn_nr(m));

	return f && frame_get_writable(f, d) ? f : NULL;
}

static void stamp_mapping_lost(struct frame *f)
{
	WRITE_ONCE(f->flush_stamp, tlb_clock());
}

int frame_type_begin(struct frame *f, struct domain *d, enum frame_type type)
{
	u64 x, to;
	int rc;

	if (!frame_get(f, d)) /* with this reference the owner stays */
		return -EINVAL;
	x = READ_ONCE(f->state);
	do {
		u64 was = x >> FRAME_TYPE_SHIFT;

		rc = 0;
		if (x & FRAME_TYPE_MASK) {
			if (was != type)
				rc = -EINVAL;
			else if (x & FRAME_PARTIAL)
				rc = -EAGAIN;
			to = x + FRAME_TYPE_REF;
		} else if (x & FRAME_SHARED) {
			rc = -EINVAL;
		} else if (type == FRAME_WRITABLE && (was == FRAME_NONE || was == type)) {
			to = (x + FRAME_TYPE_REF) | FRAME_TYPE_WORD(type);
		} else if (was == type && (x & FRAME_VALID)) { /* nobody can have changed it */
			to = x + FRAME_TYPE_REF;
		} else {
			to = (x & ~(FRAME_TYPE_BITS | FRAME_VALID)) + FRAME_TYPE_REF;
			to |= FRAME_TYPE_WORD(type) | FRAME_PARTIAL;
			rc = 1;
		}
		if (rc < 0) {
			frame_put(f);
			return rc;
		}
	} while (!frame_cas(f, &x, to));

	/* What the old uses may have left behind; nothing, if there never were any. */
	if (rc == 1 && x >> FRAME_TYPE_SHIFT != FRAME_NONE)
		tlb_flush_frame(d, f);
	return rc;
}

void frame_type_done(struct frame *f)
{
	u64 x = READ_ONCE(f->state), to;

	do {
		to = x & ~(FRAME_PARTIAL | FRAME_FOREIGN);
		if (x >> FRAME_TYPE_SHIFT != FRAME_WRITABLE)
			to |= FRAME_VALID;
	} while (!frame_cas(f, &x, to));
}

void frame_type_undo(struct frame *f)
{
	u64 x = READ_ONCE(f->state);

	stamp_mapping_lost(f);
	do {
		ASSERT((x & FRAME_TYPE_MASK) == FRAME_TYPE_REF);
	} while (!frame_cas(f, &x, (x & ~(FRAME_PARTIAL | FRAME_VALID | FRAME_SOLE)) - FRAME_USE));
	if ((x & FRAME_REF_MASK) == FRAME_REF)
		frame_reclaim(f);
}

bool frame_type_drop(struct frame *f)
{
	u64 x = READ_ONCE(f->state);

	for (;;) {
		bool last = (x & FRAME_TYPE_MASK) == FRAME_TYPE_REF;

		ASSERT(x & FRAME_TYPE_MASK);
		if (last && (x & FRAME_LOCKED)) { /* an entry is being changed: soon over */
			cpu_relax();
			x = READ_ONCE(f->state);
			continue;
		}
		if (frame_cas(f, &x, last ? (x | FRAME_PARTIAL) & ~FRAME_VALID : x - FRAME_USE)) {
			ASSERT(last || (x & FRAME_REF_MASK) > FRAME_REF);
			return last;
		}
	}
}

bool frame_begin_writable(struct frame *f, struct domain *d, u64 mark)
{
	if (frame_get_typed(f, d, FRAME_WRITABLE))
		return false;
	if (mark)
		__atomic_fetch_or(&f->state, mark, __ATOMIC_SEQ_CST);
	return true;
}

bool frame_get_writable(struct frame *f, struct domain *d)
{
	return frame_hold_writable(f, d, d == current->domain ? 0 : FRAME_FOREIGN);
}

/* Drop a writable or descriptor use: of the type alone, or with its reference. */
static inline void use_drop(struct frame *f, u64 use)
{
	u64 x = READ_ONCE(f->state);

	do {
		ASSERT(x >> FRAME_TYPE_SHIFT == FRAME_WRITABLE ||
		       x >> FRAME_TYPE_SHIFT == FRAME_SEGDESC);
		ASSERT(x & FRAME_TYPE_MASK);
		if ((x & FRAME_TYPE_MASK) == FRAME_TYPE_REF)
			stamp_mapping_lost(f);
	} while (!frame_cas(f, &x, x - use));
	if (unlikely((use & FRAME_REF) && (x & FRAME_REF_MASK) == FRAME_REF))
		frame_reclaim(f);
}

void frame_put_writable(struct frame *f)
{
	use_drop(f, FRAME_USE);
}

void frame_drop_writable_type(struct frame *f)
{
	use_drop(f, FRAME_TYPE_REF);
}

/* --- ownership ------------------------------------------------------------------ */

static struct domain *owner_hold(domid_t id)
{
	struct domain *d = current->domain;

	if (d && d->id == id) {
		domain_hold(d);
		return d;
	}
	return domain_get(id);
}

/* A frame that nobody can take a reference on any more ceases to be \p d's. */
static void owner_leave(struct domain *d, struct frame *f)
{
	bool last;

	spin_lock(&d->frames_lock);
	if (f->state & FRAME_SHARED) {
		d->shared_frames--;
	} else {
		if (d->walk_frame == mfn_nr(frame_mfn(f)))
			d->walk_frame = f->next;
		frames_unlink(&d->first_frame, f);
		d->frames--;
	}
	last = d->frames + d->shared_frames == 0;
	spin_unlock(&d->frames_lock);
	stamp_mapping_lost(f);
	if (last)
		domain_put(d);
}

/*
 * A frame without references: nobody can find it any more. Whoever gets it next
 * waits for the TLBs of all CPUs, by the stamp.
 */
static void frame_reclaim(struct frame *f)
{
	struct domain *d = owner_hold(f->owner);

	BUG_ON(!d);
	owner_leave(d, f);
	frame_free(f);
	domain_put(d);
}

/* The frames' reference on their domain, while there are any. Under frames_lock. */
static void domain_hold_by_frames(struct domain *d)
{
	if (d->frames + d->shared_frames == 0)
		domain_hold(d);
}

/* Under frames_lock. The frame has no reference yet; \p type: what its word says it last was. */
static void owner_set(struct frame *f, struct domain *d, enum frame_type type)
{
	f->owner = d->id;
	f->entries = 0;
	frames_link(&d->first_frame, f);
	__atomic_store_n(&f->state, FRAME_TYPE_WORD(type) | FRAME_ALLOCATED | FRAME_REF,
			 __ATOMIC_RELEASE);
}

bool extent_give(struct frame *f, unsigned int order, struct domain *d, u64 limit)
{
	u64 n = 1UL << order, nr = mfn_nr(frame_mfn(f)), i;
	bool ok;

	spin_lock(&d->frames_lock);
	ok = !d->dying && d->frames + n <= limit;
	if (ok) {
		domain_hold_by_frames(d);
		for (i = 0; i < n; i++) {
			f[i].flush_stamp = tlb_clock();
			m2p_set(mfn(nr + i), PFN_INVALID);
			owner_set(f + i, d, FRAME_NONE);
		}
		d->frames += n;
	}
	spin_unlock(&d->frames_lock);
	return ok;
}

int domain_frames_alloc(struct domain *d, unsigned int order, unsigned int bits, struct frame **out)
{
	int rc = 0;

	/* Looked at early, without the lock: nobody shall scrub memory that he may not have. */
	if (d->dying || order > MAX_ORDER ||
	    READ_ONCE(d->frames) + (1UL << order) > READ_ONCE(d->max_frames))
		return -ENOMEM;
	/* While dom0 is built no memory has had another owner, and its builder clears what must be.
	 */
	if (d->privileged && !d->created) {
		*out = buddy_alloc(order, bits);
		rc = *out ? 0 : -ENOMEM;
	} else {
		rc = extent_alloc(order, bits, out);
	}
	if (rc == 0 && !extent_give(*out, order, d, READ_ONCE(d->max_frames))) {
		extent_free(*out, order);
		rc = -ENOMEM;
	}
	return rc;
}

bool frame_release(struct frame *f, struct domain *d)
{
	bool allocated;

	if (!frame_get(f, d))
		return false;
	allocated =
		__atomic_fetch_and(&f->state, ~FRAME_ALLOCATED, __ATOMIC_SEQ_CST) & FRAME_ALLOCATED;
	if (allocated) {
		m2p_set(frame_mfn(f), PFN_INVALID);
		frame_put(f);
	}
	frame_put(f);
	return allocated;
}

bool frame_steal(struct frame *f, struct domain *d)
{
	u64 x = READ_ONCE(f->state);

	do {
		if (READ_ONCE(f->owner) != d->id ||
		    (x & ~(FRAME_TYPE_BITS | FRAME_FOREIGN | FRAME_VALID)) !=
			    (FRAME_ALLOCATED | FRAME_REF))
			return false;
	} while (!frame_cas(f, &x, 0));
	/* Without references nobody can take one; so the owner is still what it was. */
	owner_leave(d, f);
	return true;
}

void frame_give(struct frame *f, struct domain *d)
{
	spin_lock(&d->frames_lock);
	domain_hold_by_frames(d);
	d->frames++;
	owner_set(f, d, FRAME_WRITABLE); /* translations from before may be about */
	spin_unlock(&d->frames_lock);
}

void frame_free(struct frame *f)
{
	m2p_set(frame_mfn(f), PFN_INVALID);
	buddy_free(f, 0);
}

void frame_share(void *virt, struct domain *d, bool writable)
{
	struct frame *f = mfn_frame(virt_mfn(virt));
	u64 x = FRAME_SHARED | FRAME_REF;

	if (writable)
		x |= FRAME_TYPE_WORD(FRAME_WRITABLE) | FRAME_TYPE_REF;
	spin_lock(&d->frames_lock);
	domain_hold_by_frames(d);
	d->shared_frames++;
	spin_unlock(&d->frames_lock);
	f->entries = 0;
	f->flush_stamp = tlb_clock();
	f->owner = d->id;
	__atomic_store_n(&f->state, x, __ATOMIC_RELEASE);
}

void frame_unshare(void *virt, struct domain *d)
{
	struct frame *f = mfn_frame(virt_mfn(virt));

	BUG_ON(f->owner != d->id || !(f->state & FRAME_SHARED));
	frame_put_use(f, frame_type(f) == FRAME_WRITABLE);
}

/* --- teardown --------------------------------------------------------------------- */

/* The next frame of the teardown's walk, with a reference; NULL at the end. */
static struct frame *release_next(struct domain *d)
{
	struct frame *f = NULL;

	spin_lock(&d->frames_lock);
	while (d->walk_frame && !f) {
		f = mfn_frame(mfn(d->walk_frame));
		d->walk_frame = f->next;
		if (!frame_get(f, d)) /* is on its way out by itself */
			f = NULL;
	}
	spin_unlock(&d->frames_lock);
	return f;
}

#define COST_RELEASE 150 /* instructions */
static int release_frames(struct domain *d, u64 flag)
{
	struct frame *f;
	u64 x;
	int rc = 0;

	for (;;) {
		if (preempt_after(COST_RELEASE))
			return -ERESTART;
		f = release_next(d);
		if (!f)
			return 0;
		x = __atomic_fetch_and(&f->state, ~flag, __ATOMIC_SEQ_CST);
		if (x & flag & FRAME_PINNED)
			rc = frame_put_typed(f);
		if (x & flag & FRAME_ALLOCATED)
			frame_put(f);
		frame_put(f);
		if (rc)
			return rc;
	}
}

/* What vCPUs and half-done operations hold. */
static int release_roots(struct domain *d)
{
	for_each_vcpu(d, v) {
		int rc = walk_abandon(v);

		if (!rc)
			rc = root_drop(v);
		if (rc)
			return rc;
	}
	return exchange_abandon(d);
}

int domain_frames_release(struct domain *d)
{
	static const u64 flag[] = {0, FRAME_PINNED, FRAME_ALLOCATED};
	int rc = walk_resume(current);

	while (!rc && d->release_stage < ARRAY_SIZE(flag)) {
		rc = d->release_stage ? release_frames(d, flag[d->release_stage])
				      : release_roots(d);
		if (!rc) {
			d->walk_frame = d->first_frame;
			d->release_stage++;
		}
	}
	return rc;
}
