/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: the guest kernel may execute moves to and from control registers as on
 * a bare CPU; it sees its own CR3 and CR2, of CR0 only TS can be changed, and
 * of CR4 only what it was offered. User mode gets #GP. CR8 and LMSW are no
 * part of the offer.
 *
 * Provocation: each of these instructions.
 */
#include "lib/guest.h"

#define CR0_PE	1ul
#define CR0_TS	8ul
#define CR0_WP	0x10000ul
#define CR0_PG	0x80000000ul
#define CR4_TSD 4ul
#define CR4_PAE 0x20ul

#define READ_CR(n)                                             \
	({                                                     \
		uint64_t v_;                                   \
		asm volatile("mov %%cr" #n ", %0" : "=r"(v_)); \
		v_;                                            \
	})
#define TRY_WRITE_CR(n, v) TRY("mov %0, %%cr" #n, : : "r"((uint64_t)(v)) : "memory")

static void user_cr(uint64_t which)
{
	if (which == 0)
		asm volatile("mov %%cr0, %%rax" ::: "rax");
	if (which == 3)
		asm volatile("mov %%cr3, %%rax" ::: "rax");
	if (which == 4)
		asm volatile("mov %%rax, %%cr4" ::: "memory");
	user_exit(0);
}

void test_main(void)
{
	uint64_t cr0 = READ_CR(0), cr4;

	expect_eq(cr0 & (CR0_PE | CR0_PG), CR0_PE | CR0_PG);
	expect_eq(cr0 & CR0_TS, 0);
	expect_true(TRY_WRITE_CR(0, cr0 | CR0_TS));
	expect_eq(READ_CR(0), cr0 | CR0_TS);
	expect_true(TRY("clts", ));
	expect_eq(READ_CR(0), cr0);
	expect_false(TRY_WRITE_CR(0, cr0 & ~CR0_WP));
	expect_fault(TRAP_GP, 0);
	expect_false(TRY_WRITE_CR(0, cr0 & ~CR0_PG));
	expect_eq(READ_CR(0), cr0);
	expect_rc(CALL1(FPU_TASKSWITCH, 1), 0);
	expect_eq(READ_CR(0), cr0 | CR0_TS);
	expect_rc(CALL1(FPU_TASKSWITCH, 0), 0);
	expect_eq(READ_CR(0), cr0);

	expect_eq(READ_CR(3), root_mfn() << 12);
	expect_eq(root_mfn(), va_to_mfn((void *)start_info->pt_base));
	/* The same root again is fine; a frame that is no root is not. */
	expect_true(TRY_WRITE_CR(3, READ_CR(3)));
	expect_false(TRY_WRITE_CR(3, va_to_mfn(page_alloc()) << 12 | 0xfff));

	cr4 = READ_CR(4);
	expect_true(cr4 & CR4_PAE);
	expect_true(TRY_WRITE_CR(4, cr4));
	expect_eq(READ_CR(4), cr4);
	/* Linux clears PGE, PSE and PCE on its way up: that must not fault. */
	expect_true(TRY_WRITE_CR(4, cr4 & ~0x190ul));
	expect_true(READ_CR(4) & CR4_PAE);
	expect_true(TRY_WRITE_CR(4, cr4));

	expect_false(TRY("mov %%cr8, %%rax", : : : "rax"));
	expect_false(TRY("lmsw %w0", : : "r"(cr0)));

	if (user_init()) {
		expect_eq(user_run(user_cr, 0), USER_FAULT);
		expect_fault(TRAP_GP, 0);
		expect_eq(user_run(user_cr, 3), USER_FAULT);
		expect_fault(TRAP_GP, 0);
		expect_eq(user_run(user_cr, 4), USER_FAULT);
		expect_fault(TRAP_GP, 0);
	}
}
