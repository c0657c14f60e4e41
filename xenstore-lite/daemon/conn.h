/* SPDX-License-Identifier: BSD-2-Clause */
/* Connections: bytes in, requests run, bytes out; the transports below them. */
#ifndef XSD_CONN_H
#define XSD_CONN_H

#include <sys/types.h>
#include "txn.h"
#include "watch.h"

/* A socket, a ring and a test buffer are these four functions to the rest of the daemon. */
struct transport {
	/* Up to n bytes; 0: none now; -1: this connection is over. */
	ssize_t (*read)(struct conn *c, void *buf, size_t n);
	ssize_t (*write)(struct conn *c, const void *buf, size_t n);
	/*
	 * Requests are served and output is written up to here, which the client may see only
	 * now; with output left, call conn_service() when there is room for it.
	 */
	void (*want)(struct conn *c, bool output);
	void (*close)(struct conn *c);
	/*
	 * Every byte read is logged and every byte written can be recounted after
	 * a crash. Such a connection survives one at any point; the others if idle.
	 */
	bool exact;
};

struct conn {
	struct conn *next;
	const struct transport *tp;
	struct domain *domain;
	uint32_t id; /* a socket's descriptor, or CONN_RING and a ring's domain id */
	void *priv;
	struct buf in, out;
	size_t out_charged;
	size_t unlogged; /* bytes at the end of in, of a request not yet run (exact only) */
	/* Bytes taken and sent so far, modulo 2^32: a ring's indices. */
	uint32_t in_pos, out_pos;
	uint32_t replies; /* queued since the output was last empty */
	uint64_t ticket;  /* place in the queue for a turn, 0: not in it */
	uint32_t retries; /* transactions failed in a row */
	bool dead;	  /* to be freed by conn_reap() */
	bool overflow;	  /* takes no events until its output is empty */
	bool waiting;	  /* for someone's turn to end */
	bool dirty;	  /* on the list of those with output to flush */
	bool more;	  /* had its turn with requests left over */
	struct conn *dirty_next;
	struct txn *txns;
	struct watch *watches;
};

extern struct conn *conns;
/* Bytes queued to exact connections since the last snapshot: what a replay queues again. */
extern uint64_t conn_exact_out;
extern bool conn_more;	/* some connection has requests left over */
extern bool conn_muted; /* what is run has been answered before: queue nothing */

#define CONN_RING 0xffff0000u /* above any descriptor, and any domain id fits in */

/* id: none of another connection that is not dead. */
struct conn *conn_new(const struct transport *tp, struct domain *domain, uint32_t id);
/* May be called at any time, any number of times; the memory goes in conn_reap(). */
void conn_close(struct conn *c);
void conn_reap(void);
struct conn *conn_by_id(uint32_t id);

/* Take and run requests; the replies are sent at once on a ring, else by conn_flush_all(). */
void conn_service(struct conn *c);
/* Bytes from the log, run without asking the transport. */
void conn_replay(struct conn *c, const void *data, size_t len);
/* Send queued output of every connection that has some, the privileged ones first. */
void conn_flush_all(void);
/* Serve c soon, whether or not its transport calls. */
void conn_again(struct conn *c);
void conn_wake_waiting(void);
/* Event of watch w on the event's path as the client is to see it. */
void conn_event(struct conn *c, struct watch *w, const char *path);
/* Back-pressure began or ended: part of the log, because it decides what is sent. */
void conn_set_overflow(struct conn *c, bool on);
void conn_reply(struct conn *c, const struct xsd_sockmsg *req, const void *data, size_t len);

/* Protocol operations: run one request and queue its reply. Returns the error it was told. */
int ops_run(struct conn *c, const struct xsd_sockmsg *req, const char *data, struct outcome *out);
/* Does this request change anything that outlives its reply? */
bool ops_is_change(const struct xsd_sockmsg *req);
/* Is it one that a transaction keeps? */
bool ops_is_step(const struct xsd_sockmsg *req);
/*
 * The absolute form of a path, made in room if it is relative; a special name as it is; NULL when
 * it is too long. Whether it is valid is for path_valid() or watch_special() to say.
 */
#define ABS_ROOM (XENSTORE_ABS_PATH_MAX + 1)
const char *ops_abs_path(const struct conn *c, const char *path, char *room);

/* CONTROL: the answer goes to out. Returns 0 or an errno value. */
int control_run(int argc, const char *const *argv, struct buf *out);

#endif
