/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: CLEAR_PAGE and COPY_PAGE write own data frames only, never tables.
 * A hypervisor that does not offer them says so in its features.
 *
 * Provocation: both on data pages, on the root, on frames of nobody.
 */
#include "lib/guest.h"

void test_main(void)
{
	struct pv_feature_info features = {0};
	uint64_t *from = page_alloc(), *to = page_alloc();

	version_op(GET_FEATURES, &features);
	if (!(features.submap >> PV_XENFEAT_HIGHMEM_ASSIST & 1)) {
		skip("not offered");
		return;
	}
	from[0] = 0x11, from[511] = 0x22;
	expect_rc(mmuext(PV_MMUEXT_COPY_PAGE, va_to_mfn(to), va_to_mfn(from)), 0);
	barrier();
	expect_eq(READ_ONCE(to[0]), 0x11);
	expect_eq(READ_ONCE(to[511]), 0x22);
	expect_rc(mmuext(PV_MMUEXT_CLEAR_PAGE, va_to_mfn(to), 0), 0);
	expect_eq(READ_ONCE(to[0]) | READ_ONCE(to[511]), 0);

	expect_lt(mmuext(PV_MMUEXT_CLEAR_PAGE, root_mfn(), 0), 0);
	expect_lt(mmuext(PV_MMUEXT_COPY_PAGE, root_mfn(), va_to_mfn(from)), 0);
	expect_lt(mmuext(PV_MMUEXT_CLEAR_PAGE, 0xffffffffff, 0), 0);
	expect_lt(mmuext(PV_MMUEXT_COPY_PAGE, va_to_mfn(to), 0xffffffffff), 0);
	expect_eq(M2P[va_to_mfn(to)], va_to_pfn(to));
}
