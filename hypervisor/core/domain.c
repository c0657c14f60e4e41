/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Domain look-up and references. Ids index a two-level table, so that a look-up
 * on a hot path (grants, events) costs the same with one guest or a thousand.
 * The table's lock covers the reading of a slot together with the reference
 * taken on what it holds; it nests inside any other lock and holds none.
 */
#include "domain.h"
#include "lib.h"
#include "mm.h"
#include "errno.h"

#define LEAF_SHIFT 8
#define LEAF_IDS   (1U << LEAF_SHIFT)
#define LEAVES	   ((DOMID_LIMIT + LEAF_IDS - 1) / LEAF_IDS)

struct domain *dom0;
struct domain idle_domain = {.id = PV_DOMID_IDLE, .references = 1};
void (*domain_free_hook)(struct domain *d);

static struct domain **leaf[LEAVES];
static struct spinlock table_lock;
static domid_t last_id;	    /* of the domain made last; the next one gets the following free id */
static struct domain *dead; /* stack, pushed and taken by exchange */

/* The slot of \p id, NULL when its leaf was never needed. Table lock held. */
static struct domain **slot_of(domid_t id)
{
	struct domain **l = leaf[id >> LEAF_SHIFT];

	return l ? &l[id & (LEAF_IDS - 1)] : NULL;
}

void domain_hold(struct domain *d)
{
	__atomic_fetch_add(&d->references, 1, __ATOMIC_RELAXED);
}

/* A slot may still hold a domain whose last reference is gone: not to be revived. */
static bool hold_unless_gone(struct domain *d)
{
	u32 n = READ_ONCE(d->references);

	while (n != 0)
		if (__atomic_compare_exchange_n(&d->references, &n, n + 1, false, __ATOMIC_ACQUIRE,
						__ATOMIC_RELAXED))
			return true;
	return false;
}

struct domain *domain_get(domid_t id)
{
	struct domain **slot, *d = NULL;

	if (id == PV_DOMID_SELF) {
		domain_hold(current->domain);
		return current->domain;
	}
	if (id >= DOMID_LIMIT)
		return NULL;
	spin_lock(&table_lock);
	slot = slot_of(id);
	if (slot && *slot && hold_unless_gone(*slot))
		d = *slot;
	spin_unlock(&table_lock);
	return d;
}

struct domain *domain_get_next(domid_t id)
{
	struct domain *d = NULL;
	u32 i = id;

	spin_lock(&table_lock);
	while (i < DOMID_LIMIT && !d) {
		struct domain **slot = slot_of(i);

		if (!slot) {
			i = (i | (LEAF_IDS - 1)) + 1;
			continue;
		}
		if (*slot && hold_unless_gone(*slot))
			d = *slot;
		i++;
	}
	spin_unlock(&table_lock);
	return d;
}

void domain_put(struct domain *d)
{
	struct domain *head;

	if (__atomic_sub_fetch(&d->references, 1, __ATOMIC_ACQ_REL) != 0)
		return;
	head = READ_ONCE(dead);
	do {
		d->next_dead = head;
	} while (!__atomic_compare_exchange_n(&dead, &head, d, false, __ATOMIC_RELEASE,
					      __ATOMIC_RELAXED));
	softirq_raise(this_cpu(), SOFTIRQ_REAP);
}

/* Free what domain_put() found to be unreferenced; no lock is held here. */
static void reap(void)
{
	struct domain *d = __atomic_exchange_n(&dead, NULL, __ATOMIC_ACQUIRE);

	while (d) {
		struct domain *next = d->next_dead;

		spin_lock(&table_lock);
		*slot_of(d->id) = NULL;
		spin_unlock(&table_lock);
		domain_free_hook(d);
		d = next;
	}
}

/* Have a leaf for \p id. The allocation is done without the lock, and may be in vain. */
static int leaf_ensure(domid_t id)
{
	struct domain **fresh;

	if (READ_ONCE(leaf[id >> LEAF_SHIFT]))
		return 0;
	fresh = heap_alloc(LEAF_IDS * sizeof(*fresh));
	if (!fresh)
		return -ENOMEM;
	spin_lock(&table_lock);
	if (!leaf[id >> LEAF_SHIFT]) {
		leaf[id >> LEAF_SHIFT] = fresh;
		fresh = NULL;
	}
	spin_unlock(&table_lock);
	if (fresh)
		heap_free(fresh);
	return 0;
}

static int add_at(struct domain *d, domid_t id)
{
	int rc = leaf_ensure(id);
	struct domain **slot;

	if (rc != 0)
		return rc;
	spin_lock(&table_lock);
	slot = slot_of(id);
	if (*slot) {
		rc = -EEXIST;
	} else {
		d->id = id;
		d->references = 1;
		*slot = d;
		last_id = id;
	}
	spin_unlock(&table_lock);
	return rc;
}

int domain_list_add(struct domain *d, domid_t id)
{
	u32 tries;

	if (id != PV_DOMID_INVALID)
		return id < DOMID_LIMIT ? add_at(d, id) : -EINVAL;
	id = READ_ONCE(last_id);
	for (tries = 1; tries < DOMID_LIMIT; tries++) {
		int rc;

		id = id + 1 < DOMID_LIMIT ? id + 1 : 1;
		rc = add_at(d, id);
		if (rc != -EEXIST)
			return rc;
	}
	return -ENOSPC;
}

void domain_list_init(void)
{
	softirq_register(SOFTIRQ_REAP, reap);
}

struct vcpu *domain_vcpu(const struct domain *d, u32 id)
{
	return id < d->max_vcpus ? READ_ONCE(d->vcpu[id]) : NULL;
}
