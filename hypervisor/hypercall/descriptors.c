/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Guest GDT and LDT. Their pages are mapped into the vCPU's descriptor window
 * while they hold the segment-descriptor type, which rules out any writable
 * mapping in a guest: what the CPU loads from there has been checked.
 */
#include "arch.h"
#include "hypercall.h"

#define DESC_PER_PAGE (PAGE_SIZE / 8)
#define COST_PAGE     5000 /* instructions to check one */
#define GDT_MAX	      PV_FIRST_RESERVED_GDT_ENTRY
#define LDT_MAX	      8192
/* Writable, since the CPU sets descriptors' accessed bits. */
#define WINDOW_FLAGS (PTE_PRESENT | PTE_RW | PTE_ACCESSED | PTE_DIRTY | PTE_NX)

#define DESC_PRESENT BIT(47)
#define DESC_DPL     (3UL << 45)
#define DESC_SEGMENT BIT(44) /* code or data, not a system descriptor */

/*
 * Not-present descriptors hold whatever the guest likes. Of the present ones
 * only code and data segments may stay: gates and TSS would lead into ring 0.
 */
bool descriptor_fix(u64 *d)
{
	if (!(*d & DESC_PRESENT))
		return true;
	if (!(*d & DESC_SEGMENT))
		return false;
	*d |= DESC_DPL;
	return true;
}

/* --- GDT ---------------------------------------------------------------------------- */

static void gdt_put(const mfn_t *frames, unsigned int n)
{
	while (n--)
		frame_put_typed(mfn_frame(frames[n]));
}

void gdt_clear(struct vcpu *v)
{
	unsigned int n = (v->gdt_entries + DESC_PER_PAGE - 1) / DESC_PER_PAGE;

	hv_unmap(v->desc_window, n);
	gdt_put(v->gdt, n);
	for (unsigned int i = 0; i < n; i++)
		v->gdt[i] = MFN_NONE;
	v->gdt_entries = 0;
}

/* Preempted, they are let go, but stay what they have been found to be: the next try is short. */
static int gdt_get(struct vcpu *v, const u64 *mfns, mfn_t *frames, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		int rc = -EINVAL;

		frames[i] = mfn(mfns[i]);
		if (preempt_after(COST_PAGE))
			rc = -ERESTART;
		else if (mfn_valid(frames[i]))
			rc = frame_get_typed(mfn_frame(frames[i]), v->domain, FRAME_SEGDESC);
		if (rc) {
			gdt_put(frames, i);
			return rc;
		}
	}
	return 0;
}

int gdt_set(struct vcpu *v, const u64 *mfns, u32 entries)
{
	unsigned int n = (entries + DESC_PER_PAGE - 1) / DESC_PER_PAGE;
	mfn_t frames[ARRAY_SIZE(v->gdt)];
	int rc;

	if (entries > GDT_MAX)
		return (int)REFUSE(-EINVAL);
	rc = gdt_get(v, mfns, frames, n);
	if (rc)
		return rc;
	gdt_clear(v);
	for (unsigned int i = 0; i < n; i++) {
		rc = hv_map(v->desc_window + i * PAGE_SIZE, frames[i], WINDOW_FLAGS);
		if (rc) {
			hv_unmap(v->desc_window, i);
			gdt_put(frames, n);
			return rc;
		}
	}
	memcpy(v->gdt, frames, n * sizeof(frames[0]));
	v->gdt_entries = entries;
	if (v == current)
		descriptors_load(v);
	return 0;
}

/* set_gdt(frames, entries) */
HYPERCALL(set_gdt)
{
	u64 mfns[ARRAY_SIZE(current->gdt)];
	u64 entries = hc->arg[1];
	size_t n = (entries + DESC_PER_PAGE - 1) / DESC_PER_PAGE;

	if (entries > GDT_MAX)
		return REFUSE(-EINVAL);
	if (copy_from_guest(mfns, hc->arg[0], n * sizeof(mfns[0])))
		return REFUSE(-EFAULT);
	return gdt_set(current, mfns, (u32)entries);
}

