/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: with writable page tables assisted, a write by the guest kernel to a
 * level-1 table in use is carried out under the rules of mmu_update, whatever
 * the instruction and operand size; registers and flags end up as on a bare
 * CPU. A write that breaks a rule is an ordinary page fault, as is one to a
 * table of a higher level, and one from user mode.
 *
 * Provocation: the instructions kernels use, on entries of the heap's table.
 */
#include "lib/guest.h"

static volatile uint64_t *table;
static uint64_t *window, *data;

static void user_write(uint64_t va)
{
	*(volatile uint64_t *)va = 0;
	user_exit(1);
}

static void good_writes(volatile uint64_t *e)
{
	uint64_t own = PTE(va_to_mfn(data), PTE_FLAGS_RW), old;
	uint8_t carry, zero;

	expect_true(TRY("movq %1, %0", : "=m"(*e) : "r"(own) : "memory"));
	mmuext(PV_MMUEXT_INVLPG_LOCAL, (uint64_t)window, 0);
	expect_eq(READ_ONCE(*window), 0x7777);

	old = 0;
	expect_true(TRY("xchgq %0, %1", : "+r"(old), "+m"(*e) : : "memory"));
	expect_eq(PTE_MFN(old), va_to_mfn(data));
	expect_true(old & PTE_P);
	expect_eq(*e, 0);

	/* Parts of an entry that is not present. */
	expect_true(TRY("movl %1, %0", : "=m"(*e) : "r"(0xabcde000) : "memory"));
	expect_eq(*e, 0xabcde000);
	expect_true(TRY("movl %1, 4%0", : "=m"(*e) : "r"(0x1234) : "memory"));
	expect_eq(*e, 0x1234abcde000);
	expect_true(TRY("movw %1, 2%0", : "=m"(*e) : "r"((uint16_t)0x5566) : "memory"));
	expect_eq(*e, 0x12345566e000);
	expect_true(TRY("movb %1, 1%0", : "=m"(*e) : "q"((uint8_t)0x42) : "memory"));
	expect_eq(*e, 0x123455664200);

	/* cmpxchg: failing, then succeeding. */
	old = 0x999;
	expect_true(TRY("lock cmpxchgq %3, %1; setz %2",
			: "+a"(old), "+m"(*e), "=q"(zero)
			: "r"(own)
			: "memory", "cc"));
	expect_eq(zero, 0);
	expect_eq(old, 0x123455664200);
	expect_eq(*e, 0x123455664200);
	expect_true(TRY("lock cmpxchgq %3, %1; setz %2",
			: "+a"(old), "+m"(*e), "=q"(zero)
			: "r"(own)
			: "memory", "cc"));
	expect_eq(zero, 1);
	expect_eq(PTE_MFN(*e), va_to_mfn(data));

	/* lock btr of RW, as for copy-on-write; lock and, lock or. */
	expect_true(TRY("lock btrq $1, %0; setc %1", : "+m"(*e), "=q"(carry) : : "memory", "cc"));
	expect_eq(carry, 1);
	expect_eq(*e & (PTE_P | PTE_RW), PTE_P);
	expect_true(TRY("lock btrq $1, %0; setc %1", : "+m"(*e), "=q"(carry) : : "memory", "cc"));
	expect_eq(carry, 0);
	expect_true(TRY("lock btsq $1, %0; setc %1", : "+m"(*e), "=q"(carry) : : "memory", "cc"));
	expect_eq(carry, 0);
	expect_eq(*e & (PTE_P | PTE_RW), PTE_P | PTE_RW);
	expect_true(TRY("lock andq %1, %0", : "+m"(*e) : "r"(~PTE_RW) : "memory", "cc"));
	expect_eq(*e & (PTE_P | PTE_RW), PTE_P);
	expect_true(TRY("lock orq %1, %0", : "+m"(*e) : "r"(PTE_RW) : "memory", "cc"));
	expect_eq(*e & (PTE_P | PTE_RW), PTE_P | PTE_RW);
	expect_true(TRY("lock btrl $5, %0; setc %1", : "+m"(*e), "=q"(carry) : : "memory", "cc"));
	expect_eq(*e & PTE_A, 0);

	/* No user bit in what was written, yet usable. */
	expect_true(TRY("movq %1, %0",
			: "=m"(*e)
			: "r"(PTE(va_to_mfn(data), PTE_P | PTE_RW))
			: "memory"));
	mmuext(PV_MMUEXT_INVLPG_LOCAL, (uint64_t)window, 0);
	expect_eq(READ_ONCE(*window), 0x7777);
	expect_true(TRY("movq $0, %0", : "=m"(*e) : : "memory"));
	expect_eq(*e, 0);
}

static void bad_writes(volatile uint64_t *e)
{
	uint64_t bad = PTE(root_mfn(), PTE_FLAGS_RW), old = bad;
	volatile uint64_t *l2 = (volatile uint64_t *)pte_of(window, 2);

	expect_false(TRY("movq %1, %0", : "=m"(*e) : "r"(bad) : "memory"));
	expect_fault(TRAP_PF, PF_WRITE | PF_PRESENT);
	expect_eq(this_cpu()->fault.cr2, (uint64_t)e);
	expect_false(TRY("xchgq %0, %1", : "+r"(old), "+m"(*e) : : "memory"));
	expect_fault(TRAP_PF, PF_WRITE | PF_PRESENT);
	expect_eq(old, bad);
	expect_false(TRY("movq %1, %0",
			 : "=m"(*e)
			 : "r"(PTE(0xffffffffff, PTE_FLAGS_RO))
			 : "memory"));
	expect_eq(*e, 0);

	expect_false(TRY("movq %1, %0", : "=m"(*l2) : "r"(*l2) : "memory"));
	expect_fault(TRAP_PF, PF_WRITE | PF_PRESENT);

	if (user_init()) {
		expect_eq(user_run(user_write, (uint64_t)e), USER_FAULT);
		expect_eq(this_cpu()->fault.error, PF_WRITE | PF_PRESENT | PF_USER);
	}
}

void test_main(void)
{
	window = page_alloc();
	data = page_alloc();
	*data = 0x7777;
	expect_rc(CALL2(VM_ASSIST, PV_VMASST_CMD_ENABLE, PV_VMASST_TYPE_WRITABLE_PAGETABLES), 0);
	table = (volatile uint64_t *)pte_of(window, 1);
	expect_rc(map_va(window, 0), 0);
	good_writes(table);
	bad_writes(table);
}
