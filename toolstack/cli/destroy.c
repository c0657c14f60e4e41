/* SPDX-License-Identifier: BSD-2-Clause */
/* destroy, pause, unpause: one call for each domain named. */
#include "verb.h"

static int each(struct pav *pav, int argc, char **argv,
		int (*call)(struct pav *pav, unsigned int domid))
{
	unsigned int domid;
	int i, rc = 0;

	if (argc < 2 || argv[1][0] == '-')
		return misuse("no domain given");
	for (i = 1; i < argc; i++)
		if (pav_find(pav, argv[i], &domid) || call(pav, domid))
			rc = report(pav);
	return rc;
}

int verb_destroy(struct pav *pav, int argc, char **argv)
{
	return each(pav, argc, argv, pav_destroy);
}

int verb_pause(struct pav *pav, int argc, char **argv)
{
	return each(pav, argc, argv, pav_pause);
}

int verb_unpause(struct pav *pav, int argc, char **argv)
{
	return each(pav, argc, argv, pav_unpause);
}
