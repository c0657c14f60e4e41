/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Domain look-up and references. An id is an index, so a look-up on a hot path
 * (grants, events) costs the same with one guest or a thousand; a bit map of the
 * ids in use does the same for finding a free one, or the next domain. The
 * table's lock covers the reading of a slot together with the reference taken on
 * what it holds; it nests inside any other lock and holds none.
 */
#include "domain.h"
#include "lib.h"
#include "errno.h"

struct domain *dom0;
struct domain idle_domain = {.id = PV_DOMID_IDLE, .references = 1};
bool (*domain_free_hook)(struct domain *d);

static struct domain *table[DOMID_LIMIT];
static u64 used[(DOMID_LIMIT + 63) / 64];
static u32 nr_used;
static struct spinlock table_lock;
static domid_t last_id;	    /* of the domain made last; the next one gets the following free id */
static struct domain *dead; /* stack, pushed and taken by exchange */

void domain_hold(struct domain *d)
{
	__atomic_fetch_add(&d->references, 1, __ATOMIC_RELAXED);
}

/* A slot may still hold a domain whose last reference is gone: not to be revived. */
static bool hold_unless_gone(struct domain *d)
{
	u32 n = d ? READ_ONCE(d->references) : 0;

	while (n != 0)
		if (__atomic_compare_exchange_n(&d->references, &n, n + 1, false, __ATOMIC_ACQUIRE,
						__ATOMIC_RELAXED))
			return true;
	return false;
}

struct domain *domain_get(domid_t id)
{
	struct domain *d = NULL;

	if (id == PV_DOMID_SELF) {
		domain_hold(current->domain);
		return current->domain;
	}
	if (id >= DOMID_LIMIT)
		return NULL;
	spin_lock(&table_lock);
	if (hold_unless_gone(table[id]))
		d = table[id];
	spin_unlock(&table_lock);
	return d;
}

struct domain *domain_get_next(domid_t id)
{
	struct domain *d = NULL;
	unsigned long i = id;

	spin_lock(&table_lock);
	while (!d && (i = find_next_bit(used, DOMID_LIMIT, i)) < DOMID_LIMIT) {
		if (hold_unless_gone(table[i]))
			d = table[i];
		i++;
	}
	spin_unlock(&table_lock);
	return d;
}

struct domain *domain_next(struct domain *d)
{
	struct domain *next = domain_get_next(d ? d->id + 1 : 0);

	if (d)
		domain_put(d);
	return next;
}

u32 domain_count(void)
{
	return READ_ONCE(nr_used);
}

static void dead_push(struct domain *d)
{
	struct domain *head = READ_ONCE(dead);

	do {
		d->next_dead = head;
	} while (!__atomic_compare_exchange_n(&dead, &head, d, false, __ATOMIC_RELEASE,
					      __ATOMIC_RELAXED));
}

void domain_put(struct domain *d)
{
	if (__atomic_sub_fetch(&d->references, 1, __ATOMIC_ACQ_REL) != 0)
		return;
	dead_push(d);
	softirq_raise(this_cpu(), SOFTIRQ_REAP);
}

/*
 * Free what domain_put() found to be unreferenced, one at a time; no lock is held
 * here. What can't be freed in one go waits for the next SOFTIRQ_REAP, which the
 * hook sees to.
 */
void domain_reap(void)
{
	struct domain *d = __atomic_exchange_n(&dead, NULL, __ATOMIC_ACQUIRE), *next;

	for (; d; d = next) {
		next = d->next_dead;
		spin_lock(&table_lock);
		if (table[d->id] == d) {
			table[d->id] = NULL;
			clear_bit(used, d->id);
			nr_used--;
		}
		spin_unlock(&table_lock);
		if (!domain_free_hook(d))
			dead_push(d);
	}
}

int domain_list_add(struct domain *d, domid_t id)
{
	bool any = id == PV_DOMID_INVALID;
	unsigned long i = id;
	int rc = 0;

	spin_lock(&table_lock);
	if (any) {
		i = find_next_zero_bit(used, DOMID_LIMIT, last_id + 1);
		if (i == DOMID_LIMIT)
			i = find_next_zero_bit(used, DOMID_LIMIT, 1);
	}
	if (i >= DOMID_LIMIT) {
		rc = any ? -ENOSPC : -EINVAL;
	} else if (table[i]) {
		rc = -EEXIST;
	} else {
		d->id = last_id = (domid_t)i;
		d->references = 2;
		table[i] = d;
		set_bit(used, i);
		nr_used++;
	}
	spin_unlock(&table_lock);
	return rc;
}

struct vcpu *domain_vcpu(const struct domain *d, u32 id)
{
	return id < d->max_vcpus ? READ_ONCE(d->vcpu[id]) : NULL;
}
