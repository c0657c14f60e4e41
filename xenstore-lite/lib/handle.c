/* SPDX-License-Identifier: BSD-2-Clause */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "handle.h"

static int open_socket(const char *path)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	int fd, err;

	if (!path || strlen(path) >= sizeof(sa.sun_path)) {
		errno = EINVAL;
		return -1;
	}
	memcpy(sa.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&sa, sizeof(sa))) {
		err = errno;
		close(fd);
		errno = err;
		return -1;
	}
	return fd;
}

static int open_device(void)
{
	static const char *const names[] = {"/dev/xen/xenbus", "/proc/xen/xenbus"};
	const char *own = getenv("XENSTORED_PATH");
	struct stat st;
	int fd;

	if (own && !stat(own, &st) && S_ISCHR(st.st_mode))
		return open(own, O_RDWR | O_CLOEXEC);
	fd = open(names[0], O_RDWR | O_CLOEXEC);
	return fd >= 0 ? fd : open(names[1], O_RDWR | O_CLOEXEC);
}

struct xs_handle *xs_open(unsigned long flags)
{
	struct epoll_event ev = {.events = EPOLLIN};
	struct xs_handle *h = calloc(1, sizeof(*h));
	int err;

	if (!h)
		return NULL;
	h->flags = flags;
	h->stop_fd = -1;
	h->last_event = &h->events;
	h->fd = open_socket(xs_daemon_socket());
	err = errno;
	if (h->fd < 0 && !(flags & XS_OPEN_SOCKETONLY))
		h->fd = open_device();
	if (h->fd < 0) {
		free(h);
		errno = err;
		return NULL;
	}
	h->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	h->poll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (h->event_fd < 0 || h->poll_fd < 0 ||
	    epoll_ctl(h->poll_fd, EPOLL_CTL_ADD, h->event_fd, &ev) ||
	    epoll_ctl(h->poll_fd, EPOLL_CTL_ADD, h->fd, &ev)) {
		err = errno;
		xs_daemon_destroy_postfork(h);
		errno = err;
		return NULL;
	}
	pthread_mutex_init(&h->request, NULL);
	pthread_mutex_init(&h->state, NULL);
	pthread_cond_init(&h->changed, NULL);
	return h;
}

static void free_messages(struct message *m)
{
	while (m) {
		struct message *next = m->next;

		free(m);
		m = next;
	}
}

/* No locks here: after fork() another thread may have held them, and is gone. */
void xs_daemon_destroy_postfork(struct xs_handle *h)
{
	close(h->fd);
	if (h->event_fd >= 0)
		close(h->event_fd);
	if (h->poll_fd >= 0)
		close(h->poll_fd);
	if (h->stop_fd >= 0)
		close(h->stop_fd);
	free_messages(h->events);
	free(h->reply);
	free(h->partial_msg);
	free(h);
}

void xs_close(struct xs_handle *h)
{
	uint64_t one = 1;

	if (!h)
		return;
	if (h->thread) {
		pthread_mutex_lock(&h->state);
		h->stopping = true;
		pthread_mutex_unlock(&h->state);
		if (write(h->stop_fd, &one, sizeof(one)) == sizeof(one))
			pthread_join(h->reader, NULL);
	}
	pthread_cond_destroy(&h->changed);
	pthread_mutex_destroy(&h->state);
	pthread_mutex_destroy(&h->request);
	xs_daemon_destroy_postfork(h);
}

/*
 * Read on in the current message. 1: complete in *out; 0: not yet (only when not
 * waiting); -1: errno says why. The caller is the reader, so the partial state is its own.
 */
