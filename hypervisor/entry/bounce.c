/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entering the guest kernel: a frame on its stack, its handler in RIP. From low
 * to high: RCX, R11, [error code], RIP, CS with the event mask in bits 32-39,
 * RFLAGS with the virtual IF, RSP, SS. What cannot be written ends the domain,
 * never the hypervisor.
 */
#include "internal.h"
#include "guest_word.h"
#include "public/callback.h"

static __noinline void no_handler(struct vcpu *v, const struct regs *r)
{
	domain_crash(v->domain, "no handler for vector 0x%x, error code 0x%x at %04lx:%lx",
		     r->vector, r->error_code, r->cs, r->rip);
	registers_print(r);
}

static __noinline void no_stack(struct vcpu *v, const struct regs *r, vaddr_t sp)
{
	domain_crash(v->domain, "no stack for vector 0x%x at %lx, from %04lx:%lx", r->vector, sp,
		     r->cs, r->rip);
}

/* Guest user to guest kernel: address space and GS base. */
static void enter_kernel(struct vcpu *v)
{
	v->kernel_mode = true;
	root_enter_kernel();
	context_swap_gs();
}

/*
 * Push the frame, with \p n words of \p extra behind RCX and R11, and go to
 * \p handler. Always inlined: \p n is a constant of each caller's.
 */
static __inlined void bounce(struct vcpu *v, struct regs *r, const u64 *extra, unsigned int n,
			     vaddr_t handler, bool mask_events)
{
	u64 mask = READ_ONCE(v->info->evtchn_upcall_mask), flags = r->rflags;
	u64 cs = r->cs & 0xffff, sp = r->rsp, top, size = (n + 7) * 8;

	if (unlikely(!handler)) {
		no_handler(v, r);
		return;
	}
	if (v->kernel_mode) {
		cs &= ~3UL; /* this is how the kernel tells its own frames from its users' */
	} else {
		sp = v->kernel_sp;
		enter_kernel(v);
	}
	flags = (flags & ~(RFLAGS_IF | RFLAGS_IOPL)) | (mask ? 0 : RFLAGS_IF);
	if (unlikely(v->domain->vm_assist & BIT(PV_VMASST_TYPE_ARCHITECTURAL_IOPL)))
		flags |= (u64)v->iopl << 12;
	sp = (sp & ~15UL) - size;
	top = sp + size;
	if (unlikely(!guest_range_ok(sp, size)))
		goto out_of_range;
	user_access_begin();
	guest_put(r->rcx, sp, fault);
	guest_put(r->r11, sp + 8, fault);
	for (unsigned int i = 0; i < n; i++)
		guest_put(extra[i], sp + 16 + i * 8, fault);
	guest_put(r->rip, top - 40, fault);
	guest_put(cs | mask << 32, top - 32, fault);
	guest_put(flags, top - 24, fault);
	guest_put(r->rsp, top - 16, fault);
	guest_put(r->ss & 0xffff, top - 8, fault);
	user_access_end();
	if (mask_events)
		WRITE_ONCE(v->info->evtchn_upcall_mask, 1);
	r->rip = handler;
	r->cs = PV_FLAT_KERNEL_CS;
	r->ss = PV_FLAT_KERNEL_SS;
	r->rsp = sp;
	r->rflags = (r->rflags & ~(RFLAGS_TF | RFLAGS_RF | RFLAGS_NT | RFLAGS_VM | RFLAGS_AC)) |
		    RFLAGS_IF;
	return;
fault:
	user_access_end();
out_of_range:
	no_stack(v, r, sp);
}

static void bounce_plain(struct vcpu *v, struct regs *r, vaddr_t handler, bool mask_events)
{
	bounce(v, r, NULL, 0, handler, mask_events);
}

static bool pushes_error_code(u8 vector)
{
	return vector < 32 &&
	       (BIT(vector) & (BIT(EXC_DF) | BIT(EXC_TS) | BIT(EXC_NP) | BIT(EXC_SS) | BIT(EXC_GP) |
			       BIT(EXC_PF) | BIT(EXC_AC)));
}

void guest_trap(u8 vector, u32 error_code)
{
	struct cpu *c = this_cpu();
	struct vcpu *v = c->vcpu;
	const struct trap_entry *t = &v->trap[vector];
	u64 code = error_code;

	if (pushes_error_code(vector))
		bounce(v, &c->guest, &code, 1, t->address, t->flags & PV_TI_IF);
	else
		bounce_plain(v, &c->guest, t->address, t->flags & PV_TI_IF);
}

void guest_page_fault(vaddr_t va, u32 error_code)
{
	struct vcpu *v = current;

	v->cr2 = va;
	WRITE_ONCE(v->info->arch.cr2, va);
	/* Both guest modes are ring 3 to the CPU; the guest's own view of U/S counts. */
	if (v->kernel_mode)
		error_code &= ~PF_USER;
	else
		error_code |= PF_USER;
	guest_trap(EXC_PF, error_code);
}

void bounce_event(struct vcpu *v, struct regs *r)
{
	bounce_plain(v, r, v->callback[PV_CALLBACKTYPE_EVENT].address, true);
}

/* NMIs and software interrupts: no error code, whatever the vector. */
void bounce_int(struct vcpu *v, struct regs *r, u8 vector)
{
	bounce_plain(v, r, v->trap[vector].address, v->trap[vector].flags & PV_TI_IF);
}

void bounce_syscall(struct vcpu *v, struct regs *r, const struct callback_entry *c)
{
	bounce_plain(v, r, c->address, c->mask_events);
	r->rflags &= ~RFLAGS_DF;
}

/* A selector or frame of the guest's could not be loaded: tell it, with all selectors. */
void bounce_failsafe(struct vcpu *v, struct regs *r)
{
	const struct callback_entry *c = &v->callback[PV_CALLBACKTYPE_FAILSAFE];
	u16 ds, es, fs, gs;
	u64 extra[4];

	__asm__ volatile("mov %%ds, %0; mov %%es, %1; mov %%fs, %2; mov %%gs, %3"
			 : "=r"(ds), "=r"(es), "=r"(fs), "=r"(gs));
	extra[0] = ds;
	extra[1] = es;
	extra[2] = fs;
	extra[3] = gs;
	bounce(v, r, extra, 4, c->address, c->mask_events);
}
