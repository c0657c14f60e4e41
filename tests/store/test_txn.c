/* SPDX-License-Identifier: BSD-2-Clause */
/* Transactions, watches, quotas. */
#include <unistd.h>
#include "harness.h"

static struct client *a, *b, *g;

static void begin(void)
{
	store_begin(3);
	a = client_new(0);
	b = client_new(0);
	g = client_new(1);
	do_write(a, 0, "/g", "");
	do_perms(a, 0, "/g", "n1 r2");
}

static void end(void)
{
	CU_ASSERT(accounts_right());
	client_free(a);
	client_free(b);
	client_free(g);
}

static void test_isolation(void)
{
	uint32_t t;

	begin();
	do_write(a, 0, "/x", "old");
	t = do_begin(a);
	CU_ASSERT(do_write(a, t, "/x", "new"));
	CU_ASSERT(do_read(a, t, "/x"));
	EQ_STR(a->data, "new");
	CU_ASSERT(do_read(b, 0, "/x"));
	EQ_STR(b->data, "old");
	CU_ASSERT(do_end(a, t, true));
	CU_ASSERT(do_read(b, 0, "/x"));
	EQ_STR(b->data, "new");
	t = do_begin(a);
	CU_ASSERT(do_rm(a, t, "/x"));
	CU_ASSERT(do_end(a, t, false));
	CU_ASSERT(do_read(b, 0, "/x"));
	CU_ASSERT(!do_end(a, t, true));
	CU_ASSERT(is_error(a, "ENOENT"));
	t = do_begin(a);
	CU_ASSERT(!call(a, XS_TRANSACTION_START, t, "", 1));
	CU_ASSERT(is_error(a, "EBUSY"));
	end();
}

/* Run one operation in a transaction and one beside it; does the commit fail? */
static bool clash(uint32_t type, const char *in, uint32_t other, const char *beside)
{
	static int runs;
	char msg[64];
	uint32_t t;
	bool failed;
	int n = snprintf(msg, sizeof(msg), "%s%c", beside, 0);

	/* A value that was not there before. */
	if (other == XS_WRITE)
		n += snprintf(msg + n, sizeof(msg) - (size_t)n, "%d", runs++);

	a->c->retries = 0; /* no reservation: fairness is tested elsewhere */
	t = do_begin(a);

	call(a, type, t, in, strlen(in) + 1);
	call(b, other, 0, msg, (size_t)n);
	failed = !do_end(a, t, true);
	if (failed)
		CU_ASSERT(is_error(a, "EAGAIN"));
	return failed;
}

/* The permissions of a node, read in a transaction and set beside it. */
static bool clash_perms(const char *path, const char *perms)
{
	uint32_t t = do_begin(a);

	CU_ASSERT(call(a, XS_GET_PERMS, t, path, strlen(path) + 1));
	CU_ASSERT(do_perms(b, 0, path, perms));
	return !do_end(a, t, true);
}

static void test_conflicts(void)
{
	begin();
	do_write(a, 0, "/d/x", "");
	do_write(a, 0, "/d/y", "");
	/* A node that was read. */
	CU_ASSERT(clash(XS_READ, "/d/x", XS_WRITE, "/d/x"));
	CU_ASSERT(clash(XS_READ, "/d/x", XS_RM, "/d/x"));
	CU_ASSERT(clash(XS_READ, "/d/none", XS_WRITE, "/d/none"));
	CU_ASSERT(do_perms(a, 0, "/d/none", "n0"));
	CU_ASSERT(clash_perms("/d/none", "n0 r1"));
	do_write(a, 0, "/d/x", "");
	/* A listing, and a child that comes. */
	CU_ASSERT(clash(XS_DIRECTORY, "/d", XS_WRITE, "/d/z"));
	/* An answer that was an error. */
	CU_ASSERT(clash(XS_RM, "/e/none", XS_WRITE, "/e/x"));
	/* Only written: whoever commits last is last. */
	CU_ASSERT(!clash(XS_WRITE, "/d/x", XS_WRITE, "/d/x"));
	CU_ASSERT(do_read(a, 0, "/d/x"));
	EQ_STR(a->data, "");
	CU_ASSERT(!clash(XS_RM, "/d/x", XS_WRITE, "/d/x"));
	CU_ASSERT(!do_read(a, 0, "/d/x"));
	CU_ASSERT(!clash(XS_RM, "/d", XS_WRITE, "/d/new"));
	CU_ASSERT(!do_read(a, 0, "/d/new"));
	do_write(a, 0, "/d/x", "");
	do_write(a, 0, "/d/y", "");
	/* Neighbours, parents, the same directory: no conflict. */
	CU_ASSERT(!clash(XS_READ, "/d/x", XS_WRITE, "/d/y"));
	CU_ASSERT(!clash(XS_WRITE, "/d/p", XS_WRITE, "/d/q"));
	CU_ASSERT(!clash(XS_READ, "/d", XS_WRITE, "/d/r"));
	CU_ASSERT(!clash(XS_DIRECTORY, "/d", XS_WRITE, "/d/x"));
	CU_ASSERT(!clash(XS_WRITE, "/new/a/b", XS_WRITE, "/new/a/c"));
	CU_ASSERT(do_read(a, 0, "/new/a/b") && do_read(a, 0, "/new/a/c"));
	CU_ASSERT(!clash(XS_RM, "/new", XS_WRITE, "/d/x"));
	end();
}

