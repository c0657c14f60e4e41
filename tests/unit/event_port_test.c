/* SPDX-License-Identifier: BSD-2-Clause */
/* Event channels: each operation's rules, then four threads on three domains at once. */
/* sources: hypervisor/event/two_level.c hypervisor/event/dump.c */
#include "../../hypervisor/event/event.c"
#include "unit.h"
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#define DOMAINS 3
#define VCPUS	2

struct domain *dom0;
void (*vcpu_timer_hook)(struct vcpu *v);
static struct domain domains[DOMAINS];
static struct vcpu vcpus[DOMAINS][VCPUS];
static unsigned int kicks, wakes;

void vcpu_kick(struct vcpu *v)
{
	(void)v;
	__atomic_fetch_add(&kicks, 1, __ATOMIC_RELAXED);
}

void vcpu_wake(struct vcpu *v, u32 flag)
{
	__atomic_fetch_and(&v->pause_flags, ~flag, __ATOMIC_SEQ_CST);
	__atomic_fetch_add(&wakes, 1, __ATOMIC_RELAXED);
}

void *heap_alloc(size_t n)
{
	return calloc(1, n);
}

void heap_free(void *p)
{
	free(p);
}

void domain_hold(struct domain *d)
{
	__atomic_fetch_add(&d->references, 1, __ATOMIC_RELAXED);
}

void domain_put(struct domain *d)
{
	__atomic_fetch_sub(&d->references, 1, __ATOMIC_RELAXED);
}

struct domain *domain_get_next(domid_t id)
{
	(void)id;
	return NULL;
}

struct vcpu *domain_vcpu(const struct domain *d, u32 id)
{
	return id < d->max_vcpus ? d->vcpu[id] : NULL;
}

bool preempt_pending(void)
{
	return rand() % 4 == 0;
}

void cpu_relax(void)
{
	sched_yield();
}

void printk(enum loglevel level, const char *fmt, ...)
{
	(void)level;
	(void)fmt;
}

static void start_over(u32 max_port)
{
	for (int i = 0; i < DOMAINS; i++) {
		struct domain *d = &domains[i];

		event_domain_destroy(d);
		free(d->shared);
		free(d->vcpu);
		memset(d, 0, sizeof(*d));
		d->id = (domid_t)i;
		d->privileged = i == 0;
		d->references = 1;
		d->max_vcpus = VCPUS;
		d->shared = calloc(1, sizeof(*d->shared));
		d->vcpu = calloc(VCPUS, sizeof(*d->vcpu));
		for (u32 n = 0; n < VCPUS; n++) {
			vcpus[i][n] = (struct vcpu){
				.id = n, .domain = d, .info = &d->shared->vcpu_info[n]};
			d->vcpu[n] = &vcpus[i][n];
		}
		CU_ASSERT_EQUAL_FATAL(event_domain_create(d, max_port), 0);
	}
	dom0 = &domains[0];
	kicks = wakes = 0;
}

static struct domain *const a = &domains[1], *const b = &domains[2];

static bool pending(const struct domain *d, u32 port)
{
	return test_bit(d->shared->evtchn_pending, port);
}

static void guest_clear(struct domain *d, u32 port)
{
	clear_bit(d->shared->evtchn_pending, port);
	for (u32 n = 0; n < VCPUS; n++) {
		d->vcpu[n]->info->evtchn_upcall_pending = 0;
		d->vcpu[n]->info->evtchn_pending_sel = 0;
	}
}

/* A connected pair; the binding end starts pending. */
static void connect(u32 *pa, u32 *pb)
{
	CU_ASSERT_EQUAL_FATAL(event_alloc_unbound(a, b->id, pa), 0);
	CU_ASSERT_EQUAL_FATAL(event_bind_interdomain(b, a, *pa, pb), 0);
	CU_ASSERT_TRUE(pending(b, *pb));
	CU_ASSERT_FALSE(pending(a, *pa));
	guest_clear(b, *pb);
	kicks = 0;
}

