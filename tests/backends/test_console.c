/* SPDX-License-Identifier: BSD-2-Clause */
/* The console: both ends of the page, the log buffer, files, terminals. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "consoled/console.h"
#include "console/console_front.h"
#include "fake_io.h"
#include "suites.h"

static struct pv_xencons_interface page;
static struct console_front front;
static struct console_ring back;
static unsigned int kicks;

static void kick(struct console_front *con)
{
	(void)con;
	kicks++;
}

static void set_up(void)
{
	memset(&page, 0, sizeof(page));
	kicks = 0;
	console_front_init(&front, &page, kick);
	console_ring_attach(&back, &page);
}

static void test_output(void)
{
	uint8_t buf[CONSOLE_OUT_SIZE];

	set_up();
	CU_ASSERT_EQUAL(console_front_write(&front, "hello", 5), 5);
	CU_ASSERT_EQUAL(kicks, 1);
	CU_ASSERT_FALSE(console_front_drained(&front));
	CU_ASSERT_EQUAL(console_ring_drain(&back, buf), 5);
	CU_ASSERT_EQUAL(memcmp(buf, "hello", 5), 0);
	CU_ASSERT_TRUE(console_front_drained(&front));
	CU_ASSERT_EQUAL(console_ring_drain(&back, buf), 0);
}

/* Every length at every place of the ring, and over the wrap of the indices. */
static void test_output_wraps(void)
{
	static char text[CONSOLE_OUT_SIZE * 2];
	static uint8_t buf[CONSOLE_OUT_SIZE];
	unsigned int wrong = 0;

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)(i * 7);
	set_up();
	page.out_cons = page.out_prod = UINT32_MAX - 3000;
	console_front_init(&front, &page, kick);
	console_ring_attach(&back, &page);
	for (unsigned int len = 1; len < 400; len++) {
		wrong += console_front_write(&front, text + len, len * 5) != len * 5;
		wrong += console_ring_drain(&back, buf) != (int)(len * 5);
		wrong += memcmp(buf, text + len, len * 5) != 0;
	}
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_EQUAL(console_front_write(&front, text, sizeof(text)), CONSOLE_OUT_SIZE);
	CU_ASSERT_EQUAL(console_front_write(&front, text, 1), 0);
	CU_ASSERT_EQUAL(console_ring_drain(&back, buf), (int)CONSOLE_OUT_SIZE);
}

static void test_input(void)
{
	char buf[CONSOLE_IN_SIZE];
	uint8_t text[CONSOLE_IN_SIZE * 2];

	memset(text, 'x', sizeof(text));
	set_up();
	CU_ASSERT_EQUAL(console_ring_room(&back), CONSOLE_IN_SIZE);
	CU_ASSERT_EQUAL(console_ring_feed(&back, text, sizeof(text)), CONSOLE_IN_SIZE);
	CU_ASSERT_EQUAL(console_ring_room(&back), 0);
	CU_ASSERT_EQUAL(console_ring_feed(&back, text, 1), 0);
	CU_ASSERT_EQUAL(console_front_read(&front, buf, 100), 100);
	CU_ASSERT_EQUAL(buf[99], 'x');
	CU_ASSERT_EQUAL(console_ring_room(&back), 100);
	CU_ASSERT_EQUAL(console_front_read(&front, buf, sizeof(buf)), CONSOLE_IN_SIZE - 100);
	CU_ASSERT_EQUAL(console_front_read(&front, buf, sizeof(buf)), 0);
}

static void test_hostile_guest(void)
{
	static const uint32_t lies[] = {CONSOLE_OUT_SIZE + 1, 0x7fffffff, 0x80000000u, UINT32_MAX};
	uint8_t buf[CONSOLE_OUT_SIZE];

	for (unsigned int i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		set_up();
		page.out_prod = lies[i];
		CU_ASSERT_EQUAL(console_ring_drain(&back, buf), -EPROTO);
		/* It is over with: the next byte is read again. */
		CU_ASSERT_EQUAL(console_ring_drain(&back, buf), 0);
		page.out_prod++;
		CU_ASSERT_EQUAL(console_ring_drain(&back, buf), 1);
	}
	set_up();
	page.in_cons = 5;
	CU_ASSERT_EQUAL(console_ring_room(&back), 0);
	CU_ASSERT_EQUAL(console_ring_feed(&back, buf, 1), 0);
	page.in_cons = (uint32_t)-2000;
	CU_ASSERT_EQUAL(console_ring_room(&back), 0);
	page.in_cons = 0;
	CU_ASSERT_EQUAL(console_ring_room(&back), CONSOLE_IN_SIZE);
	/* Scribbling on our indices does not move us. */
	page.out_cons = 1234;
	page.in_prod = 4321;
	CU_ASSERT_EQUAL(console_ring_feed(&back, buf, 3), 3);
	CU_ASSERT_EQUAL(page.in_prod, 3);
	CU_ASSERT_EQUAL(console_ring_drain(&back, buf), 0);
}

