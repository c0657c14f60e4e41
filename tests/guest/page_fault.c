/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: a page fault of the guest kernel carries the faulting address in
 * vcpu_info and an error code with present, write and fetch as the access was,
 * and the user bit clear although the CPU ran in ring 3. CR2 can be read and
 * written as on the bare CPU.
 *
 * Provocation: reads, writes and jumps to absent, read-only and no-execute pages.
 */
#include "lib/guest.h"

static void jump_to(void *to)
{
	FAULT_CLEAR();
	asm volatile("lea 1f(%%rip), %%rax; mov %%rax, %0; jmp *%1; 1:"
		     : "=m"(this_cpu()->fault.rip)
		     : "r"(to)
		     : "rax", "memory");
}

static struct fault fetch;

static bool on_fetch(struct frame *frame)
{
	fetch = (struct fault){
		.taken = true,
		.vector = (uint8_t)frame->vector,
		.error = (uint32_t)frame->error,
		.cr2 = this_cpu()->info->arch.cr2,
		.rip = frame->rip,
	};
	frame->rip = this_cpu()->fault.rip; /* left there by jump_to */
	return true;
}

void test_main(void)
{
	char *page = page_alloc();
	char *hole = page_alloc();
	uint64_t value, cr2;

	expect_rc(map_va(hole, 0), 0);
	expect_false(try_read(hole + 8, &value));
	expect_fault(TRAP_PF, 0);
	expect_eq(this_cpu()->fault.cr2, (uint64_t)hole + 8);
	asm volatile("mov %%cr2, %0" : "=r"(cr2));
	expect_eq(cr2, (uint64_t)hole + 8);

	expect_false(try_write(hole + 16, 1));
	expect_fault(TRAP_PF, PF_WRITE);
	expect_eq(this_cpu()->fault.cr2, (uint64_t)hole + 16);

	expect_rc(set_readonly(page), 0);
	expect_true(try_read(page, &value));
	expect_false(try_write(page + 24, 1));
	expect_fault(TRAP_PF, PF_WRITE | PF_PRESENT);
	expect_eq(this_cpu()->fault.cr2, (uint64_t)page + 24);

	/* A missing higher level. */
	expect_false(try_read((void *)0x40000000, &value));
	expect_fault(TRAP_PF, 0);

	expect_rc(map_va(page, PTE(va_to_mfn(page), PTE_FLAGS_RW)), 0);
	page[32] = (char)0xc3;
	expect_rc(map_va(page, PTE(va_to_mfn(page), PTE_FLAGS_RW | PTE_NX)), 0);
	trap_handler(TRAP_PF, on_fetch);
	jump_to(page + 32);
	expect_true(fetch.taken);
	expect_eq(fetch.error, PF_FETCH | PF_PRESENT);
	expect_eq(fetch.cr2, (uint64_t)page + 32);
	expect_eq(fetch.rip, (uint64_t)page + 32);
	jump_to(hole + 40);
	expect_eq(fetch.error, PF_FETCH);
	expect_eq(fetch.rip, (uint64_t)hole + 40);

	asm volatile("mov %0, %%cr2" : : "r"(0x123456789abcul));
	asm volatile("mov %%cr2, %0" : "=r"(cr2));
	expect_eq(cr2, 0x123456789abc);
	expect_eq(this_cpu()->info->arch.cr2, 0x123456789abc);
}
