/* SPDX-License-Identifier: BSD-2-Clause */
/* domid and domname: from one to the other. */
#include <stdio.h>

#include "verb.h"

static int look_up(struct pav *pav, int argc, char **argv, struct pav_domain *d)
{
	unsigned int domid;
	int rc = one_domain(pav, argc, argv, &domid);

	if (rc)
		return rc;
	return pav_get(pav, domid, d) ? report(pav) : 0;
}

int verb_domid(struct pav *pav, int argc, char **argv)
{
	struct pav_domain d;
	int rc = look_up(pav, argc, argv, &d);

	if (rc)
		return rc;
	printf("%u\n", d.domid);
	return 0;
}

int verb_domname(struct pav *pav, int argc, char **argv)
{
	struct pav_domain d;
	int rc = look_up(pav, argc, argv, &d);

	if (rc)
		return rc;
	if (!d.name[0])
		return complain("domain %u has no name", d.domid);
	puts(d.name);
	return 0;
}
