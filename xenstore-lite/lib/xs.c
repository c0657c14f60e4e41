/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The client library: a connection to the store, that is one stream of replies and events,
 * shared by threads; the requests over it; and what needs no connection.
 */
#include <argz.h>
#include <ctype.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "xenstore.h"

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
 * once with state unlocked, files what has come, and hands on.
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

/* Connect to a socket or, unless that alone is wanted, open a device. */
static int open_path(const char *path, unsigned long flags)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	struct stat st;
	int fd;

	if (!(flags & XS_OPEN_SOCKETONLY) && !stat(path, &st) && S_ISCHR(st.st_mode))
		return open(path, O_RDWR | O_CLOEXEC);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (snprintf(sa.sun_path, sizeof(sa.sun_path), "%s", path) >= (int)sizeof(sa.sun_path))
		errno = EINVAL;
	else if (fd < 0 || !connect(fd, (struct sockaddr *)&sa, sizeof(sa)))
		return fd;
	close(fd);
	return -1;
}

/* The kernel's device is for who has no socket. On failure errno tells about the socket. */
static int open_store(unsigned long flags)
{
	const char *const devices[] = {"/dev/xen/xenbus", "/proc/xen/xenbus"};
	int fd = open_path(xs_daemon_socket(), flags), err = errno;

	for (int i = 0; fd < 0 && i < 2 && !(flags & XS_OPEN_SOCKETONLY); i++)
		fd = open_path(devices[i], flags);
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
	h->fd = open_store(flags);
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
	ssize_t n = 1;
	int err;

	if (h->broken || (h->reading && !wait))
		return h->broken ? h->broken : EAGAIN;
	if (h->reading)
		return pthread_cond_wait(&h->changed, &h->state);
	h->reading = true;
	pthread_mutex_unlock(&h->state);
	/* Who waits may as well do so in read(), unless xs_close() has to wake a thread. */
	if (!wait || h->has_thread)
		n = poll(p, 2, wait ? -1 : 0);
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

/*
 * Send a request and wait for its reply, which is one block with a NUL behind its
 * *len bytes (len may be NULL); NULL with errno set, also for an error reply. The
 * payload is what printf() makes of fmt, a NUL, and size bytes of data. Any thread
 * may call it.
 */
__attribute__((format(printf, 7, 8))) static char *ask(struct xs_handle *h, uint32_t tx,
						       uint32_t type, unsigned int *len,
						       const void *data, size_t size,
						       const char *fmt, ...)
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

/* Whether there was a reply, if that is all it tells; frees it. */
static bool done(char *reply)
{
	free(reply);
	return reply != NULL;
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

/* The reader thread: it waits for a message that never comes, and so reads all others. */
static void *thread_main(void *h)
{
	struct message *none = NULL;

	return take(h, &none, true);
}

bool xs_watch(struct xs_handle *h, const char *path, const char *token)
{
	sigset_t all, own;

	pthread_mutex_lock(&h->state);
	if (!h->has_thread && !(h->flags & XS_OPEN_NO_THREAD)) {
		/* The program's signals are for its own threads. */
		sigfillset(&all);
		pthread_sigmask(SIG_SETMASK, &all, &own);
		h->has_thread = !pthread_create(&h->thread, NULL, thread_main, h);
		pthread_sigmask(SIG_SETMASK, &own, NULL);
		if (h->has_thread)
			epoll_ctl(h->poll_fd, EPOLL_CTL_DEL, h->fd, NULL);
	}
	pthread_mutex_unlock(&h->state);
	return done(ask(h, XBT_NULL, XS_WATCH, NULL, NULL, 0, "%s%c%s", path, 0, token));
}

bool xs_unwatch(struct xs_handle *h, const char *path, const char *token)
{
	struct message **p = &h->events;

	if (!done(ask(h, XBT_NULL, XS_UNWATCH, NULL, NULL, 0, "%s%c%s", path, 0, token)))
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

/* ---- the requests, and what their replies mean ---- */

void *xs_read(struct xs_handle *h, xs_transaction_t t, const char *path, unsigned int *len)
{
	return ask(h, t, XS_READ, len, NULL, 0, "%s", path);
}

bool xs_write(struct xs_handle *h, xs_transaction_t t, const char *path, const void *data,
	      unsigned int len)
{
	return done(ask(h, t, XS_WRITE, NULL, data, len, "%s", path));
}

bool xs_mkdir(struct xs_handle *h, xs_transaction_t t, const char *path)
{
	return done(ask(h, t, XS_MKDIR, NULL, NULL, 0, "%s", path));
}

bool xs_rm(struct xs_handle *h, xs_transaction_t t, const char *path)
{
	return done(ask(h, t, XS_RM, NULL, NULL, 0, "%s", path));
}

bool xs_restrict(struct xs_handle *h, unsigned int domid)
{
	(void)h;
	(void)domid;
	errno = ENOSYS;
	return false;
}

/* A listing too long for one message comes in parts, good as long as its generation stays. */
static char *directory_parts(struct xs_handle *h, xs_transaction_t t, const char *path,
			     unsigned int *len)
{
	char *all = NULL, *part, generation[24] = "";
	unsigned int size, skip;
	size_t have = 0;

	while ((part = ask(h, t, XS_DIRECTORY_PART, &size, NULL, 0, "%s%c%zu", path, 0, have))) {
		if (have && strncmp(generation, part, sizeof(generation))) {
			have = 0;
			free(part);
			continue;
		}
		snprintf(generation, sizeof(generation), "%s", part);
		skip = (unsigned int)strlen(part) + 1;
		errno = skip < size ? argz_append(&all, &have, part + skip, size - skip) : EIO;
		free(part);
		if (errno)
			break;
		/* The end of the list is an empty name. */
		if (!all[have - 1] && (have == 1 || !all[have - 2])) {
			*len = (unsigned int)have - 1;
			return all;
		}
	}
	free(all);
	return NULL;
}

char **xs_directory(struct xs_handle *h, xs_transaction_t t, const char *path, unsigned int *num)
{
	unsigned int len;
	char *strings = ask(h, t, XS_DIRECTORY, &len, NULL, 0, "%s", path), **names;

	if (!strings && errno == E2BIG)
		strings = directory_parts(h, t, path, &len);
	if (!strings)
		return NULL;
	*num = (unsigned int)argz_count(strings, len);
	names = malloc((*num + 1) * sizeof(*names) + len + 1);
	if (names)
		argz_extract(memcpy(names + *num + 1, strings, len + 1), len, names);
	free(strings);
	return names;
}

struct xs_permissions *xs_get_permissions(struct xs_handle *h, xs_transaction_t t, const char *path,
					  unsigned int *num)
{
	unsigned int len;
	char *strings = ask(h, t, XS_GET_PERMS, &len, NULL, 0, "%s", path);
	struct xs_permissions *perms;

	if (!strings)
		return NULL;
	*num = (unsigned int)argz_count(strings, len);
	perms = calloc(*num + 1, sizeof(*perms));
	if (perms && !xs_strings_to_perms(perms, *num, strings)) {
		free(perms);
		perms = NULL;
	}
	free(strings);
	return perms;
}

bool xs_set_permissions(struct xs_handle *h, xs_transaction_t t, const char *path,
			struct xs_permissions *perms, unsigned int num_perms)
{
	char text[XENSTORE_PAYLOAD_MAX];
	size_t len = 0;

	/* What does not fit here does not fit into a request, which is where it is refused. */
	for (unsigned int i = 0; i < num_perms && len < sizeof(text); i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%c%u%c",
					"nrwb"[perms[i].perms & 3], perms[i].id, 0);
	return done(ask(h, t, XS_SET_PERMS, NULL, text, len, "%s", path));
}

xs_transaction_t xs_transaction_start(struct xs_handle *h)
{
	char *id = ask(h, XBT_NULL, XS_TRANSACTION_START, NULL, NULL, 0, "%s", "");
	unsigned long t = id ? strtoul(id, NULL, 10) : XBT_NULL;

	free(id);
	return (xs_transaction_t)t;
}

bool xs_transaction_end(struct xs_handle *h, xs_transaction_t t, bool abort)
{
	return done(ask(h, t, XS_TRANSACTION_END, NULL, NULL, 0, "%s", abort ? "F" : "T"));
}

bool xs_introduce_domain(struct xs_handle *h, unsigned int domid, unsigned long mfn,
			 unsigned int eventchn)
{
	return done(ask(h, XBT_NULL, XS_INTRODUCE, NULL, NULL, 0, "%u%c%lu%c%u", domid, 0, mfn, 0,
			eventchn));
}

bool xs_set_target(struct xs_handle *h, unsigned int domid, unsigned int target)
{
	return done(ask(h, XBT_NULL, XS_SET_TARGET, NULL, NULL, 0, "%u%c%u", domid, 0, target));
}

bool xs_resume_domain(struct xs_handle *h, unsigned int domid)
{
	return done(ask(h, XBT_NULL, XS_RESUME, NULL, NULL, 0, "%u", domid));
}

bool xs_release_domain(struct xs_handle *h, unsigned int domid)
{
	return done(ask(h, XBT_NULL, XS_RELEASE, NULL, NULL, 0, "%u", domid));
}

char *xs_get_domain_path(struct xs_handle *h, unsigned int domid)
{
	return ask(h, XBT_NULL, XS_GET_DOMAIN_PATH, NULL, NULL, 0, "%u", domid);
}

bool xs_is_domain_introduced(struct xs_handle *h, unsigned int domid)
{
	char *s = ask(h, XBT_NULL, XS_IS_DOMAIN_INTRODUCED, NULL, NULL, 0, "%u", domid);
	bool yes = s && *s == 'T';

	free(s);
	return yes;
}

char *xs_control_command(struct xs_handle *h, const char *cmd, void *data, unsigned int len)
{
	return ask(h, XBT_NULL, XS_CONTROL, NULL, data, len, "%s", cmd);
}

char *xs_debug_command(struct xs_handle *h, const char *cmd, void *data, unsigned int len)
	__attribute__((alias("xs_control_command")));

int xs_suspend_evtchn_port(int domid)
{
	struct xs_handle *h = xs_open(0);
	char *s = h ? ask(h, XBT_NULL, XS_READ, NULL, NULL, 0,
			  "/local/domain/%d/device/suspend/event-channel", domid)
		    : NULL;
	int port = s ? atoi(s) : -1;

	free(s);
	xs_close(h);
	return port;
}

/* ---- what needs no connection ---- */

const char *xs_daemon_rundir(void)
{
	return getenv("XENSTORED_RUNDIR") ?: "/run/xenstored";
}

const char *xs_daemon_socket(void)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/socket", xs_daemon_rundir());
	return getenv("XENSTORED_PATH") ?: path;
}

const char *xs_daemon_socket_ro(void) __attribute__((alias("xs_daemon_socket")));

bool xs_write_all(int fd, const void *data, unsigned int len)
{
	for (const char *p = data; len;) {
		/* A socket's other end may be gone: no reason to kill the program. */
		ssize_t n = TEMP_FAILURE_RETRY(send(fd, p, len, MSG_NOSIGNAL));

		if (n < 0 && errno == ENOTSOCK)
			n = TEMP_FAILURE_RETRY(write(fd, p, len));
		if (n <= 0)
			return false;
		p += n;
		len -= (unsigned int)n;
	}
	return true;
}

bool xs_strings_to_perms(struct xs_permissions *perms, unsigned int num, const char *strings)
{
	static const char letters[4] = "nrwb";

	for (char *end; num--; strings = end + 1, perms++) {
		const char *letter = memchr(letters, *strings, sizeof(letters));
		bool number = letter && isdigit((unsigned char)strings[1]);
		unsigned long id = number ? strtoul(strings + 1, &end, 10) : ULONG_MAX;

		if (id > UINT_MAX || *end) {
			errno = EINVAL;
			return false;
		}
		perms->id = (unsigned int)id;
		perms->perms = (unsigned int)(letter - letters);
	}
	return true;
}

bool xs_path_is_subpath(const char *parent, const char *child)
{
	size_t len = strlen(parent);

	if (len && parent[len - 1] == '/')
		len--; /* "/" is above everything that starts with it */
	return !strncmp(parent, child, len) && (child[len] == '/' || !child[len]);
}
