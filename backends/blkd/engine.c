/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Completions of I/O carry the number of their operation. */
#define TAG_EVENT   1000
#define TAG_CONTROL 1001

/* Each operation has at most one entry queued, plus the two polls. */
#define URING_ENTRIES 256

static void fail(struct operation *op, int status)
{
	if (op->status == PV_BLKIF_RSP_OKAY)
		op->status = status;
}

/* ---- copies between the guest's pages and our buffers ---- */

static void copy_flush(struct engine *e)
{
	int rc;

	if (!e->nr_copy)
		return;
	rc = e->io->ops->copy(e->io, e->nr_copy, e->copy);
	for (unsigned int i = 0; i < e->nr_copy; i++)
		if (rc || e->copy[i].status != GNTST_okay)
			fail(&e->op[e->copy_op[i]], PV_BLKIF_RSP_ERROR);
	e->nr_copy = 0;
}

static xengnttab_grant_copy_segment_t *copy_next(struct engine *e, unsigned int n)
{
	xengnttab_grant_copy_segment_t *seg;

	if (e->nr_copy == COPY_BATCH)
		copy_flush(e);
	e->copy_op[e->nr_copy] = (uint8_t)n;
	seg = &e->copy[e->nr_copy++];
	memset(seg, 0, sizeof(*seg));
	return seg;
}

static void copy_in(struct engine *e, unsigned int n, uint32_t ref, unsigned int offset, void *to,
		    unsigned int len)
{
	xengnttab_grant_copy_segment_t *seg = copy_next(e, n);

	seg->source.foreign.ref = ref;
	seg->source.foreign.offset = (uint16_t)offset;
	seg->source.foreign.domid = (uint16_t)e->domid;
	seg->dest.virt = to;
	seg->len = (uint16_t)len;
	seg->flags = GNTCOPY_source_gref;
}

static void copy_out(struct engine *e, unsigned int n, const void *from, uint32_t ref,
		     unsigned int offset, unsigned int len)
{
	xengnttab_grant_copy_segment_t *seg = copy_next(e, n);

	seg->source.virt = (void *)(uintptr_t)from;
	seg->dest.foreign.ref = ref;
	seg->dest.foreign.offset = (uint16_t)offset;
	seg->dest.foreign.domid = (uint16_t)e->domid;
	seg->len = (uint16_t)len;
	seg->flags = GNTCOPY_dest_gref;
}

/* The segments lie one after the other in the operation's buffer. */
static void copy_data(struct engine *e, unsigned int n, bool in)
{
	struct operation *op = &e->op[n];
	uint8_t *at = op->buf;

	for (unsigned int i = 0; i < op->req.nr_segments; i++) {
		const struct pv_blkif_request_segment *seg = &op->req.seg[i];
		unsigned int offset = seg->first_sect * SECTOR_SIZE;
		unsigned int len = (seg->last_sect - seg->first_sect + 1u) * SECTOR_SIZE;

		if (in)
			copy_in(e, n, seg->gref, offset, at, len);
		else
			copy_out(e, n, at, seg->gref, offset, len);
		at += len;
	}
}

/* ---- answers ---- */

static void answer(struct engine *e, unsigned int n)
{
	struct operation *op = &e->op[n];
	struct pv_blkif_response rsp;

	memset(&rsp, 0, sizeof(rsp));
	rsp.id = op->req.id;
	rsp.operation = op->req.rsp_op;
	rsp.status = (int16_t)op->status;
	journal_answer(e->journal, n, e->ring.rsp_prod);
	back_ring_put(&e->ring, &rsp, sizeof(rsp));
}

/* Answers everything in the batch and shows it to the guest. */
static void answer_batch(struct engine *e)
{
	if (!e->nr_batch)
		return;
	for (unsigned int i = 0; i < e->nr_batch; i++)
		answer(e, e->batch[i]);
	if (back_ring_publish(&e->ring))
		e->io->ops->notify(e->io, e->port);
	for (unsigned int i = 0; i < e->nr_batch; i++) {
		unsigned int n = e->batch[i];

		journal_done(e->journal, n);
		e->op[n].busy = false;
		e->free_op[e->nr_free++] = (uint8_t)n;
	}
	e->nr_batch = 0;
}

/* ---- I/O ---- */

static bool moves_data(const struct operation *op)
{
	return op->req.nr_segments != 0;
}

static void submit(struct engine *e, unsigned int n)
{
	struct operation *op = &e->op[n];
	struct io_uring_sqe *sqe = io_uring_get_sqe(&e->uring);
	uint32_t len = (uint32_t)op->req.nr_sectors * SECTOR_SIZE - op->done;
	uint64_t offset = op->req.sector * SECTOR_SIZE + op->done;

	if (op->flushing)
		io_uring_prep_fsync(sqe, e->disk->fd, IORING_FSYNC_DATASYNC);
	else if (op->req.op == PV_BLKIF_OP_READ)
		io_uring_prep_read(sqe, e->disk->fd, op->buf + op->done, len, offset);
	else if (op->req.op == PV_BLKIF_OP_DISCARD)
		io_uring_prep_fallocate(sqe, e->disk->fd,
					FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)offset,
					(off_t)(op->req.nr_sectors * SECTOR_SIZE));
	else
		io_uring_prep_write(sqe, e->disk->fd, op->buf + op->done, len, offset);
	io_uring_sqe_set_data64(sqe, n);
	e->in_flight++;
}

