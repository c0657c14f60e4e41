/* SPDX-License-Identifier: BSD-2-Clause */
/* Both halves of a request ring against each other, and each against a liar. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "lib/ring.h"
#include "ring/front_ring.h"
#include "suites.h"

#define BYTES 4096

struct message {
	uint64_t id;
	uint64_t check;
	uint8_t pad[96];
};

static uint8_t shared[BYTES] __attribute__((aligned(BYTES)));
static struct front_ring front;
static struct back_ring back;

static void set_up(void)
{
	memset(shared, 0, sizeof(shared));
	front_ring_init(&front, shared, BYTES, sizeof(struct message));
	back_ring_init(&back, shared, BYTES, sizeof(struct message), 0, 0);
}

static void test_sizes(void)
{
	set_up();
	CU_ASSERT_EQUAL(front.nr, 32);
	CU_ASSERT_EQUAL(back.nr, 32);
	back_ring_init(&back, shared, 4 * BYTES, sizeof(struct message), 0, 0);
	CU_ASSERT_EQUAL(back.nr, 128);
}

static void test_one_round(void)
{
	struct message m = {.id = 42, .check = 43}, got = {0};

	set_up();
	CU_ASSERT_EQUAL(back_ring_waiting(&back), 0);
	front_ring_put(&front, &m, sizeof(m));
	/* Not shown yet. */
	CU_ASSERT_EQUAL(back_ring_waiting(&back), 0);
	CU_ASSERT_TRUE(front_ring_publish(&front));
	CU_ASSERT_EQUAL(back_ring_waiting(&back), 1);
	back_ring_take(&back, &got, sizeof(got));
	CU_ASSERT_EQUAL(got.id, 42);
	CU_ASSERT_EQUAL(got.check, 43);
	CU_ASSERT_EQUAL(back_ring_sleep(&back), 0);
	back_ring_put(&back, &got, sizeof(got));
	CU_ASSERT_EQUAL(front_ring_waiting(&front), 0);
	CU_ASSERT_TRUE(back_ring_publish(&back));
	CU_ASSERT_EQUAL(front_ring_waiting(&front), 1);
	front_ring_take(&front, &m, sizeof(m));
	CU_ASSERT_EQUAL(m.id, 42);
	CU_ASSERT_EQUAL(front_ring_room(&front), 32);
}

/* Nobody is told twice before having asked again. */
static void test_notify_rule(void)
{
	struct message m = {0};

	set_up();
	front_ring_put(&front, &m, sizeof(m));
	CU_ASSERT_TRUE(front_ring_publish(&front));
	front_ring_put(&front, &m, sizeof(m));
	CU_ASSERT_FALSE(front_ring_publish(&front));
	CU_ASSERT_FALSE(front_ring_publish(&front));
	back_ring_take(&back, &m, sizeof(m));
	back_ring_take(&back, &m, sizeof(m));
	CU_ASSERT_EQUAL(back_ring_sleep(&back), 0);
	front_ring_put(&front, &m, sizeof(m));
	CU_ASSERT_TRUE(front_ring_publish(&front));
	/* The front-end sleeps only for the first response. */
	back_ring_put(&back, &m, sizeof(m));
	back_ring_put(&back, &m, sizeof(m));
	CU_ASSERT_TRUE(back_ring_publish(&back));
	back_ring_take(&back, &m, sizeof(m));
	back_ring_put(&back, &m, sizeof(m));
	CU_ASSERT_FALSE(back_ring_publish(&back));
}

/* A request that comes between the last look and the sleep is seen. */
static void test_sleep_looks_again(void)
{
	struct message m = {0};

	set_up();
	CU_ASSERT_EQUAL(back_ring_waiting(&back), 0);
	front_ring_put(&front, &m, sizeof(m));
	front_ring_publish(&front);
	CU_ASSERT_EQUAL(back_ring_sleep(&back), 1);
}

static void test_full_and_wrapping_indices(void)
{
	struct message m = {0};
	uint32_t start = UINT32_MAX - 5;

	set_up();
	/* As after four thousand million requests. */
	front.req_prod = front.published = front.rsp_cons = start;
	front.head->req_prod = front.head->rsp_prod = start;
	front.head->req_event = front.head->rsp_event = start + 1;
	back_ring_init(&back, shared, BYTES, sizeof(m), start, start);
	for (unsigned int i = 0; i < 32; i++) {
		m.id = i;
		CU_ASSERT_EQUAL(front_ring_room(&front), 32 - i);
		front_ring_put(&front, &m, sizeof(m));
	}
	CU_ASSERT_EQUAL(front_ring_room(&front), 0);
	CU_ASSERT_TRUE(front_ring_publish(&front));
	CU_ASSERT_EQUAL(back_ring_waiting(&back), 32);
	for (unsigned int i = 0; i < 32; i++) {
		back_ring_take(&back, &m, sizeof(m));
		CU_ASSERT_EQUAL(m.id, i);
		back_ring_put(&back, &m, sizeof(m));
	}
	CU_ASSERT_TRUE(back_ring_publish(&back));
	CU_ASSERT_EQUAL(front_ring_waiting(&front), 32);
}

