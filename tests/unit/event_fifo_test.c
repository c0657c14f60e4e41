/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The FIFO form: linking, growing, going back; senders, movers and an honest guest at
 * once, of which no event may be lost; the same with a guest that flips its words.
 */
/* sources: hypervisor/event/two_level.c hypervisor/event/pirq.c */
/* sources: hypervisor/event/dump.c hypervisor/event/event.c */
#include "../../hypervisor/event/fifo.c"
#include "event_machine.h"

#define PRIORITY PV_EVTCHN_FIFO_PRIORITY_DEFAULT

static struct domain *const a = &domains[1], *const b = &domains[2];

/* Pages of b: 0 and 1 the control blocks, from 2 the words. */
static struct pv_evtchn_fifo_control_block *control(unsigned int vcpu)
{
	return page_of(b, vcpu);
}

static u32 *word(u32 port)
{
	return (u32 *)page_of(b, 2 + port / WORDS_PER_PAGE) + port % WORDS_PER_PAGE;
}

static int uses(void)
{
	int n = 0;

	for (unsigned int i = 0; i < FRAMES; i++)
		n += frame_uses[i];
	return n;
}

static int expand(unsigned int page)
{
	int rc;

	while ((rc = event_expand_array(b, gfn_of(b, page))) == -ERESTART)
		;
	return rc;
}

static void start_fifo(u32 max_port)
{
	start_over(max_port);
	for (u32 i = 0; i < VCPUS; i++)
		CU_ASSERT_EQUAL_FATAL(event_init_control(b, i, gfn_of(b, i), 0), 0);
	CU_ASSERT_EQUAL_FATAL(expand(2), 0);
}

/* Ends of channels from a to b; b's are not pending. */
static void connect(u32 *pa, u32 *pb)
{
	CU_ASSERT_EQUAL_FATAL(event_alloc_unbound(a, b->id, pa), 0);
	CU_ASSERT_EQUAL_FATAL(event_bind_interdomain(b, a, *pa, pb), 0);
}

static u32 take(unsigned int vcpu, unsigned int priority, u32 *head);

static void drain(unsigned int vcpu)
{
	for (unsigned int p = 0; p < QUEUES; p++) {
		u32 head = 0;

		while (take(vcpu, p, &head))
			;
		control(vcpu)->ready &= ~(1U << p);
	}
}

/* Take one port off, as a guest does; its number, 0 at the end. */
static u32 take(unsigned int vcpu, unsigned int priority, u32 *head)
{
	u32 port = *head, w;

	if (!port)
		port = __atomic_exchange_n(&control(vcpu)->head[priority], 0, __ATOMIC_SEQ_CST);
	if (!port)
		return 0;
	w = __atomic_fetch_and(word(port), ~(u32)(LINKED | PV_EVTCHN_FIFO_LINK_MASK),
			       __ATOMIC_SEQ_CST);
	*head = w & PV_EVTCHN_FIFO_LINK_MASK;
	__atomic_fetch_and(word(port), ~(u32)PENDING, __ATOMIC_SEQ_CST);
	return port;
}

