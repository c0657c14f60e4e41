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

enum log_type {
	/*
	 * In a snapshot and after it; in brackets a record's numbers, then its bytes. In a
	 * snapshot each input is one whole request that brings back a part of the state: a
	 * watch, a transaction's step, or of connection 0, which is the daemon itself, a node,
	 * its permissions, a limit.
	 */
	LOG_INPUT,  /* bytes from a connection */
	LOG_DOMAIN, /* a new domain [domid, introduced, shutdown] */
	LOG_OPEN,   /* a socket connection [descriptor] */
	LOG_RING, /* a domain's ring was mapped, before its introduction [domid, port, positions] */
	LOG_OVERFLOW, /* back-pressure began, or ended [which] */
	/* In a snapshot alone. */
	LOG_TXN,     /* an open transaction, whose steps follow [id, lost] */
	LOG_PENDING, /* unfinished input and output of a connection [length of input] */
	LOG_BEGIN,   /* its end [counters] */
	/* After it alone. */
	LOG_CLOSE,
	LOG_DOMAIN_GONE,
	LOG_DOMAIN_SHUTDOWN,
	LOG_CLEAN, /* the daemon ended in order, and nothing was under way but LOG_PENDING */
	LOG_TYPES,
};

/* Each record: this, count numbers of 64 bits, then len bytes. */
struct record {
	uint32_t len;
	uint32_t conn; /* that it belongs to, or 0 */
	uint16_t type;
	uint16_t count;
};
#define LOG_VALUES 8

extern bool log_replaying; /* what is run comes from a log */
extern bool log_loading;   /* from its snapshot, to be exact */
extern bool log_has_rings; /* the log comes from a daemon that had a hypervisor below it */

/* Map the log in dir, if there is one to go on from. */
void log_open(const char *dir);
/* Bring back the state in it. False: there is none, or none that can be used. */
bool log_load(void);
/*
 * Which connections go on, now that they can. With resume, those that an earlier
 * process of ours left open; without, no local ones.
 */
void log_settle(bool resume);
/*
 * Write a snapshot of the state as the start of a new log, which replaces the old
 * one. clean: it is the daemon's last word.
 */
bool log_compact(bool clean);
/* Log nothing any more. */
void log_stop(void);
/* Between requests: start a new log when this one has grown far beyond its snapshot. */
void log_tidy(void);

void log_put(enum log_type type, uint32_t conn, const uint64_t *val, unsigned int count,
	     const void *data, size_t len);
void log_conn(enum log_type type, const struct conn *c); /* OPEN, RING, CLOSE, ... */
void log_domain(enum log_type type, const struct domain *d);
/* Log that c is closed, and close it. */
void log_close(struct conn *c);
/* A socket connection with nothing in flight in either direction survives a crash. */
void log_busy(const struct conn *c, bool busy);

/* State as records: save emits them, load takes a whole log's worth of them. */
void state_save(void);
/* False when the records make no sense; state_clear() then brings back a blank slate. */
bool state_load(const void *records, size_t len);
/* After the replay: which connections go on; busy tells of what a crash has interrupted. */
void state_settle(const uint8_t *busy, size_t fds);
void state_clear(void);
/* A store with nothing but the root and /tool/xenstored. */
void state_new(void);

#endif
