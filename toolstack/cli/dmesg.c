/* SPDX-License-Identifier: BSD-2-Clause */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "verb.h"

int verb_dmesg(struct pav *pav, int argc, char **argv)
{
	bool clear = false;
	size_t size;
	char *text;
	int rc;

	rc = one_flag(argc, argv, 'c', "clear", &clear);
	if (rc)
		return rc;
	if (optind != argc)
		return misuse("takes no argument");
	if (pav_dmesg(pav, clear, &text, &size))
		return report(pav);
	fwrite(text, 1, size, stdout);
	free(text);
	return 0;
}
