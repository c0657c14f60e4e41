/* SPDX-License-Identifier: BSD-2-Clause */
/* update_va_mapping(va, entry, flags): one level 1 entry of the current address space. */
#include "arch.h"
#include "mmu.h"
#include "public/mmu.h"

/* Only after a change that was made: refused ones flush nothing. */
static long flush_after(vaddr_t va, u64 flags)
{
	u64 where = flags & ~PV_UVMF_FLUSHTYPE_MASK;

	switch (flags & PV_UVMF_FLUSHTYPE_MASK) {
	case PV_UVMF_NONE:
		return 0;
	case PV_UVMF_TLB_FLUSH:
		va = TLB_ALL;
		break;
	case PV_UVMF_INVLPG:
		break;
	default:
		return REFUSE(-EINVAL);
	}
	if (where != PV_UVMF_LOCAL)
		return flush_vcpus(where == PV_UVMF_ALL, where, va);
	if (va == TLB_ALL)
		tlb_flush_local();
	else
		invlpg(va);
	return 0;
}

static long update(vaddr_t va, u64 entry, u64 flags, struct domain *foreign)
{
	struct vcpu *v = current;
	unsigned int index;
	struct frame *l1;
	long rc;

	l1 = pt_lock_va(v, va, &index);
	if (unlikely(!l1))
		return REFUSE(-EINVAL);
	rc = pt_update_locked(l1, index, entry, v->domain, foreign, false);
	pt_unlock(l1);
	return rc ? rc : flush_after(va, flags);
}

HYPERCALL(update_va_mapping)
{
	return update(hc->arg[0], hc->arg[1], hc->arg[2], current->domain);
}

HYPERCALL(update_va_mapping_otherdomain)
{
	struct domain *foreign;
	long rc = foreign_get((domid_t)hc->arg[3], &foreign);

	if (rc)
		return rc;
	rc = update(hc->arg[0], hc->arg[1], hc->arg[2], foreign);
	foreign_put(foreign);
	return rc;
}