/* --- LDT ---------------------------------------------------------------------------- */

static vaddr_t ldt_window(const struct vcpu *v, unsigned int page)
{
	return v->desc_window + DESC_WINDOW_LDT + page * PAGE_SIZE;
}

void ldt_clear(struct vcpu *v)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(v->ldt); i++) {
		mfn_t m = v->ldt[i];

		if (!mfn_nr(m))
			continue;
		v->ldt[i] = mfn(0);
		hv_unmap(ldt_window(v, i), 1);
		frame_put_typed(mfn_frame(m));
	}
	v->ldt_entries = 0;
	v->ldt_base = 0;
}

int ldt_set(struct vcpu *v, vaddr_t base, u32 entries)
{
	if (entries > LDT_MAX || (base & ~PAGE_MASK) ||
	    (entries && !guest_range_ok(base, entries * 8UL)))
		return (int)REFUSE(-EINVAL);
	if (!entries)
		base = 0;
	if (v->ldt_base == base && v->ldt_entries == entries)
		return 0;
	ldt_clear(v);
	v->ldt_base = base;
	v->ldt_entries = entries;
	if (v == current)
		descriptors_load(v);
	return 0;
}

/* An LDT page is looked up where the guest kernel maps it, when the CPU first wants it. */
bool ldt_fault(struct vcpu *v, u64 offset)
{
	unsigned int page = offset / PAGE_SIZE, index;
	struct frame *l1;
	u64 pte;
	mfn_t m;

	if (offset / 8 >= v->ldt_entries || mfn_nr(v->ldt[page]))
		return false;
	l1 = pt_find_l1(v, v->ldt_base + page * PAGE_SIZE, &index);
	if (!l1)
		return false;
	pte = READ_ONCE(((u64 *)frame_virt(l1))[index]);
	frame_put(l1);
	m = pte_mfn(pte);
	if (!(pte & PTE_PRESENT) || !mfn_valid(m) ||
	    frame_get_typed(mfn_frame(m), v->domain, FRAME_SEGDESC))
		return false;
	if (hv_map(ldt_window(v, page), m, WINDOW_FLAGS)) {
		frame_put_typed(mfn_frame(m));
		return false;
	}
	v->ldt[page] = m;
	return true;
}

/* --- single descriptors ---------------------------------------------------------------- */

/* update_descriptor(machine address, descriptor) */
HYPERCALL(update_descriptor)
{
	struct domain *d = current->domain;
	paddr_t at = hc->arg[0];
	u64 descriptor = hc->arg[1];
	mfn_t m = paddr_mfn(at);
	struct frame *f;
	int rc = 0;

	if ((at & 7) || !mfn_valid(m) || !descriptor_fix(&descriptor))
		return REFUSE(-EINVAL);
	f = mfn_frame(m);
	if (frame_type(f) == FRAME_SEGDESC)
		rc = frame_get_typed(f, d, FRAME_SEGDESC);
	else if (!frame_get_writable(f, d))
		rc = -EINVAL;
	if (rc)
		return rc == -ERESTART ? rc : REFUSE(rc);
	WRITE_ONCE(*(u64 *)paddr_virt(at), descriptor);
	frame_put_typed(f);
	return 0;
}

/* set_segment_base(which, base) */
HYPERCALL(set_segment_base)
{
	struct vcpu *v = current;
	u64 base = hc->arg[1];

	switch (hc->arg[0]) {
	case PV_SEGBASE_FS:
	case PV_SEGBASE_GS_USER:
	case PV_SEGBASE_GS_KERNEL:
		if (!canonical(base))
			return REFUSE(-EINVAL);
		context_set_base(v, (unsigned int)hc->arg[0], base);
		return 0;
	case PV_SEGBASE_GS_USER_SEL:
		/* Guests take no failure here: a bad selector becomes null. */
		context_set_gs_selector(v, (u16)base);
		return 0;
	default:
		return REFUSE(-EINVAL);
	}
}
