/* SPDX-License-Identifier: BSD-2-Clause */
/* Changes to a tree, with permissions inherited and every byte billed to an owner. */
#include <stdlib.h>
#include "conn.h"
#include "txn.h"

struct view store_view;
uint64_t store_changes;

static struct delta *delta_of(struct view *v, unsigned int domid, uint64_t gen)
{
	struct delta *e;

	for (e = v->deltas; e; e = e->next)
		if (e->domid == domid && e->gen == gen)
			return e;
	e = xalloc(sizeof(*e));
	e->domid = (uint16_t)domid;
	e->gen = gen;
	e->next = v->deltas;
	v->deltas = e;
	return e;
}

/* Bill d; enforce is false for the daemon, the privileged domain, and when giving back. */
static bool bill(struct view *v, struct domain *d, int64_t nodes, int64_t bytes, bool enforce)
{
	struct delta *e = v == &store_view ? NULL : delta_of(v, d->domid, d->gen);

	if (enforce) {
		int64_t n = nodes + (e ? e->nodes : 0), b = bytes + (e ? e->bytes : 0);

		if ((nodes > 0 && d->used[Q_NODES] + n > quota_limit(d, Q_NODES)) ||
		    (bytes > 0 && d->used[Q_MEMORY] + b > quota_limit(d, Q_MEMORY)))
			return false;
	}
	if (e) {
		e->nodes += nodes;
		e->bytes += bytes;
	} else {
		quota_force(d, Q_NODES, nodes);
		quota_force(d, Q_MEMORY, bytes);
	}
	return true;
}

static void bill_content(struct view *v, const struct content *c, int sign)
{
	bill(v, perm_owner(c->perms), sign, sign * content_bytes(c), false);
}

static bool enforced(const struct conn *conn)
{
	return conn && conn->domain != domain0;
}

static int too_big(const struct conn *conn, size_t value_len, const struct permset *ps)
{
	int64_t n = (int64_t)(value_len + ps->n * sizeof(ps->p[0]));

	return enforced(conn) && n > quota_limit(conn->domain, Q_NODE_SIZE) ? ENOSPC : 0;
}

/* Swap a node's content for c, which is taken over on success and freed on error. */
static int replace(struct view *v, const struct conn *conn, struct node *n, const char *path,
		   struct content *c)
{
	struct domain *from = perm_owner(n->c->perms), *to = perm_owner(c->perms);
	int64_t old = content_bytes(n->c), new = content_bytes(c);
	bool ok = from == to ? bill(v, to, 0, new - old, enforced(conn))
			     : bill(v, to, 1, new, enforced(conn));

	if (!ok) {
		content_put(c);
		return ENOSPC;
	}
	if (from != to)
		bill(v, from, -1, -old, false);
	tree_set(&v->root, path, c);
	return 0;
}

/* Make the node at path, and those missing above it, below the existing node near. */
static int create(struct view *v, const struct conn *conn, struct node *near, const char *path,
		  const char *rest, const void *value, size_t len)
{
	struct permset *ps = perm_inherit(near->c->perms, conn);
	struct domain *owner = perm_owner(ps);
	char at[XENSTORE_ABS_PATH_MAX + 1];
	int64_t nodes = 0, bytes = 0;
	int err = too_big(conn, len, ps);

	for (const char *p = rest; !err && *p; p += strcspn(p, "/"), p += *p == '/') {
		struct content c = {.perms = ps, .name_len = (uint16_t)strcspn(p, "/")};

		nodes++;
		bytes += content_bytes(&c) + (p[c.name_len] ? 0 : (int64_t)len);
	}
	if (!err && !bill(v, owner, nodes, bytes, enforced(conn)))
		err = ENOSPC;
	for (const char *p = rest; !err && *p; p += *p == '/') {
		size_t n = strcspn(p, "/");
		bool last = !p[n];
		struct content *c = content_new(p, n, last ? value : NULL, last ? len : 0, ps);

		p += n;
		memcpy(at, path, (size_t)(p - path));
		at[p - path] = '\0';
		tree_attach(&v->root, at, node_new(c, NULL, ++tree_gen));
	}
	permset_put(ps);
	return err;
}

int view_write(struct view *v, const struct conn *conn, const char *path, const void *value,
	       size_t len)
{
	const char *rest;
	struct node *n = tree_nearest(v->root, path, &rest);

	if (*rest)
		return create(v, conn, n, path, rest, value, len);
	if (too_big(conn, len, n->c->perms))
		return ENOSPC;
	return replace(v, conn, n, path,
		       content_new(n->c->bytes, n->c->name_len, value, len, n->c->perms));
}

int view_set_perms(struct view *v, const struct conn *conn, const char *path, struct permset *ps)
{
	struct node *n = tree_find(v->root, path);

	if (too_big(conn, n->c->value_len, ps))
		return ENOSPC;
	return replace(
		v, conn, n, path,
		content_new(n->c->bytes, n->c->name_len, content_value(n->c), n->c->value_len, ps));
}

static void bill_removed(struct node *n, void *v)
{
	bill_content(v, n->c, -1);
}

static void bill_added(struct node *n, void *v)
{
	bill_content(v, n->c, 1);
}

void view_bill_all(void)
{
	tree_walk(store_view.root, bill_added, &store_view);
}

void view_restore_bill(struct view *v, unsigned int domid, uint64_t gen, int64_t nodes,
		       int64_t bytes)
{
	struct delta *e = delta_of(v, domid, gen);

	e->nodes = nodes;
	e->bytes = bytes;
}

void view_remove(struct view *v, const char *path, struct node **old)
{
	struct node *n = tree_detach(&v->root, path);

	tree_walk(n, bill_removed, v);
	if (old)
		*old = n;
	else
		node_put(n);
}

void view_move(struct view *v, const char *path, struct node *src, bool whole)
{
	struct node *n = tree_find(v->root, path);

	if (n && whole) {
		view_remove(v, path, NULL);
		n = NULL;
	}
	if (!src || (n && n->c == src->c))
		return;
	src->c->ref++;
	if (n) {
		bill_content(v, n->c, -1);
		bill_content(v, src->c, 1);
		tree_set(&v->root, path, src->c);
		return;
	}
	n = node_new(src->c, whole ? src->children : NULL, src->gen);
	tree_attach(&v->root, path, n);
	tree_walk(n, bill_added, v);
}

int view_merge(struct view *v, struct view *from, bool enforce)
{
	for (struct delta *e = from->deltas; enforce && e; e = e->next) {
		struct domain *d = domain_find(e->domid);

		if (d && d->gen == e->gen &&
		    ((e->nodes > 0 && d->used[Q_NODES] + e->nodes > quota_limit(d, Q_NODES)) ||
		     (e->bytes > 0 && d->used[Q_MEMORY] + e->bytes > quota_limit(d, Q_MEMORY))))
			return ENOSPC;
	}
	for (struct delta *e = from->deltas; e; e = e->next) {
		struct domain *d = domain_find(e->domid);

		bill(v, d && d->gen == e->gen ? d : domain0, e->nodes, e->bytes, false);
	}
	node_put(v->root);
	v->root = node_get(from->root);
	return 0;
}

void view_done(struct view *v)
{
	struct delta *e;

	while ((e = v->deltas)) {
		v->deltas = e->next;
		free(e);
	}
	node_put(v->root);
	v->root = NULL;
}
