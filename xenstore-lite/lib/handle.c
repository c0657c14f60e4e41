/* SPDX-License-Identifier: BSD-2-Clause */
/* A connection to the store: one stream of replies and events, shared by threads. */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "handle.h"

/* A message as it is sent. */
struct packet {
	struct xsd_sockmsg head;
	char body[XENSTORE_PAYLOAD_MAX];
};

/* A message that has come, in the form in which an event is handed out. */
struct message {
	char *strings[2]; /* XS_WATCH_PATH and XS_WATCH_TOKEN, both in body */
	struct message *next;
	struct xsd_sockmsg head;
	char body[]; /* head.len bytes and two NULs, so that there are two strings in any case */
};

/*
 * Locks, outer first: request (one request at a time has its reply outstanding),
 * then state. Whoever waits for a message and finds no reader becomes it: reads
 * once with state unlocked, files what has come, and hands on. A reader thread is
 * simply a thread that always waits.
 */
struct xs_handle {
	int fd;
	int signal[2]; /* a byte is in [0] while events are queued; hung up: the thread shall end */
	int poll_fd;   /* for xs_fileno(): epoll over signal[0] and, if there is no thread, fd */
	unsigned long flags;
	pthread_mutex_t request, state;
	pthread_cond_t changed;
	bool reading; /* some thread is the reader, and owns in and have */
	bool has_thread;
	pthread_t thread;
	int broken;	  /* the connection is gone: the errno value that tells why */
	struct packet in; /* have bytes of it: what is not filed yet */
	size_t have;
	struct message *reply, *events, **last_event;
};

static int open_socket(const char *path)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (snprintf(sa.sun_path, sizeof(sa.sun_path), "%s", path) >= (int)sizeof(sa.sun_path))
		errno = EINVAL;
	else if (fd < 0 || !connect(fd, (struct sockaddr *)&sa, sizeof(sa)))
		return fd;
	close(fd);
	return -1;
}

/* The kernel's device, for who has no socket. On failure errno tells about the socket. */
static int open_device(void)
{
	const char *const paths[] = {xs_daemon_socket(), "/dev/xen/xenbus", "/proc/xen/xenbus"};
	int fd = -1, err = errno, i;
	struct stat st;

	/* What is named where the socket is looked for may be one, or anything else. */
	i = !stat(paths[0], &st) && S_ISCHR(st.st_mode) ? 0 : 1;
	while (fd < 0 && i < 3)
		fd = open(paths[i++], O_RDWR | O_CLOEXEC);
	errno = err;
	return fd;
}

struct xs_handle *xs_open(unsigned long flags)
{
	struct epoll_event ev = {.events = EPOLLIN};
	struct xs_handle *h = malloc(sizeof(*h));

	if (!h)
		return NULL;
	*h = (struct xs_handle){.flags = flags, .signal = {-1, -1}, .poll_fd = -1};
	h->last_event = &h->events;
	pthread_mutex_init(&h->request, NULL);
	pthread_mutex_init(&h->state, NULL);
	pthread_cond_init(&h->changed, NULL);
	h->fd = open_socket(xs_daemon_socket());
	if (h->fd < 0 && !(flags & XS_OPEN_SOCKETONLY))
		h->fd = open_device();
	if (h->fd >= 0 && !socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, h->signal) &&
	    (h->poll_fd = epoll_create1(EPOLL_CLOEXEC)) >= 0 &&
	    !epoll_ctl(h->poll_fd, EPOLL_CTL_ADD, h->signal[0], &ev) &&
	    !epoll_ctl(h->poll_fd, EPOLL_CTL_ADD, h->fd, &ev))
		return h;
	xs_daemon_destroy_postfork(h);
	return NULL;
}

struct xs_handle *xs_daemon_open(void)
{
	return xs_open(0);
}

/* The older names. */
struct xs_handle *xs_daemon_open_readonly(void) __attribute__((alias("xs_daemon_open")));
struct xs_handle *xs_domain_open(void) __attribute__((alias("xs_daemon_open")));

