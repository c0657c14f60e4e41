/* SPDX-License-Identifier: BSD-2-Clause */
#include "front_ring.h"

static void copy_bytes(uint8_t *to, const uint8_t *from, size_t size)
{
	while (size--)
		*to++ = *from++;
}

static uint8_t *slot(const struct front_ring *ring, uint32_t index)
{
	return (uint8_t *)ring->head + pv_ring_offset(index, ring->nr, ring->slot_size);
}

void front_ring_init(struct front_ring *ring, void *shared, uint32_t bytes, uint32_t slot_size)
{
	ring->head = shared;
	ring->slot_size = slot_size;
	ring->nr = pv_ring_slots(bytes, slot_size);
	ring->req_prod = ring->published = ring->rsp_cons = 0;
	ring->head->req_prod = ring->head->rsp_prod = 0;
	ring->head->req_event = ring->head->rsp_event = 1;
}

uint32_t front_ring_room(const struct front_ring *ring)
{
	return ring->nr - (ring->req_prod - ring->rsp_cons);
}

void front_ring_put(struct front_ring *ring, const void *request, size_t size)
{
	copy_bytes(slot(ring, ring->req_prod), request, size);
	ring->req_prod++;
}

int front_ring_publish(struct front_ring *ring)
{
	uint32_t old = ring->published;

	ring->published = ring->req_prod;
	__atomic_store_n(&ring->head->req_prod, ring->published, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return pv_ring_must_notify(old, ring->published,
				   __atomic_load_n(&ring->head->req_event, __ATOMIC_RELAXED));
}

int front_ring_waiting(const struct front_ring *ring)
{
	/* Acquire: responses are read after the index that announces them. */
	uint32_t prod = __atomic_load_n(&ring->head->rsp_prod, __ATOMIC_ACQUIRE);

	/* No more can be answered than was asked. */
	if (pv_ring_overrun(prod, ring->rsp_cons, ring->published - ring->rsp_cons))
		return -1;
	return (int)(prod - ring->rsp_cons);
}

void front_ring_take(struct front_ring *ring, void *response, size_t size)
{
	copy_bytes(response, slot(ring, ring->rsp_cons), size);
	ring->rsp_cons++;
}

int front_ring_sleep(struct front_ring *ring)
{
	__atomic_store_n(&ring->head->rsp_event, ring->rsp_cons + 1, __ATOMIC_RELAXED);
	/* The wish to be told must be out before the second look. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return front_ring_waiting(ring);
}
