/* SPDX-License-Identifier: BSD-2-Clause */
/* Rings on the fake hypervisor: mapping, events, and domains that come and go. */
#include "harness.h"

static struct client *a, *g;

static void begin(void)
{
	store_begin_rings();
	CU_ASSERT(ring_introduce(domain0, 1));
	a = client_ring(0);
	g = client_ring(1);
	CU_ASSERT(do_write(a, 0, "/local/domain/1", ""));
	CU_ASSERT(do_perms(a, 0, "/local/domain/1", "n1"));
	CU_ASSERT(do_watch(a, "@introduceDomain", "in") && do_watch(a, "@releaseDomain", "out"));
	EQ_STR(event(a), "@introduceDomain in");
	EQ_STR(event(a), "@releaseDomain out");
	CU_ASSERT(do_introduce(a, 1, 5));
	EQ_STR(event(a), "@introduceDomain in");
}

static void end(void)
{
	CU_ASSERT(accounts_right());
	client_free(a);
	client_free(g);
}

static void test_introduce(void)
{
	begin();
	CU_ASSERT(fake_bound(0) && fake_bound(1) && fake_mapped(1));
	CU_ASSERT_EQUAL(g->page->connection, XENSTORE_CONNECTED);
	CU_ASSERT_EQUAL(g->page->server_features,
			XENSTORE_SERVER_FEATURE_RECONNECTION | XENSTORE_SERVER_FEATURE_ERROR);
	CU_ASSERT(do_write(g, 0, "data", "1") && do_watch(g, "data", "t"));
	EQ_STR(event(g), "data t");
	/* Another port for the same ring: nothing else changes, and nobody is told. */
	CU_ASSERT(do_introduce(a, 1, 6));
	CU_ASSERT(do_write(g, 0, "data", "2"));
	EQ_STR(event(g), "data t");
	EQ_STR(event(a), "");
	/* Neither a port nor a page that cannot be had leaves anything behind. */
	CU_ASSERT(!do_introduce(a, 1, FAKE_BAD_PORT) && is_error(a, "EINVAL"));
	CU_ASSERT(!fake_bound(1) && !fake_mapped(1));
	CU_ASSERT(!do_introduce(a, 2, FAKE_BAD_PORT) && is_error(a, "EINVAL"));
	CU_ASSERT(!fake_bound(2) && !fake_mapped(2));
	fake_set_state(3, FAKE_DYING);
	CU_ASSERT(!do_introduce(a, 3, 5) && is_error(a, "EINVAL"));
	CU_ASSERT(!do_introduce(a, 0, 5) && is_error(a, "EINVAL"));
	EQ_STR(event(a), "");
	CU_ASSERT(do_introduce(a, 1, 6));
	CU_ASSERT(do_write(g, 0, "data", "3"));
	EQ_STR(event(g), "");
	end();
}

/* The guest looks again at one moment alone: when it is notified. Then it tells nobody. */
static struct client *late;
static uint32_t at_once; /* bytes that it sends then */
static void act_late(unsigned int domid)
{
	struct xenstore_domain_interface *p = late->page;

	if (domid != late->domid)
		return;
	while (p->rsp_cons != p->rsp_prod)
		buf_add(&late->from, &p->rsp[MASK_XENSTORE_IDX(p->rsp_cons++)], 1);
	for (uint32_t i = 0; i < at_once && late->to.len; i++) {
		p->req[MASK_XENSTORE_IDX(p->req_prod++)] = late->to.data[late->to.head];
		buf_take(&late->to, 1);
	}
}

/* What the guest does between our look and our notification is not overlooked. */
static void lose_none(const char *value, unsigned int requests, unsigned int each_time)
{
	struct xsd_sockmsg m = {.type = XS_READ, .len = 5};

	begin();
	CU_ASSERT(do_write(a, 0, "/local/domain/1/data", value));
	late = g;
	fake_notified = act_late;
	for (unsigned int i = 0; i < requests; i++) {
		buf_add(&g->to, &m, sizeof(m));
		buf_add(&g->to, "data", 5);
	}
	at_once = each_time * (uint32_t)(sizeof(m) + 5);
	act_late(1);
	fake_kick(1);
	settle();
	CU_ASSERT_EQUAL(g->to.len, 0);
	CU_ASSERT_EQUAL(g->from.len, requests * (sizeof(m) + strlen(value)));
	end();
}

