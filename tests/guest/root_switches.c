/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: a kernel changes address spaces by one multicall with NEW_BASEPTR and
 * NEW_USER_BASEPTR; from then on both modes see the new space and nothing of
 * the old one, however often it happens.
 *
 * Provocation: four spaces that differ in one slot, switched in turn, with
 * user code run in each.
 */
#include "lib/guest.h"

#define SPACES 4u
#define SLOT   50ul
#define VA     (SLOT << 39)
#define LINK   (PTE_P | PTE_RW | PTE_US | PTE_A)

static void user_read(uint64_t va)
{
	user_exit(*(volatile uint64_t *)va);
}

static uint64_t make_root(uint64_t link)
{
	uint64_t *root = page_alloc();

	root[511] = *pte_of((void *)VIRT_BASE, 4);
	root[SLOT] = link;
	expect_rc(set_readonly(root), 0);
	expect_rc(mmuext(PV_MMUEXT_PIN_L4_TABLE, va_to_mfn(root), 0), 0);
	return va_to_mfn(root);
}

void test_main(void)
{
	uint64_t kernel_root[SPACES], user_root[SPACES], value, home = root_mfn();

	if (!user_init())
		return;
	for (unsigned int s = 0; s < SPACES; s++) {
		uint64_t *l1 = page_alloc(), *l2 = page_alloc(), *l3 = page_alloc(),
			 *data = page_alloc();

		*data = 0x5000 + s;
		l1[0] = PTE(va_to_mfn(data), PTE_FLAGS_RW);
		l2[0] = PTE(va_to_mfn(l1), LINK);
		l3[0] = PTE(va_to_mfn(l2), LINK);
		expect_rc(set_readonly(l1), 0);
		expect_rc(set_readonly(l2), 0);
		expect_rc(set_readonly(l3), 0);
		kernel_root[s] = make_root(PTE(va_to_mfn(l3), LINK));
		user_root[s] = make_root(PTE(va_to_mfn(l3), LINK));
	}
	for (unsigned int i = 0; i < 200; i++) {
		unsigned int s = i * 7 % SPACES;
		struct pv_mmuext_op ops[2] = {
			{.cmd = PV_MMUEXT_NEW_BASEPTR, .arg1.mfn = kernel_root[s]},
			{.cmd = PV_MMUEXT_NEW_USER_BASEPTR, .arg1.mfn = user_root[s]},
		};
		struct pv_multicall_entry call = {.op = PV_HYPERCALL_MMUEXT_OP,
						  .args = {(uint64_t)ops, 2, 0, PV_DOMID_SELF}};

		expect_rc(CALL2(MULTICALL, &call, 1), 0);
		expect_rc(call.result, 0);
		expect_eq(root_mfn(), kernel_root[s]);
		if (i % 3)
			expect_eq(user_run(user_read, VA), 0x5000 + s);
		expect_true(try_read((void *)VA, &value));
		expect_eq(value, 0x5000 + s);
	}
	expect_rc(mmuext(PV_MMUEXT_NEW_BASEPTR, home, 0), 0);
	expect_false(try_read((void *)VA, &value));
	expect_rc(mmuext(PV_MMUEXT_NEW_USER_BASEPTR, 0, 0), 0);
	for (unsigned int s = 0; s < SPACES; s++) {
		expect_rc(mmuext(PV_MMUEXT_UNPIN_TABLE, kernel_root[s], 0), 0);
		expect_rc(mmuext(PV_MMUEXT_UNPIN_TABLE, user_root[s], 0), 0);
		expect_rc(set_writable(mfn_to_va(kernel_root[s])), 0);
		expect_rc(set_writable(mfn_to_va(user_root[s])), 0);
	}
}
