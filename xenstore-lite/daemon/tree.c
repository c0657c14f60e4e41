/* SPDX-License-Identifier: BSD-2-Clause */
#include <endian.h>
#include <stdlib.h>
#include "tree.h"

uint64_t tree_freed;
/* Nodes not in use, a list by left: those of transactions come and go by dozens. */
static struct node *spare;

static struct node *node_alloc(void)
{
	struct node *n = spare;

	if (!n)
		return xgrow(NULL, sizeof(*n));
	spare = n->left;
	return n;
}

void tree_trim(void)
{
	struct node *n;

	while ((n = spare)) {
		spare = n->left;
		free(n);
	}
	tree_freed = 0;
}

struct permset *permset_new(uint32_t n)
{
	struct permset *ps = xalloc(sizeof(*ps) + n * sizeof(ps->p[0]));

	ps->ref = 1;
	ps->n = n;
	return ps;
}

struct permset *permset_get(struct permset *ps)
{
	ps->ref++;
	return ps;
}

void permset_put(struct permset *ps)
{
	if (ps && --ps->ref == 0)
		free(ps);
}

struct content *content_new(const char *name, size_t name_len, const void *value, size_t len,
			    struct permset *perms)
{
	struct content *c = xgrow(NULL, sizeof(*c) + name_len + len);

	c->perms = permset_get(perms);
	c->ref = 1;
	c->name_len = (uint16_t)name_len;
	c->value_len = (uint16_t)len;
	memcpy(c->bytes, name, name_len);
	if (len)
		memcpy(c->bytes + name_len, value, len);
	return c;
}

void content_put(struct content *c)
{
	if (--c->ref == 0) {
		permset_put(c->perms);
		free(c);
	}
}

static uint64_t name_key(const char *name, size_t len)
{
	uint64_t key = 0;

	memcpy(&key, name, len < sizeof(key) ? len : sizeof(key));
	return be64toh(key);
}

struct node *node_new(struct content *c)
{
	uint64_t hash = hash_bytes(hash_seed, c->bytes, c->name_len);
	struct node *n = node_alloc();

	*n = (struct node){.ref = 1, .c = c, .key = name_key(c->bytes, c->name_len)};
	/* Names that differ in their last characters alone shall differ in all bits of rank. */
	n->rank = (uint32_t)((hash ^ hash >> 32) * 0x9e3779b97f4a7c15 >> 32);
	return n;
}

struct node *node_get(struct node *n)
{
	if (n)
		n->ref++;
	return n;
}

/* Recursion goes as deep as paths are long, and somewhat deeper: the treaps are flat. */
void node_put(struct node *n)
{
	struct node *right;

	for (; n && --n->ref == 0; n = right) {
		right = n->right;
		node_put(n->left);
		node_put(n->children);
		content_put(n->c);
		n->left = spare;
		spare = n;
		tree_freed++;
	}
}

/*
 * Turn the caller's reference into one to a node that nobody else holds. Sound
 * only from the root down: below a node of our own, every shared node has more
 * than one reference, because copying its parent gave it another.
 */
static struct node *node_own(struct node *n)
{
	struct node *copy;

	if (n->ref == 1)
		return n;
	copy = node_alloc();
	*copy = *n;
	copy->ref = 1;
	node_get(copy->left);
	node_get(copy->right);
	node_get(copy->children);
	copy->c->ref++;
	n->ref--;
	return copy;
}

/* Of one name with that key, and n's. */
static int name_cmp(uint64_t key, const char *name, size_t len, const struct node *n)
{
	size_t own = n->c->name_len;
	int d;

	if (key != n->key)
		return key < n->key ? -1 : 1;
	d = len > 8 && own > 8 ? memcmp(name, n->c->bytes, len < own ? len : own) : 0;
	return d ? d : (len > own) - (len < own);
}

static struct node *treap_insert(struct node *t, struct node *n)
{
	struct node **side, **inner, *up;

	if (!t)
		return n;
	t = node_own(t);
	side = name_cmp(n->key, n->c->bytes, n->c->name_len, t) < 0 ? &t->left : &t->right;
	*side = up = treap_insert(*side, n);
	if (up->rank <= t->rank)
		return t;
	/* Rotate it up. */
	inner = side == &t->left ? &up->right : &up->left;
	*side = *inner;
	*inner = t;
	return up;
}

