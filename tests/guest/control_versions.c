/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: domctl, sysctl and platform_op refuse another interface version with
 * -EACCES before anything else, unknown commands and domains that do not
 * exist afterwards.
 *
 * Provocation: good and bad versions with harmless commands.
 */
#include "lib/guest.h"

#include "public/domctl.h"
#include "public/sysctl.h"

void test_main(void)
{
	static struct pv_domctl d;
	static struct pv_sysctl s;
	static struct pv_platform_op p;

	d = (struct pv_domctl){.cmd = PV_DOMCTL_GETDOMAININFO, .interface_version = 0x14};
	expect_rc(CALL1(DOMCTL, &d), -PV_EACCES);
	d.interface_version = PV_DOMCTL_INTERFACE_VERSION;
	expect_rc(CALL1(DOMCTL, &d), 0);
	expect_eq(d.u.getdomaininfo.domain, 0);
	expect_true(d.u.getdomaininfo.tot_pages >= start_info->nr_pages - 16);
	expect_eq(d.u.getdomaininfo.shared_info_frame, start_info->shared_info >> 12);
	expect_eq(d.u.getdomaininfo.max_vcpu_id + 1 >= d.u.getdomaininfo.nr_online_vcpus, 1);
	d.domain = 77;
	expect_rc(CALL1(DOMCTL, &d), -PV_ESRCH);
	d = (struct pv_domctl){.cmd = 999, .interface_version = PV_DOMCTL_INTERFACE_VERSION};
	expect_lt(CALL1(DOMCTL, &d), 0);
	d = (struct pv_domctl){.cmd = PV_DOMCTL_DESTROYDOMAIN,
			       .interface_version = PV_DOMCTL_INTERFACE_VERSION,
			       .domain = 77};
	expect_rc(CALL1(DOMCTL, &d), -PV_ESRCH);

	s = (struct pv_sysctl){.cmd = PV_SYSCTL_PHYSINFO, .interface_version = 0x16};
	expect_rc(CALL1(SYSCTL, &s), -PV_EACCES);
	s.interface_version = PV_SYSCTL_INTERFACE_VERSION;
	expect_rc(CALL1(SYSCTL, &s), 0);
	expect_true(s.u.physinfo.nr_cpus >= 1);
	expect_true(s.u.physinfo.capabilities & PV_SYSCTL_PHYSCAP_PV);
	expect_true(s.u.physinfo.total_pages > start_info->nr_pages);
	s = (struct pv_sysctl){.cmd = 999, .interface_version = PV_SYSCTL_INTERFACE_VERSION};
	expect_lt(CALL1(SYSCTL, &s), 0);

	p = (struct pv_platform_op){.cmd = PV_XENPF_GET_CPUINFO, .interface_version = 1};
	expect_rc(CALL1(PLATFORM_OP, &p), -PV_EACCES);
	p.interface_version = PV_XENPF_INTERFACE_VERSION;
	expect_rc(CALL1(PLATFORM_OP, &p), 0);
	expect_true(p.u.pcpu_info.flags & PV_PCPU_FLAGS_ONLINE);
	p = (struct pv_platform_op){.cmd = 999, .interface_version = PV_XENPF_INTERFACE_VERSION};
	expect_lt(CALL1(PLATFORM_OP, &p), 0);
}
