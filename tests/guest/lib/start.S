/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entry points of a tiny kernel: start-up, the stub of each vector, the event,
 * syscall and failsafe callbacks, and the way to user mode and back.
 */
#include "public/arch_x86_64.h"
#include "public/elfnote.h"
#include "public/features.h"
#include "public/pv.h"
#include "stack.h"

	.macro note type, value:vararg
	.pushsection .note.pv, "a", @note
	.balign 4
	.long 4, 8f - 7f, \type
	.asciz "Xen"
7:	\value
8:	.balign 4
	.popsection
	.endm

	note PV_ELFNOTE_ENTRY, .quad guest_start
	note PV_ELFNOTE_VIRT_BASE, .quad VIRT_BASE
	note PV_ELFNOTE_PADDR_OFFSET, .quad 0
	note PV_ELFNOTE_XEN_VERSION, .asciz "xen-3.0"
	note PV_ELFNOTE_GUEST_OS, .asciz "pavise-test"
	note PV_ELFNOTE_LOADER, .asciz "generic"
	note PV_ELFNOTE_HV_START_LOW, .quad PV_HYPERVISOR_VIRT_START
	note PV_ELFNOTE_FEATURES, .asciz "!writable_page_tables|pae_pgdir_above_4gb"
	note PV_ELFNOTE_SUPPORTED_FEATURES, .long 1 << PV_XENFEAT_DOM0 | 1 << PV_XENFEAT_WRITABLE_PAGE_TABLES

	.section .text.start, "ax"
/* RSI = start_info. Move to a stack that this_cpu() understands. */
	.globl guest_start
guest_start:
	lea cpu_stacks + CPU_STACK_SIZE, %rsp
	xor %ebp, %ebp
	mov %rsi, %rdi
	call guest_main
	ud2

/* A further vcpu: RSP is set by its context, RDI = function. */
	.globl vcpu_entry
vcpu_entry:
	xor %ebp, %ebp
	call vcpu_main
	ud2

	.text
	.macro save_registers
	push %rdi
	push %rsi
	push %rdx
	push %rcx
	push %rax
	push %r8
	push %r9
	push %r10
	push %r11
	push %rbx
	push %rbp
	push %r12
	push %r13
	push %r14
	push %r15
	.endm

/*
 * The stub of each vector, 16 bytes apart. In: the hypervisor's frame, low to
 * high RCX, R11, [error code], RIP, CS, RFLAGS, RSP, SS. The stub restores
 * RCX and R11 and turns the rest into struct frame: vector and error below RIP.
 */
	.balign 16
	.globl trap_stubs
trap_stubs:
	.set vector, 0
	.rept 256
	.balign 16
	pop %rcx
	pop %r11
	.if !(vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21)
	push $0
	.endif
	push $vector
	jmp trap_common
	.set vector, vector + 1
	.endr

trap_common:
	save_registers
	cld
	mov %rsp, %rdi
	call trap_dispatch
	jmp frame_return

/* Event upcall: as a vector without error code. */
	.globl event_entry
event_entry:
	pop %rcx
	pop %r11
	push $0
	push $FRAME_EVENT
	save_registers
	cld
	mov %rsp, %rdi
	call event_dispatch
	jmp frame_return

/* SYSCALL from user mode. */
	.globl syscall_entry
syscall_entry:
	pop %rcx
	pop %r11
	push $0
	push $FRAME_SYSCALL
	save_registers
	cld
	mov %rsp, %rdi
	call syscall_dispatch
	jmp frame_return

/* Failsafe: four selectors lie between R11 and RIP; they are kept aside. */
	.globl failsafe_entry
failsafe_entry:
	pop %rcx
	pop %r11
	popq failsafe_selectors
	popq failsafe_selectors + 8
	popq failsafe_selectors + 16
	popq failsafe_selectors + 24
	push $0
	push $FRAME_FAILSAFE
	save_registers
	cld
	mov %rsp, %rdi
	call trap_dispatch

/* RSP = struct frame. Turn vector and error into the head of an iret_context. */
	.globl frame_return
frame_return:
	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %rbp
	pop %rbx
	pop %r11
	pop %r10
	pop %r9
	pop %r8
	pop %rax
	pop %rcx
	pop %rdx
	pop %rsi
	pop %rdi
	mov %rcx, (%rsp)
	movq $0, 8(%rsp)
	push %r11
	push %rax
	mov $PV_HYPERCALL_IRET, %eax
	syscall
	ud2

/*
 * uint64_t user_enter(struct frame *user, uint64_t *kernel_sp): leave for user
 * mode with all registers from *user. Comes back through user_leave. The
 * kernel stack for entries from user mode is what is left of this one.
 */
	.globl user_enter
user_enter:
	push %rbx
	push %rbp
	push %r12
	push %r13
	push %r14
	push %r15
	mov %rsp, (%rsi)
	mov %rdi, %rbx
	mov $PV_FLAT_KERNEL_SS, %edi
	mov %rsp, %rsi
	mov $PV_HYPERCALL_STACK_SWITCH, %eax
	syscall
	sub $FRAME_SIZE, %rsp
	mov %rbx, %rsi
	mov %rsp, %rdi
	mov $FRAME_SIZE / 8, %ecx
	rep movsq
	jmp frame_return

/* noreturn user_leave(uint64_t value, uint64_t kernel_sp): make user_enter return value. */
	.globl user_leave
user_leave:
	mov %rdi, %rax
	mov %rsi, %rsp
	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %rbp
	pop %rbx
	ret

	.section .note.GNU-stack, "", @progbits
