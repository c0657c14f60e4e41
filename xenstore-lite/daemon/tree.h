/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The store's tree. Nodes are immutable once anyone else holds them: a root is a
 * snapshot, taking one costs one reference, and a change copies only the nodes on
 * the way down that are shared (a node whose every holder is the changer is
 * changed in place). Siblings form a treap: a search tree by name that is a heap
 * by rank, a hash of the name, which keeps it about as flat as a random one. So
 * finding, adding and removing a child cost O(log children), listing is sorted.
 *
 * A node's content (name, value, permissions) is an object of its own, shared by
 * all copies of the node. So "has it changed since that snapshot?" is one pointer
 * comparison, as long as the snapshot is held.
 */
#ifndef XSD_TREE_H
#define XSD_TREE_H

#include "wire.h"

/* One line of a permission list; gen ties it to one life of that domain id. */
struct perm {
	uint64_t gen; /* 0: the domain did not exist, so it grants nothing */
	uint16_t domid;
	uint16_t flags; /* PERM_READ, PERM_WRITE */
};
#define PERM_READ  1
#define PERM_WRITE 2
#define PERM_OWNER 4

struct permset {
	uint32_t ref;
	uint32_t n;
	struct perm p[];
};

struct content {
	struct permset *perms;
	uint32_t ref;
	uint16_t name_len;
	uint16_t value_len;
	char bytes[]; /* name, value; no NULs added */
};

struct node {
	struct node *left, *right; /* siblings with smaller and greater names */
	struct node *children;	   /* root of the children's treap */
	struct content *c;
	uint64_t key; /* the name's first eight characters, to compare it by */
	uint32_t ref;
	uint32_t rank; /* not below that of left and right */
};

extern uint64_t tree_freed; /* nodes no more in use since tree_trim() */
/* Give their memory back to the allocator. */
void tree_trim(void);

struct permset *permset_new(uint32_t n);
struct permset *permset_get(struct permset *ps);
void permset_put(struct permset *ps);

/* Takes over no reference: perms gets one of its own. */
struct content *content_new(const char *name, size_t name_len, const void *value, size_t len,
			    struct permset *perms);
void content_put(struct content *c);
static inline const char *content_value(const struct content *c)
{
	return c->bytes + c->name_len;
}

/* A node alone: takes over the caller's reference to c. */
struct node *node_new(struct content *c);
struct node *node_get(struct node *n);
void node_put(struct node *n);

/* All paths are valid absolute ones. NULL when there is no such node. */
struct node *tree_find(struct node *root, const char *path);
/* The node, or its nearest ancestor that exists; *rest is what of path is left below it. */
struct node *tree_nearest(struct node *root, const char *path, const char **rest);
/* Replace the content of an existing node; takes over c. */
void tree_set(struct node **root, const char *path, struct content *c);
/* Put n below an existing node that has no child of that name: rest is n's name within path. */
void tree_attach(struct node **root, const char *path, const char *rest, struct node *n);
/* Take out an existing node with all below it; the caller gets the reference. */
struct node *tree_detach(struct node **root, const char *path);

/* Calls fn for top, which is at path, and every node below: parents first, siblings by name. */
typedef void walk_fn(struct node *n, const char *path, void *arg);
void tree_walk(struct node *top, const char *path, walk_fn *fn, void *arg);
/* The names of nodes in a treap, each with its NUL, in order. */
void tree_names(const struct node *siblings, struct buf *names);

#endif
