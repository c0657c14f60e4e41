/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_file(struct guest_log *log)
{
	struct stat st;

	log->fd = open(log->path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (log->fd < 0)
		return -errno;
	log->size = fstat(log->fd, &st) < 0 ? 0 : (size_t)st.st_size;
	return 0;
}

int guest_log_open(struct guest_log *log, const char *dir, const char *name, size_t limit)
{
	int dir_len, n;

	log->fd = -1;
	log->limit = limit;
	dir_len = snprintf(log->path, sizeof(log->path), "%s/guest-", dir);
	if (dir_len < 0 || dir_len >= (int)sizeof(log->path))
		return -ENAMETOOLONG;
	n = snprintf(log->path + dir_len, sizeof(log->path) - (size_t)dir_len, "%s.log", name);
	if (n < 0 || n >= (int)sizeof(log->path) - dir_len)
		return -ENAMETOOLONG;
	for (char *c = log->path + dir_len; *c; c++)
		if (*c == '/' || (unsigned char)*c < ' ')
			*c = '_';
	return open_file(log);
}

static void rotate(struct guest_log *log)
{
	char old[PATH_MAX + 2];

	close(log->fd);
	snprintf(old, sizeof(old), "%s.1", log->path);
	/* When the old one stays in place the new one is cut: the bound holds. */
	if (rename(log->path, old) < 0 && truncate(log->path, 0) < 0) {
		log->fd = -1;
		return;
	}
	open_file(log);
}

void guest_log_write(struct guest_log *log, const uint8_t *data, size_t len)
{
	if (log->fd < 0)
		return;
	if (log->size && log->size + len > log->limit)
		rotate(log);
	/* A full disk must not hold up the guest: what does not fit is lost. */
	if (log->fd >= 0 && write(log->fd, data, len) > 0)
		log->size += len;
}

void guest_log_reopen(struct guest_log *log)
{
	if (log->fd < 0)
		return;
	close(log->fd);
	open_file(log);
}

void guest_log_close(struct guest_log *log)
{
	if (log->fd >= 0)
		close(log->fd);
	log->fd = -1;
}
