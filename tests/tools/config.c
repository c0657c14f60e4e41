/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>

#include "config.h"
#include "pav.h"
#include "suites.h"

#define BASE "name='g'\nkernel='/k'\n"

static int parse(const char *text, struct pav_config *c, struct pav_error *err)
{
	pav_error_clear(err);
	return pav_config_parse(text, "t.cfg", c, err);
}

static void expect_refused(const char *text, const char *words)
{
	struct pav_config c;
	struct pav_error err;

	CU_ASSERT_EQUAL(parse(text, &c, &err), -1);
	EXPECT_LINE(err, words);
	pav_config_free(&c);
}

static void reads_all_keys(void)
{
	const char text[] = "# a comment\n"
			    "name = \"web-1\"; memory=512 # trailing\n"
			    "maxmem = \"1024\"\n"
			    "type='PV'\nbuilder='generic'\nconsole='pty'\nvif=[]\n"
			    "uuid = '01234567-89ab-cdef-0123-456789abcdef'\n"
			    "kernel='/boot/a b'\nramdisk='/r'\n"
			    "root='/dev/xvda1 ro' extra_is_next=1\n";
	const char good[] = "name = \"web-1\"; memory=512 # trailing\n"
			    "maxmem = \"1024\"\r\n"
			    "type='PV'\nbuilder='generic'\nconsole='pty'\nvif=[]\n"
			    "uuid = '01234567-89ab-cdef-0123-456789abcdef'\n"
			    "kernel='/boot/a b'\nramdisk='/r'\n"
			    "root='/dev/xvda1 ro'\nextra=\"a=\\\"b\\\" c\"\n"
			    "vcpus=2\nmaxvcpus=0x4\n"
			    "disk=[ '/a,raw,xvda,w',\n  # between\n  '/b,raw,xvdb,r', ]\n"
			    "on_poweroff='preserve'\non_reboot='destroy'\n"
			    "on_crash='restart'\non_watchdog='preserve'";
	struct pav_config c;
	struct pav_error err;

	expect_refused(text, "t.cfg:11: unexpected text behind the value");
	CU_ASSERT_EQUAL_FATAL(parse(good, &c, &err), 0);
	CU_ASSERT_STRING_EQUAL(c.name, "web-1");
	CU_ASSERT_EQUAL(c.memory_kib, 512 << 10);
	CU_ASSERT_EQUAL(c.maxmem_kib, 1024 << 10);
	CU_ASSERT_STRING_EQUAL(c.kernel, "/boot/a b");
	CU_ASSERT_STRING_EQUAL(c.cmdline, "root=/dev/xvda1 ro a=\"b\" c");
	CU_ASSERT(c.has_uuid && c.uuid[0] == 0x01 && c.uuid[15] == 0xef);
	CU_ASSERT_EQUAL(c.vcpus, 2);
	CU_ASSERT_EQUAL(c.maxvcpus, 4);
	CU_ASSERT_EQUAL_FATAL(c.nr_disks, 2);
	CU_ASSERT_STRING_EQUAL(c.disk[1].path, "/b");
	CU_ASSERT(c.disk[1].readonly && !c.disk[0].readonly);
	CU_ASSERT_EQUAL(c.on_poweroff, PAV_PRESERVE);
	CU_ASSERT_EQUAL(c.on_reboot, PAV_DESTROY);
	CU_ASSERT_EQUAL(c.on_crash, PAV_RESTART);
	CU_ASSERT_EQUAL(c.on_watchdog, PAV_PRESERVE);
	pav_config_free(&c);
}

