/* SPDX-License-Identifier: BSD-2-Clause */
/* The daemon in the test's own process: clients over buffers or over fake rings. */
#ifndef STORE_HARNESS_H
#define STORE_HARNESS_H

#include <CUnit/Basic.h>
#include <stdio.h>
#include <stdlib.h>
#include "conn.h"
#include "fake_xen.h"
#include "log.h"
#include "ring.h"
#include "socket.h"
#include "txn.h"
#include "watch.h"

struct client {
	struct conn *c; /* over a buffer; NULL for a ring client */
	unsigned int domid;
	struct xenstore_domain_interface *page;
	struct buf to, from;  /* bytes on their way to the daemon and back */
	bool deaf;	      /* takes no output */
	unsigned int sent;    /* when it last got some, in order of all clients */
	char events[64][256]; /* "path token" of those received and not yet looked at */
	int n_events;
	uint32_t type; /* of the last reply */
	char data[XENSTORE_PAYLOAD_MAX + 1];
	size_t len;
};

/* A fresh store with domains 1 to domains, and none of the hypervisor's help. */
void store_begin(int domains);
void store_end(void);
/* Nothing but a blank slate is left, and nothing is told of it. */
void state_clear(void);
/* Rings too, on a hypervisor of arrays. */
void store_begin_rings(void);

struct client *client_new(unsigned int domid);	/* over a buffer */
struct client *client_ring(unsigned int domid); /* over a ring that is introduced already */
void client_free(struct client *c);
/* Send and take the reply; true unless it is an error. Data may hold NULs. */
bool call(struct client *c, uint32_t type, uint32_t tx, const void *data, size_t len);
/* Let the daemon and the client exchange what there is. False: no whole reply came. */
bool pump(struct client *c);
/* Serve every connection until nothing moves. */
void settle(void);
bool is_error(const struct client *c, const char *name);

/* Shorthands; a path is a C string. */
bool do_read(struct client *c, uint32_t tx, const char *path);
bool do_write(struct client *c, uint32_t tx, const char *path, const char *value);
bool do_rm(struct client *c, uint32_t tx, const char *path);
bool do_perms(struct client *c, uint32_t tx, const char *path, const char *perms); /* "n0 r1" */
bool do_watch(struct client *c, const char *path, const char *token);
/* INTRODUCE; the frame number that goes with it does not matter. */
bool do_introduce(struct client *c, unsigned int domid, unsigned int port);
uint32_t do_begin(struct client *c);
bool do_end(struct client *c, uint32_t tx, bool commit);
/* Takes the first event; "" when there is none. */
const char *event(struct client *c);
/* It asks for a fresh ring, with a watch and half a message that shall not outlive the old. */
void ask_reconnect(struct client *c);
/* Compare the accounts with a count of the whole store and of what hangs on connections. */
bool accounts_right(void);
/* Drop all state as a kill does, then come back from the log in dir. */
void crash_and_load(const char *dir);

void suite_tree(void);
void suite_protocol(void);
void suite_txn(void);
void suite_watch(void);
void suite_quota(void);
void suite_ring(void);
void suite_restart(void);
void suite_advisories(void);
void suite_model(void);

#define SUITE(name) CU_add_suite(name, NULL, NULL)
/* Says what came instead. */
#define EQ_STR(a, b)                                                                        \
	do {                                                                                \
		const char *got_ = (a), *want_ = (b);                                       \
		CU_ASSERT_STRING_EQUAL(got_, want_);                                        \
		if (strcmp(got_, want_))                                                    \
			printf("line %d: got \"%s\", not \"%s\"\n", __LINE__, got_, want_); \
	} while (0)

#endif
