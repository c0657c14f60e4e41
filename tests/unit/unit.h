/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The frame of a unit test: a program that includes the hypervisor's .c files it
 * is about, stands in for what they call, and ends with UNIT_MAIN. Include this
 * after the hypervisor's files, whose errno.h would clash with the C library's
 * the other way round.
 */
#ifndef PAVISE_TESTS_UNIT_H
#define PAVISE_TESTS_UNIT_H

#include <CUnit/CUnit.h>
#include <CUnit/TestRun.h>
#include <stdio.h>

struct unit_test {
	const char *name;
	void (*fn)(void);
};
#define UNIT_TEST(fn)   \
	{               \
#fn, fn \
	}

/* Run all; prints what failed, then one line with the counts. Exit status 1 on failure. */
static inline int unit_run(const char *suite, const struct unit_test *tests, unsigned int n)
{
	unsigned int failed;
	CU_pSuite s;

	if (CU_initialize_registry() != CUE_SUCCESS)
		return 1;
	s = CU_add_suite(suite, NULL, NULL);
	for (unsigned int i = 0; i < n; i++)
		CU_add_test(s, tests[i].name, tests[i].fn);
	CU_run_all_tests();
	for (CU_pFailureRecord f = CU_get_failure_list(); f; f = f->pNext)
		printf("%s: %s:%u: %s\n", f->pTest->pName, f->strFileName, f->uiLineNumber,
		       f->strCondition);
	failed = CU_get_number_of_tests_failed();
	printf("%s: %u passed, %u failed\n", suite, CU_get_number_of_tests_run() - failed, failed);
	CU_cleanup_registry();
	return failed != 0;
}

#define UNIT_MAIN(suite, ...)                                                    \
	int main(void)                                                           \
	{                                                                        \
		static const struct unit_test tests[] = {__VA_ARGS__};           \
                                                                                 \
		return unit_run(suite, tests, sizeof(tests) / sizeof(tests[0])); \
	}

#endif