static void test_send(void)
{
	u32 pa, pb;

	start_over(4095);
	connect(&pa, &pb);
	CU_ASSERT_EQUAL(event_send(a, pa), 0);
	CU_ASSERT_TRUE(pending(b, pb));
	CU_ASSERT_EQUAL(b->vcpu[0]->info->evtchn_upcall_pending, 1);
	CU_ASSERT_EQUAL(b->vcpu[0]->info->evtchn_pending_sel, BIT(pb / 64));
	CU_ASSERT_EQUAL(kicks, 1);
	CU_ASSERT_EQUAL(event_send(a, pa), 0);
	CU_ASSERT_EQUAL(kicks, 1); /* no news */
	CU_ASSERT_EQUAL(event_send(a, 0), -EINVAL);
	CU_ASSERT_EQUAL(event_send(a, pa + 1), -EINVAL);
	CU_ASSERT_EQUAL(event_send(a, ~0U), -EINVAL);
}

static void test_mask(void)
{
	u32 pa, pb;

	start_over(4095);
	connect(&pa, &pb);
	set_bit(b->shared->evtchn_mask, pb);
	CU_ASSERT_EQUAL(event_send(a, pa), 0);
	CU_ASSERT_TRUE(pending(b, pb));
	CU_ASSERT_EQUAL(b->vcpu[0]->info->evtchn_upcall_pending, 0);
	CU_ASSERT_EQUAL(event_unmask(b, pb), 0);
	CU_ASSERT_EQUAL(b->vcpu[0]->info->evtchn_upcall_pending, 1);
	CU_ASSERT_FALSE(test_bit(b->shared->evtchn_mask, pb));
}

static void test_bind_vcpu(void)
{
	u32 pa, pb, ipi, virq;

	start_over(4095);
	connect(&pa, &pb);
	CU_ASSERT_EQUAL(event_bind_vcpu(b, pb, 1), 0);
	CU_ASSERT_EQUAL(event_send(a, pa), 0);
	CU_ASSERT_EQUAL(b->vcpu[0]->info->evtchn_upcall_pending, 0);
	CU_ASSERT_EQUAL(b->vcpu[1]->info->evtchn_upcall_pending, 1);
	CU_ASSERT_EQUAL(event_bind_vcpu(b, pb, VCPUS), -ENOENT);
	CU_ASSERT_EQUAL(event_bind_ipi(b, 1, &ipi), 0);
	CU_ASSERT_EQUAL(event_bind_vcpu(b, ipi, 0), -EINVAL);
	CU_ASSERT_EQUAL(event_bind_virq(b, PV_VIRQ_TIMER, 1, &virq), 0);
	CU_ASSERT_EQUAL(event_bind_vcpu(b, virq, 0), -EINVAL);
}

static void test_virq(void)
{
	u32 port, again;

	start_over(4095);
	CU_ASSERT_EQUAL(event_bind_virq(a, PV_VIRQ_TIMER, 1, &port), 0);
	CU_ASSERT_EQUAL(event_bind_virq(a, PV_VIRQ_TIMER, 1, &again), -EEXIST);
	CU_ASSERT_EQUAL(event_bind_virq(a, PV_NR_VIRQS, 0, &again), -EINVAL);
	CU_ASSERT_EQUAL(event_bind_virq(a, PV_VIRQ_DOM_EXC, 0, &again), -EPERM);
	CU_ASSERT_EQUAL(event_bind_virq(dom0, PV_VIRQ_DOM_EXC, 1, &again), -EINVAL);
	CU_ASSERT_EQUAL(event_send(a, port), -EINVAL);
	event_virq(a->vcpu[0], PV_VIRQ_TIMER);
	CU_ASSERT_FALSE(pending(a, port));
	event_virq(a->vcpu[1], PV_VIRQ_TIMER);
	CU_ASSERT_TRUE(pending(a, port));
	CU_ASSERT_EQUAL(event_close(a, port), 0);
	guest_clear(a, port);
	event_virq(a->vcpu[1], PV_VIRQ_TIMER);
	CU_ASSERT_FALSE(pending(a, port));
	CU_ASSERT_EQUAL(event_bind_virq(a, PV_VIRQ_TIMER, 1, &again), 0);
	/* A global one may be moved to another vCPU, and is still found there. */
	CU_ASSERT_EQUAL(event_bind_virq(dom0, PV_VIRQ_DOM_EXC, 0, &port), 0);
	CU_ASSERT_EQUAL(event_bind_vcpu(dom0, port, 1), 0);
	event_global_virq(PV_VIRQ_DOM_EXC);
	CU_ASSERT_EQUAL(dom0->vcpu[1]->info->evtchn_upcall_pending, 1);
	CU_ASSERT_EQUAL(event_close(dom0, port), 0);
	CU_ASSERT_EQUAL(event_bind_virq(dom0, PV_VIRQ_DOM_EXC, 0, &port), 0);
}

