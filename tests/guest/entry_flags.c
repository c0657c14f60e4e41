/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: SYSCALL, INT 0x80 and SYSENTER in user mode enter the guest kernel with
 * TF, NT and AC clear and IF set, whatever the user set; the frame has what the
 * user had. SYSENTER loses RIP and RSP, which are 0 in the frame, CS is 3 there,
 * and TF and NT are clear; without a callback it is #GP.
 *
 * Provocation: each with each of the flags, and with all of them.
 */
#include "lib/guest.h"

extern char syscall_entry[];
static struct frame seen;
static uint64_t flags_inside;
static uint8_t mask_inside;

static bool entered(struct frame *frame)
{
	asm volatile("pushfq; pop %0" : "=r"(flags_inside));
	mask_inside = this_cpu()->info->evtchn_upcall_mask;
	seen = *frame;
	user_finish(1);
}

#define WITH_FLAGS(instruction)                                                         \
	asm volatile("push %0; mov $0x71, %%ebx; mov $0x72, %%r8d; popfq; " instruction \
		     :                                                                  \
		     : "r"(flags), "a"(0)                                               \
		     : "rbx", "rcx", "r8", "r11", "memory", "cc");                      \
	user_exit(2)

static void by_syscall(uint64_t flags)
{
	WITH_FLAGS("syscall");
}

static void by_int80(uint64_t flags)
{
	WITH_FLAGS("int $0x80");
}

static void by_sysenter(uint64_t flags)
{
	WITH_FLAGS("sysenter");
}

static void enter(void (*how)(uint64_t), uint64_t flags, uint64_t lost)
{
	flags |= EFLAGS_FIXED | EFLAGS_IF | EFLAGS_CF;
	memset(&seen, 0, sizeof(seen));
	expect_eq(user_run(how, flags), 1);
	expect_eq(flags_inside & (EFLAGS_TF | EFLAGS_NT | EFLAGS_AC | EFLAGS_IF), EFLAGS_IF);
	/* The CPU sets the arithmetic flags between, and RF belongs to it. */
	expect_eq(seen.rflags & (flags | EFLAGS_TF | EFLAGS_NT | EFLAGS_AC), flags & ~lost);
	expect_eq(seen.rbx, 0x71);
	expect_eq(seen.r8, 0x72);
	expect_eq((uint16_t)seen.ss, PV_FLAT_USER_SS);
}

static int64_t register_sysenter(uint64_t address, uint16_t flags)
{
	struct pv_callback_register reg = {
		.type = PV_CALLBACKTYPE_SYSENTER, .flags = flags, .address = address};

	return callback_op(REGISTER, &reg);
}

static bool on_intel(void)
{
	uint32_t a = 0, vendor[3];

	asm volatile("cpuid" : "+a"(a), "=b"(vendor[0]), "=d"(vendor[1]), "=c"(vendor[2]));
	return !memcmp(vendor, "GenuineIntel", sizeof(vendor));
}

static void sysenter(uint64_t flags)
{
	enter(by_sysenter, flags, EFLAGS_TF | EFLAGS_NT);
	expect_eq(seen.rip, 0);
	expect_eq(seen.rsp, 0);
	expect_eq(FRAME_CS(&seen), 3);
}

void test_main(void)
{
	static const uint64_t flags[] = {0,	    EFLAGS_TF,
					 EFLAGS_NT, EFLAGS_AC,
					 EFLAGS_DF, EFLAGS_TF | EFLAGS_NT | EFLAGS_AC | EFLAGS_DF};

	if (!user_init())
		return;
	user_syscall = entered;
	trap_handler(0x80, entered);
	trap_register(0x80, 3);
	for (unsigned int i = 0; i < ARRAY_SIZE(flags); i++) {
		enter(by_syscall, flags[i], 0);
		enter(by_int80, flags[i], 0);
	}
	/*
	 * Other CPUs than Intel's have no SYSENTER in long mode; what it does then is not
	 * ours. Xen takes a callback for it there, too.
	 */
	if (!on_intel()) {
		if (on_pavise())
			expect_lt(register_sysenter((uint64_t)syscall_entry, 0), 0);
		return;
	}
	for (unsigned int masks = 0; masks < 2; masks++) {
		expect_rc(register_sysenter((uint64_t)syscall_entry,
					    masks ? PV_CALLBACKF_MASK_EVENTS : 0),
			  0);
		WRITE_ONCE(this_cpu()->info->evtchn_upcall_mask, 0);
		for (unsigned int i = 0; i < ARRAY_SIZE(flags); i++) {
			sysenter(flags[i]);
			expect_eq(mask_inside, masks);
		}
		WRITE_ONCE(this_cpu()->info->evtchn_upcall_mask, 1);
	}
	expect_rc(register_sysenter(0, 0), 0);
	expect_eq(user_run(by_sysenter, 0), USER_FAULT);
	expect_eq(this_cpu()->fault.vector, TRAP_GP);
	expect_eq(this_cpu()->fault.error, 0);
}
