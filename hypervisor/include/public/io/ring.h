/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shared request/response rings of the split drivers.
 *
 * Layout: this 64-byte header at the start of the first page, then a power of
 * two of equal slots, each as large as the larger of request and response.
 * All indices run free (mod 2^32); slot = index mod slots. The frontend moves
 * req_prod and rsp_event, the backend rsp_prod and req_event. Each side reads
 * an index of the other once, bounds it, and copies a slot out before it looks
 * inside: the far end may change both at any time.
 */
#ifndef PV_PUBLIC_IO_RING_H
#define PV_PUBLIC_IO_RING_H

#include <stdint.h>

struct pv_sring {
	uint32_t req_prod;  /* frontend: requests published */
	uint32_t req_event; /* backend: notify me when req_prod passes this */
	uint32_t rsp_prod;  /* backend: responses published */
	uint32_t rsp_event; /* frontend: notify me when rsp_prod passes this */
	uint8_t pad[48];
};

/* Slots that fit: the largest power of two, for a ring of 'bytes' (whole pages). */
static inline uint32_t pv_ring_slots(uint32_t bytes, uint32_t slot_size)
{
	uint32_t fit = (bytes - (uint32_t)sizeof(struct pv_sring)) / slot_size;
	uint32_t slots = 1;

	while (slots <= fit / 2)
		slots *= 2;
	return slots;
}

/*
 * How many of the far end's items may be taken, given its index (read once)
 * and our own count of those taken. More than 'slots' cannot be true: the far
 * end is broken or hostile, and the caller should give the ring up; the result
 * is then clamped so that nothing outside the ring is ever touched.
 */
static inline uint32_t pv_ring_avail(uint32_t prod, uint32_t cons, uint32_t slots)
{
	uint32_t n = prod - cons;

	return n > slots ? slots : n;
}

/* Whether 'prod' lies further ahead of 'cons' than the ring is long. */
static inline int pv_ring_overrun(uint32_t prod, uint32_t cons, uint32_t slots)
{
	return prod - cons > slots;
}

/* Offset of the slot of a free-running index from the start of the ring. */
static inline uint32_t pv_ring_offset(uint32_t index, uint32_t slots, uint32_t slot_size)
{
	return (uint32_t)sizeof(struct pv_sring) + (index & (slots - 1)) * slot_size;
}

/*
 * Whether moving our index from old_prod to new_prod passes the far end's
 * event index. Publish the index, a full barrier, then read event and ask.
 */
static inline int pv_ring_must_notify(uint32_t old_prod, uint32_t new_prod, uint32_t event)
{
	return new_prod - event < new_prod - old_prod;
}

#endif
