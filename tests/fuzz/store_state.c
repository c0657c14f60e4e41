/* SPDX-License-Identifier: BSD-2-Clause */
/* The log: the input is taken for the records of one. What loads must serve, rings too. */
#include <stdlib.h>
#include "../store/harness.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct client *c;
	bool ok;

	state_clear();
	fake_xen_begin();
	log_replaying = true;
	ok = state_load(data, size);
	/* Descriptors that the file names are this process's own. */
	if (ok)
		state_settle(NULL, 0);
	else
		state_clear();
	log_replaying = false;
	if (ok) {
		if (!accounts_right())
			abort();
		c = client_new(0);
		do_write(c, 0, "/x/y", "1");
		do_read(c, 0, "/");
		client_free(c);
	}
	conn_more = false;
	state_clear();
	fake_xen_end();
	return 0;
}
