/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The log: a file in the run directory (memory, on any sane system), mapped. It
 * starts with a snapshot of the daemon's whole state and goes on with every
 * input that changed it, in order. The daemon is a deterministic function of the
 * log, so after kill -9 the next one reads it and is where the first one was.
 * A reply leaves the daemon only after its request is in the log.
 */
#ifndef XSD_LOG_H
#define XSD_LOG_H

#include "conn.h"

enum log_type {
	/* A snapshot is these. */
	LOG_STATE = 1, /* counters */
	LOG_QUOTA,     /* one limit */
	LOG_DOMAIN,    /* one domain's record */
	LOG_PERMS,     /* one permission list; numbered from 1 in order */
	LOG_CONTENT,   /* one node content; the same */
	LOG_NODE,      /* one node, after those it points to; the same */
	LOG_ROOT,      /* which node is the store's root */
	LOG_CONN,      /* one connection with its unfinished input and output */
	LOG_WATCH,     /* one watch */
	LOG_TXN,       /* one open transaction */
	LOG_BILL,      /* what one domain will be billed if the transaction before commits */
	LOG_ACCESS,    /* one node that the transaction before touched */
	LOG_FAILED,    /* one node that a connection's failed transaction touched */
	LOG_SNAPSHOT_END,
	/* What happened since. */
	LOG_OPEN = 32, /* a socket connection: its number and descriptor */
	LOG_CLOSE,
	LOG_INPUT, /* bytes from a connection */
	LOG_OVERFLOW,
	LOG_CAUGHT_UP,
	LOG_DOMAIN_NEW,
	LOG_DOMAIN_GONE,
	LOG_DOMAIN_SHUTDOWN,
	LOG_RING, /* what mapping a domain's ring gave, for the introduction that follows */
};

extern bool log_replaying;
extern bool log_has_rings; /* the log comes from a daemon that had a hypervisor below it */
extern uint32_t log_seed;  /* for hash tables that clients can fill */

/* How the last daemon that used a log ended. */
enum log_end { LOG_CRASHED, LOG_EXITED, LOG_RESTARTING };

/* What is known of a descriptor, for the process after a crash. */
enum fd_state { FD_OTHER, FD_BUSY, FD_IDLE };

/*
 * Map the log in dir if there is one. With resume, the connections that an
 * earlier process of ours left open are kept; whatever else it had open above
 * last_fd is closed. Without, there are none.
 */
void log_open(const char *dir, bool resume, int last_fd);
/* Bring back the state in it. False: there is none, or none that can be used. */
bool log_load(void);
/* Write a snapshot of the state as the start of a new log, which replaces the old one. */
bool log_compact(enum log_end end);
/* Log nothing any more. */
void log_stop(void);
/* How the daemon that wrote the log in dir ended; before log_open(). */
enum log_end log_peek(const char *dir);

void log_conn(enum log_type type, const struct conn *c); /* OPEN, CLOSE, OVERFLOW, CAUGHT_UP */
void log_input(const struct conn *c, const void *data, size_t len);
void log_ring(const struct conn *c);
void log_domain(enum log_type type, unsigned int domid);
/* Log that c is closed, and close it. */
void log_close(struct conn *c);
/* A socket connection with nothing in flight in either direction survives a crash. */
void log_idle(const struct conn *c, bool idle);
/* Between requests: start a new log when this one has grown far beyond its snapshot. */
void log_tidy(void);

/* State as records: save emits them, load takes a whole log's worth of them. */
struct record {
	uint32_t len; /* of the data that follows */
	uint32_t type;
	uint32_t conn;
};
void log_put(enum log_type type, uint32_t conn, const void *a, size_t alen, const void *b,
	     size_t blen);
void state_save(void);
/* False when the records make no sense; state_clear() then brings back a blank slate. */
bool state_load(const void *records, size_t len);
/* After the replay: which connections go on. clean: their unfinished bytes are in the snapshot. */
void state_settle(bool clean, enum fd_state (*fd_state)(int fd));
void state_clear(void);
/* A store with nothing but the root and /tool/xenstored. */
void state_new(void);

#endif
