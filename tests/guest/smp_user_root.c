/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: an edit of a user root is in force on a vcpu that is in user mode on
 * it, at the latest when the call that made the edit returns.
 *
 * Provocation: one vcpu stays in user mode and reads through a slot of its
 * root; the other takes the slot away and gives its tables another use.
 */
#include "lib/guest.h"

#define SLOT 60ul
#define VA   (SLOT << 39)
#define LINK (PTE_P | PTE_RW | PTE_US | PTE_A)

static uint64_t user_root;
static volatile bool stop, gone;
static volatile uint64_t reads, late, faults;

static void user_loop(uint64_t va)
{
	while (!stop) {
		bool before = gone;
		uint64_t value = *(volatile uint64_t *)va;

		/* Gone before the read, and yet it was read. */
		if (before && gone)
			late++;
		if (value == 0x6000)
			reads++;
	}
	user_exit(1);
}

static void second(void)
{
	expect_rc(mmuext(PV_MMUEXT_NEW_USER_BASEPTR, user_root, 0), 0);
	while (!stop) {
		if (user_run(user_loop, VA) == USER_FAULT)
			faults++;
	}
}

void test_main(void)
{
	uint64_t *l1 = page_alloc(), *l2 = page_alloc(), *l3 = page_alloc(), *data = page_alloc();
	uint64_t *root = page_alloc(), link;

	if (vcpu_count() < 2) {
		skip("needs two vcpus");
		return;
	}
	*data = 0x6000;
	l1[0] = PTE(va_to_mfn(data), PTE_FLAGS_RW);
	l2[0] = PTE(va_to_mfn(l1), LINK);
	l3[0] = PTE(va_to_mfn(l2), LINK);
	link = PTE(va_to_mfn(l3), LINK);
	root[511] = *pte_of((void *)VIRT_BASE, 4);
	root[SLOT] = link;
	expect_rc(set_readonly(l1), 0);
	expect_rc(set_readonly(l2), 0);
	expect_rc(set_readonly(l3), 0);
	expect_rc(set_readonly(root), 0);
	user_root = va_to_mfn(root);
	expect_rc(mmuext(PV_MMUEXT_PIN_L4_TABLE, user_root, 0), 0);
	expect_rc(vcpu_start(1, second), 0);
	for (int i = 0; i < 60; i++) {
		uint64_t before = reads;

		wait_until(reads != before, MILLISECONDS(300));
		expect_rc(mmu_update_one((user_root << 12) + SLOT * 8, 0), 0);
		gone = true;
		before = faults;
		wait_until(faults != before, MILLISECONDS(300));
		expect_rc(set_writable(l3), 0);
		expect_rc(set_readonly(l3), 0);
		gone = false;
		expect_rc(mmu_update_one((user_root << 12) + SLOT * 8, link), 0);
	}
	stop = true;
	vcpu_join(1);
	expect_eq(late, 0);
	expect_ne(reads, 0);
	expect_ne(faults, 0);
}
