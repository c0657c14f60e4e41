/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of entry/ share among themselves. */
#ifndef PAVISE_ENTRY_INTERNAL_H
#define PAVISE_ENTRY_INTERNAL_H

#include "arch.h"
#include "domain.h"
#include "insn.h"
#include "mm.h"
#include "trap.h"

enum exception_vector {
	EXC_DB = 1,
	EXC_NMI = 2,
	EXC_UD = 6,
	EXC_NM = 7,
	EXC_DF = 8,
	EXC_TS = 10,
	EXC_NP = 11,
	EXC_SS = 12,
	EXC_GP = 13,
	EXC_PF = 14,
	EXC_AC = 17,
	EXC_MC = 18,
	EXC_LAST = 31
};

/* Page-fault error code. */
#define PF_PRESENT BIT(0)
#define PF_WRITE   BIT(1)
#define PF_USER	   BIT(2)

#define DR6_DEFAULT 0xffff0ff0UL
#define DR6_BS	    BIT(14)

/* --- bounce.c: frames on the guest-kernel stack ----------------------------------- */

void bounce_event(struct vcpu *v, struct regs *r);
void bounce_int(struct vcpu *v, struct regs *r, u8 vector);
void bounce_syscall(struct vcpu *v, struct regs *r, const struct callback_entry *c);
void bounce_failsafe(struct vcpu *v, struct regs *r);

/* --- page_fault.c -------------------------------------------------------------------- */

void page_fault_guest(struct vcpu *v, struct regs *r);
/* A fault of the hypervisor's own: true when it was the LDT window, and is mended. */
bool page_fault_ldt(struct vcpu *v, vaddr_t va);

/* --- int_n.c, emulate.c ----------------------------------------------------------------- */

/* INT N by a guest through a gate it may not use. */
void int_n(struct vcpu *v, struct regs *r, u8 vector, unsigned int length);
void int_80(struct vcpu *v, struct regs *r);
/* #GP from a guest: INT N, a privileged instruction, or its own mistake. */
void general_protection(struct vcpu *v, struct regs *r);
/* #UD from a guest: the CPUID with the magic prefix, or its own mistake. */
void invalid_opcode(struct vcpu *v, struct regs *r);

/* --- cpuid.c, msr.c, port.c: what a guest may see and touch ------------------------------- */

struct cpuid_leaf cpuid_guest(struct vcpu *v, u32 leaf, u32 sub);
/* 0, or -EPERM: #GP. */
int msr_guest_read(struct vcpu *v, u32 msr, u64 *value);
int msr_guest_write(struct vcpu *v, u32 msr, u64 value);

/* DONE: next instruction. AGAIN: registers are as they are to be loaded. FAULT: #GP(0). */
enum insn_result { INSN_DONE, INSN_AGAIN, INSN_FAULT };
/* IN, OUT, INS, OUTS on \p port; a long string operation advances its registers and goes AGAIN. */
enum insn_result port_instruction(struct vcpu *v, struct regs *r, const struct insn *i, u16 port);
/* Does the virtual IOPL let this vCPU use CLI, STI and all ports? */
bool iopl_sufficient(const struct vcpu *v);

/* --- iret.c ------------------------------------------------------------------------------- */

/* Load what a guest wrote for an IRETQ, made safe: selectors, flags. */
void iret_frame_load(struct regs *r, const struct pv_iret_context *f);
/* RFLAGS that a guest may choose freely. */
#define RFLAGS_GUEST (0xcd5UL | RFLAGS_TF | RFLAGS_NT | RFLAGS_RF | RFLAGS_AC | BIT(21))

#endif
