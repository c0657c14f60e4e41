/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The back-end's half of a shared request/response ring.
 *
 * The ring lies in pages that a guest writes to at any moment. What keeps
 * that harmless is kept here, so that drivers never touch an index:
 *   - our own indices (req_cons, rsp_prod) live in private memory; the shared
 *     copies are written for the other end and never read back;
 *   - req_prod is read once per look, and a distance that no honest front-end
 *     can produce is -EPROTO: the ring is to be stopped;
 *   - a request is copied out once, whole, and checked in the copy.
 */
#ifndef BACKENDS_RING_H
#define BACKENDS_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <public/io/ring.h>

struct back_ring {
	struct pv_sring *head;
	uint32_t nr;	    /* slots: a power of two */
	uint32_t slot_size; /* bytes: the larger of request and response */
	uint32_t req_cons;  /* requests taken out so far */
	uint32_t rsp_prod;  /* responses written, published or not */
	uint32_t published; /* responses the front-end was shown */
};

/* `bytes` of shared memory at `shared`, taken up at the given indices: 0 and 0
 * for a ring that a front-end has just made. */
void back_ring_init(struct back_ring *ring, void *shared, size_t bytes, size_t slot_size,
		    uint32_t req_cons, uint32_t rsp_prod);

/* Requests that wait, or -EPROTO when the front-end's index is nonsense. */
int back_ring_waiting(const struct back_ring *ring);

/* Copies the next request out and moves on. Only after back_ring_waiting()
 * said that there is one. */
void back_ring_take(struct back_ring *ring, void *request, size_t size);

/* Nothing waits: asks to be told of the next request, and looks again, since
 * one may have come between. The same results as back_ring_waiting(). */
int back_ring_sleep(struct back_ring *ring);

/* Writes the next response, unpublished. */
void back_ring_put(struct back_ring *ring, const void *response, size_t size);

/* Publishes all responses written. True: the front-end asked to be told. */
bool back_ring_publish(struct back_ring *ring);

#endif
