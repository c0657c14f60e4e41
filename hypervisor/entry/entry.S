/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All ways into the hypervisor, and the one way out. Each saves the registers
 * as a struct regs, calls C with its address, and restores; which way the guest
 * goes on is decided in C.
 *
 * From ring 3 the CPU pushes its frame at RSP0, the end of this CPU's struct
 * cpu, so that the saved registers become cpu->guest. C then runs on the stack
 * right below struct cpu. #DB, NMI, #DF and #MC have stacks of their own (IST),
 * because they may arrive where RSP is still the guest's.
 */
#include "asm-offsets.h"
#include "layout.h"
#include "public/arch_x86_64.h"

#define VECTOR_SYSCALL	 0x100
#define VECTOR_SYSCALL32 0x101
#define VECTOR_SYSENTER	 0x102

/* From the error-code word down: makes RSP point to a struct regs. */
.macro SAVE_REGS
	cld
	pushq	%rdi
	pushq	%rsi
	pushq	%rdx
	pushq	%rcx
	pushq	%rax
	pushq	%r8
	pushq	%r9
	pushq	%r10
	pushq	%r11
	pushq	%rbx
	pushq	%rbp
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
.endm

/* The reverse, and drops the error-code word: RSP points to the IRETQ frame. */
.macro RESTORE_REGS
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbp
	popq	%rbx
	popq	%r11
	popq	%r10
	popq	%r9
	popq	%r8
	popq	%rax
	popq	%rcx
	popq	%rdx
	popq	%rsi
	popq	%rdi
	addq	$8, %rsp
.endm

/* CLAC where SMAP is used (smap_patch()): gates leave AC as the guest had it. */
.macro CLAC
771:	nopl	(%rax)
	.pushsection __smap, "a"
	.quad	771b
	.popsection
.endm

/* RSP := where C starts on this CPU's main stack. Any stack of the CPU will do. */
.macro MAIN_STACK
	andq	$-CPU_STACK_SIZE, %rsp
	addq	$(CPU_STACK_SIZE - CPU_SIZEOF), %rsp
.endm

.macro FUNCTION name
	.globl	\name
	.type	\name, @function
	.balign	16
\name:
.endm

	.text

/*
 * trap_common: an exception or interrupt on the main stack.
 * RSP: error code (low) and vector (high) in one word, then the CPU's frame.
 * All other registers as they were interrupted.
 */
FUNCTION trap_common
	SAVE_REGS
	CLAC
	movq	%rsp, %rdi
	testb	$3, REGS_CS(%rsp)
	jz	trap_from_hypervisor
	leaq	-CPU_GUEST(%rsp), %rsp
trap_from_guest:		/* RDI: &cpu->guest; RSP: main stack */
	xorl	%ebp, %ebp
	call	trap_entry
	.size	trap_common, . - trap_common

/* guest_return: RSP: main stack. Loads cpu->guest; no other register matters. */
FUNCTION guest_return
	call	return_to_guest
	leaq	CPU_GUEST(%rsp), %rsp
	RESTORE_REGS
	.globl	guest_iretq
guest_iretq:
	iretq
	.size	guest_return, . - guest_return

/* RDI, RSP: struct regs of a trap that the hypervisor itself ran into. */
FUNCTION trap_from_hypervisor
	leaq	guest_iretq(%rip), %rax
	cmpq	%rax, REGS_RIP(%rsp)
	je	iret_fault
	subq	$8, %rsp
	call	trap_entry
	addq	$8, %rsp
	RESTORE_REGS
	iretq
	.size	trap_from_hypervisor, . - trap_from_hypervisor

/*
 * RDI: struct regs with the guest's general registers and why its frame could
 * not be loaded. It lies in cpu->fault_frame and over part of cpu->guest, whose
 * frame (RIP to SS) is intact.
 */
FUNCTION iret_fault
	MAIN_STACK
	xorl	%ebp, %ebp
	call	iret_failed
	jmp	guest_return
	.size	iret_fault, . - iret_fault

/*
 * ist_common: like trap_common, on a stack of the vector's own. From a guest,
 * the registers move to cpu->guest first, so that C sees no difference.
 */
