/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: mmu_update and mmuext_op work through their list in order, stop at the
 * first failure, and report in *done exactly how many succeeded; what came
 * before stays done, what comes after is untouched.
 *
 * Provocation: lists with a bad request at each place, at none, and no list.
 */
#include "lib/guest.h"

#define N 6

void test_main(void)
{
	struct pv_mmu_update list[N];
	struct pv_mmuext_op ops[N];
	char *window = page_alloc();
	uint64_t *pages[N];
	uint32_t done;

	for (int i = 1; i < N; i++)
		page_alloc();
	for (int i = 0; i < N; i++)
		pages[i] = page_alloc();

	for (int bad = 0; bad <= N; bad++) {
		for (int i = 0; i < N; i++) {
			expect_rc(map_va(window + i * PAGE_SIZE, 0), 0);
			list[i].ptr = pte_maddr(window + i * PAGE_SIZE, 1);
			list[i].val =
				PTE(i == bad ? root_mfn() : va_to_mfn(pages[i]), PTE_FLAGS_RW);
		}
		done = 99;
		if (bad < N)
			expect_lt(CALL4(MMU_UPDATE, list, N, &done, PV_DOMID_SELF), 0);
		else
			expect_rc(CALL4(MMU_UPDATE, list, N, &done, PV_DOMID_SELF), 0);
		expect_eq(done, bad);
		for (int i = 0; i < N; i++)
			expect_eq(!!(*pte_of(window + i * PAGE_SIZE, 1) & PTE_P), i < bad);
	}
	/* No place for the count: same effect. */
	expect_rc(CALL4(MMU_UPDATE, list, N, 0, PV_DOMID_SELF), 0);
	done = 99;
	expect_rc(CALL4(MMU_UPDATE, list, 0, &done, PV_DOMID_SELF), 0);

	for (int bad = 0; bad <= N; bad++) {
		for (int i = 0; i < N; i++) {
			ops[i].cmd = i == bad ? 999 : PV_MMUEXT_INVLPG_LOCAL;
			ops[i].arg1.linear_addr = (uint64_t)window;
		}
		done = 99;
		if (bad < N)
			expect_lt(CALL4(MMUEXT_OP, ops, N, &done, PV_DOMID_SELF), 0);
		else
			expect_rc(CALL4(MMUEXT_OP, ops, N, &done, PV_DOMID_SELF), 0);
		expect_eq(done, bad);
	}
}
