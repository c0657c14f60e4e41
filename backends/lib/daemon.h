/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Going into the background without lying about it: the process that the
 * person started stays until the daemon works, and its exit status tells.
 */
#ifndef BACKENDS_DAEMON_H
#define BACKENDS_DAEMON_H

#include <stdbool.h>

#include "loop.h"

/* An option of one daemon's own, behind those that all have. */
struct daemon_option {
	char letter;
	const char *name;  /* with its value for the person to read: "log-dir=DIR" */
	const char *about; /* one line or several, for the usage text */
	/* 0, or -1 after a line on standard error. */
	int (*set)(const char *value);
};

struct daemon_options {
	const char *program;
	const char *about;		 /* what it does and an example, a line each */
	const struct daemon_option *own; /* ends with letter 0 */

	/* Set from the command line. */
	bool foreground;
	const char *pid_file; /* NULL: none */
	const char *log_file; /* NULL: standard error or syslog */
};

/* Reads the command line. Exits with 0 after --help; -1 after a line on standard
 * error. */
int daemon_parse(struct daemon_options *opt, int argc, char **argv);

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
