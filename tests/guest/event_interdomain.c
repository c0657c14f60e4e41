/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: an unbound port can be bound once, by the domain it was made for; from
 * then on each end notifies the other. The new end is pending from the start.
 * Closing one end leaves the other unbound again; status tells all of this.
 *
 * Provocation: a channel of the domain to itself, and each wrong binding.
 */
#include "lib/guest.h"

static struct pv_evtchn_status status(uint32_t port)
{
	struct pv_evtchn_status s = {.dom = PV_DOMID_SELF, .port = port};

	expect_rc(event_op(STATUS, &s), 0);
	return s;
}

static int64_t send(uint32_t port)
{
	struct pv_evtchn_send s = {.port = port};

	return event_op(SEND, &s);
}

static int64_t close(uint32_t port)
{
	struct pv_evtchn_close c = {.port = port};

	return event_op(CLOSE, &c);
}

static int64_t bind(uint16_t dom, uint32_t port, uint32_t *local)
{
	struct pv_evtchn_bind_interdomain b = {.remote_dom = dom, .remote_port = port};
	int64_t rc = event_op(BIND_INTERDOMAIN, &b);

	*local = b.local_port;
	return rc;
}

void test_main(void)
{
	struct pv_evtchn_alloc_unbound alloc = {.dom = PV_DOMID_SELF, .remote_dom = PV_DOMID_SELF};
	struct pv_evtchn_alloc_unbound theirs = {.dom = PV_DOMID_SELF, .remote_dom = 77};
	struct pv_evtchn_status s;
	uint32_t a, b, other;

	expect_rc(event_op(ALLOC_UNBOUND, &alloc), 0);
	a = alloc.port;
	expect_ne(a, 0);
	s = status(a);
	expect_eq(s.status, PV_EVTCHNSTAT_UNBOUND);
	expect_eq(s.u.unbound.dom, 0);
	expect_eq(s.vcpu, 0);
	/* Nobody is there yet: not an error. */
	expect_rc(send(a), 0);

	expect_rc(bind(PV_DOMID_SELF, a, &b), 0);
	expect_ne(a, b);
	expect_true(port_pending(b));
	port_clear(b);
	s = status(a);
	expect_eq(s.status, PV_EVTCHNSTAT_INTERDOMAIN);
	expect_eq(s.u.interdomain.dom, 0);
	expect_eq(s.u.interdomain.port, b);
	s = status(b);
	expect_eq(s.status, PV_EVTCHNSTAT_INTERDOMAIN);
	expect_eq(s.u.interdomain.port, a);

	expect_rc(send(a), 0);
	expect_true(port_pending(b));
	expect_false(port_pending(a));
	expect_rc(send(b), 0);
	expect_true(port_pending(a));

	/* Taken; its own other end is no free one either. */
	expect_lt(bind(PV_DOMID_SELF, a, &other), 0);
	expect_lt(bind(PV_DOMID_SELF, b, &other), 0);
	expect_lt(bind(PV_DOMID_SELF, 0, &other), 0);
	expect_lt(bind(PV_DOMID_SELF, 4095, &other), 0);
	expect_lt(bind(PV_DOMID_SELF, 0x80000000, &other), 0);
	expect_lt(bind(PV_DOMID_SELF, ~0u, &other), 0);
	expect_rc(bind(77, a, &other), -PV_ESRCH);
	expect_lt(bind(PV_DOMID_INVALID, a, &other), 0);
	if (event_op(ALLOC_UNBOUND, &theirs) == 0) {
		expect_lt(bind(PV_DOMID_SELF, theirs.port, &other), 0);
		expect_rc(close(theirs.port), 0);
	}

	expect_rc(close(b), 0);
	s = status(a);
	expect_eq(s.status, PV_EVTCHNSTAT_UNBOUND);
	expect_eq(status(b).status, PV_EVTCHNSTAT_CLOSED);
	expect_lt(send(b), 0);
	expect_rc(close(b), -PV_EINVAL);
	/* And can be bound anew, with the one event that a binding starts with. */
	expect_rc(bind(PV_DOMID_SELF, a, &b), 0);
	expect_true(port_pending(b));
	expect_rc(close(a), 0);
	expect_rc(close(b), 0);
	theirs.dom = 77;
	expect_lt(event_op(ALLOC_UNBOUND, &theirs), 0);
}
