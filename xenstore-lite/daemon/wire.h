/* SPDX-License-Identifier: BSD-2-Clause */
/* Wire encoding: byte buffers, error names, path rules. Knows nothing of the store. */
#ifndef XSD_WIRE_H
#define XSD_WIRE_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <xen/io/xs_wire.h>

/* A byte queue: data[head .. head + len) waits, more is added at its end. */
struct buf {
	char *data;
	size_t head, len, room;
};

void *xalloc(size_t n); /* never NULL: without memory the daemon restarts from its log */
void *xgrow(void *p, size_t n);

void *buf_add(struct buf *b, const void *src, size_t n); /* src may be NULL: fill in later */
/* Formatted text, cut at two payloads, without the NUL behind it ("%c" of 0 adds one). */
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_take(struct buf *b, size_t n);
void buf_free(struct buf *b);

/* For hash tables and trees that clients can fill: no client knows the seed. */
extern uint64_t hash_seed;
uint64_t hash_bytes(uint64_t hash, const void *data, size_t n);

const char *wire_errname(int err);

/* Absolute path within the size limit, of the allowed characters, no "//", no '/' at the end. */
bool path_valid(const char *path);

/*
 * Cut len bytes into NUL-terminated strings. Returns how many, or -1 when the
 * last is not terminated or there are more than max.
 */
int wire_strings(const char *data, size_t len, const char **argv, int max);

/* A decimal number up to max; false on anything else. */
bool wire_number(const char *s, uint64_t max, uint64_t *val);

#endif
