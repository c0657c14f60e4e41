/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a worker would have to know after being killed: the requests that it
 * took out of the ring and has not answered.
 *
 * The ring cannot tell. Responses are written over requests, in the order in
 * which I/O ends, so that a request that still waits may have lost its slot.
 * The journal is a small file in memory (on tmpfs) mapped by the worker. Only
 * the process dies, not the machine: stores need their order, not a flush.
 *
 *   take    request → slot, slot TAKEN, then req_cons + 1
 *           (killed before that: the slot is ahead of req_cons, dropped, and
 *           the request is taken again out of the ring)
 *   answer  slot ANSWERED with the index of its response, response into the
 *           ring, ring's rsp_prod published, then slot FREE
 *           (killed between: the published rsp_prod says whether the guest has
 *           the response; if not, the I/O is done again, which is harmless,
 *           since the guest still counts it as in flight)
 */
#ifndef BLKD_JOURNAL_H
#define BLKD_JOURNAL_H

#include <stdint.h>

#include <public/io/blkif.h>

#define MAX_RING_ORDER 2
#define MAX_RING_PAGES (1u << MAX_RING_ORDER)
#define MAX_REQUESTS   128 /* in a ring of that many pages */

/* The connection that a journal belongs to. */
struct ring_id {
	uint32_t domid;
	uint32_t port; /* the guest's */
	uint32_t nr_pages;
	uint32_t refs[MAX_RING_PAGES];
};

enum journal_state {
	JOURNAL_FREE,
	JOURNAL_TAKEN,
	JOURNAL_ANSWERED,
};

struct journal_slot {
	uint32_t state;
	uint32_t req_index;
	uint32_t rsp_index;
	uint32_t pad;
	struct pv_blkif_request request;
};

struct journal {
	uint64_t magic;
	struct ring_id ring;
	uint32_t req_cons;
	struct journal_slot slot[MAX_REQUESTS];
};

/* Makes the file anew for a fresh ring / opens the one a killed worker left.
 * NULL and errno; ESTALE when it belongs to another connection. */
struct journal *journal_create(const char *path, const struct ring_id *ring);
struct journal *journal_open(const char *path, const struct ring_id *ring);
void journal_close(struct journal *journal);

void journal_take(struct journal *journal, unsigned int slot, uint32_t req_index,
		  const struct pv_blkif_request *request);
/* Before the response is written to the ring, and after it was published. */
void journal_answer(struct journal *journal, unsigned int slot, uint32_t rsp_index);
void journal_done(struct journal *journal, unsigned int slot);

/* Sorts the slots after a kill, for a ring whose published response index is
 * rsp_prod: those that are left TAKEN are to be served again. Their number, or
 * -EPROTO when ring and journal contradict each other. */
int journal_recover(struct journal *journal, uint32_t rsp_prod);

#endif
