/* SPDX-License-Identifier: BSD-2-Clause */
/* shutdown and reboot: requests through the store, which a guest may take its time over. */
#include <getopt.h>
#include <stdlib.h>

#include "verb.h"

static int request_each(struct pav *pav, int nr, char **names, const char *what)
{
	unsigned int domid;
	int i, rc = 0;

	for (i = 0; i < nr; i++)
		if (pav_find(pav, names[i], &domid) || pav_request(pav, domid, what))
			rc = report(pav);
	return rc;
}

static int wait_each(struct pav *pav, int nr, const unsigned int *domids, int seconds)
{
	int i, rc = 0;

	for (i = 0; i < nr; i++)
		if (pav_wait_stopped(pav, domids[i], seconds))
			rc = report(pav);
	return rc;
}

int verb_shutdown(struct pav *pav, int argc, char **argv)
{
	static const struct option options[] = {{"wait", no_argument, NULL, 'w'},
						{"timeout", required_argument, NULL, 't'},
						{NULL, 0, NULL, 0}};
	int opt, i, nr, seconds = -1, rc = 0;
	unsigned int *domids;
	bool wait = false;

	opterr = 0;
	while ((opt = getopt_long(argc, argv, "wt:", options, NULL)) != -1) {
		if (opt == 'w')
			wait = true;
		else if (opt == 't' && (seconds = atoi(optarg)) > 0)
			continue;
		else
			return misuse("unknown or incomplete option %s", argv[optind - 1]);
	}
	nr = argc - optind;
	if (nr == 0)
		return misuse("no domain given");
	domids = calloc((size_t)nr, sizeof(*domids));
	if (!domids)
		return complain("out of memory");
	/* Numbers first: when it has stopped, a name may be gone. */
	for (i = 0; i < nr && rc == 0; i++)
		if (pav_find(pav, argv[optind + i], &domids[i]))
			rc = report(pav);
	if (rc == 0)
		rc = request_each(pav, nr, argv + optind, "poweroff");
	if (rc == 0 && wait)
		rc = wait_each(pav, nr, domids, seconds);
	free(domids);
	return rc;
}

int verb_reboot(struct pav *pav, int argc, char **argv)
{
	if (argc < 2 || argv[1][0] == '-')
		return misuse("no domain given");
	return request_each(pav, argc - 1, argv + 1, "reboot");
}
