/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: xen_version reports 4.17, a page size of 4096, the PV interface
 * "xen-3.0-x86_64", where the hypervisor starts, and the features that PV
 * kernels insist on and none that would turn them into something else.
 *
 * Provocation: each sub-operation.
 */
#include "lib/guest.h"

void test_main(void)
{
	static char text[1024];
	struct pv_platform_parameters where = {0};
	struct pv_feature_info features = {0};
	struct pv_compile_info compile;
	uint32_t f;

	expect_eq(version_op(VERSION, 0), 4 << 16 | 17);
	expect_eq(version_op(PAGESIZE, 0), 4096);
	expect_ge(version_op(EXTRAVERSION, text), 0);
	expect_ge(version_op(CAPABILITIES, text), 0);
	expect_true(string_contains(text, "xen-3.0-x86_64"));
	expect_ge(version_op(CHANGESET, text), 0);
	expect_ge(version_op(COMPILE_INFO, &compile), 0);
	expect_ge(version_op(COMMANDLINE, text), 0);
	expect_true(string_contains(text, "dom0_mem="));
	expect_rc(version_op(PLATFORM_PARAMETERS, &where), 0);
	expect_eq(where.virt_start, PV_HYPERVISOR_VIRT_START);
	expect_rc(version_op(GUEST_HANDLE, text), 0);

	expect_rc(version_op(GET_FEATURES, &features), 0);
	f = features.submap;
	expect_true(f >> PV_XENFEAT_MMU_PT_UPDATE_PRESERVE_AD & 1);
	expect_true(f >> PV_XENFEAT_GNTTAB_MAP_AVAIL_BITS & 1);
	expect_true(f >> PV_XENFEAT_DOM0 & 1);
	expect_false(f >> PV_XENFEAT_WRITABLE_PAGE_TABLES & 1);
	expect_false(f >> PV_XENFEAT_AUTO_TRANSLATED_PHYSMAP & 1);
	expect_false(f >> PV_XENFEAT_SUPERVISOR_MODE_KERNEL & 1);
	features.submap_idx = 1;
	expect_rc(version_op(GET_FEATURES, &features), -PV_EINVAL);
	features.submap_idx = ~0u;
	expect_rc(version_op(GET_FEATURES, &features), -PV_EINVAL);
}