static void test_close(void)
{
	struct pv_evtchn_status s = {0};
	u32 pa, pb, pc;

	start_over(4095);
	connect(&pa, &pb);
	CU_ASSERT_EQUAL(event_send(a, pa), 0);
	CU_ASSERT_EQUAL(event_close(b, pb), 0);
	CU_ASSERT_EQUAL(event_close(b, pb), -EINVAL);
	CU_ASSERT_EQUAL(event_close(b, 0), -EINVAL);
	/* The other end waits again for the same domain, and a send goes nowhere. */
	s.port = pa;
	CU_ASSERT_EQUAL(event_status(a, &s), 0);
	CU_ASSERT_EQUAL(s.status, PV_EVTCHNSTAT_UNBOUND);
	CU_ASSERT_EQUAL(s.u.unbound.dom, b->id);
	CU_ASSERT_EQUAL(event_send(a, pa), 0);
	/* A port that is given out anew has no news from its last life. */
	CU_ASSERT_TRUE(pending(b, pb));
	CU_ASSERT_EQUAL(event_bind_ipi(b, 0, &pc), 0);
	CU_ASSERT_EQUAL(pc, pb);
	CU_ASSERT_FALSE(pending(b, pb));
	CU_ASSERT_EQUAL(event_audit(a) + event_audit(b), 0);
}

static void test_binding_rules(void)
{
	u32 pa, pb;

	start_over(4095);
	CU_ASSERT_EQUAL(event_alloc_unbound(a, a->id, &pa), 0);
	CU_ASSERT_EQUAL(event_bind_interdomain(b, a, pa, &pb), -EINVAL); /* meant for another */
	CU_ASSERT_EQUAL(event_bind_interdomain(b, a, 0, &pb), -EINVAL);
	CU_ASSERT_EQUAL(event_bind_interdomain(b, a, 99999, &pb), -EINVAL);
	/* To itself, as the store in the service domain does. */
	CU_ASSERT_EQUAL(event_bind_interdomain(a, a, pa, &pb), 0);
	CU_ASSERT_EQUAL(event_send(a, pb), 0);
	CU_ASSERT_TRUE(pending(a, pa));
	CU_ASSERT_EQUAL(event_bind_interdomain(a, a, pa, &pb), -EINVAL); /* taken */
	CU_ASSERT_EQUAL(event_audit(a), 0);
	CU_ASSERT_EQUAL(event_close(a, pb), 0);
	CU_ASSERT_EQUAL(event_close(a, pa), 0);
	/* No pirqs for a guest, nor where nobody owns the lines. */
	CU_ASSERT_EQUAL(event_bind_pirq(a, 1, false, &pa), -EPERM);
	CU_ASSERT_EQUAL(event_bind_pirq(dom0, 1, false, &pa), -EPERM);
}

static void test_quota(void)
{
	u32 port, n = 0;
	int rc;

	start_over(200);
	while ((rc = event_bind_ipi(a, 0, &port)) == 0) {
		CU_ASSERT_TRUE(port > 0 && port <= 200);
		n++;
	}
	CU_ASSERT_EQUAL(rc, -ENOSPC);
	CU_ASSERT_EQUAL(n, 200);
	CU_ASSERT_EQUAL(event_close(a, 77), 0);
	CU_ASSERT_EQUAL(event_bind_ipi(a, 0, &port), 0);
	CU_ASSERT_EQUAL(port, 77);
	start_over(1000000);
	while (event_bind_ipi(a, 0, &port) == 0)
		n = port;
	CU_ASSERT_EQUAL(n, PV_EVTCHN_2L_NR_CHANNELS - 1);
}

