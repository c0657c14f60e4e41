/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One process per connected device. The daemon starts it afresh (fork and
 * exec of itself), so that it holds nothing of the daemon's: no store, no other
 * guest's image. It opens what it needs, gives up its privileges and serves its
 * ring until the control socket is closed, which also happens when the daemon
 * dies; then it ends what is in flight and exits.
 */
#ifndef BLKD_WORKER_H
#define BLKD_WORKER_H

#include <stdbool.h>
#include <sys/types.h>

#include "journal.h"

/* The worker's end of the control socket. Over it the worker says "ok" when it
 * serves, or why it cannot; nothing is sent to it. */
#define WORKER_CONTROL_FD 3

enum worker_exit {
	WORKER_DONE = 0,     /* the control socket was closed, all is answered */
	WORKER_REFUSED = 10, /* could not start; said why */
	WORKER_BROKEN = 11,  /* the front-end's ring is nonsense */
};

struct worker_args {
	struct ring_id ring;
	bool readonly;
	bool resume; /* take the ring up where the journal says */
	const char *journal;
	const char *image;
};

/* Starts a worker; its pid, and the daemon's end of the control socket
 * (non-blocking). A negative errno on failure. */
pid_t worker_spawn(const struct worker_args *args, int *control);

/* The worker's main, for argv as worker_spawn() made it. */
int worker_main(int argc, char **argv);

#endif
