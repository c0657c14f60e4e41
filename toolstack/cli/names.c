/* SPDX-License-Identifier: BSD-2-Clause */
/* domid and domname: from one to the other. */
#include <stdio.h>

#include "verb.h"

int verb_domid(struct pav *pav, int argc, char **argv)
{
	struct pav_domain d;
	unsigned int domid;
	int rc = one_domain(pav, argc, argv, &domid);

	if (rc)
		return rc;
	if (pav_get(pav, domid, &d))
		return report(pav);
	printf("%u\n", domid);
	return 0;
}

int verb_domname(struct pav *pav, int argc, char **argv)
{
	struct pav_domain d;
	unsigned int domid;
	int rc = one_domain(pav, argc, argv, &domid);

	if (rc)
		return rc;
	if (pav_get(pav, domid, &d))
		return report(pav);
	if (!d.name[0])
		return complain("domain %u has no name", domid);
	puts(d.name);
	return 0;
}
