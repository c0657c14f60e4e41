/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The wire parser and every request behind it: the input is a sequence of
 * chunks, each with a byte that says which of three connections it comes in on.
 */
#include <stdlib.h>
#include "../store/harness.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct client *cl[3];

	store_begin(2);
	for (unsigned int i = 0; i < 3; i++)
		cl[i] = client_new(i);
	do_write(cl[0], 0, "/local/domain/1", "");
	do_perms(cl[0], 0, "/local/domain/1", "n1 r2");
	while (size > 2) {
		struct client *c = cl[data[0] % 3];
		size_t n = data[1] < size - 2 ? data[1] : size - 2;

		buf_add(&c->to, data + 2, n);
		if (c->c)
			conn_service(c->c);
		data += 2 + n;
		size -= 2 + n;
	}
	settle();
	if (!accounts_right())
		abort();
	loop_end = LOOP_ON;
	for (unsigned int i = 0; i < 3; i++)
		client_free(cl[i]);
	return 0;
}
