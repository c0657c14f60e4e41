/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line: each test starts from what the one before left, as options are set once. */
/* sources: hypervisor/boot/cmdline.c */
#include "own_string.h"
#include "../../hypervisor/include/boot.h"
#include "unit.h"

static void test_defaults(void)
{
	cmdline_parse("");
	CU_ASSERT_STRING_EQUAL(options.console, "com1");
	CU_ASSERT_STRING_EQUAL(options.com1, "115200,8n1");
	CU_ASSERT_STRING_EQUAL(options.sched, "fair");
	CU_ASSERT_EQUAL(options.dom0_mem, 0);
	CU_ASSERT(options.smap && options.smep && !options.noreboot);
	CU_ASSERT_EQUAL(options.loglvl, LOG_INFO);
}

static void test_usual_line(void)
{
	cmdline_parse("console=com1  com1=38400,8n1 dom0_mem=1G dom0_max_vcpus=2 loglvl=all "
		      "guest_loglvl=error/warning noreboot sched=null maxcpus=3 smap=0");
	CU_ASSERT_STRING_EQUAL(options.com1, "38400,8n1");
	CU_ASSERT_EQUAL(options.dom0_mem, 1UL << 30);
	CU_ASSERT_EQUAL(options.dom0_max_vcpus, 2);
	CU_ASSERT_EQUAL(options.loglvl, LOG_DEBUG);
	CU_ASSERT_EQUAL(options.guest_loglvl, LOG_ERROR);
	CU_ASSERT(options.noreboot && !options.smap && options.smep);
	CU_ASSERT_STRING_EQUAL(options.sched, "null");
	CU_ASSERT_EQUAL(options.max_cpus, 3);
}

static void test_negation(void)
{
	cmdline_parse("no-smep x2apic=true no-noreboot tsc=stable smap");
	CU_ASSERT(!options.smep && options.x2apic && !options.noreboot && options.smap);
	CU_ASSERT(options.tsc_stable && !options.tsc_unstable);
	cmdline_parse("tsc=unstable x2apic=off");
	CU_ASSERT(!options.tsc_stable && options.tsc_unstable && !options.x2apic);
}

static void test_unknown(void)
{
	struct options before = options;

	cmdline_parse("nonsense =x no- dom0_mem maxcpusx=9 dom0_max_vcpus vga=text-80x25");
	CU_ASSERT_EQUAL(memcmp(&before, &options, sizeof(before)), 0);
}

/* Too long for any word, and more strings than there is room for: nothing overflows. */
static void test_long(void)
{
	char line[4096];
	size_t n = 0;

	memset(line, 'x', 1000);
	line[1000] = 0;
	cmdline_parse(line);
	while (n < sizeof(line) - 120) {
		memcpy(line + n, "sched=", 6);
		memset(line + n + 6, 'a', 100);
		line[n + 106] = ' ';
		n += 107;
	}
	line[n] = 0;
	cmdline_parse(line);
	CU_ASSERT_EQUAL(options.sched[0], 'a');
	CU_ASSERT_EQUAL(strlen(options.sched), 100);
}

UNIT_MAIN("boot: command line", UNIT_TEST(test_defaults), UNIT_TEST(test_usual_line),
	  UNIT_TEST(test_negation), UNIT_TEST(test_unknown), UNIT_TEST(test_long))
