/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The store as back-ends use it: typed reads and writes over libxenstore's
 * API, and watches as a source of the main loop.
 *
 * A guest writes the nodes of its front-ends, so that every value read from
 * there is parsed strictly: decimal digits alone, within the range asked for.
 */
#ifndef BACKENDS_STORE_H
#define BACKENDS_STORE_H

#include <stddef.h>
#include <stdint.h>
#include <xenstore.h>

#include "loop.h"

struct store {
	struct xs_handle *xs;
	struct loop *loop;
	xs_transaction_t tx; /* XBT_NULL outside of one */
	struct loop_source src;
	/* Called for each watch event. The strings live until it returns. */
	void (*watch)(struct store *store, const char *path, const char *token);
};

/* Connects and joins the loop. When the connection breaks the loop is
 * stopped with -EPIPE: a back-end is started again rather than repaired. */
int store_open(struct store *store, struct loop *loop,
	       void (*watch)(struct store *, const char *, const char *));
void store_close(struct store *store);

int store_watch(struct store *store, const char *path, const char *token);
void store_unwatch(struct store *store, const char *path, const char *token);

/* "dir/node" (or "dir" alone when node is empty) into buf; -ENOENT when the
 * node is not there, -E2BIG when the value does not fit, with its NUL. */
int store_read(struct store *store, const char *dir, const char *node, char *buf, size_t size);
/* The same for an unsigned decimal number of at most `max`; -EINVAL for
 * anything else in the node. */
int store_read_uint(struct store *store, const char *dir, const char *node, uint64_t max,
		    uint64_t *value);
int store_write(struct store *store, const char *dir, const char *node, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Begins a transaction if dir/guard is there: -ENOENT and none begun if not.
 * A write makes the directories above it, so that one that comes after the
 * toolstack has removed a device would leave a ghost of it behind. Until
 * store_commit(), what is read and written through `store` is part of it. */
int store_begin(struct store *store, const char *dir, const char *guard);
/* 0, or -EAGAIN: somebody else was quicker, do it again from the beginning. */
int store_commit(struct store *store);
/* One node, written in such a transaction. */
int store_update(struct store *store, const char *dir, const char *guard, const char *node,
		 const char *value);

/* Strict decimal number: digits alone, at most `max`. 0 or -EINVAL. */
int parse_uint(const char *text, uint64_t max, uint64_t *value);

#define STORE_PATH_MAX 256

#endif
