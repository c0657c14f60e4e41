/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Serves one ring: requests in, I/O through io_uring, responses out.
 *
 *   ring ─take─► journal ─parse, check─► [copy data in] ─► io_uring
 *   ring ◄─publish─ put ◄─ journal ◄─ [copy data out] ◄──────┘
 *
 * Data moves by grant copy into buffers of our own: one call of the
 * hypervisor for everything that a batch needs, no guest memory mapped but
 * the ring, and no data that can change after it was written to the disk's
 * queue. What is done in batches: taking, copying, submitting, publishing.
 */
#ifndef BLKD_ENGINE_H
#define BLKD_ENGINE_H

#include <liburing.h>
#include <stdbool.h>

#include "disk.h"
#include "journal.h"
#include "lib/ring.h"
#include "lib/xenio.h"
#include "request.h"

#define COPY_BATCH 256

struct operation {
	struct request req;
	int status;    /* PV_BLKIF_RSP_*, kept at the first that is not OKAY */
	bool busy;     /* holds a request that was not answered */
	bool flushing; /* a flush that comes before data of its own */
	uint32_t done; /* bytes, of a read or write that came short */
	uint8_t *buf;  /* MAX_REQUEST_BYTES */
};

struct engine {
	struct xenio *io;
	struct disk *disk;
	struct journal *journal;
	struct back_ring ring;
	uint32_t domid;
	uint32_t port; /* ours */
	struct io_uring uring;
	uint8_t *buffers;
	size_t buffer_bytes;

	/* Journal slot n belongs to op[n]. */
	struct operation op[MAX_REQUESTS];
	uint8_t free_op[MAX_REQUESTS];
	unsigned int nr_free, in_flight;
	uint8_t batch[MAX_REQUESTS]; /* taken, or ended, together */
	unsigned int nr_batch;

	xengnttab_grant_copy_segment_t copy[COPY_BATCH];
	uint8_t copy_op[COPY_BATCH];
	unsigned int nr_copy;

	/* Two more sources for the same wait: tags of their completions. */
	int event_fd, control_fd; /* control_fd -1: none */
	bool control_hung_up;
	bool broken; /* the front-end's index was nonsense */
	bool more;   /* requests wait for which no event will come */
};

/* Prepares to serve `shared` from the indices that the ring's responses and the
 * journal stand at (0 and 0 for a fresh ring). 0 or a negative errno. A journal
 * that was found has been through journal_recover(); the requests it holds are
 * served again by engine_resume(). The kernel's ring is confined to the few
 * operations used here. */
int engine_init(struct engine *e, struct xenio *io, struct disk *disk, struct journal *journal,
		void *shared, uint32_t port, uint32_t rsp_prod, int control_fd);
void engine_fini(struct engine *e);
void engine_resume(struct engine *e);

/* Takes what waits in the ring and starts it. At most a ring's worth: a guest
 * that adds requests as fast as they are answered must not keep us from all
 * else, so the rest waits, as `more`, for the next step. */
void engine_take(struct engine *e);

/* Submits, waits for at least one completion (or looks, without `wait`), and
 * handles all there are: I/O, events, the control socket. 0 or an errno. */
int engine_step(struct engine *e, bool wait);

#endif
