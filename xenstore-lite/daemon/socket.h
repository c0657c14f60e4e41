/* SPDX-License-Identifier: BSD-2-Clause */
/* The Unix socket, and the loop that waits for everything. */
#ifndef XSD_SOCKET_H
#define XSD_SOCKET_H

#include "conn.h"

extern const struct transport socket_transport;

/* The event loop's descriptor; fn(arg) is called when fd is readable. */
void loop_init(void);
void loop_add(int fd, void (*fn)(void));
void loop_remove(int fd);
/*
 * Until one of the flags is set: wait, serve, send. SIGTERM and SIGINT are
 * blocked but while it waits, so that none slips in between look and wait.
 */
void loop_run(const volatile bool *stop, const bool *stop2, const bool *stop3);

/* Bind and listen; -1 with a message on stderr. */
int socket_listen(const char *path);
/* Take one new connection; false when there is none. */
bool socket_accept(int listener);
/* A connection on fd, and its place in the loop; two steps, for a replay comes between. */
struct conn *socket_new(int fd, uint32_t conn_id);
void socket_start(struct conn *c);

#endif
