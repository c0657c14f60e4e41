/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <time.h>
#include "conn.h"
#include "log.h"
#include "txn.h"
#include "watch.h"

uint64_t store_changes;
uint32_t txn_last_id;

static struct access *set_find(const struct access_set *s, const char *path, uint32_t hash)
{
	struct access *a = s->buckets ? s->bucket[hash & (s->buckets - 1)] : NULL;

	while (a && (a->hash != hash || strcmp(a->path, path)))
		a = a->chain;
	return a;
}

static void set_chain(struct access_set *s, struct access *a)
{
	struct access **b = &s->bucket[a->hash & (s->buckets - 1)];

	a->chain = *b;
	*b = a;
}

static struct access *set_add(struct access_set *s, const char *path, uint32_t hash)
{
	size_t len = strlen(path) + 1;
	struct access *a;

	if (s->count++ >= s->buckets) {
		s->buckets = s->buckets ? 2 * s->buckets : 16;
		free(s->bucket);
		s->bucket = xalloc(s->buckets * sizeof(*s->bucket));
		for (a = s->first; a; a = a->next)
			set_chain(s, a);
	}
	a = xalloc(sizeof(*a) + len);
	memcpy(a->path, path, len);
	a->hash = hash;
	set_chain(s, a);
	*(s->first ? s->last : &s->first) = a;
	s->last = &a->next;
	return a;
}

static void charge(struct txn *t, int64_t bytes)
{
	t->charged += bytes;
	quota_add(t->conn->domain, Q_MEMORY, bytes);
}

int txn_touch(struct txn *t, const char *path, unsigned int flags)
{
	size_t len = strlen(path) + 1, size = sizeof(struct access) + len + 32;
	uint32_t hash;
	struct access *a;

	if (!t || t->done)
		return 0;
	hash = hash_bytes(hash_seed, path, len);
	a = set_find(&t->set, path, hash);
	if (!a) {
		if ((t->set.count >= quota_limit(t->conn->domain, Q_TXN_NODES) && !log_loading) ||
		    !quota_room(t->conn->domain, Q_MEMORY, (int64_t)size))
			return ENOSPC;
		a = set_add(&t->set, path, hash);
		charge(t, size);
	}
	t->noted |= (a->flags | flags) != a->flags;
	a->flags |= (uint8_t)flags;
	return 0;
}

/* With all that a request can make its tree grow by, for each level of a path. */
static int64_t cost(const struct xsd_sockmsg *req, const char *data)
{
	size_t n = sizeof(struct step) + req->len;

	for (size_t i = 0; i < req->len; i++)
		n += data[i] == '/' ? sizeof(struct node) + sizeof(struct content) + 32 : 0;
	return (int64_t)n;
}

bool txn_affords(const struct txn *t, const struct xsd_sockmsg *req, const char *data)
{
	return t->done || quota_room(t->conn->domain, Q_MEMORY, cost(req, data));
}

void txn_keep(struct txn *t, const struct xsd_sockmsg *req, const char *data, bool changed)
{
	struct step *s;

	if (t->done || !(changed || t->noted))
		return;
	s = xgrow(NULL, sizeof(*s) + req->len);
	*s = (struct step){.changed = changed, .req = *req};
	memcpy(s->data, data, req->len);
	*(t->steps ? t->last_step : &t->steps) = s;
	t->last_step = &s->next;
	t->changed |= changed;
	t->noted = false;
	charge(t, cost(req, data));
}

/* Drop what t has noted and changed. */
static void forget(struct txn *t)
{
	struct access *a;
	struct step *s;

	node_put(t->tree);
	node_put(t->base);
	while ((a = t->set.first)) {
		t->set.first = a->next;
		free(a);
	}
	free(t->set.bucket);
	memset(&t->set, 0, sizeof(t->set));
	while ((s = t->steps)) {
		t->steps = s->next;
		free(s);
	}
	charge(t, -t->charged);
}

/* The store of now becomes t's snapshot. */
static void set_base(struct txn *t)
{
	t->base = node_get(store_root);
	t->tree = node_get(store_root);
	t->started = store_changes;
}

struct txn *txn_new(struct conn *conn, uint32_t id)
{
	struct txn *t = xalloc(sizeof(*t)), **p;

	t->conn = conn;
	t->id = id;
	t->root = &t->tree;
	set_base(t);
	for (p = &conn->txns; *p; p = &(*p)->next)
		;
	*p = t;
	quota_add(conn->domain, Q_TRANSACTIONS, 1);
	charge(t, sizeof(*t));
	return t;
}

struct txn *txn_find(struct conn *conn, uint32_t id)
{
	struct txn *t = conn->txns;

	while (t && t->id != id)
		t = t->next;
	return t;
}

void txn_abort(struct txn *t)
{
	struct txn **p;

	for (p = &t->conn->txns; *p != t; p = &(*p)->next)
		;
	*p = t->next;
	quota_add(t->conn->domain, Q_TRANSACTIONS, -1);
	txn_end_turn(t->conn);
	forget(t);
	free(t);
}

static void expire(struct txn *t)
{
	forget(t);
	charge(t, sizeof(*t));
	set_base(t);
	t->expired = true;
}

void txn_age(void)
{
	if (++store_changes % TXN_MAX_AGE)
		return;
	for (struct conn *c = conns; c; c = c->next)
		for (struct txn *t = c->domain != domain0 ? c->txns : NULL; t; t = t->next)
			if (store_changes - t->started > TXN_MAX_AGE)
				expire(t);
}

