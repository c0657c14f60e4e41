/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: TF in user mode traps after each user instruction, and never leaks
 * into the kernel: a system call or exception under TF enters its handler
 * with TF clear, and the saved flags keep it.
 *
 * Provocation: user code that steps itself through instructions, a system
 * call, an INT3 and an emulated CPUID.
 */
#include "lib/guest.h"

static volatile unsigned int user_steps, kernel_steps, calls;
static volatile uint64_t call_flags;

static bool on_db(struct frame *frame)
{
	if (FRAME_USER(frame))
		user_steps++;
	else
		kernel_steps++;
	return true;
}

static bool on_bp(struct frame *frame)
{
	expect_true(frame->rflags & EFLAGS_TF);
	return true;
}

static bool on_syscall(struct frame *frame)
{
	uint64_t flags;

	if (frame->rax != 1)
		return false;
	asm volatile("pushf; pop %0" : "=r"(flags));
	calls++;
	call_flags = flags;
	expect_true(frame->r11 & EFLAGS_TF);
	return true;
}

static void stepping(uint64_t unused)
{
	uint64_t rax = 1;

	(void)unused;
	asm volatile("pushf; orq $0x100, (%%rsp); popf\n\t"
		     "nop; nop; nop\n\t"
		     "syscall\n\t"
		     "nop\n\t"
		     "int3\n\t"
		     "nop\n\t"
		     "xor %%eax, %%eax\n\t" PV_EMULATE_PREFIX "cpuid\n\t"
		     "pushf; andq $~0x100, (%%rsp); popf"
		     : "+a"(rax)
		     :
		     : "rbx", "rcx", "rdx", "r11", "memory", "cc");
	user_exit(2);
}

void test_main(void)
{
	if (!user_init())
		return;
	trap_handler(TRAP_DB, on_db);
	trap_handler(TRAP_BP, on_bp);
	user_syscall = on_syscall;
	expect_eq(user_run(stepping, 0), 2);
	expect_eq(calls, 1);
	expect_eq(call_flags & EFLAGS_TF, 0);
	expect_eq(kernel_steps, 0);
	expect_true(user_steps >= 8);
}
