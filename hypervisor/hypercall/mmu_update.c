/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mmu_update(requests, count, done, foreigndom): change page-table entries, and
 * M2P entries. Stops at the first request that fails; *done counts those before.
 *
 * Consecutive requests on one level 1 table, by far the most, keep its lock. It
 * is let go before the next chunk of requests is copied in.
 */
#include "mmu.h"
#include "public/mmu.h"

#define CHUNK 32
/* Instructions for a change of an upper entry, without the walk of the table that it names. */
#define COST_UPPER 600

struct batch {
	struct domain *owner;	/* of the tables */
	struct domain *foreign; /* of the frames mapped */
	struct frame *table;	/* the one in use, NULL: none */
	u64 nr;
	enum frame_type type;
};

long foreign_get(domid_t id, struct domain **out)
{
	struct domain *self = current->domain;

	*out = self;
	if (id == PV_DOMID_SELF || id == self->id)
		return 0;
	if (!self->privileged)
		return REFUSE(-EPERM);
	if (id == PV_DOMID_IO)
		*out = &io_domain;
	else if (id == PV_DOMID_XEN)
		*out = &xen_domain;
	else
		*out = domain_get(id);
	return *out ? 0 : REFUSE(-ESRCH);
}

void foreign_put(struct domain *d)
{
	if (d != current->domain && d != &io_domain && d != &xen_domain)
		domain_put(d);
}

static void table_leave(struct batch *b)
{
	if (!b->table)
		return;
	if (b->type == FRAME_L1)
		pt_unlock(b->table);
	else if (b->type == FRAME_WRITABLE)
		frame_put_writable(b->table);
	else
		frame_put(b->table);
	b->table = NULL;
}

/* Take the frame that holds the entry: a level 1 table locked, others referenced. */
static long table_enter(struct batch *b, u64 nr)
{
	struct frame *f;

	table_leave(b);
	b->nr = nr;
	f = pt_lock_l1(mfn(nr), b->owner);
	if (likely(f)) {
		b->type = FRAME_L1;
		b->table = f;
		return 0;
	}
	f = mfn_get(mfn(nr), b->owner);
	if (!f)
		return REFUSE(-EINVAL);
	b->type = frame_type(f);
	if (b->type == FRAME_L1) { /* is on its way to be validated or taken down */
		frame_put(f);
		return b->owner == current->domain ? -ERESTART : REFUSE(-EBUSY);
	}
	if (b->type < FRAME_L2 || b->type > FRAME_L4) {
		bool writable = frame_get_writable(f, b->owner);

		frame_put(f);
		if (!writable)
			return REFUSE(-EINVAL);
		b->type = FRAME_WRITABLE;
	}
	b->table = f;
	return 0;
}

static long entry_update(struct batch *b, const struct pv_mmu_update *u)
{
	unsigned int index = (u->ptr & ~PAGE_MASK) / 8;
	bool preserve = (u->ptr & 3) == PV_MMU_PT_UPDATE_PRESERVE_AD;
	long rc;

	if (u->ptr & 4)
		return REFUSE(-EINVAL);
	if (unlikely(!b->table || b->nr != u->ptr >> PAGE_SHIFT)) {
		rc = table_enter(b, u->ptr >> PAGE_SHIFT);
		if (rc)
			return rc;
	}
	if (likely(b->type == FRAME_L1))
		return pt_update_locked(b->table, index, u->val, b->owner, b->foreign, preserve);
	if (b->type == FRAME_WRITABLE) {
		WRITE_ONCE(((u64 *)frame_virt(b->table))[index], u->val);
		return 0;
	}
	return pt_update(b->table, b->type, index, u->val, b->owner, b->foreign, preserve);
}

static long m2p_update(struct batch *b, const struct pv_mmu_update *u)
{
	mfn_t m = paddr_mfn(u->ptr);
	struct frame *f = mfn_get(m, b->foreign);

	if (!f || b->foreign == &xen_domain) {
		if (f)
			frame_put(f);
		return REFUSE(-EINVAL);
	}
	m2p_set(m, u->val);
	frame_put(f);
	return 0;
}

/* Do a chunk. *i: requests done. */
static long chunk_run(struct batch *b, const struct pv_mmu_update *u, u32 n, u32 *i)
{
	long rc = 0;

	for (*i = 0; *i < n; ++*i, u++) {
		if ((u->ptr & 3) == PV_MMU_MACHPHYS_UPDATE)
			rc = m2p_update(b, u);
		else
			rc = entry_update(b, u);
		if (unlikely(rc))
			break;
		if (b->type != FRAME_L1 && b->table) {
			rc = walk_resume(current); /* an old table may have to be taken down */
			if (!rc && preempt_after(COST_UPPER))
				rc = -ERESTART;
			if (rc) {
				++*i;
				break;
			}
		}
	}
	table_leave(b);
	return rc;
}

static long batch_run(struct batch *b, vaddr_t at, struct request_list *l)
{
	struct pv_mmu_update u[CHUNK];
	long rc = walk_resume(current);
	u32 i, n;

	while (!rc && l->done < l->count) {
		n = MIN(l->count - l->done, (u32)CHUNK);
		if (copy_from_guest(u, at + l->done * sizeof(*u), n * sizeof(*u)))
			return -EFAULT;
		rc = chunk_run(b, u, n, &i);
		l->done += i;
		if (!rc && l->done < l->count && preempt_pending())
			rc = -ERESTART;
	}
	return rc;
}

static long batch_open(struct batch *b, u32 domids)
{
	u32 owner = domids >> 16;
	long rc;

	*b = (struct batch){.owner = current->domain, .foreign = current->domain};
	if (likely(domids == PV_DOMID_SELF))
		return 0;
	if (owner) {
		rc = foreign_get(owner - 1, &b->owner);
		if (rc)
			return rc;
	}
	rc = foreign_get(domids & 0xffff, &b->foreign);
	if (rc)
		foreign_put(b->owner);
	return rc;
}

HYPERCALL(mmu_update)
{
	struct request_list l;
	struct batch b;
	long rc = list_open(hc, &l);

	if (rc)
		return rc;
	rc = batch_open(&b, (u32)hc->arg[3]);
	if (!rc) {
		rc = batch_run(&b, hc->arg[0], &l);
		foreign_put(b.foreign);
		foreign_put(b.owner);
	}
	/* Also when the other domain is gone: Linux counts its frames by what stands here. */
	return list_close(hc, &l, sizeof(struct pv_mmu_update), rc);
}
