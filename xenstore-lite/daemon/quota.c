/* SPDX-License-Identifier: BSD-2-Clause */
/* The one place where what clients make grow is counted and bounded. */
#include "log.h"

struct quota_kind quotas[Q_COUNT] = {
	[Q_NODES] = {"nodes", 1000},
	[Q_NODE_SIZE] = {"node-size", 2048},
	[Q_PERMS] = {"node-permissions", 5},
	[Q_WATCHES] = {"watches", 128},
	[Q_TRANSACTIONS] = {"transactions", 10},
	[Q_TXN_NODES] = {"transaction-nodes", 1024},
	[Q_OUTSTANDING] = {"outstanding", 20},
	[Q_MEMORY] = {"memory", 2 << 20},
	[Q_QUEUED] = {"queued", 64 << 10},
};

int64_t quota_limit(const struct domain *d, enum quota q)
{
	if (d == domain0)
		return INT64_MAX;
	return d->limit[q] >= 0 ? d->limit[q] : quotas[q].limit;
}

/* What a snapshot holds was allowed when it was made, whatever has been set since. */
bool quota_room(const struct domain *d, enum quota q, int64_t n)
{
	return log_loading || n <= 0 || d->used[q] + n <= quota_limit(d, q);
}

void quota_add(struct domain *d, enum quota q, int64_t n)
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