static int read_message(struct xs_handle *h, bool wait, struct message **out)
{
	for (;;) {
		struct message *m = h->partial_msg;
		size_t want = m ? m->head.len : sizeof(h->partial_head);
		char *dst = m ? m->body : (char *)&h->partial_head;
		struct pollfd p[2] = {{.fd = h->fd, .events = POLLIN},
				      {.fd = h->stop_fd, .events = POLLIN}};
		ssize_t n;

		if (h->partial < want) {
			/* The device cannot be told not to block, so always ask first. */
			n = poll(p, 2, wait ? -1 : 0);
			if (n < 0 && errno == EINTR)
				continue;
			if (n < 0)
				return -1;
			if (n == 0 || p[1].revents)
				return 0;
			n = read(h->fd, dst + h->partial, want - h->partial);
			if (n < 0 && (errno == EINTR || errno == EAGAIN))
				continue;
			if (n <= 0) {
				errno = n ? errno : EBADF;
				return -1;
			}
			h->partial += (size_t)n;
			continue;
		}
		h->partial = 0;
		if (m) {
			m->body[m->head.len] = '\0';
			h->partial_msg = NULL;
			*out = m;
			return 1;
		}
		if (h->partial_head.len > XENSTORE_PAYLOAD_MAX) {
			errno = EINVAL;
			return -1;
		}
		m = malloc(sizeof(*m) + h->partial_head.len + 1);
		if (!m)
			return -1;
		m->next = NULL;
		m->head = h->partial_head;
		h->partial_msg = m;
	}
}

/* File what was read; state is locked. */
static void file_message(struct xs_handle *h, struct message *m)
{
	uint64_t one = 1;

	if (m->head.type == XS_WATCH_EVENT) {
		*h->last_event = m;
		h->last_event = &m->next;
		if (write(h->event_fd, &one, sizeof(one)) < 0) {
			/* A full counter is readable, which is all that counts. */
		}
	} else {
		free(h->reply);
		h->reply = m;
	}
	pthread_cond_broadcast(&h->changed);
}

/* One step towards a new message, state locked. False: nothing there (not waiting), or broken. */
static bool wait_for_message(struct xs_handle *h, bool wait)
{
	struct message *m;
	int r, err;

	if (h->broken) {
		errno = h->error;
		return false;
	}
	if (h->reading) {
		if (wait)
			pthread_cond_wait(&h->changed, &h->state);
		else
			errno = EAGAIN;
		return wait;
	}
	h->reading = true;
	pthread_mutex_unlock(&h->state);
	r = read_message(h, wait, &m);
	err = errno;
	pthread_mutex_lock(&h->state);
	h->reading = false;
	if (r > 0)
		file_message(h, m);
	if (r < 0) {
		h->broken = true;
		h->error = err;
	}
	/* Someone else may have to be the reader now. */
	pthread_cond_broadcast(&h->changed);
	errno = r ? err : EAGAIN;
	return r > 0;
}

static bool send_all(struct xs_handle *h, struct iovec *iov, unsigned int n)
{
	while (n) {
		struct msghdr msg = {.msg_iov = iov, .msg_iovlen = n};
		ssize_t put = sendmsg(h->fd, &msg, MSG_NOSIGNAL);

		if (put < 0 && errno == ENOTSOCK)
			put = writev(h->fd, iov, (int)n);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return false;
		while (n && (size_t)put >= iov->iov_len) {
			put -= (ssize_t)iov->iov_len;
			iov++;
			n--;
		}
		if (n) {
			iov->iov_base = (char *)iov->iov_base + put;
			iov->iov_len -= (size_t)put;
		}
	}
	return true;
}

static int error_number(const char *name)
{
	static const struct {
		const char *name;
		int err;
	} names[] = {
		{"EINVAL", EINVAL}, {"EACCES", EACCES},	  {"EEXIST", EEXIST},
		{"EISDIR", EISDIR}, {"ENOENT", ENOENT},	  {"ENOMEM", ENOMEM},
		{"ENOSPC", ENOSPC}, {"EIO", EIO},	  {"ENOTEMPTY", ENOTEMPTY},
		{"ENOSYS", ENOSYS}, {"EROFS", EROFS},	  {"EBUSY", EBUSY},
		{"EAGAIN", EAGAIN}, {"EISCONN", EISCONN}, {"E2BIG", E2BIG},
		{"EPERM", EPERM},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i].name, name))
			return names[i].err;
	return EINVAL;
}