static void test_disjoint(void)
{
	struct client *many[64];
	char path[64];

	begin();
	for (int i = 0; i < 64; i++)
		many[i] = client_new(0);
	for (int round = 0; round < 20; round++) {
		uint32_t t[64];

		for (int i = 0; i < 64; i++)
			t[i] = do_begin(many[i]);
		for (int k = 0; k < 10; k++)
			for (int i = 0; i < 64; i++) {
				snprintf(path, sizeof(path), "/many/%d/k%d", i, k);
				CU_ASSERT(do_write(many[i], t[i], path, "v"));
			}
		for (int i = 0; i < 64; i++)
			CU_ASSERT(do_end(many[i], t[i], true));
	}
	for (int i = 0; i < 64; i++)
		client_free(many[i]);
	end();
}

/* A long transaction against someone who always gets in between. */
static void test_fairness(void)
{
	int tries = 0;
	bool won = false;

	begin();
	do_write(a, 0, "/hot", "0");
	while (!won && tries++ < 10) {
		uint32_t t = do_begin(a);

		CU_ASSERT(do_read(a, t, "/hot"));
		/* The other's write waits while the reservation lasts. */
		CU_ASSERT(do_write(b, 0, "/hot", tries % 2 ? "x" : "y") || tries > TXN_PATIENCE);
		CU_ASSERT(do_write(a, t, "/hot", "mine"));
		won = do_end(a, t, true);
	}
	CU_ASSERT(won);
	CU_ASSERT_EQUAL(tries, TXN_PATIENCE + 1);
	/* And then goes through. */
	CU_ASSERT(pump(b));
	CU_ASSERT_EQUAL(b->type, XS_WRITE);
	/* One who takes a turn and then sleeps holds nobody up for long. */
	a->c->retries = 0;
	for (int i = 0; i < TXN_PATIENCE; i++) {
		uint32_t t = do_begin(a);

		do_read(a, t, "/hot");
		do_write(b, 0, "/hot", i % 2 ? "x" : "z");
		CU_ASSERT(!do_end(a, t, true));
	}
	do_begin(a);
	/* Changes wait, reading goes on. */
	CU_ASSERT(do_read(g, 0, "/g"));
	CU_ASSERT(!do_write(b, 0, "/hot", "y"));
	usleep((TXN_HOLD_MS + 5) * 1000);
	CU_ASSERT_EQUAL(txn_hold_left(), 0);
	txn_end_turn(NULL);
	CU_ASSERT(pump(b));
	CU_ASSERT_EQUAL(txn_hold_left(), -1);
	end();
}

/* What each new log does to open transactions: they hold no old tree any more. */
static void test_renewal(void)
{
	uint32_t t, u;

	begin();
	CU_ASSERT(do_write(g, 0, "/g/x", "1"));
	t = do_begin(g);
	u = do_begin(g);
	CU_ASSERT(do_read(g, t, "/g/x"));
	CU_ASSERT(do_write(g, t, "/g/mine", "1"));
	CU_ASSERT(!do_read(g, u, "/g/y") && is_error(g, "ENOENT"));
	CU_ASSERT(do_write(a, 0, "/g/y", "1"));
	txn_renew_all();
	for (struct txn *x = g->c->txns; x; x = x->next)
		CU_ASSERT_EQUAL(x->lost, x->id == u);
	CU_ASSERT_EQUAL(txn_find(g->c, u)->tree, store_root);
	/* One goes on, with what others have done meanwhile, */
	CU_ASSERT(do_read(g, t, "/g/y") && do_read(g, t, "/g/mine"));
	CU_ASSERT(do_end(g, t, true));
	CU_ASSERT(do_read(a, 0, "/g/mine"));
	/* the other had read what has changed. */
	CU_ASSERT(do_read(g, u, "/g/y"));
	CU_ASSERT(!do_end(g, u, true));
	CU_ASSERT(is_error(g, "EAGAIN"));
	end();
}

