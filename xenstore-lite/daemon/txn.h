/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Views and transactions. A view is a root plus the bill for what was changed in
 * it; the store itself is one, and each transaction has a private one that starts
 * as a snapshot of the store. A transaction notes which nodes it read, listed,
 * wrote or removed, and keeps the requests that made it do so. It commits if none
 * of those nodes differs between its snapshot and the store of now, whatever else
 * has changed meanwhile: its requests are run again on the store of now, which
 * they see as they saw the snapshot, and the result becomes the store.
 */
#ifndef XSD_TXN_H
#define XSD_TXN_H

#include "domain.h"

struct bill {
	struct bill *next;
	uint64_t gen;
	uint16_t domid;
	int64_t nodes, bytes;
};

struct view {
	struct node *root;
	struct bill *bills; /* unused in the store's own view, which bills at once */
};

extern struct view store_view;

/* The two return 0 or an errno value; nothing is changed on error. */
int view_write(struct view *v, const struct conn *conn, const char *path, const void *value,
	       size_t len);
int view_set_perms(struct view *v, const struct conn *conn, const char *path, struct permset *ps);
/* Take out the node at path and all below it, which exist; the caller gets the reference. */
struct node *view_remove(struct view *v, const char *path);
/* The store becomes what v is, and v's bills are paid; ENOSPC when enforced and over a quota. */
int view_merge(struct view *v, bool enforce);
void view_done(struct view *v);
/* Add to (sign 1) or take from (-1) what the owner of a node with that content is billed. */
void view_bill(struct view *v, const struct content *c, int sign);

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
	bool changed; /* it changed the view; else it only noted what it saw */
	struct xsd_sockmsg req;
	char data[];
};

struct txn {
	struct txn *next; /* of this connection */
	struct conn *conn;
	uint32_t id;
	bool expired;	  /* its snapshot was given up: it ends with EAGAIN */
	bool rerunning;	  /* notes nothing: it has all its notes */
	bool noted;	  /* the request being run has noted something new */
	bool changed;	  /* some step has changed the view */
	uint64_t started; /* by the count of changes to the store */
	struct node *base;
	struct view view;
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
bool txn_affords(const struct txn *t, const struct xsd_sockmsg *req);
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