static void fills_in_defaults(void)
{
	struct pav_config c;
	struct pav_error err;

	CU_ASSERT_EQUAL_FATAL(parse(BASE, &c, &err), 0);
	CU_ASSERT_EQUAL(c.memory_kib, 128 << 10);
	CU_ASSERT_EQUAL(c.maxmem_kib, 128 << 10);
	CU_ASSERT(c.vcpus == 1 && c.maxvcpus == 1 && c.nr_disks == 0 && !c.has_uuid);
	CU_ASSERT_STRING_EQUAL(c.cmdline, "");
	CU_ASSERT_EQUAL(c.on_poweroff, PAV_DESTROY);
	CU_ASSERT_EQUAL(c.on_reboot, PAV_RESTART);
	pav_config_free(&c);
}

static void last_setting_wins(void)
{
	struct pav_config c;
	struct pav_error err;

	CU_ASSERT_EQUAL_FATAL(parse(BASE "name='h'\nmemory=1\nmemory=2\n", &c, &err), 0);
	CU_ASSERT_STRING_EQUAL(c.name, "h");
	CU_ASSERT_EQUAL(c.memory_kib, 2048);
	pav_config_free(&c);
	CU_ASSERT_EQUAL_FATAL(parse(BASE "ramdisk='/r'\nramdisk=''\n", &c, &err), 0);
	CU_ASSERT_PTR_NULL(c.ramdisk);
	pav_config_free(&c);
}

static void refuses_bad_syntax(void)
{
	expect_refused("name 'x'", "t.cfg:1: expected `key = value`");
	expect_refused("name='x", "closing quote");
	expect_refused("name=x", "expected a number, a quoted string");
	expect_refused("\n\nmemory=12MB", "t.cfg:3: not a number");
	expect_refused("disk=['a' 'b']", "divided by commas");
	expect_refused("disk=['a',", "closing ]");
	expect_refused("memory=99999999999999999999", "not a number");
	expect_refused("= 4", "expected `key = value`");
	expect_refused("disk=[[]]", "expected a number, a quoted string");
	expect_refused("disk=[,]", "expected a number, a quoted string");
	expect_refused("disk=['a',,'b']", "expected a number, a quoted string");
	expect_refused("disk=[", "closing ]");
	expect_refused("name='x\\", "closing quote");
	expect_refused("name='a' 'b'", "unexpected text behind the value");
	expect_refused("name=\"a'", "closing quote");
	expect_refused("\xef\xbb\xbfname='x'", "t.cfg:1: expected `key = value`");
}

static void refuses_bad_values(void)
{
	expect_refused(BASE "colour='red'", "unknown key 'colour'");
	expect_refused("kernel='/k'", "no name");
	expect_refused("name='g'", "no kernel");
	expect_refused("name='12'\nkernel='/k'", "domain number");
	expect_refused("name='a/b'\nkernel='/k'", "letters, digits");
	expect_refused(BASE "memory=0", "MiB");
	expect_refused(BASE "memory=-5", "MiB");
	expect_refused(BASE "memory='lots'", "needs a number");
	expect_refused(BASE "memory=256\nmaxmem=128", "maxmem is smaller");
	expect_refused(BASE "vcpus=2\nmaxvcpus=1", "maxvcpus is smaller");
	expect_refused(BASE "vcpus=129", "1 to 128");
	expect_refused(BASE "type='hvm'", "only 'pv'");
	expect_refused(BASE "uuid='x'", "not a UUID");
	expect_refused(BASE "on_crash='coredump-destroy'", "one of 'destroy'");
	expect_refused(BASE "vif=['bridge=br0']", "network devices are not supported");
	expect_refused(BASE "disk='x'", "needs a [list]");
	expect_refused(BASE "disk=[1]", "quoted string");
	expect_refused(BASE "disk=['/a,raw,xvda,w','/b,raw,xvda,w']", "two disks named xvda");
}

