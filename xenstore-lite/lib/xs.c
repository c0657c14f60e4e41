/* SPDX-License-Identifier: BSD-2-Clause */
/* The calls of xenstore.h, each a request and what its reply means. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "handle.h"

#define TEXT(s)                                                              \
	{                                                                    \
		.iov_base = (void *)(uintptr_t)(s), .iov_len = strlen(s) + 1 \
	}

struct xs_handle *xs_daemon_open(void)
{
	return xs_open(0);
}

struct xs_handle *xs_daemon_open_readonly(void)
{
	return xs_open(0);
}

struct xs_handle *xs_domain_open(void)
{
	return xs_open(0);
}

void xs_daemon_close(struct xs_handle *h)
{
	xs_close(h);
}

static bool done(struct message *m)
{
	bool answered = m;
	int err = errno;

	free(m);
	errno = err;
	return answered;
}

/* One string sent, the reply's bytes moved to the front of its block. */
static char *ask(struct xs_handle *h, xs_transaction_t t, uint32_t type, const char *arg,
		 unsigned int *len)
{
	struct iovec iov = TEXT(arg);
	struct message *m = xs_talk(h, t, type, &iov, 1);
	unsigned int n;

	if (!m)
		return NULL;
	n = m->head.len;
	if (len)
		*len = n;
	return memmove((char *)m, m->body, n + 1);
}

static bool tell(struct xs_handle *h, xs_transaction_t t, uint32_t type, const char *arg)
{
	struct iovec iov = TEXT(arg);

	return done(xs_talk(h, t, type, &iov, 1));
}

void *xs_read(struct xs_handle *h, xs_transaction_t t, const char *path, unsigned int *len)
{
	return ask(h, t, XS_READ, path, len);
}

bool xs_write(struct xs_handle *h, xs_transaction_t t, const char *path, const void *data,
	      unsigned int len)
{
	struct iovec iov[2] = {TEXT(path), {.iov_base = (void *)(uintptr_t)data, .iov_len = len}};

	return done(xs_talk(h, t, XS_WRITE, iov, 2));
}

bool xs_mkdir(struct xs_handle *h, xs_transaction_t t, const char *path)
{
	return tell(h, t, XS_MKDIR, path);
}

bool xs_rm(struct xs_handle *h, xs_transaction_t t, const char *path)
{
	return tell(h, t, XS_RM, path);
}

bool xs_restrict(struct xs_handle *h, unsigned int domid)
{
	(void)h;
	(void)domid;
	errno = ENOSYS;
	return false;
}

/* len bytes of NUL-terminated strings as an array of pointers and the strings in one block. */
static char **string_array(const char *strings, unsigned int len, unsigned int *num)
{
	unsigned int n = 0, i = 0;
	char **a, *p;

	for (unsigned int k = 0; k < len; k++)
		n += !strings[k];
	a = malloc(n * sizeof(*a) + len + 1);
	if (!a)
		return NULL;
	p = memcpy(a + n, strings, len);
	for (char *end = p + len; p < end && i < n; p += strlen(p) + 1)
		a[i++] = p;
	*num = n;
	return a;
}

/* A listing too long for one message comes in parts, good as long as its generation stays. */
static char *directory_parts(struct xs_handle *h, xs_transaction_t t, const char *path,
			     unsigned int *len)
{
	char *all = NULL, generation[24] = "";
	unsigned int have = 0;

	for (;;) {
		char offset[16];
		struct iovec iov[2] = {TEXT(path), {0}};
		struct message *m;
		size_t skip, part;
		bool last;
		char *bigger;

		snprintf(offset, sizeof(offset), "%u", have);
		iov[1] = (struct iovec)TEXT(offset);
		m = xs_talk(h, t, XS_DIRECTORY_PART, iov, 2);
		if (!m)
			break;
		skip = strlen(m->body) + 1;
		if (skip > m->head.len) {
			free(m);
			errno = EIO;
			break;
		}
		if (have && strncmp(generation, m->body, sizeof(generation))) {
			free(m);
			have = 0;
			continue;
		}
		snprintf(generation, sizeof(generation), "%s", m->body);
		part = m->head.len - skip;
		/* The end of the list is an empty name. */
		last = part && !m->body[skip + part - 1] &&
		       (part == 1 || !m->body[skip + part - 2]);
		part -= last;
		bigger = realloc(all, have + part + 1);
		if (bigger) {
			all = bigger;
			memcpy(all + have, m->body + skip, part);
			have += (unsigned int)part;
		}
		free(m);
		if (!bigger)
			break;
		if (last || !part) {
			*len = have;
			return all;
		}
	}
	int err = errno;

	free(all);
	errno = err;
	return NULL;
}

char **xs_directory(struct xs_handle *h, xs_transaction_t t, const char *path, unsigned int *num)
{
	unsigned int len;
	char *strings = ask(h, t, XS_DIRECTORY, path, &len), **a;

	if (!strings && errno == E2BIG)
		strings = directory_parts(h, t, path, &len);
	if (!strings)
		return NULL;
	a = string_array(strings, len, num);
	free(strings);
	return a;
}

struct xs_permissions *xs_get_permissions(struct xs_handle *h, xs_transaction_t t, const char *path,
					  unsigned int *num)
{
	struct xs_permissions *perms;
	unsigned int len, n = 0;
	char *strings = ask(h, t, XS_GET_PERMS, path, &len);

	if (!strings)
		return NULL;
	for (unsigned int i = 0; i < len; i++)
		n += !strings[i];
	perms = calloc(n + 1, sizeof(*perms));
	if (perms && !xs_strings_to_perms(perms, n, strings)) {
		free(perms);
		perms = NULL;
		errno = EIO;
	}
	*num = n;
	free(strings);
	return perms;
}

