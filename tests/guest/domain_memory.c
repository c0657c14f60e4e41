/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: the first domain gives memory to another and takes it away, up to the other's
 * limit and not beyond; a list is worked through as far as it goes, whatever its
 * address, length and order; and what asks for something else is refused whole.
 *
 * Provocation: a domain without vcpus, and every argument of the memory calls on it at
 * its edges: bad pointers, orders, counts, page numbers and frames.
 */
#include "lib/guest.h"

#define LIMIT 700

static struct domain d;
static uint64_t list[LIMIT + 8];

static int64_t reserve(uint64_t cmd, uint64_t start, uint64_t n, uint32_t order)
{
	struct pv_memory_reservation r = {
		.extent_start = start, .nr_extents = n, .extent_order = order, .domid = d.id};

	return CALL2(MEMORY_OP, cmd, &r);
}

static int64_t has(void)
{
	return memory_op(CURRENT_RESERVATION, &d.id);
}

static void fill(uint64_t first)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(list); i++)
		list[i] = first + i;
}

static void limits(void)
{
	expect_rc(memory_op(MAXIMUM_RESERVATION, &d.id), LIMIT);
	expect_rc(has(), 0);
	/* More than it may have: as many as fit. */
	fill(0);
	expect_rc(reserve(PV_XENMEM_POPULATE_PHYSMAP, (uint64_t)list, LIMIT + 8, 0), LIMIT);
	expect_rc(has(), LIMIT);
	expect_eq(M2P[list[LIMIT - 1]], LIMIT - 1);
	expect_eq(list[LIMIT], LIMIT);
	expect_rc(reserve(PV_XENMEM_DECREASE_RESERVATION, (uint64_t)list, LIMIT, 0), LIMIT);
	expect_rc(has(), 0);
	/* One extent of 512 fits, the second does not. */
	list[0] = 512;
	list[1] = 1024;
	expect_rc(reserve(PV_XENMEM_POPULATE_PHYSMAP, (uint64_t)list, 2, 9), 1);
	expect_rc(has(), 512);
	expect_eq(list[0] & 511, 0);
	expect_eq(M2P[list[0] + 511], 1023);
	/* Of an extent that is not all its own, nothing beyond the first strange frame. */
	expect_rc(reserve(PV_XENMEM_DECREASE_RESERVATION, (uint64_t)list, 1, 9), 1);
	expect_rc(reserve(PV_XENMEM_DECREASE_RESERVATION, (uint64_t)list, 1, 9), 0);
	expect_rc(has(), 0);
	list[0] = ~0ull - 3;
	expect_rc(reserve(PV_XENMEM_DECREASE_RESERVATION, (uint64_t)list, 1, 3), 0);
}

static void arguments(void)
{
	static const uint32_t orders[] = {10, 18, 19, 31, 32, 63, 64, 0xffffffff};
	static const uint64_t places[] = {0,
					  8,
					  0x7ffffffffff8,
					  0x800000000000,
					  0xffff800000000000,
					  0xffff87fffffffff8,
					  ~0ull - 7,
					  1ull << 63};
	char *page = page_alloc(), *after = page_alloc();

	for (unsigned int i = 0; i < ARRAY_SIZE(orders); i++) {
		fill(0);
		expect_ge(0, reserve(PV_XENMEM_POPULATE_PHYSMAP, (uint64_t)list, 1, orders[i]));
		expect_ge(0, reserve(PV_XENMEM_INCREASE_RESERVATION, (uint64_t)list, 1, orders[i]));
		expect_ge(0, reserve(PV_XENMEM_DECREASE_RESERVATION, (uint64_t)list, 1, orders[i]));
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(places); i++) {
		expect_ge(0, reserve(PV_XENMEM_POPULATE_PHYSMAP, places[i], 1, 0));
		expect_ge(0, reserve(PV_XENMEM_DECREASE_RESERVATION, places[i], 1, 0));
	}
	expect_rc(has(), 0);
	expect_ge(0, reserve(PV_XENMEM_POPULATE_PHYSMAP, (uint64_t)list, ~0ull, 0));
	expect_ge(0, reserve(PV_XENMEM_POPULATE_PHYSMAP, (uint64_t)list, 1ull << 60, 9));
	expect_rc(reserve(PV_XENMEM_POPULATE_PHYSMAP, (uint64_t)list, 0, 0), 0);
	/* Xen takes any number for a page's; here one has a limit. */
	list[0] = 1ull << 40;
	if (on_pavise())
		expect_ge(0, reserve(PV_XENMEM_POPULATE_PHYSMAP, (uint64_t)list, 1, 0));
	expect_rc(has(), 0);
	/* The list's second entry lies on a page that is not there; misaligned it may be. */
	expect_true(after == page + PAGE_SIZE);
	*(uint64_t *)(page + PAGE_SIZE - 8) = 7;
	expect_rc(map_va(after, 0), 0);
	expect_rc(reserve(PV_XENMEM_POPULATE_PHYSMAP, (uint64_t)page + PAGE_SIZE - 8, 2, 0), 1);
	expect_rc(has(), 1);
	expect_rc(reserve(PV_XENMEM_DECREASE_RESERVATION, (uint64_t)page + PAGE_SIZE - 8, 2, 0), 1);
	memset(page, 0, PAGE_SIZE);
	expect_rc(reserve(PV_XENMEM_POPULATE_PHYSMAP, (uint64_t)page + 3, 2, 0), 2);
	expect_rc(reserve(PV_XENMEM_DECREASE_RESERVATION, (uint64_t)page + 3, 2, 0), 2);
	expect_rc(has(), 0);
	/* Increased without a list, nobody is told. */
	expect_rc(reserve(PV_XENMEM_INCREASE_RESERVATION, 0, 3, 1), 3);
	expect_rc(has(), 6);
}