void suite_txn(void)
{
	CU_pSuite s = SUITE("transactions");

	CU_add_test(s, "isolation", test_isolation);
	CU_add_test(s, "what conflicts and what does not", test_conflicts);
	CU_add_test(s, "disjoint ones never fail", test_disjoint);
	CU_add_test(s, "fairness", test_fairness);
	CU_add_test(s, "moved onto the store of now", test_renewal);
}

static void test_events(void)
{
	uint32_t t;

	begin();
	CU_ASSERT(do_watch(a, "/w", "tok"));
	EQ_STR(event(a), "/w tok");
	CU_ASSERT(!do_watch(a, "/w", "tok"));
	CU_ASSERT(is_error(a, "EEXIST"));
	do_write(b, 0, "/w/x/y", "1");
	EQ_STR(event(a), "/w/x/y tok");
	do_write(b, 0, "/v", "1");
	do_write(b, 0, "/ww", "1");
	EQ_STR(event(a), "");
	do_watch(a, "/w/x/y", "deep");
	EQ_STR(event(a), "/w/x/y deep");
	do_rm(b, 0, "/w/x");
	EQ_STR(event(a), "/w/x tok");
	EQ_STR(event(a), "/w/x/y deep");
	t = do_begin(b);
	do_write(b, t, "/w/t", "1");
	EQ_STR(event(a), "");
	do_end(b, t, true);
	EQ_STR(event(a), "/w/t tok");
	EQ_STR(event(a), "");
	CU_ASSERT(call(a, XS_UNWATCH, 0, "/w\0tok", 7));
	CU_ASSERT(!call(a, XS_UNWATCH, 0, "/w\0tok", 7));
	CU_ASSERT(is_error(a, "ENOENT"));
	do_write(b, 0, "/w/t", "2");
	EQ_STR(event(a), "");
	CU_ASSERT(call(a, XS_RESET_WATCHES, 0, "", 1));
	do_write(b, 0, "/w/x/y", "2");
	EQ_STR(event(a), "");
	CU_ASSERT(do_watch(a, "/", "root"));
	EQ_STR(event(a), "/ root");
	do_write(b, 0, "/w", "2");
	EQ_STR(event(a), "/w root");
	end();
}

static void test_relative_depth_special(void)
{
	begin();
	do_write(a, 0, "/local/domain/1", "");
	do_perms(a, 0, "/local/domain/1", "n1");
	CU_ASSERT(do_watch(g, "device", "rel"));
	EQ_STR(event(g), "device rel");
	do_write(a, 0, "/local/domain/1/device/vif", "1");
	EQ_STR(event(g), "device/vif rel");
	CU_ASSERT(call(a, XS_WATCH, 0,
		       "/q\0one\0"
		       "1",
		       9));
	EQ_STR(event(a), "/q one");
	do_write(b, 0, "/q/r/s", "1");
	EQ_STR(event(a), "");
	do_write(b, 0, "/q/r", "1");
	EQ_STR(event(a), "/q/r one");
	CU_ASSERT(do_watch(a, "@releaseDomain", "rel"));
	CU_ASSERT(call(a, XS_WATCH, 0,
		       "@introduceDomain\0in\0"
		       "1",
		       22));
	CU_ASSERT(do_watch(a, "@releaseDomain/2", "two"));
	EQ_STR(event(a), "@releaseDomain rel");
	EQ_STR(event(a), "@introduceDomain in");
	EQ_STR(event(a), "@releaseDomain/2 two");
	CU_ASSERT(do_introduce(b, 2, 1));
	EQ_STR(event(a), "@introduceDomain/2 in");
	CU_ASSERT(call(b, XS_RELEASE, 0, "2", 2));
	EQ_STR(event(a), "@releaseDomain rel");
	EQ_STR(event(a), "@releaseDomain/2 two");
	CU_ASSERT(do_introduce(b, 3, 1));
	CU_ASSERT(call(b, XS_RELEASE, 0, "3", 2));
	EQ_STR(event(a), "@introduceDomain/3 in");
	EQ_STR(event(a), "@releaseDomain rel");
	EQ_STR(event(a), "");
	end();
}