static void test_refusals(void)
{
	u32 port;

	start_over(5000);
	CU_ASSERT_EQUAL(expand(2), -EOPNOTSUPP);
	CU_ASSERT_EQUAL(event_set_priority(b, 1, 0), -ENOSYS);
	CU_ASSERT_EQUAL(event_init_control(b, VCPUS, gfn_of(b, 0), 0), -ENOENT);
	CU_ASSERT_EQUAL(event_init_control(b, 0, gfn_of(b, 0), 4), -EINVAL);
	CU_ASSERT_EQUAL(event_init_control(b, 0, gfn_of(b, 0), 4096 - 64), -EINVAL);
	CU_ASSERT_EQUAL(event_init_control(b, 0, gfn_of(b, 0), ~7U), -EINVAL);
	CU_ASSERT_EQUAL(event_init_control(b, 0, gfn_of(a, 0), 0), -EINVAL); /* another's */
	CU_ASSERT_EQUAL(event_init_control(b, 0, FRAMES, 0), -EINVAL);
	CU_ASSERT_EQUAL(event_init_control(b, 0, ~0UL, 0), -EINVAL);
	CU_ASSERT_EQUAL(uses(), 0);
	CU_ASSERT_PTR_EQUAL(b->event->form, &event_two_level);
	CU_ASSERT_EQUAL(event_init_control(b, 0, gfn_of(b, 0), 4096 - 72), 0);
	CU_ASSERT_EQUAL(event_init_control(b, 0, gfn_of(b, 0), 0), -EINVAL); /* has one */
	CU_ASSERT_EQUAL(uses(), 1);
	CU_ASSERT_EQUAL(event_expand_array(b, gfn_of(a, 2)), -EINVAL);
	/* 5001 ports need five pages, and no more. */
	for (unsigned int i = 0; i < 5; i++)
		CU_ASSERT_EQUAL(expand(2 + i), 0);
	CU_ASSERT_EQUAL(expand(7), -EINVAL);
	CU_ASSERT_EQUAL(uses(), 6);
	CU_ASSERT_EQUAL(event_bind_ipi(b, 0, &port), 0);
	CU_ASSERT_EQUAL(event_set_priority(b, port, 16), -EINVAL);
	CU_ASSERT_EQUAL(event_set_priority(b, ~0U, 0), -EINVAL);
	CU_ASSERT_EQUAL(event_set_priority(b, port, 15), 0);
}

static void test_links(void)
{
	u32 pa[3], pb[3];

	start_fifo(4095);
	for (int i = 0; i < 3; i++)
		connect(&pa[i], &pb[i]);
	/* From their binding, in one chain and one upcall. */
	CU_ASSERT_EQUAL(control(0)->head[PRIORITY], pb[0]);
	CU_ASSERT_EQUAL(control(0)->ready, 1U << PRIORITY);
	CU_ASSERT_EQUAL(*word(pb[0]), PENDING | LINKED | pb[1]);
	CU_ASSERT_EQUAL(*word(pb[1]), PENDING | LINKED | pb[2]);
	CU_ASSERT_EQUAL(*word(pb[2]), PENDING | LINKED);
	CU_ASSERT_EQUAL(kicks, 1);
	CU_ASSERT_EQUAL(event_audit(b), 0);
	/* Two that come to link one port: the second finds that it is. */
	enqueue(b->vcpu[0], pb[0], word(pb[0]));
	CU_ASSERT_EQUAL(*word(pb[0]), PENDING | LINKED | pb[1]);
	CU_ASSERT_EQUAL(*word(pb[2]), PENDING | LINKED);
	drain(0);
	CU_ASSERT_EQUAL(*word(pb[0]) | *word(pb[1]) | *word(pb[2]), 0);
	/* A tail that was taken off: a new head, and no link in the old word. */
	CU_ASSERT_EQUAL(event_send(a, pa[1]), 0);
	CU_ASSERT_EQUAL(*word(pb[2]), 0);
	CU_ASSERT_EQUAL(control(0)->head[PRIORITY], pb[1]);
	/* Itself the tail. */
	drain(0);
	CU_ASSERT_EQUAL(event_send(a, pa[1]), 0);
	CU_ASSERT_EQUAL(*word(pb[1]), PENDING | LINKED);
	/* To another vCPU and priority: off the old queue's tail. */
	drain(0);
	CU_ASSERT_EQUAL(event_bind_vcpu(b, pb[1], 1), 0);
	CU_ASSERT_EQUAL(event_set_priority(b, pb[1], 3), 0);
	CU_ASSERT_EQUAL(event_send(a, pa[1]), 0);
	CU_ASSERT_EQUAL(control(1)->head[3], pb[1]);
	CU_ASSERT_EQUAL(event_send(a, pa[0]), 0);
	CU_ASSERT_EQUAL(*word(pb[1]), PENDING | LINKED);
	CU_ASSERT_EQUAL(control(0)->head[PRIORITY], pb[0]);
	CU_ASSERT_EQUAL(event_audit(b), 0);
	/* Given out anew while it is linked: no news, and not linked twice. */
	CU_ASSERT_EQUAL(event_close(b, pb[0]), 0);
	CU_ASSERT_EQUAL(event_bind_ipi(b, 1, &pb[0]), 0);
	CU_ASSERT_EQUAL(*word(pb[0]), LINKED);
	CU_ASSERT_EQUAL(event_send(b, pb[0]), 0);
	CU_ASSERT_EQUAL(*word(pb[0]), PENDING | LINKED);
	CU_ASSERT_EQUAL(control(1)->head[PRIORITY], 0);
}