/* As a shell hands it over, without its quotes. */
static void adds_settings(void)
{
	struct pav_config c;
	struct pav_error err;
	char *one, *two, *three;

	one = pav_config_add(BASE "memory=1", "extra=a=\"b c\" d\\e 'f'");
	two = pav_config_add(one, "memory=64");
	three = pav_config_add(two, "disk=['/a,raw,xvda,w']");
	CU_ASSERT_EQUAL_FATAL(parse(three, &c, &err), 0);
	CU_ASSERT_STRING_EQUAL(c.cmdline, "a=\"b c\" d\\e 'f'");
	CU_ASSERT_EQUAL(c.memory_kib, 64 << 10);
	CU_ASSERT_EQUAL(c.nr_disks, 1);
	pav_config_free(&c);
	free(three);
	/* It cannot smuggle in a second one. */
	three = pav_config_add(two, "name=x\nkernel=/other");
	expect_refused(three, "closing quote");
	free(three);
	three = pav_config_add(two, "uuid=");
	expect_refused(three, "not a UUID");
	free(three);
	free(two);
	free(one);
}

static void bounds_the_command_line(void)
{
	char text[2048] = BASE "extra='", *at = text + strlen(text);
	struct pav_config c;
	struct pav_error err;

	memset(at, 'x', 1023);
	strcpy(at + 1023, "'");
	CU_ASSERT_EQUAL(parse(text, &c, &err), 0);
	CU_ASSERT_EQUAL(strlen(c.cmdline), 1023);
	pav_config_free(&c);
	strcpy(at + 1023, "x'");
	expect_refused(text, "1024 bytes");
}

/* What a file may make us allocate has an end. */
static void bounds_the_file(void)
{
	static char text[80 << 10];
	unsigned int i;
	char *at;

	memset(text, '#', sizeof(text) - 1);
	expect_refused(text, "larger than 64 KiB");
	for (at = text, i = 0; i < 257; i++)
		at = stpcpy(at, "memory=1\n");
	expect_refused(text, "more than 256 settings");
	at = stpcpy(text, "disk=[");
	for (i = 0; i < 257; i++)
		at = stpcpy(at, "1,");
	expect_refused(text, "more than 256 items");
	at = stpcpy(text, BASE "disk=[");
	for (i = 0; i < 17; i++)
		at += sprintf(at, "'/i%u,raw,xvd%c,r',", i, 'a' + (int)i);
	strcpy(at, "]");
	expect_refused(text, "more than 16 disks");
	at = stpcpy(text, BASE "disk=['/");
	memset(at, 'p', 1023);
	strcpy(at + 1023, ",raw,xvda,r']");
	expect_refused(text, "longer than 1023 bytes");
}

/* Any text at all: no crash, and a refusal always has a reason. */
static void survives_noise(void)
{
	static const char alphabet[] = "name=kerl'\"[],;#\n\\ 019-_x/\t";
	struct pav_config c;
	struct pav_error err;
	char text[64];
	unsigned int i, j;

	srand(1);
	for (i = 0; i < 20000; i++) {
		for (j = 0; j < sizeof(text) - 1; j++)
			text[j] = alphabet[(unsigned int)rand() % (sizeof(alphabet) - 1)];
		text[rand() % (int)sizeof(text)] = '\0';
		text[sizeof(text) - 1] = '\0';
		if (parse(text, &c, &err))
			CU_ASSERT(err.text[0] != '\0');
		pav_config_free(&c);
	}
}

void add_config_suite(void)
{
	CU_pSuite s = CU_add_suite("configuration", NULL, NULL);

	CU_add_test(s, "reads every key", reads_all_keys);
	CU_add_test(s, "fills in defaults", fills_in_defaults);
	CU_add_test(s, "the last setting of a key wins", last_setting_wins);
	CU_add_test(s, "refuses bad syntax with file and line", refuses_bad_syntax);
	CU_add_test(s, "refuses bad values with a reason", refuses_bad_values);
	CU_add_test(s, "adds settings of a command line", adds_settings);
	CU_add_test(s, "bounds the kernel command line", bounds_the_command_line);
	CU_add_test(s, "bounds what a file holds", bounds_the_file);
	CU_add_test(s, "survives noise", survives_noise);
}
