/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: vm_assist switches known assists on and off. Writes to page tables by
 * the guest kernel are carried out while writable page tables are assisted; a
 * hypervisor may carry them out always.
 *
 * Provocation: each type both ways, and one write without the assist.
 */
#include "lib/guest.h"

void test_main(void)
{
	static const unsigned int types[] = {PV_VMASST_TYPE_WRITABLE_PAGETABLES,
					     PV_VMASST_TYPE_RUNSTATE_UPDATE_FLAG};
	char *page = page_alloc();
	volatile uint64_t *pte = (volatile uint64_t *)pte_of(page, 1);

	for (unsigned int i = 0; i < ARRAY_SIZE(types); i++) {
		expect_rc(CALL2(VM_ASSIST, PV_VMASST_CMD_ENABLE, types[i]), 0);
		expect_rc(CALL2(VM_ASSIST, PV_VMASST_CMD_ENABLE, types[i]), 0);
		expect_rc(CALL2(VM_ASSIST, PV_VMASST_CMD_DISABLE, types[i]), 0);
		expect_rc(CALL2(VM_ASSIST, PV_VMASST_CMD_DISABLE, types[i]), 0);
		expect_lt(CALL2(VM_ASSIST, 2, types[i]), 0);
	}
	expect_rc(map_va(page, 0), 0);
	if (!try_write(pte, 0x1000)) {
		expect_fault(TRAP_PF, PF_WRITE | PF_PRESENT);
		expect_eq(*pte, 0);
	}
	expect_rc(CALL2(VM_ASSIST, PV_VMASST_CMD_ENABLE, PV_VMASST_TYPE_WRITABLE_PAGETABLES), 0);
	expect_true(try_write(pte, 0x2000));
	expect_eq(*pte, 0x2000);
}
