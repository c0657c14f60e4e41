/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the hypervisor enters the guest kernel: trap table, callbacks, stack, FPU trap. */
#include "arch.h"
#include "hypercall.h"
#include "public/callback.h"
#include "public/nmi.h"

#define TRAPS_BETWEEN_CHECKS 256 /* a full table needs no preemption */

/* set_trap_table(list): entries up to one with address 0; a null list clears all. */
HYPERCALL(set_trap_table)
{
	struct vcpu *v = current;
	vaddr_t at = hc->arg[0];
	struct pv_trap_info t;

	if (!at) {
		memset(v->trap, 0, sizeof(v->trap));
		return 0;
	}
	for (u32 done = 1;; done++) {
		if (copy_from_guest(&t, at, sizeof(t)))
			return REFUSE(-EFAULT);
		if (!t.address)
			return 0;
		if (!canonical(t.address))
			return REFUSE(-EINVAL);
		v->trap[t.vector] = (struct trap_entry){
			.address = t.address,
			.cs = t.cs | 3,
			.flags = t.flags & (PV_TI_DPL_MASK | PV_TI_IF),
		};
		at += sizeof(t);
		if (done % TRAPS_BETWEEN_CHECKS == 0 && preempt_pending()) {
			hc->arg[0] = at;
			return -ERESTART;
		}
	}
}

static bool callback_type_valid(u16 type)
{
	return type < 8 &&
	       (BIT(type) & (BIT(PV_CALLBACKTYPE_EVENT) | BIT(PV_CALLBACKTYPE_FAILSAFE) |
			     BIT(PV_CALLBACKTYPE_SYSCALL) | BIT(PV_CALLBACKTYPE_SYSENTER) |
			     BIT(PV_CALLBACKTYPE_SYSCALL32) | BIT(PV_CALLBACKTYPE_NMI)));
}

/* There is one NMI handler, in the trap table; it always masks events. */
static long nmi_register(struct vcpu *v, vaddr_t address)
{
	if (!canonical(address))
		return REFUSE(-EINVAL);
	v->trap[2] = (struct trap_entry){address, PV_FLAT_KERNEL_CS, address ? PV_TI_IF : 0};
	return 0;
}

/* callback_op(cmd, argument): the shorter argument, to unregister, begins like the other. */
HYPERCALL(callback_op)
{
	bool set = (u32)hc->arg[0] == PV_CALLBACKOP_REGISTER;
	struct pv_callback_register c = {0};
	struct vcpu *v = current;

	if (!set && (u32)hc->arg[0] != PV_CALLBACKOP_UNREGISTER)
		return REFUSE(-ENOSYS);
	if (copy_from_guest(&c, hc->arg[1],
			    set ? sizeof(c) : sizeof(struct pv_callback_unregister)))
		return REFUSE(-EFAULT);
	if (!callback_type_valid(c.type))
		return REFUSE(-ENOSYS);
	if (c.type == PV_CALLBACKTYPE_NMI)
		return nmi_register(v, c.address);
	/* A guest without one of the others could not be entered any more. */
	if (!set)
		return REFUSE(-EINVAL);
	/* Other processors than Intel's know no SYSENTER in long mode. */
	if (!canonical(c.address) || (c.type == PV_CALLBACKTYPE_SYSENTER && !features.intel))
		return REFUSE(-EINVAL);
	v->callback[c.type].address = c.address;
	v->callback[c.type].mask_events = c.flags & PV_CALLBACKF_MASK_EVENTS;
	return 0;
}
STATIC_ASSERT(offsetof(struct pv_callback_register, type) == 0 &&
	      offsetof(struct pv_callback_unregister, type) == 0 &&
	      offsetof(struct pv_callback_register, address) >=
		      sizeof(struct pv_callback_unregister));

/* nmi_op(cmd, argument): the older way, for the first vCPU of dom0. */
HYPERCALL(nmi_op)
{
	struct vcpu *v = current;
	struct pv_xennmi_callback c;

	switch ((u32)hc->arg[0]) {
	case PV_XENNMI_REGISTER_CALLBACK:
		if (!v->domain->privileged || v->id)
			return REFUSE(-EINVAL);
		if (copy_from_guest(&c, hc->arg[1], sizeof(c)))
			return REFUSE(-EFAULT);
		return nmi_register(v, c.handler_address);
	case PV_XENNMI_UNREGISTER_CALLBACK:
		return nmi_register(v, 0);
	default:
		return REFUSE(-ENOSYS);
	}
}

/* stack_switch(ss, sp): looked at only when it is used, and then it may fault. */
HYPERCALL(stack_switch)
{
	struct vcpu *v = current;

	v->kernel_ss = (u16)hc->arg[0] | 3;
	v->kernel_sp = hc->arg[1];
	return 0;
}

/* fpu_taskswitch(set): virtual CR0.TS. */
HYPERCALL(fpu_taskswitch)
{
	context_set_ts(current, hc->arg[0] != 0);
	return 0;
}
