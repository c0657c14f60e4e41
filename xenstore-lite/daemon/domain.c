/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include "conn.h"
#include "domain.h"
#include "log.h"
#include "txn.h"
#include "watch.h"

static struct domain dom0;
struct domain *const domain0 = &dom0;
struct domain *domains = &dom0;
uint64_t domain_gen;
bool (*domain_probe)(unsigned int domid, struct domain_state *st);
static struct domain *by_id[DOMID_LIMIT];

void domain_init(void)
{
	memset(&dom0, 0, sizeof(dom0));
	memset(by_id, 0, sizeof(by_id));
	domains = by_id[0] = &dom0;
	domain_gen = dom0.gen = 1;
	for (int q = 0; q < Q_COUNT; q++)
		dom0.limit[q] = -1;
}

struct domain *domain_find(unsigned int domid)
{
	return domid < DOMID_LIMIT ? by_id[domid] : NULL;
}

struct domain *domain_add(unsigned int domid, uint64_t gen)
{
	struct domain *d = xalloc(sizeof(*d));

	d->domid = (uint16_t)domid;
	d->gen = gen;
	if (gen > domain_gen)
		domain_gen = gen;
	for (int q = 0; q < Q_COUNT; q++)
		d->limit[q] = -1;
	d->next = dom0.next;
	dom0.next = by_id[domid] = d;
	return d;
}

struct domain *domain_get(unsigned int domid)
{
	struct domain *d = domain_find(domid);
	struct domain_state st;

	/* In a replay a record exists from the log entry that made it, or not at all. */
	if (d || domid >= DOMID_LIMIT || log_replaying)
		return d;
	if (domain_probe && (!domain_probe(domid, &st) || !st.exists))
		return NULL;
	log_domain(LOG_DOMAIN_NEW, domid);
	return domain_add(domid, domain_gen + 1);
}

struct orphans {
	struct domain *d;
	struct buf paths;
};

static void add_name(const struct content *c, void *arg)
{
	buf_add(arg, c->bytes, c->name_len);
	buf_add(arg, "", 1);
}

/*
 * Paths of the topmost nodes that d owns, below top. An explicit list of paths
 * still to visit stands in for recursion.
 */
static void collect_orphans(struct node *top, const char *path, struct orphans *o)
{
	struct buf todo = {0};

	buf_add(&todo, path, strlen(path) + 1);
	while (todo.len) {
		char here[XENSTORE_ABS_PATH_MAX + 2];
		struct buf names = {0};
		struct node *n;

		snprintf(here, sizeof(here), "%s", todo.data + todo.head);
		buf_take(&todo, strlen(here) + 1);
		n = tree_find(top, here);
		if (n != top && perm_owner(n->c->perms) == o->d) {
			buf_add(&o->paths, here, strlen(here) + 1);
			continue;
		}
		tree_list(n, add_name, &names);
		for (char *p = names.data; names.len && p < names.data + names.len;
		     p += strlen(p) + 1) {
			buf_add(&todo, here, strcmp(here, "/") ? strlen(here) : 0);
			buf_add(&todo, "/", 1);
			buf_add(&todo, p, strlen(p) + 1);
		}
		buf_free(&names);
	}
	buf_free(&todo);
}

/* Most domains leave nothing behind: their toolstack has removed it all before. */
static void remove_orphans(struct domain *d)
{
	struct orphans o = {.d = d};

	if (!d->used[Q_NODES])
		return;
	collect_orphans(store_view.root, "/", &o);
	while (o.paths.len) {
		char *path = o.paths.data + o.paths.head;

		view_remove(&store_view, path, NULL);
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

void domain_fire(const char *name, unsigned int domid)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/%u", name, domid);
	watch_fire_special(name, path);
}

void domain_release(struct domain *d)
{
	unsigned int domid = d->domid;
	bool introduced = d->introduced;

	domain_end(d);
	if (introduced)
		domain_fire("@releaseDomain", domid);
}

void domain_shutdown(struct domain *d)
{
	d->shutdown = true;
	domain_fire("@releaseDomain", d->domid);
}

void domain_check_all(void)
{
	struct domain *d, *next;
	struct domain_state st;

	for (d = dom0.next; domain_probe && d; d = next) {
		next = d->next;
		if (!domain_probe(d->domid, &st))
			continue;
		if (!st.exists || st.dying) {
			log_domain(LOG_DOMAIN_GONE, d->domid);
			domain_release(d);
		} else if (st.shutdown && !d->shutdown && d->introduced) {
			log_domain(LOG_DOMAIN_SHUTDOWN, d->domid);
			domain_shutdown(d);
		}
	}
}
