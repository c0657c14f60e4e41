/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include "conn.h"
#include "domain.h"
#include "log.h"
#include "txn.h"
#include "watch.h"

struct wnode {
	struct wnode *parent, *child, *sibling, *chain;
	struct watch *watches;
	uint32_t hash;
	uint32_t len;
	char name[];
};

#define BUCKETS 4096

static struct wnode paths, specials; /* the two roots */
static struct wnode *bucket[BUCKETS];
static struct permset *special_perms[2];
uint64_t watch_seq;

struct permset **watch_special(const char *name)
{
	int i = !strcmp(name, "@introduceDomain") ? 0 : !strcmp(name, "@releaseDomain") ? 1 : -1;

	if (i < 0)
		return NULL;
	if (!special_perms[i]) {
		special_perms[i] = permset_new(1);
		special_perms[i]->p[0].gen = domain0->gen;
	}
	return &special_perms[i];
}

struct permset *watch_special_of(const char *abs)
{
	char name[32];
	size_t len = strcspn(abs, "/");
	uint64_t domid;
	struct permset **ps;

	if (len >= sizeof(name) ||
	    (abs[len] && !wire_number(abs + len + 1, DOMID_LIMIT - 1, &domid)))
		return NULL;
	memcpy(name, abs, len);
	name[len] = '\0';
	ps = watch_special(name);
	return ps ? *ps : NULL;
}

static struct wnode *child_find(const struct wnode *parent, const char *name, size_t len,
				uint32_t *hash)
{
	uint32_t h = log_seed ^ (uint32_t)((uintptr_t)parent >> 4);
	struct wnode *w;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)name[i]) * 16777619u;
	h ^= h >> 15;
	*hash = h;
	for (w = bucket[h % BUCKETS]; w; w = w->chain)
		if (w->hash == h && w->parent == parent && w->len == len &&
		    !memcmp(w->name, name, len))
			return w;
	return NULL;
}

static struct wnode *wnode_make(struct wnode *parent, const char *name, size_t len, uint32_t hash)
{
	struct wnode *w = xalloc(sizeof(*w) + len), **p;

	memcpy(w->name, name, len);
	w->len = (uint32_t)len;
	w->hash = hash;
	w->parent = parent;
	w->chain = bucket[hash % BUCKETS];
	bucket[hash % BUCKETS] = w;
	/* Sorted, so that the order of events never depends on the order of watching. */
	for (p = &parent->child; *p; p = &(*p)->sibling)
		if (name_cmp((*p)->name, (*p)->len, name, len) > 0)
			break;
	w->sibling = *p;
	*p = w;
	return w;
}

static void wnode_trim(struct wnode *w)
{
	while (w->parent && !w->watches && !w->child) {
		struct wnode *up = w->parent, **p;

		for (p = &up->child; *p != w; p = &(*p)->sibling)
			;
		*p = w->sibling;
		for (p = &bucket[w->hash % BUCKETS]; *p != w; p = &(*p)->chain)
			;
		*p = w->chain;
		free(w);
		w = up;
	}
}

/* One step down the path at *p; NULL, and *p not at the end, where nobody watches. */
static struct wnode *step(struct wnode *w, const char **p, bool make)
{
	uint32_t hash;
	struct wnode *next;
	size_t len;

	*p += **p == '/';
	len = strcspn(*p, "/");
	if (!len)
		return NULL;
	next = child_find(w, *p, len, &hash);
	if (!next && make)
		next = wnode_make(w, *p, len, hash);
	if (next)
		*p += len;
	return next;
}

static struct wnode *wnode_at(const char *abs, bool make)
{
	struct wnode *w = abs[0] == '@' ? &specials : &paths, *next;
	const char *p = abs;

	while ((next = step(w, &p, make)))
		w = next;
	return *p ? NULL : w;
}

static struct watch *watch_find(const struct conn *conn, const char *abs, const char *token)
{
	struct wnode *at = wnode_at(abs, false);
	struct watch *w = at ? at->watches : NULL;

	while (w && (w->conn != conn || strcmp(w->token, token)))
		w = w->next;
	return w;
}

static int64_t watch_bytes(const char *path, const char *abs, const char *token)
{
	size_t n = sizeof(struct watch) + 16 + strlen(path) + strlen(token) + strlen(abs) + 2;

	/* Each level above it may exist for it alone. */
	for (const char *s = abs; *s; s++)
		n += *s == '/' ? sizeof(struct wnode) + 16 : 0;
	return (int64_t)n;
}

