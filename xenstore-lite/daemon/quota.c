/* SPDX-License-Identifier: BSD-2-Clause */
/* The one place where what clients make grow is counted and bounded. */
#include "domain.h"

int64_t quota_default[Q_COUNT] = {
	[Q_NODES] = 1000,     [Q_NODE_SIZE] = 2048,  [Q_PERMS] = 5,
	[Q_WATCHES] = 128,    [Q_TRANSACTIONS] = 10, [Q_TXN_NODES] = 1024,
	[Q_OUTSTANDING] = 20, [Q_MEMORY] = 2 << 20,  [Q_QUEUED] = 64 << 10,
};

const char *const quota_name[Q_COUNT] = {
	[Q_NODES] = "nodes",
	[Q_NODE_SIZE] = "node-size",
	[Q_PERMS] = "node-permissions",
	[Q_WATCHES] = "watches",
	[Q_TRANSACTIONS] = "transactions",
	[Q_TXN_NODES] = "transaction-nodes",
	[Q_OUTSTANDING] = "outstanding",
	[Q_MEMORY] = "memory",
	[Q_QUEUED] = "queued",
};

int64_t quota_limit(const struct domain *d, enum quota q)
{
	if (d == domain0)
		return INT64_MAX;
	return d->limit[q] >= 0 ? d->limit[q] : quota_default[q];
}

void quota_force(struct domain *d, enum quota q, int64_t n)
{
	d->used[q] += n;
	if (d->used[q] > d->peak[q])
		d->peak[q] = d->used[q];
}

/* Heap bytes of a node and its content, each with the allocator's own word. */
int64_t content_bytes(const struct content *c)
{
	return (int64_t)(sizeof(struct node) + sizeof(*c) + 16 + c->name_len + c->value_len +
			 c->perms->n * sizeof(c->perms->p[0]));
}
