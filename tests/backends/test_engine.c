/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A block device from the guest's ring to a real file and back, through a
 * real io_uring; and what a killed worker's successor makes of what it finds.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "blkd/engine.h"
#include "fake_io.h"
#include "ring/front_ring.h"
#include "suites.h"

#define IMAGE_SECTORS 4096u
#define RING_REF      400u /* up to four pages */
#define INDIRECT_REF  390u
#define DATA_REF      1u

static char image[64], journal_path[80];
static struct fake_io fake;
static struct disk disk;
static struct journal *journal;
static struct engine *engine;
static struct front_ring front;
static struct ring_id ring_id;

static void make_image(void)
{
	static uint8_t sector[SECTOR_SIZE];
	int fd;

	snprintf(image, sizeof(image), "/tmp/blkd-test-image-XXXXXX");
	fd = mkstemp(image);
	CU_ASSERT_TRUE_FATAL(fd >= 0);
	for (unsigned int i = 0; i < IMAGE_SECTORS; i++) {
		memset(sector, (int)(i % 251), sizeof(sector));
		CU_ASSERT_EQUAL_FATAL(write(fd, sector, sizeof(sector)), SECTOR_SIZE);
	}
	close(fd);
	snprintf(journal_path, sizeof(journal_path), "%s.journal", image);
}

static void start_engine(uint32_t rsp_prod)
{
	CU_ASSERT_EQUAL_FATAL(disk_open(&disk, image, false, 1000), 0);
	engine = calloc(1, sizeof(*engine));
	CU_ASSERT_EQUAL_FATAL(engine_init(engine, &fake.io, &disk, journal,
					  fake_page(&fake, RING_REF), FAKE_PORT, rsp_prod, -1),
			      0);
}

static void stop_engine(void)
{
	engine_fini(engine);
	free(engine);
	disk_close(&disk);
}

static void set_up(unsigned int pages)
{
	fake_io_init(&fake);
	memset(fake.granted, true, sizeof(fake.granted));
	make_image();
	ring_id = (struct ring_id){.domid = FAKE_DOMID, .port = 9, .nr_pages = pages};
	for (unsigned int i = 0; i < pages; i++)
		ring_id.refs[i] = RING_REF + i;
	front_ring_init(&front, fake_page(&fake, RING_REF), pages * PAGE_BYTES,
			sizeof(union pv_blkif_sring_entry));
	journal = journal_create(journal_path, &ring_id);
	CU_ASSERT_PTR_NOT_NULL_FATAL(journal);
	start_engine(0);
}

static void tear_down(void)
{
	stop_engine();
	journal_close(journal);
	unlink(journal_path);
	unlink(image);
	fake_io_fini(&fake);
}

static void put(uint8_t op, uint64_t id, uint64_t sector, unsigned int pages, uint32_t ref)
{
	struct pv_blkif_request r = {
		.operation = op, .nr_segments = (uint8_t)pages, .id = id, .sector_number = sector};

	for (unsigned int i = 0; i < pages; i++)
		r.seg[i] = (struct pv_blkif_request_segment){ref + i, 0, 7};
	front_ring_put(&front, &r, sizeof(r));
}

static void kick(void)
{
	if (front_ring_publish(&front))
		fake_io_kick(&fake);
}

/* Steps until so many responses wait; they are taken into rsp. */
static void await(unsigned int count, struct pv_blkif_response *rsp)
{
	unsigned int steps = 0;

	while (front_ring_waiting(&front) < (int)count && steps++ < 1000)
		CU_ASSERT_EQUAL_FATAL(engine_step(engine, true), 0);
	CU_ASSERT_EQUAL_FATAL(front_ring_waiting(&front), (int)count);
	for (unsigned int i = 0; i < count; i++)
		front_ring_take(&front, &rsp[i], sizeof(rsp[i]));
	CU_ASSERT_EQUAL(engine->nr_free, MAX_REQUESTS);
}

