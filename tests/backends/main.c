/* SPDX-License-Identifier: BSD-2-Clause */
#include <CUnit/Basic.h>
#include <stdio.h>

#include "suites.h"

int main(void)
{
	unsigned int failed, run;

	if (CU_initialize_registry() != CUE_SUCCESS)
		return 1;
	add_lib_suite();
	add_xenbus_suite();
	add_ring_suite();
	add_console_suite();
	add_request_suite();
	add_engine_suite();
	CU_basic_set_mode(CU_BRM_VERBOSE);
	CU_basic_run_tests();
	failed = CU_get_number_of_tests_failed() + CU_get_number_of_suites_failed();
	run = CU_get_number_of_tests_run();
	CU_cleanup_registry();
	printf("\n%u passed, %u failed, 0 skipped\n", run - CU_get_number_of_tests_failed(),
	       failed);
	return failed || !run;
}
