/* SPDX-License-Identifier: BSD-2-Clause */
/* The Unix socket, and the loop that waits for everything. */
#ifndef XSD_SOCKET_H
#define XSD_SOCKET_H

#include <signal.h>
#include "conn.h"

extern const struct transport socket_transport;

/* Why the loop shall end. */
extern enum loop_end { LOOP_ON, LOOP_EXIT, LOOP_RESTART } loop_end;

/*
 * What it waits for, besides connections: new ones at the listener, event channels unless xen
 * is -1, and the signals in `ending`, which are blocked and set LOOP_EXIT.
 */
void loop_init(int listener, int xen, const sigset_t *ending);
/* Until loop_end is set: wait, serve, send. */
void loop_run(void);

/* Bind and listen; when that fails, the process ends with a message. */
int socket_listen(const char *path);
/* Give a connection its place in the loop. */
bool socket_start(struct conn *c);

#endif
