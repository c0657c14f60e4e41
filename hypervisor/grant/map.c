/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mapping a granted frame and taking the mapping away again. Each step of a map
 * has its undo; an unmap undoes what the track entry says was done, whatever the
 * caller's arguments say. Between clearing an entry and letting the frame go
 * stands a TLB flush: the granter may reuse the frame as soon as it is told.
 */
#include "errno.h"
#include "internal.h"

/* The page-table entry that a mapping's host_addr stands for. */
struct place {
	struct frame *l1; /* with its lock held */
	unsigned int index;
};

static s16 place_lock(struct place *p, u64 host_addr, u32 flags)
{
	if (likely(!(flags & PV_GNTMAP_CONTAINS_PTE))) {
		p->l1 = pt_lock_va(current, host_addr, &p->index);
		return p->l1 ? PV_GNTST_OKAY : PV_GNTST_BAD_VIRT_ADDR;
	}
	p->index = (host_addr & ~PAGE_MASK) / 8;
	p->l1 = host_addr & 7 ? NULL : pt_lock_l1(paddr_mfn(host_addr), current->domain);
	return p->l1 ? PV_GNTST_OKAY : PV_GNTST_GENERAL_ERROR;
}

static u64 entry_for(struct frame *f, u32 flags)
{
	u64 avail = (u64)(flags >> PV_GNTMAP_GUEST_AVAIL0) << 9 & PTE_AVAIL;

	return mfn_paddr(frame_mfn(f)) | avail | PTE_PRESENT | PTE_USER | PTE_ACCESSED | PTE_DIRTY |
	       (flags & PV_GNTMAP_READONLY ? 0 : PTE_RW);
}

static s16 map_into_host(struct pv_gnttab_map_grant_ref *op, struct frame *f,
			 struct domain *granter)
{
	struct place p;
	s16 status = place_lock(&p, op->host_addr, op->flags);

	if (status != PV_GNTST_OKAY)
		return status;
	/* The references that an entry holds on the frame that it maps. */
	if (likely(op->flags & PV_GNTMAP_READONLY ? frame_get(f, granter)
						  : frame_get_writable(f, granter)))
		pt_install_locked(p.l1, p.index, entry_for(f, op->flags));
	else
		status = PV_GNTST_GENERAL_ERROR;
	pt_unlock(p.l1);
	return status;
}

static s16 map_tracked(struct pv_gnttab_map_grant_ref *op, struct domain *granter,
		       struct track_entry *t)
{
	bool readonly = op->flags & PV_GNTMAP_READONLY;
	u32 uses = map_uses(op->flags);
	struct frame *f;
	s16 status = grant_acquire(granter, op->ref, current->domain, readonly, uses, &f);

	if (status != PV_GNTST_OKAY)
		return status;
	if (op->flags & PV_GNTMAP_HOST_MAP) {
		status = map_into_host(op, f, granter);
		if (status != PV_GNTST_OKAY) {
			grant_release(granter, op->ref, readonly, uses);
			return status;
		}
	}
	t->granter = granter;
	t->ref = op->ref;
	t->flags = op->flags & (PV_GNTMAP_HOST_MAP | PV_GNTMAP_DEVICE_MAP | PV_GNTMAP_READONLY |
				PV_GNTMAP_CONTAINS_PTE);
	op->dev_bus_addr = mfn_paddr(frame_mfn(f));
	return PV_GNTST_OKAY;
}

static void map_one(struct pv_gnttab_map_grant_ref *op, struct domain **held)
{
	struct grant_table *gt = current->domain->grant;
	struct domain *granter;
	struct track_entry *t;
	u32 handle;

	op->status = PV_GNTST_BAD_GNTREF;
	if (!(op->flags & (PV_GNTMAP_HOST_MAP | PV_GNTMAP_DEVICE_MAP)))
		return;
	op->status = PV_GNTST_BAD_DOMAIN;
	granter = granter_select(held, op->dom);
	if (!granter)
		return;
	op->status = PV_GNTST_NO_SPACE;
	t = track_alloc(gt, &handle);
	if (!t)
		return;
	op->status = map_tracked(op, granter, t);
	if (likely(op->status == PV_GNTST_OKAY)) {
		op->handle = handle;
		domain_hold(granter); /* for the track entry */
		__atomic_store_n(&t->state, TRACK_MAPPED, __ATOMIC_RELEASE);
	} else {
		track_free(gt, handle);
	}
}

