/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The context a vCPU starts with, as VCPUOP_initialise and the tools'
 * setvcpucontext load it: check everything that can be checked on the copy, take
 * the descriptor and root frames, then fill in the rest, which cannot fail.
 */
#include "arch.h"
#include "event.h"
#include "hypercall.h"
#include "public/callback.h"

/* RFLAGS a guest may start with: arithmetic flags, TF, DF, NT, RF, AC, ID. */
#define RFLAGS_START  (0xcd5UL | RFLAGS_TF | RFLAGS_NT | RFLAGS_RF | RFLAGS_AC | BIT(21))
#define XSTATE_BV     512 /* offset in an XSAVE area: components that it holds */
#define FXSAVE_MXCSR  24
#define MXCSR_DEFINED 0xffffu

static bool addresses_ok(const struct pv_vcpu_guest_context *c)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(c->trap_ctxt); i++)
		if (!canonical(c->trap_ctxt[i].address))
			return false;
	return canonical(c->user_regs.rip) && canonical(c->event_callback_eip) &&
	       canonical(c->failsafe_callback_eip) && canonical(c->syscall_callback_eip) &&
	       canonical(c->fs_base) && canonical(c->gs_base_kernel) && canonical(c->gs_base_user);
}

static int debug_registers_set(struct vcpu *v, const struct pv_vcpu_guest_context *c)
{
	for (unsigned int n = 0; n < 8; n++)
		if (n != 4 && n != 5 && debugreg_set(v, n, c->debugreg[n]))
			return -EINVAL;
	return 0;
}

static void registers_set(struct vcpu *v, const struct pv_cpu_user_regs *u)
{
	memcpy(&v->regs, u, offsetof(struct pv_cpu_user_regs, error_code));
	v->regs.error_code = 0;
	v->regs.vector = VECTOR_SYSCALL;
	v->regs.rip = u->rip;
	v->regs.cs = u->cs | 3;
	v->regs.ss = u->ss | 3;
	v->regs.rsp = u->rsp;
	v->regs.rflags = (u->rflags & RFLAGS_START) | RFLAGS_ONE | RFLAGS_IF;
	v->iopl = u->rflags >> 12 & 3;
}

static void segments_set(struct vcpu *v, const struct pv_vcpu_guest_context *c)
{
	v->seg = (struct segments){
		.ds = c->user_regs.ds,
		.es = c->user_regs.es,
		.fs = c->user_regs.fs,
		.gs = c->user_regs.gs,
		.base = {c->fs_base, c->gs_base_user, c->gs_base_kernel},
	};
	v->kernel_ss = (u16)c->kernel_ss | 3;
	v->kernel_sp = c->kernel_sp;
}

static void traps_set(struct vcpu *v, const struct pv_vcpu_guest_context *c)
{
	memset(v->trap, 0, sizeof(v->trap));
	for (unsigned int i = 0; i < ARRAY_SIZE(c->trap_ctxt); i++) {
		const struct pv_trap_info *t = &c->trap_ctxt[i];

		if (t->address)
			v->trap[i] = (struct trap_entry){t->address, t->cs | 3,
							 t->flags & (PV_TI_DPL_MASK | PV_TI_IF)};
	}
	memset(v->callback, 0, sizeof(v->callback));
	v->callback[PV_CALLBACKTYPE_EVENT].address = c->event_callback_eip;
	v->callback[PV_CALLBACKTYPE_FAILSAFE].address = c->failsafe_callback_eip;
	v->callback[PV_CALLBACKTYPE_FAILSAFE].mask_events =
		c->flags & PV_VGCF_FAILSAFE_DISABLES_EVENTS;
	v->callback[PV_CALLBACKTYPE_SYSCALL].address = c->syscall_callback_eip;
	v->callback[PV_CALLBACKTYPE_SYSCALL].mask_events =
		c->flags & PV_VGCF_SYSCALL_DISABLES_EVENTS;
}

/* The legacy area, with the reserved MXCSR bits cleared, whose load would fault. */
static void fpu_set(struct vcpu *v, const struct pv_vcpu_guest_context *c)
{
	u8 *fpu = v->fpu;

	if (!(c->flags & PV_VGCF_I387_VALID))
		return;
	memcpy(fpu, c->fpu_ctxt.x, sizeof(c->fpu_ctxt.x));
	*(u32 *)(fpu + FXSAVE_MXCSR) &= MXCSR_DEFINED;
	if (features.xsave) {
		memset(fpu + XSTATE_BV, 0, 64);
		fpu[XSTATE_BV] = 3;
	}
}