static void test_hostile_back(void)
{
	char buf[16];

	set_up();
	page.out_cons = 1; /* took what was not written */
	CU_ASSERT_EQUAL(console_front_write(&front, "abc", 3), 0);
	page.out_cons = (uint32_t)-CONSOLE_OUT_SIZE - 1;
	CU_ASSERT_EQUAL(console_front_write(&front, "abc", 3), 0);
	page.in_prod = CONSOLE_IN_SIZE + 1;
	CU_ASSERT_EQUAL(console_front_read(&front, buf, sizeof(buf)), 0);
	CU_ASSERT_EQUAL(kicks, 0);
}

static void test_logbuf(void)
{
	struct logbuf log;
	const uint8_t *run;
	uint64_t pos = 0;
	uint8_t data[300];

	for (unsigned int i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)i;
	CU_ASSERT_EQUAL_FATAL(logbuf_init(&log, 100), 0);
	CU_ASSERT_EQUAL(log.size, 128);
	CU_ASSERT_EQUAL(logbuf_peek(&log, &pos, &run), 0);
	logbuf_append(&log, data, 100);
	CU_ASSERT_EQUAL(logbuf_peek(&log, &pos, &run), 100);
	CU_ASSERT_EQUAL(run[99], 99);
	pos += 100;
	/* Over the end of the array: two runs. */
	logbuf_append(&log, data + 100, 50);
	CU_ASSERT_EQUAL(logbuf_peek(&log, &pos, &run), 28);
	CU_ASSERT_EQUAL(run[0], 100);
	pos += 28;
	CU_ASSERT_EQUAL(logbuf_peek(&log, &pos, &run), 22);
	CU_ASSERT_EQUAL(run[0], 128);
	/* A reader that slept too long is moved on to the oldest byte. */
	logbuf_append(&log, data, 300);
	CU_ASSERT_EQUAL(log.end, 450);
	CU_ASSERT_EQUAL(logbuf_oldest(&log), 322);
	CU_ASSERT_TRUE(logbuf_peek(&log, &pos, &run) > 0);
	CU_ASSERT_EQUAL(pos, 322);
	CU_ASSERT_EQUAL(run[0], 172);
	logbuf_free(&log);
}

static void test_guest_log(void)
{
	char dir[] = "/tmp/consoled-test-XXXXXX", path[64], old[80], evil[64];
	static uint8_t data[600];
	struct guest_log log;
	struct stat st;

	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/guest-a.log", dir);
	snprintf(old, sizeof(old), "%s.1", path);
	snprintf(evil, sizeof(evil), "%s/guest-.._x.log", dir);
	CU_ASSERT_EQUAL(guest_log_open(&log, dir, "a", 1000), 0);
	for (unsigned int i = 0; i < 5; i++)
		guest_log_write(&log, data, sizeof(data));
	guest_log_close(&log);
	CU_ASSERT_EQUAL(stat(path, &st), 0);
	CU_ASSERT_EQUAL(st.st_size, 600);
	CU_ASSERT_EQUAL(stat(old, &st), 0);
	CU_ASSERT_EQUAL(st.st_size, 600);
	/* A later daemon goes on where this one ended. */
	CU_ASSERT_EQUAL(guest_log_open(&log, dir, "a", 1000), 0);
	CU_ASSERT_EQUAL(log.size, 600);
	guest_log_close(&log);
	/* A name cannot leave the directory. */
	CU_ASSERT_EQUAL(guest_log_open(&log, dir, "../x", 1000), 0);
	guest_log_close(&log);
	CU_ASSERT_EQUAL(access(evil, F_OK), 0);
	unlink(path);
	unlink(old);
	unlink(evil);
	CU_ASSERT_EQUAL(rmdir(dir), 0);
}

/* ---- the whole of one console, with a real terminal ---- */

static struct fake_io fake;
static struct loop loop;
static struct loop_source terminals;
static struct console *con;
static struct pv_xencons_interface *shared;

