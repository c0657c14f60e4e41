/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory, strings, sizes and bit maps of lib/, beside the C library's own under other names. */
#include "own_string.h"
#include "../../hypervisor/lib/bitmap.c"
#include "unit.h"

static void test_memmove_overlap(void)
{
	for (unsigned int from = 0; from < 16; from++) {
		for (unsigned int to = 0; to < 16; to++) {
			char a[32], b[32];

			for (unsigned int i = 0; i < sizeof(a); i++)
				a[i] = b[i] = i;
			CU_ASSERT_PTR_EQUAL(hv_memmove(a + to, a + from, 16), a + to);
			for (unsigned int i = 0; i < 32; i++) {
				char want = i >= to && i < to + 16 ? b[i - to + from] : b[i];

				CU_ASSERT_EQUAL(a[i], want);
			}
		}
	}
}

static void test_compare(void)
{
	CU_ASSERT(hv_memcmp("abc", "abd", 3) < 0);
	CU_ASSERT(hv_memcmp("\xff", "\x01", 1) > 0);
	CU_ASSERT_EQUAL(hv_memcmp("abc", "abd", 2), 0);
	CU_ASSERT_EQUAL(hv_strcmp("x", "x"), 0);
	CU_ASSERT(hv_strcmp("x", "xy") < 0);
	CU_ASSERT(hv_strcmp("\x80", "a") > 0);
	CU_ASSERT_EQUAL(hv_strncmp("abcX", "abcY", 3), 0);
	CU_ASSERT_EQUAL(hv_strncmp("ab", "ab", 9), 0);
}

static void test_search(void)
{
	const char *s = "hello world";

	CU_ASSERT_PTR_EQUAL(hv_strchr(s, 'o'), s + 4);
	CU_ASSERT_PTR_EQUAL(hv_strchr(s, 0), s + 11);
	CU_ASSERT_PTR_NULL(hv_strchr(s, 'z'));
	CU_ASSERT_EQUAL(hv_strnlen(s, 5), 5);
	CU_ASSERT_EQUAL(hv_strlen(s), 11);
}

static void test_strlcpy(void)
{
	char b[4] = "zzz";

	CU_ASSERT_EQUAL(hv_strlcpy(b, "abcdef", sizeof(b)), 6);
	CU_ASSERT_STRING_EQUAL(b, "abc");
	CU_ASSERT_EQUAL(hv_strlcpy(b, "q", sizeof(b)), 1);
	CU_ASSERT_STRING_EQUAL(b, "q");
	CU_ASSERT_EQUAL(hv_strlcpy(b, "x", 0), 1);
	CU_ASSERT_STRING_EQUAL(b, "q");
}

static void test_parse_size(void)
{
	static const struct {
		const char *text;
		u64 value;
		unsigned int used;
	} t[] = {
		{"0", 0, 1},
		{"1G", 1UL << 30, 2},
		{"512M,max:1G", 512UL << 20, 4},
		{"3k", 3072, 2},
		{"0x10", 16, 4},
		{"0x1fM", 31UL << 20, 5},
		{"0xg", 0, 1},
		{"", 0, 0},
		{"abc", 0, 0},
		{"-5", 0, 0},
		{"18446744073709551615", ~0UL, 20},
		{"18446744073709551616", ~0UL, 20},
		{"99999999999999999999999999", ~0UL, 26},
		{"17179869184G", ~0UL, 12}, /* 2^64 */
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(t); i++) {
		const char *end;

		CU_ASSERT_EQUAL(parse_size(t[i].text, &end), t[i].value);
		CU_ASSERT_EQUAL(end - t[i].text, t[i].used);
	}
	CU_ASSERT_EQUAL(parse_size("7", NULL), 7);
}

static void test_bitmap(void)
{
	u64 map[3] = {0};

	CU_ASSERT_EQUAL(find_next_bit(map, 192, 0), 192);
	CU_ASSERT_EQUAL(find_next_zero_bit(map, 192, 64), 64);
	set_bit(map, 0);
	set_bit(map, 63);
	set_bit(map, 64);
	set_bit(map, 190);
	CU_ASSERT_EQUAL(find_next_bit(map, 192, 0), 0);
	CU_ASSERT_EQUAL(find_next_bit(map, 192, 1), 63);
	CU_ASSERT_EQUAL(find_next_bit(map, 192, 65), 190);
	CU_ASSERT_EQUAL(find_next_bit(map, 190, 65), 190);
	CU_ASSERT_EQUAL(find_next_bit(map, 100, 65), 100);
	CU_ASSERT_EQUAL(find_next_bit(map, 192, 192), 192);
	map[0] = ~0UL;
	CU_ASSERT_EQUAL(find_next_zero_bit(map, 192, 0), 65);
	CU_ASSERT_EQUAL(find_next_zero_bit(map, 64, 0), 64);
	CU_ASSERT(atomic_test_and_clear_bit(map, 190));
	CU_ASSERT(!atomic_test_and_clear_bit(map, 190));
	CU_ASSERT(!atomic_test_and_set_bit(map, 100));
	CU_ASSERT(test_bit(map, 100));
}

UNIT_MAIN("lib: strings and bit maps", UNIT_TEST(test_memmove_overlap), UNIT_TEST(test_compare),
	  UNIT_TEST(test_search), UNIT_TEST(test_strlcpy), UNIT_TEST(test_parse_size),
	  UNIT_TEST(test_bitmap))
