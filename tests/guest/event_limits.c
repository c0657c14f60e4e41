/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: with two-level events a domain has the ports 1 to 4095; asking for
 * more is -ENOSPC and harms nothing. evtchn_reset closes all at once.
 *
 * Provocation: allocate until refused, reset, allocate again.
 */
#include "lib/guest.h"

static int64_t allocate(uint32_t *port)
{
	struct pv_evtchn_alloc_unbound a = {.dom = PV_DOMID_SELF, .remote_dom = PV_DOMID_SELF};
	int64_t rc = event_op(ALLOC_UNBOUND, &a);

	*port = a.port;
	return rc;
}

void test_main(void)
{
	static uint8_t seen[PV_EVTCHN_2L_NR_CHANNELS];
	struct pv_evtchn_reset reset = {.dom = PV_DOMID_SELF};
	unsigned int count = 0;
	uint32_t port;
	int64_t rc;

	while ((rc = allocate(&port)) == 0) {
		expect_true(port > 0 && port < PV_EVTCHN_2L_NR_CHANNELS);
		if (port >= PV_EVTCHN_2L_NR_CHANNELS)
			return;
		expect_eq(seen[port], 0);
		seen[port] = 1;
		if (++count > PV_EVTCHN_2L_NR_CHANNELS)
			break;
	}
	expect_rc(rc, -PV_ENOSPC);
	expect_true(count > 1000 && count < PV_EVTCHN_2L_NR_CHANNELS);
	expect_rc(event_op(RESET, &reset), 0);
	expect_rc(allocate(&port), 0);
	expect_true(port < 16);
	reset.dom = 77;
	expect_lt(event_op(RESET, &reset), 0);
}