FUNCTION ist_common
	SAVE_REGS
	CLAC
	movq	%rsp, %rdi
	testb	$3, REGS_CS(%rsp)
	jz	ist_from_hypervisor
	movq	%rsp, %rsi
	MAIN_STACK
	leaq	CPU_GUEST(%rsp), %rdi
	movq	%rdi, %rax
	movl	$(REGS_SIZEOF / 8), %ecx
	rep movsq
	movq	%rax, %rdi
	jmp	trap_from_guest
ist_from_hypervisor:
	subq	$8, %rsp
	call	trap_entry
	addq	$8, %rsp
	RESTORE_REGS
	iretq
	.size	ist_common, . - ist_common

/*
 * SYSCALL: RCX is the guest's RIP, R11 its RFLAGS, RSP still its own. One stub a
 * CPU switches to the CPU's stack and pushes the upper half of the frame.
 */
	.balign	64
	.globl	syscall_stubs, syscall_stubs_compat
	.type	syscall_stubs, @object
	.type	syscall_stubs_compat, @object
.macro SYSCALL_STUBS common
	.set	cpu, 0
	.rept	MAX_CPUS
	.balign	32
	movq	%rsp, (syscall_slots + cpu * 64)(%rip)
	movq	(syscall_slots + cpu * 64 + 8)(%rip), %rsp
	pushq	$PV_FLAT_USER_SS
	pushq	(syscall_slots + cpu * 64)(%rip)
	jmp	\common
	.set	cpu, cpu + 1
	.endr
	.balign	32
.endm
syscall_stubs:
	SYSCALL_STUBS syscall_common
syscall_stubs_compat:
	SYSCALL_STUBS syscall_compat_common

/* RSP: main frame with SS and RSP pushed. RCX, R11 as above. */
FUNCTION syscall_common
	pushq	%r11
	pushq	$PV_FLAT_USER_CS64
	pushq	%rcx
	pushq	$0
	movl	$VECTOR_SYSCALL, 4(%rsp)
syscall_save:
	SAVE_REGS
	movq	%rsp, %rdi
	leaq	-CPU_GUEST(%rsp), %rsp
	xorl	%ebp, %ebp
	call	syscall_entry
	jmp	guest_return
	.size	syscall_common, . - syscall_common

FUNCTION syscall_compat_common
	pushq	%r11
	pushq	$PV_FLAT_USER_CS32
	pushq	%rcx
	pushq	$0
	movl	$VECTOR_SYSCALL32, 4(%rsp)
	jmp	syscall_save
	.size	syscall_compat_common, . - syscall_compat_common

/*
 * SYSENTER: RSP is this CPU's stack already; RIP and RSP of the caller are lost,
 * RFLAGS are the caller's but for IF and VM.
 */
FUNCTION sysenter_entry
	pushq	$PV_FLAT_USER_SS
	pushq	$0
	pushfq
	pushq	$2
	popfq
	pushq	$3
	pushq	$0
	pushq	$0
	movl	$VECTOR_SYSENTER, 4(%rsp)
	jmp	syscall_save
	.size	sysenter_entry, . - sysenter_entry

/* Go to the guest for the first time; never returns. RSP: any stack of this CPU. */
FUNCTION guest_start
	MAIN_STACK
	xorl	%ebp, %ebp
	jmp	guest_return
	.size	guest_start, . - guest_start

/*
 * One stub a vector, 16 bytes apart: makes the frame uniform. Vectors 8, 10-14,
 * 17, 21, 29 and 30 come with an error code; 1, 2, 8 and 18 on their own stack.
 */
	.balign	16
	.type	vector_stubs, @object
vector_stubs:
	.set	vector, 0
	.rept	256
	.balign	16
	.if !(vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || \
	      vector == 21 || vector == 29 || vector == 30)
	pushq	$0
	.endif
	movl	$vector, 4(%rsp)
	.if vector == 1 || vector == 2 || vector == 8 || vector == 18
	jmp	ist_common
	.else
	jmp	trap_common
	.endif
	.set	vector, vector + 1
	.endr

	.section .rodata, "a"
	.balign	8
	.globl	idt_stubs
	.type	idt_stubs, @object
idt_stubs:
	.set	vector, 0
	.rept	256
	.quad	vector_stubs + vector * 16
	.set	vector, vector + 1
	.endr
	.size	idt_stubs, . - idt_stubs

	.section .note.GNU-stack, "", @progbits
