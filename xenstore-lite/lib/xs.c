/* SPDX-License-Identifier: BSD-2-Clause */
/* The calls of xenstore.h, each a request and what its reply means. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "handle.h"

struct xs_handle *xs_daemon_open(void)
{
	return xs_open(0);
}

/* The older names. */
struct xs_handle *xs_daemon_open_readonly(void) __attribute__((alias("xs_daemon_open")));
struct xs_handle *xs_domain_open(void) __attribute__((alias("xs_daemon_open")));

void xs_daemon_close(struct xs_handle *h)
{
	xs_close(h);
}

/* Free it, and leave errno as it is. */
static void drop(void *p)
{
	int err = errno;

	free(p);
	errno = err;
}

static bool done(char *reply)
{
	bool ok = reply != NULL;

	drop(reply);
	return ok;
}

void *xs_read(struct xs_handle *h, xs_transaction_t t, const char *path, unsigned int *len)
{
	return handle_ask(h, t, XS_READ, len, NULL, 0, "%s", path);
}

bool xs_write(struct xs_handle *h, xs_transaction_t t, const char *path, const void *data,
	      unsigned int len)
{
	return done(handle_ask(h, t, XS_WRITE, NULL, data, len, "%s", path));
}

bool xs_mkdir(struct xs_handle *h, xs_transaction_t t, const char *path)
{
	return done(handle_ask(h, t, XS_MKDIR, NULL, NULL, 0, "%s", path));
}

bool xs_rm(struct xs_handle *h, xs_transaction_t t, const char *path)
{
	return done(handle_ask(h, t, XS_RM, NULL, NULL, 0, "%s", path));
}

bool xs_restrict(struct xs_handle *h, unsigned int domid)
{
	(void)h;
	(void)domid;
	errno = ENOSYS;
	return false;
}

static unsigned int count_strings(const char *strings, unsigned int len)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < len; i++)
		n += !strings[i];
	return n;
}

/* len bytes of NUL-terminated strings as an array of pointers and the strings in one block. */
static char **string_array(const char *strings, unsigned int len, unsigned int *num)
{
	char **a, *p;

	*num = count_strings(strings, len);
	a = malloc(*num * sizeof(*a) + len + 1);
	if (!a)
		return NULL;
	p = memcpy(a + *num, strings, len);
	for (unsigned int i = 0; i < *num; p += strlen(p) + 1)
		a[i++] = p;
	return a;
}

/* A listing too long for one message comes in parts, good as long as its generation stays. */
static char *directory_parts(struct xs_handle *h, xs_transaction_t t, const char *path,
			     unsigned int *len)
{
	char *all = NULL, *bigger, *part, generation[24] = "";
	unsigned int have = 0, size, skip;

	while ((part = handle_ask(h, t, XS_DIRECTORY_PART, &size, NULL, 0, "%s%c%u", path, 0,
				  have))) {
		if (have && strncmp(generation, part, sizeof(generation))) {
			have = 0;
			free(part);
			continue;
		}
		snprintf(generation, sizeof(generation), "%s", part);
		skip = (unsigned int)strlen(part) + 1;
		size -= skip < size ? skip : size;
		bigger = realloc(all, have + size + 1);
		if (bigger)
			memcpy(bigger + have, part + skip, size);
		drop(part);
		if (!bigger)
			break;
		all = bigger;
		have += size;
		/* The end of the list is an empty name. */
		if (!size || (!all[have - 1] && (have == 1 || !all[have - 2]))) {
			*len = have - (size > 0);
			return all;
		}
	}
	drop(all);
	return NULL;
}

char **xs_directory(struct xs_handle *h, xs_transaction_t t, const char *path, unsigned int *num)
{
	unsigned int len;
	char *names = handle_ask(h, t, XS_DIRECTORY, &len, NULL, 0, "%s", path), **a;

	if (!names && errno == E2BIG)
		names = directory_parts(h, t, path, &len);
	a = names ? string_array(names, len, num) : NULL;
	drop(names);
	return a;
}

struct xs_permissions *xs_get_permissions(struct xs_handle *h, xs_transaction_t t, const char *path,
					  unsigned int *num)
{
	unsigned int len;
	char *strings = handle_ask(h, t, XS_GET_PERMS, &len, NULL, 0, "%s", path);
	struct xs_permissions *perms;

	if (!strings)
		return NULL;
	*num = count_strings(strings, len);
	perms = calloc(*num + 1, sizeof(*perms));
	if (perms && !xs_strings_to_perms(perms, *num, strings)) {
		free(perms);
		perms = NULL;
		errno = EIO;
	}
	drop(strings);
	return perms;
}