/* Starts the operations of the batch; those that fail before any I/O stay in
 * it and are answered. Each step is one call for all of them. */
static void start_batch(struct engine *e)
{
	unsigned int failed = 0;

	for (unsigned int i = 0; i < e->nr_batch; i++) {
		struct operation *op = &e->op[e->batch[i]];

		op->status = request_parse(&op->req, &e->journal->slot[e->batch[i]].request);
		if (op->status == PV_BLKIF_RSP_OKAY && op->req.indirect)
			copy_in(e, e->batch[i], op->req.indirect_ref, 0, op->req.seg,
				op->req.nr_segments * (unsigned int)sizeof(op->req.seg[0]));
	}
	copy_flush(e);
	for (unsigned int i = 0; i < e->nr_batch; i++) {
		struct operation *op = &e->op[e->batch[i]];

		if (op->status == PV_BLKIF_RSP_OKAY)
			op->status = request_check(&op->req, e->disk);
		if (op->status == PV_BLKIF_RSP_OKAY && moves_data(op) &&
		    op->req.op != PV_BLKIF_OP_READ)
			copy_data(e, e->batch[i], true);
	}
	copy_flush(e);
	for (unsigned int i = 0; i < e->nr_batch; i++) {
		struct operation *op = &e->op[e->batch[i]];

		op->done = 0;
		op->flushing = op->req.op == PV_BLKIF_OP_FLUSH_DISKCACHE;
		if (op->status == PV_BLKIF_RSP_OKAY)
			submit(e, e->batch[i]);
		else
			e->batch[failed++] = e->batch[i];
	}
	e->nr_batch = failed;
	answer_batch(e);
}

/* True: the operation has ended and its status says how. */
static bool io_ended(struct engine *e, unsigned int n, int res)
{
	struct operation *op = &e->op[n];
	bool reads_or_writes = !op->flushing && op->req.op != PV_BLKIF_OP_DISCARD;

	e->in_flight--;
	if (res == -EOPNOTSUPP && op->req.op == PV_BLKIF_OP_DISCARD)
		fail(op, PV_BLKIF_RSP_EOPNOTSUPP);
	else if (res < 0 || (reads_or_writes && !res))
		fail(op, PV_BLKIF_RSP_ERROR); /* 0: the image became shorter */
	if (op->status != PV_BLKIF_RSP_OKAY)
		return true;
	if (op->flushing) {
		op->flushing = false;
		if (!moves_data(op))
			return true;
		submit(e, n);
		return false;
	}
	if (!reads_or_writes)
		return true;
	op->done += (uint32_t)res;
	if (op->done < op->req.nr_sectors * SECTOR_SIZE) {
		submit(e, n);
		return false;
	}
	if (op->req.op == PV_BLKIF_OP_READ)
		copy_data(e, n, false);
	return true;
}

void engine_take(struct engine *e)
{
	unsigned int taken = 0;
	int n;

	e->more = false;
	if (e->broken)
		return;
	n = back_ring_waiting(&e->ring);
	if (!n)
		n = back_ring_sleep(&e->ring);
	while (n > 0 && taken < e->ring.nr) {
		taken += (unsigned int)n;
		for (; n; n--) {
			unsigned int slot = e->free_op[--e->nr_free];
			uint32_t index = e->ring.req_cons;
			struct pv_blkif_request request;

			back_ring_take(&e->ring, &request, sizeof(request));
			journal_take(e->journal, slot, index, &request);
			e->op[slot].busy = true;
			e->batch[e->nr_batch++] = (uint8_t)slot;
		}
		start_batch(e);
		n = back_ring_sleep(&e->ring);
	}
	e->broken = n < 0;
	e->more = n > 0;
}

void engine_resume(struct engine *e)
{
	for (unsigned int n = 0; n < MAX_REQUESTS; n++)
		if (e->op[n].busy)
			e->batch[e->nr_batch++] = (uint8_t)n;
	start_batch(e);
	/* Whoever was killed may not have come to tell the guest of the
	 * responses that it published last. */
	e->io->ops->notify(e->io, e->port);
}

/* ---- the wait ---- */

static void poll_for(struct engine *e, int fd, uint64_t tag)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&e->uring);

	io_uring_prep_poll_multishot(sqe, fd, POLLIN);
	io_uring_sqe_set_data64(sqe, tag);
}

static void take_events(struct engine *e)
{
	/* One look is enough: it is the only port, masked from now on. */
	if (e->io->ops->pending(e->io) != (int)e->port)
		return;
	if (!e->control_hung_up)
		engine_take(e);
	/* Last: an event that comes now was sent after our last look. */
	e->io->ops->unmask(e->io, e->port);
}

