/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Watches, kept in a tree of the watched paths' components: firing for a change
 * walks down the changed path and stops where nobody watches any more.
 */
#ifndef XSD_WATCH_H
#define XSD_WATCH_H

#include "tree.h"

struct wnode;

struct watch {
	struct watch *next;	 /* of the same node, by seq */
	struct watch *conn_next; /* of the same connection, by seq */
	struct conn *conn;
	struct wnode *at;
	uint64_t seq;	/* order of creation, and so of delivery */
	int64_t bytes;	/* charged */
	uint32_t skip;	/* characters of a path to leave out of a relative watch's events */
	uint32_t depth; /* levels below the path that count; WATCH_ANY_DEPTH: all */
	bool missed;	/* fired while the connection took no events */
	char *token;	/* follows the path in the same block */
	char path[];	/* as the client wrote it */
};
#define WATCH_ANY_DEPTH UINT32_MAX

extern uint64_t watch_seq;

/* abs is the absolute form of path, or a special name. Returns 0 or an errno value. */
int watch_add(struct conn *conn, const char *path, const char *abs, const char *token,
	      uint32_t depth);
/* One from a snapshot, in the place its number gives it among all events. */
struct watch *watch_restore(struct conn *conn, const char *path, const char *abs, const char *token,
			    uint32_t depth, uint64_t seq);
/* The event that each new watch starts with. */
void watch_first_event(struct conn *conn, const char *abs, const char *token);
int watch_remove(struct conn *conn, const char *abs, const char *token);
void watch_forget(struct conn *conn);
/* Tell everyone who watches the path or a node above it and may see a node with these permissions.
 */
void watch_fire(const char *path, const struct permset *perms);
/* The same for a removed node, and for watches on the nodes that went with it. */
void watch_fire_removed(const char *path, struct node *old);
/* A domain came or went: name is the special watch, path the same with the domain's id. */
void watch_fire_special(const char *name, const char *path);
/* conn takes events again: one for each watch that fired meanwhile. */
void watch_catch_up(struct conn *conn);

/* Its absolute path, XENSTORE_ABS_PATH_MAX + 2 bytes of room. */
void watch_abs_path(const struct watch *w, char *abs);

/* Permissions of the two special watches. */
struct permset **watch_special(const char *name);
/* Those for a watch on "@releaseDomain", "@releaseDomain/7" and the like; NULL for other names. */
struct permset *watch_special_of(const char *abs);

#endif