static void others(void)
{
	struct pv_memory_exchange x = {
		.in = {.extent_start = (uint64_t)list, .nr_extents = 1, .domid = d.id},
		.out = {.extent_start = (uint64_t)list, .nr_extents = 1, .domid = d.id}};
	struct pv_e820_entry e820 = {.size = 1 << 20, .type = PV_E820_RAM};
	struct pv_foreign_memory_map map = {.domid = d.id, .map = {1, (uint64_t)&e820}};
	struct pv_mem_acquire_resource r = {
		.domid = d.id, .type = PV_XENMEM_RESOURCE_GRANT_TABLE, .nr_frames = 1, .frame = 0};
	uint16_t nobody[] = {77, PV_DOMID_IO, PV_DOMID_XEN, PV_DOMID_INVALID};

	/* Xen exchanges for another domain; here each does it for itself. */
	if (on_pavise())
		expect_rc(memory_op(EXCHANGE, &x), -PV_EPERM);
	expect_eq(x.nr_exchanged, 0);
	expect_rc(memory_op(MAXIMUM_GPFN, &d.id), 0);
	expect_rc(memory_op(SET_MEMORY_MAP, &map), 0);
	map.map.nr_entries = on_pavise() ? 129 : 1025; /* one more than there may be */
	expect_lt(memory_op(SET_MEMORY_MAP, &map), 0);
	map.map = (struct pv_memory_map){1, 0x800000000000};
	expect_rc(memory_op(SET_MEMORY_MAP, &map), -PV_EFAULT);
	expect_rc(memory_op(ACQUIRE_RESOURCE, &r), -PV_EINVAL); /* no frames without a list */
	r.nr_frames = 0;
	expect_rc(memory_op(ACQUIRE_RESOURCE, &r), 0);
	expect_eq(r.nr_frames, 4);
	r.frame_list = (uint64_t)list;
	r.frame = 3;
	expect_lt(memory_op(ACQUIRE_RESOURCE, &r), 0);
	r.nr_frames = 1;
	list[0] = 0;
	expect_rc(memory_op(ACQUIRE_RESOURCE, &r), 0);
	expect_ne(list[0], 0);
	r.frame = 4;
	expect_lt(memory_op(ACQUIRE_RESOURCE, &r), 0);
	r.frame = 0xffffffff;
	expect_lt(memory_op(ACQUIRE_RESOURCE, &r), 0);
	r.frame = 0;
	r.pad = 1;
	expect_lt(memory_op(ACQUIRE_RESOURCE, &r), 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(nobody); i++) {
		expect_rc(memory_op(CURRENT_RESERVATION, &nobody[i]), -PV_ESRCH);
		expect_rc(memory_op(MAXIMUM_GPFN, &nobody[i]), -PV_ESRCH);
		map.domid = nobody[i];
		expect_rc(memory_op(SET_MEMORY_MAP, &map), -PV_ESRCH);
	}
}

void test_main(void)
{
	int64_t rc = domain_create(&d, 1, LIMIT);

	if (rc) {
		error("no domain: %ld", rc);
		return;
	}
	limits();
	arguments();
	others();
	expect_rc(domain_destroy(&d), 0);
	fill(0);
	expect_ge(0, reserve(PV_XENMEM_POPULATE_PHYSMAP, (uint64_t)list, 1, 0));
}