static void completion(struct engine *e, const struct io_uring_cqe *cqe)
{
	switch (cqe->user_data) {
	case TAG_EVENT:
		take_events(e);
		if (!(cqe->flags & IORING_CQE_F_MORE))
			poll_for(e, e->event_fd, TAG_EVENT);
		break;
	case TAG_CONTROL:
		/* Nothing is ever sent to us: the other end was closed. */
		e->control_hung_up = true;
		e->more = false;
		break;
	default:
		if (io_ended(e, (unsigned int)cqe->user_data, cqe->res))
			e->batch[e->nr_batch++] = (uint8_t)cqe->user_data;
	}
}

int engine_step(struct engine *e, bool wait)
{
	struct io_uring_cqe *cqe;
	bool events = false;
	struct io_uring_cqe event;
	unsigned int head, seen = 0;
	int rc = wait && !e->more ? io_uring_submit_and_wait(&e->uring, 1)
				  : io_uring_submit(&e->uring);

	if (rc < 0 && rc != -EINTR && rc != -EAGAIN && rc != -EBUSY)
		return rc;
	io_uring_for_each_cqe(&e->uring, head, cqe)
	{
		seen++;
		/* New requests make a batch of their own, after this one. */
		if (cqe->user_data == TAG_EVENT) {
			events = true;
			event = *cqe;
		} else {
			completion(e, cqe);
		}
	}
	io_uring_cq_advance(&e->uring, seen);
	copy_flush(e);
	answer_batch(e);
	if (events)
		completion(e, &event);
	else if (e->more && !e->control_hung_up)
		engine_take(e);
	return 0;
}

/* ---- life ---- */

/* Debian's liburing declares its functions for these two and does not export
 * them. */
static int uring_register(struct engine *e, unsigned int what, void *arg, unsigned int nr)
{
	return syscall(__NR_io_uring_register, e->uring.ring_fd, what, arg, nr) < 0 ? -errno : 0;
}

/* System-call filters do not see what goes through the kernel's ring: this
 * keeps a worker that was taken over from opening files through it. */
static int confine_uring(struct engine *e)
{
	static const uint8_t allowed[] = {IORING_OP_READ, IORING_OP_WRITE, IORING_OP_FSYNC,
					  IORING_OP_FALLOCATE, IORING_OP_POLL_ADD};
	struct io_uring_restriction rule[sizeof(allowed)];

	memset(rule, 0, sizeof(rule));
	for (unsigned int i = 0; i < sizeof(allowed); i++) {
		rule[i].opcode = IORING_RESTRICTION_SQE_OP;
		rule[i].sqe_op = allowed[i];
	}
	return uring_register(e, IORING_REGISTER_RESTRICTIONS, rule, sizeof(allowed));
}

static int open_uring(struct engine *e)
{
	struct io_uring_params params = {.flags = IORING_SETUP_R_DISABLED};
	int rc = io_uring_queue_init_params(URING_ENTRIES, &e->uring, &params);

	if (rc)
		return rc;
	rc = confine_uring(e);
	if (!rc)
		rc = uring_register(e, IORING_REGISTER_ENABLE_RINGS, NULL, 0);
	if (rc)
		io_uring_queue_exit(&e->uring);
	return rc;
}

int engine_init(struct engine *e, struct xenio *io, struct disk *disk, struct journal *journal,
		void *shared, uint32_t port, uint32_t rsp_prod, int control_fd)
{
	int rc;

	memset(e, 0, sizeof(*e));
	e->io = io;
	e->disk = disk;
	e->journal = journal;
	e->domid = journal->ring.domid;
	e->port = port;
	e->event_fd = io->ops->event_fd(io);
	e->control_fd = control_fd;
	back_ring_init(&e->ring, shared, journal->ring.nr_pages * PAGE_BYTES,
		       sizeof(union pv_blkif_sring_entry), journal->req_cons, rsp_prod);
	e->buffer_bytes = (size_t)MAX_REQUESTS * MAX_REQUEST_BYTES;
	e->buffers = mmap(NULL, e->buffer_bytes, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (e->buffers == MAP_FAILED)
		return -errno;
	/* Last in, first out: a light load touches few buffers. */
	for (unsigned int n = MAX_REQUESTS; n--;) {
		e->op[n].buf = e->buffers + (size_t)n * MAX_REQUEST_BYTES;
		e->op[n].busy = journal->slot[n].state == JOURNAL_TAKEN;
		if (!e->op[n].busy)
			e->free_op[e->nr_free++] = (uint8_t)n;
	}
	rc = open_uring(e);
	if (rc) {
		munmap(e->buffers, e->buffer_bytes);
		return rc;
	}
	poll_for(e, e->event_fd, TAG_EVENT);
	if (control_fd >= 0)
		poll_for(e, control_fd, TAG_CONTROL);
	return 0;
}

void engine_fini(struct engine *e)
{
	io_uring_queue_exit(&e->uring);
	munmap(e->buffers, e->buffer_bytes);
}