int vcpu_context_set(struct vcpu *v, const struct pv_vcpu_guest_context *c)
{
	int rc;

	if (!addresses_ok(c) || c->gdt_ents > PV_FIRST_RESERVED_GDT_ENTRY || c->ldt_ents > 8192)
		return (int)REFUSE(-EINVAL);
	/* DR7 is checked against it: the guest's CR4 starts as the hypervisor shows it. */
	v->cr4 = (v->cr4 & ~(CR4_TSD | CR4_DE)) | (c->ctrlreg[4] & (CR4_TSD | CR4_DE));
	rc = debug_registers_set(v, c);
	if (!rc)
		rc = ldt_set(v, c->ldt_base, (u32)c->ldt_ents);
	if (!rc)
		rc = gdt_set(v, c->gdt_frames, (u32)c->gdt_ents);
	if (!rc)
		rc = root_set(v, &v->kernel_root, mfn(PV_CR3_TO_PFN(c->ctrlreg[3])));
	if (!rc)
		rc = root_set(v, &v->user_root,
			      mfn(c->ctrlreg[1] & 1 ? PV_CR3_TO_PFN(c->ctrlreg[1]) : 0));
	if (rc)
		return rc;
	registers_set(v, &c->user_regs);
	segments_set(v, c);
	traps_set(v, c);
	fpu_set(v, c);
	v->kernel_mode = c->flags & PV_VGCF_IN_KERNEL;
	v->cr0_ts = 0;
	if (!v->domain->created)
		v->domain->vm_assist = c->vm_assist & VM_ASSIST_VALID;
	/* No upcall before the kernel is ready for one. */
	WRITE_ONCE(v->info->evtchn_upcall_mask, 1);
	__atomic_store_n(&v->initialised, true, __ATOMIC_RELEASE);
	return 0;
}

static void registers_get(const struct vcpu *v, struct pv_cpu_user_regs *u)
{
	memcpy(u, &v->regs, offsetof(struct pv_cpu_user_regs, error_code));
	u->rip = v->regs.rip;
	u->cs = (u16)v->regs.cs;
	u->ss = (u16)v->regs.ss;
	u->rsp = v->regs.rsp;
	u->rflags = (v->regs.rflags & ~RFLAGS_IOPL) | (u64)v->iopl << 12;
	u->saved_upcall_mask = READ_ONCE(v->info->evtchn_upcall_mask);
	u->ds = v->seg.ds;
	u->es = v->seg.es;
	u->fs = v->seg.fs;
	u->gs = v->seg.gs;
}

static u64 context_flags(const struct vcpu *v)
{
	bool failsafe = v->callback[PV_CALLBACKTYPE_FAILSAFE].mask_events;
	bool syscall = v->callback[PV_CALLBACKTYPE_SYSCALL].mask_events;

	return PV_VGCF_I387_VALID | (v->kernel_mode ? PV_VGCF_IN_KERNEL : 0) |
	       (v->pause_flags & VCPU_PAUSE_DOWN ? 0 : PV_VGCF_ONLINE) |
	       (failsafe ? PV_VGCF_FAILSAFE_DISABLES_EVENTS : 0) |
	       (syscall ? PV_VGCF_SYSCALL_DISABLES_EVENTS : 0);
}

void vcpu_context_get(struct vcpu *v, struct pv_vcpu_guest_context *c)
{
	memset(c, 0, sizeof(*c));
	memcpy(c->fpu_ctxt.x, v->fpu, sizeof(c->fpu_ctxt.x));
	c->flags = context_flags(v);
	registers_get(v, &c->user_regs);
	for (unsigned int i = 0; i < ARRAY_SIZE(c->trap_ctxt); i++)
		c->trap_ctxt[i] = (struct pv_trap_info){(u8)i, v->trap[i].flags, v->trap[i].cs,
							v->trap[i].address};
	c->ldt_base = v->ldt_base;
	c->ldt_ents = v->ldt_entries;
	c->gdt_ents = v->gdt_entries;
	for (unsigned int i = 0; i * 512 < v->gdt_entries; i++)
		c->gdt_frames[i] = mfn_nr(v->desc[i]);
	c->kernel_ss = v->kernel_ss;
	c->kernel_sp = v->kernel_sp;
	c->ctrlreg[0] = 0x80050033 | (v->cr0_ts ? CR0_TS : 0);
	c->ctrlreg[3] = PV_PFN_TO_CR3(mfn_nr(v->kernel_root));
	if (mfn_nr(v->user_root))
		c->ctrlreg[1] = PV_PFN_TO_CR3(mfn_nr(v->user_root)) | 1;
	c->ctrlreg[4] = v->cr4;
	memcpy(c->debugreg, v->dr, sizeof(c->debugreg));
	c->event_callback_eip = v->callback[PV_CALLBACKTYPE_EVENT].address;
	c->failsafe_callback_eip = v->callback[PV_CALLBACKTYPE_FAILSAFE].address;
	c->syscall_callback_eip = v->callback[PV_CALLBACKTYPE_SYSCALL].address;
	c->vm_assist = v->domain->vm_assist;
	c->fs_base = v->seg.base[PV_SEGBASE_FS];
	c->gs_base_kernel = v->seg.base[PV_SEGBASE_GS_KERNEL];
	c->gs_base_user = v->seg.base[PV_SEGBASE_GS_USER];
}