static void terminals_ready(struct loop_source *src, uint32_t events)
{
	char buf[1024] __attribute__((aligned(8)));
	ssize_t n = read(src->fd, buf, sizeof(buf));

	(void)events;
	for (ssize_t at = 0; at < n;) {
		const struct inotify_event *ev = (const struct inotify_event *)(buf + at);

		if (ev->wd == con->tty.wd)
			console_tty_event(con, ev->mask);
		at += (ssize_t)(sizeof(*ev) + ev->len);
	}
}

/* Lets the loop do what it can in this time. */
static void spin(void)
{
	for (int i = 0; i < 5; i++) {
		struct epoll_event ev[8];
		int n = epoll_wait(loop.epfd, ev, 8, 10);

		for (int k = 0; k < n; k++) {
			struct loop_source *src = ev[k].data.ptr;

			src->ready(src, ev[k].events);
		}
	}
}

static void start_console(void)
{
	fake_io_init(&fake);
	fake.granted[0] = true;
	shared = (struct pv_xencons_interface *)fake_page(&fake, 0);
	CU_ASSERT_EQUAL_FATAL(loop_init(&loop), 0);
	terminals = (struct loop_source){.fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC),
					 .ready = terminals_ready};
	CU_ASSERT_EQUAL_FATAL(loop_add(&loop, &terminals, EPOLLIN), 0);
	con = console_new(&loop, &fake.io, FAKE_DOMID, 4096, terminals.fd);
	CU_ASSERT_PTR_NOT_NULL_FATAL(con);
	CU_ASSERT_EQUAL_FATAL(console_attach(con, 0, 9), 0);
	console_front_init(&front, shared, kick);
}

static void stop_console(void)
{
	console_free(con);
	CU_ASSERT_EQUAL(fake.mapped, 0);
	CU_ASSERT_FALSE(fake.bound);
	loop_fini(&loop);
	close(terminals.fd);
	fake_io_fini(&fake);
}

static void print(const char *text)
{
	size_t len = strlen(text);

	while (len) {
		size_t n = console_front_write(&front, text, len);

		console_event(con);
		text += n;
		len -= n;
	}
}

static int open_viewer(void)
{
	int fd = open(con->tty.path, O_RDWR | O_NOCTTY | O_NONBLOCK);

	CU_ASSERT_TRUE_FATAL(fd >= 0);
	spin();
	return fd;
}

static void expect_view(int fd, const char *text)
{
	char buf[8192];
	ssize_t n = read(fd, buf, sizeof(buf) - 1);

	buf[n > 0 ? n : 0] = '\0';
	CU_ASSERT_STRING_EQUAL(buf, text);
}

static void test_viewers(void)
{
	char buf[16];
	int a, b;

	start_console();
	print("before\n");
	a = open_viewer();
	expect_view(a, "before\n");
	print("live\n");
	expect_view(a, "live\n");
	CU_ASSERT_EQUAL(write(a, "typed", 5), 5);
	spin();
	CU_ASSERT_EQUAL(console_front_read(&front, buf, sizeof(buf)), 5);
	CU_ASSERT_EQUAL(memcmp(buf, "typed", 5), 0);
	/* The second viewer joins; what the first left unread is not repeated
	 * to a third who comes when all have gone. */
	b = open_viewer();
	print("unread\n");
	close(a);
	spin();
	close(b);
	spin();
	print("alone\n");
	a = open_viewer();
	expect_view(a, "before\nlive\nunread\nalone\n");
	close(a);
	spin();
	stop_console();
}

/* What a script types and closes at once arrives, more than fits as well. */
static void test_typed_and_gone(void)
{
	char buf[CONSOLE_IN_SIZE], line[51];
	size_t got = 0, n;
	int fd;

	start_console();
	fd = open(con->tty.path, O_WRONLY | O_NOCTTY);
	CU_ASSERT_EQUAL(write(fd, "echo hi\n", 8), 8);
	close(fd);
	spin();
	CU_ASSERT_EQUAL(console_front_read(&front, buf, sizeof(buf)), 8);
	CU_ASSERT_EQUAL(memcmp(buf, "echo hi\n", 8), 0);
	memset(line, 'z', 50);
	fd = open(con->tty.path, O_WRONLY | O_NOCTTY);
	for (unsigned int i = 0; i < 30; i++)
		CU_ASSERT_EQUAL(write(fd, line, 50), 50);
	close(fd);
	spin();
	CU_ASSERT_TRUE(con->input_left);
	while ((n = console_front_read(&front, buf, sizeof(buf)))) {
		got += n;
		console_event(con);
	}
	CU_ASSERT_EQUAL(got, 1500);
	CU_ASSERT_FALSE(con->input_left);
	stop_console();
}

