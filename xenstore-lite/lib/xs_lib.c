/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "xenstore.h"

const char *xs_daemon_rundir(void)
{
	const char *s = getenv("XENSTORED_RUNDIR");

	return s ? s : "/run/xenstored";
}

const char *xs_daemon_socket(void)
{
	static char path[4096];
	const char *s = getenv("XENSTORED_PATH");

	if (s)
		return s;
	if (snprintf(path, sizeof(path), "%s/socket", xs_daemon_rundir()) >= (int)sizeof(path))
		return NULL;
	return path;
}

const char *xs_daemon_socket_ro(void)
{
	return xs_daemon_socket();
}

bool xs_write_all(int fd, const void *data, unsigned int len)
{
	const char *p = data;

	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		len -= (unsigned int)n;
	}
	return true;
}

bool xs_strings_to_perms(struct xs_permissions *perms, unsigned int num, const char *strings)
{
	static const char letters[] = "nrwb";

	for (unsigned int i = 0; i < num; i++) {
		const char *letter = *strings ? strchr(letters, *strings) : NULL;
		char *end;
		unsigned long id;

		errno = 0;
		id = letter && strings[1] >= '0' && strings[1] <= '9'
			     ? strtoul(strings + 1, &end, 10)
			     : ULONG_MAX;
		if (id > UINT_MAX || errno || *end) {
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
