/* SPDX-License-Identifier: BSD-2-Clause */
/* What the hypercalls on page tables share. */
#ifndef PAVISE_HYPERCALL_MMU_H
#define PAVISE_HYPERCALL_MMU_H

#include "hypercall.h"

/*
 * The domain whose frames a call maps or works on. The caller's own comes
 * without a reference, and so do PV_DOMID_IO and PV_DOMID_XEN; foreign_put() knows. 0, -ESRCH,
 * -EPERM (only the privileged name others).
 */
long foreign_get(domid_t id, struct domain **out);
void foreign_put(struct domain *d);
/*
 * Flush \p va, a page or TLB_ALL, wherever the caller's domain has translations, or
 * (not \p all) those of its vCPUs in the bit set at \p set do. 0 or -EFAULT.
 */
long flush_vcpus(bool all, vaddr_t set, vaddr_t va);

/*
 * The list of requests that mmu_update and mmuext_op take alike: (list, count, done,
 * domain). A preempted call goes on with the rest of its list, and marks the count: then
 * *done already says how many went before.
 */
#define LIST_CONTINUED BIT(31)
struct request_list {
	u32 count, done, before;
};

static inline long list_open(const struct hypercall *hc, struct request_list *l)
{
	l->count = (u32)(hc->arg[1] & ~LIST_CONTINUED);
	l->done = l->before = 0;
	if ((hc->arg[1] & LIST_CONTINUED) && hc->arg[2] &&
	    copy_from_guest(&l->before, hc->arg[2], sizeof(l->before)))
		return -EFAULT;
	return 0;
}

/* \p size: of a request. */
static inline long list_close(struct hypercall *hc, struct request_list *l, u32 size, long rc)
{
	l->before += l->done;
	if (hc->arg[2] && copy_to_guest(hc->arg[2], &l->before, sizeof(l->before)))
		return -EFAULT;
	if (rc == -ERESTART) {
		hc->arg[0] += l->done * size;
		hc->arg[1] = (l->count - l->done) | LIST_CONTINUED;
	}
	return rc;
}

#endif
