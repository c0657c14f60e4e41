/* SPDX-License-Identifier: BSD-2-Clause */
/* Formatted output, against the C library's for what both know. */
#define snprintf  hv_snprintf
#define vsnprintf hv_vsnprintf
#include "../../hypervisor/lib/printf.c"
#undef snprintf
#undef vsnprintf
#include "unit.h"
#include <stdio.h>

#define SAME(...)                                               \
	do {                                                    \
		char a[200], b[200];                            \
		int n = hv_snprintf(a, sizeof(a), __VA_ARGS__); \
		int m = snprintf(b, sizeof(b), __VA_ARGS__);    \
		CU_ASSERT_EQUAL(n, m);                          \
		CU_ASSERT_STRING_EQUAL(a, b);                   \
	} while (0)

static void test_numbers(void)
{
	static const long values[] = {0,
				      1,
				      -1,
				      9,
				      10,
				      255,
				      -2147483648L,
				      2147483647,
				      4294967295L,
				      (long)(1UL << 63),
				      0x7fffffffffffffffL};

	for (unsigned int i = 0; i < ARRAY_SIZE(values); i++) {
		long v = values[i];

		SAME("%ld|%lu|%lx|%lld", v, (unsigned long)v, (unsigned long)v, (long long)v);
		SAME("%d|%u|%x", (int)v, (unsigned int)v, (unsigned int)v);
		SAME("[%8ld][%-8ld][%08ld][%3lx][%-20lu]", v, v, v, (unsigned long)v,
		     (unsigned long)v);
		SAME("[%016lx][%-9ld][%030ld][%1ld]", v, v, v, v);
	}
}

static void test_text(void)
{
	SAME("%s|%10s|%-10s|%.2s|%5.1s", "abc", "abc", "abc", "abc", "abc");
	SAME("%c%c|%3c|%-3c", 'a', 'b', 'c', 'd');
	SAME("100%%");
}

/* A string that is not ended, cut by its precision, is read no further. */
static void test_precision_bounds(void)
{
	char raw[4] = {'F', 'A', 'C', 'P'}, out[16];

	CU_ASSERT_EQUAL(hv_snprintf(out, sizeof(out), "%.4s", raw), 4);
	CU_ASSERT_STRING_EQUAL(out, "FACP");
}

static void test_no_string(void)
{
	char out[16];
	const char *volatile none = NULL;

	hv_snprintf(out, sizeof(out), "%s", none);
	CU_ASSERT_STRING_EQUAL(out, "(null)");
}

static void test_truncation(void)
{
	char out[6] = "zzzzz";

	CU_ASSERT_EQUAL(hv_snprintf(out, sizeof(out), "%s", "truncated"), 9);
	CU_ASSERT_STRING_EQUAL(out, "trunc");
	CU_ASSERT_EQUAL(hv_snprintf(out, 1, "%d", 12345), 5);
	CU_ASSERT_STRING_EQUAL(out, "");
	CU_ASSERT_EQUAL(hv_snprintf(NULL, 0, "%x", 0xabc), 3);
}

UNIT_MAIN("lib: formatted output", UNIT_TEST(test_numbers), UNIT_TEST(test_text),
	  UNIT_TEST(test_precision_bounds), UNIT_TEST(test_no_string), UNIT_TEST(test_truncation))
