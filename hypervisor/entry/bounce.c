/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entering the guest kernel: a frame on its stack, its handler in RIP. From low
 * to high: RCX, R11, [error code], RIP, CS with the event mask in bits 32-39,
 * RFLAGS with the virtual IF, RSP, SS. The whole frame is one copy to the guest,
 * and what cannot be written ends the domain, never the hypervisor.
 */
#include "internal.h"
#include "public/callback.h"

#define FRAME_WORDS_MAX 11

/* Guest user to guest kernel: address space and GS base. */
static void enter_kernel(struct vcpu *v)
{
	v->kernel_mode = true;
	root_enter_kernel(v);
	context_swap_gs();
}

/*
 * \p extra words of \p frame (RCX, R11 and what follows them) are filled in;
 * append the interrupted state, write the frame and go to \p handler.
 */
static inline void bounce(struct vcpu *v, struct regs *r, u64 *frame, unsigned int extra,
			  vaddr_t handler, bool mask_events)
{
	u8 mask = READ_ONCE(v->info->evtchn_upcall_mask);
	u64 cs = r->cs & 0xffff, sp = r->rsp, flags = r->rflags & ~(RFLAGS_IF | RFLAGS_IOPL);
	unsigned int words = extra + 5;

	if (unlikely(!handler)) {
		domain_crash(v->domain, "no handler for vector 0x%x, error code 0x%x at %04lx:%lx",
			     r->vector, r->error_code, r->cs, r->rip);
		registers_print(r);
		return;
	}
	if (v->kernel_mode) {
		cs &= ~3UL; /* this is how the kernel tells its own frames from its users' */
	} else {
		sp = v->kernel_sp;
		enter_kernel(v);
	}
	if (!mask)
		flags |= RFLAGS_IF;
	if (unlikely(v->domain->vm_assist & BIT(PV_VMASST_TYPE_ARCHITECTURAL_IOPL)))
		flags |= (u64)v->iopl << 12;
	frame[extra] = r->rip;
	frame[extra + 1] = cs | (u64)mask << 32;
	frame[extra + 2] = flags;
	frame[extra + 3] = r->rsp;
	frame[extra + 4] = r->ss & 0xffff;
	sp = (sp & ~15UL) - words * 8;
	if (unlikely(copy_to_guest(sp, frame, words * 8))) {
		domain_crash(v->domain, "no stack for vector 0x%x at %lx, from %04lx:%lx",
			     r->vector, sp, r->cs, r->rip);
		return;
	}
	if (mask_events)
		WRITE_ONCE(v->info->evtchn_upcall_mask, 1);
	r->rip = handler;
	r->cs = PV_FLAT_KERNEL_CS;
	r->ss = PV_FLAT_KERNEL_SS;
	r->rsp = sp;
	r->rflags = (r->rflags & ~(RFLAGS_TF | RFLAGS_RF | RFLAGS_NT | RFLAGS_VM | RFLAGS_AC)) |
		    RFLAGS_IF;
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
	struct regs *r = &c->guest;
	const struct trap_entry *t = &v->trap[vector];
	u64 frame[FRAME_WORDS_MAX];
	unsigned int extra = 2;

	frame[0] = r->rcx;
	frame[1] = r->r11;
	if (pushes_error_code(vector))
		frame[extra++] = error_code;
	bounce(v, r, frame, extra, t->address, t->flags & PV_TI_IF);
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

static void bounce_plain(struct vcpu *v, struct regs *r, vaddr_t handler, bool mask_events)
{
	u64 frame[FRAME_WORDS_MAX];

	frame[0] = r->rcx;
	frame[1] = r->r11;
	bounce(v, r, frame, 2, handler, mask_events);
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

void bounce_syscall(struct vcpu *v, struct regs *r)
{
	static const u8 types[] = {PV_CALLBACKTYPE_SYSCALL, PV_CALLBACKTYPE_SYSCALL32,
				   PV_CALLBACKTYPE_SYSENTER};
	const struct callback_entry *c = &v->callback[types[r->vector - VECTOR_SYSCALL]];

	bounce_plain(v, r, c->address, c->mask_events);
	r->rflags &= ~RFLAGS_DF;
}

/* A selector or frame of the guest's could not be loaded: tell it, with all selectors. */
void bounce_failsafe(struct vcpu *v, struct regs *r)
{
	const struct callback_entry *c = &v->callback[PV_CALLBACKTYPE_FAILSAFE];
	u64 frame[FRAME_WORDS_MAX] = {r->rcx, r->r11};
	u16 ds, es, fs, gs;

	__asm__ volatile("mov %%ds, %0; mov %%es, %1; mov %%fs, %2; mov %%gs, %3"
			 : "=r"(ds), "=r"(es), "=r"(fs), "=r"(gs));
	frame[2] = ds;
	frame[3] = es;
	frame[4] = fs;
	frame[5] = gs;
	bounce(v, r, frame, 6, c->address, c->mask_events);
}
