/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs the tables, prints each difference and the totals. */
#include <inttypes.h>
#include <stdio.h>

#include "check.h"

static unsigned int passed, failed;

void check_fact(const char *what, const char *name, uint64_t ours, uint64_t theirs)
{
	if (ours == theirs) {
		passed++;
		return;
	}
	failed++;
	printf("FAIL %s of %s: ours %#" PRIx64 ", theirs %#" PRIx64 "\n", what, name, ours, theirs);
}

int main(void)
{
	check_core();
	check_calls();
	check_machine();
	check_domctl();
	check_io();
	printf("facts: %u passed, %u failed, 0 skipped\n", passed, failed);
	return failed != 0;
}
