/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The store, and transactions on it. A transaction works on a tree of its own, a
 * snapshot of the store at first. It notes which nodes it read, listed, wrote or
 * removed, and keeps the requests that made it do so. It commits if none of those
 * nodes differs between its snapshot and the store of now, whatever else has
 * changed meanwhile: its requests are run again on the store, where they see what
 * they saw before, and only then are they billed.
 */
#ifndef XSD_TXN_H
#define XSD_TXN_H

#include "domain.h"

extern struct node *store_root;

/*
 * Changes to the store (root is &store_root), or to a transaction's tree, which are
 * not billed. The two return 0 or an errno value; nothing is changed on error.
 */
int store_write(struct node **root, const struct conn *conn, const char *path, const void *value,
		size_t len);
int store_set_perms(struct node **root, const struct conn *conn, const char *path,
		    struct permset *ps);
/* Take out the node at path and all below it, which exist; the caller gets the reference. */
struct node *store_remove(struct node **root, const char *path);
/* Add to (sign 1) or take from (-1) what the owner of a node with that content is billed. */
void store_bill(struct node **root, const struct content *c, int sign);
/*
 * Changes to the store from store_try() to store_done() stay all together, or with keep false none
 * does. Returns a reference to the root that is not the store's: the old one, or the new.
 */
void store_try(void);
struct node *store_done(bool keep);

#define ACCESS_VALUE  1 /* value or permissions, or that the node does not exist */
#define ACCESS_LIST   2 /* which children it has */
#define ACCESS_PERMS  4 /* permissions only: a node was made below it */
#define ACCESS_WRITE  8
#define ACCESS_REMOVE 16

struct access {
	struct access *next, *chain;
	uint32_t hash;
	uint8_t flags;
	char path[];
};

struct access_set {
	struct access *first, **last;
	struct access **bucket;
	uint32_t count, buckets;
};

/* A request that the transaction has run. */
struct step {
	struct step *next;
	bool changed; /* it changed something; else it only noted what it saw */
	struct xsd_sockmsg req;
	char data[];
};

struct txn {
	struct txn *next; /* of this connection */
	struct conn *conn;
	uint32_t id;
	bool expired;	    /* its snapshot was given up: it ends with EAGAIN */
	bool rerunning;	    /* notes nothing: it has all its notes */
	bool done;	    /* it is being run again: notes and keeps nothing */
	bool noted;	    /* the request being run has noted something new */
	bool changed;	    /* some step has changed something */
	uint64_t started;   /* by the count of changes to the store */
	struct node *base;  /* the snapshot */
	struct node *tree;  /* what the client sees */
	struct node **root; /* where its requests are run: &tree, or the store when it commits */
	struct access_set set;
	struct step *steps, **last_step;
	int64_t charged; /* to Q_MEMORY of conn's domain */
};

extern uint64_t store_changes; /* commits and single changes so far */
extern uint32_t txn_last_id;

/* A transaction of that number on the store of now. */
struct txn *txn_new(struct conn *conn, uint32_t id);
int txn_start(struct conn *conn, uint32_t *id);
struct txn *txn_find(struct conn *conn, uint32_t id);
/* Note an access; ENOSPC when the transaction touches too many nodes. t may be NULL. */
int txn_touch(struct txn *t, const char *path, unsigned int flags);
/* Is there room to keep this request? */
bool txn_affords(const struct txn *t, const struct xsd_sockmsg *req, const char *data);
/* Keep it, now that it was run. */
void txn_keep(struct txn *t, const struct xsd_sockmsg *req, const char *data, bool changed);
/*
 * Move it onto the store of now, which it cannot tell from its snapshot. If that is
 * no longer so, it has lost already: it expires, and starts over for what it is worth.
 */
void txn_renew(struct txn *t);
/* Both end it and free it. Commit returns EAGAIN on a conflict, ENOSPC over a quota. */
int txn_commit(struct txn *t);
void txn_abort(struct txn *t);
/* A connection ends: so do its transactions and its turn. */
void txn_forget(struct conn *conn);
/* A change to the store by anyone: old snapshots of guests are given up in time. */
void txn_age(void);
#define TXN_MAX_AGE 65536 /* changes; a snapshot may live up to twice that */

/*
 * Fairness. A connection whose transactions failed TXN_PATIENCE times in a row
 * gets a turn, one after the other: while its next transaction is open, at most
 * TXN_HOLD_MS, nobody else changes anything. A guest's turn holds up guests, never
 * the tools, and after it the others have nine times as long for themselves.
 */
#define TXN_PATIENCE 3
#define TXN_HOLD_MS  50
/* Must conn's request wait? */
bool txn_must_wait(struct conn *conn, const struct xsd_sockmsg *req);
/* Milliseconds until the turn, or the time after it, is over; -1 without one. */
int txn_hold_left(void);
/* End the turn if it is conn's, with NULL if its time is over; the waiting are served. */
void txn_end_turn(struct conn *conn);

#endif
