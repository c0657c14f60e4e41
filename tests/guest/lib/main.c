/* SPDX-License-Identifier: BSD-2-Clause */
/* From the entry point to the test and on to the reset. */
#include "guest.h"
#include "internal.h"

void guest_main(const struct pv_start_info *info)
{
	this_cpu()->id = 0;
	this_cpu()->info = (struct pv_vcpu_info *)NULL;
	mm_init(info);
	this_cpu()->info = &shared_info->vcpu_info[0];
	trap_init();
	event_init();
	/* A tick that nobody asked for would disturb tests that count events. */
	vcpu_op(STOP_PERIODIC_TIMER, 0, 0);
	print("Test start\n");
	test_main();
	result_exit();
}
