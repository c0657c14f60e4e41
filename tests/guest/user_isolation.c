/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: user mode runs on its own root: what only the kernel root maps cannot
 * be reached from there, a hypercall is not possible, and after the return
 * the kernel root is in force again.
 *
 * Provocation: user code that reads through a slot of the kernel root alone,
 * and that makes "hypercalls".
 */
#include "lib/guest.h"

#define SLOT 31ul
#define VA   (SLOT << 39)

static volatile uint64_t last_number;

static bool on_syscall(struct frame *frame)
{
	if (frame->rax == PV_HYPERCALL_XEN_VERSION) {
		last_number = frame->rax;
		frame->rax = 0xc0de;
		return true;
	}
	return false;
}

static void user_read(uint64_t va)
{
	user_exit(*(volatile uint64_t *)va);
}

static void user_call(uint64_t unused)
{
	uint64_t rax = PV_HYPERCALL_XEN_VERSION;

	(void)unused;
	asm volatile("syscall" : "+a"(rax) : "D"(0), "S"(0) : "rcx", "r11", "memory");
	user_exit(rax);
}

void test_main(void)
{
	uint64_t *l1 = page_alloc(), *l2 = page_alloc(), *l3 = page_alloc(), *data = page_alloc(),
		 value;

	if (!user_init())
		return;
	*data = 0x7777;
	l1[0] = PTE(va_to_mfn(data), PTE_FLAGS_RW);
	l2[0] = PTE(va_to_mfn(l1), PTE_P | PTE_RW | PTE_US);
	l3[0] = PTE(va_to_mfn(l2), PTE_P | PTE_RW | PTE_US);
	expect_rc(set_readonly(l1), 0);
	expect_rc(set_readonly(l2), 0);
	expect_rc(set_readonly(l3), 0);
	expect_rc(mmu_update_one((root_mfn() << 12) + SLOT * 8,
				 PTE(va_to_mfn(l3), PTE_P | PTE_RW | PTE_US)),
		  0);
	for (int i = 0; i < 3; i++) {
		expect_true(try_read((void *)VA, &value));
		expect_eq(value, 0x7777);
		expect_eq(user_run(user_read, VA), USER_FAULT);
		expect_fault(TRAP_PF, PF_USER);
	}
	expect_eq(user_run(user_read, (uint64_t)data), 0x7777);
	/* Nothing of the hypervisor but, perhaps, the M2P. */
	expect_eq(user_run(user_read, 0xffff820000000000), USER_FAULT);
	expect_eq(user_run(user_read, 0xffff82d080200000), USER_FAULT);
	expect_eq(user_run(user_read, PV_HYPERVISOR_VIRT_END - 8), USER_FAULT);

	user_syscall = on_syscall;
	expect_eq(user_run(user_call, 0), 0xc0de);
	expect_eq(last_number, PV_HYPERCALL_XEN_VERSION);
}
