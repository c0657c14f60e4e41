/* SPDX-License-Identifier: BSD-2-Clause */
/* Where exceptions and interrupts go, by vector and by who was interrupted. */
#include "internal.h"
#include "hypercall.h"
#include "public/callback.h"

#define VECTOR_INT_80 0x80 /* no device has it: its gate is open to guests */

/* Print a register dump; of a guest when the code segment says so. */
void registers_print(const struct regs *r)
{
	struct vcpu *v = current;

	log_error("cpu%u d%uv%u vector %u error %04x, %s", this_cpu()->id,
		  v ? v->domain->id : PV_DOMID_IDLE, v ? v->id : 0, r->vector, r->error_code,
		  !from_guest(r)	? "hypervisor"
		  : v && v->kernel_mode ? "guest kernel"
					: "guest user");
	log_error("rip %04lx:%016lx rflags %08lx rsp %04lx:%016lx", r->cs, r->rip, r->rflags, r->ss,
		  r->rsp);
	log_error("rax %016lx rbx %016lx rcx %016lx rdx %016lx", r->rax, r->rbx, r->rcx, r->rdx);
	log_error("rsi %016lx rdi %016lx rbp %016lx r8  %016lx", r->rsi, r->rdi, r->rbp, r->r8);
	log_error("r9  %016lx r10 %016lx r11 %016lx r12 %016lx", r->r9, r->r10, r->r11, r->r12);
	log_error("r13 %016lx r14 %016lx r15 %016lx cr2 %016lx", r->r13, r->r14, r->r15,
		  read_cr2());
}

static __noreturn void fatal_trap(const struct regs *r)
{
	registers_print(r);
	if (!from_guest(r))
		backtrace_print(r->rip, r->rbp, r->rsp);
	if (r->vector == EXC_DF && cpu_stack_guard(read_cr2()))
		panic("stack overflow");
	panic("fatal trap: vector %u, error code %04x, at %lx", r->vector, r->error_code, r->rip);
}

static u64 debug_status_take(void)
{
	u64 dr6;

	__asm__ volatile("mov %%dr6, %0" : "=r"(dr6));
	__asm__ volatile("mov %0, %%dr6" ::"r"(DR6_DEFAULT));
	return dr6;
}

static void debug_trap(struct vcpu *v)
{
	u64 hits = debug_status_take() & 0xe00f;

	v->dr[6] = (v->dr[6] & ~0xfUL) | hits | DR6_DEFAULT;
	guest_trap(EXC_DB, 0);
}

/* FPU state is always loaded, so it can only be the guest's own wish that it traps. */
static void device_not_available(struct vcpu *v)
{
	bool wanted = v->cr0_ts;

	context_set_ts(v, false);
	if (wanted)
		guest_trap(EXC_NM, 0);
}

static void trap_from_guest(struct vcpu *v, struct regs *r)
{
	switch (r->vector) {
	case EXC_PF:
		page_fault_guest(v, r);
		break;
	case EXC_GP:
		general_protection(v, r);
		break;
	case EXC_UD:
		invalid_opcode(v, r);
		break;
	case EXC_NM:
		device_not_available(v);
		break;
	case EXC_DB:
		debug_trap(v);
		break;
	case EXC_NMI:
		smp_stop_check(r);
		break;
	case VECTOR_INT_80:
		int_80(v, r);
		break;
	case EXC_DF:
	case EXC_MC:
		fatal_trap(r);
	default:
		guest_trap(r->vector, r->error_code);
		break;
	}
}

/* The hypervisor's own: only where a fault was foreseen does it go on. */
static void trap_from_hypervisor(struct regs *r)
{
	u64 fixup;

	switch (r->vector) {
	case EXC_NMI:
		smp_stop_check(r);
		return;
	case EXC_DB:
		/*
		 * A guest single-stepped into SYSCALL or SYSENTER, or watches memory that
		 * we accessed for it. Neither is its event; stepping must not go on here.
		 */
		debug_status_take();
		r->rflags &= ~RFLAGS_TF;
		return;
	case EXC_PF:
		/* We may be the first to use a part of the guest kernel's address space. */
		if (!(r->error_code & PF_PRESENT) && root_fault(read_cr2()))
			return;
		/* Loading a selector of the guest's LDT looks at the window, too. */
		if (current != this_cpu()->idle && page_fault_ldt(current, read_cr2()))
			return;
		break;
	case EXC_DF:
	case EXC_MC:
		fatal_trap(r);
	default:
		break;
	}
	fixup = exception_fixup(r->rip);
	if (!fixup)
		fatal_trap(r);
	r->rip = fixup;
}

void trap_entry(struct regs *r)
{
	if (r->vector > EXC_LAST && r->vector != VECTOR_INT_80)
		interrupt_dispatch(r->vector);
	else if (likely(from_guest(r)))
		trap_from_guest(current, r);
	else
		trap_from_hypervisor(r);
}

/*
 * SYSCALL with no callback is an invalid opcode at the instruction, SYSENTER a
 * general protection fault; the guest kernel itself has use for SYSCALL in
 * 64-bit code only.
 */
void syscall_entry(struct regs *r)
{
	static const u8 types[] = {PV_CALLBACKTYPE_SYSCALL, PV_CALLBACKTYPE_SYSCALL32,
				   PV_CALLBACKTYPE_SYSENTER};
	struct vcpu *v = current;
	const struct callback_entry *c;

	if (likely(r->vector == VECTOR_SYSCALL && v->kernel_mode)) {
		hypercall_entry(r);
		return;
	}
	if (r->vector == VECTOR_SYSENTER)
		r->rflags = (r->rflags & ~(RFLAGS_TF | RFLAGS_NT)) | RFLAGS_IF;
	c = &v->callback[types[r->vector - VECTOR_SYSCALL]];
	if (likely(c->address && !v->kernel_mode)) {
		bounce_syscall(v, r, c);
	} else if (r->vector == VECTOR_SYSENTER) {
		guest_trap(EXC_GP, 0);
	} else {
		r->rip -= 2;
		guest_trap(EXC_UD, 0);
	}
}
