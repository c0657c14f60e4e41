/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hypercalls: one table from number to name, function, argument count and
 * flags (hypercall/table.c). Every handler has the same shape. Arguments are the
 * guest's; pointers among them are guest virtual addresses to be read once with
 * copy_from_guest(). A handler that is preempted stores its progress in hc->arg
 * and returns -ERESTART: the table's caller puts the arguments back into the
 * guest's registers (or the multicall entry) and lets it call again.
 */
#ifndef PAVISE_HYPERCALL_H
#define PAVISE_HYPERCALL_H

#include "domain.h"
#include "errno.h"
#include "mm.h"

#define HYPERCALL_ARGS 4 /* no call has more */
struct hypercall {
	u64 arg[HYPERCALL_ARGS];
};

/* hypercall_<name>: result for RAX, or -ERESTART. One per line of the table. */
#define HYPERCALL(name) long hypercall_##name(struct hypercall *hc)

HYPERCALL(set_trap_table);
HYPERCALL(mmu_update);
HYPERCALL(set_gdt);
HYPERCALL(stack_switch);
HYPERCALL(fpu_taskswitch);
HYPERCALL(platform_op);
HYPERCALL(set_debugreg);
HYPERCALL(get_debugreg);
HYPERCALL(update_descriptor);
HYPERCALL(memory_op);
HYPERCALL(multicall);
HYPERCALL(update_va_mapping);
HYPERCALL(set_timer_op);
HYPERCALL(xen_version);
HYPERCALL(console_io);
HYPERCALL(grant_table_op);
HYPERCALL(vm_assist);
HYPERCALL(update_va_mapping_otherdomain);
HYPERCALL(iret);
HYPERCALL(vcpu_op);
HYPERCALL(set_segment_base);
HYPERCALL(mmuext_op);
HYPERCALL(nmi_op);
HYPERCALL(sched_op);
HYPERCALL(callback_op);
HYPERCALL(event_channel_op);
HYPERCALL(physdev_op);
HYPERCALL(sysctl);
HYPERCALL(domctl);

/* From entry: SYSCALL in guest-kernel mode. */
void hypercall_entry(struct regs *r);
/* entry/iret.c: leave as the frame at the guest's RSP says. */
void guest_iret(struct regs *r);
/* Log every call with its arguments and result (debug key). */
extern bool hypercall_trace;
/* Print hit counters (debug key). */
void hypercall_dump(void);
/* Do what a debug key stands for: print state (debug_key.c has the list). */
void debug_key(char key);

/* Assists that a guest may switch on. */
#define VM_ASSIST_VALID                                                                  \
	(BIT(PV_VMASST_TYPE_4GB_SEGMENTS) | BIT(PV_VMASST_TYPE_WRITABLE_PAGETABLES) |    \
	 BIT(PV_VMASST_TYPE_PAE_EXTENDED_CR3) | BIT(PV_VMASST_TYPE_ARCHITECTURAL_IOPL) | \
	 BIT(PV_VMASST_TYPE_RUNSTATE_UPDATE_FLAG) | BIT(PV_VMASST_TYPE_M2P_STRICT))

/* The guest context that VCPUOP_initialise and domctl setvcpucontext both load. */
struct pv_vcpu_guest_context;
int vcpu_context_set(struct vcpu *v, const struct pv_vcpu_guest_context *c);
void vcpu_context_get(struct vcpu *v, struct pv_vcpu_guest_context *c);
int gdt_set(struct vcpu *v, const u64 *mfns, u32 entries); /* checked; -EINVAL, -ERESTART */
void gdt_clear(struct vcpu *v);
int ldt_set(struct vcpu *v, vaddr_t base, u32 entries);
void ldt_clear(struct vcpu *v);
/* The page-fault path: a fault inside the LDT window. True: page is there now. */
bool ldt_fault(struct vcpu *v, u64 offset);
/* Debug registers by number, checked; -EPERM, -EINVAL for a bad value, -ENODEV for a bad number. */
long debugreg_set(struct vcpu *v, unsigned int n, u64 value);
long debugreg_get(const struct vcpu *v, unsigned int n, u64 *value);
/* DPL forced to 3, system descriptors refused. True: \p d is acceptable (and fixed). */
bool descriptor_fix(u64 *d);

/* Take out of \p l what the tools hid from \p d. */
struct cpuid_leaf;
void cpu_policy_hide(const struct domain *d, struct cpuid_leaf *l, u32 leaf, u32 sub);

#endif
