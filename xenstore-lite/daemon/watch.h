/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Watches, in a hash table of the watched paths: firing for a change looks up the
 * changed path and each path above it.
 */
#ifndef XSD_WATCH_H
#define XSD_WATCH_H

#include "tree.h"

struct watch {
	struct watch *next;  /* of the same connection, in order of creation */
	struct watch *chain; /* of the same hash, likewise */
	struct conn *conn;
	uint64_t hash;
	uint32_t len;	/* of the watched path; the root's is empty */
	uint32_t skip;	/* characters of a path to leave out of a relative watch's events */
	uint32_t depth; /* levels below the path that count; WATCH_ANY_DEPTH: all */
	bool missed;	/* fired while the connection took no events */
	int64_t bytes;	/* charged */
	char *token;	/* follows the path in the same block */
	char abs[];	/* absolute path, whose end is what the client wrote */
};
#define WATCH_ANY_DEPTH UINT32_MAX

/* abs is the absolute form of path, or a special name. NULL with *err set. */
struct watch *watch_add(struct conn *conn, const char *path, const char *abs, const char *token,
			uint32_t depth, int *err);
/* Returns 0 or ENOENT. */
int watch_remove(struct conn *conn, const char *abs, const char *token);
void watch_forget(struct conn *conn);
/* The event that each new watch starts with. */
void watch_first_event(struct watch *w);
/* conn takes events again: one for each watch that fired meanwhile. */
void watch_catch_up(struct conn *conn);

/* Tell who watches path or a node above it and may see a node with these permissions. */
void watch_fire(const char *path, const struct permset *perms);
/* The same for a removed node, and for watches on the nodes that went with it. */
void watch_fire_removed(const char *path, struct node *old);
/* A domain came or went. */
void watch_fire_special(const char *name, unsigned int domid);

/*
 * The special watches: their permissions are those of nodes in a tree of their own. One by its
 * name, or the form with "/DOMID"; NULL: there is none.
 */
#define WATCH_SPECIALS 2
extern const char *const watch_special_name[WATCH_SPECIALS];
extern struct node *watch_specials;
const struct permset *watch_special(const char *abs);

#endif
