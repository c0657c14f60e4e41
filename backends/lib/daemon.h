/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Going into the background without lying about it: the process that the
 * person started stays until the daemon works, and its exit status tells.
 */
#ifndef BACKENDS_DAEMON_H
#define BACKENDS_DAEMON_H

#include <stdbool.h>

#include "loop.h"

struct daemon_options {
	const char *program;
	bool foreground;
	const char *pid_file; /* NULL: none */
	const char *log_file; /* NULL: standard error or syslog */
};

/* Forks (unless in the foreground), opens the log, takes the pid file. Call
 * before any device or the store is opened: their handles do not live
 * through a fork. 0 or a negative errno, with a line written. */
int daemon_begin(const struct daemon_options *opt);

/* The daemon works now: lets the process that was started exit with 0, and
 * gives up the terminal. */
void daemon_ready(const struct daemon_options *opt);

/* Takes the pid file away again. */
void daemon_end(const struct daemon_options *opt);

/* SIGTERM and SIGINT stop the loop with status 0, SIGHUP opens the log again;
 * SIGPIPE is ignored. `child` (or NULL) is called after SIGCHLD. */
int daemon_signals(struct loop *loop, void (*child)(void), void (*reopen)(void));

#endif
