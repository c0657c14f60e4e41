/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: a second copy of a vcpu's clock can be kept at an address of the
 * guest's choice; it agrees with the one in vcpu_info. Addresses of the
 * hypervisor are refused.
 *
 * Provocation: register, sleep, compare.
 */
#include "lib/guest.h"

void test_main(void)
{
	static volatile struct pv_vcpu_time_info copy;
	struct pv_vcpu_register_time_memory_area where = {.addr.p = (uint64_t)&copy};
	const volatile struct pv_vcpu_time_info *own = &this_cpu()->info->time;
	struct pv_sched_poll sleep = {0};

	expect_rc(vcpu_op(REGISTER_VCPU_TIME_MEMORY_AREA, 0, &where), 0);
	for (int i = 0; i < 3; i++) {
		expect_eq(copy.version % 2, 0);
		expect_eq(copy.tsc_timestamp, own->tsc_timestamp);
		expect_eq(copy.system_time, own->system_time);
		expect_eq(copy.tsc_to_system_mul, own->tsc_to_system_mul);
		expect_eq(copy.tsc_shift, own->tsc_shift);
		sleep.timeout = system_time() + MILLISECONDS(5);
		expect_rc(sched_op(POLL, &sleep), 0);
	}
	where.addr.p = PV_HYPERVISOR_VIRT_START;
	expect_lt(vcpu_op(REGISTER_VCPU_TIME_MEMORY_AREA, 0, &where), 0);
	expect_lt(vcpu_op(REGISTER_VCPU_TIME_MEMORY_AREA, 8192, &where), 0);
}