struct message *xs_talk(struct xs_handle *h, uint32_t tx, uint32_t type, const struct iovec *iov,
			unsigned int n)
{
	struct xsd_sockmsg head = {.type = type, .tx_id = tx};
	struct message *m = NULL;
	struct iovec all[8];
	unsigned int i;
	int err = 0;

	all[0] = (struct iovec){.iov_base = &head, .iov_len = sizeof(head)};
	for (i = 0; i < n; i++) {
		if (iov[i].iov_len > XENSTORE_PAYLOAD_MAX - head.len) {
			errno = E2BIG;
			return NULL;
		}
		head.len += (uint32_t)iov[i].iov_len;
		all[i + 1] = iov[i];
	}
	pthread_mutex_lock(&h->request);
	if (!send_all(h, all, n + 1))
		err = errno;
	pthread_mutex_lock(&h->state);
	while (!err && !h->reply)
		if (!wait_for_message(h, true))
			err = errno;
	if (err) {
		h->broken = true;
		h->error = err;
	}
	m = h->reply;
	h->reply = NULL;
	pthread_mutex_unlock(&h->state);
	pthread_mutex_unlock(&h->request);
	if (m && m->head.type == XS_ERROR)
		err = error_number(m->body);
	else if (m && m->head.type != type)
		err = EIO;
	if (err) {
		free(m);
		m = NULL;
	}
	/* Zero on success: programs have come to count on it. */
	errno = err;
	return m;
}

struct message *xs_next_event(struct xs_handle *h, bool wait)
{
	struct message *m;
	uint64_t count;

	pthread_mutex_lock(&h->state);
	while (!h->events)
		if (!wait_for_message(h, wait)) {
			int err = errno;

			pthread_mutex_unlock(&h->state);
			errno = err;
			return NULL;
		}
	m = h->events;
	h->events = m->next;
	if (!h->events) {
		h->last_event = &h->events;
		if (read(h->event_fd, &count, sizeof(count)) < 0) {
			/* Already empty. */
		}
	}
	pthread_mutex_unlock(&h->state);
	return m;
}

void xs_drop_events(struct xs_handle *h, const char *path, const char *token)
{
	struct message **p, *m;

	pthread_mutex_lock(&h->state);
	for (p = &h->events; (m = *p);) {
		const char *event_token = m->body + strlen(m->body) + 1;

		if (event_token < m->body + m->head.len && !strcmp(event_token, token) &&
		    xs_path_is_subpath(path, m->body)) {
			*p = m->next;
			free(m);
		} else {
			p = &m->next;
		}
	}
	h->last_event = p;
	pthread_mutex_unlock(&h->state);
}

static void *reader_main(void *arg)
{
	struct xs_handle *h = arg;

	pthread_mutex_lock(&h->state);
	while (!h->stopping && !h->broken)
		wait_for_message(h, true);
	pthread_mutex_unlock(&h->state);
	return NULL;
}

void xs_start_reader(struct xs_handle *h)
{
	sigset_t all, old;
	pthread_attr_t attr;

	pthread_mutex_lock(&h->state);
	if (!h->thread && !(h->flags & XS_OPEN_NO_THREAD) &&
	    (h->stop_fd = eventfd(0, EFD_CLOEXEC)) >= 0) {
		/* The program's signals are for its own threads. */
		sigfillset(&all);
		pthread_sigmask(SIG_SETMASK, &all, &old);
		pthread_attr_init(&attr);
		pthread_attr_setstacksize(&attr, 64 << 10);
		h->thread = !pthread_create(&h->reader, &attr, reader_main, h);
		pthread_attr_destroy(&attr);
		pthread_sigmask(SIG_SETMASK, &old, NULL);
		if (h->thread)
			epoll_ctl(h->poll_fd, EPOLL_CTL_DEL, h->fd, NULL);
	}
	pthread_mutex_unlock(&h->state);
}