/* No locks here: after fork() another thread may have held them, and is gone. */
void xs_daemon_destroy_postfork(struct xs_handle *h)
{
	const int fds[] = {h->fd, h->poll_fd, h->signal[0], h->signal[1]};
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
	if (h && h->has_thread) {
		/* This reaches the thread even if a child has copies of the descriptors. */
		shutdown(h->signal[1], SHUT_RDWR);
		pthread_join(h->thread, NULL);
	}
	if (h)
		xs_daemon_destroy_postfork(h);
}

void xs_daemon_close(struct xs_handle *h) __attribute__((alias("xs_close")));

int xs_fileno(struct xs_handle *h)
{
	return h->poll_fd;
}

/* File the messages that are there whole, state locked; 0 or an error number. */
static int file_input(struct xs_handle *h)
{
	const struct xsd_sockmsg *head = &h->in.head;
	struct message *m;

	while (h->have >= sizeof(*head) && h->have - sizeof(*head) >= head->len) {
		m = calloc(1, sizeof(*m) + head->len + 2);
		if (!m)
			return ENOMEM;
		m->head = *head;
		memcpy(m->body, h->in.body, m->head.len);
		m->strings[XS_WATCH_PATH] = m->body;
		m->strings[XS_WATCH_TOKEN] = m->body + strlen(m->body) + 1;
		h->have -= sizeof(*head) + m->head.len;
		memmove(&h->in, h->in.body + m->head.len, h->have);
		if (m->head.type != XS_WATCH_EVENT) {
			free(h->reply);
			h->reply = m;
			continue;
		}
		if (!h->events)
			xs_write_all(h->signal[1], "", 1);
		*h->last_event = m;
		h->last_event = &m->next;
	}
	return h->have >= sizeof(*head) && head->len > XENSTORE_PAYLOAD_MAX ? EINVAL : 0;
}

/*
 * One step towards a new message, state locked: 0, or the error number that tells why
 * there will not be one; EAGAIN if nothing is there and it shall not wait.
 */
static int receive(struct xs_handle *h, bool wait)
{
	struct pollfd p[] = {{.fd = h->fd, .events = POLLIN}, {.fd = h->signal[0]}};
	/* Who waits may as well do so in read(), unless xs_close() has to wake a thread. */
	bool poll_first = !wait || h->has_thread;
	ssize_t n;
	int err;

	if (h->broken || (h->reading && !wait))
		return h->broken ? h->broken : EAGAIN;
	if (h->reading)
		return pthread_cond_wait(&h->changed, &h->state);
	h->reading = true;
	pthread_mutex_unlock(&h->state);
	n = poll_first ? poll(p, 2, wait ? -1 : 0) : 1;
	err = n < 0 ? errno : !n ? EAGAIN : p[1].revents ? ESHUTDOWN : 0;
	if (!err) {
		n = read(h->fd, (char *)&h->in + h->have, sizeof(h->in) - h->have);
		err = n > 0 ? 0 : n ? errno : EBADF;
		h->have += n > 0 ? (size_t)n : 0;
	}
	pthread_mutex_lock(&h->state);
	h->reading = false;
	err = err ? err : file_input(h);
	if (err != EAGAIN && err != EINTR)
		h->broken = err;
	/* Someone else may have to be the reader now. */
	pthread_cond_broadcast(&h->changed);
	return err == EINTR ? 0 : err;
}

/* Take a message out of the queue of events, or the reply; state locked. */
static struct message *unqueue(struct xs_handle *h, struct message **p)
{
	struct message *m = *p;
	char byte;

	*p = m->next;
	if (h->last_event == &m->next) {
		h->last_event = p;
		if (!h->events)
			recv(h->signal[0], &byte, 1, 0);
	}
	return m;
}

/* The first event or the reply, as soon as there is one; NULL with errno set. */
static struct message *take(struct xs_handle *h, struct message **p, bool wait)
{
	struct message *m;
	int err = 0;

