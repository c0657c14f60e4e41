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
#define MAX_OTHERS 8
/* Memory goes back to the system when this many nodes were freed, and nothing happens for a while.
 */
#define TRIM_NODES    1024
#define TRIM_AFTER_MS 100

static int epfd = -1;

/* Descriptors that are no connection; their epoll data is the index, odd. */
static struct {
	int fd;
	void (*fn)(void);
} others[MAX_OTHERS];

void loop_init(void)
{
	epfd = epoll_create1(EPOLL_CLOEXEC);
	if (epfd < 0) {
		perror("xenstored: epoll_create1");
		exit(1);
	}
	memset(others, 0, sizeof(others));
}

void loop_add(int fd, void (*fn)(void))
{
	struct epoll_event ev = {.events = EPOLLIN};
	unsigned int i = 0;

	while (i < MAX_OTHERS - 1 && others[i].fn)
		i++;
	others[i].fd = fd;
	others[i].fn = fn;
	ev.data.u64 = 2 * i + 1;
	if (epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &ev))
		perror("xenstored: epoll_ctl");
}

void loop_remove(int fd)
{
	epoll_ctl(epfd, EPOLL_CTL_DEL, fd, NULL);
	for (unsigned int i = 0; i < MAX_OTHERS; i++)
		if (others[i].fd == fd)
			others[i].fn = NULL;
}

static ssize_t sock_read(struct conn *c, void *buf, size_t n)
{
	ssize_t got = recv(c->fd, buf, n, MSG_DONTWAIT);

	if (got > 0)
		return got;
	return got < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
}

static ssize_t sock_write(struct conn *c, const void *buf, size_t n)
{
	ssize_t put = send(c->fd, buf, n, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (put >= 0)
		return put;
	return errno == EAGAIN || errno == EINTR ? 0 : -1;
}

/* priv holds what epoll was told last, so that the common case costs no call. */
static void sock_want(struct conn *c, bool input, bool output)
{
	uint32_t want = (input ? EPOLLIN : 0) | (output ? EPOLLOUT : 0);
	struct epoll_event ev = {.events = want, .data.ptr = c};

	if ((uintptr_t)c->priv == want || epfd < 0 || c->fd < 0)
		return;
	c->priv = (void *)(uintptr_t)want;
	if (epoll_ctl(epfd, EPOLL_CTL_MOD, c->fd, &ev))
		perror("xenstored: epoll_ctl");
}

static void sock_close(struct conn *c)
{
	log_idle(c, false);
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

struct conn *socket_new(int fd, uint32_t conn_id)
{
	struct conn *c = conn_new(&socket_transport, domain0, conn_id);

	c->fd = fd;
	return c;
}

void socket_start(struct conn *c)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.ptr = c};

	c->priv = (void *)(uintptr_t)EPOLLIN;
	if (epfd >= 0 && epoll_ctl(epfd, EPOLL_CTL_ADD, c->fd, &ev)) {
		perror("xenstored: epoll_ctl");
		log_close(c);
	}
}

bool socket_accept(int from)
{
	int fd = accept4(from, NULL, NULL, SOCK_NONBLOCK);
	struct conn *c;

	if (fd < 0)
		return false;
	c = socket_new(fd, 0);
	log_conn(LOG_OPEN, c);
	log_idle(c, true);
	socket_start(c);
	return true;
}

int socket_listen(const char *path)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	if (strlen(path) >= sizeof(sa.sun_path)) {
		fprintf(stderr, "xenstored: socket path too long: %s\n", path);
		return -1;
	}
	memcpy(sa.sun_path, path, strlen(path) + 1);
	unlink(path);
	/* Whoever can connect has the whole store: the file's owner alone. */
	mode_t mask = umask(0177);

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
			if (privileged && others[ev[i].data.u64 / 2].fn)
				others[ev[i].data.u64 / 2].fn();
		} else if (!c->dead && (c->domain == domain0) == privileged) {
			conn_service(c);
		}
	}
}

void loop_run(const volatile bool *stop, const bool *stop2, const bool *stop3)
{
	struct epoll_event ev[EVENTS];
	sigset_t waiting, busy;

	sigemptyset(&waiting);
	sigemptyset(&busy);
	sigaddset(&busy, SIGTERM);
	sigaddset(&busy, SIGINT);
	sigprocmask(SIG_SETMASK, &busy, NULL);

	while (!*stop && !*stop2 && !*stop3) {
		int wait = conn_more ? 0 : txn_hold_left(), n;

		/* A quiet moment is the time to give freed memory back. */
		if (wait < 0 && tree_freed > TRIM_NODES)
			wait = TRIM_AFTER_MS;
		n = epoll_pwait(epfd, ev, EVENTS, wait, &waiting);
		if (!n && tree_freed > TRIM_NODES) {
			tree_freed = 0;
			malloc_trim(0);
		}

		if (!txn_hold_left())
			txn_drop_reservation(NULL);
		if (n > 0) {
			serve(ev, n, true);
			serve(ev, n, false);
		}
		if (conn_more) {
			conn_more = false;
			for (struct conn *c = conns; c; c = c->next)
				if (c->more && !c->dead) {
					c->more = false;
					conn_service(c);
				}
		}
		conn_flush_all();
		conn_reap();
		log_tidy();
	}
}
