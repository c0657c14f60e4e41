/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <time.h>
#include "conn.h"
#include "log.h"
#include "txn.h"
#include "watch.h"

/* A guest's snapshot may keep what this many changes have replaced, no more. */
#define TXN_MAX_AGE 100000

static struct txn *oldest, *newest;

static struct {
	struct conn *conn;
	struct timespec until;
} held;

static uint32_t path_hash(const char *s)
{
	uint32_t h = log_seed;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 16777619u;
	return h ^ h >> 15;
}

static struct access *set_find(const struct access_set *s, const char *path)
{
	struct access *a = s->buckets ? s->bucket[path_hash(path) & (s->buckets - 1)] : NULL;

	while (a && strcmp(a->path, path))
		a = a->chain;
	return a;
}

static void set_add(struct access_set *s, const char *path, unsigned int flags)
{
	size_t len = strlen(path) + 1;
	struct access *a;

	if (s->count >= s->buckets) {
		s->buckets = s->buckets ? 2 * s->buckets : 16;
		free(s->bucket);
		s->bucket = xalloc(s->buckets * sizeof(*s->bucket));
		for (a = s->first; a; a = a->next) {
			uint32_t i = path_hash(a->path) & (s->buckets - 1);

			a->chain = s->bucket[i];
			s->bucket[i] = a;
		}
	}
	uint32_t i = path_hash(path) & (s->buckets - 1);

	a = xalloc(sizeof(*a) + len);
	memcpy(a->path, path, len);
	a->flags = (uint8_t)flags;
	a->chain = s->bucket[i];
	s->bucket[i] = a;
	if (!s->first)
		s->last = &s->first;
	*s->last = a;
	s->last = &a->next;
	s->count++;
	s->bytes += (int64_t)(sizeof(*a) + len + 32);
}

static void set_free(struct access_set *s)
{
	while (s->first) {
		struct access *a = s->first;

		s->first = a->next;
		free(a);
	}
	free(s->bucket);
	memset(s, 0, sizeof(*s));
}

/* Forget the failed transaction that a connection was charged for. */
static void drop_failed(struct conn *conn)
{
	quota_force(conn->domain, Q_MEMORY, -conn->failed.bytes);
	set_free(&conn->failed);
}

int txn_touch(struct txn *t, const char *path, unsigned int flags)
{
	struct access *a = t ? set_find(&t->set, path) : NULL;
	struct domain *d;

	if (!t)
		return 0;
	if (a) {
		a->flags |= (uint8_t)flags;
		return 0;
	}
	d = t->conn->domain;
	if (t->set.count >= quota_limit(d, Q_TXN_NODES))
		return ENOSPC;
	if (d->used[Q_MEMORY] + (int64_t)strlen(path) + 64 > quota_limit(d, Q_MEMORY))
		return ENOSPC;
	txn_restore_access(t->conn, t, path, flags);
	return 0;
}

void txn_restore_access(struct conn *conn, struct txn *t, const char *path, unsigned int flags)
{
	struct access_set *set = t ? &t->set : &conn->failed;
	int64_t before = set->bytes;

	if (set_find(set, path))
		return;
	set_add(set, path, flags);
	quota_force(conn->domain, Q_MEMORY, set->bytes - before);
	if (t)
		t->charged += set->bytes - before;
}

/* Keep the list of guests' transactions by age. */
static void link_age(struct txn *t)
{
	struct txn *after = newest;

	if (t->conn->domain == domain0)
		return;
	while (after && after->started > t->started)
		after = after->older;
	t->older = after;
	t->newer = after ? after->newer : oldest;
	*(t->newer ? &t->newer->older : &newest) = t;
	*(after ? &after->newer : &oldest) = t;
}

struct txn *txn_restore(struct conn *conn, uint32_t id, struct node *base, struct node *root,
			uint64_t started)
{
	struct txn *t = xalloc(sizeof(*t)), **p;

	t->conn = conn;
	t->id = id;
	t->started = started;
	t->base = node_get(base);
	t->view.root = node_get(root);
	for (p = &conn->txns; *p; p = &(*p)->next)
		;
	*p = t;
	quota_force(conn->domain, Q_TRANSACTIONS, 1);
	t->charged = sizeof(*t);
	quota_force(conn->domain, Q_MEMORY, t->charged);
	link_age(t);
	return t;
}