	pthread_mutex_lock(&h->state);
	while (!*p && !err)
		err = receive(h, wait);
	m = *p ? unqueue(h, p) : NULL;
	pthread_mutex_unlock(&h->state);
	/* Zero on success: programs have come to count on it. */
	errno = m ? 0 : err;
	return m;
}

static int error_number(const char *name)
{
	for (size_t i = 0; i < sizeof(xsd_errors) / sizeof(xsd_errors[0]); i++)
		if (!strcmp(xsd_errors[i].errstring, name))
			return xsd_errors[i].errnum;
	return EINVAL;
}

char *handle_ask(struct xs_handle *h, uint32_t tx, uint32_t type, unsigned int *len,
		 const void *data, size_t size, const char *fmt, ...)
{
	struct message *m = NULL;
	struct packet out;
	va_list ap;
	size_t n;

	va_start(ap, fmt);
	n = (size_t)vsnprintf(out.body, sizeof(out.body), fmt, ap) + 1;
	va_end(ap);
	if (n > sizeof(out.body) || size > sizeof(out.body) - n) {
		errno = E2BIG;
		return NULL;
	}
	if (size)
		memcpy(out.body + n, data, size);
	out.head = (struct xsd_sockmsg){.type = type, .tx_id = tx, .len = (uint32_t)(n + size)};
	pthread_mutex_lock(&h->request);
	if (xs_write_all(h->fd, &out, (unsigned int)(sizeof(out.head) + n + size)))
		m = take(h, &h->reply, true);
	pthread_mutex_unlock(&h->request);
	if (m && m->head.type == type) {
		if (len)
			*len = m->head.len;
		return memmove(m, m->body, m->head.len + 1);
	}
	if (m)
		errno = m->head.type == XS_ERROR ? error_number(m->body) : EIO;
	free(m);
	return NULL;
}

/* A message begins with the strings of the event. */
char **xs_check_watch(struct xs_handle *h)
{
	return (char **)take(h, &h->events, false);
}

char **xs_read_watch(struct xs_handle *h, unsigned int *num)
{
	*num = 2;
	return (char **)take(h, &h->events, true);
}

static void *thread_main(void *arg)
{
	struct xs_handle *h = arg;

	pthread_mutex_lock(&h->state);
	while (!receive(h, true))
		;
	pthread_mutex_unlock(&h->state);
	return NULL;
}

bool xs_watch(struct xs_handle *h, const char *path, const char *token)
{
	pthread_attr_t attr;
	sigset_t all;

	pthread_mutex_lock(&h->state);
	if (!h->has_thread && !(h->flags & XS_OPEN_NO_THREAD)) {
		/* The program's signals are for its own threads. */
		sigfillset(&all);
		pthread_attr_init(&attr);
		pthread_attr_setsigmask_np(&attr, &all);
		pthread_attr_setstacksize(&attr, 64 << 10);
		h->has_thread = !pthread_create(&h->thread, &attr, thread_main, h);
		pthread_attr_destroy(&attr);
		if (h->has_thread)
			epoll_ctl(h->poll_fd, EPOLL_CTL_DEL, h->fd, NULL);
	}
	pthread_mutex_unlock(&h->state);
	return done(handle_ask(h, XBT_NULL, XS_WATCH, NULL, NULL, 0, "%s%c%s", path, 0, token));
}

bool xs_unwatch(struct xs_handle *h, const char *path, const char *token)
{
	struct message **p = &h->events;

	if (!done(handle_ask(h, XBT_NULL, XS_UNWATCH, NULL, NULL, 0, "%s%c%s", path, 0, token)))
		return false;
	/* Who wants it so never hears of the watch again. */
	pthread_mutex_lock(&h->state);
	while (*p && (h->flags & XS_UNWATCH_FILTER))
		if (!strcmp((*p)->strings[XS_WATCH_TOKEN], token) &&
		    xs_path_is_subpath(path, (*p)->strings[XS_WATCH_PATH]))
			free(unqueue(h, p));
		else
			p = &(*p)->next;
	pthread_mutex_unlock(&h->state);
	return true;
}
