/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bytes between a person and a domain's terminal. Knows neither hypervisor nor
 * store, so that both ends can be made of pseudo-terminals in a test.
 */
#ifndef PAV_SESSION_H
#define PAV_SESSION_H

#include <stdbool.h>
#include <stddef.h>

#define SESSION_ESCAPE 0x1d /* Ctrl-] */

enum session_end {
	SESSION_LEFT,	 /* the person typed the escape, or *stop was set */
	SESSION_HUNG_UP, /* the terminal went, or the domain is not alive any more */
};

struct session {
	int in;	 /* what the person types; -1 once it has ended */
	int out; /* what the person sees */
	int tty; /* the domain's terminal, non-blocking */
	/*
	 * At a keyboard: while the domain does not read, what is typed beyond the
	 * room is dropped, so that the escape is always heard. A pipe is left
	 * unread instead, and nothing of it is lost.
	 */
	bool keyboard;
	const volatile int *stop; /* may be NULL */
	/* Asked once in a second of silence. */
	bool (*alive)(void *arg);
	void *arg;

	/* Typed and not yet taken by the terminal: kept from one terminal to the next. */
	char typed[4096];
	size_t nr_typed;
};

enum session_end session_run(struct session *s);

#endif
