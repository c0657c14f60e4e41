/* SPDX-License-Identifier: BSD-2-Clause */
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "log.h"
#include "socket.h"

#define EVENTS	   256
#define MAX_OTHERS 2
/* Memory goes back to the system when this many nodes were freed and nothing happens for a while.
 */
#define TRIM_NODES    1024
#define TRIM_AFTER_MS 100

volatile enum loop_end loop_end;
static int epfd = -1;

/* What to call for descriptors that are no connection; their epoll data is the index, odd. */
static void (*others[MAX_OTHERS])(void);

static bool watch_fd(int op, int fd, uint32_t events, uint64_t data)
{
	struct epoll_event ev = {.events = events, .data.u64 = data};

	if (!epoll_ctl(epfd, op, fd, &ev))
		return true;
	perror("xenstored: epoll_ctl");
	return false;
}

void loop_init(void)
{
	epfd = epoll_create1(EPOLL_CLOEXEC);
	if (epfd < 0) {
		perror("xenstored: epoll_create1");
		exit(1);
	}
}

void loop_add(int fd, void (*fn)(void))
{
	unsigned int i = others[0] != NULL;

	others[i] = fn;
	watch_fd(EPOLL_CTL_ADD, fd, EPOLLIN, 2 * i + 1);
}

/* What a call returned, as a transport tells it; no byte means the end of input. */
static ssize_t result(ssize_t n)
{
	return n > 0 ? n : n < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
}

static ssize_t sock_read(struct conn *c, void *buf, size_t n)
{
	return result(recv(c->fd, buf, n, MSG_DONTWAIT));
}

static ssize_t sock_write(struct conn *c, const void *buf, size_t n)
{
	return result(send(c->fd, buf, n, MSG_DONTWAIT | MSG_NOSIGNAL));
}

/*
 * priv holds what epoll was told last, so that the common case costs no call. It tells but
 * once of what has come: all of that is read then, or conn_again() called.
 */
static void sock_want(struct conn *c, bool output)
{
	uint32_t want = EPOLLIN | (output ? EPOLLOUT : 0) | EPOLLET;

	if ((uintptr_t)c->priv == want || c->fd < 0)
		return;
	c->priv = (void *)(uintptr_t)want;
	watch_fd(EPOLL_CTL_MOD, c->fd, want, (uintptr_t)c);
}

static void sock_close(struct conn *c)
{
	/* In a replay the number may long belong to a later connection. */
	if (c->fd >= 0 && !log_replaying)
		close(c->fd);
	c->fd = -1;
}

const struct transport socket_transport = {
	.read = sock_read,
	.write = sock_write,
	.want = sock_want,
	.close = sock_close,
};

struct conn *socket_new(int fd)
{
	struct conn *c = conn_new(&socket_transport, domain0, (uint32_t)fd);

	c->fd = fd;
	return c;
}

void socket_start(struct conn *c)
{
	c->priv = (void *)(uintptr_t)(EPOLLIN | EPOLLET);
	if (!watch_fd(EPOLL_CTL_ADD, c->fd, EPOLLIN | EPOLLET, (uintptr_t)c))
		log_close(c);
}

void socket_accept(int listener)
{
	for (int i = 0; i < 64; i++) {
		int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		struct conn *c;

		if (fd < 0)
			return;
		c = socket_new(fd);
		log_conn(LOG_OPEN, c);
		log_busy(c, false);
		/* Now that the log knows it, it may outlive this process. */
		fcntl(fd, F_SETFD, 0);
		socket_start(c);
	}
}

int socket_listen(const char *path)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	mode_t mask;

	if (strlen(path) >= sizeof(sa.sun_path)) {
		fprintf(stderr, "xenstored: socket path too long: %s\n", path);
		return -1;
	}
	memcpy(sa.sun_path, path, strlen(path) + 1);
	unlink(path);
	/* Whoever can connect has the whole store: the file's owner alone. */
	mask = umask(0177);
	if (fd < 0 || bind(fd, (struct sockaddr *)&sa, sizeof(sa)) || listen(fd, SOMAXCONN)) {
		fprintf(stderr, "xenstored: cannot listen on %s: %m\n", path);
		fd = -1;
	}
	umask(mask);
	return fd;
}

static void serve(struct epoll_event *ev, int n, bool privileged)
{
	for (int i = 0; i < n; i++) {
		struct conn *c = ev[i].data.ptr;

		if (ev[i].data.u64 & 1) {
			if (privileged)
				others[ev[i].data.u64 / 2]();
		} else if (!c->dead && (c->domain == domain0) == privileged) {
			conn_service(c);
		}
	}
}

static void serve_rest(void)
{
	conn_more = false;
	for (struct conn *c = conns; c; c = c->next)
		if (c->more && !c->dead)
			conn_service(c);
}

void loop_run(const sigset_t *held)
{
	struct epoll_event ev[EVENTS];
	sigset_t waiting;

	sigprocmask(SIG_BLOCK, held, &waiting);
	while (!loop_end) {
		int wait = conn_more ? 0 : txn_hold_left(), n;

		/* A quiet moment is the time to give freed memory back. */
		if (wait < 0 && tree_freed > TRIM_NODES)
			wait = TRIM_AFTER_MS;
		n = epoll_pwait(epfd, ev, EVENTS, wait, &waiting);
		if (!n && tree_freed > TRIM_NODES) {
			tree_freed = 0;
			malloc_trim(0);
		}
		txn_end_turn(NULL);
		serve(ev, n, true);
		serve(ev, n, false);
		if (conn_more)
			serve_rest();
		conn_flush_all();
		conn_reap();
		log_tidy();
	}
}
