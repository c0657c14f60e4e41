/* SPDX-License-Identifier: BSD-2-Clause */
/* The mistakes other store daemons have made, each as a test that ours does not make it. */
#include <unistd.h>
#include "harness.h"

static struct client *a, *g, *h;

static void begin(void)
{
	store_begin_rings();
	CU_ASSERT(ring_introduce(domain0, 1));
	a = client_ring(0);
	g = client_ring(1);
	h = client_ring(2);
	CU_ASSERT(do_write(a, 0, "/local/domain/1", "") && do_write(a, 0, "/local/domain/2", ""));
	CU_ASSERT(do_perms(a, 0, "/local/domain/1", "n1") &&
		  do_perms(a, 0, "/local/domain/2", "n2"));
	CU_ASSERT(do_introduce(a, 1, 1));
	CU_ASSERT(do_introduce(a, 2, 1));
}

static void end(void)
{
	CU_ASSERT(do_read(a, 0, "/"));
	CU_ASSERT(accounts_right());
	client_free(a);
	client_free(g);
	client_free(h);
}

/* 38, 72, 206, 420: lengths that lie. The connection ends; nobody else notices. */
static void test_lengths(void)
{
	static const uint32_t lens[] = {4097, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff};

	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		struct xsd_sockmsg m = {.type = XS_READ, .len = lens[i]};

		begin();
		buf_add(&g->to, &m, sizeof(m));
		pump(g);
		CU_ASSERT_PTR_NULL(domain_find(1)->conn);
		CU_ASSERT(do_read(h, 0, "/local/domain/2"));
		end();
	}
}

/* 38: indices of a hostile ring. */
static void test_ring_indices(void)
{
	static const uint32_t jump[] = {1025, 0x7fffffff, 0xffffffff};

	for (size_t i = 0; i < 3; i++) {
		begin();
		g->page->req_prod = g->page->req_cons + jump[i];
		fake_kick(1);
		settle();
		CU_ASSERT_EQUAL(g->page->error, XENSTORE_ERROR_RINGIDX);
		CU_ASSERT_PTR_NULL(domain_find(1)->conn);
		end();
		begin();
		g->deaf = true;
		g->page->rsp_cons = g->page->rsp_prod - jump[i];
		call(g, XS_READ, 0, "/", 2);
		CU_ASSERT_EQUAL(g->page->error, XENSTORE_ERROR_RINGIDX);
		CU_ASSERT_PTR_NULL(domain_find(1)->conn);
		end();
	}
}

/* 115, 353: the root is an ordinary node; watches and removal there need permission. */
static void test_root(void)
{
	begin();
	CU_ASSERT(!do_rm(g, 0, "/"));
	CU_ASSERT(!do_write(g, 0, "/", "x") && is_error(g, "EACCES"));
	CU_ASSERT(!do_perms(g, 0, "/", "n1") && is_error(g, "EACCES"));
	CU_ASSERT(!do_rm(g, 0, "/local") && is_error(g, "EACCES"));
	CU_ASSERT(do_watch(g, "/", "t"));
	EQ_STR(event(g), "/ t");
	CU_ASSERT(do_write(a, 0, "/secret", "x"));
	EQ_STR(event(g), "");
	CU_ASSERT(do_write(a, 0, "/local/domain/1/x", "x"));
	EQ_STR(event(g), "/local/domain/1/x t");
	CU_ASSERT(do_perms(a, 0, "/", "n1") && call(a, XS_RELEASE, 0, "1", 2));
	CU_ASSERT(accounts_right());
	end();
}

/* 115: a removed node's watch tells only those who could read it. */
static void test_removed_nodes_tell_nothing(void)
{
	begin();
	CU_ASSERT(do_write(a, 0, "/secret/sub", "x"));
	CU_ASSERT(do_watch(g, "/secret/sub", "t"));
	EQ_STR(event(g), "/secret/sub t");
	CU_ASSERT(do_rm(a, 0, "/secret"));
	EQ_STR(event(g), "");
	end();
}

