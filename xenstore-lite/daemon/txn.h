/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Views and transactions. A view is a root plus the bill for what was changed in
 * it; the store itself is one, and each transaction has a private one that starts
 * as a snapshot of the store. A transaction notes which nodes it read, listed,
 * wrote or removed; it commits if none of those differs between the snapshot and
 * the store of now, whatever else has changed meanwhile. Its changed nodes are
 * then moved over into the store, all or none.
 */
#ifndef XSD_TXN_H
#define XSD_TXN_H

#include "domain.h"

struct delta {
	struct delta *next;
	uint64_t gen;
	uint16_t domid;
	int64_t nodes, bytes;
};

struct view {
	struct node *root;
	struct delta *deltas; /* unused in the store's own view, which bills at once */
};

extern struct view store_view;
extern uint64_t store_changes; /* commits and single changes so far */

/* Each returns 0 or an errno value; nothing is changed on error. conn NULL: the daemon itself. */
int view_write(struct view *v, const struct conn *conn, const char *path, const void *value,
	       size_t len);
int view_set_perms(struct view *v, const struct conn *conn, const char *path, struct permset *ps);
/* The node at path and all below it, which exist; *old (may be NULL) gets the reference. */
void view_remove(struct view *v, const char *path, struct node **old);
/* Give path in v the content of src (NULL: none), or with whole, src's subtree. Parent exists. */
void view_move(struct view *v, const char *path, struct node *src, bool whole);
/* v becomes what from is, and from's bill is paid; ENOSPC when enforced and over a quota. */
int view_merge(struct view *v, struct view *from, bool enforce);
void view_done(struct view *v);
/* Bill every node of the store's view, as after loading it. */
void view_bill_all(void);

#define ACCESS_VALUE  1 /* value or permissions, or that the node does not exist */
#define ACCESS_LIST   2 /* which children it has */
#define ACCESS_PERMS  4 /* permissions only: a node was made below it */
#define ACCESS_WRITE  8
#define ACCESS_REMOVE 16

struct access {
	struct access *next, *chain;
	uint8_t flags;
	char path[];
};

struct access_set {
	struct access *first, **last;
	struct access **bucket;
	uint32_t count, buckets;
	int64_t bytes;
};

struct txn {
	struct txn *next;	   /* of this connection */
	struct txn *newer, *older; /* unprivileged ones, by age */
	struct conn *conn;
	uint32_t id;
	bool expired; /* its snapshot was given up: it ends with EAGAIN */
	uint64_t started;
	struct view view;
	struct node *base;
	struct access_set set;
	int64_t charged; /* to Q_MEMORY of conn's domain */
};

int txn_start(struct conn *conn, uint32_t *id);
struct txn *txn_find(struct conn *conn, uint32_t id);
/* Note an access; ENOSPC when the transaction touches too many nodes. t may be NULL. */
int txn_touch(struct txn *t, const char *path, unsigned int flags);
/* Both end it and free it. Commit returns EAGAIN on a conflict, ENOSPC over a quota. */
int txn_commit(struct txn *t);
void txn_abort(struct txn *t);
/* Bring back a transaction from a state file. */
struct txn *txn_restore(struct conn *conn, uint32_t id, struct node *base, struct node *root,
			uint64_t started);
/* An access of t, or with t NULL of conn's failed transaction, likewise. */
void txn_restore_access(struct conn *conn, struct txn *t, const char *path, unsigned int flags);
void view_restore_bill(struct view *v, unsigned int domid, uint64_t gen, int64_t nodes,
		       int64_t bytes);
/* A connection ends: so do its transactions and its reservation. */
void txn_forget(struct conn *conn);
/* A change to the store by anyone: old snapshots of guests are given up in time. */
void txn_age(void);

/*
 * Fairness. A connection whose transactions failed TXN_PATIENCE times in a row
 * gets a reservation: while its next one is open, at most TXN_HOLD_MS, others'
 * changes to the nodes of the failed one wait, and so do the transactions of
 * others who have failed as often. True: conn's request must wait.
 */
#define TXN_PATIENCE 3
#define TXN_HOLD_MS  50
bool txn_must_wait(struct conn *conn, uint32_t type, uint32_t tx_id, const char *path);
bool txn_held(void); /* a reservation is in force */
/* Milliseconds until the reservation lapses, -1 without one. */
int txn_hold_left(void);
void txn_drop_reservation(struct conn *conn); /* NULL: whoever's */

#endif
