/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: each exception that an instruction raises in kernel mode reaches the
 * handler of its vector, at the RIP the CPU defines (faults before, traps
 * behind the instruction), with the error code the CPU gave or none.
 *
 * Provocation: one instruction for every vector that can be raised here.
 */
#include "lib/guest.h"

static struct frame seen;
static unsigned int entries;
static uint64_t resume __attribute__((used));

static bool on_trap(struct frame *frame)
{
	entries++;
	seen = *frame;
	frame->rip = resume;
	frame->rflags &= ~(uint64_t)EFLAGS_TF;
	return true;
}

/* Raises by 'text'; the exception must come from label 1 (fault) or behind it (trap). */
#define RAISE(want_vector, trap, text, ...)                                               \
	do {                                                                              \
		uint64_t at_, end_;                                                       \
		entries = 0;                                                              \
		asm volatile("lea 2f(%%rip), %0\n\tmov %0, resume\n\tlea 1f(%%rip), %1\n" \
			     "1:\t" text "\n2:\n"                                         \
			     : "=&r"(end_), "=&r"(at_)                                    \
			     : __VA_ARGS__                                                \
			     : "memory", "cc", "rax", "rcx", "rdx");                      \
		expect_eq(entries, 1);                                                    \
		expect_eq(seen.vector, want_vector);                                      \
		expect_eq(seen.rip, (trap) ? end_ : at_);                                 \
	} while (0)

static uint16_t control_word __attribute__((used));
static uint32_t mxcsr __attribute__((used));

static void float_exceptions(void)
{
	static const double one = 1.0;

	/* x87: unmask division by zero; it is reported by the next waiting instruction. */
	control_word = 0x37f & ~4;
	asm volatile("fninit; fldcw control_word; fld1; fldz; fdivrp" ::: "memory");
	RAISE(TRAP_MF, false, "fwait", );
	asm volatile("fnclex; fninit");

	mxcsr = 0x1f80 & ~0x200u;
	asm volatile("ldmxcsr mxcsr; movsd %0, %%xmm0; xorps %%xmm1, %%xmm1"
		     :
		     : "m"(one)
		     : "memory");
	entries = 0;
	asm volatile("lea 1f(%%rip), %%rax; mov %%rax, resume; divsd %%xmm1, %%xmm0; 1:" ::
			     : "rax", "memory");
	/* TCG never raises it. */
	if (entries)
		expect_eq(seen.vector, TRAP_XM);
	mxcsr = 0x1f80;
	asm volatile("ldmxcsr mxcsr" ::: "memory");
}

void test_main(void)
{
	uint64_t noncanonical = 0x8000000000000000ul, misuse = 1, zero = 0;
	void *unmapped = (void *)0x1000;

	for (unsigned int vector = 0; vector < 20; vector++)
		trap_handler(vector, on_trap);

	RAISE(TRAP_DE, false, "divl %k2", "r"(zero));
	RAISE(TRAP_BP, true, "int3", );
	expect_eq(seen.error, 0);
	RAISE(TRAP_UD, false, "ud2", );
	RAISE(TRAP_GP, false, "hlt", );
	expect_eq(seen.error, 0);
	RAISE(TRAP_GP, false, "movq (%2), %%rax", "r"(noncanonical));
	expect_eq(seen.error, 0);
	RAISE(TRAP_GP, false, "mov %w2, %%ds", "r"(misuse << 3 | 7));
	RAISE(TRAP_PF, false, "movq (%2), %%rax", "r"(unmapped));
	expect_eq(this_cpu()->info->arch.cr2, (uint64_t)unmapped);

	/* A trap of single-stepping comes behind the instruction that ran with TF set. */
	RAISE(TRAP_DB, true, "pushf; orq $0x100, (%%rsp); popf; nop", );
	asm volatile("push $2; popf" ::: "cc");

	/* A stack access: TCG says #GP where the CPU says #SS. */
	entries = 0;
	asm volatile(
		"lea 1f(%%rip), %%rax; mov %%rax, resume; mov %0, %%rbp; mov (%%rbp), %%rax; 1:"
		:
		: "r"(noncanonical)
		: "rax", "rbp", "memory");
	expect_eq(entries, 1);
	expect_true(seen.vector == TRAP_SS || seen.vector == TRAP_GP);
	expect_eq(seen.error, 0);

	float_exceptions();

	/* #NM: only with the virtual TS flag, which delivery clears. */
	expect_rc(CALL1(FPU_TASKSWITCH, 1), 0);
	RAISE(TRAP_NM, false, "fninit", );
	entries = 0;
	asm volatile("fninit");
	expect_eq(entries, 0);
}
