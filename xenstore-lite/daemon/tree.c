/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include "tree.h"

uint64_t tree_gen;
uint64_t tree_freed;

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
	c->id = 0;
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

struct node *node_new(struct content *c, struct node *children, uint64_t gen)
{
	struct node *n = xalloc(sizeof(*n));

	n->ref = 1;
	n->height = 1;
	n->c = c;
	n->gen = gen;
	n->children = node_get(children);
	return n;
}

struct node *node_get(struct node *n)
{
	if (n)
		n->ref++;
	return n;
}

/* Drop one reference; a node that nobody holds any more joins the list to free. */
static struct node *node_drop(struct node *n, struct node *dead)
{
	if (!n || --n->ref)
		return dead;
	n->gen = (uint64_t)(uintptr_t)dead;
	return n;
}

/* A loop, not a recursion: how deep a tree goes is for its clients to choose. */
void node_put(struct node *n)
{
	struct node *dead = node_drop(n, NULL);

	while (dead) {
		n = dead;
		dead = (struct node *)(uintptr_t)n->gen;
		dead = node_drop(n->left, dead);
		dead = node_drop(n->right, dead);
		dead = node_drop(n->children, dead);
		content_put(n->c);
		free(n);
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
	copy = xgrow(NULL, sizeof(*copy));
	*copy = *n;
	copy->ref = 1;
	copy->id = 0;
	node_get(copy->left);
	node_get(copy->right);
	node_get(copy->children);
	copy->c->ref++;
	n->ref--;
	return copy;
}

int name_cmp(const char *a, size_t alen, const char *b, size_t blen)
{
	int c = memcmp(a, b, alen < blen ? alen : blen);

	return c ? c : (alen > blen) - (alen < blen);
}

static unsigned int height(const struct node *n)
{
	return n ? n->height : 0;
}

bool node_fix_height(struct node *n)
{
	unsigned int l = height(n->left), r = height(n->right);

	n->height = ((l > r ? l : r) + 1) & 63;
	return l <= r + 1 && r <= l + 1;
}

static struct node *rotate(struct node *n, bool right)
{
	struct node **from = right ? &n->left : &n->right;
	struct node *up = node_own(*from);
	struct node **to = right ? &up->right : &up->left;

	*from = *to;
	*to = n;
	node_fix_height(n);
	node_fix_height(up);
	return up;
}

static struct node *balance(struct node *n)
{
	if (node_fix_height(n))
		return n;
	if (height(n->left) > height(n->right)) {
		if (height(n->left->left) < height(n->left->right))
			n->left = rotate(node_own(n->left), false);
		return rotate(n, true);
	}
	if (height(n->right->right) < height(n->right->left))
		n->right = rotate(node_own(n->right), true);
	return rotate(n, false);
}

static struct node *avl_insert(struct node *t, struct node *n)
{
	if (!t)
		return n;
	t = node_own(t);
	if (name_cmp(n->c->bytes, n->c->name_len, t->c->bytes, t->c->name_len) < 0)
		t->left = avl_insert(t->left, n);
	else
		t->right = avl_insert(t->right, n);
	return balance(t);
}

static struct node *avl_take_first(struct node *t, struct node **first)
{
	struct node *rest;

	t = node_own(t);
	if (t->left) {
		t->left = avl_take_first(t->left, first);
		return balance(t);
	}
	rest = t->right;
	*first = t;
	return rest;
}

static struct node *avl_remove(struct node *t, const char *name, size_t len, struct node **out)
{
	int c;

	t = node_own(t);
	c = name_cmp(name, len, t->c->bytes, t->c->name_len);
	if (c < 0) {
		t->left = avl_remove(t->left, name, len, out);
	} else if (c > 0) {
		t->right = avl_remove(t->right, name, len, out);
	} else {
		struct node *left = t->left, *right = t->right, *first;

		*out = t;
		t->left = t->right = NULL;
		t->height = 1;
		if (!right)
			return left;
		right = avl_take_first(right, &first);
		first->left = left;
		first->right = right;
		t = first;
	}
	return balance(t);
}

/* Next component of a path at or behind p (p at '/' or at the end); its length in *len. */
static const char *component(const char *p, size_t *len)
{
	p += *p == '/';
	*len = strcspn(p, "/");
	return p;
}

static struct node **child_slot(struct node **slot, const char *name, size_t len, bool own)
{
	while (*slot) {
		int c;

		if (own)
			*slot = node_own(*slot);
		c = name_cmp(name, len, (*slot)->c->bytes, (*slot)->c->name_len);
		if (!c)
			break;
		slot = c < 0 ? &(*slot)->left : &(*slot)->right;
	}
	return slot;
}

struct node *tree_nearest(struct node *root, const char *path, const char **rest)
{
	struct node *n = root, *child;
	size_t len;

	while (*(path = component(path, &len))) {
		child = *child_slot(&n->children, path, len, false);
		if (!child)
			break;
		n = child;
		path += len;
	}
	*rest = path;
	return n;
}

struct node *tree_find(struct node *root, const char *path)
{
	const char *rest;
	struct node *n = tree_nearest(root, path, &rest);

	return *rest ? NULL : n;
}

/* The node at path, which exists, made ours from the root down; stops at end. */
static struct node *tree_own(struct node **root, const char *path, const char *end)
{
	struct node **slot = root;
	size_t len;

	*root = node_own(*root);
	for (path = component(path, &len); path < end && *path; path = component(path + len, &len))
		slot = child_slot(&(*slot)->children, path, len, true);
	return *slot;
}

static const char *last_slash(const char *path)
{
	return strrchr(path, '/');
}

void tree_set(struct node **root, const char *path, struct content *c)
{
	struct node *n = tree_own(root, path, path + strlen(path));

	content_put(n->c);
	n->c = c;
}

void tree_attach(struct node **root, const char *path, struct node *n)
{
	struct node *parent = tree_own(root, path, last_slash(path));

	parent->children = avl_insert(parent->children, n);
	parent->gen = ++tree_gen;
}

struct node *tree_detach(struct node **root, const char *path)
{
	const char *name = last_slash(path);
	struct node *parent = tree_own(root, path, name), *out = NULL;

	parent->children = avl_remove(parent->children, name + 1, strlen(name + 1), &out);
	parent->gen = ++tree_gen;
	return out;
}

void tree_walk(struct node *top, void (*fn)(struct node *n, void *arg), void *arg)
{
	struct node **stack = xgrow(NULL, 64 * sizeof(*stack));
	size_t n = 0, room = 64;

	fn(top, arg);
	if (top->children)
		stack[n++] = top->children;
	while (n) {
		struct node *t = stack[--n];

		if (n + 3 > room) {
			room *= 2;
			stack = xgrow(stack, room * sizeof(*stack));
		}
		if (t->right)
			stack[n++] = t->right;
		if (t->children)
			stack[n++] = t->children;
		if (t->left)
			stack[n++] = t->left;
		fn(t, arg);
	}
	free(stack);
}

static void list(const struct node *t, void (*fn)(const struct content *c, void *arg), void *arg)
{
	for (; t; t = t->right) {
		list(t->left, fn, arg);
		fn(t->c, arg);
	}
}

void tree_list(const struct node *parent, void (*fn)(const struct content *c, void *arg), void *arg)
{
	list(parent->children, fn, arg);
}
