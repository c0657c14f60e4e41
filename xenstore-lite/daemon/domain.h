/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Domains as the store knows them, what each may use (quota), and what each may
 * see (permissions). A domain record is one life of a domain id: when the domain
 * goes, the record goes, and a later domain of the same id gets a new generation.
 * Permission entries name the generation, so they die with the record.
 */
#ifndef XSD_DOMAIN_H
#define XSD_DOMAIN_H

#include "tree.h"

#define DOMID_LIMIT 0x7ff0 /* first reserved domain id */

enum quota {
	Q_NODES,	/* nodes owned */
	Q_NODE_SIZE,	/* bytes of one node's value and permission list */
	Q_PERMS,	/* entries in one permission list */
	Q_WATCHES,	/* watches set */
	Q_TRANSACTIONS, /* transactions open */
	Q_TXN_NODES,	/* requests of one transaction, each about a node */
	Q_OUTSTANDING,	/* replies not yet taken by the client */
	Q_MEMORY,	/* bytes of nodes, watches, transactions */
	Q_QUEUED,	/* bytes of replies and events not yet taken by the client */
	Q_COUNT,
};

/* Names and default limits, which can be set. */
extern struct quota_kind {
	const char *name;
	int64_t limit;
} quotas[Q_COUNT];
#define QUOTA_LIMIT_MAX (1ull << 40)

struct conn;

struct domain {
	struct domain *next;   /* after domain 0, which is always there */
	struct domain *target; /* that this one may act for, or NULL */
	uint64_t gen;
	uint16_t domid;
	bool introduced;
	bool shutdown;				/* its shutdown has been announced */
	struct conn *conn;			/* its ring, when introduced, */
	struct xenstore_domain_interface *page; /* which it shares: never trust it twice */
	uint32_t port;				/* its end of the ring's event channel */
	int local_port;				/* our end, 0: not bound */
	int64_t used[Q_COUNT];
	int64_t peak[Q_COUNT];
	int64_t limit[Q_COUNT]; /* -1: the default */
};

extern struct domain *const domain0; /* the privileged domain */

/* What the hypervisor says of a domain. */
enum domain_state { DOMAIN_UNKNOWN, DOMAIN_GONE, DOMAIN_SHUTDOWN, DOMAIN_ALIVE };

struct domain *domain_find(unsigned int domid);
/* Find, or make the record of a domain that exists; NULL when it does not. */
struct domain *domain_get(unsigned int domid);
struct domain *domain_add(unsigned int domid);
/*
 * The end of this life: its nodes, ring, watches and permissions go, those who watch are
 * told, the record is freed.
 */
void domain_release(struct domain *d);
void domain_shutdown(struct domain *d);
/* Ask the hypervisor about every record, after VIRQ_DOM_EXC. */
void domain_check_all(void);

int64_t quota_limit(const struct domain *d, enum quota q);
bool quota_room(const struct domain *d, enum quota q, int64_t n);
/* Add n (may be negative) to what d uses. Whether it may was asked before. */
void quota_add(struct domain *d, enum quota q, int64_t n);
/* What a node with this content is billed to its owner's Q_MEMORY. */
int64_t content_bytes(const struct content *c);

/* Who pays for an object with these permissions. */
struct domain *perm_owner(const struct permset *ps);
/* What the connection may do: PERM_READ | PERM_WRITE | PERM_OWNER. */
unsigned int perm_of(const struct permset *ps, const struct conn *conn);
/* "r5" and the like into a new list; NULL when one is malformed. */
struct permset *perm_parse(const char *const *strs, int n);
/* Without those of domains that are gone, which grant nothing any more. */
void perm_print(const struct permset *ps, struct buf *out);
/* The inherited list of a node that conn makes below one with list ps. */
struct permset *perm_inherit(struct permset *ps, const struct conn *conn);

#endif
