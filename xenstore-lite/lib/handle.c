/* SPDX-License-Identifier: BSD-2-Clause */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
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
	if (fd < 0 || !connect(fd, (struct sockaddr *)&sa, sizeof(sa)))
		return fd;
	err = errno;
	close(fd);
	errno = err;
	return -1;
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
	h->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	h->poll_fd = epoll_create1(EPOLL_CLOEXEC);
	h->fd = open_socket(xs_daemon_socket());
	err = errno;
	if (h->fd < 0 && !(flags & XS_OPEN_SOCKETONLY))
		h->fd = open_device();
	if (h->fd < 0 || h->event_fd < 0 || h->poll_fd < 0 ||
	    epoll_ctl(h->poll_fd, EPOLL_CTL_ADD, h->event_fd, &ev) ||
	    epoll_ctl(h->poll_fd, EPOLL_CTL_ADD, h->fd, &ev)) {
		err = h->fd < 0 ? err : errno;
		xs_daemon_destroy_postfork(h);
		errno = err;
		return NULL;
	}
	pthread_mutex_init(&h->request, NULL);
	pthread_mutex_init(&h->state, NULL);
	pthread_cond_init(&h->changed, NULL);
	return h;
}

/* No locks here: after fork() another thread may have held them, and is gone. */
void xs_daemon_destroy_postfork(struct xs_handle *h)
{
	const int fds[] = {h->fd, h->event_fd, h->poll_fd, h->stop_fd};
	struct message *m;

	for (int i = 0; i < 4; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	while ((m = h->events)) {
		h->events = m->next;
		free(m);
	}
	free(h->reply);
	free(h);
}

void xs_close(struct xs_handle *h)
{
	if (!h)
		return;
	if (h->stop_fd >= 0) {
		pthread_mutex_lock(&h->state);
		h->stopping = true;
		pthread_mutex_unlock(&h->state);
		eventfd_write(h->stop_fd, 1);
		pthread_join(h->reader, NULL);
	}
	pthread_cond_destroy(&h->changed);
	pthread_mutex_destroy(&h->state);
	pthread_mutex_destroy(&h->request);
	xs_daemon_destroy_postfork(h);
}

static bool read_all(int fd, void *data, size_t len)
{
	for (char *p = data; len;) {
		ssize_t n = read(fd, p, len);

		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (!n)
			errno = EBADF;
		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

/*
 * The next message; NULL with errno set, EAGAIN if there is none and it shall not
 * wait, or not any more. Only its beginning is ever waited for: it is sent whole.
 */
static struct message *read_message(struct xs_handle *h, bool wait)
{
	struct pollfd p[2] = {{.fd = h->fd, .events = POLLIN},
			      {.fd = h->stop_fd, .events = POLLIN}};
	struct xsd_sockmsg head;
	struct message *m;
	int n;

	do
		n = poll(p, 2, wait ? -1 : 0);
	while (n < 0 && errno == EINTR);
	if (!n || (n > 0 && p[1].revents))
		errno = EAGAIN;
	if (n <= 0 || p[1].revents || !read_all(h->fd, &head, sizeof(head)))
		return NULL;
	if (head.len > XENSTORE_PAYLOAD_MAX) {
		errno = EINVAL;
		return NULL;
	}
	m = calloc(1, sizeof(*m) + head.len + 1);
	if (!m)
		return NULL;
	m->head = head;
	if (read_all(h->fd, m->body, head.len))
		return m;
	n = errno;
	free(m);
	errno = n;
	return NULL;
}

/* One step towards a new message, state locked. False: nothing there (not waiting), or broken. */
static bool wait_for_message(struct xs_handle *h, bool wait)
{
	struct message *m;
	int err;

	if (h->broken || (h->reading && !wait)) {
		errno = h->broken ? h->broken : EAGAIN;
		return false;
	}
	if (h->reading) {
		pthread_cond_wait(&h->changed, &h->state);
		return true;
	}
	h->reading = true;
	pthread_mutex_unlock(&h->state);
	m = read_message(h, wait);
	err = errno;
	pthread_mutex_lock(&h->state);
	h->reading = false;
	if (!m && err != EAGAIN) {
		h->broken = err;
	} else if (m && m->head.type == XS_WATCH_EVENT) {
		*h->last_event = m;
		h->last_event = &m->next;
		eventfd_write(h->event_fd, 1);
	} else if (m) {
		free(h->reply);
		h->reply = m;
	}
	/* Someone else may have to be the reader now. */
	pthread_cond_broadcast(&h->changed);
	errno = err;
	return m;
}

static bool send_all(int fd, const char *p, size_t len)
{
	while (len) {
		ssize_t n = send(fd, p, len, MSG_NOSIGNAL);

		if (n < 0 && errno == ENOTSOCK)
			n = write(fd, p, len);
		if (n < 0 && errno != EINTR)
			return false;
		p += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return true;
}

static int error_number(const char *name)
{
	for (size_t i = 0; i < sizeof(xsd_errors) / sizeof(xsd_errors[0]); i++)
		if (!strcmp(xsd_errors[i].errstring, name))
			return xsd_errors[i].errnum;
	return EINVAL;
}

/* Send a whole message, and take the reply to it. */
static struct message *exchange(struct xs_handle *h, const char *msg, size_t len)
{
	struct message *m;
	int err;

	pthread_mutex_lock(&h->request);
	err = send_all(h->fd, msg, len) ? 0 : errno;
	pthread_mutex_lock(&h->state);
	while (!err && !h->reply)
		if (!wait_for_message(h, true))
			err = errno;
	if (err)
		h->broken = err;
	m = h->reply;
	h->reply = NULL;
	pthread_mutex_unlock(&h->state);
	pthread_mutex_unlock(&h->request);
	errno = err;
	return m;
}

char *handle_ask(struct xs_handle *h, uint32_t tx, uint32_t type, unsigned int *len,
		 const void *data, size_t size, const char *fmt, ...)
{
	char msg[sizeof(struct xsd_sockmsg) + XENSTORE_PAYLOAD_MAX];
	struct xsd_sockmsg head = {.type = type, .tx_id = tx};
	char *text = msg + sizeof(head);
	struct message *m;
	va_list ap;
	size_t n;

	va_start(ap, fmt);
	n = (size_t)vsnprintf(text, XENSTORE_PAYLOAD_MAX, fmt, ap) + 1;
	va_end(ap);
	if (n > XENSTORE_PAYLOAD_MAX || size > XENSTORE_PAYLOAD_MAX - n) {
		errno = E2BIG;
		return NULL;
	}
	if (size)
		memcpy(text + n, data, size);
	head.len = (uint32_t)(n + size);
	memcpy(msg, &head, sizeof(head));
	m = exchange(h, msg, sizeof(head) + head.len);
	if (!m)
		return NULL;
	if (m->head.type != type) {
		int err = m->head.type == XS_ERROR ? error_number(m->body) : EIO;

		free(m);
		errno = err;
		return NULL;
	}
	/* Zero on success: programs have come to count on it. */
	errno = 0;
	n = m->head.len;
	if (len)
		*len = (unsigned int)n;
	return memmove((char *)m, m->body, n + 1);
}

struct message *handle_next_event(struct xs_handle *h, bool wait)
{
	struct message *m;
	eventfd_t count;
	int err = 0;

	pthread_mutex_lock(&h->state);
	while (!h->events && !err)
		if (!wait_for_message(h, wait))
			err = errno;
	m = h->events;
	if (m)
		h->events = m->next;
	if (!h->events) {
		h->last_event = &h->events;
		eventfd_read(h->event_fd, &count);
	}
	pthread_mutex_unlock(&h->state);
	errno = err;
	return m;
}

void handle_drop_events(struct xs_handle *h, const char *path, const char *token)
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

void handle_start_reader(struct xs_handle *h)
{
	sigset_t all, old;
	pthread_attr_t attr;

	pthread_mutex_lock(&h->state);
	if (h->stop_fd < 0 && !(h->flags & XS_OPEN_NO_THREAD) &&
	    (h->stop_fd = eventfd(0, EFD_CLOEXEC)) >= 0) {
		/* The program's signals are for its own threads. */
		sigfillset(&all);
		pthread_sigmask(SIG_SETMASK, &all, &old);
		pthread_attr_init(&attr);
		pthread_attr_setstacksize(&attr, 64 << 10);
		if (!pthread_create(&h->reader, &attr, reader_main, h)) {
			epoll_ctl(h->poll_fd, EPOLL_CTL_DEL, h->fd, NULL);
		} else {
			close(h->stop_fd);
			h->stop_fd = -1;
		}
		pthread_attr_destroy(&attr);
		pthread_sigmask(SIG_SETMASK, &old, NULL);
	}
	pthread_mutex_unlock(&h->state);
}
