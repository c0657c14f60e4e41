/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include "conn.h"
#include "domain.h"

static bool same_life(const struct perm *p, const struct domain *d)
{
	return d && p->domid == d->domid && p->gen == d->gen;
}

struct domain *perm_owner(const struct permset *ps)
{
	struct domain *d = domain_find(ps->p[0].domid);

	return same_life(&ps->p[0], d) ? d : domain0;
}

static unsigned int perm_of_domain(const struct permset *ps, const struct domain *d)
{
	if (same_life(&ps->p[0], d))
		return PERM_READ | PERM_WRITE | PERM_OWNER;
	for (uint32_t i = 1; i < ps->n; i++)
		if (same_life(&ps->p[i], d))
			return ps->p[i].flags;
	return ps->p[0].flags;
}

unsigned int perm_of(const struct permset *ps, const struct conn *conn)
{
	struct domain *d = conn->domain, *t;
	unsigned int mask;

	if (d == domain0)
		return PERM_READ | PERM_WRITE | PERM_OWNER;
	mask = perm_of_domain(ps, d);
	t = d->target ? domain_find(d->target) : NULL;
	if (t && t->gen == d->target_gen)
		mask |= perm_of_domain(ps, t);
	return mask;
}

struct permset *perm_parse(const char *const *strs, int n, int *err)
{
	struct permset *ps = permset_new((uint32_t)n);

	*err = EINVAL;
	for (int i = 0; i < n; i++) {
		static const char letters[] = "nrwb";
		const char *l = strs[i][0] ? strchr(letters, strs[i][0]) : NULL;
		struct domain *d;
		uint64_t domid;

		if (!l || !wire_number(strs[i] + 1, DOMID_LIMIT - 1, &domid)) {
			permset_put(ps);
			return NULL;
		}
		d = domain_get((unsigned int)domid);
		ps->p[i].domid = (uint16_t)domid;
		ps->p[i].gen = d ? d->gen : 0;
		ps->p[i].flags = (uint16_t)(l - letters);
	}
	return ps;
}

void perm_print(const struct permset *ps, struct buf *out)
{
	for (uint32_t i = 0; i < ps->n; i++) {
		char s[16];
		int len = snprintf(s, sizeof(s), "%c%u", "nrwb"[ps->p[i].flags & 3],
				   ps -> p[i].domid);

		buf_add(out, s, (size_t)len + 1);
	}
}

struct permset *perm_inherit(struct permset *ps, const struct conn *conn)
{
	struct domain *d = conn->domain;
	struct permset *own;

	if (d == domain0 || same_life(&ps->p[0], d))
		return permset_get(ps);
	own = permset_new(ps->n);
	memcpy(own->p, ps->p, ps->n * sizeof(ps->p[0]));
	own->p[0].domid = d->domid;
	own->p[0].gen = d->gen;
	return own;
}
