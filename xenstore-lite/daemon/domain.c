/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include "conn.h"
#include "domain.h"
#include "log.h"
#include "ring.h"
#include "txn.h"
#include "watch.h"

static struct domain dom0;
struct domain *const domain0 = &dom0;
struct domain *domains = &dom0;
uint64_t domain_gen;
static struct domain *by_id[DOMID_LIMIT];

void domain_init(void)
{
	memset(&dom0, 0, sizeof(dom0));
	memset(dom0.limit, 0xff, sizeof(dom0.limit));
	memset(by_id, 0, sizeof(by_id));
	domains = by_id[0] = &dom0;
	domain_gen = dom0.gen = 1;
}

struct domain *domain_find(unsigned int domid)
{
	return domid < DOMID_LIMIT ? by_id[domid] : NULL;
}

struct domain *domain_alive(unsigned int domid, uint64_t gen)
{
	struct domain *d = domain_find(domid);

	return d && d->gen == gen ? d : NULL;
}

struct domain *domain_add(unsigned int domid)
{
	struct domain *d = xalloc(sizeof(*d));

	d->domid = (uint16_t)domid;
	d->gen = ++domain_gen;
	memset(d->limit, 0xff, sizeof(d->limit));
	d->next = dom0.next;
	dom0.next = by_id[domid] = d;
	return d;
}

struct domain *domain_get(unsigned int domid)
{
	struct domain *d = domain_find(domid);

	/* In a replay a record exists from the log entry that made it, or not at all. */
	if (d || domid >= DOMID_LIMIT || log_replaying || xen_probe(domid) < DOMAIN_SHUTDOWN)
		return d;
	d = domain_add(domid);
	log_domain(LOG_DOMAIN, d);
	return d;
}

struct orphans {
	const struct domain *owner;
	struct buf paths;
	size_t last; /* where the last of them begins */
};

/* Topmost nodes alone: what is below goes with them. */
static void add_orphan(struct node *n, const char *path, void *arg)
{
	struct orphans *o = arg;
	const char *last = o->paths.len ? o->paths.data + o->last : "";
	size_t len = strlen(last);

	if (!path[1] || perm_owner(n->c->perms) != o->owner ||
	    (len && !strncmp(path, last, len) && path[len] == '/'))
		return;
	o->last = o->paths.len;
	buf_add(&o->paths, path, strlen(path) + 1);
}

/* Most domains leave nothing behind: their toolstack has removed it all before. */
static void remove_orphans(struct domain *d)
{
	struct orphans o = {.owner = d};

	if (!d->used[Q_NODES])
		return;
	tree_walk(store_root, "/", add_orphan, &o);
	while (o.paths.len) {
		const char *path = o.paths.data + o.paths.head;

		node_put(store_remove(&store_root, path));
		buf_take(&o.paths, strlen(path) + 1);
	}
	buf_free(&o.paths);
}

void domain_end(struct domain *d)
{
	struct domain **p;

	if (d->conn)
		conn_close(d->conn);
	remove_orphans(d);
	for (p = &domains; *p != d; p = &(*p)->next)
		;
	*p = d->next;
	by_id[d->domid] = NULL;
	free(d);
}

void domain_release(struct domain *d)
{
	unsigned int domid = d->domid;
	bool introduced = d->introduced;

	domain_end(d);
	if (introduced)
		watch_fire_special("@releaseDomain", domid);
}

void domain_shutdown(struct domain *d)
{
	d->shutdown = true;
	watch_fire_special("@releaseDomain", d->domid);
}

void domain_check_all(void)
{
	struct domain *d, *next;
	enum domain_state state;

	for (d = dom0.next; d; d = next) {
		next = d->next;
		state = xen_probe(d->domid);
		if (state == DOMAIN_GONE) {
			log_domain(LOG_DOMAIN_GONE, d);
			domain_release(d);
		} else if (state == DOMAIN_SHUTDOWN && !d->shutdown && d->introduced) {
			log_domain(LOG_DOMAIN_SHUTDOWN, d);
			domain_shutdown(d);
		}
	}
}
