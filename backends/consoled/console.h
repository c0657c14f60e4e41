/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One guest's console: its ring on one side; the recent output, the log file
 * and the terminal on the other.
 *
 *   guest ──out ring──► logbuf ──► terminal (when somebody watches)
 *                         └──────► log file (when asked for)
 *   guest ◄──in ring─── terminal
 *
 * The guest is always drained, whoever watches: the log buffer takes all and
 * forgets the oldest. Input waits in the terminal until the guest has room.
 */
#ifndef CONSOLED_CONSOLE_H
#define CONSOLED_CONSOLE_H

#include <stdbool.h>
#include <stdint.h>

#include "console_ring.h"
#include "guest_log.h"
#include "lib/loop.h"
#include "lib/xenio.h"
#include "logbuf.h"
#include "tty.h"

/* A guest that notifies more often is served from a timer instead, so that
 * no guest can keep the service domain busy. */
#define CONSOLE_EVENTS_PER_PERIOD 200
#define CONSOLE_PERIOD_MS	  100

struct console {
	struct console *next;
	struct loop *loop;
	struct xenio *io;
	uint32_t domid;
	char identity[80]; /* tells a domain from an earlier one of the same number */

	/* The ring: page NULL while there is none. */
	struct console_ring ring;
	bool by_grant;
	uint64_t frame;
	uint32_t remote_port;
	int port;
	bool nonsense; /* said once */

	unsigned int events; /* in this period */
	bool throttled;	     /* port left masked until the period ends */

	struct logbuf recent;
	struct guest_log file;

	struct tty tty;
	struct loop_source viewer; /* the terminal's master, while watched */
	bool watched;
	bool input_left; /* typed by a viewer who has gone, no room yet */
	uint32_t viewer_events;
	uint64_t shown; /* position in `recent` that the viewer has seen */
};

/* Buffer and terminal for a domain, without a ring yet. NULL and errno. */
struct console *console_new(struct loop *loop, struct xenio *io, uint32_t domid, size_t buffer,
			    int inotify);
void console_free(struct console *con);

/* Takes up the ring at the grant reserved for it, or else at `frame`.
 * 0 or a negative errno. */
int console_attach(struct console *con, uint64_t frame, uint32_t remote_port);
/* Takes what is left in the ring and lets go of it. */
void console_detach(struct console *con);

/* The guest notified (the port is masked): serves it and unmasks. False: the
 * guest is over its allowance, call console_period() when the period is over. */
bool console_event(struct console *con);
/* A new period: takes up a guest that was held back. */
void console_period(struct console *con);

/* An inotify event for this console's terminal. */
void console_tty_event(struct console *con, unsigned int mask);

#endif
