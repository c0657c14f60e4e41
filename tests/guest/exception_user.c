/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: an exception in user mode switches to the kernel root and pushes its
 * frame on the stack given by stack_switch, with the user's selectors (RPL 3),
 * RIP, RSP and flags; a page fault is marked as coming from user mode.
 *
 * Provocation: UD2, division by zero, INT3, privileged instructions and bad
 * accesses in user mode.
 */
#include "lib/guest.h"

static struct frame seen;
static uint64_t frame_top;
static unsigned int entries;

static bool on_trap(struct frame *frame)
{
	entries++;
	seen = *frame;
	frame_top = (uint64_t)(frame + 1);
	return false; /* ends user_run */
}

static void raise_de(uint64_t zero)
{
	asm volatile("xor %%edx, %%edx; mov $1, %%eax; div %0" : : "r"(zero) : "rax", "rdx", "cc");
	user_exit(0);
}

static void raise_bp(uint64_t unused)
{
	(void)unused;
	asm volatile("int3");
	user_exit(0);
}

static void raise_ud(uint64_t unused)
{
	(void)unused;
	asm volatile("mov $0x1122334455667788, %%rcx; mov $0x99aabbccddeeff00, %%r11; std; ud2" ::
			     : "rcx", "r11");
	user_exit(0);
}

static void raise_gp(uint64_t unused)
{
	(void)unused;
	asm volatile("hlt");
	user_exit(0);
}

static void raise_pf_read(uint64_t address)
{
	asm volatile("mov (%0), %%rax" : : "r"(address) : "rax");
	user_exit(0);
}

static void raise_pf_write(uint64_t address)
{
	asm volatile("movq $0, (%0)" : : "r"(address) : "memory");
	user_exit(0);
}

static void raise(unsigned int vector, void (*function)(uint64_t), uint64_t argument,
		  uint64_t error)
{
	struct frame start;

	entries = 0;
	user_frame(&start, function, argument);
	expect_eq(user_run_frame(&start), USER_FAULT);
	expect_eq(entries, 1);
	expect_eq(seen.vector, vector);
	expect_eq(seen.error, error);
	expect_eq(FRAME_CS(&seen), PV_FLAT_USER_CS);
	expect_eq((uint16_t)seen.ss, PV_FLAT_USER_SS);
	expect_eq(FRAME_MASK(&seen), 0);
	expect_true(seen.rflags & EFLAGS_IF);
	expect_eq(seen.rflags & EFLAGS_IOPL, 0);
	/* user_enter gave the kernel what lies below the 6 registers it saved. */
	expect_ne(frame_top, 0);
	expect_eq(frame_top % 16, 0);
	expect_true(seen.rsp <= start.rsp && seen.rsp > start.rsp - 512);
}

void test_main(void)
{
	char *page = page_alloc();

	if (!user_init())
		return;
	for (unsigned int vector = 0; vector < 20; vector++)
		trap_handler(vector, on_trap);
	raise(TRAP_DE, raise_de, 0, 0);
	raise(TRAP_BP, raise_bp, 0, 0);
	raise(TRAP_UD, raise_ud, 0, 0);
	expect_eq(seen.rcx, 0x1122334455667788);
	expect_eq(seen.r11, 0x99aabbccddeeff00);
	expect_true(seen.rflags & EFLAGS_DF);
	raise(TRAP_GP, raise_gp, 0, 0);
	raise(TRAP_PF, raise_pf_read, 0x2000, PF_USER);
	expect_eq(this_cpu()->info->arch.cr2, 0x2000);
	raise(TRAP_PF, raise_pf_write, 0x3000, PF_USER | PF_WRITE);
	expect_rc(set_readonly(page), 0);
	raise(TRAP_PF, raise_pf_write, (uint64_t)page, PF_USER | PF_WRITE | PF_PRESENT);
	expect_eq(this_cpu()->info->arch.cr2, (uint64_t)page);
	/* The hypervisor's own range. */
	expect_eq(user_run(raise_pf_write, PV_HYPERVISOR_VIRT_END - 4096), USER_FAULT);
	expect_eq(seen.vector, TRAP_PF);
	expect_true(seen.error & PF_USER);
}
