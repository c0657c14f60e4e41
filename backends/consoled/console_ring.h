/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The back-end's half of a console page: two byte rings with free-running
 * indices. The guest writes to all of it; our two indices are kept in private
 * memory, and a distance that cannot be is reported once as -EPROTO and
 * skipped, so that the console goes on with what the guest prints next.
 */
#ifndef CONSOLED_CONSOLE_RING_H
#define CONSOLED_CONSOLE_RING_H

#include <stddef.h>
#include <stdint.h>

#include <public/io/console.h>

#define CONSOLE_IN_SIZE	 sizeof(((struct pv_xencons_interface *)0)->in)
#define CONSOLE_OUT_SIZE sizeof(((struct pv_xencons_interface *)0)->out)

struct console_ring {
	struct pv_xencons_interface *page;
	uint32_t out_cons; /* taken from the guest so far */
	uint32_t in_prod;  /* given to the guest so far */
};

/* Takes up a ring where the page says that it stands: a guest's page may have
 * been in use by a console daemon before us. */
void console_ring_attach(struct console_ring *ring, struct pv_xencons_interface *page);

/* Copies everything that the guest has printed into buf, which holds
 * CONSOLE_OUT_SIZE bytes: the number of bytes, or -EPROTO after a nonsense
 * index (nothing copied, the ring counts as empty). */
int console_ring_drain(struct console_ring *ring, uint8_t *buf);

/* Bytes that the guest can take now; 0 also while its index is nonsense. */
size_t console_ring_room(const struct console_ring *ring);
/* Gives the guest up to that many; how many it took. */
size_t console_ring_feed(struct console_ring *ring, const uint8_t *buf, size_t len);

#endif
