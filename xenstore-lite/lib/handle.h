/* SPDX-License-Identifier: BSD-2-Clause */
/* What the calls of xenstore.h are made of: handle.c has the connection, xs.c the requests. */
#ifndef XS_HANDLE_H
#define XS_HANDLE_H

#include <stdlib.h>
#include "xenstore.h"

/*
 * Send a request and wait for its reply, which is one block with a NUL behind its
 * *len bytes (len may be NULL); NULL with errno set, also for an error reply. The
 * payload is what printf() makes of fmt, a NUL, and size bytes of data. Any thread
 * may call it.
 */
char *handle_ask(struct xs_handle *h, uint32_t tx, uint32_t type, unsigned int *len,
		 const void *data, size_t size, const char *fmt, ...)
	__attribute__((format(printf, 7, 8)));

/* Whether there was a reply, if that is all it tells; frees it. */
static inline bool done(char *reply)
{
	free(reply);
	return reply != NULL;
}

#endif
