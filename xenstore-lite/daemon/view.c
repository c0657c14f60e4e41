/* SPDX-License-Identifier: BSD-2-Clause */
/* Changes to a tree, with permissions inherited and every byte billed to an owner. */
#include <stdlib.h>
#include "conn.h"
#include "txn.h"

struct view store_view;

static struct bill *bill_of(struct view *v, const struct domain *d)
{
	struct bill *b;

	for (b = v->bills; b; b = b->next)
		if (b->domid == d->domid && b->gen == d->gen)
			return b;
	b = xalloc(sizeof(*b));
	b->domid = d->domid;
	b->gen = d->gen;
	b->next = v->bills;
	v->bills = b;
	return b;
}

static bool affords(const struct domain *d, int64_t nodes, int64_t bytes)
{
	return quota_room(d, Q_NODES, nodes) && quota_room(d, Q_MEMORY, bytes);
}

/* Bill d; enforce is false for the privileged domain, and when giving back. */
static bool bill(struct view *v, struct domain *d, int64_t nodes, int64_t bytes, bool enforce)
{
	struct bill *b = v == &store_view ? NULL : bill_of(v, d);

	if (enforce && !affords(d, nodes > 0 ? nodes + (b ? b->nodes : 0) : 0,
				bytes > 0 ? bytes + (b ? b->bytes : 0) : 0))
		return false;
	if (b) {
		b->nodes += nodes;
		b->bytes += bytes;
	} else {
		quota_add(d, Q_NODES, nodes);
		quota_add(d, Q_MEMORY, bytes);
	}
	return true;
}

void view_bill(struct view *v, const struct content *c, int sign)
{
	bill(v, perm_owner(c->perms), sign, sign * content_bytes(c), false);
}

static bool enforced(const struct conn *conn)
{
	return conn->domain != domain0;
}

static bool too_big(const struct conn *conn, size_t value_len, const struct permset *ps)
{
	int64_t n = (int64_t)(value_len + ps->n * sizeof(ps->p[0]));

	return n > quota_limit(conn->domain, Q_NODE_SIZE);
}

/* Give an existing node this value and these permissions. */
static int replace(struct view *v, const struct conn *conn, struct node *n, const char *path,
		   const void *value, size_t len, struct permset *ps)
{
	struct domain *from = perm_owner(n->c->perms), *to = perm_owner(ps);
	struct content *c;
	int64_t old, new;

	if (too_big(conn, len, ps))
		return ENOSPC;
	c = content_new(n->c->bytes, n->c->name_len, value, len, ps);
	old = content_bytes(n->c);
	new = content_bytes(c);
	if (!bill(v, to, from != to, from == to ? new - old : new, enforced(conn))) {
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
	struct node *top = NULL, **at = &top;
	int64_t nodes = 0, bytes = 0;
	int err = 0;

	for (const char *p = rest; *p; p += *p == '/') {
		size_t n = strcspn(p, "/");
		bool last = !p[n];

		*at = node_new(content_new(p, n, last ? value : NULL, last ? len : 0, ps));
		nodes++;
		bytes += content_bytes((*at)->c);
		at = &(*at)->children;
		p += n;
	}
	if (too_big(conn, len, ps) || !bill(v, perm_owner(ps), nodes, bytes, enforced(conn))) {
		node_put(top);
		err = ENOSPC;
	} else {
		tree_attach(&v->root, path, rest, top);
	}
	permset_put(ps);
	return err;
}

int view_write(struct view *v, const struct conn *conn, const char *path, const void *value,
	       size_t len)
{
	const char *rest;
	struct node *n = tree_nearest(v->root, path, &rest);

	return *rest ? create(v, conn, n, path, rest, value, len)
		     : replace(v, conn, n, path, value, len, n->c->perms);
}

int view_set_perms(struct view *v, const struct conn *conn, const char *path, struct permset *ps)
{
	struct node *n = tree_find(v->root, path);

	return replace(v, conn, n, path, content_value(n->c), n->c->value_len, ps);
}

static void bill_removed(struct node *n, const char *path, void *v)
{
	(void)path;
	view_bill(v, n->c, -1);
}

struct node *view_remove(struct view *v, const char *path)
{
	struct node *n = tree_detach(&v->root, path);

	tree_walk(n, path, bill_removed, v);
	return n;
}

/* Bills of a domain that has gone meanwhile: what it owned fell to the privileged one. */
static struct domain *payer(const struct bill *b)
{
	struct domain *d = domain_alive(b->domid, b->gen);

	return d ? d : domain0;
}

int view_merge(struct view *v, bool enforce)
{
	for (struct bill *b = v->bills; enforce && b; b = b->next)
		if (!affords(payer(b), b->nodes, b->bytes))
			return ENOSPC;
	for (struct bill *b = v->bills; b; b = b->next)
		bill(&store_view, payer(b), b->nodes, b->bytes, false);
	node_put(store_view.root);
	store_view.root = node_get(v->root);
	return 0;
}

void view_done(struct view *v)
{
	struct bill *b;

	while ((b = v->bills)) {
		v->bills = b->next;
		free(b);
	}
	node_put(v->root);
	v->root = NULL;
}
