/* SPDX-License-Identifier: BSD-2-Clause */
#include <CUnit/Basic.h>
#include <stdio.h>

#include "suites.h"

int main(void)
{
	unsigned int passed, failed;

	if (CU_initialize_registry() != CUE_SUCCESS)
		return 1;
	add_config_suite();
	add_disk_suite();
	add_elf_suite();
	add_layout_suite();
	add_session_suite();
	add_unpack_suite();
	CU_basic_set_mode(CU_BRM_NORMAL);
	CU_basic_run_tests();
	failed = CU_get_number_of_tests_failed() + CU_get_number_of_suites_failed();
	passed = CU_get_number_of_tests_run() - CU_get_number_of_tests_failed();
	CU_cleanup_registry();
	printf("%u passed, %u failed, 0 skipped\n", passed, failed);
	return failed || !passed;
}