int txn_start(struct conn *conn, uint32_t *id)
{
	struct timespec now;

	if (conn->domain->used[Q_TRANSACTIONS] >= quota_limit(conn->domain, Q_TRANSACTIONS))
		return ENOSPC;
	do
		*id = ++conn->last_txn;
	while (!*id || txn_find(conn, *id));
	txn_restore(conn, *id, store_view.root, store_view.root, store_changes);
	if (conn->failed.count && conn->retries >= TXN_PATIENCE && !held.conn && !log_replaying) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		held.conn = conn;
		held.until = now;
		held.until.tv_nsec += TXN_HOLD_MS * 1000000L;
		if (held.until.tv_nsec >= 1000000000L) {
			held.until.tv_nsec -= 1000000000L;
			held.until.tv_sec++;
		}
	}
	return 0;
}

struct txn *txn_find(struct conn *conn, uint32_t id)
{
	struct txn *t = conn->txns;

	while (t && t->id != id)
		t = t->next;
	return t;
}

static void unlink_age(struct txn *t)
{
	if (t->conn->domain == domain0)
		return;
	*(t->older ? &t->older->newer : &oldest) = t->newer;
	*(t->newer ? &t->newer->older : &newest) = t->older;
	t->newer = t->older = NULL;
}

void txn_abort(struct txn *t)
{
	struct txn **p;

	for (p = &t->conn->txns; *p != t; p = &(*p)->next)
		;
	*p = t->next;
	unlink_age(t);
	quota_force(t->conn->domain, Q_TRANSACTIONS, -1);
	quota_force(t->conn->domain, Q_MEMORY, -t->charged);
	if (held.conn == t->conn)
		txn_drop_reservation(t->conn);
	view_done(&t->view);
	node_put(t->base);
	set_free(&t->set);
	free(t);
}

void txn_age(void)
{
	store_changes++;
	while (oldest && store_changes - oldest->started > TXN_MAX_AGE) {
		struct txn *t = oldest;

		unlink_age(t);
		t->started = store_changes;
		t->expired = true;
		link_age(t);
		view_done(&t->view);
		node_put(t->base);
		t->base = node_get(store_view.root);
		t->view.root = node_get(store_view.root);
	}
}

static bool conflict(const struct txn *t, const struct access *a)
{
	struct node *then = tree_find(t->base, a->path);
	struct node *now = tree_find(store_view.root, a->path);

	if (!then || !now)
		return then != now;
	if ((a->flags & (ACCESS_VALUE | ACCESS_WRITE | ACCESS_REMOVE)) && then->c != now->c)
		return true;
	if ((a->flags & ACCESS_LIST) && then->gen != now->gen)
		return true;
	if ((a->flags & ACCESS_PERMS) && then->c->perms != now->c->perms)
		return true;
	return (a->flags & ACCESS_REMOVE) && then->children != now->children;
}

static bool same_perms(const struct permset *x, const struct permset *y)
{
	return x == y || (x->n == y->n && !memcmp(x->p, y->p, x->n * sizeof(x->p[0])));
}

/*
 * Nodes above path that the transaction made in passing: missing ones move over.
 * False when someone else has made one with other permissions, under which the
 * transaction might not have been allowed, or would have inherited otherwise.
 */
static bool move_parents(struct txn *t, struct view *to, const char *path)
{
	char at[XENSTORE_ABS_PATH_MAX + 1];

	for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		struct node *src, *dst;

		memcpy(at, path, (size_t)(slash - path));
		at[slash - path] = '\0';
		src = tree_find(t->view.root, at);
		dst = tree_find(to->root, at);
		if (!src || tree_find(t->base, at))
			continue;
		if (!dst)
			view_move(to, at, src, false);
		else if (!same_perms(src->c->perms, dst->c->perms))
			return false;
	}
	return true;
}

static int merge(struct txn *t)
{
	struct view v = {.root = node_get(store_view.root)};
	struct access *a;
	int err = 0;

	for (a = t->set.first; a && !err; a = a->next) {
		struct node *src;

		if (!(a->flags & (ACCESS_WRITE | ACCESS_REMOVE)))
			continue;
		/* Parents stay even if what they were made for was removed again. */
		if (!move_parents(t, &v, a->path)) {
			err = EAGAIN;
			break;
		}
		src = tree_find(t->view.root, a->path);
		if (src || (a->flags & ACCESS_REMOVE))
			view_move(&v, a->path, src, a->flags & ACCESS_REMOVE);
	}
	if (!err)
		err = view_merge(&store_view, &v, t->conn->domain != domain0);
	view_done(&v);
	return err;
}

