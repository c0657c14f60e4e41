/* SPDX-License-Identifier: BSD-2-Clause */
/* A person, a guest's terminal, and a session between: the guest is not trusted. */
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "session.h"
#include "suites.h"

/* The guest's end is `guest`, the person's `keys` and `screen`. */
static int guest, keys, screen;
static pid_t child;
static volatile int stop;

static bool is_alive(void *arg)
{
	(void)arg;
	return true;
}

static bool is_dead(void *arg)
{
	(void)arg;
	return false;
}

/* A session in a process of its own, which exits with how it ended. */
static void begin(bool keyboard, bool (*alive)(void *arg))
{
	struct session s = {.keyboard = keyboard, .alive = alive, .stop = &stop};
	int in[2], out[2], slave;
	struct termios raw;

	CU_ASSERT_EQUAL_FATAL(openpty(&guest, &slave, NULL, NULL, NULL), 0);
	tcgetattr(slave, &raw);
	cfmakeraw(&raw);
	tcsetattr(slave, TCSANOW, &raw);
	CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_STREAM, 0, in), 0);
	CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_STREAM, 0, out), 0);
	fflush(stdout);
	child = fork();
	if (child == 0) {
		close(guest);
		fcntl(slave, F_SETFL, O_NONBLOCK);
		s.in = in[0];
		s.out = out[0];
		s.tty = slave;
		alarm(20);
		_exit((int)session_run(&s));
	}
	close(slave);
	close(in[0]);
	close(out[0]);
	keys = in[1];
	screen = out[1];
}

static void end(enum session_end how)
{
	int status = -1;

	waitpid(child, &status, 0);
	CU_ASSERT(WIFEXITED(status));
	CU_ASSERT_EQUAL(WEXITSTATUS(status), how);
	if (guest >= 0)
		close(guest);
	close(keys);
	close(screen);
}

/* Read until so many bytes have come, or nothing more does. */
static size_t get(int fd, char *buf, size_t want)
{
	struct pollfd p = {fd, POLLIN, 0};
	size_t got = 0;
	ssize_t n;

	while (got < want && poll(&p, 1, 5000) > 0) {
		n = read(fd, buf + got, want - got);
		if (n <= 0)
			break;
		got += (size_t)n;
	}
	return got;
}

static void passes_both_ways(void)
{
	char buf[32];

	begin(true, is_alive);
	CU_ASSERT_EQUAL(write(guest, "login:", 6), 6);
	CU_ASSERT_EQUAL(get(screen, buf, 6), 6);
	CU_ASSERT_EQUAL(memcmp(buf, "login:", 6), 0);
	CU_ASSERT_EQUAL(write(keys, "root\r\003", 6), 6);
	CU_ASSERT_EQUAL(get(guest, buf, 6), 6);
	CU_ASSERT_EQUAL(memcmp(buf, "root\r\003", 6), 0);
	CU_ASSERT_EQUAL(write(keys, "last\035never", 10), 10);
	end(SESSION_LEFT);
}

/* A guest that never reads: the person still leaves. */
static void leaves_a_deaf_guest(void)
{
	static char much[100000];

	memset(much, 'x', sizeof(much));
	begin(true, is_alive);
	CU_ASSERT_EQUAL(write(keys, much, sizeof(much)), (ssize_t)sizeof(much));
	CU_ASSERT_EQUAL(write(keys, "\035", 1), 1);
	end(SESSION_LEFT);
}

/* A guest that never stops talking does not keep the person, either. */
static void leaves_a_flood(void)
{
	static char much[65536];
	ssize_t n = 1;
	int i;

	memset(much, 'y', sizeof(much));
	begin(true, is_alive);
	fcntl(guest, F_SETFL, O_NONBLOCK);
	for (i = 0; i < 5000 && n; i++) {
		if (write(guest, much, sizeof(much)) < 0)
			usleep(1000);
		n = recv(screen, much, sizeof(much), MSG_DONTWAIT);
		if (i == 100)
			CU_ASSERT_EQUAL(write(keys, "\035", 1), 1);
	}
	CU_ASSERT_EQUAL(n, 0);
	end(SESSION_LEFT);
}

/* What a script sends waits for the guest, however slow, and all of it arrives. */
static void keeps_a_script(void)
{
	static char sent[50000], got[50000];
	unsigned int i;
	pid_t writer;

	for (i = 0; i < sizeof(sent); i++)
		sent[i] = (char)('a' + i % 23);
	begin(false, is_alive);
	writer = fork();
	if (writer == 0)
		_exit(write(keys, sent, sizeof(sent)) != (ssize_t)sizeof(sent));
	/* Long enough for a session that drops to have dropped. */
	usleep(300000);
	CU_ASSERT_EQUAL(get(guest, got, sizeof(got)), sizeof(got));
	CU_ASSERT_EQUAL(memcmp(sent, got, sizeof(got)), 0);
	waitpid(writer, NULL, 0);
	/* The end of what is typed is not the end of the session. */
	shutdown(keys, SHUT_WR);
	CU_ASSERT_EQUAL(write(guest, "more", 4), 4);
	CU_ASSERT_EQUAL(get(screen, got, 4), 4);
	close(guest);
	guest = -1;
	end(SESSION_HUNG_UP);
}

static void ends_with_the_domain(void)
{
	begin(true, is_alive);
	close(guest);
	guest = -1;
	end(SESSION_HUNG_UP);
	/* Its terminal stays, but the domain has stopped. */
	begin(true, is_dead);
	end(SESSION_HUNG_UP);
}

static void ends_when_told(void)
{
	stop = 1;
	begin(true, is_alive);
	end(SESSION_LEFT);
	stop = 0;
}

void add_session_suite(void)
{
	CU_pSuite s = CU_add_suite("console session", NULL, NULL);

	CU_add_test(s, "passes bytes both ways", passes_both_ways);
	CU_add_test(s, "leaves a guest that does not read", leaves_a_deaf_guest);
	CU_add_test(s, "leaves a guest that does not stop", leaves_a_flood);
	CU_add_test(s, "loses nothing that a script sends", keeps_a_script);
	CU_add_test(s, "ends with the domain", ends_with_the_domain);
	CU_add_test(s, "ends when told", ends_when_told);
}