bool xs_set_permissions(struct xs_handle *h, xs_transaction_t t, const char *path,
			struct xs_permissions *perms, unsigned int num_perms)
{
	char text[XENSTORE_PAYLOAD_MAX];
	size_t len = 0;
	struct iovec iov[2] = {TEXT(path), {.iov_base = text}};

	for (unsigned int i = 0; i < num_perms; i++) {
		unsigned int p = perms[i].perms & (XS_PERM_READ | XS_PERM_WRITE);

		if (len + 16 > sizeof(text)) {
			errno = E2BIG;
			return false;
		}
		len += (size_t)snprintf(text + len, 16, "%c%u", "nrwb"[p], perms[i].id) + 1;
	}
	iov[1].iov_len = len;
	return done(xs_talk(h, t, XS_SET_PERMS, iov, 2));
}

bool xs_watch(struct xs_handle *h, const char *path, const char *token)
{
	struct iovec iov[2] = {TEXT(path), TEXT(token)};

	xs_start_reader(h);
	return done(xs_talk(h, XBT_NULL, XS_WATCH, iov, 2));
}

bool xs_unwatch(struct xs_handle *h, const char *path, const char *token)
{
	struct iovec iov[2] = {TEXT(path), TEXT(token)};
	bool ok = done(xs_talk(h, XBT_NULL, XS_UNWATCH, iov, 2));

	if (ok && (h->flags & XS_UNWATCH_FILTER))
		xs_drop_events(h, path, token);
	return ok;
}

int xs_fileno(struct xs_handle *h)
{
	return h->poll_fd;
}

static char **event_strings(struct message *m, unsigned int *num)
{
	char **a = m ? string_array(m->body, m->head.len, num) : NULL;
	int err = errno;

	free(m);
	errno = err;
	return a;
}

char **xs_check_watch(struct xs_handle *h)
{
	unsigned int num;

	return event_strings(xs_next_event(h, false), &num);
}

char **xs_read_watch(struct xs_handle *h, unsigned int *num)
{
	return event_strings(xs_next_event(h, true), num);
}

xs_transaction_t xs_transaction_start(struct xs_handle *h)
{
	char *id = ask(h, XBT_NULL, XS_TRANSACTION_START, "", NULL);
	unsigned long t = id ? strtoul(id, NULL, 10) : XBT_NULL;

	free(id);
	return (xs_transaction_t)t;
}

bool xs_transaction_end(struct xs_handle *h, xs_transaction_t t, bool abort)
{
	return tell(h, t, XS_TRANSACTION_END, abort ? "F" : "T");
}

bool xs_introduce_domain(struct xs_handle *h, unsigned int domid, unsigned long mfn,
			 unsigned int eventchn)
{
	char id[16], frame[24], port[16];

	snprintf(id, sizeof(id), "%u", domid);
	snprintf(frame, sizeof(frame), "%lu", mfn);
	snprintf(port, sizeof(port), "%u", eventchn);
	struct iovec iov[3] = {TEXT(id), TEXT(frame), TEXT(port)};

	return done(xs_talk(h, XBT_NULL, XS_INTRODUCE, iov, 3));
}

bool xs_set_target(struct xs_handle *h, unsigned int domid, unsigned int target)
{
	char id[16], other[16];

	snprintf(id, sizeof(id), "%u", domid);
	snprintf(other, sizeof(other), "%u", target);
	struct iovec iov[2] = {TEXT(id), TEXT(other)};

	return done(xs_talk(h, XBT_NULL, XS_SET_TARGET, iov, 2));
}

static char *ask_domain(struct xs_handle *h, uint32_t type, unsigned int domid)
{
	char id[16];

	snprintf(id, sizeof(id), "%u", domid);
	return ask(h, XBT_NULL, type, id, NULL);
}

bool xs_resume_domain(struct xs_handle *h, unsigned int domid)
{
	return done((struct message *)ask_domain(h, XS_RESUME, domid));
}

bool xs_release_domain(struct xs_handle *h, unsigned int domid)
{
	return done((struct message *)ask_domain(h, XS_RELEASE, domid));
}

char *xs_get_domain_path(struct xs_handle *h, unsigned int domid)
{
	return ask_domain(h, XS_GET_DOMAIN_PATH, domid);
}

bool xs_is_domain_introduced(struct xs_handle *h, unsigned int domid)
{
	char *s = ask_domain(h, XS_IS_DOMAIN_INTRODUCED, domid);
	bool yes = s && *s == 'T';

	free(s);
	return yes;
}

char *xs_control_command(struct xs_handle *h, const char *cmd, void *data, unsigned int len)
{
	struct iovec iov[2] = {TEXT(cmd), {.iov_base = data, .iov_len = len}};
	struct message *m = xs_talk(h, XBT_NULL, XS_CONTROL, iov, 2);

	return m ? memmove((char *)m, m->body, m->head.len + 1) : NULL;
}

char *xs_debug_command(struct xs_handle *h, const char *cmd, void *data, unsigned int len)
{
	return xs_control_command(h, cmd, data, len);
}

int xs_suspend_evtchn_port(int domid)
{
	char path[64];
	struct xs_handle *h = xs_open(0);
	char *s;
	int port = -1;

	if (!h)
		return -1;
	snprintf(path, sizeof(path), "/local/domain/%d/device/suspend/event-channel", domid);
	s = xs_read(h, XBT_NULL, path, NULL);
	if (s)
		port = atoi(s);
	free(s);
	xs_close(h);
	return port;
}
