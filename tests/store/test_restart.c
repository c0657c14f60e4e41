/* SPDX-License-Identifier: BSD-2-Clause */
/* State written, dropped and taken up again, with guests on rings in the middle of things. */
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>
#include "harness.h"

static char dir[64];
static struct client *a, *g;

static void begin(void)
{
	char path[256];

	snprintf(dir, sizeof(dir), "/tmp/store-test.%d", getpid());
	snprintf(path, sizeof(path), "mkdir -p %s && rm -f %s/log*", dir, dir);
	CU_ASSERT_FATAL(system(path) == 0);
	store_begin_rings();
	log_open(dir);
	CU_ASSERT_FATAL(log_compact(false));
	CU_ASSERT(ring_introduce(domain0, 1));
	a = client_ring(0);
	CU_ASSERT(do_write(a, 0, "/local/domain/1", ""));
	CU_ASSERT(do_perms(a, 0, "/local/domain/1", "n1"));
	CU_ASSERT(do_introduce(a, 1, 1));
	g = client_ring(1);
}

static void end(void)
{
	char cmd[96];

	CU_ASSERT(accounts_right());
	client_free(a);
	client_free(g);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	CU_ASSERT(system(cmd) == 0);
	CU_ASSERT(!log_open(dir));
}

static void test_everything_survives(void)
{
	uint32_t t, u;

	begin();
	CU_ASSERT(do_write(g, 0, "data/x", "1"));
	CU_ASSERT(do_watch(g, "data", "tok"));
	EQ_STR(event(g), "data tok");
	t = do_begin(g);
	CU_ASSERT(do_write(g, t, "data/in-txn", "t"));
	u = do_begin(g);
	CU_ASSERT(do_read(g, u, "data/x"));
	CU_ASSERT(call(a, XS_CONTROL, 0,
		       "quota\0set\0"
		       "1\0nodes\0"
		       "77",
		       21));
	for (int round = 0; round < 3; round++) {
		crash_and_load(dir);
		CU_ASSERT(accounts_right());
		CU_ASSERT(do_read(g, 0, "data/x"));
		EQ_STR(g->data, round ? "changed" : "1");
		CU_ASSERT(do_read(g, t, "data/in-txn"));
		CU_ASSERT_EQUAL(domain_find(1)->limit[Q_NODES], 77);
		CU_ASSERT(do_write(a, 0, "/local/domain/1/data/x", "changed"));
		EQ_STR(event(g), "data/x tok");
	}
	CU_ASSERT(do_end(g, t, true));
	CU_ASSERT(!do_end(g, u, true));
	CU_ASSERT(is_error(g, "EAGAIN"));
	EQ_STR(event(g), "data/in-txn tok");
	EQ_STR(event(g), "");
	end();
}

/* Crash at every possible point of a message's way in and of its reply's way out. */
static void test_partial_io(void)
{
	struct xsd_sockmsg h = {.type = XS_READ, .req_id = 9, .len = 7};
	char msg[sizeof(h) + 7];

	begin();
	CU_ASSERT(do_write(g, 0, "data/x", "0123456789"));
	memcpy(msg, &h, sizeof(h));
	memcpy(msg + sizeof(h), "data/x", 7);
	for (size_t cut = 0; cut <= sizeof(msg); cut++) {
		buf_add(&g->to, msg, cut);
		pump(g);
		crash_and_load(dir);
		buf_add(&g->to, msg + cut, sizeof(msg) - cut);
		if (cut < sizeof(msg))
			CU_ASSERT(pump(g));
		EQ_STR(g->data, "0123456789");
	}
	for (uint32_t take = 0; take < sizeof(h) + 10; take++) {
		struct xenstore_domain_interface *p = g->page;

		/* The reply is in the ring; the guest takes some of it, then the daemon dies. */
		buf_add(&g->to, msg, sizeof(msg));
		g->deaf = true;
		pump(g);
		g->deaf = false;
		for (uint32_t i = 0; i < take; i++)
			buf_add(&g->from, &p->rsp[MASK_XENSTORE_IDX(p->rsp_cons++)], 1);
		crash_and_load(dir);
		g->data[0] = '\0';
		CU_ASSERT(pump(g));
		EQ_STR(g->data, "0123456789");
		CU_ASSERT_EQUAL(g->from.len, 0);
	}
	end();
}

/* More output waits than fits a ring: none lost, none doubled, across crashes. */
static void test_backlog(void)
{
	char want[64];

	begin();
	CU_ASSERT(do_watch(g, "data", "tok"));
	EQ_STR(event(g), "data tok");
	g->deaf = true;
	for (int i = 0; i < 60; i++) {
		snprintf(want, sizeof(want), "/local/domain/1/data/n%02d", i);
		CU_ASSERT(do_write(a, 0, want, "v"));
		if (i % 7 == 0)
			crash_and_load(dir);
	}
	g->deaf = false;
	for (int i = 0; i < 60; i++) {
		snprintf(want, sizeof(want), "data/n%02d tok", i);
		EQ_STR(event(g), want);
		if (i % 11 == 0)
			crash_and_load(dir);
	}
	EQ_STR(event(g), "");
	end();
}

