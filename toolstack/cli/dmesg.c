/* SPDX-License-Identifier: BSD-2-Clause */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "verb.h"

int verb_dmesg(struct pav *pav, int argc, char **argv)
{
	static const struct option options[] = {{"clear", no_argument, NULL, 'c'},
						{NULL, 0, NULL, 0}};
	bool clear = false;
	size_t size;
	char *text;
	int opt;

	opterr = 0;
	while ((opt = getopt_long(argc, argv, "c", options, NULL)) != -1) {
		if (opt != 'c')
			return misuse("unknown option %s", argv[optind - 1]);
		clear = true;
	}
	if (optind != argc)
		return misuse("takes no argument");
	if (pav_dmesg(pav, clear, &text, &size))
		return report(pav);
	fwrite(text, 1, size, stdout);
	free(text);
	return 0;
}
