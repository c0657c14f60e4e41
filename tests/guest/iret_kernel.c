/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: iret with RPL 0 in the frame stays in kernel mode, restores every
 * register and RSP, and sets the event mask from IF; events that are pending
 * are delivered before the next instruction.
 *
 * Provocation: an iret hypercall by hand, with known registers and a new stack,
 * then one that unmasks events while a port is pending.
 */
#include "lib/guest.h"

static uint64_t results[4] __attribute__((used));
static uint64_t stack; /* on this vcpu's own, well below what is in use */

static void iret_to_label(uint64_t flags)
{
	asm volatile("mov %%rsp, %%rbx\n\t"
		     "pushq $0xe02b\n\t"
		     "push %[stack]\n\t"
		     "push %[flags]\n\t"
		     "pushq $0xe030\n\t"
		     "lea 1f(%%rip), %%rax\n\t"
		     "push %%rax\n\t"
		     "pushq $0\n\t"
		     "pushq $0xcc\n\t"
		     "pushq $0x11\n\t"
		     "pushq $0xaa\n\t"
		     "mov $23, %%eax\n\t"
		     "syscall\n\t"
		     "ud2\n"
		     "1:\tmov %%rsp, results\n\t"
		     "mov %%rcx, results + 8\n\t"
		     "mov %%r11, results + 16\n\t"
		     "mov %%rax, results + 24\n\t"
		     "mov %%rbx, %%rsp"
		     :
		     : [flags] "r"(flags), [stack] "r"(stack)
		     : "rax", "rbx", "rcx", "r11", "memory", "cc");
}

void test_main(void)
{
	struct pv_vcpu_info *info = this_cpu()->info;
	struct pv_evtchn_bind_ipi ipi = {.vcpu = 0};
	struct pv_evtchn_send send;

	stack = ((uint64_t)__builtin_frame_address(0) - 2048) & ~15ul;
	iret_to_label(EFLAGS_FIXED);
	expect_eq(results[0], stack);
	expect_eq(results[1], 0xcc);
	expect_eq(results[2], 0x11);
	expect_eq(results[3], 0xaa);
	expect_eq(info->evtchn_upcall_mask, 1);
	iret_to_label(EFLAGS_FIXED | EFLAGS_IF);
	expect_eq(info->evtchn_upcall_mask, 0);
	events_disable();

	expect_rc(event_op(BIND_IPI, &ipi), 0);
	send.port = ipi.port;
	expect_rc(event_op(SEND, &send), 0);
	expect_eq(event_count[ipi.port], 0);
	iret_to_label(EFLAGS_FIXED | EFLAGS_IF);
	expect_eq(results[0], stack);
	expect_eq(results[1], 0xcc);
	expect_eq(results[2], 0x11);
	expect_eq(results[3], 0xaa);
	expect_eq(event_count[ipi.port], 1);
	expect_eq(info->evtchn_upcall_mask, 0);
	events_disable();
}
