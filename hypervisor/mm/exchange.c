/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * XENMEM_exchange: frames of a domain for as many others, a chunk at a time, a
 * chunk being one extent of the larger order. A chunk is all or nothing, and long:
 * where it stands is kept with the domain while the call is preempted. One that is
 * not repeated is undone by the next exchange of the domain, or by its teardown.
 */
#include "internal.h"
#include "public/memory.h"

#define PFN_LIMIT (1UL << 40)
#define COST	  200 /* instructions of a step, less what clearing takes */

struct exchange {
	struct pv_memory_exchange op;
	u64 in_chunk, out_chunk; /* extents in a chunk */
	u32 frames;		 /* in a chunk */
	enum { GET, TAKE, GIVE, DROP } phase;
	bool traded; /* the domain has lost what was taken, and gets the rest of the new */
	u32 nr_got, nr_taken;
	int error;
	u32 taken[1U << EXTENT_ORDER_MAX];	   /* machine frames of the chunk */
	struct frame *got[1U << EXTENT_ORDER_MAX]; /* first frames of its new extents */
};

static int check(struct exchange *e)
{
	const struct pv_memory_reservation *in = &e->op.in, *out = &e->op.out;
	u32 order = MAX(in->extent_order, out->extent_order);

	if (order > EXTENT_ORDER_MAX)
		return (int)REFUSE(-EPERM);
	if (in->nr_extents > 1UL << 32 || out->nr_extents > 1UL << 32 ||
	    in->nr_extents << in->extent_order != out->nr_extents << out->extent_order)
		return (int)REFUSE(-EINVAL);
	if (in->domid != out->domid || e->op.nr_exchanged > in->nr_extents)
		return (int)REFUSE(-EINVAL);
	e->frames = 1U << order;
	e->in_chunk = 1UL << (order - in->extent_order);
	e->out_chunk = 1UL << (order - out->extent_order);
	if (in->nr_extents % e->in_chunk || e->op.nr_exchanged % e->in_chunk)
		return (int)REFUSE(-EINVAL);
	return 0;
}

static int get_one(struct exchange *e)
{
	const struct pv_memory_reservation *out = &e->op.out;
	int rc = extent_alloc(out->extent_order, PV_XENMEMF_GET_ADDRESS_BITS(out->mem_flags),
			      &e->got[e->nr_got]);

	if (!rc && ++e->nr_got == e->out_chunk)
		e->phase = TAKE;
	return rc;
}

static int take_one(struct exchange *e, struct domain *d)
{
	const struct pv_memory_reservation *in = &e->op.in;
	u64 i = e->op.nr_exchanged + (e->nr_taken >> in->extent_order), nr;
	struct frame *f;

	if (copy_from_guest(&nr, in->extent_start + i * sizeof(nr), sizeof(nr)))
		return -EFAULT;
	nr += e->nr_taken & ((1U << in->extent_order) - 1);
	f = frame_lookup_ram(nr);
	if (!f || !frame_steal(f, d))
		return (int)REFUSE(-EINVAL);
	e->taken[e->nr_taken++] = (u32)nr;
	e->traded = e->nr_taken == e->frames;
	if (e->traded)
		e->phase = GIVE;
	return 0;
}

/* All are taken: from here on the trade is made, and a fault while telling the caller's loss. */
static void give_one(struct exchange *e, struct domain *d)
{
	const struct pv_memory_reservation *out = &e->op.out;
	struct frame *f = e->got[--e->nr_got];
	u64 i = e->op.nr_exchanged / e->in_chunk * e->out_chunk + e->nr_got;
	u64 at = out->extent_start + i * sizeof(u64), nr = mfn_nr(frame_mfn(f)), pfn;

	if (!e->nr_got)
		e->phase = DROP;
	if (!extent_give(f, out->extent_order, d, ~0UL)) { /* is dying */
		extent_free(f, out->extent_order);
	} else if (copy_from_guest(&pfn, at, sizeof(pfn)) || pfn >= PFN_LIMIT) {
		e->error = -EFAULT;
	} else {
		for (i = 0; i < 1UL << out->extent_order; i++)
			m2p_set(mfn(nr + i), pfn + i);
		if (copy_to_guest(at, &nr, sizeof(nr)))
			e->error = -EFAULT;
	}
}

/* What was taken goes, or back if there was no trade; then what was not given. */
static void drop_one(struct exchange *e, struct domain *d)
{
	if (e->nr_taken) {
		struct frame *f = mfn_frame(mfn(e->taken[--e->nr_taken]));

		if (e->traded)
			frame_free(f);
		else
			frame_give(f, d);
	} else {
		extent_free(e->got[--e->nr_got], e->op.out.extent_order);
	}
	if (e->traded && !e->nr_taken) {
		e->traded = false;
		e->op.nr_exchanged += e->in_chunk;
		if (!e->error)
			e->phase = GET;
	}
}

static int step(struct exchange *e, struct domain *d)
{
	switch (e->phase) {
	case GET:
		return get_one(e);
	case TAKE:
		return take_one(e, d);
	case GIVE:
		give_one(e, d);
		break;
	case DROP:
		drop_one(e, d);
		break;
	}
	return 0;
}

static bool finished(const struct exchange *e)
{
	if (e->phase == DROP)
		return !e->nr_taken && !e->nr_got;
	return e->phase == GET && e->op.nr_exchanged == e->op.in.nr_extents;
}

static int run(struct exchange *e, struct domain *d)
{
	while (!finished(e)) {
		int rc = step(e, d);

		if (rc == -ERESTART)
			return rc;
		if (rc) {
			e->error = rc;
			e->phase = DROP;
		}
		if (preempt_after(COST))
			return -ERESTART;
	}
	return e->error;
}

int exchange_abandon(struct domain *d)
{
	struct exchange *e = d->exchange;
	int rc;

	if (!e)
		return 0;
	/* Nobody is there to be told: the addresses are those of a call that is over. */
	e->phase = DROP;
	e->error = -EINVAL;
	rc = run(e, d);
	if (rc == -ERESTART)
		return rc;
	d->exchange = NULL;
	heap_free(e);
	return 0;
}

static int start(struct domain *d, const struct pv_memory_exchange *op)
{
	struct exchange *e;
	int rc = exchange_abandon(d);

	if (rc)
		return rc;
	e = heap_alloc(sizeof(*e));
	if (!e)
		return -ENOMEM;
	e->op = *op;
	rc = check(e);
	if (rc)
		heap_free(e);
	else
		d->exchange = e;
	return rc;
}

int exchange_frames(struct domain *d, struct pv_memory_exchange *op)
{
	int rc = 0;

	/* One vCPU at a time; the others come again. */
	if (__atomic_exchange_n(&d->exchanging, true, __ATOMIC_ACQUIRE))
		return -ERESTART;
	/* The same call again? As bytes: it came as bytes. */
	if (!d->exchange || memcmp((const u8 *)&d->exchange->op, (const u8 *)op, sizeof(*op)) != 0)
		rc = start(d, op);
	if (!rc) {
		rc = run(d->exchange, d);
		op->nr_exchanged = d->exchange->op.nr_exchanged;
		if (rc != -ERESTART) {
			heap_free(d->exchange);
			d->exchange = NULL;
		}
	}
	__atomic_store_n(&d->exchanging, false, __ATOMIC_RELEASE);
	return rc;
}