static int one(uint8_t op, uint64_t sector, unsigned int pages, uint32_t ref)
{
	struct pv_blkif_response rsp;

	put(op, 77, sector, pages, ref);
	kick();
	await(1, &rsp);
	CU_ASSERT_EQUAL(rsp.id, 77);
	CU_ASSERT_EQUAL(rsp.operation, op);
	return rsp.status;
}

static bool page_is(uint32_t ref, unsigned int sector)
{
	const uint8_t *p = fake_page(&fake, ref);

	for (unsigned int i = 0; i < PAGE_BYTES; i++)
		if (p[i] != (sector + i / SECTOR_SIZE) % 251)
			return false;
	return true;
}

static bool image_is(uint64_t sector, int byte, unsigned int bytes)
{
	static uint8_t buf[MAX_REQUEST_BYTES];
	int fd = open(image, O_RDONLY);
	bool same = pread(fd, buf, bytes, (off_t)sector * SECTOR_SIZE) == (ssize_t)bytes;

	close(fd);
	for (unsigned int i = 0; same && i < bytes; i++)
		same = buf[i] == (uint8_t)byte;
	return same;
}

static void test_read_write(void)
{
	set_up(1);
	CU_ASSERT_EQUAL(one(PV_BLKIF_OP_READ, 16, 2, DATA_REF), 0);
	CU_ASSERT_TRUE(page_is(DATA_REF, 16));
	CU_ASSERT_TRUE(page_is(DATA_REF + 1, 24));
	memset(fake_page(&fake, DATA_REF), 0xaa, 2 * PAGE_BYTES);
	CU_ASSERT_EQUAL(one(PV_BLKIF_OP_WRITE, 100, 2, DATA_REF), 0);
	CU_ASSERT_TRUE(image_is(100, 0xaa, 2 * PAGE_BYTES));
	CU_ASSERT_FALSE(image_is(99, 0xaa, SECTOR_SIZE));
	CU_ASSERT_FALSE(image_is(116, 0xaa, SECTOR_SIZE));
	CU_ASSERT_EQUAL(one(PV_BLKIF_OP_FLUSH_DISKCACHE, 0, 0, 0), 0);
	CU_ASSERT_EQUAL(one(PV_BLKIF_OP_WRITE_BARRIER, 0, 1, DATA_REF), PV_BLKIF_RSP_EOPNOTSUPP);
	memset(fake_page(&fake, DATA_REF), 0xbb, PAGE_BYTES);
	CU_ASSERT_EQUAL(one(PV_BLKIF_OP_FLUSH_DISKCACHE, 0, 1, DATA_REF), 0);
	CU_ASSERT_TRUE(image_is(0, 0xbb, PAGE_BYTES));
	tear_down();
}

/* Parts of pages, each at its own place. */
static void test_parts_of_pages(void)
{
	struct pv_blkif_request r = {.operation = PV_BLKIF_OP_READ,
				     .nr_segments = 2,
				     .id = 1,
				     .sector_number = 10,
				     .seg = {{DATA_REF, 5, 6}, {DATA_REF + 1, 0, 0}}};
	struct pv_blkif_response rsp;

	set_up(1);
	memset(fake_page(&fake, DATA_REF), 0xee, 2 * PAGE_BYTES);
	front_ring_put(&front, &r, sizeof(r));
	kick();
	await(1, &rsp);
	CU_ASSERT_EQUAL(rsp.status, 0);
	CU_ASSERT_EQUAL(fake_page(&fake, DATA_REF)[5 * 512 - 1], 0xee);
	CU_ASSERT_EQUAL(fake_page(&fake, DATA_REF)[5 * 512], 10);
	CU_ASSERT_EQUAL(fake_page(&fake, DATA_REF)[6 * 512], 11);
	CU_ASSERT_EQUAL(fake_page(&fake, DATA_REF)[7 * 512], 0xee);
	CU_ASSERT_EQUAL(fake_page(&fake, DATA_REF + 1)[0], 12);
	CU_ASSERT_EQUAL(fake_page(&fake, DATA_REF + 1)[512], 0xee);
	tear_down();
}

