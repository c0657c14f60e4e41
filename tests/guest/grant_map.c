/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: mapping a grant writes the page-table entry at an address or at a
 * given place, marks the entry of the granter as read or written, and returns
 * a handle and the machine address; unmapping takes all of that back. The
 * mapped frame keeps its type: what is granted writable cannot become a table.
 *
 * Provocation: the domain maps its own grants, by address and by entry,
 * read-only and writable.
 */
#include "lib/guest.h"

#define REF 8

static struct pv_gnttab_map_grant_ref map(uint64_t host_addr, uint32_t flags)
{
	struct pv_gnttab_map_grant_ref m = {
		.host_addr = host_addr, .flags = flags, .ref = REF, .dom = 0};

	expect_rc(grant_op(MAP_GRANT_REF, &m, 1), 0);
	return m;
}

static int16_t unmap(uint64_t host_addr, uint32_t handle)
{
	struct pv_gnttab_unmap_grant_ref u = {.host_addr = host_addr, .handle = handle};

	expect_rc(grant_op(UNMAP_GRANT_REF, &u, 1), 0);
	return u.status;
}

void test_main(void)
{
	uint64_t *shared = page_alloc(), *window = page_alloc();
	struct pv_gnttab_map_grant_ref m;
	uint64_t mfn = va_to_mfn(shared), entry, value;

	if (!grant_init())
		return;
	*shared = 0x1234;
	expect_rc(map_va(window, 0), 0);
	entry = pte_maddr(window, 1);

	/* Writable, by address. */
	grant_give(REF, 0, mfn, 0);
	m = map((uint64_t)window, PV_GNTMAP_HOST_MAP);
	expect_eq(m.status, PV_GNTST_OKAY);
	expect_eq(m.dev_bus_addr, mfn << 12);
	expect_eq(READ_ONCE(*window), 0x1234);
	expect_true(try_write(window, 0x5678));
	expect_eq(READ_ONCE(*shared), 0x5678);
	expect_eq(grant_table[REF].flags, PV_GTF_PERMIT_ACCESS | PV_GTF_READING | PV_GTF_WRITING);
	expect_eq(PTE_MFN(*pte_of(window, 1)), mfn);

	/* In use writable: no table, even when the granter's own mapping is read-only. */
	expect_rc(set_readonly(shared), 0);
	expect_lt(mmuext(PV_MMUEXT_PIN_L1_TABLE, mfn, 0), 0);

	expect_eq(unmap((uint64_t)window, m.handle), PV_GNTST_OKAY);
	expect_false(try_read(window, &value));
	expect_eq(grant_table[REF].flags, PV_GTF_PERMIT_ACCESS);
	expect_eq(unmap((uint64_t)window, m.handle), PV_GNTST_BAD_HANDLE);
	expect_rc(set_writable(shared), 0);

	/* Read-only by request. */
	m = map((uint64_t)window, PV_GNTMAP_HOST_MAP | PV_GNTMAP_READONLY);
	expect_eq(m.status, PV_GNTST_OKAY);
	expect_eq(grant_table[REF].flags, PV_GTF_PERMIT_ACCESS | PV_GTF_READING);
	expect_true(try_read(window, &value));
	expect_false(try_write(window, 1));
	expect_eq(unmap((uint64_t)window, m.handle), PV_GNTST_OKAY);

	/* Read-only by the granter. */
	grant_give(REF, 0, mfn, PV_GTF_READONLY);
	m = map((uint64_t)window, PV_GNTMAP_HOST_MAP);
	expect_ne(m.status, PV_GNTST_OKAY);
	expect_eq(grant_table[REF].flags, PV_GTF_PERMIT_ACCESS | PV_GTF_READONLY);
	m = map((uint64_t)window, PV_GNTMAP_HOST_MAP | PV_GNTMAP_READONLY);
	expect_eq(m.status, PV_GNTST_OKAY);
	expect_eq(unmap((uint64_t)window, m.handle), PV_GNTST_OKAY);

	/* By the place of the entry, with available bits. */
	grant_give(REF, 0, mfn, 0);
	m = map(entry, PV_GNTMAP_HOST_MAP | PV_GNTMAP_CONTAINS_PTE | 1u << PV_GNTMAP_GUEST_AVAIL0);
	expect_eq(m.status, PV_GNTST_OKAY);
	expect_eq(READ_ONCE(*window), 0x5678);
	expect_eq(*pte_of(window, 1) & PTE_AVAIL, 1 << 9);
	expect_eq(unmap(entry, m.handle), PV_GNTST_OKAY);
	expect_eq(*pte_of(window, 1) & PTE_P, 0);

	/* An entry that was changed meanwhile is not cleared. */
	m = map((uint64_t)window, PV_GNTMAP_HOST_MAP);
	expect_eq(m.status, PV_GNTST_OKAY);
	expect_rc(map_va(window, PTE(va_to_mfn(window), PTE_FLAGS_RW)), 0);
	expect_ne(unmap((uint64_t)window, m.handle), PV_GNTST_OKAY);
	expect_true(try_read(window, &value));
}
