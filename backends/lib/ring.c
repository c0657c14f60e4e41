/* SPDX-License-Identifier: BSD-2-Clause */
#include "ring.h"

#include <errno.h>
#include <string.h>

void back_ring_init(struct back_ring *ring, void *shared, size_t bytes, size_t slot_size,
		    uint32_t req_cons, uint32_t rsp_prod)
{
	ring->head = shared;
	ring->slot_size = (uint32_t)slot_size;
	ring->nr = pv_ring_slots((uint32_t)bytes, ring->slot_size);
	ring->req_cons = req_cons;
	ring->rsp_prod = rsp_prod;
	ring->published = rsp_prod;
}

static uint8_t *slot(const struct back_ring *ring, uint32_t index)
{
	return (uint8_t *)ring->head + pv_ring_offset(index, ring->nr, ring->slot_size);
}

int back_ring_waiting(const struct back_ring *ring)
{
	/* Acquire: requests are read after the index that announces them. */
	uint32_t prod = __atomic_load_n(&ring->head->req_prod, __ATOMIC_ACQUIRE);

	/* A slot is free again only when its response has been published, so
	 * that an honest front-end is never a ring ahead of our responses. */
	if (pv_ring_overrun(prod, ring->published, ring->nr) ||
	    pv_ring_overrun(prod, ring->req_cons, ring->nr))
		return -EPROTO;
	return (int)(prod - ring->req_cons);
}

void back_ring_take(struct back_ring *ring, void *request, size_t size)
{
	memcpy(request, slot(ring, ring->req_cons), size);
	ring->req_cons++;
}

int back_ring_sleep(struct back_ring *ring)
{
	__atomic_store_n(&ring->head->req_event, ring->req_cons + 1, __ATOMIC_RELAXED);
	/* The request to be told must be out before the second look, or both
	 * ends could miss each other. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return back_ring_waiting(ring);
}

void back_ring_put(struct back_ring *ring, const void *response, size_t size)
{
	memcpy(slot(ring, ring->rsp_prod), response, size);
	ring->rsp_prod++;
}

bool back_ring_publish(struct back_ring *ring)
{
	uint32_t old = ring->published;
	uint32_t event;

	ring->published = ring->rsp_prod;
	__atomic_store_n(&ring->head->rsp_prod, ring->published, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	event = __atomic_load_n(&ring->head->rsp_event, __ATOMIC_RELAXED);
	return pv_ring_must_notify(old, ring->published, event);
}
