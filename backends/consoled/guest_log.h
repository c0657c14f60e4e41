/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest's console as a file, guest-NAME.log. A guest decides how much it
 * prints, so the file is bounded: at the limit it becomes NAME.log.1 and a
 * new one begins.
 */
#ifndef CONSOLED_GUEST_LOG_H
#define CONSOLED_GUEST_LOG_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

struct guest_log {
	int fd; /* -1: none */
	size_t size, limit;
	char path[PATH_MAX];
};

/* Appends to what an earlier daemon left. A '/' in the name becomes '_': a
 * name must not choose the directory. 0 or a negative errno. */
int guest_log_open(struct guest_log *log, const char *dir, const char *name, size_t limit);
void guest_log_write(struct guest_log *log, const uint8_t *data, size_t len);
/* Begins the file again, after somebody moved it away. */
void guest_log_reopen(struct guest_log *log);
void guest_log_close(struct guest_log *log);

#endif
