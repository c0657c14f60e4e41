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
	Q_TXN_NODES,	/* nodes touched by one transaction */
	Q_OUTSTANDING,	/* replies not yet taken by the client */
	Q_MEMORY,	/* bytes of nodes, watches, transactions */
	Q_QUEUED,	/* bytes of replies and events not yet taken by the client */
	Q_COUNT,
};

struct conn;
struct watch;
struct view;

struct domain {
	struct domain *next;
	uint64_t gen;
	uint64_t gfn; /* frame of the ring as the toolstack named it */
	uint32_t port;
	uint32_t target; /* a domain this one may act for; 0: none */
	uint64_t target_gen;
	uint16_t domid;
	bool introduced;
	bool shutdown;	   /* its shutdown has been announced */
	struct conn *conn; /* its ring, when introduced */
	int64_t used[Q_COUNT];
	int64_t peak[Q_COUNT];
	int64_t limit[Q_COUNT];				       /* -1: the default */
	int64_t counted_nodes, counted_bytes, counted_watches; /* by `control check` */
};

extern struct domain *domains;	     /* every record; domain 0 is always there */
extern struct domain *const domain0; /* the privileged domain */
extern uint64_t domain_gen;	     /* last generation given out */
extern int64_t quota_default[Q_COUNT];
extern const char *const quota_name[Q_COUNT];

/* What the hypervisor says about a domain; set once, or NULL without a hypervisor. */
struct domain_state {
	bool exists, dying, shutdown;
};
extern bool (*domain_probe)(unsigned int domid, struct domain_state *st);

void domain_init(void);
struct domain *domain_find(unsigned int domid);
/* Find, or make the record of a domain that exists; NULL when it does not. */
struct domain *domain_get(unsigned int domid);
struct domain *domain_add(unsigned int domid, uint64_t gen);
/* The end of this life: its nodes, ring, watches and permissions go; the record is freed. */
void domain_end(struct domain *d);
/* RELEASE and the hypervisor's notice: end it and tell those who watch. */
void domain_release(struct domain *d);
void domain_shutdown(struct domain *d);
/* Ask the hypervisor about every record, after VIRQ_DOM_EXC. */
void domain_check_all(void);
void domain_fire(const char *name, unsigned int domid);

int64_t quota_limit(const struct domain *d, enum quota q);
/* Add n (may be negative) to what d uses. Whether it may was asked before. */
void quota_force(struct domain *d, enum quota q, int64_t n);

/* Who pays for an object with these permissions. */
struct domain *perm_owner(const struct permset *ps);
/* What the connection may do: PERM_READ | PERM_WRITE | PERM_OWNER. */
unsigned int perm_of(const struct permset *ps, const struct conn *conn);
/* "r5" and the like into a new list; NULL with *err set. */
struct permset *perm_parse(const char *const *strs, int n, int *err);
void perm_print(const struct permset *ps, struct buf *out);
/* The inherited list of a node that conn makes below one with list ps. */
struct permset *perm_inherit(struct permset *ps, const struct conn *conn);

int64_t content_bytes(const struct content *c);

#endif
