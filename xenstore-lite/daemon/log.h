/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The log: a file in the run directory (memory, on any sane system), mapped. It
 * starts with a snapshot, records that bring the daemon's whole state back, and
 * goes on with every input that changed it, in order. The daemon is a deterministic
 * function of the log, so after kill -9 the next one reads it and is where the
 * first one was. A reply leaves the daemon only after its request is in the log.
 */
#ifndef XSD_LOG_H
#define XSD_LOG_H

#include "conn.h"

/* In brackets a record's numbers. */
enum log_type {
	/*
	 * In a snapshot alone. A request brings back a part of the state: of connection 0, which
	 * is the daemon itself, a node, permissions, a limit; of others a watch or a transaction's
	 * step. The record's bytes are its payload.
	 */
	LOG_REQUEST, /* [type, transaction] */
	LOG_TXN,     /* an open transaction, whose steps follow [id, lost] */
	LOG_PENDING, /* unfinished input or output of a connection [which] */
	LOG_BEGIN, /* the snapshot's end [last transaction's id, the daemon ended in order then] */
	/* In a snapshot and after it; the first and the last one bound the three groups. */
	LOG_DOMAIN, /* how a domain is now [domid, gone, introduced, shutdown] */
	LOG_CONN,   /* how a connection is [port, position of input, of output, overflow] */
	/* After it alone. */
	LOG_INPUT, /* bytes from a connection [what the request that they end came to] */
	LOG_CLOSE,
	LOG_RENEW, /* transactions were moved onto the store of now, for a new log */
};

/* Each record: this, then len bytes. */
struct record {
	uint32_t type;
	uint32_t conn; /* that it belongs to, or 0 */
	uint32_t len;
	uint32_t v[4];
};

extern bool log_replaying; /* what is run comes from a log */
extern bool log_loading;   /* from its snapshot, to be exact */
extern int log_answer;	   /* and it was this error, or 0, that the request came to */

/* Map the log in dir; false: there is none to go on from. */
bool log_open(const char *dir);
/*
 * Bring back the state in it; false: none is open. With resume, local connections that an earlier
 * process of ours left open go on. A log without sense is set aside, and the process ends.
 */
bool log_load(bool resume);
/*
 * Write a snapshot of the state as the start of a new log, which replaces the old
 * one. clean: it is the daemon's last word.
 */
bool log_compact(bool clean);
/* Between requests: start a new log when this one has grown far beyond its snapshot. */
void log_tidy(void);

void log_put(enum log_type type, uint32_t conn, const uint32_t v[4], const void *data, size_t len);
/* A new connection, a ring's before its introduction; back-pressure began, or ended. */
void log_conn(const struct conn *c);
void log_domain(const struct domain *d, bool gone);
/* Log that c is closed, and close it. */
void log_close(struct conn *c);
/* A socket connection with nothing in flight in either direction survives a crash. */
void log_busy(const struct conn *c, bool busy);

/* State as records: save emits them (ends: its last), load takes a whole log's worth of them. */
void state_save(bool ends);
/* False when the records make no sense; then this process is of no more use. */
bool state_load(const void *records, size_t len);
/*
 * At the end of the replay: which connections go on, of those on descriptors below fds; busy
 * tells of what a crash has interrupted.
 */
void state_settle(const uint8_t *busy, size_t fds);
/* A store with nothing but the root and /tool/xenstored. */
void state_new(void);

#endif
