/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hypercalls: one table from number to name, function, argument count and flags,
 * HYPERCALLS; hypercall/table.c goes by it. Every handler has the same shape.
 * Arguments are the guest's; pointers among them are guest virtual addresses to be
 * read once with copy_from_guest(). A handler that is preempted stores its progress in hc->arg
 * and returns -ERESTART: the table's caller puts the arguments back into the
 * guest's registers (or the multicall entry) and lets it call again.
 */
#ifndef PAVISE_HYPERCALL_H
#define PAVISE_HYPERCALL_H

#include "domain.h"
#include "errno.h"
#include "mm.h"

struct hypercall {
	u64 arg[4]; /* no call has more */
};

#define NO_BATCH BIT(0) /* not inside a multicall: nesting, or a change of mode */

/* clang-format off */
/* All of them: number, name, arguments (for traces), flags. */
#define HYPERCALLS(ROW) \
	ROW(SET_TRAP_TABLE,                set_trap_table,                1, 0) \
	ROW(MMU_UPDATE,                    mmu_update,                    4, 0) \
	ROW(SET_GDT,                       set_gdt,                       2, 0) \
	ROW(STACK_SWITCH,                  stack_switch,                  2, 0) \
	ROW(FPU_TASKSWITCH,                fpu_taskswitch,                1, 0) \
	ROW(PLATFORM_OP,                   platform_op,                   1, 0) \
	ROW(SET_DEBUGREG,                  set_debugreg,                  2, 0) \
	ROW(GET_DEBUGREG,                  get_debugreg,                  1, 0) \
	ROW(UPDATE_DESCRIPTOR,             update_descriptor,             2, 0) \
	ROW(MEMORY_OP,                     memory_op,                     2, 0) \
	ROW(MULTICALL,                     multicall,                     2, NO_BATCH) \
	ROW(UPDATE_VA_MAPPING,             update_va_mapping,             3, 0) \
	ROW(SET_TIMER_OP,                  set_timer_op,                  1, 0) \
	ROW(XEN_VERSION,                   xen_version,                   2, 0) \
	ROW(CONSOLE_IO,                    console_io,                    3, 0) \
	ROW(GRANT_TABLE_OP,                grant_table_op,                3, 0) \
	ROW(VM_ASSIST,                     vm_assist,                     2, 0) \
	ROW(UPDATE_VA_MAPPING_OTHERDOMAIN, update_va_mapping_otherdomain, 4, 0) \
	ROW(IRET,                          iret,                          0, NO_BATCH) \
	ROW(VCPU_OP,                       vcpu_op,                       3, 0) \
	ROW(SET_SEGMENT_BASE,              set_segment_base,              2, 0) \
	ROW(MMUEXT_OP,                     mmuext_op,                     4, 0) \
	ROW(NMI_OP,                        nmi_op,                        2, 0) \
	ROW(SCHED_OP,                      sched_op,                      3, 0) \
	ROW(CALLBACK_OP,                   callback_op,                   2, 0) \
	ROW(EVENT_CHANNEL_OP,              event_channel_op,              2, 0) \
	ROW(PHYSDEV_OP,                    physdev_op,                    2, 0) \
	ROW(SYSCTL,                        sysctl,                        1, 0) \
	ROW(DOMCTL,                        domctl,                        1, 0)
/* clang-format on */

/* hypercall_<name>: result for RAX, or -ERESTART. */
#define HYPERCALL(name)				     long hypercall_##name(struct hypercall *hc)
#define HYPERCALL_DECLARE(number, name, args, flags) HYPERCALL(name);
HYPERCALLS(HYPERCALL_DECLARE)

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