static void test_no_lost_event(void)
{
	char value[1500];

	memset(value, 'x', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	/* Replies that do not fit the ring; requests that come one by one. */
	lose_none(value, 20, 20);
	lose_none("x", 1000, 1);
}

/* One notification tells of a request taken and of its reply, wherever the arrays wrap. */
static unsigned int notified;
static void count(unsigned int domid)
{
	notified += domid == 1;
}

static void test_one_notification(void)
{
	begin();
	CU_ASSERT(do_write(g, 0, "data", "0123456789"));
	fake_notified = count;
	notified = 0;
	for (int i = 0; i < 1000; i++)
		CU_ASSERT(do_read(g, 0, "data") && g->len == 10);
	CU_ASSERT(notified <= 1000 + 1000 * 26 / XENSTORE_RING_SIZE);
	end();
}

static void test_reconnect(void)
{
	begin();
	ask_reconnect(g);
	fake_kick(1);
	settle();
	CU_ASSERT_EQUAL(g->page->connection, XENSTORE_CONNECTED);
	CU_ASSERT(!g->page->req_prod && !g->page->req_cons && !g->page->rsp_prod);
	CU_ASSERT(do_write(g, 0, "data", "1"));
	EQ_STR(event(g), "");
	/* Its port is gone meanwhile: so is the connection. */
	domain_find(1)->port = FAKE_BAD_PORT;
	g->page->connection = XENSTORE_RECONNECT;
	fake_kick(1);
	settle();
	CU_ASSERT(!fake_bound(1) && !fake_mapped(1));
	CU_ASSERT_PTR_NULL(domain_find(1)->conn);
	end();
}

/* VIRQ_DOM_EXC: the daemon asks about every domain it knows. */
static void test_states(void)
{
	begin();
	for (unsigned int i = 2; i < 6; i++)
		CU_ASSERT(do_introduce(a, i, 1));
	for (unsigned int i = 2; i < 6; i++)
		EQ_STR(event(a), "@introduceDomain in");
	fake_set_state(1, FAKE_SHUTDOWN);
	EQ_STR(event(a), "@releaseDomain out");
	CU_ASSERT(domain_find(1)->shutdown && do_write(g, 0, "data", "1"));
	/* It is told once, until the tools have it go on. */
	fake_set_state(1, FAKE_SHUTDOWN);
	EQ_STR(event(a), "");
	CU_ASSERT(call(a, XS_RESUME, 0, "1", 2));
	fake_set_state(1, FAKE_SHUTDOWN);
	EQ_STR(event(a), "@releaseDomain out");
	fake_set_state(2, FAKE_REFUSED);
	EQ_STR(event(a), "");
	fake_set_state(1, FAKE_NEXT);
	fake_set_state(2, FAKE_ALIVE);
	fake_set_state(3, FAKE_DYING);
	fake_set_state(5, FAKE_LAST);
	for (int i = 0; i < 3; i++)
		EQ_STR(event(a), "@releaseDomain out");
	EQ_STR(event(a), "");
	CU_ASSERT(!domain_find(1) && domain_find(2) && !domain_find(3) && domain_find(4));
	CU_ASSERT(!fake_mapped(1) && fake_mapped(2) && !fake_mapped(3) && fake_mapped(4));
	CU_ASSERT(!do_read(a, 0, "/local/domain/1"));
	end();
}

/* A domain that does not exist has no record, and what is granted to its id is not to the next. */
static void test_unused_ids(void)
{
	begin();
	fake_set_state(7, FAKE_NEXT);
	fake_set_state(8, FAKE_REFUSED);
	fake_set_state(9, FAKE_DYING);
	CU_ASSERT(do_write(a, 0, "/x", "1") && do_perms(a, 0, "/x", "n0 r7 r8 r9"));
	CU_ASSERT(!domain_find(7) && !domain_find(8) && !domain_find(9));
	fake_set_state(7, FAKE_ALIVE);
	CU_ASSERT(do_introduce(a, 7, 1));
	g->domid = 7;
	g->page = fake_page(7);
	CU_ASSERT(!do_read(g, 0, "/x") && is_error(g, "EACCES"));
	end();
}

void suite_ring(void)
{
	CU_pSuite s = SUITE("rings");

	CU_add_test(s, "introduction", test_introduce);
	CU_add_test(s, "no lost event", test_no_lost_event);
	CU_add_test(s, "one notification for all", test_one_notification);
	CU_add_test(s, "a guest reconnects", test_reconnect);
	CU_add_test(s, "states of domains", test_states);
	CU_add_test(s, "unused ids", test_unused_ids);
}