static void test_catch_up(void)
{
	char value[32];

	begin();
	CU_ASSERT(do_watch(g, "/g", "tok"));
	EQ_STR(event(g), "/g tok");
	g->deaf = true;
	for (int i = 0; i < 5000; i++) {
		snprintf(value, sizeof(value), "%d", i);
		CU_ASSERT(do_write(a, 0, "/g/counter", value));
	}
	/* What waits for it is bounded, */
	CU_ASSERT(g->c->overflow);
	CU_ASSERT(g->c->out.len < (64 << 10) + 4096);
	CU_ASSERT(domain_find(1)->used[Q_QUEUED] < (64 << 10) + 4096);
	/* and when it listens again, it learns that something was missed. */
	g->deaf = false;
	settle();
	g->n_events = 0;
	pump(g);
	CU_ASSERT(!g->c->overflow);
	EQ_STR(g->events[g->n_events - 1], "/g tok");
	do_write(a, 0, "/g/counter", "last");
	g->n_events = 0;
	EQ_STR(event(g), "/g/counter tok");
	end();
}

/* The tools have no quota, but the daemon's memory has an end for them too. */
static void test_catch_up_local(void)
{
	char path[XENSTORE_ABS_PATH_MAX + 1] = "/t/";

	begin();
	CU_ASSERT(do_watch(b, "/t", "tok"));
	EQ_STR(event(b), "/t tok");
	memset(path + 3, 'x', sizeof(path) - 4);
	b->deaf = true;
	for (int i = 0; i < 25000; i++)
		do_write(a, 0, path, "v");
	CU_ASSERT(b->c->overflow);
	CU_ASSERT(b->c->out.len < (64 << 20) + 8192);
	/* Nor is it served: it asks in vain until it takes what there is. */
	CU_ASSERT(!do_read(b, 0, path));
	b->deaf = false;
	CU_ASSERT(pump(b));
	EQ_STR(b->data, "v");
	CU_ASSERT(!b->c->overflow);
	EQ_STR(b->events[b->n_events - 1], "/t tok");
	end();
}

/* Whoever was there first, whoever watched first: the tools are told before the guests. */
static void test_priority(void)
{
	struct client *late;

	begin();
	late = client_new(1);
	CU_ASSERT(do_watch(g, "/g", "tok") && do_watch(a, "/g", "tok") &&
		  do_watch(late, "/g", "tok"));
	for (int i = 0; i < 3; i++) {
		unsigned int before = b->sent;

		CU_ASSERT(do_write(b, 0, "/g/x", "1"));
		CU_ASSERT(a->sent > before && a->sent < g->sent && a->sent < late->sent);
	}
	client_free(late);
	end();
}

void suite_watch(void)
{
	CU_pSuite s = SUITE("watches");

	CU_add_test(s, "events", test_events);
	CU_add_test(s, "relative, depth, special", test_relative_depth_special);
	CU_add_test(s, "the tools first", test_priority);
	CU_add_test(s, "a client that does not listen", test_catch_up);
	CU_add_test(s, "a local client that does not listen", test_catch_up_local);
}

static int until_full(const char *fmt, uint32_t type)
{
	char msg[64];
	int n = 0;

	for (; n < 5000; n++) {
		int len = snprintf(msg, sizeof(msg), fmt, n) + 1;

		if (type == XS_WATCH)
			len += snprintf(msg + len, 8, "t") + 1;
		if (!call(g, type, 0, msg, (size_t)len))
			break;
	}
	CU_ASSERT(is_error(g, "ENOSPC"));
	return n;
}

