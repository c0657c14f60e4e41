/* SPDX-License-Identifier: BSD-2-Clause */
/* domctl operations on another domain's memory. */
#include "domctl.h"

#define FRAME_INFO_MAX 1024
#define COST_INFO      200 /* instructions */

long domctl_max_mem(struct domain *d, struct pv_domctl *op)
{
	u64 frames = op->u.max_mem.max_memkb >> (PAGE_SHIFT - 10);

	/* Below what it has now is allowed: the domain is asked to give some up. */
	spin_lock(&d->frames_lock);
	d->max_frames = frames;
	spin_unlock(&d->frames_lock);
	return 0;
}

static u32 frame_info(struct domain *d, u64 nr)
{
	static const u32 of_type[] = {
		[FRAME_L1] = PV_DOMCTL_PFINFO_L1TAB,
		[FRAME_L2] = PV_DOMCTL_PFINFO_L2TAB,
		[FRAME_L3] = PV_DOMCTL_PFINFO_L3TAB,
		[FRAME_L4] = PV_DOMCTL_PFINFO_L4TAB,
	};
	struct frame *f = mfn_get(mfn(nr), d);
	u32 info = PV_DOMCTL_PFINFO_NOTAB;
	u64 state;

	if (!f)
		return PV_DOMCTL_PFINFO_XTAB;
	state = READ_ONCE(f->state);
	if (state >> FRAME_TYPE_SHIFT <= FRAME_L4)
		info = of_type[state >> FRAME_TYPE_SHIFT];
	if (state & FRAME_PINNED)
		info |= PV_DOMCTL_PFINFO_LPINTAB;
	frame_put(f);
	return info;
}

long domctl_page_frame_info(struct domain *d, struct pv_domctl *op)
{
	struct pv_domctl_getpageframeinfo3 *g = &op->u.getpageframeinfo3;
	u64 nr;

	if (g->num > FRAME_INFO_MAX)
		return REFUSE(-E2BIG);
	for (; g->num; g->num--, g->array += sizeof(nr)) {
		if (preempt_after(COST_INFO))
			return -ERESTART;
		if (copy_from_guest(&nr, g->array, sizeof(nr)))
			return -EFAULT;
		nr = frame_info(d, nr);
		if (copy_to_guest(g->array, &nr, sizeof(nr)))
			return -EFAULT;
	}
	return 0;
}

long domctl_hypercall_init(struct domain *d, struct pv_domctl *op)
{
	struct frame *f = mfn_get_writable(mfn(op->u.hypercall_init.gmfn), d);

	if (!f)
		return REFUSE(-EACCES);
	hypercall_page_fill(frame_virt(f));
	frame_put_writable(f);
	return 0;
}