/* All names in l are smaller than those in r. */
static struct node *treap_join(struct node *l, struct node *r)
{
	if (!l || !r)
		return l ? l : r;
	if (l->rank > r->rank) {
		l = node_own(l);
		l->right = treap_join(l->right, r);
		return l;
	}
	r = node_own(r);
	r->left = treap_join(l, r->left);
	return r;
}

/* A component of a path. */
struct part {
	const char *name;
	size_t len;
	uint64_t key; /* as name_key() makes it */
};

/* The next one at or behind path (at '/' or at the end): one loop, for every request looks up. */
static struct part part_at(const char *path)
{
	struct part p = {.name = path + (*path == '/')};

	for (; p.name[p.len] && p.name[p.len] != '/'; p.len++)
		if (p.len < 8)
			p.key |= (uint64_t)(unsigned char)p.name[p.len] << (56 - 8 * p.len);
	return p;
}

static struct node **child_slot(struct node **slot, const struct part *p, bool own)
{
	while (*slot) {
		int c;

		if (own)
			*slot = node_own(*slot);
		c = name_cmp(p->key, p->name, p->len, *slot);
		if (!c)
			break;
		slot = c < 0 ? &(*slot)->left : &(*slot)->right;
	}
	return slot;
}

struct node *tree_nearest(struct node *root, const char *path, const char **rest)
{
	struct node *n = root, *child;
	struct part p;

	for (p = part_at(path); p.len; p = part_at(p.name + p.len)) {
		child = *child_slot(&n->children, &p, false);
		if (!child)
			break;
		n = child;
	}
	*rest = p.name;
	return n;
}

struct node *tree_find(struct node *root, const char *path)
{
	const char *rest;
	struct node *n = tree_nearest(root, path, &rest);

	return *rest ? NULL : n;
}

/* The node at path as far as end, which exists, made ours from the root down. */
static struct node *tree_own(struct node **root, const char *path, const char *end)
{
	struct node **slot = root;

	*root = node_own(*root);
	for (struct part p = part_at(path); p.name < end && p.len; p = part_at(p.name + p.len))
		slot = child_slot(&(*slot)->children, &p, true);
	return *slot;
}

void tree_set(struct node **root, const char *path, struct content *c)
{
	struct node *n = tree_own(root, path, path + strlen(path));

	content_put(n->c);
	n->c = c;
}

void tree_attach(struct node **root, const char *path, const char *rest, struct node *n)
{
	struct node *parent = tree_own(root, path, rest);

	parent->children = treap_insert(parent->children, n);
}

struct node *tree_detach(struct node **root, const char *path)
{
	const struct part last = part_at(strrchr(path, '/'));
	struct node *parent = tree_own(root, path, last.name);
	struct node **slot = child_slot(&parent->children, &last, true), *out = *slot;

	*slot = treap_join(out->left, out->right);
	out->left = out->right = NULL;
	return out;
}

/* The siblings in a treap, whose parent's path is the first len characters of path. */
static void walk(struct node *n, char *path, size_t len, walk_fn *fn, void *arg)
{
	for (; n; n = n->right) {
		walk(n->left, path, len, fn, arg);
		path[len] = '/';
		memcpy(path + len + 1, n->c->bytes, n->c->name_len);
		path[len + 1 + n->c->name_len] = '\0';
		fn(n, path, arg);
		walk(n->children, path, len + 1 + n->c->name_len, fn, arg);
	}
}

void tree_walk(struct node *top, const char *path, walk_fn *fn, void *arg)
{
	char below[XENSTORE_ABS_PATH_MAX + 2];
	size_t len = path[1] ? strlen(path) : 0;

	fn(top, path, arg);
	memcpy(below, path, len);
	walk(top->children, below, len, fn, arg);
}

void tree_names(const struct node *siblings, struct buf *names)
{
	for (; siblings; siblings = siblings->right) {
		tree_names(siblings->left, names);
		buf_add(names, siblings->c->bytes, siblings->c->name_len);
		buf_add(names, "", 1);
	}
}
