/* SPDX-License-Identifier: BSD-2-Clause */
/* Changes to a tree, with permissions inherited and every byte billed to an owner. */
#include "conn.h"

struct node *store_root;

struct bill {
	struct domain *domain;
	int64_t nodes, bytes;
};

static struct {
	struct node *root; /* NULL: nothing is tried */
	struct buf bills;
} undo;

static void pay(struct domain *d, int64_t nodes, int64_t bytes)
{
	quota_add(d, Q_NODES, nodes);
	quota_add(d, Q_MEMORY, bytes);
}

/* Bill d, if it is the store that changes; false if that is enforced and d has no room. */
static bool bill(struct node **root, struct domain *d, int64_t nodes, int64_t bytes, bool enforce)
{
	struct bill b = {d, nodes, bytes};

	if (enforce && !(quota_room(d, Q_NODES, nodes) && quota_room(d, Q_MEMORY, bytes)))
		return false;
	if (root != &store_root)
		return true;
	pay(d, nodes, bytes);
	if (undo.root)
		buf_add(&undo.bills, &b, sizeof(b));
	return true;
}

void store_bill(struct node **root, const struct content *c, int sign)
{
	bill(root, perm_owner(c->perms), sign, sign * content_bytes(c), false);
}

void store_try(void)
{
	undo.root = node_get(store_root);
}

struct node *store_done(bool keep)
{
	struct node *other = undo.root;
	struct bill b;

	if (!keep) {
		other = store_root;
		store_root = undo.root;
	}
	for (size_t i = 0; !keep && i < undo.bills.len; i += sizeof(b)) {
		memcpy(&b, undo.bills.data + i, sizeof(b));
		pay(b.domain, -b.nodes, -b.bytes);
	}
	undo.root = NULL;
	buf_take(&undo.bills, undo.bills.len);
	return other;
}

static bool too_big(const struct conn *conn, size_t value_len, const struct permset *ps)
{
	int64_t n = (int64_t)(value_len + ps->n * sizeof(ps->p[0]));

	return n > quota_limit(conn->domain, Q_NODE_SIZE);
}

/* Give an existing node this value and these permissions. */
static const struct content *replace(struct node **root, const struct conn *conn, struct node *n,
				     const char *path, const void *value, size_t len,
				     struct permset *ps)
{
	struct domain *from = perm_owner(n->c->perms), *to = perm_owner(ps);
	struct content *c;
	int64_t old, new;

	if (too_big(conn, len, ps))
		return NULL;
	c = content_new(n->c->bytes, n->c->name_len, value, len, ps);
	old = content_bytes(n->c);
	new = content_bytes(c);
	if (!bill(root, to, from != to, from == to ? new - old : new, conn->domain != domain0)) {
		content_put(c);
		return NULL;
	}
	if (from != to)
		bill(root, from, -1, -old, false);
	tree_set(root, path, c);
	return c;
}

/* Make the node at path, and those missing above it, below the existing node near. */
static const struct content *create(struct node **root, const struct conn *conn, struct node *near,
				    const char *path, const char *rest, const void *value,
				    size_t len)
{
	struct permset *ps = perm_inherit(near->c->perms, conn);
	struct node *top = NULL, **at = &top;
	const struct content *made = NULL;
	int64_t nodes = 0, bytes = 0;

	for (const char *p = rest; *p; p += *p == '/') {
		size_t n = strcspn(p, "/");
		bool last = !p[n];

		*at = node_new(content_new(p, n, last ? value : NULL, last ? len : 0, ps));
		made = (*at)->c;
		nodes++;
		bytes += content_bytes(made);
		at = &(*at)->children;
		p += n;
	}
	if (too_big(conn, len, ps) ||
	    !bill(root, perm_owner(ps), nodes, bytes, conn->domain != domain0)) {
		node_put(top);
		made = NULL;
	} else {
		tree_attach(root, path, rest, top);
	}
	permset_put(ps);
	return made;
}

const struct content *store_write(struct node **root, const struct conn *conn, struct node *near,
				  const char *path, const char *rest, const void *value, size_t len)
{
	return *rest ? create(root, conn, near, path, rest, value, len)
		     : replace(root, conn, near, path, value, len, near->c->perms);
}

const struct content *store_set_perms(struct node **root, const struct conn *conn, struct node *n,
				      const char *path, struct permset *ps)
{
	return replace(root, conn, n, path, content_value(n->c), n->c->value_len, ps);
}

static void bill_removed(struct node *n, const char *path, void *root)
{
	(void)path;
	store_bill(root, n->c, -1);
}

struct node *store_remove(struct node **root, const char *path)
{
	struct node *n = tree_detach(root, path);

	tree_walk(n, path, bill_removed, root);
	return n;
}