/* 324, 325, 326: special watches are the toolstack's. */
static void test_special_watches(void)
{
	begin();
	CU_ASSERT(!do_watch(g, "@introduceDomain", "t") && is_error(g, "EACCES"));
	CU_ASSERT(!do_watch(g, "@releaseDomain", "t") && is_error(g, "EACCES"));
	CU_ASSERT(!do_watch(g, "@releaseDomain/2", "t") && is_error(g, "EACCES"));
	CU_ASSERT(!do_perms(g, 0, "@releaseDomain", "r0"));
	CU_ASSERT(do_perms(a, 0, "@releaseDomain", "n0 r1"));
	CU_ASSERT(do_watch(g, "@releaseDomain", "t"));
	EQ_STR(event(g), "@releaseDomain t");
	CU_ASSERT(call(a, XS_RELEASE, 0, "2", 2));
	EQ_STR(event(g), "@releaseDomain t");
	end();
}

/* 322, 415, 417: a reused domain id inherits no node, permission, watch or transaction. */
static void test_reused_domid(void)
{
	begin();
	CU_ASSERT(do_write(a, 0, "/tool/shared", "x"));
	CU_ASSERT(do_perms(a, 0, "/tool/shared", "n0 b1"));
	CU_ASSERT(do_write(a, 0, "/tool/owned", "x"));
	CU_ASSERT(do_perms(a, 0, "/tool/owned", "n1"));
	CU_ASSERT(do_perms(a, 0, "@releaseDomain", "n0 r1"));
	CU_ASSERT(do_watch(g, "@releaseDomain", "t"));
	CU_ASSERT(do_read(g, 0, "/tool/shared") && do_read(g, 0, "/tool/owned"));
	CU_ASSERT(call(a, XS_SET_TARGET, 0,
		       "2\0"
		       "1",
		       4));
	CU_ASSERT(do_write(h, 0, "/tool/owned", "for 1"));
	CU_ASSERT(do_write(g, 0, "/tool/owned/sub/x", "1") && do_write(h, 0, "/tool/owned/y", "2"));
	CU_ASSERT(call(a, XS_RELEASE, 0, "1", 2));
	/* Orphans are gone. */
	CU_ASSERT(!do_read(a, 0, "/tool/owned") && is_error(a, "ENOENT"));
	memset(g->page, 0, 4096);
	g->n_events = 0;
	CU_ASSERT(do_introduce(a, 1, 1));
	CU_ASSERT(!do_read(g, 0, "/tool/shared") && is_error(g, "EACCES"));
	CU_ASSERT(!do_watch(g, "@releaseDomain", "t"));
	/* Nor does who acted for the last one act for the next. */
	CU_ASSERT_PTR_NULL(domain_find(2)->target);
	CU_ASSERT(do_write(a, 0, "/tool/owned", "x") && do_perms(a, 0, "/tool/owned", "n1"));
	CU_ASSERT(do_read(g, 0, "/tool/owned"));
	CU_ASSERT(!do_read(h, 0, "/tool/owned") && is_error(h, "EACCES"));
	CU_ASSERT(do_rm(a, 0, "/tool/owned"));
	CU_ASSERT_EQUAL(domain_find(1)->used[Q_NODES], 0);
	CU_ASSERT_EQUAL(domain_find(1)->used[Q_WATCHES], 0);
	end();
}

/* 322, 417, 419: thousands of lives of one id leave nothing behind. */
static void test_many_lives(void)
{
	int64_t nodes, bytes;
	uint64_t gen;

	begin();
	nodes = domain0->used[Q_NODES];
	bytes = domain0->used[Q_MEMORY];
	gen = domain_find(2)->gen;
	for (int i = 0; i < 3000; i++) {
		memset(h->page, 0, 4096);
		CU_ASSERT(call(a, XS_RELEASE, 0, "2", 2));
		CU_ASSERT(do_introduce(a, 2, 1));
		if (i % 100)
			continue;
		h->n_events = 0;
		CU_ASSERT(do_write(a, 0, "/local/domain/2", ""));
		CU_ASSERT(do_perms(a, 0, "/local/domain/2", "n2"));
		CU_ASSERT(do_write(h, 0, "data/leftover", "x") && do_watch(h, "data", "t"));
		CU_ASSERT(do_begin(h));
	}
	CU_ASSERT(domain_find(2)->gen >= gen + 3000);
	CU_ASSERT(call(a, XS_RELEASE, 0, "2", 2));
	/* The first life's home was in the figures. */
	CU_ASSERT(domain0->used[Q_NODES] <= nodes && domain0->used[Q_MEMORY] <= bytes);
	CU_ASSERT_PTR_NULL(domain_find(2));
	CU_ASSERT(do_introduce(a, 2, 1));
	end();
}

