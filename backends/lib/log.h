/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a back-end has to say: to standard error in the foreground, to the
 * file named by --log-file or else to syslog when it runs as a daemon.
 * One call is one line; a guest can never make a line span two, because
 * control characters in it are replaced.
 */
#ifndef BACKENDS_LOG_H
#define BACKENDS_LOG_H

enum log_target {
	LOG_TO_STDERR,
	LOG_TO_FILE,
	LOG_TO_SYSLOG,
};

/* Names the program in every line. `path` is used for LOG_TO_FILE alone.
 * Returns 0 or a negative errno (the file cannot be opened). Lines go to
 * standard error as well until log_started(): a daemon that cannot start says
 * so to whoever started it. */
int log_open(const char *program, enum log_target target, const char *path);

void log_started(void);

/* Opens the log file again: after somebody moved the old one away. */
void log_reopen(void);

void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_err(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
