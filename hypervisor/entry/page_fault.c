/* SPDX-License-Identifier: BSD-2-Clause */
/* Page faults of a guest, the most frequent cause first. */
#include "internal.h"
#include "hypercall.h"

bool page_fault_ldt(struct vcpu *v, vaddr_t va)
{
	u64 offset = va - v->desc_window - DESC_WINDOW_LDT;

	return v->desc_window && offset < DESC_WINDOW_SIZE - DESC_WINDOW_LDT &&
	       ldt_fault(v, offset);
}

/*
 * The CPU looked at a descriptor that is not there. In the LDT it is a fault on
 * the guest's own page; in the GDT the selector is beyond what the guest set.
 */
static void descriptor_fault(struct vcpu *v, struct regs *r, u64 offset)
{
	if (offset < DESC_WINDOW_LDT) {
		r->vector = EXC_GP;
		guest_trap(EXC_GP, offset & 0xfff8);
		return;
	}
	offset -= DESC_WINDOW_LDT;
	if (ldt_fault(v, offset))
		return;
	if (offset / 8 < v->ldt_entries)
		guest_page_fault(v->ldt_base + offset, 0);
	else
		guest_trap(EXC_GP, (offset & 0xfff8) | 4);
}

/*
 * QEMU's TCG up to 7.2 at least reads the frame of an IRETQ executed in ring 3
 * with supervisor rights, so that SMAP makes it fault on the guest's own stack.
 * Hardware never reports a supervisor access for an instruction in ring 3 that
 * is not about descriptors, so the case is unmistakable: do the IRETQ here. It
 * stays in ring 3; with IOPL 0 it leaves IF and IOPL alone.
 */
static bool complete_ring3_iretq(struct regs *r)
{
	struct pv_iret_context f; /* the last five words of it are what IRETQ takes */
	u8 code[2];

	if (copy_from_guest(code, r->rip, sizeof(code)) || code[0] != 0x48 || code[1] != 0xcf)
		return false;
	if (copy_from_guest(&f.rip, r->rsp, sizeof(f) - offsetof(struct pv_iret_context, rip)))
		return false;
	if ((f.cs & 3) != 3)
		return false;
	iret_frame_load(r, &f);
	return true;
}

void page_fault_guest(struct vcpu *v, struct regs *r)
{
	u32 error_code = r->error_code;
	vaddr_t va = read_cr2();
	u64 offset;

	if (v->kernel_mode && (error_code & (PF_PRESENT | PF_WRITE)) == (PF_PRESENT | PF_WRITE) &&
	    pt_write_fault(r, va))
		return;
	if (v->kernel_mode && !(error_code & PF_PRESENT) && root_fault(va))
		return;
	if (unlikely(!(error_code & PF_USER))) {
		offset = va - v->desc_window;
		if (offset < DESC_WINDOW_SIZE) {
			descriptor_fault(v, r, offset);
			return;
		}
		if (complete_ring3_iretq(r))
			return;
	}
	guest_page_fault(va, error_code);
}
