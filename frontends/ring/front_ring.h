/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The front-end's half of a shared request/response ring; the mirror of the
 * back-ends' own. Freestanding. What holds there holds here: our indices live
 * in private memory, the other end's are read once and bounded, and a response
 * is copied out before anything looks at it.
 */
#ifndef FRONTENDS_FRONT_RING_H
#define FRONTENDS_FRONT_RING_H

#include <stddef.h>
#include <stdint.h>

#include "public/io/ring.h"

struct front_ring {
	struct pv_sring *head;
	uint32_t nr;	    /* slots: a power of two */
	uint32_t slot_size; /* bytes */
	uint32_t req_prod;  /* requests written, published or not */
	uint32_t published; /* requests that the back-end was shown */
	uint32_t rsp_cons;  /* responses taken */
};

/* Makes a ring of `bytes` of shared memory, before the back-end is told of it. */
void front_ring_init(struct front_ring *ring, void *shared, uint32_t bytes, uint32_t slot_size);

/* Requests that still fit. */
uint32_t front_ring_room(const struct front_ring *ring);
/* Writes the next request, unpublished. Only while there is room. */
void front_ring_put(struct front_ring *ring, const void *request, size_t size);
/* Shows the back-end all requests written. Not 0: it asked to be notified. */
int front_ring_publish(struct front_ring *ring);

/* Responses that wait, or -1 when the back-end's index is nonsense. */
int front_ring_waiting(const struct front_ring *ring);
void front_ring_take(struct front_ring *ring, void *response, size_t size);
/* Asks to be notified of the next response, and looks again. As waiting(). */
int front_ring_sleep(struct front_ring *ring);

#endif
