/* SPDX-License-Identifier: BSD-2-Clause */
/* Event channels: each operation's rules, then four threads on three domains at once. */
/* sources: hypervisor/event/two_level.c hypervisor/event/fifo.c */
/* sources: hypervisor/event/pirq.c hypervisor/event/dump.c */
#include "../../hypervisor/event/event.c"
#include "event_machine.h"
#include "public/physdev.h"

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
}

static void test_pirq(void)
{
	u32 port, again, flags;

	start_over(4095);
	CU_ASSERT_EQUAL(event_bind_pirq(a, 1, &port), -EPERM);
	CU_ASSERT_EQUAL(event_pirq_map(a, 1, true), -EINVAL);
	CU_ASSERT_EQUAL(event_bind_pirq(dom0, 9, &port), -EINVAL); /* not mapped */
	CU_ASSERT_EQUAL(event_pirq_map(dom0, LINES, true), -EINVAL);
	CU_ASSERT_EQUAL(event_pirq_map(dom0, ~0U, true), -EINVAL);
	CU_ASSERT_EQUAL(event_pirq_map(dom0, 9, true), 0);
	CU_ASSERT_EQUAL(event_pirq_map(dom0, 0, true), 0);
	CU_ASSERT_EQUAL(event_bind_pirq(dom0, 0, &port), -EBUSY); /* the hypervisor's */
	CU_ASSERT_EQUAL(dom0->event->active, 0);
	CU_ASSERT_EQUAL(event_pirq_eoi(dom0, 9), -EINVAL);
	CU_ASSERT_EQUAL(event_bind_pirq(dom0, 9, &port), 0);
	CU_ASSERT_EQUAL(event_bind_pirq(dom0, 9, &again), -EEXIST);
	CU_ASSERT_EQUAL(event_pirq_map(dom0, 9, false), -EBUSY);
	line_level[9] = true;
	CU_ASSERT_EQUAL(event_pirq_status(dom0, 9, &flags), 0);
	CU_ASSERT_EQUAL(flags, PV_XENIRQSTAT_NEEDS_EOI);
	line_hook(9);
	CU_ASSERT_TRUE(pending(dom0, port));
	line_held[9] |= LINE_UNANSWERED;
	CU_ASSERT_EQUAL(event_pirq_eoi(dom0, 9), 0);
	CU_ASSERT_EQUAL(line_held[9], 0);
	/* The line follows the port, and stays held back when the port is closed. */
	CU_ASSERT_PTR_EQUAL(line_cpu[9], &cpus[0]);
	CU_ASSERT_EQUAL(event_bind_vcpu(dom0, port, 1), 0);
	CU_ASSERT_PTR_EQUAL(line_cpu[9], &cpus[1]);
	CU_ASSERT_EQUAL(event_close(dom0, port), 0);
	CU_ASSERT_TRUE(line_held[9] & LINE_UNUSED);
	CU_ASSERT_EQUAL(event_pirq_eoi(dom0, 9), -EINVAL);
	CU_ASSERT_EQUAL(event_pirq_status(dom0, 9, &flags), 0);
	CU_ASSERT_EQUAL(flags, PV_XENIRQSTAT_NEEDS_EOI);
	CU_ASSERT_EQUAL(event_pirq_map(dom0, 9, false), 0);
	CU_ASSERT_EQUAL(event_pirq_map(dom0, 9, false), -EINVAL);
	CU_ASSERT_EQUAL(event_pirq_status(dom0, 9, &flags), -EINVAL);
}

/* A line that fires as fast as it can is held back, and let go when some time has passed. */
static void test_pirq_storm(void)
{
	unsigned int fired = 0;
	u32 port;

	start_over(4095);
	CU_ASSERT_EQUAL(event_pirq_map(dom0, 8, true), 0);
	CU_ASSERT_EQUAL(event_bind_pirq(dom0, 8, &port), 0);
	/* A fast device: a thousand interrupts, 0.1 ms apart. */
	for (now = 0; now < 100000000; now += 100000)
		line_hook(8);
	CU_ASSERT_EQUAL(line_held[8], 0);
	for (; !(line_held[8] & LINE_STORM) && fired < 100000; now += 1000, fired++)
		line_hook(8);
	CU_ASSERT_EQUAL(line_held[8], LINE_STORM);
	CU_ASSERT_TRUE(fired <= 1000);
	CU_ASSERT_TRUE(timer->expires > now && timer->expires <= now + 10000000);
	CU_ASSERT_EQUAL(event_pirq_eoi(dom0, 8), 0); /* no way round it */
	CU_ASSERT_EQUAL(line_held[8], LINE_STORM);
	now = timer->expires;
	timer->fn(timer);
	CU_ASSERT_EQUAL(line_held[8], 0);
	line_hook(8);
	CU_ASSERT_EQUAL(line_held[8], 0);
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
	  UNIT_TEST(test_pirq), UNIT_TEST(test_pirq_storm), UNIT_TEST(test_quota),
	  UNIT_TEST(test_poll), UNIT_TEST(test_close_all), UNIT_TEST(test_storm))