/* 323, 352: only the privileged domain changes owners, in a transaction too. */
static void test_owners(void)
{
	uint32_t t;

	begin();
	CU_ASSERT(do_write(g, 0, "data/x", "1"));
	CU_ASSERT(!do_perms(g, 0, "data/x", "n2 r1") && is_error(g, "EPERM"));
	t = do_begin(g);
	CU_ASSERT(!do_perms(g, t, "data/x", "n0 r1") && is_error(g, "EPERM"));
	CU_ASSERT(do_end(g, t, true));
	CU_ASSERT_EQUAL(domain_find(2)->used[Q_NODES], 1);
	end();
}

/* 57, 175, 178: what the tools have written about a guest, it cannot change. */
static void test_tools_nodes(void)
{
	begin();
	CU_ASSERT(do_write(a, 0, "/local/domain/1/console/tty", "/dev/pts/1"));
	CU_ASSERT(do_perms(a, 0, "/local/domain/1/console", "n0 r1"));
	CU_ASSERT(do_perms(a, 0, "/local/domain/1/console/tty", "n0 r1"));
	CU_ASSERT(do_read(g, 0, "console/tty"));
	CU_ASSERT(!do_write(g, 0, "console/tty", "/etc/shadow") && is_error(g, "EACCES"));
	CU_ASSERT(!do_write(g, 0, "console/limit", "0") && is_error(g, "EACCES"));
	CU_ASSERT(!do_rm(g, 0, "console/tty") && is_error(g, "EACCES"));
	CU_ASSERT(!do_rm(g, 0, "console") && is_error(g, "EACCES"));
	CU_ASSERT(!do_perms(g, 0, "console/tty", "n1") && is_error(g, "EACCES"));
	CU_ASSERT(do_read(a, 0, "/local/domain/1/console/tty"));
	EQ_STR(a->data, "/dev/pts/1");
	end();
}

/* 233, 425: a domain released with all kinds of things under way, and back at once. */
static void test_release_in_the_middle(void)
{
	struct xsd_sockmsg m = {.type = XS_READ, .len = 16};

	begin();
	for (int life = 0; life < 50; life++) {
		CU_ASSERT(do_write(a, 0, "/local/domain/1", "") &&
			  do_perms(a, 0, "/local/domain/1", "n1"));
		uint32_t t = do_begin(g);

		CU_ASSERT(t && do_write(g, t, "data/x", "1") && do_watch(g, "data", "t"));
		g->deaf = true;
		buf_add(&g->to, &m, sizeof(m));
		buf_add(&g->to, "/local/domain/1", 16 - (size_t)life % 17 % 16);
		CU_ASSERT(do_write(a, 0, "/local/domain/1/data/y", "1"));
		CU_ASSERT(call(a, XS_RELEASE, 0, "1", 2));
		pump(g);
		/* Its page is as it was, but for the indices that a soft reset clears. */
		buf_free(&g->to);
		buf_free(&g->from);
		g->page->req_prod = g->page->req_cons = 0;
		g->page->rsp_prod = g->page->rsp_cons = 0;
		g->deaf = false;
		CU_ASSERT(do_introduce(a, 1, 1));
		CU_ASSERT(!do_end(g, t, true) && is_error(g, "ENOENT"));
		CU_ASSERT_EQUAL(domain_find(1)->used[Q_WATCHES], 0);
		g->n_events = 0;
	}
	end();
}