void grant_map(struct pv_gnttab_map_grant_ref *op, u32 n)
{
	struct domain *held = NULL;

	while (n--)
		map_one(op++, &held);
	if (held)
		domain_put(held);
}

/* --- unmap ----------------------------------------------------------------------- */

/* What is left to do for one element once the TLBs are clean. */
struct unmapping {
	struct frame *frame; /* NULL: nothing */
	struct domain *granter;
	u32 ref;
	bool readonly;
	bool host; /* a page-table entry was cleared */
	bool last; /* nothing is left of the mapping: the handle is free again */
	u32 uses;
};

/* Take the track entry for ourselves: two CPUs cannot unmap one handle. */
static struct track_entry *track_claim(struct grant_table *gt, u32 handle)
{
	struct track_entry *t;

	spin_lock(&gt->track_lock);
	t = track_lookup(gt, handle);
	if (t && t->state == TRACK_MAPPED)
		t->state = TRACK_BUSY;
	else
		t = NULL;
	spin_unlock(&gt->track_lock);
	return t;
}

/* Clear the entry at host_addr if it still is this mapping. */
static s16 clear_host_entry(u64 host_addr, struct frame *f, u8 flags)
{
	u64 rw = flags & PV_GNTMAP_READONLY ? 0 : PTE_RW;
	struct place p;
	s16 status = place_lock(&p, host_addr, flags);

	if (status != PV_GNTST_OKAY)
		return status;
	if (!pt_clear_locked(p.l1, p.index, mfn_paddr(frame_mfn(f)) | PTE_PRESENT | rw))
		status = PV_GNTST_GENERAL_ERROR;
	pt_unlock(p.l1);
	return status;
}

static void unmap_clear(struct pv_gnttab_unmap_grant_ref *op, struct unmapping *u)
{
	struct track_entry *t = track_claim(current->domain->grant, op->handle);
	struct frame *f;

	u->frame = NULL;
	op->status = PV_GNTST_BAD_HANDLE;
	if (!t)
		return;
	/* Latched before that use, so that it stays. */
	f = mfn_frame(mfn(active_entry(t->granter->grant, t->ref)->frame));
	*u = (struct unmapping){
		.granter = t->granter, .ref = t->ref, .readonly = t->flags & PV_GNTMAP_READONLY};
	op->status = PV_GNTST_OKAY;
	if (op->dev_bus_addr && (t->flags & PV_GNTMAP_DEVICE_MAP)) {
		if (op->dev_bus_addr != mfn_paddr(frame_mfn(f))) {
			op->status = PV_GNTST_GENERAL_ERROR;
		} else {
			t->flags &= ~PV_GNTMAP_DEVICE_MAP;
			u->uses++;
		}
	}
	if (op->status == PV_GNTST_OKAY && op->host_addr && (t->flags & PV_GNTMAP_HOST_MAP)) {
		op->status = clear_host_entry(op->host_addr, f, t->flags);
		if (op->status == PV_GNTST_OKAY) {
			t->flags &= ~PV_GNTMAP_HOST_MAP;
			u->host = true;
			u->uses++;
		}
	}
	u->frame = u->uses ? f : NULL;
	/* Halves left: the handle stays good. None left: it is freed after the flush. */
	u->last = !(t->flags & (PV_GNTMAP_DEVICE_MAP | PV_GNTMAP_HOST_MAP));
	if (!u->last)
		__atomic_store_n(&t->state, TRACK_MAPPED, __ATOMIC_RELEASE);
}

static void unmap_release(const struct pv_gnttab_unmap_grant_ref *op, struct unmapping *u)
{
	if (!u->frame)
		return;
	if (u->host)
		frame_put_use(u->frame, !u->readonly);
	grant_release(u->granter, u->ref, u->readonly, u->uses);
	if (u->last) {
		track_free(current->domain->grant, op->handle);
		domain_put(u->granter);
	}
}

void grant_unmap(struct pv_gnttab_unmap_grant_ref *op, u32 n)
{
	struct unmapping u[GRANT_BATCH];
	bool flush = false;

	for (u32 i = 0; i < n; i++) {
		unmap_clear(&op[i], &u[i]);
		flush |= u[i].frame && u[i].host;
	}
	if (flush)
		tlb_flush_domain(current->domain);
	for (u32 i = 0; i < n; i++)
		unmap_release(&op[i], &u[i]);
}