static void test_discard(void)
{
	struct pv_blkif_request_discard r = {.operation = PV_BLKIF_OP_DISCARD,
					     .id = 3,
					     .sector_number = 1024,
					     .nr_sectors = 256};
	struct pv_blkif_response rsp;

	set_up(1);
	front_ring_put(&front, &r, sizeof(r));
	kick();
	await(1, &rsp);
	/* A file system may not know holes; it must say so then. */
	CU_ASSERT_TRUE(rsp.status == 0 || rsp.status == PV_BLKIF_RSP_EOPNOTSUPP);
	if (rsp.status == 0)
		CU_ASSERT_TRUE(image_is(1024, 0, 256 * SECTOR_SIZE));
	CU_ASSERT_FALSE(image_is(1280, 0, SECTOR_SIZE));
	tear_down();
}

static int indirect(uint8_t op, unsigned int segments, uint64_t sector)
{
	struct pv_blkif_request_indirect r = {.operation = PV_BLKIF_OP_INDIRECT,
					      .indirect_op = op,
					      .nr_segments = (uint16_t)segments,
					      .id = 5,
					      .sector_number = sector,
					      .indirect_grefs = {INDIRECT_REF}};
	struct pv_blkif_request_segment *seg = (void *)fake_page(&fake, INDIRECT_REF);
	struct pv_blkif_response rsp;

	for (unsigned int i = 0; i < segments && i < 512; i++)
		seg[i] = (struct pv_blkif_request_segment){DATA_REF + i, 0, 7};
	front_ring_put(&front, &r, sizeof(r));
	kick();
	await(1, &rsp);
	CU_ASSERT_EQUAL(rsp.operation, op);
	return rsp.status;
}

static void test_indirect(void)
{
	set_up(1);
	CU_ASSERT_EQUAL(indirect(PV_BLKIF_OP_READ, 32, 40), 0);
	CU_ASSERT_TRUE(page_is(DATA_REF, 40));
	CU_ASSERT_TRUE(page_is(DATA_REF + 31, 40 + 31 * 8));
	memset(fake_page(&fake, DATA_REF), 0x5a, 32 * PAGE_BYTES);
	CU_ASSERT_EQUAL(indirect(PV_BLKIF_OP_WRITE, 32, 2048), 0);
	CU_ASSERT_TRUE(image_is(2048, 0x5a, 32 * PAGE_BYTES));
	CU_ASSERT_EQUAL(indirect(PV_BLKIF_OP_WRITE, 33, 0), PV_BLKIF_RSP_ERROR);
	fake.granted[INDIRECT_REF] = false;
	CU_ASSERT_EQUAL(indirect(PV_BLKIF_OP_READ, 1, 0), PV_BLKIF_RSP_ERROR);
	tear_down();
}

static void test_full_rings(void)
{
	static const unsigned int pages[] = {1, 2, 4};
	static struct pv_blkif_response rsp[MAX_REQUESTS];

	for (unsigned int p = 0; p < 3; p++) {
		uint64_t seen = 0;

		set_up(pages[p]);
		for (unsigned int round = 0; round < 5; round++) {
			unsigned int nr = front_ring_room(&front);

			CU_ASSERT_EQUAL(nr, 32 * pages[p]);
			seen = 0;
			for (unsigned int i = 0; i < nr; i++)
				put(i % 3 ? PV_BLKIF_OP_READ : PV_BLKIF_OP_WRITE, i, 8 * i, 1,
				    DATA_REF + i);
			kick();
			await(nr, rsp);
			for (unsigned int i = 0; i < nr; i++) {
				CU_ASSERT_EQUAL(rsp[i].status, 0);
				seen += rsp[i].id;
			}
			CU_ASSERT_EQUAL(seen, (uint64_t)nr * (nr - 1) / 2);
		}
		/* One copy in and one out for a full ring, not one a request. */
		CU_ASSERT_TRUE(fake.copies < 5 * 32 * pages[p]);
		tear_down();
	}
}

