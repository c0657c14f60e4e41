/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The store, and transactions on it. A transaction works on a tree of its own, a
 * snapshot of the store at first, and keeps its requests. To commit it, they are run
 * again on the store of now, whatever has changed meanwhile, and billed. If each is
 * answered as it was before, the client cannot tell, and all is as if the transaction
 * had run then and there; else nothing has happened, and it ends with EAGAIN.
 */
#ifndef XSD_TXN_H
#define XSD_TXN_H

#include "domain.h"

extern struct node *store_root;

/*
 * Changes to the store (root is &store_root), or to a transaction's tree, which are
 * not billed. near and rest, which points into path, are what tree_nearest() says of it.
 * The two return what is there now, or NULL when a quota forbids it, and nothing is changed.
 */
const struct content *store_write(struct node **root, const struct conn *conn, struct node *near,
				  const char *path, const char *rest, const void *value,
				  size_t len);
const struct content *store_set_perms(struct node **root, const struct conn *conn, struct node *n,
				      const char *path, struct permset *ps);
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

/* What a request has come to. */
struct outcome {
	uint64_t seen;		    /* stands for its reply; in transactions alone */
	const struct content *made; /* of the node that it wrote, as long as that has it */
	bool changed;		    /* it has made, written or removed a node */
};

/* A request that the transaction has run. */
struct step {
	struct outcome out; /* when it was run last */
	struct xsd_sockmsg req;
	char data[];
};

struct txn {
	struct txn *next; /* of this connection */
	struct conn *conn;
	uint32_t id;
	bool lost;	    /* its requests are given up: it ends with EAGAIN */
	bool again;	    /* they are being run again: keep none */
	struct node *tree;  /* what the client sees */
	struct node **root; /* where its requests are run: &tree, or the store when it commits */
	struct buf steps;
	int64_t count;	 /* of them */
	int64_t charged; /* to Q_MEMORY of conn's domain */
};

extern uint32_t txn_last_id;

/* A transaction of that number on the store of now. */
struct txn *txn_new(struct conn *conn, uint32_t id);
int txn_start(struct conn *conn, uint32_t *id);
struct txn *txn_find(struct conn *conn, uint32_t id);
/* What it costs in bytes to keep this request, -1: more than there is room for. */
int64_t txn_affords(const struct txn *t, const struct xsd_sockmsg *req, const char *data);
/* Keep it for that, now that it was run. */
void txn_keep(struct txn *t, const struct xsd_sockmsg *req, const char *data, int64_t bytes,
	      const struct outcome *out);
/* The step at *at in t's steps, which becomes the next one's place; NULL: there is none. */
struct step *txn_step(const struct txn *t, size_t *at);
/*
 * Move all onto the store of now; those that can tell it from their snapshots have lost. Each new
 * log does so, which bounds how many old nodes the snapshots of idle transactions keep alive.
 */
void txn_renew_all(void);
/* Both end it and free it. Commit returns EAGAIN on a conflict, ENOSPC over a quota. */
int txn_commit(struct txn *t);
void txn_abort(struct txn *t);
/* A connection ends: so do its transactions and its turn. */
void txn_forget(struct conn *conn);

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
