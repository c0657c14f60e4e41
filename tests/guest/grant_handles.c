/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: a handle stands for one mapping and ends with it: used again it is
 * refused, and when it has been given out anew it stands for the new mapping
 * alone. Unmapping undoes what was mapped, whatever the caller says it was: the
 * entry must still be that mapping, in frame and permission, and each half of a
 * mapping for both CPU and device is undone once.
 *
 * Provocation: handles used twice, for another's entry, after reuse, twice in one
 * batch; entries changed meanwhile; halves in both orders.
 */
#include "lib/guest.h"

static uint64_t *a, *b;
static char *window[2];

static struct pv_gnttab_map_grant_ref map(uint32_t ref, const void *at, uint32_t flags)
{
	struct pv_gnttab_map_grant_ref m = {
		.host_addr = (uint64_t)at, .flags = flags, .ref = ref, .dom = 0};

	expect_rc(grant_op(MAP_GRANT_REF, &m, 1), 0);
	expect_eq(m.status, PV_GNTST_OKAY);
	return m;
}

static int16_t unmap(const void *at, uint64_t bus, uint32_t handle)
{
	struct pv_gnttab_unmap_grant_ref u = {
		.host_addr = (uint64_t)at, .dev_bus_addr = bus, .handle = handle};

	expect_rc(grant_op(UNMAP_GRANT_REF, &u, 1), 0);
	return u.status;
}

static void reuse(void)
{
	struct pv_gnttab_map_grant_ref first = map(8, window[0], PV_GNTMAP_HOST_MAP), second;
	struct pv_gnttab_unmap_grant_ref twice[3];
	uint64_t value;

	expect_eq(unmap(window[0], 0, first.handle), PV_GNTST_OKAY);
	expect_eq(unmap(window[0], 0, first.handle), PV_GNTST_BAD_HANDLE);

	/* The handle that is given out next may well be the same number. */
	second = map(9, window[1], PV_GNTMAP_HOST_MAP | PV_GNTMAP_READONLY);
	if (second.handle != first.handle)
		expect_eq(unmap(window[0], 0, first.handle), PV_GNTST_BAD_HANDLE);
	expect_ne(unmap(window[0], 0, second.handle), PV_GNTST_OKAY);
	expect_true(try_read(window[1], &value));
	expect_eq(grant_table[9].flags, PV_GTF_PERMIT_ACCESS | PV_GTF_READING);
	expect_eq(grant_table[8].flags, PV_GTF_PERMIT_ACCESS);

	/* Twice in one batch: once it is good. */
	for (int i = 0; i < 3; i++)
		twice[i] = (struct pv_gnttab_unmap_grant_ref){.host_addr = (uint64_t)window[1],
							      .handle = second.handle};
	expect_rc(grant_op(UNMAP_GRANT_REF, twice, 3), 0);
	expect_eq(twice[0].status, PV_GNTST_OKAY);
	expect_eq(twice[1].status, PV_GNTST_BAD_HANDLE);
	expect_eq(twice[2].status, PV_GNTST_BAD_HANDLE);
	expect_false(try_read(window[1], &value));
	expect_eq(grant_table[9].flags, PV_GTF_PERMIT_ACCESS);
}

/* The entry has become less, or another's: it is not cleared, and the use goes on. */
static void changed_entry(void)
{
	struct pv_gnttab_map_grant_ref m = map(8, window[0], PV_GNTMAP_HOST_MAP);
	uint64_t pte = *pte_of(window[0], 1);

	expect_rc(map_va(window[0], pte & ~PTE_RW), 0);
	expect_ne(unmap(window[0], 0, m.handle), PV_GNTST_OKAY);
	expect_rc(map_va(window[0], PTE(va_to_mfn(b), PTE_FLAGS_RW)), 0);
	expect_ne(unmap(window[0], 0, m.handle), PV_GNTST_OKAY);
	expect_true(grant_table[8].flags & PV_GTF_WRITING);
	expect_rc(map_va(window[0], 0), 0);
	expect_ne(unmap(window[0], 0, m.handle), PV_GNTST_OKAY);
}

static void halves(void)
{
	uint64_t bus = va_to_mfn(b) << 12;
	const uint32_t both = PV_GNTMAP_HOST_MAP | PV_GNTMAP_DEVICE_MAP;
	struct pv_gnttab_map_grant_ref m = map(9, window[1], both);

	expect_eq(m.dev_bus_addr, bus);
	expect_ne(unmap(NULL, bus + PAGE_SIZE, m.handle), PV_GNTST_OKAY);
	expect_eq(unmap(NULL, bus, m.handle), PV_GNTST_OKAY);
	expect_eq(grant_table[9].flags, PV_GTF_PERMIT_ACCESS | PV_GTF_READING | PV_GTF_WRITING);
	expect_eq(unmap(window[1], 0, m.handle), PV_GNTST_OKAY);
	expect_eq(grant_table[9].flags, PV_GTF_PERMIT_ACCESS);
	expect_eq(unmap(NULL, bus, m.handle), PV_GNTST_BAD_HANDLE);

	m = map(9, window[1], both | PV_GNTMAP_READONLY);
	expect_eq(unmap(window[1], 0, m.handle), PV_GNTST_OKAY);
	expect_eq(grant_table[9].flags, PV_GTF_PERMIT_ACCESS | PV_GTF_READING);
	expect_eq(unmap(NULL, bus, m.handle), PV_GNTST_OKAY);
	expect_eq(grant_table[9].flags, PV_GTF_PERMIT_ACCESS);

	m = map(9, window[1], both);
	expect_eq(unmap(window[1], bus, m.handle), PV_GNTST_OKAY);
	expect_eq(grant_table[9].flags, PV_GTF_PERMIT_ACCESS);
}

void test_main(void)
{
	if (!grant_init())
		return;
	a = page_alloc();
	b = page_alloc();
	for (int i = 0; i < 2; i++) {
		window[i] = page_alloc();
		expect_rc(map_va(window[i], 0), 0);
	}
	grant_give(8, 0, va_to_mfn(a), 0);
	grant_give(9, 0, va_to_mfn(b), 0);
	reuse();
	halves();
	changed_entry();
}