static bool conflict(const struct txn *t, const struct access *a)
{
	struct node *then = t->base, *now = store_root;

	if (tree_shared(&then, &now, a->path))
		return false;
	if (!then || !now)
		return true;
	if ((a->flags & (ACCESS_VALUE | ACCESS_WRITE | ACCESS_REMOVE)) && then->c != now->c)
		return true;
	if ((a->flags & ACCESS_LIST) && then->gen != now->gen)
		return true;
	if ((a->flags & ACCESS_PERMS) && then->c->perms != now->c->perms)
		return true;
	return (a->flags & ACCESS_REMOVE) && then->children != now->children;
}

static bool outdated(const struct txn *t)
{
	for (struct access *a = t->base != store_root ? t->set.first : NULL; a; a = a->next)
		if (conflict(t, a))
			return true;
	return false;
}

/*
 * Run t's changes again, on root. They may still fail: a node that t made in passing
 * may have come by someone else's hand meanwhile, with permissions that forbid t what
 * it did, and all together may be more than a quota allows.
 */
static int run_again(struct txn *t, struct node **root)
{
	int err = 0;

	t->root = root;
	t->done = conn_muted = true;
	for (struct step *s = t->steps; s && !err; s = s->next)
		if (s->changed)
			err = ops_run(t->conn, &s->req, s->data);
	t->root = &t->tree;
	t->done = conn_muted = false;
	return err && err != ENOSPC ? EAGAIN : err;
}

/*
 * All steps are run again just as a load of the snapshot runs them, notes and all, so
 * that this process and one that goes on from the log come to the same.
 */
void txn_renew(struct txn *t)
{
	bool lost = t->expired || outdated(t);
	struct step *s = t->steps, *next;

	t->steps = NULL;
	expire(t);
	t->expired = t->changed = false;
	log_loading = conn_muted = true;
	for (; s; s = next) {
		next = s->next;
		if (!lost && ops_run(t->conn, &s->req, s->data) && s->changed)
			lost = true;
		free(s);
	}
	log_loading = conn_muted = false;
	if (lost)
		expire(t);
}

static void fire(const struct txn *t)
{
	for (struct access *a = t->set.first; a; a = a->next) {
		struct node *old = t->base, *now = store_root;

		if (!(a->flags & (ACCESS_WRITE | ACCESS_REMOVE)) ||
		    tree_shared(&old, &now, a->path))
			continue;
		if ((a->flags & ACCESS_REMOVE) && old)
			watch_fire_removed(a->path, old);
		if (now && (!old || old->c != now->c))
			watch_fire(a->path, now->c->perms);
	}
}

int txn_commit(struct txn *t)
{
	struct conn *conn = t->conn;
	int err = t->expired || outdated(t) ? EAGAIN : 0;

	if (!err && t->changed) {
		store_try();
		err = run_again(t, &store_root);
		node_put(t->base);
		t->base = store_done(!err);
	}
	if (!err && t->changed) {
		fire(t);
		txn_age();
	}
	/* Once in trouble, soon in trouble again: only step by step is a failure forgotten. */
	if (err == EAGAIN)
		conn->retries++;
	else if (conn->retries)
		conn->retries--;
	txn_abort(t);
	return err;
}

void txn_forget(struct conn *conn)
{
	while (conn->txns)
		txn_abort(conn->txns);
	txn_end_turn(conn);
	/* It may have been the first in the queue. */
	if (conn->ticket)
		conn_wake_waiting();
	conn->ticket = 0;
}

/* ---- fairness ---- */

static struct {
	struct conn *conn;    /* whose turn it is */
	int64_t since, until; /* when it began and must end */
	int64_t next;	      /* no other turn before this */
} turn;

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000ll + t.tv_nsec / 1000;
}

int txn_start(struct conn *conn, uint32_t *id)
{
	if (!quota_room(conn->domain, Q_TRANSACTIONS, 1))
		return ENOSPC;
	do
		*id = ++txn_last_id;
	while (!*id || txn_find(conn, *id));
	txn_new(conn, *id);
	if (conn->retries >= TXN_PATIENCE && !turn.conn && !log_replaying) {
		turn.conn = conn;
		turn.since = now_us();
		turn.until = turn.since + TXN_HOLD_MS * 1000;
	}
	return 0;
}

/* Those who need a turn get theirs in the order they asked. */
static bool must_queue(struct conn *conn)
{
	static uint64_t tickets;

	if (!conn->ticket)
		conn->ticket = ++tickets;
	if (turn.conn || now_us() < turn.next)
		return true;
	for (struct conn *c = conns; c; c = c->next)
		if (!c->dead && c->ticket && c->ticket < conn->ticket)
			return true;
	conn->ticket = 0;
	return false;
}

bool txn_must_wait(struct conn *conn, const struct xsd_sockmsg *req)
{
	if (turn.conn == conn)
		return false;
	if (req->type == XS_TRANSACTION_START && conn->retries >= TXN_PATIENCE)
		return must_queue(conn);
	if (!turn.conn || !ops_is_change(req))
		return false;
	return conn->domain != domain0 || turn.conn->domain == domain0;
}

int txn_hold_left(void)
{
	int64_t end = turn.conn ? turn.until : turn.next, now;

	if (!end)
		return -1;
	now = now_us();
	return end > now ? (int)((end - now) / 1000) + 1 : 0;
}

void txn_end_turn(struct conn *conn)
{
	int64_t now;

	if (conn ? turn.conn != conn : txn_hold_left())
		return;
	now = now_us();
	turn.next = 0;
	if (turn.conn && turn.conn->domain != domain0)
		turn.next = now + 9 * (now - turn.since);
	turn.conn = NULL;
	conn_wake_waiting();
}
