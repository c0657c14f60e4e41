/* SPDX-License-Identifier: BSD-2-Clause */
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <syslog.h>
#include <unistd.h>

static const char *log_program = "backend";
static const char *log_path;
static enum log_target log_where = LOG_TO_STDERR;
static int log_fd = STDERR_FILENO;
static bool log_starting = true;

int log_open(const char *program, enum log_target target, const char *path)
{
	log_program = program;
	log_where = target;
	switch (target) {
	case LOG_TO_STDERR:
		log_fd = STDERR_FILENO;
		break;
	case LOG_TO_FILE:
		log_path = path;
		log_fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
		if (log_fd < 0)
			return -errno;
		break;
	case LOG_TO_SYSLOG:
		openlog(program, LOG_PID, LOG_DAEMON);
		break;
	}
	return 0;
}

void log_started(void)
{
	log_starting = false;
}

void log_reopen(void)
{
	int fd;

	if (log_where != LOG_TO_FILE)
		return;
	fd = open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	if (fd < 0)
		return;
	close(log_fd);
	log_fd = fd;
}

static void log_line(int priority, const char *fmt, va_list ap)
{
	char line[512];
	int head = 0, len;

	if (log_where != LOG_TO_SYSLOG)
		head = snprintf(line, sizeof(line), "%s: ", log_program);
	len = vsnprintf(line + head, sizeof(line) - (size_t)head - 1, fmt, ap);
	if (len < 0)
		return;
	len += head;
	if (len > (int)sizeof(line) - 2)
		len = (int)sizeof(line) - 2;
	for (int i = 0; i < len; i++)
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			line[i] = '?';
	if (log_where == LOG_TO_SYSLOG) {
		line[len] = '\0';
		syslog(priority, "%s", line);
		return;
	}
	line[len++] = '\n';
	if (log_starting && log_fd != STDERR_FILENO && write(STDERR_FILENO, line, (size_t)len) < 0)
		log_starting = false;
	/* A log that cannot be written has nobody to be told about it. */
	if (write(log_fd, line, (size_t)len) < 0)
		return;
}

void log_info(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_line(LOG_INFO, fmt, ap);
	va_end(ap);
}

void log_err(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_line(LOG_ERR, fmt, ap);
	va_end(ap);
}