/* 421, 440: nodes made in a transaction count, and one that fails leaves the accounts right. */
static void test_nodes_by_transaction(void)
{
	char path[64];
	uint32_t t;

	begin();
	for (int round = 0; round < 30; round++) {
		t = do_begin(g);
		for (int i = 0; t && i < 100; i++) {
			snprintf(path, sizeof(path), "data/r%d/n%d", round, i);
			do_write(g, t, path, "x");
		}
		if (round % 3 == 2)
			CU_ASSERT(do_write(g, 0, "data/r0/n0", "other"));
		if (round % 3 == 2 && do_read(g, t, "data/r0/n0"))
			CU_ASSERT(do_write(g, 0, "data/r0/n0", "another"));
		do_end(g, t, true);
		CU_ASSERT(accounts_right());
	}
	CU_ASSERT(domain_find(1)->used[Q_NODES] <= 1000);
	CU_ASSERT(domain_find(1)->used[Q_NODES] > 800);
	end();
}

/* 330, 353, 414, 422: a connection that ends inside a transaction, or twice. */
static void test_drop_anywhere(void)
{
	begin();
	uint32_t t = do_begin(g);

	CU_ASSERT(do_write(g, t, "data/x", "1") && do_watch(g, "data", "t"));
	struct conn *c = domain_find(1)->conn;

	conn_close(c);
	conn_close(c);
	conn_reap();
	CU_ASSERT_PTR_NULL(domain_find(1)->conn);
	CU_ASSERT(!do_read(a, 0, "/local/domain/1/data/x"));
	CU_ASSERT(call(a, XS_RELEASE, 0, "1", 2));
	CU_ASSERT(call(h, XS_RESET_WATCHES, 0, "", 1));
	CU_ASSERT(call(h, XS_RESET_WATCHES, 0, "", 1));
	end();
}

/* 326, 416: who does not read its replies is bounded, then stalled, and stalls nobody else. */
static void test_unread_replies(void)
{
	struct xsd_sockmsg m = {.type = XS_READ, .len = 16};

	begin();
	g->deaf = true;
	for (int i = 0; i < 20000; i++) {
		buf_add(&g->to, &m, sizeof(m));
		buf_add(&g->to, "/local/domain/1", 16);
	}
	pump(g);
	CU_ASSERT(domain_find(1)->used[Q_OUTSTANDING] <= quotas[Q_OUTSTANDING].limit);
	CU_ASSERT(domain_find(1)->conn->in.len <= 32 && domain_find(1)->conn->out.len < 4096);
	CU_ASSERT(do_write(h, 0, "data/x", "1"));
	buf_free(&g->to);
	end();
}

/* 326, 419: two that work together get no more than their two quotas. */
static void test_colluding(void)
{
	char path[64];
	int made = 0;

	begin();
	CU_ASSERT(do_write(g, 0, "data/shared", "") && do_perms(g, 0, "data/shared", "b1"));
	for (int i = 0; i < 3000; i++) {
		snprintf(path, sizeof(path), "/local/domain/1/data/shared/n%d", i);
		made += do_write(i % 2 ? g : h, 0, path, "x");
	}
	CU_ASSERT(made < 2000);
	CU_ASSERT(domain_find(1)->used[Q_NODES] <= 1000 && domain_find(2)->used[Q_NODES] <= 1000);
	CU_ASSERT_EQUAL(domain0->used[Q_NODES], 5); /* /, tool, tool/xenstored, local, domain */
	end();
}

/* 72: an oversize event is dropped, and a failing transaction restores the accounts. */
static void test_oversize_event(void)
{
	char path[3000], msg[5000];
	size_t n;

	begin();
	n = (size_t)snprintf(path, sizeof(path), "data/");
	memset(path + n, 'x', 1500);
	path[n + 1500] = '\0';
	memset(msg, 't', sizeof(msg));
	n = (size_t)snprintf(msg, sizeof(msg), "data") + 1;
	memset(msg + n, 't', 3900);
	msg[n + 3900] = '\0';
	CU_ASSERT(call(g, XS_WATCH, 0, msg, n + 3901));
	event(g);
	CU_ASSERT(do_write(g, 0, path, "1"));
	EQ_STR(event(g), "");
	CU_ASSERT(do_write(g, 0, "data/y", "1"));
	CU_ASSERT(strncmp(event(g), "data/y ttt", 10) == 0);
	end();
}

