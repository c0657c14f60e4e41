/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the hypervisor keeps of the machine: prints "FOOTPRINT <free frames> <own
 * frames> <TSC at the first instruction>" for tests/bench/footprint, which knows how
 * much memory the machine has. Under QEMU's -icount shift=0 the TSC is the number of
 * instructions since power-on.
 */
#include "lib/guest.h"

void test_main(void)
{
	uint64_t now = rdtsc();
	struct pv_sysctl s = {.cmd = PV_SYSCTL_PHYSINFO,
			      .interface_version = PV_SYSCTL_INTERFACE_VERSION};
	struct pv_domctl_getdomaininfo info;

	expect_rc(CALL1(SYSCTL, &s), 0);
	expect_rc(domain_info(0, &info), 0);
	print("FOOTPRINT %lu %lu %lu\n", s.u.physinfo.free_pages, info.tot_pages, now);
}
