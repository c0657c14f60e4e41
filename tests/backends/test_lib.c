/* SPDX-License-Identifier: BSD-2-Clause */
/* The small parts that all back-ends share. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/loop.h"
#include "lib/store.h"
#include "suites.h"

static void test_parse_uint(void)
{
	static const char *const bad[] = {"",
					  "-1",
					  "+1",
					  " 1",
					  "1 ",
					  "0x10",
					  "1.0",
					  "ten",
					  "18446744073709551616",
					  "99999999999999999999999"};
	uint64_t v = 7;

	CU_ASSERT_EQUAL(parse_uint("0", 10, &v), 0);
	CU_ASSERT_EQUAL(v, 0);
	CU_ASSERT_EQUAL(parse_uint("18446744073709551615", UINT64_MAX, &v), 0);
	CU_ASSERT_EQUAL(v, UINT64_MAX);
	CU_ASSERT_EQUAL(parse_uint("11", 10, &v), -EINVAL);
	CU_ASSERT_EQUAL(parse_uint("10", 10, &v), 0);
	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CU_ASSERT_EQUAL(parse_uint(bad[i], UINT64_MAX, &v), -EINVAL);
}

static struct loop loop;
static struct loop_source one, two;
static unsigned int calls;

/* Whichever is called first removes the other, which is ready as well. */
static void remove_other(struct loop_source *src, uint32_t events)
{
	(void)events;
	calls++;
	loop_del(&loop, src == &one ? &two : &one);
	loop_stop(&loop, 42);
}

static void test_loop_removes_pending_source(void)
{
	int a[2], b[2];

	CU_ASSERT_EQUAL_FATAL(pipe(a), 0);
	CU_ASSERT_EQUAL_FATAL(pipe(b), 0);
	CU_ASSERT_EQUAL_FATAL(loop_init(&loop), 0);
	one = (struct loop_source){.fd = a[0], .ready = remove_other};
	two = (struct loop_source){.fd = b[0], .ready = remove_other};
	CU_ASSERT_EQUAL(loop_add(&loop, &one, EPOLLIN), 0);
	CU_ASSERT_EQUAL(loop_add(&loop, &two, EPOLLIN), 0);
	CU_ASSERT_EQUAL(write(a[1], "x", 1), 1);
	CU_ASSERT_EQUAL(write(b[1], "x", 1), 1);
	calls = 0;
	CU_ASSERT_EQUAL(loop_run(&loop), 42);
	CU_ASSERT_EQUAL(calls, 1);
	loop_fini(&loop);
	close(a[0]);
	close(a[1]);
	close(b[0]);
	close(b[1]);
}

static void timer_ready(struct loop_source *src, uint32_t events)
{
	(void)events;
	loop_timer_ack(src);
	if (++calls == 3)
		loop_stop(&loop, 0);
}

static void test_timer(void)
{
	CU_ASSERT_EQUAL_FATAL(loop_init(&loop), 0);
	one.ready = timer_ready;
	CU_ASSERT_EQUAL_FATAL(loop_timer_init(&loop, &one), 0);
	calls = 0;
	loop_timer_set(&one, 2, true);
	CU_ASSERT_EQUAL(loop_run(&loop), 0);
	CU_ASSERT_EQUAL(calls, 3);
	close(one.fd);
	loop_fini(&loop);
}

/* What a guest wrote cannot forge a line of the log. */
static void test_log_is_one_line(void)
{
	char path[] = "/tmp/backends-log-XXXXXX", text[256];
	int fd = mkstemp(path);
	ssize_t n;

	CU_ASSERT_TRUE_FATAL(fd >= 0);
	log_started();
	CU_ASSERT_EQUAL(log_open("test", LOG_TO_FILE, path), 0);
	log_err("name '%s'", "a\nb\033[2J");
	n = read(fd, text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = '\0';
	CU_ASSERT_STRING_EQUAL(text, "test: name 'a?b?[2J'\n");
	log_open("test", LOG_TO_FILE, "/dev/null");
	close(fd);
	unlink(path);
}

void add_lib_suite(void)
{
	CU_pSuite s = CU_add_suite("shared parts", NULL, NULL);

	CU_add_test(s, "numbers from the store", test_parse_uint);
	CU_add_test(s, "a source removed while it is ready", test_loop_removes_pending_source);
	CU_add_test(s, "timers", test_timer);
	CU_add_test(s, "log lines", test_log_is_one_line);
}
