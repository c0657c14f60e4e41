/* SPDX-License-Identifier: BSD-2-Clause */
/* The calls: requests and what their replies mean, and what needs no connection. */
#include <argz.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "handle.h"

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

/* A listing too long for one message comes in parts, good as long as its generation stays. */
static char *directory_parts(struct xs_handle *h, xs_transaction_t t, const char *path,
			     unsigned int *len)
{
	char *all = NULL, *part, generation[24] = "";
	unsigned int size, skip;
	size_t have = 0;
	int err;

	while ((part = handle_ask(h, t, XS_DIRECTORY_PART, &size, NULL, 0, "%s%c%zu", path, 0,
				  have))) {
		if (have && strncmp(generation, part, sizeof(generation))) {
			have = 0;
			free(part);
			continue;
		}
		snprintf(generation, sizeof(generation), "%s", part);
		skip = (unsigned int)strlen(part) + 1;
		err = skip < size ? argz_append(&all, &have, part + skip, size - skip) : EIO;
		free(part);
		if (err) {
			errno = err;
			break;
		}
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
	char *strings = handle_ask(h, t, XS_DIRECTORY, &len, NULL, 0, "%s", path), **names;

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
	char *strings = handle_ask(h, t, XS_GET_PERMS, &len, NULL, 0, "%s", path);
	struct xs_permissions *perms;

	if (!strings)
		return NULL;
	*num = (unsigned int)argz_count(strings, len);
	perms = calloc(*num + 1, sizeof(*perms));
	if (perms && !xs_strings_to_perms(perms, *num, strings)) {
		free(perms);
		perms = NULL;
		errno = EIO;
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
	return done(handle_ask(h, t, XS_SET_PERMS, NULL, text, len, "%s", path));
}

xs_transaction_t xs_transaction_start(struct xs_handle *h)
{
	char *id = handle_ask(h, XBT_NULL, XS_TRANSACTION_START, NULL, NULL, 0, "%s", "");
	unsigned long t = id ? strtoul(id, NULL, 10) : XBT_NULL;

	free(id);
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

	free(s);
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
	struct xs_handle *h = xs_open(0);
	char *s = h ? handle_ask(h, XBT_NULL, XS_READ, NULL, NULL, 0,
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
	const char *s = getenv("XENSTORED_RUNDIR");

	return s ? s : "/run/xenstored";
}

const char *xs_daemon_socket(void)
{
	static char path[PATH_MAX];
	const char *own = getenv("XENSTORED_PATH");

	snprintf(path, sizeof(path), "%s/socket", xs_daemon_rundir());
	return own ? own : path;
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

	for (unsigned int i = 0; i < num; i++) {
		const char *letter = memchr(letters, *strings, sizeof(letters));
		const char *digits = letter ? strings + 1 : strings;
		char *end;
		unsigned long id = strtoul(digits, &end, 10);

		if (!letter || !isdigit((unsigned char)*digits) || *end || id > UINT_MAX) {
			errno = EINVAL;
			return false;
		}
		perms[i].id = (unsigned int)id;
		perms[i].perms = (unsigned int)(letter - letters);
		strings = end + 1;
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
