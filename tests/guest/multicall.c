/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: multicall runs its calls in order, each seeing the effects of the
 * ones before, stores each result, and does not stop at errors; a call cannot
 * be a multicall itself. An empty list is fine.
 *
 * Provocation: mixed good and bad calls, dependent memory updates, a nested
 * call, a list of a thousand, a read-only list.
 */
#include "lib/guest.h"

#define N 1000

void test_main(void)
{
	static struct pv_multicall_entry list[N], inner[1];
	uint64_t *page = page_alloc(), *a = page_alloc(), *b = page_alloc(), *ro = page_alloc();

	list[0] = (struct pv_multicall_entry){.op = PV_HYPERCALL_XEN_VERSION,
					      .args = {PV_XENVER_VERSION}};
	list[1] = (struct pv_multicall_entry){.op = 63};
	list[2] = (struct pv_multicall_entry){.op = PV_HYPERCALL_XEN_VERSION,
					      .args = {PV_XENVER_PAGESIZE}};
	list[3] = (struct pv_multicall_entry){.op = PV_HYPERCALL_MULTICALL,
					      .args = {(uint64_t)inner, 1}};
	list[4] = (struct pv_multicall_entry){.op = ~0ul};
	list[5] = (struct pv_multicall_entry){.op = PV_HYPERCALL_XEN_VERSION,
					      .args = {PV_XENVER_VERSION}};
	expect_rc(CALL2(MULTICALL, list, 6), 0);
	expect_eq(list[0].result, 4 << 16 | 17);
	expect_eq(list[1].result, -PV_ENOSYS);
	expect_eq(list[2].result, 4096);
	expect_lt(list[3].result, 0);
	expect_eq(list[4].result, -PV_ENOSYS);
	expect_eq(list[5].result, 4 << 16 | 17);
	expect_rc(CALL2(MULTICALL, list, 0), 0);

	/* Later calls see what earlier ones did: a mapped, then b, then a bad one. */
	*a = 0xaa, *b = 0xbb;
	for (int i = 0; i < 3; i++) {
		uint64_t pte = PTE(i == 2 ? root_mfn() : va_to_mfn(i ? b : a), PTE_FLAGS_RW);

		list[i] = (struct pv_multicall_entry){
			.op = PV_HYPERCALL_UPDATE_VA_MAPPING,
			.args = {(uint64_t)page, pte, PV_UVMF_INVLPG},
		};
	}
	expect_rc(CALL2(MULTICALL, list, 3), 0);
	expect_eq(list[0].result | list[1].result, 0);
	expect_lt(list[2].result, 0);
	expect_eq(READ_ONCE(*page), 0xbb);

	for (int i = 0; i < N; i++)
		list[i] = (struct pv_multicall_entry){
			.op = PV_HYPERCALL_XEN_VERSION, .result = 1, .args = {PV_XENVER_PAGESIZE}};
	expect_rc(CALL2(MULTICALL, list, N), 0);
	for (int i = 0; i < N; i++) {
		if (list[i].result != 4096) {
			failure("call %d of %d: 0x%lx", i, N, list[i].result);
			break;
		}
	}

	/* A list whose results cannot be stored. */
	ro[0] = PV_HYPERCALL_XEN_VERSION;
	ro[2] = PV_XENVER_PAGESIZE;
	expect_rc(set_readonly(ro), 0);
	expect_rc(CALL2(MULTICALL, ro, 1), -PV_EFAULT);
	expect_eq(ro[1], 0);
	expect_lt(CALL2(MULTICALL, list, ~0ul), 0);
}
