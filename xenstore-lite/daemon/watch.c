/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include "conn.h"

#define BUCKETS 4096

static struct watch *bucket[BUCKETS];

const char *const watch_special_name[WATCH_SPECIALS] = {"@introduceDomain", "@releaseDomain"};
struct node *watch_specials;

const struct permset *watch_special(const char *abs)
{
	const char *rest;
	const struct node *n = tree_nearest(watch_specials, abs, &rest);
	uint64_t domid;

	return n != watch_specials && (!*rest || wire_number(rest, DOMID_LIMIT - 1, &domid))
		       ? n->c->perms
		       : NULL;
}

static struct watch **find(const struct conn *conn, uint64_t hash, const char *abs,
			   const char *token)
{
	struct watch **p = &bucket[hash % BUCKETS];

	while (*p && ((*p)->hash != hash || (*p)->conn != conn || strcmp((*p)->abs, abs) ||
		      strcmp((*p)->token, token)))
		p = &(*p)->chain;
	return p;
}

/* The root is above every path, so its own has no characters. */
static size_t key_len(const char *abs)
{
	return abs[1] ? strlen(abs) : 0;
}

struct watch *watch_add(struct conn *conn, const char *path, const char *abs, const char *token,
			uint32_t depth, int *err)
{
	size_t alen = strlen(abs) + 1, tlen = strlen(token) + 1;
	size_t bytes = sizeof(struct watch) + alen + tlen + 16;
	uint64_t hash = hash_bytes(hash_seed, abs, key_len(abs));
	struct watch **at = find(conn, hash, abs, token), **p, *w;

	*err = *at ? EEXIST : ENOSPC;
	if (*at || !quota_room(conn->domain, Q_WATCHES, 1) ||
	    !quota_room(conn->domain, Q_MEMORY, (int64_t)bytes))
		return NULL;
	w = xalloc(sizeof(*w) + alen + tlen);
	memcpy(w->abs, abs, alen);
	w->token = memcpy(w->abs + alen, token, tlen);
	w->conn = conn;
	w->hash = hash;
	w->len = (uint32_t)key_len(abs);
	w->skip = (uint32_t)(alen - 1 - strlen(path));
	w->depth = depth;
	w->bytes = (int64_t)bytes;
	*at = w;
	for (p = &conn->watches; *p; p = &(*p)->next)
		;
	*p = w;
	quota_add(conn->domain, Q_WATCHES, 1);
	quota_add(conn->domain, Q_MEMORY, w->bytes);
	return w;
}

static void drop(struct watch **at)
{
	struct watch **p, *w = *at;

	*at = w->chain;
	for (p = &w->conn->watches; *p != w; p = &(*p)->next)
		;
	*p = w->next;
	quota_add(w->conn->domain, Q_WATCHES, -1);
	quota_add(w->conn->domain, Q_MEMORY, -w->bytes);
	free(w);
}

int watch_remove(struct conn *conn, const char *abs, const char *token)
{
	struct watch **at = find(conn, hash_bytes(hash_seed, abs, key_len(abs)), abs, token);

	if (!*at)
		return ENOENT;
	drop(at);
	return 0;
}

void watch_forget(struct conn *conn)
{
	struct watch *w;

	while ((w = conn->watches))
		drop(find(conn, w->hash, w->abs, w->token));
}

void watch_first_event(struct watch *w)
{
	conn_event(w->conn, w, w->abs + w->skip);
}

void watch_catch_up(struct conn *conn)
{
	for (struct watch *w = conn->watches; w; w = w->next)
		if (w->missed) {
			w->missed = false;
			watch_first_event(w);
		}
}

/* How many components rest has, which begins with '/', but that of "/" itself is none. */
static uint32_t levels(const char *rest)
{
	uint32_t n = 0;

	for (; rest[0] && rest[1]; rest++)
		n += *rest == '/';
	return n;
}

/* For a change at path, tell who watches its first len characters. */
static void fire_at(const char *path, size_t len, uint64_t hash, const struct permset *ps)
{
	bool special = path[0] == '@';

	for (struct watch *w = bucket[hash % BUCKETS]; w; w = w->chain) {
		if (w->hash != hash || w->len != len || memcmp(w->abs, path, len) ||
		    !(perm_of(ps, w->conn) & PERM_READ))
			continue;
		if (w->depth != WATCH_ANY_DEPTH && !special && levels(path + len) > w->depth)
			continue;
		/* Which domain it was is told those alone who watch with depth 1. */
		conn_event(w->conn, w, (special && w->depth != 1 ? w->abs : path) + w->skip);
	}
}

void watch_fire(const char *path, const struct permset *perms)
{
	uint64_t hash = hash_seed;

	for (size_t len = 0;; len++) {
		if (path[len] == '/' || !path[len])
			fire_at(path, len, hash, perms);
		if (!path[len] || !path[1])
			return;
		hash = hash_bytes(hash, path + len, 1);
	}
}

static void fire_gone(struct node *n, const char *path, void *top)
{
	if (!strcmp(path, top))
		watch_fire(path, n->c->perms);
	else
		fire_at(path, strlen(path), hash_bytes(hash_seed, path, strlen(path)), n->c->perms);
}

void watch_fire_removed(const char *path, struct node *old)
{
	tree_walk(old, path, fire_gone, (void *)(uintptr_t)path);
}

void watch_fire_special(const char *name, unsigned int domid)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/%u", name, domid);
	watch_fire(path, watch_special(name));
}