static void test_bad_grants(void)
{
	set_up(1);
	fake.granted[DATA_REF + 1] = false;
	CU_ASSERT_EQUAL(one(PV_BLKIF_OP_WRITE, 0, 2, DATA_REF), PV_BLKIF_RSP_ERROR);
	/* Nothing of it reached the disk. */
	CU_ASSERT_TRUE(image_is(0, 0, SECTOR_SIZE));
	CU_ASSERT_TRUE(image_is(1, 1, SECTOR_SIZE));
	CU_ASSERT_EQUAL(one(PV_BLKIF_OP_READ, 0, 2, DATA_REF), PV_BLKIF_RSP_ERROR);
	fake.readonly[DATA_REF] = true;
	CU_ASSERT_EQUAL(one(PV_BLKIF_OP_READ, 0, 1, DATA_REF), PV_BLKIF_RSP_ERROR);
	CU_ASSERT_EQUAL(one(PV_BLKIF_OP_WRITE, 0, 1, DATA_REF), 0);
	CU_ASSERT_EQUAL(one(PV_BLKIF_OP_READ, 0, 1, 0xffffffff), PV_BLKIF_RSP_ERROR);
	fake.copy_fails = true;
	CU_ASSERT_EQUAL(one(PV_BLKIF_OP_WRITE, 0, 1, DATA_REF), PV_BLKIF_RSP_ERROR);
	tear_down();
}

static void test_image_becomes_shorter(void)
{
	set_up(1);
	CU_ASSERT_EQUAL(truncate(image, 8 * SECTOR_SIZE), 0);
	CU_ASSERT_EQUAL(one(PV_BLKIF_OP_READ, 0, 1, DATA_REF), 0);
	CU_ASSERT_EQUAL(one(PV_BLKIF_OP_READ, 64, 1, DATA_REF), PV_BLKIF_RSP_ERROR);
	tear_down();
}

/* The bytes of a response that mean nothing say nothing, either. */
static void test_response_padding(void)
{
	struct pv_blkif_response rsp;
	uint8_t *slot;

	set_up(1);
	slot = fake_page(&fake, RING_REF) +
	       pv_ring_offset(0, engine->ring.nr, engine->ring.slot_size);
	memset(slot, 0xee, engine->ring.slot_size);
	put(PV_BLKIF_OP_READ, UINT64_MAX, 0, 1, DATA_REF);
	kick();
	await(1, &rsp);
	CU_ASSERT_EQUAL(slot[offsetof(struct pv_blkif_response, operation) + 1], 0);
	for (size_t i = offsetof(struct pv_blkif_response, status) + sizeof(rsp.status);
	     i < sizeof(rsp); i++)
		CU_ASSERT_EQUAL(slot[i], 0);
	tear_down();
}

/* A full disk is an error of the request, not of the worker. */
static void test_disk_is_full(void)
{
	int full;

	set_up(1);
	full = open("/dev/full", O_RDWR);
	CU_ASSERT_TRUE_FATAL(full >= 0 && dup2(full, disk.fd) >= 0);
	close(full);
	CU_ASSERT_EQUAL(one(PV_BLKIF_OP_WRITE, 0, 2, DATA_REF), PV_BLKIF_RSP_ERROR);
	CU_ASSERT_EQUAL(one(PV_BLKIF_OP_READ, 0, 2, DATA_REF), PV_BLKIF_RSP_OKAY);
	tear_down();
}

static bool flood_ends;

