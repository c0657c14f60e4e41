/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include "log.h"
#include "ring.h"

static struct domain dom0 = {.gen = 1};
struct domain *const domain0 = &dom0;
static uint64_t last_gen = 1;
static struct domain *by_id[DOMID_LIMIT]; /* all but domain 0 */

struct domain *domain_find(unsigned int domid)
{
	if (!domid)
		return domain0;
	return domid < DOMID_LIMIT ? by_id[domid] : NULL;
}

struct domain *domain_add(unsigned int domid)
{
	struct domain *d = xalloc(sizeof(*d));

	d->domid = (uint16_t)domid;
	d->gen = ++last_gen;
	memset(d->limit, 0xff, sizeof(d->limit));
	d->next = domain0->next;
	domain0->next = by_id[domid] = d;
	return d;
}

struct domain *domain_get(unsigned int domid)
{
	struct domain *d = domain_find(domid);

	/* In a replay a record exists from the log entry that made it, or not at all. */
	if (d || domid >= DOMID_LIMIT || log_replaying || xen_probe(domid) < DOMAIN_SHUTDOWN)
		return d;
	d = domain_add(domid);
	log_domain(d, false);
	return d;
}

/* What is below goes with it, and is not there any more when its turn comes. */
static void remove_orphan(struct node *n, const char *path, void *owner)
{
	if (path[1] && perm_owner(n->c->perms) == owner && tree_find(store_root, path))
		node_put(store_remove(&store_root, path));
}

/* Most domains leave nothing behind: their toolstack has removed it all before. */
static void remove_orphans(struct domain *d)
{
	struct node *all = node_get(store_root);

	if (d->used[Q_NODES])
		tree_walk(all, "/", remove_orphan, d);
	node_put(all);
}

void domain_release(struct domain *d)
{
	bool has_root = perm_owner(store_root->c->perms) == d;

	if (d->conn)
		conn_close(d->conn);
	remove_orphans(d);
	for (struct domain *p = domain0; p; p = p->next) {
		if (p->next == d)
			p->next = d->next;
		if (p->target == d)
			p->target = NULL;
	}
	by_id[d->domid] = NULL;
	if (d->introduced)
		watch_fire_special("@releaseDomain", d->domid);
	free(d);
	/* The root stays, and falls to the privileged domain. */
	if (has_root)
		store_bill(&store_root, store_root->c, 1);
}

void domain_ends(struct domain *d, bool gone)
{
	d->shutdown = true;
	log_domain(d, gone);
	if (gone)
		domain_release(d);
	else
		watch_fire_special("@releaseDomain", d->domid);
}

void domain_check_all(void)
{
	struct domain *d, *next;
	enum domain_state state;

	for (d = domain0->next; d; d = next) {
		next = d->next;
		state = xen_probe(d->domid);
		if (state == DOMAIN_GONE ||
		    (state == DOMAIN_SHUTDOWN && d->introduced && !d->shutdown))
			domain_ends(d, state == DOMAIN_GONE);
	}
}
