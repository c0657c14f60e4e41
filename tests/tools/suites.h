/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_TOOLS_SUITES_H
#define TESTS_TOOLS_SUITES_H

#include <CUnit/CUnit.h>
#include <string.h>

/* One line that says what was wrong, in the words a person would look for. */
#define EXPECT_LINE(err, words)                                                              \
	do {                                                                                 \
		CU_ASSERT(strstr((err).text, words) != NULL);                                \
		CU_ASSERT(strchr((err).text, '\n') == NULL);                                 \
		if (!strstr((err).text, words))                                              \
			printf("\n%s:%d: '%s' lacks '%s'\n", __FILE__, __LINE__, (err).text, \
			       words);                                                       \
	} while (0)

void add_config_suite(void);
void add_disk_suite(void);
void add_elf_suite(void);
void add_layout_suite(void);
void add_session_suite(void);
void add_unpack_suite(void);

#endif