/* A second CPU of the guest that asks again as fast as it is answered. */
static void *flood(void *arg)
{
	struct pv_blkif_request r = {.operation = 200};
	struct pv_blkif_response rsp;
	uint64_t *sent = arg;

	while (!__atomic_load_n(&flood_ends, __ATOMIC_RELAXED)) {
		for (unsigned int room = front_ring_room(&front); room; room--, (*sent)++)
			front_ring_put(&front, &r, sizeof(r));
		front_ring_publish(&front);
		for (int n = front_ring_waiting(&front); n > 0; n--)
			front_ring_take(&front, &rsp, sizeof(rsp));
	}
	return NULL;
}

/* Such a guest gets a ring's worth at a time, and the worker sees to the rest
 * of its duties between. */
static void test_endless_requests(void)
{
	uint64_t sent = 0;
	pthread_t guest;

	set_up(1);
	flood_ends = false;
	CU_ASSERT_EQUAL_FATAL(pthread_create(&guest, NULL, flood, &sent), 0);
	for (unsigned int i = 0; i < 200; i++) {
		uint32_t before = engine->ring.req_cons;

		engine_take(engine);
		CU_ASSERT_TRUE(engine->ring.req_cons - before < 2 * engine->ring.nr);
	}
	__atomic_store_n(&flood_ends, true, __ATOMIC_RELAXED);
	pthread_join(guest, NULL);
	/* What is left needs no event to be taken. */
	while (engine->more)
		CU_ASSERT_EQUAL_FATAL(engine_step(engine, true), 0);
	engine_take(engine);
	CU_ASSERT_EQUAL(engine->ring.req_cons, (uint32_t)sent);
	CU_ASSERT_EQUAL(engine->nr_free, MAX_REQUESTS);
	tear_down();
}

/* A nonsense index stops the ring for good; what was in flight is answered. */
static void test_nonsense_index(void)
{
	struct pv_blkif_response rsp;

	set_up(1);
	put(PV_BLKIF_OP_READ, 1, 0, 1, DATA_REF);
	kick();
	await(1, &rsp);
	front.head->req_prod = 1000;
	fake_io_kick(&fake);
	CU_ASSERT_EQUAL(engine_step(engine, true), 0);
	CU_ASSERT_TRUE(engine->broken);
	front.head->req_prod = 2;
	fake_io_kick(&fake);
	CU_ASSERT_EQUAL(engine_step(engine, true), 0);
	CU_ASSERT_EQUAL(engine->ring.req_cons, 1);
	tear_down();
}

/* Random slots and indices: no crash, no leak of operations, no write past the
 * guest's own pages (sanitizers watch), every request answered exactly once. */
static void test_random_requests(void)
{
	uint64_t answered = 0, sent = 0;

	srandom(1);
	set_up(1);
	for (unsigned int round = 0; round < 2000; round++) {
		unsigned int n = (unsigned int)random() % (front_ring_room(&front) + 1);
		struct pv_blkif_response rsp;
		int waiting;

		for (unsigned int i = 0; i < n; i++) {
			struct pv_blkif_request r;

			for (unsigned int k = 0; k < sizeof(r); k++)
				((uint8_t *)&r)[k] = (uint8_t)random();
			/* Plausible often enough to come past the first check. */
			r.operation %= 8;
			if (random() % 2)
				r.nr_segments %= 12;
			if (random() % 2)
				r.sector_number %= IMAGE_SECTORS;
			for (unsigned int k = 0; k < 11 && random() % 8; k++)
				r.seg[k] = (struct pv_blkif_request_segment){
					(uint32_t)random() % 300, (uint8_t)(random() % 4),
					(uint8_t)(4 + random() % 4)};
			front_ring_put(&front, &r, sizeof(r));
			sent++;
		}
		kick();
		CU_ASSERT_EQUAL_FATAL(engine_step(engine, false), 0);
		waiting = front_ring_waiting(&front);
		CU_ASSERT_TRUE_FATAL(waiting >= 0);
		for (; waiting; waiting--, answered++)
			front_ring_take(&front, &rsp, sizeof(rsp));
		front_ring_sleep(&front);
	}
	while (engine->in_flight) {
		CU_ASSERT_EQUAL_FATAL(engine_step(engine, true), 0);
	}
	answered += (uint64_t)front_ring_waiting(&front);
	CU_ASSERT_EQUAL(answered, sent);
	CU_ASSERT_EQUAL(engine->nr_free, MAX_REQUESTS);
	tear_down();
}