struct watch *watch_restore(struct conn *conn, const char *path, const char *abs, const char *token,
			    uint32_t depth, uint64_t seq)
{
	size_t plen = strlen(path) + 1, tlen = strlen(token) + 1;
	struct watch *w = xalloc(sizeof(*w) + plen + tlen), **p;

	memcpy(w->path, path, plen);
	w->token = memcpy(w->path + plen, token, tlen);
	w->conn = conn;
	w->bytes = watch_bytes(path, abs, token);
	w->depth = depth;
	w->seq = seq;
	w->skip = (uint32_t)(strlen(abs) - (plen - 1));
	w->at = wnode_at(abs, true);
	for (p = &w->at->watches; *p && (*p)->seq < w->seq; p = &(*p)->next)
		;
	w->next = *p;
	*p = w;
	for (p = &conn->watches; *p && (*p)->seq < w->seq; p = &(*p)->conn_next)
		;
	w->conn_next = *p;
	*p = w;
	quota_force(conn->domain, Q_WATCHES, 1);
	quota_force(conn->domain, Q_MEMORY, w->bytes);
	return w;
}

int watch_add(struct conn *conn, const char *path, const char *abs, const char *token,
	      uint32_t depth)
{
	struct domain *d = conn->domain;

	if (watch_find(conn, abs, token))
		return EEXIST;
	if (d->used[Q_WATCHES] >= quota_limit(d, Q_WATCHES) ||
	    d->used[Q_MEMORY] + watch_bytes(path, abs, token) > quota_limit(d, Q_MEMORY))
		return ENOSPC;
	watch_restore(conn, path, abs, token, depth, ++watch_seq);
	return 0;
}

static void unlink_watch(struct watch *w)
{
	struct watch **p;

	for (p = &w->at->watches; *p != w; p = &(*p)->next)
		;
	*p = w->next;
	for (p = &w->conn->watches; *p != w; p = &(*p)->conn_next)
		;
	*p = w->conn_next;
	wnode_trim(w->at);
	quota_force(w->conn->domain, Q_WATCHES, -1);
	quota_force(w->conn->domain, Q_MEMORY, -w->bytes);
	free(w);
}

void watch_first_event(struct conn *conn, const char *abs, const char *token)
{
	struct watch *w = watch_find(conn, abs, token);

	conn_event(conn, w, w->path);
}

int watch_remove(struct conn *conn, const char *abs, const char *token)
{
	struct watch *w = watch_find(conn, abs, token);

	if (!w)
		return ENOENT;
	unlink_watch(w);
	return 0;
}

void watch_forget(struct conn *conn)
{
	while (conn->watches)
		unlink_watch(conn->watches);
}

static void fire_at(struct wnode *at, const char *path, uint32_t depth, const struct permset *ps)
{
	for (struct watch *w = at->watches; w; w = w->next)
		if (depth <= w->depth && (perm_of(ps, w->conn) & PERM_READ))
			conn_event(w->conn, w, path + w->skip);
}

void watch_fire(const char *path, const struct permset *perms)
{
	uint32_t depth = path[1] ? 1 : 0;
	struct wnode *w = &paths;
	const char *p = path;

	for (const char *s = path + 1; *s; s++)
		depth += *s == '/';
	for (; w; w = step(w, &p, false))
		fire_at(w, path, depth--, perms);
}

static size_t wnode_path(const struct wnode *w, char *path, size_t room)
{
	size_t at = room - 1;

	path[at] = '\0';
	for (; w->parent; w = w->parent) {
		at -= w->len;
		memcpy(path + at, w->name, w->len);
		path[--at] = '/';
	}
	return at;
}

void watch_abs_path(const struct watch *w, char *abs)
{
	size_t at = wnode_path(w->at, abs, XENSTORE_ABS_PATH_MAX + 2);

	/* The roots differ: a special name has no slash before it. */
	at += w->path[0] == '@';
	memmove(abs, abs + at, strlen(abs + at) + 1);
	if (!abs[0])
		memcpy(abs, "/", 2);
}

void watch_fire_removed(const char *path, struct node *old)
{
	char name[XENSTORE_ABS_PATH_MAX + 2];
	struct wnode *top, *w;
	size_t skip = strlen(path);

	watch_fire(path, old->c->perms);
	top = w = wnode_at(path, false);
	while (w) {
		/* Next watched node in the subtree, parents first. */
		if (w->child) {
			w = w->child;
		} else {
			while (w != top && !w->sibling)
				w = w->parent;
			w = w == top ? NULL : w->sibling;
		}
		if (w && w->watches) {
			size_t at = wnode_path(w, name, sizeof(name));
			struct node *n = tree_find(old, name + at + skip);

			if (n)
				fire_at(w, name + at, 0, n->c->perms);
		}
	}
}

void watch_fire_special(const char *name, const char *path)
{
	struct permset *ps = *watch_special(name);
	struct wnode *plain = wnode_at(name, false), *one = wnode_at(path, false);

	for (struct watch *w = plain ? plain->watches : NULL; w; w = w->next)
		if (perm_of(ps, w->conn) & PERM_READ)
			conn_event(w->conn, w, w->depth == 1 ? path : name);
	if (one)
		fire_at(one, path, 0, ps);
}

void watch_catch_up(struct conn *conn)
{
	for (struct watch *w = conn->watches; w; w = w->conn_next)
		if (w->missed) {
			w->missed = false;
			conn_event(conn, w, w->path);
		}
}
