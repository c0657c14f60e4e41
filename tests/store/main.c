/* SPDX-License-Identifier: BSD-2-Clause */
#include <CUnit/TestRun.h>
#include "harness.h"

int main(void)
{
	unsigned int failed;

	CU_initialize_registry();
	suite_tree();
	suite_protocol();
	suite_txn();
	suite_watch();
	suite_quota();
	suite_ring();
	suite_restart();
	suite_advisories();
	suite_model();
	CU_basic_set_mode(CU_BRM_VERBOSE);
	CU_basic_run_tests();
	failed = CU_get_number_of_tests_failed();
	printf("%u passed, %u failed, 0 skipped\n", CU_get_number_of_tests_run() - failed, failed);
	CU_cleanup_registry();
	store_end();
	return failed != 0;
}