static void test_locks(void)
{
	struct disk other;

	set_up(1);
	CU_ASSERT_EQUAL(disk_open(&other, image, false, 0), -EBUSY);
	CU_ASSERT_EQUAL(disk_open(&other, image, true, 50), -EBUSY);
	stop_engine();
	CU_ASSERT_EQUAL(disk_open(&other, image, true, 0), 0);
	disk_close(&other);
	CU_ASSERT_EQUAL(disk_open(&other, "/tmp", true, 0), -ENOTBLK);
	CU_ASSERT_EQUAL(disk_open(&other, "/nonexistent/image", true, 0), -ENOENT);
	start_engine(0);
	tear_down();
}

/* ---- restarts ---- */

/* Forgets the engine as a kill would, journal and ring stay as they are. */
static int recover(void)
{
	uint32_t rsp_prod;

	stop_engine();
	journal_close(journal);
	journal = journal_open(journal_path, &ring_id);
	CU_ASSERT_PTR_NOT_NULL_FATAL(journal);
	rsp_prod = front.head->rsp_prod;
	if (journal_recover(journal, rsp_prod) < 0) {
		start_engine(0);
		return -EPROTO;
	}
	start_engine(rsp_prod);
	engine_resume(engine);
	return 0;
}

/* Killed with everything taken and nothing done. */
static void test_restart_in_flight(void)
{
	struct pv_blkif_response rsp[40];
	unsigned int notified;

	set_up(1);
	for (unsigned int i = 0; i < 20; i++)
		put(PV_BLKIF_OP_READ, 100 + i, 8 * i, 1, DATA_REF + i);
	front_ring_publish(&front);
	engine_take(engine);
	CU_ASSERT_EQUAL(journal->req_cons, 20);
	notified = fake.notified;
	memset(fake_page(&fake, DATA_REF), 0, 20 * PAGE_BYTES);
	CU_ASSERT_EQUAL(recover(), 0);
	CU_ASSERT_TRUE(fake.notified > notified);
	/* And more that came while nobody served. */
	for (unsigned int i = 20; i < 30; i++)
		put(PV_BLKIF_OP_READ, 100 + i, 8 * i, 1, DATA_REF + i);
	front_ring_publish(&front);
	fake_io_kick(&fake);
	await(30, rsp);
	uint64_t seen = 0;
	for (unsigned int i = 0; i < 30; i++) {
		CU_ASSERT_EQUAL(rsp[i].status, 0);
		CU_ASSERT_TRUE(rsp[i].id >= 100 && rsp[i].id < 130);
		seen |= 1ull << (rsp[i].id - 100);
		CU_ASSERT_TRUE(page_is(DATA_REF + i, 8 * i));
	}
	CU_ASSERT_EQUAL(seen, (1ull << 30) - 1);
	tear_down();
}