static void test_poll(void)
{
	u32 pa, pb, qa, qb, both[2];
	struct vcpu *v;

	start_over(4095);
	connect(&pa, &pb);
	connect(&qa, &qb);
	v = b->vcpu[1];
	CU_ASSERT_FALSE(event_poll_begin(v, &pb, 1));
	CU_ASSERT_EQUAL(event_send(a, qa), 0);
	CU_ASSERT_TRUE(v->pause_flags & VCPU_PAUSE_POLL); /* not its port */
	set_bit(b->shared->evtchn_mask, pb);		  /* a masked one counts all the same */
	CU_ASSERT_EQUAL(event_send(a, pa), 0);
	CU_ASSERT_FALSE(v->pause_flags & VCPU_PAUSE_POLL);
	CU_ASSERT_TRUE(event_poll_begin(v, &pb, 1)); /* pending already */
	event_poll_end(v);
	CU_ASSERT_FALSE(v->pause_flags & VCPU_PAUSE_POLL);
	guest_clear(b, pb);
	guest_clear(b, qb);
	both[0] = pb;
	both[1] = qb;
	CU_ASSERT_FALSE(event_poll_begin(v, both, 2));
	CU_ASSERT_EQUAL(event_send(a, qa), 0);
	CU_ASSERT_FALSE(v->pause_flags & VCPU_PAUSE_POLL);
	CU_ASSERT_FALSE(event_port_valid(b, 0));
	CU_ASSERT_FALSE(event_port_valid(b, 4000));
}

static void test_close_all(void)
{
	u32 pa, pb, port;

	start_over(4095);
	for (int i = 0; i < 300; i++)
		connect(&pa, &pb);
	while (event_domain_close_all(a) == -ERESTART)
		;
	CU_ASSERT_EQUAL(event_alloc_unbound(a, b->id, &port), -ESRCH);
	CU_ASSERT_EQUAL(event_send(b, pb), 0);
	CU_ASSERT_EQUAL(event_bind_interdomain(b, a, pa, &port), -EINVAL);
	CU_ASSERT_EQUAL(event_audit(b), 0);
	CU_ASSERT_EQUAL(a->references, 1);
	CU_ASSERT_EQUAL(b->references, 1);
}

/* --- everything at once ------------------------------------------------------------- */

static void *storm(void *arg)
{
	unsigned int seed = (unsigned int)(size_t)arg;

	for (int step = 0; step < 60000; step++) {
		struct domain *d = &domains[rand_r(&seed) % DOMAINS];
		struct domain *r = &domains[rand_r(&seed) % DOMAINS];
		u32 port = (u32)rand_r(&seed) % 80, out;

		switch (rand_r(&seed) % 10) {
		case 0:
			event_alloc_unbound(d, r->id, &out);
			break;
		case 1:
		case 2:
			event_bind_interdomain(d, r, port, &out);
			break;
		case 3:
			event_bind_virq(d, PV_VIRQ_TIMER, port % VCPUS, &out);
			break;
		case 4:
			event_virq(d->vcpu[port % VCPUS], PV_VIRQ_TIMER);
			break;
		case 5:
			event_bind_vcpu(d, port, port % VCPUS);
			break;
		case 6:
			event_close(d, port);
			break;
		case 7:
			event_unmask(d, port);
			break;
		default:
			event_send(d, port);
		}
	}
	return NULL;
}

static void test_storm(void)
{
	pthread_t t[4];

	start_over(100);
	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		pthread_create(&t[i], NULL, storm, (void *)(i + 1));
	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		pthread_join(t[i], NULL);
	for (int i = 0; i < DOMAINS; i++)
		CU_ASSERT_EQUAL(event_audit(&domains[i]), 0);
	for (int i = 0; i < DOMAINS; i++) {
		while (event_domain_close_all(&domains[i]) == -ERESTART)
			;
		CU_ASSERT_EQUAL(domains[i].references, 1);
	}
	for (int i = 0; i < DOMAINS; i++)
		for (u32 n = 1; n < domains[i].event->valid; n++)
			CU_ASSERT_EQUAL(port_at(domains[i].event, n)->state, PORT_FREE);
}

UNIT_MAIN("event_port_test", UNIT_TEST(test_send), UNIT_TEST(test_mask), UNIT_TEST(test_bind_vcpu),
	  UNIT_TEST(test_virq), UNIT_TEST(test_close), UNIT_TEST(test_binding_rules),
	  UNIT_TEST(test_quota), UNIT_TEST(test_poll), UNIT_TEST(test_close_all),
	  UNIT_TEST(test_storm))
