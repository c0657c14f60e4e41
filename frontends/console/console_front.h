/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest's half of a console page. No system behind it: freestanding C with
 * one function of the kernel that uses it, to notify the other end.
 *
 * The back-end is not trusted with more than the bytes: our two indices are
 * kept in private memory, and an index of the other end that cannot be counts
 * as "full" when we write and as "empty" when we read.
 *
 * Not locked: one caller at a time for each direction.
 */
#ifndef FRONTENDS_CONSOLE_FRONT_H
#define FRONTENDS_CONSOLE_FRONT_H

#include <stddef.h>
#include <stdint.h>

#include "public/io/console.h"

struct console_front {
	struct pv_xencons_interface *page;
	uint32_t out_prod; /* written so far */
	uint32_t in_cons;  /* read so far */
	void (*notify)(struct console_front *con);
};

/* Takes the page up where it stands: the domain builder and earlier kernels of
 * the same domain may have used it. */
void console_front_init(struct console_front *con, struct pv_xencons_interface *page,
			void (*notify)(struct console_front *con));

/* Writes as much as there is room for, and notifies: how many bytes. */
size_t console_front_write(struct console_front *con, const char *buf, size_t len);

/* Reads at most `len` bytes of what has come, and notifies: how many. */
size_t console_front_read(struct console_front *con, char *buf, size_t len);

/* Whether the other end has taken everything that was written. */
int console_front_drained(const struct console_front *con);

#endif
