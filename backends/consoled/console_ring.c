/* SPDX-License-Identifier: BSD-2-Clause */
#include "console_ring.h"

#include <errno.h>
#include <string.h>

void console_ring_attach(struct console_ring *ring, struct pv_xencons_interface *page)
{
	ring->page = page;
	ring->out_cons = __atomic_load_n(&page->out_cons, __ATOMIC_RELAXED);
	ring->in_prod = __atomic_load_n(&page->in_prod, __ATOMIC_RELAXED);
}

int console_ring_drain(struct console_ring *ring, uint8_t *buf)
{
	/* Acquire: the bytes are read after the index that announces them. */
	uint32_t prod = __atomic_load_n(&ring->page->out_prod, __ATOMIC_ACQUIRE);
	uint32_t n = prod - ring->out_cons;
	uint32_t at = ring->out_cons & (CONSOLE_OUT_SIZE - 1);
	int rc = (int)n;

	if (n > CONSOLE_OUT_SIZE) {
		rc = -EPROTO;
	} else {
		uint32_t first = n < CONSOLE_OUT_SIZE - at ? n : (uint32_t)CONSOLE_OUT_SIZE - at;

		memcpy(buf, ring->page->out + at, first);
		memcpy(buf + first, ring->page->out, n - first);
	}
	/* Release: the guest may overwrite the bytes once it sees this. */
	ring->out_cons = prod;
	__atomic_store_n(&ring->page->out_cons, prod, __ATOMIC_RELEASE);
	return rc;
}

size_t console_ring_room(const struct console_ring *ring)
{
	uint32_t cons = __atomic_load_n(&ring->page->in_cons, __ATOMIC_ACQUIRE);
	uint32_t used = ring->in_prod - cons;

	return used > CONSOLE_IN_SIZE ? 0 : CONSOLE_IN_SIZE - used;
}

size_t console_ring_feed(struct console_ring *ring, const uint8_t *buf, size_t len)
{
	size_t room = console_ring_room(ring);

	if (len > room)
		len = room;
	for (size_t i = 0; i < len; i++)
		ring->page->in[(ring->in_prod + i) & (CONSOLE_IN_SIZE - 1)] = (char)buf[i];
	ring->in_prod += (uint32_t)len;
	/* Release: the bytes must be there before the index says so. */
	__atomic_store_n(&ring->page->in_prod, ring->in_prod, __ATOMIC_RELEASE);
	return len;
}