/* Answers out of order have overwritten the slots of requests that wait. */
static void test_restart_overwritten_slots(void)
{
	struct pv_blkif_response rsp = {0};
	unsigned int n;

	set_up(1);
	for (unsigned int i = 0; i < 4; i++)
		put(PV_BLKIF_OP_WRITE, i, 100 + 8 * i, 1, DATA_REF + i);
	for (unsigned int i = 0; i < 4; i++)
		memset(fake_page(&fake, DATA_REF + i), 0xc0 + (int)i, PAGE_BYTES);
	front_ring_publish(&front);
	/* As if the last two of four had ended first and the worker had been
	 * killed right after showing their responses. */
	for (unsigned int i = 0; i < 4; i++) {
		struct pv_blkif_request r;
		uint32_t index = engine->ring.req_cons;

		back_ring_take(&engine->ring, &r, sizeof(r));
		journal_take(journal, i, index, &r);
	}
	for (n = 2; n < 4; n++) {
		rsp.id = n;
		rsp.operation = PV_BLKIF_OP_WRITE;
		journal_answer(journal, n, engine->ring.rsp_prod);
		back_ring_put(&engine->ring, &rsp, sizeof(rsp));
	}
	back_ring_publish(&engine->ring);
	CU_ASSERT_EQUAL(recover(), 0);
	struct pv_blkif_response all[4];
	await(4, all);
	CU_ASSERT_EQUAL(all[0].id, 2);
	CU_ASSERT_EQUAL(all[1].id, 3);
	CU_ASSERT_EQUAL(all[2].id + all[3].id, 1);
	CU_ASSERT_TRUE(image_is(100, 0xc0, PAGE_BYTES));
	CU_ASSERT_TRUE(image_is(108, 0xc1, PAGE_BYTES));
	/* The answered ones were not done again. */
	CU_ASSERT_FALSE(image_is(116, 0xc2, PAGE_BYTES));
	tear_down();
}

/* Killed at each single step of taking and answering one request. */
static void test_restart_at_each_step(void)
{
	for (unsigned int step = 0; step < 6; step++) {
		struct pv_blkif_response rsp = {.id = 9, .operation = PV_BLKIF_OP_READ};
		struct pv_blkif_request r;

		set_up(1);
		put(PV_BLKIF_OP_READ, 9, 8, 1, DATA_REF);
		front_ring_publish(&front);
		fake_io_kick(&fake);
		if (step >= 1) { /* slot written, req_cons not yet */
			back_ring_take(&engine->ring, &r, sizeof(r));
			journal_take(journal, 0, 0, &r);
			journal->req_cons = 0;
		}
		if (step >= 2)
			journal->req_cons = 1;
		if (step >= 3)
			journal_answer(journal, 0, 0);
		if (step >= 4) /* response in the ring, not shown */
			back_ring_put(&engine->ring, &rsp, sizeof(rsp));
		if (step >= 5) /* shown, slot not freed */
			back_ring_publish(&engine->ring);
		CU_ASSERT_EQUAL(recover(), 0);
		await(1, &rsp);
		CU_ASSERT_EQUAL(rsp.id, 9);
		CU_ASSERT_EQUAL(rsp.status, 0);
		if (step < 5)
			CU_ASSERT_TRUE(page_is(DATA_REF, 8));
		/* And it goes on. */
		CU_ASSERT_EQUAL(one(PV_BLKIF_OP_READ, 16, 1, DATA_REF), 0);
		CU_ASSERT_TRUE(page_is(DATA_REF, 16));
		tear_down();
	}
}

/* A child serves and is killed with SIGKILL at random moments, again and again;
 * each request is answered once, and all data is right. */