static void test_mask(void)
{
	struct pv_vcpu_info *info;
	u32 pa[2], pb[2];

	start_fifo(4095);
	info = b->vcpu[0]->info;
	for (int i = 0; i < 2; i++)
		connect(&pa[i], &pb[i]);
	drain(0);
	info->evtchn_upcall_pending = 0;
	*word(pb[0]) = MASKED;
	CU_ASSERT_EQUAL(event_send(a, pa[0]), 0);
	CU_ASSERT_EQUAL(*word(pb[0]), MASKED | PENDING);
	CU_ASSERT_EQUAL(info->evtchn_upcall_pending, 0);
	CU_ASSERT_TRUE(event_port_pending(b, pb[0]));
	CU_ASSERT_EQUAL(event_unmask(b, pb[0]), 0);
	CU_ASSERT_EQUAL(*word(pb[0]), PENDING | LINKED);
	CU_ASSERT_EQUAL(info->evtchn_upcall_pending, 1);
	/* Behind another there is no second upcall: the guest comes to it by itself. */
	info->evtchn_upcall_pending = 0;
	control(0)->ready = 0; /* it has begun */
	CU_ASSERT_EQUAL(event_send(a, pa[1]), 0);
	CU_ASSERT_EQUAL(*word(pb[0]), PENDING | LINKED | pb[1]);
	CU_ASSERT_EQUAL(control(0)->ready, 0);
	CU_ASSERT_EQUAL(info->evtchn_upcall_pending, 0);
}

/* A vCPU without a control block has no queues; its events stay in their words. */
static void test_no_queues(void)
{
	u32 port;

	start_over(4095);
	CU_ASSERT_EQUAL(event_init_control(b, 0, gfn_of(b, 0), 0), 0);
	CU_ASSERT_EQUAL(expand(2), 0);
	CU_ASSERT_EQUAL(event_bind_ipi(b, 1, &port), 0);
	CU_ASSERT_EQUAL(event_send(b, port), 0);
	CU_ASSERT_EQUAL(*word(port), PENDING);
	CU_ASSERT_EQUAL(event_init_control(b, 1, gfn_of(b, 1), 0), 0);
	CU_ASSERT_EQUAL(event_unmask(b, port), 0);
	CU_ASSERT_EQUAL(*word(port), PENDING | LINKED);
	CU_ASSERT_EQUAL(control(1)->head[PRIORITY], port);
}

/* The audit sees a queue whose tail is elsewhere, a count that is off, and the frames. */
static void test_audit(void)
{
	u32 pa, pb;

	start_fifo(4095);
	connect(&pa, &pb);
	CU_ASSERT_EQUAL(event_audit(b), 0);
	port_at(b->event, pb)->last_queue ^= 1;
	CU_ASSERT_EQUAL(event_audit(b), 1);
	port_at(b->event, pb)->last_queue ^= 1;
	b->event->active++;
	CU_ASSERT_EQUAL(event_audit(b), 1);
	b->event->active--;
	audited = 0;
	event_audit_frames(b);
	CU_ASSERT_EQUAL(audited, VCPUS + 1);
}