static void fire(const struct txn *t)
{
	for (struct access *a = t->set.first; a; a = a->next) {
		struct node *old = tree_find(t->base, a->path);
		struct node *now = tree_find(store_view.root, a->path);

		if ((a->flags & ACCESS_REMOVE) && old)
			watch_fire_removed(a->path, old);
		if ((a->flags & (ACCESS_WRITE | ACCESS_REMOVE)) && now &&
		    (!old || old->c != now->c))
			watch_fire(a->path, now->c->perms);
	}
}

int txn_commit(struct txn *t)
{
	struct conn *conn = t->conn;
	struct access *a;
	bool writes = false;
	int err = t->expired ? EAGAIN : 0;

	for (a = t->set.first; a && !err; a = a->next) {
		writes |= a->flags & (ACCESS_WRITE | ACCESS_REMOVE);
		if (t->base != store_view.root && conflict(t, a))
			err = EAGAIN;
	}
	if (!err && writes) {
		if (t->base == store_view.root)
			err = view_merge(&store_view, &t->view, conn->domain != domain0);
		else
			err = merge(t);
		if (!err) {
			fire(t);
			txn_age();
		}
	}
	drop_failed(conn);
	conn->retries = err == EAGAIN ? conn->retries + 1 : 0;
	if (err == EAGAIN) {
		conn->failed = t->set;
		t->charged -= t->set.bytes;
		memset(&t->set, 0, sizeof(t->set));
	}
	txn_abort(t);
	return err;
}

/* Those who need a reservation get theirs one after the other, in the order they asked. */
static bool must_queue(struct conn *conn)
{
	static uint64_t tickets;

	if (!conn->ticket)
		conn->ticket = ++tickets;
	for (struct conn *c = conns; c; c = c->next)
		if (c == held.conn || (!c->dead && c->ticket && c->ticket < conn->ticket))
			return true;
	conn->ticket = 0;
	return false;
}

/* May conn's request change a node that the reservation covers? */
bool txn_must_wait(struct conn *conn, uint32_t type, uint32_t tx_id, const char *path)
{
	struct txn *t;

	if (type == XS_TRANSACTION_START && conn->retries >= TXN_PATIENCE)
		return must_queue(conn);
	if (!held.conn || held.conn == conn)
		return false;
	/* A guest could reserve what it may read again and again: never against the tools. */
	if (conn->domain == domain0 && held.conn->domain != domain0)
		return false;
	if (type == XS_TRANSACTION_END) {
		t = txn_find(conn, tx_id);
		for (struct access *a = t ? t->set.first : NULL; a; a = a->next)
			if ((a->flags & (ACCESS_WRITE | ACCESS_REMOVE)) &&
			    set_find(&held.conn->failed, a->path))
				return true;
		return false;
	}
	if (tx_id ||
	    (type != XS_WRITE && type != XS_MKDIR && type != XS_SET_PERMS && type != XS_RM))
		return false;
	if (set_find(&held.conn->failed, path))
		return true;
	size_t len = strlen(path);

	for (struct access *a = held.conn->failed.first; type == XS_RM && a; a = a->next)
		if (!strncmp(a->path, path, len) && a->path[len] == '/')
			return true;
	return false;
}

bool txn_held(void)
{
	return held.conn;
}

int txn_hold_left(void)
{
	struct timespec now;
	long ms;

	if (!held.conn)
		return -1;
	clock_gettime(CLOCK_MONOTONIC, &now);
	ms = (held.until.tv_sec - now.tv_sec) * 1000 + (held.until.tv_nsec - now.tv_nsec) / 1000000;
	return ms > 0 ? (int)ms : 0;
}

void txn_drop_reservation(struct conn *conn)
{
	if (held.conn && (!conn || held.conn == conn)) {
		held.conn = NULL;
		conn_wake_waiting();
	}
}

void txn_forget(struct conn *conn)
{
	while (conn->txns)
		txn_abort(conn->txns);
	txn_drop_reservation(conn);
	drop_failed(conn);
}
