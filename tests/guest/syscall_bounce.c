/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: SYSCALL in user mode enters the syscall callback on the kernel's
 * stack: RCX holds the RIP behind the instruction, R11 the user's flags, the
 * other registers are the user's; events are masked if the callback asked for
 * it. SYSCALL in kernel mode is a hypercall. Without a callback, SYSCALL in
 * user mode is #UD at the instruction.
 *
 * Provocation: user code that makes system calls with known registers.
 */
#include "lib/guest.h"

extern char syscall_entry[];
static struct frame seen;
static uint8_t mask_inside;
static unsigned int calls;
extern char after_first[] asm("after_first");

static bool on_syscall(struct frame *frame)
{
	if (frame->rax == 1) {
		calls++;
		seen = *frame;
		mask_inside = this_cpu()->info->evtchn_upcall_mask;
		frame->rax = 0x1234;
		return true;
	}
	return false;
}

static void caller(uint64_t argument)
{
	uint64_t rax = 1;

	asm volatile("mov $0x71, %%esi; mov $0x72, %%edx; mov $0x73, %%r10d; mov $0x74, %%r8d\n\t"
		     "stc; syscall\nafter_first:"
		     : "+a"(rax)
		     : "D"(argument)
		     : "rcx", "r11", "rsi", "rdx", "r10", "r8", "memory", "cc");
	user_exit(rax);
}

static void __attribute__((noinline)) many(uint64_t count)
{
	while (count--) {
		uint64_t rax = 1;

		asm volatile("syscall" : "+a"(rax) : : "rcx", "r11", "memory");
	}
	user_exit(calls);
}

static void register_syscall(uint64_t address, uint16_t flags)
{
	struct pv_callback_register reg = {
		.type = PV_CALLBACKTYPE_SYSCALL, .flags = flags, .address = address};

	expect_rc(callback_op(REGISTER, &reg), 0);
}

void test_main(void)
{
	if (!user_init())
		return;
	user_syscall = on_syscall;
	for (unsigned int masks = 0; masks < 2; masks++) {
		register_syscall((uint64_t)syscall_entry, masks ? PV_CALLBACKF_MASK_EVENTS : 0);
		this_cpu()->info->evtchn_upcall_mask = 0;
		expect_eq(user_run(caller, 0x70), 0x1234);
		expect_eq(mask_inside, masks);
		expect_eq(seen.rcx, (uint64_t)after_first);
		expect_eq(seen.rip, (uint64_t)after_first);
		expect_true(seen.r11 & EFLAGS_CF);
		expect_true(seen.r11 & EFLAGS_IF);
		expect_eq(seen.rdi, 0x70);
		expect_eq(seen.rsi, 0x71);
		expect_eq(seen.rdx, 0x72);
		expect_eq(seen.r10, 0x73);
		expect_eq(seen.r8, 0x74);
		expect_eq(FRAME_CS(&seen) & 3, 3);
		this_cpu()->info->evtchn_upcall_mask = 1;
	}
	calls = 0;
	expect_eq(user_run(many, 1000), 1000);

	register_syscall(0, 0);
	expect_eq(user_run(caller, 0), USER_FAULT);
	expect_eq(this_cpu()->fault.vector, TRAP_UD);
	expect_eq(this_cpu()->fault.rip, (uint64_t)after_first - 2);
}
