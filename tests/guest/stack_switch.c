/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: stack_switch sets the stack for entries from user mode and for nothing
 * else: an exception in kernel mode goes on using the current stack. The
 * selector's RPL is made 3.
 *
 * Provocation: stacks at each alignment, then a system call and a trap.
 */
#include "lib/guest.h"

static uint64_t frame_top;

static bool on_syscall(struct frame *frame)
{
	if (frame->rax != 7)
		return false;
	frame_top = (uint64_t)(frame + 1);
	return true;
}

static uint64_t new_sp;

static bool on_bp(struct frame *frame)
{
	frame_top = (uint64_t)(frame + 1);
	if (FRAME_USER(frame))
		expect_rc(CALL2(STACK_SWITCH, PV_FLAT_KERNEL_SS & ~3, new_sp), 0);
	return true;
}

static void from_user(uint64_t unused)
{
	uint64_t rax = 7;

	(void)unused;
	asm volatile("int3; syscall" : "+a"(rax) : : "rcx", "r11", "memory");
	user_exit(1);
}

void test_main(void)
{
	uint64_t sp;

	if (!user_init())
		return;
	trap_handler(TRAP_BP, on_bp);
	user_syscall = on_syscall;
	asm volatile("mov %%rsp, %0" : "=r"(sp));
	for (uint64_t down = 1024; down < 1024 + 32; down += 4) {
		/* Below what is in use here, on this vcpu's own stack. */
		new_sp = (sp & ~15ul) - down;
		expect_eq(user_run(from_user, 0), 1);
		expect_eq(frame_top, new_sp & ~15ul);
	}
	/* A kernel trap stays where it is. */
	expect_rc(CALL2(STACK_SWITCH, PV_FLAT_KERNEL_SS, 0x1000), 0);
	asm volatile("int3" ::: "memory");
	expect_true(frame_top <= sp && frame_top > sp - 2048);
	expect_rc(CALL2(STACK_SWITCH, PV_FLAT_KERNEL_SS, sp), 0);
}
