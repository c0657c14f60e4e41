/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: decrease_reservation gives frames back once nothing maps them, and
 * populate_physmap gives new, zeroed ones with their M2P entries set; both
 * return how many they did, and the count of the domain's frames follows.
 *
 * Provocation: frames in use, frames not owned, orders and domains that are
 * not allowed, then the round trip.
 */
#include "lib/guest.h"

static int64_t current(void)
{
	uint16_t self = PV_DOMID_SELF;

	return memory_op(CURRENT_RESERVATION, &self);
}

void test_main(void)
{
	struct pv_memory_reservation r = {.nr_extents = 1, .domid = PV_DOMID_SELF};
	uint64_t list[4], own[4];
	uint64_t *page = page_alloc();
	uint16_t nobody = 77;
	int64_t before = current();
	char *window;

	expect_true(before > 1000);
	expect_rc(memory_op(CURRENT_RESERVATION, &nobody), -PV_ESRCH);
	r.extent_start = (uint64_t)list;

	/* Not ours, not there, order too large. */
	list[0] = 0xffffffffff;
	expect_rc(memory_op(DECREASE_RESERVATION, &r), 0);
	list[0] = PTE_MFN(((const uint64_t *)start_info->pt_base)[256]);
	expect_rc(memory_op(DECREASE_RESERVATION, &r), 0);
	expect_eq(current(), before);

	/* Four that nothing maps. */
	for (int i = 0; i < 4; i++)
		list[i] = own[i] = unmapped_mfn();
	window = map_mfn(own[0], PTE_FLAGS_RW);
	memset(window, 0x5a, PAGE_SIZE);
	expect_rc(map_va(window, 0), 0);
	r.nr_extents = 4;
	expect_rc(memory_op(DECREASE_RESERVATION, &r), 4);
	expect_eq(current(), before - 4);
	r.nr_extents = 1;
	list[0] = own[0];
	expect_rc(memory_op(DECREASE_RESERVATION, &r), 0);

	/* New ones at the same places of our own space. */
	for (int i = 0; i < 4; i++)
		list[i] = start_info->nr_pages - 1 - (uint64_t)i;
	r.nr_extents = 4;
	expect_rc(memory_op(POPULATE_PHYSMAP, &r), 4);
	expect_eq(current(), before);
	for (int i = 0; i < 4; i++) {
		expect_eq(M2P[list[i]], start_info->nr_pages - 1 - (uint64_t)i);
		expect_rc(map_va(page, PTE(list[i], PTE_FLAGS_RW)), 0);
		for (unsigned int j = 0; j < PAGE_SIZE / 8; j += 8)
			expect_eq(page[j], 0);
	}

	/* Refused with an error or as "none done". */
	r.extent_order = 40;
	r.nr_extents = 1;
	expect_ge(0, memory_op(POPULATE_PHYSMAP, &r));
	r.extent_order = 0;
	r.domid = 77;
	expect_ge(0, memory_op(POPULATE_PHYSMAP, &r));
	r.domid = PV_DOMID_INVALID;
	expect_ge(0, memory_op(POPULATE_PHYSMAP, &r));
	r.domid = PV_DOMID_SELF;
	r.nr_extents = ~0ul >> 6;
	expect_ge(0, memory_op(POPULATE_PHYSMAP, &r));
	expect_eq(current(), before);
}
