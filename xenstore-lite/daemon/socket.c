/* SPDX-License-Identifier: BSD-2-Clause */
#include <err.h>
#include <fcntl.h>
#include <malloc.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "log.h"
#include "ring.h"
#include "socket.h"

#define EVENTS 256
/* Memory goes back to the system when so many nodes were freed and so long nothing happens. */
#define TRIM_NODES    1024
#define TRIM_AFTER_MS 100

enum loop_end loop_end;
static int epfd;
/* The loop's own descriptors; epoll knows them by their variables' addresses. */
static int listener, channels, signals;
static sigset_t ending;

static bool watch_fd(int op, int fd, uint32_t events, void *who)
{
	struct epoll_event ev = {.events = events, .data.ptr = who};

	if (!epoll_ctl(epfd, op, fd, &ev))
		return true;
	warn("epoll_ctl");
	return false;
}

void loop_init(int socket, int xen, const sigset_t *held)
{
	listener = socket;
	channels = xen;
	ending = *held;
	signals = signalfd(-1, &ending, SFD_CLOEXEC);
	epfd = epoll_create1(EPOLL_CLOEXEC);
	if (signals < 0 || epfd < 0)
		err(1, "cannot wait for anything");
	watch_fd(EPOLL_CTL_ADD, signals, EPOLLIN, &signals);
	watch_fd(EPOLL_CTL_ADD, listener, EPOLLIN, &listener);
	if (channels >= 0)
		watch_fd(EPOLL_CTL_ADD, channels, EPOLLIN, &channels);
}

/* What a call returned, as a transport tells it; no byte means the end of input. */
static ssize_t result(ssize_t n)
{
	return n > 0 ? n : n < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
}

static ssize_t sock_read(struct conn *c, void *buf, size_t n)
{
	return result(recv((int)c->id, buf, n, MSG_DONTWAIT));
}

static ssize_t sock_write(struct conn *c, const void *buf, size_t n)
{
	return result(send((int)c->id, buf, n, MSG_DONTWAIT | MSG_NOSIGNAL));
}

/*
 * priv holds what epoll was told last, so that the common case costs no call. It tells but
 * once of what has come: all of that is read then, or conn_again() called.
 */
static void sock_want(struct conn *c, bool output)
{
	uint32_t want = EPOLLIN | (output ? EPOLLOUT : 0) | EPOLLET;

	if ((uintptr_t)c->priv == want)
		return;
	c->priv = (void *)(uintptr_t)want;
	watch_fd(EPOLL_CTL_MOD, (int)c->id, want, c);
}

static void sock_close(struct conn *c)
{
	/* In a replay the number may long belong to a later connection. */
	if (!log_replaying)
		close((int)c->id);
}

const struct transport socket_transport = {
	.read = sock_read,
	.write = sock_write,
	.want = sock_want,
	.close = sock_close,
};

bool socket_start(struct conn *c)
{
	c->priv = (void *)(uintptr_t)(EPOLLIN | EPOLLET);
	return watch_fd(EPOLL_CTL_ADD, (int)c->id, EPOLLIN | EPOLLET, c);
}

/* Take the new connections that there are. */
static void accept_all(void)
{
	for (int i = 0; i < 64; i++) {
		int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		struct conn *c;

		if (fd < 0)
			return;
		c = conn_new(&socket_transport, domain0, (uint32_t)fd);
		log_conn(c);
		log_busy(c, false);
		/* Now that the log knows it, it may outlive this process. */
		fcntl(fd, F_SETFD, 0);
		if (!socket_start(c))
			log_close(c);
	}
}

int socket_listen(const char *path)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	mode_t mask;

	if (strlen(path) >= sizeof(sa.sun_path))
		errx(1, "socket path too long: %s", path);
	memcpy(sa.sun_path, path, strlen(path) + 1);
	unlink(path);
	/* Whoever can connect has the whole store: the file's owner alone. */
	mask = umask(0177);
	if (fd < 0 || bind(fd, (struct sockaddr *)&sa, sizeof(sa)) || listen(fd, SOMAXCONN))
		err(1, "cannot listen on %s", path);
	umask(mask);
	return fd;
}

/* A connection, or one of the loop's own, is ready. */
static void serve(const struct epoll_event *ev)
{
	struct conn *c = ev->data.ptr;
	int sig;

	if (ev->data.ptr == &listener) {
		accept_all();
	} else if (ev->data.ptr == &channels) {
		xen_events();
	} else if (ev->data.ptr == &signals) {
		sigwait(&ending, &sig);
		loop_end = LOOP_EXIT;
	} else if (!c->dead) {
		conn_service(c);
		/* The end may have come with the last input, and is not told of again. */
		if (ev->events & EPOLLHUP)
			conn_again(c);
	}
}

static void serve_rest(void)
{
	conn_more = false;
	for (struct conn *c = conns; c; c = c->next)
		if (c->more && !c->dead)
			conn_service(c);
}

void loop_run(void)
{
	struct epoll_event ev[EVENTS];

	while (!loop_end) {
		int wait = conn_more ? 0 : txn_hold_left(), n;

		/* A quiet moment is the time to give freed memory back. */
		if (wait < 0 && tree_freed > TRIM_NODES)
			wait = TRIM_AFTER_MS;
		n = epoll_wait(epfd, ev, EVENTS, wait);
		if (!n && tree_freed > TRIM_NODES) {
			tree_trim();
			malloc_trim(0);
		}
		txn_end_turn(NULL);
		for (int i = 0; i < n; i++)
			serve(&ev[i]);
		if (conn_more)
			serve_rest();
		conn_flush_all();
		conn_reap();
		log_tidy();
	}
}
