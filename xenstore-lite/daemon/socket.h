/* SPDX-License-Identifier: BSD-2-Clause */
/* The Unix socket, and the loop that waits for everything. */
#ifndef XSD_SOCKET_H
#define XSD_SOCKET_H

#include <signal.h>
#include "conn.h"

extern const struct transport socket_transport;

/* Why the loop shall end. ORPHANED: the keeper was killed. */
enum loop_end { LOOP_ON, LOOP_EXIT, LOOP_RESTART, LOOP_ORPHANED };
extern volatile enum loop_end loop_end;

/* fn() is called when fd is readable. */
void loop_init(void);
void loop_add(int fd, void (*fn)(void));
/*
 * Until loop_end is set: wait, serve, send. The signals in `held` are blocked but
 * while it waits, so that none slips in between look and wait.
 */
void loop_run(const sigset_t *held);

/* Bind and listen; -1 with a message on stderr. */
int socket_listen(const char *path);
/* Take the new connections that there are. */
void socket_accept(int listener);
/* A connection on fd, and its place in the loop; two steps, for a replay comes between. */
struct conn *socket_new(int fd);
void socket_start(struct conn *c);

#endif
