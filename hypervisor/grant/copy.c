/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copying between two frames, each named by a grant or, if it is the caller's
 * own, by number. Nothing found out about one element serves for the next but who
 * the granter is: each takes its frames anew and gives them back.
 */
#include "errno.h"
#include "internal.h"

static s16 end_take(const struct pv_gnttab_copy_ptr *p, bool by_ref, bool readonly,
		    struct domain **granter, struct frame **f)
{
	struct domain *d = current->domain;

	if (by_ref) {
		if (!granter_select(granter, p->domid))
			return PV_GNTST_BAD_DOMAIN;
		return grant_acquire(*granter, p->u.ref, d, readonly, 1, f);
	}
	/* Frame numbers are for the caller's own memory alone. */
	if (p->domid != PV_DOMID_SELF && p->domid != d->id)
		return PV_GNTST_PERMISSION_DENIED;
	*f = mfn_get_use(mfn(p->u.gmfn), d, !readonly);
	return *f ? PV_GNTST_OKAY : PV_GNTST_BAD_PAGE;
}

static void end_give_back(const struct pv_gnttab_copy_ptr *p, bool by_ref, bool readonly,
			  struct domain *granter, struct frame *f)
{
	if (by_ref)
		grant_release(granter, p->u.ref, readonly, 1);
	else
		frame_put_use(f, !readonly);
}

static s16 copy_one(const struct pv_gnttab_copy *op, struct domain **from_d, struct domain **to_d)
{
	bool from_ref = op->flags & PV_GNTCOPY_SOURCE_GREF,
	     to_ref = op->flags & PV_GNTCOPY_DEST_GREF;
	struct frame *from, *to;
	s16 status;

	if ((u32)op->source.offset + op->len > PAGE_SIZE ||
	    (u32)op->dest.offset + op->len > PAGE_SIZE)
		return PV_GNTST_BAD_COPY_ARG;
	status = end_take(&op->source, from_ref, true, from_d, &from);
	if (status != PV_GNTST_OKAY)
		return status;
	status = end_take(&op->dest, to_ref, false, to_d, &to);
	if (status == PV_GNTST_OKAY) {
		/* The two may be one frame, at ranges that overlap. */
		memmove((char *)frame_virt(to) + op->dest.offset,
			(char *)frame_virt(from) + op->source.offset, op->len);
		end_give_back(&op->dest, to_ref, false, *to_d, to);
	}
	end_give_back(&op->source, from_ref, true, *from_d, from);
	return status;
}

void grant_copy(struct pv_gnttab_copy *op, u32 n)
{
	struct domain *from = NULL, *to = NULL;

	for (; n--; op++)
		op->status = copy_one(op, &from, &to);
	if (from)
		domain_put(from);
	if (to)
		domain_put(to);
}
