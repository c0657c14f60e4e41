/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The client library's calls against a running daemon. It uses nothing but what
 * xenstore.h promises, so it runs with any library of that name, ours or another.
 */
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>
#include "xenstore.h"

static int passed, failed;

#define CHECK(x)                                                                         \
	do {                                                                             \
		if (x) {                                                                 \
			passed++;                                                        \
		} else {                                                                 \
			failed++;                                                        \
			printf("line %d: not so: %s (errno %d)\n", __LINE__, #x, errno); \
		}                                                                        \
	} while (0)

static bool value_is(struct xs_handle *h, const char *path, const char *want)
{
	unsigned int len;
	char *v = xs_read(h, XBT_NULL, path, &len);
	bool ok = v && len == strlen(want) && !strcmp(v, want);

	free(v);
	return ok;
}

static bool event_is(char **e, const char *path, const char *token)
{
	bool ok = e && !strcmp(e[XS_WATCH_PATH], path) && !strcmp(e[XS_WATCH_TOKEN], token);

	free(e);
	return ok;
}

static void values(struct xs_handle *h)
{
	struct xs_permissions set[2] = {{1, XS_PERM_NONE}, {2, XS_PERM_READ | XS_PERM_WRITE}}, *p;
	unsigned int num;
	char **names, *s;

	CHECK(xs_write(h, XBT_NULL, "/xs/a", "1", 1));
	CHECK(value_is(h, "/xs/a", "1"));
	CHECK(xs_write(h, XBT_NULL, "/xs/a", "", 0));
	CHECK(value_is(h, "/xs/a", ""));
	CHECK(!xs_read(h, XBT_NULL, "/xs/none", NULL) && errno == ENOENT);
	CHECK(!xs_read(h, XBT_NULL, "//", NULL) && errno == EINVAL);
	CHECK(xs_mkdir(h, XBT_NULL, "/xs/b"));
	names = xs_directory(h, XBT_NULL, "/xs", &num);
	CHECK(names && num == 2 && !strcmp(names[0], "a") && !strcmp(names[1], "b"));
	free(names);
	CHECK(xs_set_permissions(h, XBT_NULL, "/xs/b", set, 2));
	p = xs_get_permissions(h, XBT_NULL, "/xs/b", &num);
	CHECK(p && num == 2 && p[0].id == 1 && p[0].perms == 0 && p[1].id == 2 && p[1].perms == 3);
	free(p);
	CHECK(xs_rm(h, XBT_NULL, "/xs/b"));
	s = xs_get_domain_path(h, 7);
	CHECK(s && !strcmp(s, "/local/domain/7"));
	free(s);
	CHECK(!xs_is_domain_introduced(h, 7));
	CHECK(!xs_release_domain(h, 7) && errno == ENOENT);
	CHECK(!xs_restrict(h, 1));
	CHECK(xs_path_is_subpath("/a", "/a/b") && xs_path_is_subpath("/a", "/a"));
	CHECK(!xs_path_is_subpath("/a", "/ab") && !xs_path_is_subpath("/a/b", "/a"));
	CHECK(xs_strings_to_perms(set, 2, "r3\0w4") && set[0].id == 3 &&
	      set[1].perms == XS_PERM_WRITE);
	CHECK(!xs_strings_to_perms(set, 1, "x3") && !xs_strings_to_perms(set, 1, "r"));
}

static void big_directory(struct xs_handle *h)
{
	char path[32];
	unsigned int num = 0;
	char **names;

	for (int i = 0; i < 1500; i++) {
		snprintf(path, sizeof(path), "/xs/big/n%04d", i);
		if (!xs_write(h, XBT_NULL, path, "", 0))
			break;
	}
	names = xs_directory(h, XBT_NULL, "/xs/big", &num);
	CHECK(names && num == 1500);
	CHECK(names && !strcmp(names[1499], "n1499"));
	free(names);
}

static void transactions(struct xs_handle *h)
{
	xs_transaction_t t = xs_transaction_start(h);

	CHECK(t != XBT_NULL);
	CHECK(xs_write(h, t, "/xs/t", "in", 2));
	CHECK(!xs_read(h, XBT_NULL, "/xs/t", NULL));
	CHECK(xs_transaction_end(h, t, false));
	CHECK(value_is(h, "/xs/t", "in"));
	t = xs_transaction_start(h);
	free(xs_read(h, t, "/xs/t", NULL));
	CHECK(xs_write(h, XBT_NULL, "/xs/t", "out", 3));
	CHECK(!xs_transaction_end(h, t, false) && errno == EAGAIN);
	t = xs_transaction_start(h);
	CHECK(xs_rm(h, t, "/xs/t"));
	CHECK(xs_transaction_end(h, t, true));
	CHECK(value_is(h, "/xs/t", "out"));
}

static void watches(unsigned long flags)
{
	struct xs_handle *h = xs_open(flags), *w = xs_open(0);
	struct pollfd p;
	unsigned int num;
	char **e;

	CHECK(h && w);
	p = (struct pollfd){.fd = xs_fileno(h), .events = POLLIN};
	CHECK(poll(&p, 1, 0) == 0);
	CHECK(!xs_check_watch(h) && errno == EAGAIN);
	CHECK(xs_watch(h, "/xs/w", "tok"));
	CHECK(poll(&p, 1, 2000) == 1);
	CHECK(event_is(xs_check_watch(h), "/xs/w", "tok"));
	CHECK(!xs_check_watch(h) && errno == EAGAIN);
	CHECK(poll(&p, 1, 0) == 0);
	CHECK(xs_write(w, XBT_NULL, "/xs/w/x", "1", 1));
	e = xs_read_watch(h, &num);
	CHECK(num == 2 && event_is(e, "/xs/w/x", "tok"));
	/* Events that arrive with a reply wait their turn. */
	CHECK(xs_write(h, XBT_NULL, "/xs/w/y", "1", 1));
	CHECK(value_is(h, "/xs/w/y", "1"));
	CHECK(poll(&p, 1, 2000) == 1);
	CHECK(event_is(xs_read_watch(h, &num), "/xs/w/y", "tok"));
	CHECK(!xs_unwatch(h, "/xs/w", "other") && errno == ENOENT);
	if (flags & XS_UNWATCH_FILTER)
		CHECK(xs_write(w, XBT_NULL, "/xs/w/z", "1", 1));
	CHECK(xs_unwatch(h, "/xs/w", "tok"));
	usleep(20000);
	CHECK(!xs_check_watch(h));
	xs_close(h);
	xs_close(w);
}

static void *reader(void *arg)
{
	unsigned int num;

	for (int i = 0; i < 201; i++)
		free(xs_read_watch(arg, &num));
	return NULL;
}

static void threads(void)
{
	struct xs_handle *h = xs_open(0);
	pthread_t t;
	char v[8];

	CHECK(xs_watch(h, "/xs/thr", "t"));
	CHECK(!pthread_create(&t, NULL, reader, h));
	for (int i = 0; i < 200; i++) {
		snprintf(v, sizeof(v), "%d", i);
		if (!xs_write(h, XBT_NULL, "/xs/thr", v, (unsigned int)strlen(v)) ||
		    !value_is(h, "/xs/thr", v))
			failed++;
	}
	pthread_join(t, NULL);
	passed++;
	xs_close(h);
}

static void after_fork(struct xs_handle *h)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		xs_daemon_destroy_postfork(h);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	CHECK(value_is(h, "/xs/t", "out"));
}

/* A child that holds copies of its descriptors does not keep a handle from closing. */
static void close_beside_child(void)
{
	struct xs_handle *h = xs_open(0);
	pid_t pid;

	CHECK(xs_watch(h, "/xs/c", "t"));
	pid = fork();
	if (!pid) {
		pause();
		_exit(0);
	}
	alarm(10);
	xs_close(h);
	alarm(0);
	CHECK(!kill(pid, SIGKILL) && waitpid(pid, NULL, 0) == pid);
}

int main(void)
{
	struct xs_handle *h = xs_open(0);
	char *s;

	if (!h) {
		perror("xs_open");
		return 1;
	}
	values(h);
	big_directory(h);
	transactions(h);
	watches(0);
	watches(XS_UNWATCH_FILTER);
	watches(XS_OPEN_NO_THREAD);
	threads();
	after_fork(h);
	close_beside_child();
	s = xs_control_command(h, "help", NULL, 0);
	CHECK(s && strstr(s, "help"));
	free(s);
	xs_rm(h, XBT_NULL, "/xs");
	xs_close(h);
	printf("%d passed, %d failed\n", passed, failed);
	return failed != 0;
}
