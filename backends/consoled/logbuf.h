/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The last bytes that a guest printed. Bytes are named by their position in
 * everything ever printed, so that a reader is one number, a slow reader is
 * moved on instead of being waited for, and a late one starts at the oldest.
 */
#ifndef CONSOLED_LOGBUF_H
#define CONSOLED_LOGBUF_H

#include <stddef.h>
#include <stdint.h>

struct logbuf {
	uint8_t *data;
	size_t size;  /* bytes: a power of two */
	uint64_t end; /* position after the newest byte */
};

/* `size` is rounded up to a power of two. 0 or -ENOMEM. */
int logbuf_init(struct logbuf *log, size_t size);
void logbuf_free(struct logbuf *log);
void logbuf_append(struct logbuf *log, const uint8_t *data, size_t len);
uint64_t logbuf_oldest(const struct logbuf *log);
/* A run of bytes at *pos (which is moved on if it has been overwritten):
 * its length, 0 when there is nothing new. The reader adds what it used. */
size_t logbuf_peek(const struct logbuf *log, uint64_t *pos, const uint8_t **run);

#endif
