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
#define LDT_PAGE      (DESC_WINDOW_LDT / PAGE_SIZE) /* of the window */
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

/* --- pages of the window -------------------------------------------------------------- */

/* Could the frame be such a page? Then it is held as one. A page is checked in one go. */
static bool page_hold(struct vcpu *v, mfn_t m)
{
	return mfn_nr(m) && mfn_valid(m) &&
	       !frame_get_typed(mfn_frame(m), v->domain, FRAME_SEGDESC);
}

/* The tables of the window have been there since it was made, so this does not fail. */
static void page_set(struct vcpu *v, unsigned int page, mfn_t m)
{
	BUG_ON(hv_map(v->desc_window + page * PAGE_SIZE, m, WINDOW_FLAGS));
	v->desc[page] = m;
}

/* One flush for all of them, and none when there is nothing: it reaches every CPU. */
static void pages_clear(struct vcpu *v, unsigned int first, unsigned int end)
{
	unsigned int page = first;

	while (page < end && !mfn_nr(v->desc[page]))
		page++;
	hv_unmap(v->desc_window + page * PAGE_SIZE, end - page);
	for (; page < end; page++) {
		mfn_t m = v->desc[page];

		v->desc[page] = mfn(0);
		if (mfn_nr(m))
			frame_put_typed(mfn_frame(m));
	}
}

/* --- GDT ---------------------------------------------------------------------------- */

void gdt_clear(struct vcpu *v)
{
	pages_clear(v, 0, GDT_HV_PAGE);
	v->gdt_entries = 0;
}

int gdt_set(struct vcpu *v, const u64 *mfns, u32 entries)
{
	unsigned int n = (entries + DESC_PER_PAGE - 1) / DESC_PER_PAGE, i;

	if (entries > GDT_MAX)
		return (int)REFUSE(-EINVAL);
	for (i = 0; i < n; i++) {
		/* Preempted, those held are let go, but stay valid: the next try is short. */
		int rc = preempt_after(COST_PAGE) ? -ERESTART : 0;

		if (!rc && page_hold(v, mfn(mfns[i])))
			continue;
		while (i--)
			frame_put_typed(mfn_frame(mfn(mfns[i])));
		return rc ? rc : (int)REFUSE(-EINVAL);
	}
	gdt_clear(v);
	for (i = 0; i < n; i++)
		page_set(v, i, mfn(mfns[i]));
	v->gdt_entries = entries;
	if (v == current)
		descriptors_load(v);
	return 0;
}

/* set_gdt(frames, entries) */
HYPERCALL(set_gdt)
{
	u64 mfns[GDT_HV_PAGE];
	u64 entries = hc->arg[1];
	size_t n = (entries + DESC_PER_PAGE - 1) / DESC_PER_PAGE;

	if (entries > GDT_MAX)
		return REFUSE(-EINVAL);
	if (copy_from_guest(mfns, hc->arg[0], n * sizeof(mfns[0])))
		return REFUSE(-EFAULT);
	return gdt_set(current, mfns, (u32)entries);
}

/* --- LDT ---------------------------------------------------------------------------- */

void ldt_clear(struct vcpu *v)
{
	pages_clear(v, LDT_PAGE, ARRAY_SIZE(v->desc));
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
	unsigned int page = offset / PAGE_SIZE;
	u64 entry;

	if (offset / 8 >= v->ldt_entries || mfn_nr(v->desc[LDT_PAGE + page]))
		return false;
	entry = walk_software(v, v->ldt_base + page * PAGE_SIZE);
	if (!entry || !page_hold(v, pte_mfn(entry)))
		return false;
	page_set(v, LDT_PAGE + page, pte_mfn(entry));
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
