/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: iret with RPL 3 in the frame enters user mode with all registers of
 * the frame; IOPL in the flags has no effect, IF is on whatever the frame
 * says, and the event mask becomes the inverse of the frame's IF.
 *
 * Provocation: user frames with every register set, with IOPL 3, with IF
 * clear, with a null stack selector and with odd selectors.
 */
#include "lib/guest.h"

static struct frame at_int3;
static uint8_t mask_before_entry;

static bool on_bp(struct frame *frame)
{
	at_int3 = *frame;
	mask_before_entry = FRAME_MASK(frame);
	return false;
}

extern char int3_here[], cli_here[];
asm("int3_here: int3\ncli_here: cli\n");

void test_main(void)
{
	struct frame f;

	if (!user_init())
		return;
	trap_handler(TRAP_BP, on_bp);
	user_frame(&f, (void (*)(uint64_t))(void *)int3_here, 0);
	f.r15 = 15, f.r14 = 14, f.r13 = 13, f.r12 = 12, f.rbp = 5, f.rbx = 3, f.r11 = 11,
	f.r10 = 10;
	f.r9 = 9, f.r8 = 8, f.rax = 0xa, f.rcx = 0xc, f.rdx = 0xd, f.rsi = 0x51, f.rdi = 0xd1;
	f.rflags |= EFLAGS_CF | EFLAGS_OF | EFLAGS_IOPL;
	expect_eq(user_run_frame(&f), USER_FAULT);
	expect_eq(at_int3.r15, 15);
	expect_eq(at_int3.r14, 14);
	expect_eq(at_int3.r13, 13);
	expect_eq(at_int3.r12, 12);
	expect_eq(at_int3.rbp, 5);
	expect_eq(at_int3.rbx, 3);
	expect_eq(at_int3.r11, 11);
	expect_eq(at_int3.r10, 10);
	expect_eq(at_int3.r9, 9);
	expect_eq(at_int3.r8, 8);
	expect_eq(at_int3.rax, 0xa);
	expect_eq(at_int3.rcx, 0xc);
	expect_eq(at_int3.rdx, 0xd);
	expect_eq(at_int3.rsi, 0x51);
	expect_eq(at_int3.rdi, 0xd1);
	expect_eq(at_int3.rsp, f.rsp);
	expect_eq(at_int3.rip, f.rip + 1);
	expect_true(at_int3.rflags & EFLAGS_CF);
	expect_true(at_int3.rflags & EFLAGS_OF);
	expect_eq(at_int3.rflags & EFLAGS_IOPL, 0);
	expect_eq(mask_before_entry, 0);

	/* IF clear in the frame masks events in user mode. */
	f.rflags = EFLAGS_FIXED;
	expect_eq(user_run_frame(&f), USER_FAULT);
	expect_eq(mask_before_entry, 1);
	expect_eq(at_int3.rflags & EFLAGS_IF, 0);

	/* The flat 32-bit code selector and selectors with another RPL are made to fit. */
	user_frame(&f, (void (*)(uint64_t))(void *)int3_here, 0);
	f.cs = PV_FLAT_USER_CS32;
	expect_eq(user_run_frame(&f), USER_FAULT);

	/* CLI is refused in user mode. */
	user_frame(&f, (void (*)(uint64_t))(void *)cli_here, 0);
	f.rflags |= EFLAGS_IOPL;
	expect_eq(user_run_frame(&f), USER_FAULT);
	expect_eq(this_cpu()->fault.vector, TRAP_GP);
}