/* What came before the form, and before the words; a page's ports are adopted in pieces. */
static void test_adopt(void)
{
	u32 pa[900], pb[900], port;
	int restarts = 0, rc;

	start_over(4095);
	for (int i = 0; i < 450; i++)
		connect(&pa[i], &pb[i]);
	CU_ASSERT_EQUAL(event_init_control(b, 0, gfn_of(b, 0), 0), 0);
	for (int i = 450; i < 900; i++)
		connect(&pa[i], &pb[i]);
	CU_ASSERT_TRUE(event_port_pending(b, pb[899]));
	/* One is closed, and given out anew: that it was pending is forgotten. */
	CU_ASSERT_EQUAL(event_close(b, pb[899]), 0);
	CU_ASSERT_EQUAL(event_bind_interdomain(b, a, pa[899], &port), 0);
	CU_ASSERT_EQUAL(port, pb[899]);
	CU_ASSERT_EQUAL(event_close(b, port), 0);
	CU_ASSERT_EQUAL(event_bind_ipi(b, 0, &port), 0);
	CU_ASSERT_EQUAL(port, pb[899]);
	CU_ASSERT_FALSE(event_port_pending(b, port));
	while ((rc = event_expand_array(b, gfn_of(b, 2))) == -ERESTART)
		restarts++;
	CU_ASSERT_EQUAL(rc, 0);
	CU_ASSERT_EQUAL(restarts, 3);
	CU_ASSERT_EQUAL(uses(), 2);
	for (int i = 0; i < 898; i++)
		CU_ASSERT_EQUAL(*word(pb[i]), PENDING | LINKED | pb[i + 1]);
	CU_ASSERT_EQUAL(*word(pb[898]), PENDING | LINKED);
	CU_ASSERT_EQUAL(*word(pb[899]), 0);
	CU_ASSERT_EQUAL(event_audit(b), 0);
}

static void test_reset(void)
{
	u32 port, n = 0;
	int rc;

	start_fifo(20000);
	for (unsigned int i = 1; i < 20; i++)
		CU_ASSERT_EQUAL(expand(2 + i), 0);
	while ((rc = event_bind_ipi(b, 0, &port)) == 0)
		n++;
	CU_ASSERT_EQUAL(rc, -ENOSPC);
	CU_ASSERT_EQUAL(n, 20000);
	CU_ASSERT_EQUAL(event_send(b, 20000), 0);
	CU_ASSERT_EQUAL(*word(20000), PENDING | LINKED);
	CU_ASSERT_EQUAL(event_close(b, 17), 0);
	CU_ASSERT_EQUAL(event_bind_ipi(b, 0, &port), 0);
	CU_ASSERT_EQUAL(port, 17);
	while ((rc = event_reset(b)) == -ERESTART)
		;
	CU_ASSERT_EQUAL(rc, 0);
	CU_ASSERT_EQUAL(uses(), 0);
	CU_ASSERT_PTR_EQUAL(b->event->form, &event_two_level);
	/* The high ports are storage only: nobody gets at them, and none is given out. */
	CU_ASSERT_FALSE(event_port_valid(b, 20000));
	CU_ASSERT_FALSE(event_port_pending(b, 20000));
	CU_ASSERT_EQUAL(event_unmask(b, 20000), -EINVAL);
	CU_ASSERT_EQUAL(event_send(b, 20000), -EINVAL);
	for (n = 0; event_bind_ipi(b, 0, &port) == 0; n++)
		CU_ASSERT_TRUE(port < PV_EVTCHN_2L_NR_CHANNELS);
	CU_ASSERT_EQUAL(n, PV_EVTCHN_2L_NR_CHANNELS - 1);
	/* Again, and this time to the end of the domain. */
	CU_ASSERT_EQUAL(event_close(b, 1), 0);
	CU_ASSERT_EQUAL(event_init_control(b, 0, gfn_of(b, 0), 0), 0);
	CU_ASSERT_EQUAL(event_init_control(b, 1, gfn_of(b, 1), 0), 0);
	memset(page_of(b, 2), 0, PAGE_SIZE);
	control(0)->head[PRIORITY] = 0;
	CU_ASSERT_EQUAL(expand(2), 0);
	CU_ASSERT_EQUAL(event_bind_ipi(b, 0, &port), 0);
	CU_ASSERT_EQUAL(event_send(b, port), 0);
	CU_ASSERT_EQUAL(control(0)->head[PRIORITY], port); /* nothing left of the old queue */
	while (event_domain_close_all(b) == -ERESTART)
		;
	CU_ASSERT_EQUAL(uses(), 0);
	CU_ASSERT_EQUAL(event_init_control(b, 0, gfn_of(b, 0), 0), -EINVAL);
	CU_ASSERT_EQUAL(uses(), 0);
}