bool xs_set_permissions(struct xs_handle *h, xs_transaction_t t, const char *path,
			struct xs_permissions *perms, unsigned int num_perms)
{
	char text[XENSTORE_PAYLOAD_MAX];
	size_t len = 0;

	for (unsigned int i = 0; i < num_perms; i++) {
		unsigned int p = perms[i].perms & (XS_PERM_READ | XS_PERM_WRITE);

		if (len + 16 > sizeof(text)) {
			errno = E2BIG;
			return false;
		}
		len += (size_t)snprintf(text + len, 16, "%c%u", "nrwb"[p], perms[i].id) + 1;
	}
	return done(handle_ask(h, t, XS_SET_PERMS, NULL, text, len, "%s", path));
}

bool xs_watch(struct xs_handle *h, const char *path, const char *token)
{
	handle_start_reader(h);
	return done(handle_ask(h, XBT_NULL, XS_WATCH, NULL, NULL, 0, "%s%c%s", path, 0, token));
}

bool xs_unwatch(struct xs_handle *h, const char *path, const char *token)
{
	bool ok =
		done(handle_ask(h, XBT_NULL, XS_UNWATCH, NULL, NULL, 0, "%s%c%s", path, 0, token));

	if (ok && (h->flags & XS_UNWATCH_FILTER))
		handle_drop_events(h, path, token);
	return ok;
}

int xs_fileno(struct xs_handle *h)
{
	return h->poll_fd;
}

static char **next_event(struct xs_handle *h, bool wait, unsigned int *num)
{
	struct message *m = handle_next_event(h, wait);
	char **a = m ? string_array(m->body, m->head.len, num) : NULL;

	drop(m);
	return a;
}

char **xs_check_watch(struct xs_handle *h)
{
	unsigned int num;

	return next_event(h, false, &num);
}

char **xs_read_watch(struct xs_handle *h, unsigned int *num)
{
	return next_event(h, true, num);
}

xs_transaction_t xs_transaction_start(struct xs_handle *h)
{
	char *id = handle_ask(h, XBT_NULL, XS_TRANSACTION_START, NULL, NULL, 0, "%s", "");
	unsigned long t = id ? strtoul(id, NULL, 10) : XBT_NULL;

	drop(id);
	return (xs_transaction_t)t;
}

bool xs_transaction_end(struct xs_handle *h, xs_transaction_t t, bool abort)
{
	return done(handle_ask(h, t, XS_TRANSACTION_END, NULL, NULL, 0, "%s", abort ? "F" : "T"));
}

bool xs_introduce_domain(struct xs_handle *h, unsigned int domid, unsigned long mfn,
			 unsigned int eventchn)
{
	return done(handle_ask(h, XBT_NULL, XS_INTRODUCE, NULL, NULL, 0, "%u%c%lu%c%u", domid, 0,
			       mfn, 0, eventchn));
}

bool xs_set_target(struct xs_handle *h, unsigned int domid, unsigned int target)
{
	return done(
		handle_ask(h, XBT_NULL, XS_SET_TARGET, NULL, NULL, 0, "%u%c%u", domid, 0, target));
}

static char *ask_domain(struct xs_handle *h, uint32_t type, unsigned int domid)
{
	return handle_ask(h, XBT_NULL, type, NULL, NULL, 0, "%u", domid);
}

bool xs_resume_domain(struct xs_handle *h, unsigned int domid)
{
	return done(ask_domain(h, XS_RESUME, domid));
}

bool xs_release_domain(struct xs_handle *h, unsigned int domid)
{
	return done(ask_domain(h, XS_RELEASE, domid));
}

char *xs_get_domain_path(struct xs_handle *h, unsigned int domid)
{
	return ask_domain(h, XS_GET_DOMAIN_PATH, domid);
}

bool xs_is_domain_introduced(struct xs_handle *h, unsigned int domid)
{
	char *s = ask_domain(h, XS_IS_DOMAIN_INTRODUCED, domid);
	bool yes = s && *s == 'T';

	drop(s);
	return yes;
}

char *xs_control_command(struct xs_handle *h, const char *cmd, void *data, unsigned int len)
{
	return handle_ask(h, XBT_NULL, XS_CONTROL, NULL, data, len, "%s", cmd);
}

char *xs_debug_command(struct xs_handle *h, const char *cmd, void *data, unsigned int len)
	__attribute__((alias("xs_control_command")));

int xs_suspend_evtchn_port(int domid)
{
	char path[64];
	struct xs_handle *h = xs_open(0);
	char *s;
	int port;

	if (!h)
		return -1;
	snprintf(path, sizeof(path), "/local/domain/%d/device/suspend/event-channel", domid);
	s = xs_read(h, XBT_NULL, path, NULL);
	port = s ? atoi(s) : -1;
	free(s);
	xs_close(h);
	return port;
}
