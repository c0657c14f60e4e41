/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <time.h>
#include "log.h"

uint32_t txn_last_id;

static void charge(struct txn *t, int64_t bytes)
{
	t->charged += bytes;
	quota_add(t->conn->domain, Q_MEMORY, bytes);
}

/* Up to where the next one may begin. */
static size_t step_size(const struct xsd_sockmsg *req)
{
	size_t align = _Alignof(struct step);

	return (sizeof(struct step) + req->len + align - 1) / align * align;
}

int64_t txn_affords(const struct txn *t, const struct xsd_sockmsg *req, const char *data)
{
	const struct domain *d = t->conn->domain;
	int64_t n = (int64_t)step_size(req);

	if (t->again)
		return 0;
	if (!log_loading && t->count >= quota_limit(d, Q_TXN_NODES))
		return -1;
	/* With all that it can make the tree grow by, for each level of a path. */
	for (size_t i = 0; i < req->len && ops_is_change(req); i++)
		n += data[i] == '/' ? sizeof(struct node) + sizeof(struct content) + 32 : 0;
	return quota_room(d, Q_MEMORY, n) ? n : -1;
}

struct step *txn_step(const struct txn *t, size_t *at)
{
	struct step *s;

	if (*at >= t->steps.len)
		return NULL;
	s = (struct step *)(void *)(t->steps.data + t->steps.head + *at);
	*at += step_size(&s->req);
	return s;
}

void txn_keep(struct txn *t, const struct xsd_sockmsg *req, const char *data, int64_t bytes,
	      const struct outcome *out)
{
	struct step *s;

	if (t->again)
		return;
	s = buf_add(&t->steps, NULL, step_size(req));
	s->out = *out;
	s->req = *req;
	memcpy(s->data, data, req->len);
	t->count++;
	charge(t, bytes);
}

/* The store of now becomes t's snapshot. */
static void set_tree(struct txn *t)
{
	node_put(t->tree);
	t->tree = node_get(store_root);
}

static void drop_steps(struct txn *t)
{
	buf_free(&t->steps);
	t->count = 0;
	charge(t, (int64_t)sizeof(*t) - t->charged);
}

struct txn *txn_new(struct conn *conn, uint32_t id)
{
	struct txn *t = xalloc(sizeof(*t)), **p;

	t->conn = conn;
	t->id = id;
	t->root = &t->tree;
	set_tree(t);
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
	drop_steps(t);
	charge(t, -(int64_t)sizeof(*t));
	node_put(t->tree);
	free(t);
}

/* Run t's requests again, on root. 0: they were all answered as before. */
static int run_again(struct txn *t, struct node **root)
{
	bool muted = conn_muted;
	struct step *s;
	size_t at = 0;
	int err = 0;

	t->root = root;
	t->again = conn_muted = true;
	while (!err && (s = txn_step(t, &at))) {
		uint64_t seen = s->out.seen;

		/* All together may be more than a quota allows; alone, this one was not. */
		if (ops_run(t->conn, &s->req, s->data, &s->out) == ENOSPC)
			err = ENOSPC;
		else if (s->out.seen != seen)
			err = EAGAIN;
	}
	t->root = &t->tree;
	t->again = false;
	conn_muted = muted;
	return err;
}

/* Move t onto the store of now; if it can tell that from its snapshot, it has lost. */
static void renew(struct txn *t)
{
	set_tree(t);
	if (!run_again(t, &t->tree))
		return;
	/* It cannot commit any more, and starts over for what it is worth. */
	drop_steps(t);
	set_tree(t);
	t->lost = true;
}

void txn_renew_all(void)
{
	for (struct conn *c = conns; c; c = c->next)
		for (struct txn *t = c->txns; t; t = t->next)
			renew(t);
}

/* Tell of what t has changed between the tree old and the store of now, each node once. */
static void fire(const struct txn *t, struct node *old)
{
	char room[ABS_ROOM];
	struct step *s;

	for (size_t at = 0; (s = txn_step(t, &at));) {
		const char *path = s->out.changed ? ops_abs_path(t->conn, s->data, room) : NULL;
		struct node *n;

		if (!path)
			continue;
		n = tree_find(s->out.made ? store_root : old, path);
		if (n && !s->out.made)
			watch_fire_removed(path, n);
		/* The content is from the last of several requests that wrote the node. */
		else if (n && n->c == s->out.made)
			watch_fire(path, n->c->perms);
	}
}

int txn_commit(struct txn *t)
{
	struct conn *conn = t->conn;
	int err = EAGAIN;

	if (!t->lost) {
		struct node *old;

		/* It is needed no more, and its nodes are soon used again. */
		node_put(t->tree);
		t->tree = NULL;
		store_try();
		err = run_again(t, &store_root);
		old = store_done(!err);
		if (!err)
			fire(t, old);
		node_put(old);
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
	struct conn *conn; /* whose turn it is */
	int64_t since;	   /* when it began */
	int64_t next;	   /* no other turn before this */
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
	int64_t end = turn.conn ? turn.since + TXN_HOLD_MS * 1000 : turn.next, now;

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
