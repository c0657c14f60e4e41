/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The iret hypercall, the guest kernel's only way to user mode and its usual
 * way back from an interrupt; and what happens when the frame cannot be loaded.
 */
#include "internal.h"
#include "guest_word.h"
#include "hypercall.h"

void iret_frame_load(struct regs *r, const struct pv_iret_context *f)
{
	r->rip = f->rip;
	r->cs = (f->cs & 0xffff) | 3;
	r->rflags = (f->rflags & RFLAGS_GUEST) | RFLAGS_ONE | RFLAGS_IF;
	r->rsp = f->rsp;
	r->ss = (f->ss & 0xffff) | 3;
}

void guest_iret(struct regs *r)
{
	struct vcpu *v = current;
	vaddr_t at = r->rsp;
	struct pv_iret_context f;
	bool to_user, masked;

	if (unlikely(!guest_range_ok(at, sizeof(f))))
		goto out_of_range;
	user_access_begin();
	guest_get(f.rax, at + offsetof(struct pv_iret_context, rax), fault);
	guest_get(f.r11, at + offsetof(struct pv_iret_context, r11), fault);
	guest_get(f.rcx, at + offsetof(struct pv_iret_context, rcx), fault);
	guest_get(f.rip, at + offsetof(struct pv_iret_context, rip), fault);
	guest_get(f.cs, at + offsetof(struct pv_iret_context, cs), fault);
	guest_get(f.rflags, at + offsetof(struct pv_iret_context, rflags), fault);
	guest_get(f.rsp, at + offsetof(struct pv_iret_context, rsp), fault);
	guest_get(f.ss, at + offsetof(struct pv_iret_context, ss), fault);
	user_access_end();
	to_user = (f.cs & 3) == 3;
	masked = !(f.rflags & RFLAGS_IF);
	if (to_user) {
		v->kernel_mode = false;
		root_enter_user(v);
		context_swap_gs();
	}
	/* Nothing is in between for the guest to notice: the mask opens as it would by IF. */
	WRITE_ONCE(v->info->evtchn_upcall_mask, masked);
	v->nmi_masked = false;
	r->rax = f.rax;
	r->r11 = f.r11;
	r->rcx = f.rcx;
	iret_frame_load(r, &f);
	return;
fault:
	user_access_end();
out_of_range:
	domain_crash(v->domain, "iret: no frame at %lx", at);
}

/* Reached by multicall alone: a batch cannot go on in another mode. */
HYPERCALL(iret)
{
	(void)hc;
	return REFUSE(-EINVAL);
}

void iret_failed(const struct regs *fault)
{
	struct cpu *c = this_cpu();
	struct vcpu *v = c->vcpu;
	struct regs *r = &c->guest;
	u32 vector = fault->vector, error_code = fault->error_code;

	/* The two overlap; what lies behind the general registers was not overwritten. */
	memmove(r, fault, offsetof(struct regs, error_code));
	r->vector = vector;
	r->error_code = error_code;
	if (vector == EXC_PF && page_fault_ldt(v, read_cr2()))
		return;
	bounce_failsafe(v, r);
}
