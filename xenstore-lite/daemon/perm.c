/* SPDX-License-Identifier: BSD-2-Clause */
#include "conn.h"

static const char letters[] = "nrwb"; /* by flags */

/* Which domain an entry is about; NULL when that life of it is over. */
static struct domain *subject(const struct perm *p)
{
	struct domain *d = domain_find(p->domid);

	return d && d->gen == p->gen ? d : NULL;
}

struct domain *perm_owner(const struct permset *ps)
{
	struct domain *d = subject(&ps->p[0]);

	return d ? d : domain0;
}

static unsigned int perm_of_domain(const struct permset *ps, const struct domain *d)
{
	if (subject(&ps->p[0]) == d)
		return PERM_READ | PERM_WRITE | PERM_OWNER;
	for (uint32_t i = 1; i < ps->n; i++)
		if (subject(&ps->p[i]) == d)
			return ps->p[i].flags;
	return ps->p[0].flags;
}

unsigned int perm_of(const struct permset *ps, const struct conn *conn)
{
	const struct domain *d = conn->domain;

	if (d == domain0)
		return PERM_READ | PERM_WRITE | PERM_OWNER;
	return perm_of_domain(ps, d) | (d->target ? perm_of_domain(ps, d->target) : 0);
}

struct permset *perm_parse(const char *const *strs, int n)
{
	struct permset *ps = permset_new((uint32_t)n);

	for (int i = 0; i < n; i++) {
		const char *l = memchr(letters, strs[i][0], sizeof(letters) - 1);
		struct domain *d;
		uint64_t domid;

		if (!l || !wire_number(strs[i] + 1, DOMID_LIMIT - 1, &domid)) {
			permset_put(ps);
			return NULL;
		}
		d = domain_get((unsigned int)domid);
		ps->p[i] = (struct perm){d ? d->gen : 0, (uint16_t)domid, (uint16_t)(l - letters)};
	}
	return ps;
}

void perm_print(const struct permset *ps, struct buf *out)
{
	for (uint32_t i = 0; i < ps->n; i++) {
		const struct domain *d = i ? subject(&ps->p[i]) : perm_owner(ps);

		if (d)
			buf_printf(out, "%c%u%c", letters[ps->p[i].flags], d->domid, 0);
	}
}

struct permset *perm_inherit(struct permset *ps, const struct conn *conn)
{
	struct domain *d = conn->domain;
	struct permset *own;

	if (d == domain0 || subject(&ps->p[0]) == d)
		return permset_get(ps);
	own = permset_new(ps->n);
	memcpy(own->p, ps->p, ps->n * sizeof(ps->p[0]));
	own->p[0] = (struct perm){d->gen, d->domid, ps->p[0].flags};
	return own;
}