static void test_hostile_front(void)
{
	static const uint32_t lies[] = {33, 34, 1000, 0x80000000u, UINT32_MAX};

	for (unsigned int i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		set_up();
		front.head->req_prod = lies[i];
		CU_ASSERT_EQUAL(back_ring_waiting(&back), -EPROTO);
		CU_ASSERT_EQUAL(back_ring_sleep(&back), -EPROTO);
	}
	/* Going back behind what was taken already. */
	struct message m = {0};

	set_up();
	front_ring_put(&front, &m, sizeof(m));
	front_ring_publish(&front);
	back_ring_take(&back, &m, sizeof(m));
	front.head->req_prod = 0;
	CU_ASSERT_EQUAL(back_ring_waiting(&back), -EPROTO);
	/* A full ring ahead of a request that was taken and not answered. */
	front.head->req_prod = 33;
	CU_ASSERT_EQUAL(back_ring_waiting(&back), -EPROTO);
	/* Writing over the indices that are ours changes nothing for us. */
	front.head->req_prod = 1;
	front.head->rsp_prod = 77;
	front.head->req_event = 99;
	CU_ASSERT_EQUAL(back_ring_waiting(&back), 0);
	back_ring_put(&back, &m, sizeof(m));
	back_ring_publish(&back);
	CU_ASSERT_EQUAL(front.head->rsp_prod, 1);
}

static void test_hostile_back(void)
{
	struct message m = {0};

	set_up();
	/* An answer to nothing. */
	front.head->rsp_prod = 1;
	CU_ASSERT_EQUAL(front_ring_waiting(&front), -1);
	front.head->rsp_prod = 0;
	front_ring_put(&front, &m, sizeof(m));
	front_ring_publish(&front);
	front.head->rsp_prod = 2;
	CU_ASSERT_EQUAL(front_ring_waiting(&front), -1);
	front.head->rsp_prod = UINT32_MAX;
	CU_ASSERT_EQUAL(front_ring_waiting(&front), -1);
	front.head->rsp_prod = 1;
	CU_ASSERT_EQUAL(front_ring_waiting(&front), 1);
	front_ring_take(&front, &m, sizeof(m));
	front.head->rsp_prod = 0;
	CU_ASSERT_EQUAL(front_ring_waiting(&front), -1);
}

#define ROUNDS 50000

static void *answer_all(void *arg)
{
	struct message m;
	uint64_t expected = 0;

	while (expected < ROUNDS) {
		int n = back_ring_waiting(&back);

		if (n < 0)
			break;
		if (!n)
			sched_yield();
		for (; n; n--) {
			back_ring_take(&back, &m, sizeof(m));
			if (m.id != expected || m.check != ~m.id)
				return NULL;
			expected++;
			m.check = m.id * 3;
			back_ring_put(&back, &m, sizeof(m));
		}
		back_ring_publish(&back);
	}
	*(uint64_t *)arg = expected;
	return NULL;
}

/* Two threads, as two CPUs: nothing is lost, doubled or torn. */
static void test_two_threads(void)
{
	uint64_t answered = 0, sent = 0, got = 0, wrong = 0;
	struct message m = {0};
	pthread_t thread;

	set_up();
	CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, answer_all, &answered), 0);
	while (got < ROUNDS) {
		int n;

		for (; sent < ROUNDS && front_ring_room(&front); sent++) {
			m.id = sent;
			m.check = ~sent;
			front_ring_put(&front, &m, sizeof(m));
		}
		front_ring_publish(&front);
		n = front_ring_waiting(&front);
		if (n < 0) {
			CU_FAIL_FATAL("the back-end's index is nonsense");
		}
		for (; n; n--, got++) {
			front_ring_take(&front, &m, sizeof(m));
			wrong += m.id != got || m.check != got * 3;
		}
	}
	pthread_join(thread, NULL);
	CU_ASSERT_EQUAL(answered, ROUNDS);
	CU_ASSERT_EQUAL(wrong, 0);
}

void add_ring_suite(void)
{
	CU_pSuite s = CU_add_suite("request ring", NULL, NULL);

	CU_add_test(s, "slots for a number of pages", test_sizes);
	CU_add_test(s, "one request, one response", test_one_round);
	CU_add_test(s, "who is notified when", test_notify_rule);
	CU_add_test(s, "no lost wake-up before sleeping", test_sleep_looks_again);
	CU_add_test(s, "a full ring, indices that wrap", test_full_and_wrapping_indices);
	CU_add_test(s, "front-end's nonsense indices", test_hostile_front);
	CU_add_test(s, "back-end's nonsense indices", test_hostile_back);
	CU_add_test(s, "both ends in two threads", test_two_threads);
}
