/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: a hypercall changes RAX, may change RCX, R11 and the argument
 * registers, and nothing else: not the callee-saved registers, RSP, the flags
 * that are not status flags, or the vector registers.
 *
 * Provocation: null calls with every register loaded, at four stack alignments.
 */
#include "lib/guest.h"

struct registers {
	uint64_t rbx, rbp, r12, r13, r14, r15, rsp_delta, flags;
	uint64_t xmm[2];
};

static void null_call(struct registers *out, uint64_t down, uint64_t flags)
{
	static const uint64_t pattern[2] = {0x0123456789abcdef, 0xfedcba9876543210};
	struct registers r;

	asm volatile("push %%rbp; push %%rbx\n\t"
		     "mov %[out], %%r9\n\t"
		     "movups (%[pattern]), %%xmm7\n\t"
		     "mov %%rsp, %%r8\n\t"
		     "push %%r9; push %%r8; push %[flags]\n\t"
		     "popf\n\t"
		     "mov $0xb1, %%ebx; mov $0xb2, %%ebp; mov $0xb3, %%r12d\n\t"
		     "mov $0xb4, %%r13d; mov $0xb5, %%r14d; mov %%rsp, %%r15\n\t"
		     "sub %[down], %%rsp\n\t"
		     "push %%rsp\n\t"
		     "mov $17, %%eax; xor %%edi, %%edi; xor %%esi, %%esi\n\t"
		     "syscall\n\t"
		     "pushf\n\t"
		     "pop %%rax\n\t"
		     "pop %%rcx\n\t"
		     "sub %%rsp, %%rcx\n\t"
		     "cld\n\t"
		     "mov %%r15, %%rsp\n\t"
		     "pop %%r8; pop %%r9\n\t"
		     "mov %%rbx, (%%r9); mov %%rbp, 8(%%r9); mov %%r12, 16(%%r9)\n\t"
		     "mov %%r13, 24(%%r9); mov %%r14, 32(%%r9); mov %%r15, 40(%%r9)\n\t"
		     "mov %%rcx, 48(%%r9); mov %%rax, 56(%%r9)\n\t"
		     "movups %%xmm7, 64(%%r9)\n\t"
		     "mov %%r8, %%rsp\n\t"
		     "pop %%rbx; pop %%rbp"
		     :
		     : [out] "r"(&r), [pattern] "r"(pattern), [down] "D"(down), [flags] "S"(flags)
		     : "rax", "rcx", "rdx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
		       "memory", "cc");
	*out = r;
}

void test_main(void)
{
	static const uint64_t flag_sets[] = {0, EFLAGS_DF, EFLAGS_ID, EFLAGS_AC, EFLAGS_CF};

	for (uint64_t down = 0; down < 32; down += 8) {
		for (unsigned int i = 0; i < ARRAY_SIZE(flag_sets); i++) {
			struct registers r;

			null_call(&r, down, flag_sets[i] | EFLAGS_FIXED);
			expect_eq(r.rbx, 0xb1);
			expect_eq(r.rbp, 0xb2);
			expect_eq(r.r12, 0xb3);
			expect_eq(r.r13, 0xb4);
			expect_eq(r.r14, 0xb5);
			expect_eq(r.rsp_delta, 0);
			expect_eq(r.flags & (EFLAGS_DF | EFLAGS_ID | EFLAGS_AC),
				  flag_sets[i] & (EFLAGS_DF | EFLAGS_ID | EFLAGS_AC));
			expect_eq(r.flags & EFLAGS_TF, 0);
			expect_eq(r.xmm[0], 0x0123456789abcdef);
			expect_eq(r.xmm[1], 0xfedcba9876543210);
		}
	}
}