/* 418, 481, 483, 484: depth without recursion; removal of a deep tree. */
static void test_deep_tree(void)
{
	char path[XENSTORE_REL_PATH_MAX + 1] = "data";

	begin();
	quotas[Q_NODES].limit = 100000;
	quotas[Q_MEMORY].limit = 1 << 30;
	while (strlen(path) < XENSTORE_REL_PATH_MAX - 2)
		strcat(path, "/d");
	CU_ASSERT(do_write(g, 0, path, "bottom"));
	CU_ASSERT(do_watch(g, path, "t"));
	CU_ASSERT(do_rm(g, 0, "data"));
	quotas[Q_NODES].limit = 1000;
	quotas[Q_MEMORY].limit = 2 << 20;
	end();
}

/*
 * Fairness is no lever: a guest's turn does not hold up the toolstack, other guests
 * no longer than its time, and they have nine times as long before the next.
 */
static void test_turn_abuse(void)
{
	uint32_t t;

	begin();
	CU_ASSERT(do_write(a, 0, "/local/domain/1/target", "1"));
	for (int i = 0; i < TXN_PATIENCE; i++) {
		t = do_begin(g);
		CU_ASSERT(do_read(g, t, "target"));
		CU_ASSERT(!do_read(g, t, "/local/domain/2"));
		CU_ASSERT(do_write(g, 0, "target", i % 2 ? "1" : "2"));
		CU_ASSERT(!do_end(g, t, true));
	}
	t = do_begin(g);
	CU_ASSERT(t);
	CU_ASSERT(txn_hold_left() > 0 && txn_hold_left() <= TXN_HOLD_MS + 1);
	CU_ASSERT(do_write(a, 0, "/local/domain/1/target", "3"));
	CU_ASSERT(do_read(h, 0, "/local/domain/2"));
	CU_ASSERT(!do_write(h, 0, "/local/domain/2", "mine"));
	usleep((TXN_HOLD_MS + 5) * 1000);
	txn_end_turn(NULL);
	CU_ASSERT(pump(h));
	EQ_STR(h->data, "OK");
	/* It still fails, and asks for its next turn at once. */
	CU_ASSERT(do_read(g, t, "target"));
	CU_ASSERT(do_write(a, 0, "/local/domain/1/target", "4"));
	CU_ASSERT(!do_end(g, t, true));
	CU_ASSERT(!do_begin(g));
	CU_ASSERT(txn_hold_left() > 7 * TXN_HOLD_MS);
	CU_ASSERT(do_write(h, 0, "/local/domain/2", "mine"));
	end();
}

void suite_advisories(void)
{
	CU_pSuite s = SUITE("advisories");

	CU_add_test(s, "lengths that lie (38, 72, 206, 420)", test_lengths);
	CU_add_test(s, "ring indices (38)", test_ring_indices);
	CU_add_test(s, "the root is an ordinary node (115, 353)", test_root);
	CU_add_test(s, "removed nodes tell nothing (115)", test_removed_nodes_tell_nothing);
	CU_add_test(s, "special watches (324-326)", test_special_watches);
	CU_add_test(s, "a reused domain id (322, 415, 417)", test_reused_domid);
	CU_add_test(s, "many lives of one id (322, 417, 419)", test_many_lives);
	CU_add_test(s, "owners (323, 352)", test_owners);
	CU_add_test(s, "connections ending anywhere (330, 353, 414)", test_drop_anywhere);
	CU_add_test(s, "what the tools wrote (57, 175, 178)", test_tools_nodes);
	CU_add_test(s, "release in the middle (233, 425)", test_release_in_the_middle);
	CU_add_test(s, "nodes by transaction (421, 440)", test_nodes_by_transaction);
	CU_add_test(s, "unread replies (326, 416)", test_unread_replies);
	CU_add_test(s, "colluding domains (326, 419)", test_colluding);
	CU_add_test(s, "oversize events (72)", test_oversize_event);
	CU_add_test(s, "turns as a weapon", test_turn_abuse);
	CU_add_test(s, "deep trees (418, 481, 483, 484)", test_deep_tree);
}
