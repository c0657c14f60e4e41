/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: query_size tells the table's size and limit, setup_table grows it up
 * to the limit and names its frames, which only the owner maps; the first
 * version is offered, and a refused change of version changes nothing.
 *
 * Provocation: sizes within and beyond the limit, foreign domains, versions.
 */
#include "lib/guest.h"

void test_main(void)
{
	static uint64_t frames[64];
	struct pv_gnttab_query_size query = {.dom = PV_DOMID_SELF};
	struct pv_gnttab_setup_table setup = {
		.dom = PV_DOMID_SELF, .nr_frames = 1, .frame_list = (uint64_t)frames};
	struct pv_gnttab_set_version version = {.version = 1};
	struct pv_gnttab_get_version get = {.dom = PV_DOMID_SELF};
	struct pv_evtchn_bind_virq virq = {.virq = PV_VIRQ_TIMER, .vcpu = 0};
	struct pv_vcpu_set_periodic_timer tick = {.period_ns = MILLISECONDS(1)};
	uint64_t first;
	uint64_t *page;

	expect_rc(grant_op(QUERY_SIZE, &query, 1), 0);
	expect_eq(query.status, PV_GNTST_OKAY);
	expect_true(query.max_nr_frames >= 4);
	expect_true(query.nr_frames <= query.max_nr_frames);
	query.dom = 77;
	expect_rc(grant_op(QUERY_SIZE, &query, 1), 0);
	expect_eq(query.status, PV_GNTST_BAD_DOMAIN);
	query.dom = PV_DOMID_SELF;

	expect_rc(grant_op(SETUP_TABLE, &setup, 1), 0);
	expect_eq(setup.status, PV_GNTST_OKAY);
	first = frames[0];
	setup.nr_frames = 3;
	expect_rc(grant_op(SETUP_TABLE, &setup, 1), 0);
	expect_eq(setup.status, PV_GNTST_OKAY);
	expect_eq(frames[0], first);
	expect_true(frames[1] && frames[2] && frames[1] != frames[2]);
	expect_rc(grant_op(QUERY_SIZE, &query, 1), 0);
	expect_true(query.nr_frames >= 3);

	/* Zeroed, writable for the owner, and no table of it can be made. */
	page = map_mfn(first, PTE_FLAGS_RW);
	expect_true(page);
	if (page) {
		expect_eq(page[0] | page[511], 0);
		page[511] = 1;
		expect_eq(page[511], 1);
		page[511] = 0;
	}
	expect_lt(mmuext(PV_MMUEXT_PIN_L1_TABLE, first, 0), 0);

	/* All of it, with the timer in between. */
	expect_rc(event_op(BIND_VIRQ, &virq), 0);
	expect_rc(vcpu_op(SET_PERIODIC_TIMER, 0, &tick), 0);
	events_enable();
	setup.nr_frames = query.max_nr_frames < 64 ? query.max_nr_frames : 64;
	expect_rc(grant_op(SETUP_TABLE, &setup, 1), 0);
	expect_eq(setup.status, PV_GNTST_OKAY);
	expect_eq(frames[0], first);
	for (unsigned int i = 0; i < setup.nr_frames; i++) {
		for (unsigned int k = 0; k < i; k++)
			expect_ne(frames[i], frames[k]);
	}
	expect_rc(vcpu_op(STOP_PERIODIC_TIMER, 0, 0), 0);
	events_disable();

	setup.nr_frames = query.max_nr_frames + 1;
	expect_rc(grant_op(SETUP_TABLE, &setup, 1), 0);
	expect_ne(setup.status, PV_GNTST_OKAY);
	setup.nr_frames = ~0u;
	expect_rc(grant_op(SETUP_TABLE, &setup, 1), 0);
	expect_ne(setup.status, PV_GNTST_OKAY);
	setup.dom = 77;
	setup.nr_frames = 1;
	expect_rc(grant_op(SETUP_TABLE, &setup, 1), 0);
	expect_ne(setup.status, PV_GNTST_OKAY);

	expect_rc(grant_op(SET_VERSION, &version, 1), 0);
	expect_eq(version.version, 1);
	version.version = 3;
	expect_lt(grant_op(SET_VERSION, &version, 1), 0);
	version.version = 0;
	expect_lt(grant_op(SET_VERSION, &version, 1), 0);
	if (grant_op(GET_VERSION, &get, 1) == 0)
		expect_eq(get.version, 1);
}
