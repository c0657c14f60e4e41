/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest kernel writes into its own level 1 tables as if they were memory. They
 * are mapped read-only, so each such write faults; here it is looked at before
 * anything else is, decoded, checked like any update, and done in its place.
 *
 * The instruction takes effect by one compare-exchange on the entry, so the
 * accessed and dirty bits that CPUs set meanwhile are never lost.
 */
#include "internal.h"
#include "pt_write.h"

#define FAULT_KIND  0x1fu /* present, write, user, reserved bit, fetch */
#define FAULT_WRITE 0x07u /* ring 3 wrote to a present page */

#define TRIES 64 /* more than that, against CPUs that set A and D, is not to be expected */

/* Do it on the entry. The table's lock is held. True: done, and \p r is what the guest sees after.
 */
static bool write_locked(struct frame *l1, const struct pt_write *w, struct regs *r,
			 struct domain *d)
{
	unsigned int index = (w->address & ~PAGE_MASK) / 8, shift = (w->address & 7) * 8, i;
	u64 mask = (w->size == 8 ? ~0UL : BIT(w->size * 8) - 1) << shift;
	const u64 *slot = (const u64 *)frame_virt(l1) + index;
	const struct regs before = *r;

	for (i = 0; i < TRIES; i++) {
		u64 old = READ_ONCE(*slot), part;
		int rc = 0;

		if (pt_write_apply(w, old >> shift, &part, r))
			rc = l1_exchange_locked(l1, index, old, (old & ~mask) | part << shift, d);
		if (!rc)
			return true;
		if (rc != -EAGAIN)
			break;
	}
	*r = before;
	return false;
}

bool pt_write_fault(struct regs *r, vaddr_t va)
{
	struct vcpu *v = current;
	struct pt_write w;
	struct insn i;
	struct frame *f;
	bool done;
	int rc;
	u64 e;

	if ((r->error_code & FAULT_KIND) != FAULT_WRITE || !v->kernel_mode)
		return false;
	e = walk_software(v, va);
	if (!e || (e & PTE_RW))
		return false;
	f = frame_lookup_ram(pte_nr(e));
	if (!f || frame_type(f) != FRAME_L1 || f->owner != v->domain->id)
		return false;
	if (!insn_fetch(&i, r) || !pt_write_decode(&i, r, &w) || w.address != va ||
	    (va & 7) + w.size > 8)
		return false;
	rc = table_lock(f, 1);
	if (rc == -EAGAIN) { /* is being validated, perhaps by what this vCPU was interrupted in */
		walk_resume(v);
		return true;
	}
	if (rc)
		return false;
	done = f->owner == v->domain->id && write_locked(f, &w, r, v->domain);
	pt_unlock(f);
	if (done)
		r->rip += i.length;
	return done;
}
