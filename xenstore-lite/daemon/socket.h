/* SPDX-License-Identifier: BSD-2-Clause */
/* The Unix socket, and the loop that waits for everything. */
#ifndef XSD_SOCKET_H
#define XSD_SOCKET_H

#include "conn.h"

extern const struct transport socket_transport;

/* The event loop's descriptor; fn(arg) is called when fd is readable. */
void loop_init(void);
void loop_add(int fd, void (*fn)(void));
/* Until *stop is set: wait, serve, send. */
void loop_run(const volatile bool *stop);

/* Bind and listen; -1 with a message on stderr. */
int socket_listen(const char *path);
void socket_accept(int listener);
/* Take up the connection on a descriptor that an earlier daemon left open. */
struct conn *socket_adopt(int fd, uint32_t conn_id);

#endif