/* A viewer that does not read holds up nobody, and memory is bounded. */
static void test_stuck_viewer(void)
{
	static char line[1001];
	int fd;

	memset(line, 'y', 1000);
	start_console();
	fd = open_viewer();
	for (unsigned int i = 0; i < 300; i++)
		print(line);
	CU_ASSERT_EQUAL(con->recent.end, 300000);
	CU_ASSERT_EQUAL(con->recent.size, 4096);
	CU_ASSERT_TRUE(con->throttled);
	console_period(con);
	CU_ASSERT_FALSE(con->throttled);
	print("end\n");
	/* Reading again ends with the newest. */
	for (unsigned int i = 0; i < 20; i++) {
		char buf[8192];
		ssize_t n = read(fd, buf, sizeof(buf));

		if (n > 4 && !memcmp(buf + n - 4, "end\n", 4))
			i = 100;
		spin();
	}
	CU_ASSERT_EQUAL(con->shown, con->recent.end);
	close(fd);
	stop_console();
}

/* Input beyond the guest's room waits in the terminal and is not lost. */
static void test_slow_guest(void)
{
	char buf[CONSOLE_IN_SIZE];
	size_t sent = 0, got = 0, n;
	int fd;

	start_console();
	fd = open_viewer();
	for (unsigned int i = 0; i < 30; i++) {
		ssize_t w = write(fd, "0123456789012345678901234567890123456789\n", 41);

		sent += w > 0 ? (size_t)w : 0;
	}
	spin();
	CU_ASSERT_EQUAL(shared->in_prod, CONSOLE_IN_SIZE);
	while ((n = console_front_read(&front, buf, sizeof(buf)))) {
		got += n;
		console_event(con);
		spin();
	}
	CU_ASSERT_EQUAL(got, sent);
	close(fd);
	stop_console();
}

/* A second daemon finds the guest as the first one left it. */
static void test_restart(void)
{
	start_console();
	print("one");
	console_free(con);
	CU_ASSERT_EQUAL(console_front_write(&front, "two", 3), 3);
	con = console_new(&loop, &fake.io, FAKE_DOMID, 4096, terminals.fd);
	CU_ASSERT_PTR_NOT_NULL_FATAL(con);
	CU_ASSERT_EQUAL_FATAL(console_attach(con, 0, 9), 0);
	CU_ASSERT_EQUAL(con->recent.end, 3);
	CU_ASSERT_EQUAL(memcmp(con->recent.data, "two", 3), 0);
	stop_console();
}

static void test_attach_failures(void)
{
	start_console();
	console_detach(con);
	fake.bind_fails = true;
	CU_ASSERT_EQUAL(console_attach(con, 0, 9), -EINVAL);
	CU_ASSERT_EQUAL(fake.mapped, 0);
	fake.bind_fails = false;
	/* Without a grant the frame is mapped by its number. */
	fake.granted[0] = false;
	CU_ASSERT_EQUAL(console_attach(con, FAKE_PAGES, 9), -EINVAL);
	CU_ASSERT_EQUAL(console_attach(con, 1, 9), 0);
	CU_ASSERT_FALSE(con->by_grant);
	stop_console();
}

void add_console_suite(void)
{
	CU_pSuite s = CU_add_suite("console", NULL, NULL);

	CU_add_test(s, "output", test_output);
	CU_add_test(s, "output over both wraps", test_output_wraps);
	CU_add_test(s, "input", test_input);
	CU_add_test(s, "guest's nonsense indices", test_hostile_guest);
	CU_add_test(s, "back-end's nonsense indices", test_hostile_back);
	CU_add_test(s, "log buffer", test_logbuf);
	CU_add_test(s, "log file is bounded and stays in its directory", test_guest_log);
	CU_add_test(s, "viewers come and go", test_viewers);
	CU_add_test(s, "typed by one who has gone", test_typed_and_gone);
	CU_add_test(s, "a viewer that does not read", test_stuck_viewer);
	CU_add_test(s, "a guest that does not read", test_slow_guest);
	CU_add_test(s, "a restarted daemon", test_restart);
	CU_add_test(s, "attaching fails cleanly", test_attach_failures);
}