static void test_reconnect(void)
{
	begin();
	ask_reconnect(g);
	fake_kick(1);
	settle();
	CU_ASSERT_EQUAL(g->page->connection, XENSTORE_CONNECTED);
	CU_ASSERT(do_write(g, 0, "data/x", "1"));
	EQ_STR(event(g), "");
	crash_and_load(dir);
	CU_ASSERT(do_read(g, 0, "data/x"));
	/* It asks while there is no daemon to hear it. */
	ask_reconnect(g);
	crash_and_load(dir);
	settle();
	CU_ASSERT_EQUAL(g->page->connection, XENSTORE_CONNECTED);
	CU_ASSERT(do_write(g, 0, "data/x", "2"));
	EQ_STR(event(g), "");
	/* Or the daemon ends when it has emptied the ring, and not said so in the log. */
	g->page->connection = XENSTORE_RECONNECT;
	memset(g->page, 0, offsetof(struct xenstore_domain_interface, server_features));
	crash_and_load(dir);
	/* The next one sees to it before it looks at the ring. */
	CU_ASSERT_EQUAL(g->page->connection, XENSTORE_CONNECTED);
	CU_ASSERT(do_read(g, 0, "data/x"));
	/* The log tells of a fresh connection with no gap in which there is none. */
	CU_ASSERT(do_watch(g, "data", "tok"));
	EQ_STR(event(g), "data tok");
	g->page->connection = XENSTORE_RECONNECT;
	fake_kick(1);
	settle();
	crash_and_load(dir);
	CU_ASSERT(do_write(g, 0, "data/x", "3"));
	EQ_STR(event(g), "");
	end();
}

/* What failed then fails again in the replay, whose replies must be as long as the first ones. */
static void test_failed_introduce(void)
{
	begin();
	CU_ASSERT(!do_introduce(a, 1, FAKE_BAD_PORT));
	CU_ASSERT(is_error(a, "EINVAL"));
	CU_ASSERT(!do_introduce(a, 2, FAKE_BAD_PORT));
	CU_ASSERT(do_write(a, 0, "/x", "still in step"));
	crash_and_load(dir);
	CU_ASSERT(do_read(a, 0, "/x"));
	EQ_STR(a->data, "still in step");
	CU_ASSERT(call(a, XS_IS_DOMAIN_INTRODUCED, 0, "2", 2));
	EQ_STR(a->data, "F");
	CU_ASSERT_PTR_NULL(domain_find(2)->conn);
	/* What cannot be bound anew is gone. */
	CU_ASSERT_PTR_NULL(domain_find(1)->conn);
	end();
}

/* What the hypervisor says of a domain is heard once, crashes or not. */
static void test_domain_ends(void)
{
	begin();
	CU_ASSERT(do_watch(a, "@releaseDomain", "r"));
	EQ_STR(event(a), "@releaseDomain r");
	fake_set_state(1, FAKE_SHUTDOWN);
	for (int round = 0; round < 3; round++) {
		domain_check_all();
		EQ_STR(event(a), round ? "" : "@releaseDomain r");
		crash_and_load(dir);
		CU_ASSERT(domain_find(1)->shutdown);
	}
	CU_ASSERT(do_write(g, 0, "data/x", "1"));
	fake_set_state(1, FAKE_NEXT);
	domain_check_all();
	crash_and_load(dir);
	CU_ASSERT_PTR_NULL(domain_find(1));
	EQ_STR(event(a), "@releaseDomain r");
	EQ_STR(event(a), "");
	CU_ASSERT(!do_read(a, 0, "/local/domain/1"));
	end();
}

static void limit_file(rlim_t size)
{
	struct rlimit lim;

	signal(SIGXFSZ, SIG_IGN);
	CU_ASSERT(!getrlimit(RLIMIT_FSIZE, &lim));
	lim.rlim_cur = size ? size : lim.rlim_max;
	CU_ASSERT(!setrlimit(RLIMIT_FSIZE, &lim));
}

/* Without room for a new log the old one goes on; without room in it, it is of no more use. */
static void test_no_space(void)
{
	static char value[2000];
	char path[32];
	uint32_t t;

	begin();
	memset(value, 'v', sizeof(value) - 1);
	t = do_begin(g);
	CU_ASSERT(do_write(a, 0, "/local/domain/1/data/y", "1"));
	limit_file(1 << 20);
	CU_ASSERT(!log_compact(false));
	CU_ASSERT(do_write(g, 0, "data/x", "1"));
	/* The transaction is on the store of now, as if there were a new log. */
	CU_ASSERT(do_read(g, t, "data/y"));
	crash_and_load(dir);
	CU_ASSERT(do_read(g, 0, "data/x"));
	CU_ASSERT(do_read(g, t, "data/y"));
	CU_ASSERT(do_end(g, t, true));
	for (int i = 0; i < 6000; i++) {
		snprintf(path, sizeof(path), "/many/%d", i);
		CU_ASSERT(do_write(a, 0, path, value));
	}
	CU_ASSERT(do_read(a, 0, "/many/5999"));
	limit_file(0);
	CU_ASSERT(!log_open(dir));
	end();
}

static void test_damaged_log(void)
{
	static const struct record bad = {.len = 100000, .type = LOG_REQUEST};

	begin();
	state_clear();
	CU_ASSERT(!state_load(&bad, sizeof(bad)));
	state_clear();
	CU_ASSERT(!state_load("x", 1));
	state_clear();
	CU_ASSERT(!state_load("", 0));
	state_clear();
	state_new();
	end();
}

void suite_restart(void)
{
	CU_pSuite s = SUITE("restart");

	CU_add_test(s, "everything survives", test_everything_survives);
	CU_add_test(s, "crash at each byte", test_partial_io);
	CU_add_test(s, "a backlog of events", test_backlog);
	CU_add_test(s, "a guest reconnects", test_reconnect);
	CU_add_test(s, "an introduction fails", test_failed_introduce);
	CU_add_test(s, "domains end", test_domain_ends);
	CU_add_test(s, "no space", test_no_space);
	CU_add_test(s, "damaged logs", test_damaged_log);
}
