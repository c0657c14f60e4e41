/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copying between two frames, each named by a grant or, if it is the caller's
 * own, by number. Nothing found out about one element serves for the next: each
 * takes its references anew and gives them back.
 */
#include "errno.h"
#include "internal.h"

/* One end of a copy while it is held. */
struct copy_end {
	struct frame *frame;
	struct domain *granter; /* NULL: own frame */
	u32 ref;
	bool readonly;
};

static s16 end_take(struct copy_end *e, const struct pv_gnttab_copy_ptr *p, bool by_ref,
		    bool readonly)
{
	s16 status;

	e->granter = NULL;
	e->readonly = readonly;
	if (!by_ref) {
		/* Frame numbers are for the caller's own memory alone. */
		if (p->domid != PV_DOMID_SELF && p->domid != current->domain->id)
			return PV_GNTST_PERMISSION_DENIED;
		e->frame = mfn_get(mfn(p->u.gmfn), current->domain);
		if (!e->frame)
			return PV_GNTST_BAD_PAGE;
		if (!readonly && !frame_get_writable(e->frame, current->domain)) {
			frame_put(e->frame);
			return PV_GNTST_BAD_PAGE;
		}
		return PV_GNTST_OKAY;
	}
	e->granter = domain_get(p->domid);
	e->ref = p->u.ref;
	if (!e->granter)
		return PV_GNTST_BAD_DOMAIN;
	status = e->granter->grant
			 ? grant_acquire(e->granter, e->ref, current->domain, readonly, &e->frame)
			 : PV_GNTST_BAD_DOMAIN;
	if (status != PV_GNTST_OKAY)
		domain_put(e->granter);
	return status;
}

static void end_give_back(struct copy_end *e)
{
	if (e->granter) {
		grant_release(e->granter, e->ref, e->readonly);
		domain_put(e->granter);
		return;
	}
	if (!e->readonly)
		frame_put_writable(e->frame);
	frame_put(e->frame);
}

void grant_copy(struct pv_gnttab_copy *op)
{
	struct copy_end from, to;

	op->status = PV_GNTST_BAD_COPY_ARG;
	if ((u32)op->source.offset + op->len > PAGE_SIZE ||
	    (u32)op->dest.offset + op->len > PAGE_SIZE)
		return;
	op->status = end_take(&from, &op->source, op->flags & PV_GNTCOPY_SOURCE_GREF, true);
	if (op->status != PV_GNTST_OKAY)
		return;
	op->status = end_take(&to, &op->dest, op->flags & PV_GNTCOPY_DEST_GREF, false);
	if (op->status == PV_GNTST_OKAY) {
		/* The two may be one frame, at ranges that overlap. */
		memmove((char *)frame_virt(to.frame) + op->dest.offset,
			(char *)frame_virt(from.frame) + op->source.offset, op->len);
		end_give_back(&to);
	}
	end_give_back(&from);
}