static void test_quotas(void)
{
	static char big[4000];
	char path[64];

	begin();
	CU_ASSERT_EQUAL(until_full("/g/n%d", XS_MKDIR), 999); /* and /g itself */
	CU_ASSERT(!do_write(g, 0, "/g/one-more", "x"));
	CU_ASSERT(do_write(g, 0, "/g/n1", "x"));
	CU_ASSERT(do_rm(g, 0, "/g/n2"));
	CU_ASSERT(do_write(g, 0, "/g/one-more", "x"));
	CU_ASSERT(do_write(a, 0, "/g/by-dom0", "x"));
	CU_ASSERT_EQUAL(until_full("/g/w%d", XS_WATCH), 128);
	for (int i = 0; i < 10; i++)
		CU_ASSERT(do_begin(g));
	CU_ASSERT(!do_begin(g));
	CU_ASSERT(is_error(g, "ENOSPC"));
	memset(big, 'x', sizeof(big) - 1);
	CU_ASSERT(!do_write(g, 0, "/g/n1", big));
	CU_ASSERT(is_error(g, "ENOSPC"));
	CU_ASSERT(do_write(a, 0, "/big", big));
	CU_ASSERT(!do_perms(g, 0, "/g/n1", "n1 r2 r3 r0 r2 r2"));
	CU_ASSERT(is_error(g, "ENOSPC"));
	/* Memory: 2 KiB values until two megabytes are used. */
	big[1900] = '\0';
	for (int i = 3; i < 990; i++) {
		snprintf(path, sizeof(path), "/g/n%d", i);
		do_write(g, 0, path, big);
	}
	CU_ASSERT(domain_find(1)->used[Q_MEMORY] <= 2 << 20);
	/* Readable and settable while running. */
	CU_ASSERT(call(a, XS_CONTROL, 0,
		       "quota\0set\0"
		       "1\0nodes\0"
		       "2000",
		       23));
	CU_ASSERT(call(a, XS_CONTROL, 0,
		       "quota\0"
		       "1",
		       8));
	CU_ASSERT_PTR_NOT_NULL(strstr(a->data, "limit 2000"));
	end();
}

static void test_txn_nodes(void)
{
	char path[64];
	uint32_t t;
	int n;

	begin();
	t = do_begin(g);
	for (n = 0; n < 3000; n++) {
		snprintf(path, sizeof(path), "/g/none%d", n);
		if (!do_read(g, t, path) && is_error(g, "ENOSPC"))
			break;
	}
	CU_ASSERT_EQUAL(n, 1024);
	CU_ASSERT(do_end(g, t, false));
	end();
}

/* Nodes made in a transaction that fails, or is dropped, are not billed. */
static void test_bills(void)
{
	int64_t nodes, bytes;
	uint32_t t, u;

	begin();
	nodes = domain_find(1)->used[Q_NODES];
	bytes = domain_find(1)->used[Q_MEMORY];
	t = do_begin(g);
	CU_ASSERT(do_write(g, t, "/g/a/b/c", "1"));
	CU_ASSERT_EQUAL(domain_find(1)->used[Q_NODES], nodes);
	CU_ASSERT(do_end(g, t, false));
	CU_ASSERT_EQUAL(domain_find(1)->used[Q_NODES], nodes);
	CU_ASSERT_EQUAL(domain_find(1)->used[Q_MEMORY], bytes);
	/* Two that make the same parent pay for it once. */
	t = do_begin(g);
	u = do_begin(g);
	CU_ASSERT(do_write(g, t, "/g/p/1", ""));
	CU_ASSERT(do_write(g, u, "/g/p/2", ""));
	CU_ASSERT(do_end(g, t, true));
	CU_ASSERT(do_end(g, u, true));
	CU_ASSERT_EQUAL(domain_find(1)->used[Q_NODES], nodes + 3);
	CU_ASSERT(accounts_right());
	/* All or nothing at the limit. */
	domain_find(1)->limit[Q_NODES] = nodes + 5;
	t = do_begin(g);
	CU_ASSERT(do_write(g, t, "/g/q1", "") && do_write(g, t, "/g/q2", ""));
	CU_ASSERT(do_write(g, t, "/g/q3", ""));
	CU_ASSERT(do_write(g, 0, "/g/other", ""));
	CU_ASSERT(!do_end(g, t, true));
	CU_ASSERT(is_error(g, "ENOSPC"));
	CU_ASSERT(!do_read(g, 0, "/g/q1"));
	end();
}

void suite_quota(void)
{
	CU_pSuite s = SUITE("quotas");

	CU_add_test(s, "each limit", test_quotas);
	CU_add_test(s, "nodes of a transaction", test_txn_nodes);
	CU_add_test(s, "who is billed when", test_bills);
}