static void bind_one(void)
{
	u32 port;

	at_preempt = NULL;
	CU_ASSERT_EQUAL(event_bind_ipi(b, 0, &port), 0);
	CU_ASSERT_EQUAL(port, 1);
}

/* A port that was bound behind the reset's back keeps the form, until it is closed too. */
static void test_reset_race(void)
{
	u32 port;

	start_fifo(4095);
	for (int i = 0; i < 63; i++)
		CU_ASSERT_EQUAL(event_bind_ipi(b, 0, &port), 0);
	at_preempt = bind_one;
	while (at_preempt || b->event->close_next)
		CU_ASSERT_EQUAL(event_reset(b), -ERESTART);
	CU_ASSERT_PTR_EQUAL(b->event->form, &event_fifo);
	CU_ASSERT_EQUAL(b->event->active, 1);
	while (event_reset(b) == -ERESTART)
		;
	CU_ASSERT_PTR_EQUAL(b->event->form, &event_two_level);
	CU_ASSERT_EQUAL(b->event->active, 0);
}

/* --- several at once --------------------------------------------------------------- */

#define CHANNELS 12
#define SENDS	 40000

static u32 from[CHANNELS], to[CHANNELS];
static u32 sent[CHANNELS], seen[CHANNELS];
static bool done;

static void *sender(void *arg)
{
	unsigned int me = (unsigned int)(size_t)arg;

	/* Each sends on every second channel: one sender to a channel. */
	for (u32 i = 1; i <= SENDS; i++) {
		unsigned int n = i * 2 % CHANNELS + me;

		__atomic_store_n(&sent[n], i, __ATOMIC_SEQ_CST);
		event_send(a, from[n]);
	}
	return NULL;
}

static void *mover(void *unused)
{
	unsigned int seed = 5;

	while (!__atomic_load_n(&done, __ATOMIC_RELAXED)) {
		u32 port = to[rand_r(&seed) % CHANNELS];

		event_set_priority(b, port, (u32)rand_r(&seed) % QUEUES);
		event_bind_vcpu(b, port, (u32)rand_r(&seed) % VCPUS);
		if (rand_r(&seed) % 4 == 0) {
			__atomic_fetch_or(word(port), MASKED, __ATOMIC_SEQ_CST);
			event_unmask(b, port);
		}
		sched_yield();
	}
	return unused;
}

static void note(u32 port)
{
	for (unsigned int n = 0; n < CHANNELS; n++)
		if (to[n] == port)
			seen[n] = __atomic_load_n(&sent[n], __ATOMIC_SEQ_CST);
}

/* What Linux does at an upcall: highest priority first, one port at a time. */
static void consume(unsigned int vcpu, u32 head[QUEUES], u32 *ready)
{
	for (;;) {
		unsigned int p;
		u32 port, w;

		*ready |= __atomic_exchange_n(&control(vcpu)->ready, 0, __ATOMIC_SEQ_CST);
		if (!*ready)
			return;
		p = (unsigned int)__builtin_ctz(*ready);
		port = head[p] ? head[p] : READ_ONCE(control(vcpu)->head[p]);
		w = __atomic_fetch_and(word(port), ~(u32)(LINKED | PV_EVTCHN_FIFO_LINK_MASK),
				       __ATOMIC_SEQ_CST);
		head[p] = w & PV_EVTCHN_FIFO_LINK_MASK;
		if (!head[p])
			*ready &= ~(1U << p);
		if ((w & PENDING) && !(w & MASKED)) {
			__atomic_fetch_and(word(port), ~(u32)PENDING, __ATOMIC_SEQ_CST);
			note(port);
		}
	}
}

