/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: an exception in kernel mode pushes its frame on the current stack,
 * aligned down to 16, with the interrupted RIP, RSP, SS, flags (IF standing
 * for the event mask), the code selector with RPL 0, the old event mask beside
 * it, and RCX and R11 as they were. The handler starts with TF, NT, AC clear.
 *
 * Provocation: UD2 at each alignment of the stack, with flags set and clear,
 * events masked and not.
 */
#include "lib/guest.h"

static struct frame seen;
static uint64_t frame_top, handler_flags;
static uint8_t handler_mask;

static bool on_ud(struct frame *frame)
{
	asm volatile("pushf; pop %0" : "=r"(handler_flags));
	handler_mask = this_cpu()->info->evtchn_upcall_mask;
	seen = *frame;
	frame_top = (uint64_t)(frame + 1);
	frame->rip += 2;
	return true;
}

struct after {
	uint64_t rip, rsp, rcx, r11, flags;
};

/* UD2 with the stack lowered by 'down', given flags, and known RCX and R11. */
static struct after provoke(uint64_t down, uint64_t flags)
{
	struct after r;

	asm volatile("mov %%rsp, %%rbx\n\t"
		     "sub %[down], %%rsp\n\t"
		     "mov %%rsp, %[rsp]\n\t"
		     "mov $0x1122334455667788, %%rcx\n\t"
		     "mov $0x99aabbccddeeff00, %%r11\n\t"
		     "push %[flags]\n\t"
		     "popf\n\t"
		     "lea 1f(%%rip), %[rip]\n"
		     "1:\tud2\n\t"
		     "pushf\n\t"
		     "pop %[after]\n\t"
		     "cld\n\t"
		     "mov %%rbx, %%rsp\n\t"
		     "mov %%rcx, %[rcx]\n\t"
		     "mov %%r11, %[r11]"
		     : [rsp] "=&r"(r.rsp), [rip] "=&r"(r.rip), [after] "=&r"(r.flags),
		       [rcx] "=&r"(r.rcx), [r11] "=&r"(r.r11)
		     : [down] "r"(down), [flags] "r"(flags)
		     : "rbx", "rcx", "r11", "memory", "cc");
	asm volatile("push $2; popf" ::: "cc");
	return r;
}

void test_main(void)
{
	static const uint64_t flag_sets[] = {0, EFLAGS_CF | EFLAGS_OF, EFLAGS_DF, EFLAGS_AC,
					     EFLAGS_ID};
	const uint64_t kept = EFLAGS_CF | EFLAGS_OF | EFLAGS_DF | EFLAGS_AC | EFLAGS_ID;

	trap_handler(TRAP_UD, on_ud);
	for (unsigned int mask = 0; mask < 2; mask++) {
		this_cpu()->info->evtchn_upcall_mask = (uint8_t)mask;
		for (uint64_t down = 0; down < 32; down += 8) {
			for (unsigned int i = 0; i < ARRAY_SIZE(flag_sets); i++) {
				struct after r = provoke(down + 64, flag_sets[i] | EFLAGS_FIXED);

				expect_eq(seen.vector, TRAP_UD);
				expect_eq(seen.rip, r.rip);
				expect_eq(seen.rsp, r.rsp);
				expect_eq(frame_top, r.rsp & ~15ul);
				expect_eq(FRAME_CS(&seen), PV_FLAT_KERNEL_CS & ~3);
				expect_eq(FRAME_MASK(&seen), mask);
				expect_eq((uint16_t)seen.ss & ~3, PV_FLAT_KERNEL_SS & ~3);
				expect_eq(seen.rflags & kept, flag_sets[i]);
				expect_eq(!!(seen.rflags & EFLAGS_IF), !mask);
				expect_eq(seen.rflags & EFLAGS_IOPL, 0);
				expect_eq(seen.rcx, 0x1122334455667788);
				expect_eq(seen.r11, 0x99aabbccddeeff00);
				/* The return restores all of it. */
				expect_eq(r.rcx, 0x1122334455667788);
				expect_eq(r.r11, 0x99aabbccddeeff00);
				expect_eq(r.flags & kept, flag_sets[i]);
				expect_eq(this_cpu()->info->evtchn_upcall_mask, mask);
				expect_eq(handler_mask, 1);
				expect_eq(handler_flags & (EFLAGS_TF | EFLAGS_NT | EFLAGS_AC), 0);
			}
		}
	}
}