static void test_restart_random_kills(void)
{
	enum { TOTAL = 3000 };
	static uint8_t answers[TOTAL];
	unsigned int sent = 0, got = 0, kills = 0;
	struct pv_blkif_response rsp;

	memset(answers, 0, sizeof(answers));
	set_up(1);
	stop_engine();
	journal_close(journal);
	srandom(2);
	while (got < TOTAL && kills < 400) {
		/* Longer ones by and by: a busy machine gets nothing done in short ones. */
		struct timespec life = {.tv_nsec = 1 + random() % (4000000 * (1 + kills / 40))};
		pid_t pid = fork();

		if (pid == 0) {
			journal = journal_open(journal_path, &ring_id);
			if (!journal || journal_recover(journal, front.head->rsp_prod) < 0)
				_exit(1);
			start_engine(front.head->rsp_prod);
			engine_resume(engine);
			engine_take(engine);
			while (engine_step(engine, true) == 0)
				;
			_exit(2);
		}
		CU_ASSERT_TRUE_FATAL(pid > 0);
		for (unsigned int spins = 0; spins < 4; spins++) {
			int waiting;

			for (; sent < TOTAL && front_ring_room(&front); sent++)
				put(sent % 2 ? PV_BLKIF_OP_READ : PV_BLKIF_OP_WRITE, sent,
				    8 * (sent % 256), 1, DATA_REF + sent % 256);
			kick();
			nanosleep(&life, NULL);
			waiting = front_ring_waiting(&front);
			CU_ASSERT_TRUE_FATAL(waiting >= 0);
			for (; waiting; waiting--, got++) {
				front_ring_take(&front, &rsp, sizeof(rsp));
				CU_ASSERT_TRUE_FATAL(rsp.id < TOTAL);
				CU_ASSERT_EQUAL(rsp.status, 0);
				answers[rsp.id]++;
			}
			front_ring_sleep(&front);
		}
		kill(pid, SIGKILL);
		int status;

		CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
		CU_ASSERT_TRUE_FATAL(WIFSIGNALED(status));
		kills++;
	}
	CU_ASSERT_EQUAL(got, TOTAL);
	CU_ASSERT_TRUE(kills > 3);
	unsigned int wrong = 0;
	for (unsigned int i = 0; i < TOTAL; i++)
		wrong += answers[i] != 1;
	CU_ASSERT_EQUAL(wrong, 0);
	journal = journal_open(journal_path, &ring_id);
	CU_ASSERT_PTR_NOT_NULL_FATAL(journal);
	start_engine(front.head->rsp_prod);
	tear_down();
}

static void test_restart_contradictions(void)
{
	struct ring_id other = ring_id;

	set_up(1);
	CU_ASSERT_EQUAL(one(PV_BLKIF_OP_READ, 0, 1, DATA_REF), 0);
	/* The guest moved the response index. */
	front.head->rsp_prod = 7;
	CU_ASSERT_EQUAL(recover(), -EPROTO);
	front.head->rsp_prod = 0;
	CU_ASSERT_EQUAL(recover(), -EPROTO);
	/* Another connection's journal, a cut one, none. */
	other = ring_id;
	other.refs[0]++;
	CU_ASSERT_PTR_NULL(journal_open(journal_path, &other));
	CU_ASSERT_EQUAL(errno, ESTALE);
	CU_ASSERT_PTR_NULL(journal_open("/tmp/no-such-journal", &ring_id));
	CU_ASSERT_EQUAL(errno, ENOENT);
	tear_down();
	make_image();
	CU_ASSERT_PTR_NULL(journal_open(image, &ring_id));
	CU_ASSERT_EQUAL(errno, ESTALE);
	unlink(image);
}

void add_engine_suite(void)
{
	CU_pSuite s = CU_add_suite("block engine", NULL, NULL);

	CU_add_test(s, "read, write, flush", test_read_write);
	CU_add_test(s, "parts of pages", test_parts_of_pages);
	CU_add_test(s, "discard", test_discard);
	CU_add_test(s, "indirect segments", test_indirect);
	CU_add_test(s, "full rings of one, two and four pages", test_full_rings);
	CU_add_test(s, "grants that do not hold", test_bad_grants);
	CU_add_test(s, "an image that becomes shorter", test_image_becomes_shorter);
	CU_add_test(s, "a response's padding", test_response_padding);
	CU_add_test(s, "a full disk", test_disk_is_full);
	CU_add_test(s, "requests without end", test_endless_requests);
	CU_add_test(s, "nonsense index", test_nonsense_index);
	CU_add_test(s, "random requests", test_random_requests);
	CU_add_test(s, "image locks", test_locks);
	CU_add_test(s, "restart with requests in flight", test_restart_in_flight);
	CU_add_test(s, "restart with overwritten slots", test_restart_overwritten_slots);
	CU_add_test(s, "restart at each step", test_restart_at_each_step);
	CU_add_test(s, "restart after random kills", test_restart_random_kills);
	CU_add_test(s, "restart with contradictions", test_restart_contradictions);
}