static void upcalls(u32 head[VCPUS][QUEUES], u32 ready[VCPUS])
{
	for (unsigned int v = 0; v < VCPUS; v++) {
		struct pv_vcpu_info *info = b->vcpu[v]->info;

		if (__atomic_exchange_n(&info->evtchn_upcall_pending, 0, __ATOMIC_SEQ_CST))
			consume(v, head[v], &ready[v]);
	}
}

static void start_channels(void)
{
	start_fifo(4095);
	for (unsigned int n = 0; n < CHANNELS; n++) {
		connect(&from[n], &to[n]);
		sent[n] = seen[n] = 0;
	}
	drain(0);
	done = false;
}

static void test_nothing_lost(void)
{
	u32 head[VCPUS][QUEUES] = {{0}}, ready[VCPUS] = {0};
	pthread_t s[2], m;
	unsigned int rounds;

	start_channels();
	for (size_t i = 0; i < ARRAY_SIZE(s); i++)
		pthread_create(&s[i], NULL, sender, (void *)i);
	pthread_create(&m, NULL, mover, NULL);
	for (rounds = 0; rounds < 20000000; rounds++) {
		bool all = true;

		upcalls(head, ready);
		for (unsigned int n = 0; n < CHANNELS; n++)
			all = all && seen[n] > SENDS - CHANNELS;
		if (all)
			break;
		sched_yield();
	}
	done = true;
	for (size_t i = 0; i < ARRAY_SIZE(s); i++)
		pthread_join(s[i], NULL);
	pthread_join(m, NULL);
	/* What was sent between the last look and the end has raised an upcall, too. */
	upcalls(head, ready);
	for (unsigned int n = 0; n < CHANNELS; n++)
		CU_ASSERT_EQUAL(seen[n], sent[n]);
	CU_ASSERT_EQUAL(event_audit(a) + event_audit(b), 0);
}

static void *flipper(void *unused)
{
	unsigned int seed = 11;

	while (!__atomic_load_n(&done, __ATOMIC_RELAXED)) {
		u32 value = (u32)rand_r(&seed) << 16 ^ (u32)rand_r(&seed);

		WRITE_ONCE(*word(to[rand_r(&seed) % CHANNELS]), value);
		WRITE_ONCE(control(rand_r(&seed) % VCPUS)->head[value % QUEUES], value);
		WRITE_ONCE(control(rand_r(&seed) % VCPUS)->ready, value);
	}
	return unused;
}

static void test_hostile(void)
{
	static char before[FRAMES_EACH][PAGE_SIZE];
	pthread_t s[2], m, f;
	unsigned int own = 3;

	start_channels();
	memcpy(before, page_of(b, 0), sizeof(before));
	for (size_t i = 0; i < ARRAY_SIZE(s); i++)
		pthread_create(&s[i], NULL, sender, (void *)i);
	pthread_create(&m, NULL, mover, NULL);
	pthread_create(&f, NULL, flipper, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(s); i++)
		pthread_join(s[i], NULL);
	done = true;
	pthread_join(m, NULL);
	pthread_join(f, NULL);
	/* Our own books are in order, and no other page was touched. */
	CU_ASSERT_EQUAL(event_audit(a) + event_audit(b), 0);
	CU_ASSERT_EQUAL(memcmp(before[own], page_of(b, own), sizeof(before) - own * PAGE_SIZE), 0);
	for (unsigned int i = 0; i < FRAMES_EACH; i++)
		for (unsigned int n = 0; n < PAGE_SIZE; n++)
			if (((char *)page_of(a, i))[n])
				CU_FAIL("a page of another domain was written");
	while (event_reset(b) == -ERESTART)
		;
	CU_ASSERT_EQUAL(uses(), 0);
}

UNIT_MAIN("event_fifo_test", UNIT_TEST(test_refusals), UNIT_TEST(test_links), UNIT_TEST(test_mask),
	  UNIT_TEST(test_no_queues), UNIT_TEST(test_reset_race), UNIT_TEST(test_audit),
	  UNIT_TEST(test_adopt), UNIT_TEST(test_reset), UNIT_TEST(test_nothing_lost),
	  UNIT_TEST(test_hostile))
