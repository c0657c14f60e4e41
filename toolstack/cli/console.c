/* SPDX-License-Identifier: BSD-2-Clause */
#include "verb.h"

int verb_console(struct pav *pav, int argc, char **argv)
{
	unsigned int domid;
	int rc = one_domain(pav, argc, argv, &domid);

	if (rc)
		return rc;
	return pav_console(pav, domid, catch_signals(), NULL, NULL) ? report(pav) : 0;
}
