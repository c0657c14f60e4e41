/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: a grant that does not name the caller, is not valid, or whose frame is
 * not the granter's, cannot be mapped or copied; nor can a reference, handle
 * or domain that does not exist. Each element has a status of its own, and
 * failures leave the table as it was.
 *
 * Provocation: every such grant and argument, in batches and alone.
 */
#include "lib/guest.h"

static int16_t map(uint32_t ref, uint16_t dom, uint64_t host_addr, uint32_t flags)
{
	struct pv_gnttab_map_grant_ref m = {
		.host_addr = host_addr, .flags = flags, .ref = ref, .dom = dom};

	expect_rc(grant_op(MAP_GRANT_REF, &m, 1), 0);
	return m.status;
}

static int16_t unmap(uint64_t host_addr, uint64_t dev, uint32_t handle)
{
	struct pv_gnttab_unmap_grant_ref u = {
		.host_addr = host_addr, .dev_bus_addr = dev, .handle = handle};

	expect_rc(grant_op(UNMAP_GRANT_REF, &u, 1), 0);
	return u.status;
}

void test_main(void)
{
	char *shared = page_alloc(), *window = page_alloc();
	uint64_t va = (uint64_t)window;
	struct pv_gnttab_map_grant_ref batch[3];
	const uint64_t *root = (const uint64_t *)start_info->pt_base;

	if (!grant_init())
		return;
	expect_rc(map_va(window, 0), 0);

	/* Not for us, not valid, of another type, reference out of range. */
	grant_give(8, 77, va_to_mfn(shared), 0);
	expect_ne(map(8, 0, va, PV_GNTMAP_HOST_MAP), PV_GNTST_OKAY);
	grant_table[9] = (struct pv_grant_entry_v1){0};
	expect_ne(map(9, 0, va, PV_GNTMAP_HOST_MAP), PV_GNTST_OKAY);
	grant_table[10] =
		(struct pv_grant_entry_v1){PV_GTF_ACCEPT_TRANSFER, 0, (uint32_t)va_to_mfn(shared)};
	expect_ne(map(10, 0, va, PV_GNTMAP_HOST_MAP), PV_GNTST_OKAY);
	expect_ne(map(511 * 8, 0, va, PV_GNTMAP_HOST_MAP), PV_GNTST_OKAY);
	expect_eq(map(1u << 20, 0, va, PV_GNTMAP_HOST_MAP), PV_GNTST_BAD_GNTREF);
	expect_eq(map(~0u, 0, va, PV_GNTMAP_HOST_MAP), PV_GNTST_BAD_GNTREF);

	/* Frames that cannot be granted: the root writable, the hypervisor's, nobody's. */
	grant_give(11, 0, root_mfn(), 0);
	expect_ne(map(11, 0, va, PV_GNTMAP_HOST_MAP), PV_GNTST_OKAY);
	expect_eq(grant_table[11].flags, PV_GTF_PERMIT_ACCESS);
	grant_give(12, 0, PTE_MFN(root[256]), 0);
	expect_ne(map(12, 0, va, PV_GNTMAP_HOST_MAP), PV_GNTST_OKAY);
	expect_ne(map(12, 0, va, PV_GNTMAP_HOST_MAP | PV_GNTMAP_READONLY), PV_GNTST_OKAY);
	grant_give(13, 0, 0xfffffff0, 0);
	expect_ne(map(13, 0, va, PV_GNTMAP_HOST_MAP), PV_GNTST_OKAY);
	expect_eq(grant_table[13].flags, PV_GTF_PERMIT_ACCESS);

	/* A good grant into bad places, for domains that do not exist, without any flag. */
	grant_give(14, 0, va_to_mfn(shared), 0);
	expect_ne(map(14, 0, 0x40000000, PV_GNTMAP_HOST_MAP), PV_GNTST_OKAY);
	expect_ne(map(14, 0, PV_HYPERVISOR_VIRT_START, PV_GNTMAP_HOST_MAP), PV_GNTST_OKAY);
	expect_ne(map(14, 0, 0x800000000000, PV_GNTMAP_HOST_MAP), PV_GNTST_OKAY);
	expect_ne(map(14, 0, root_mfn() << 12, PV_GNTMAP_HOST_MAP | PV_GNTMAP_CONTAINS_PTE),
		  PV_GNTST_OKAY);
	expect_ne(map(14, 0, 0xffffffffff000, PV_GNTMAP_HOST_MAP | PV_GNTMAP_CONTAINS_PTE),
		  PV_GNTST_OKAY);
	expect_ne(map(14, 0, pte_maddr(window, 1) + 4, PV_GNTMAP_HOST_MAP | PV_GNTMAP_CONTAINS_PTE),
		  PV_GNTST_OKAY);
	expect_ne(map(14, 0, va, 0), PV_GNTST_OKAY);
	expect_eq(map(14, 77, va, PV_GNTMAP_HOST_MAP), PV_GNTST_BAD_DOMAIN);
	expect_eq(map(14, PV_DOMID_INVALID, va, PV_GNTMAP_HOST_MAP), PV_GNTST_BAD_DOMAIN);
	expect_eq(grant_table[14].flags, PV_GTF_PERMIT_ACCESS);

	/* A batch goes on behind a failure. */
	for (unsigned int i = 0; i < 3; i++) {
		batch[i] = (struct pv_gnttab_map_grant_ref){.host_addr = va,
							    .flags = PV_GNTMAP_HOST_MAP,
							    .ref = i == 2 ? 14 : 8,
							    .dom = 0};
	}
	expect_rc(grant_op(MAP_GRANT_REF, batch, 3), 0);
	expect_ne(batch[0].status, PV_GNTST_OKAY);
	expect_ne(batch[1].status, PV_GNTST_OKAY);
	expect_eq(batch[2].status, PV_GNTST_OKAY);

	/* Handles: unknown, at another address, of another frame. */
	expect_eq(unmap(va, 0, batch[2].handle + 1), PV_GNTST_BAD_HANDLE);
	expect_eq(unmap(va, 0, ~0u), PV_GNTST_BAD_HANDLE);
	expect_ne(unmap((uint64_t)grant_table, 0, batch[2].handle), PV_GNTST_OKAY);
	expect_true(grant_table[14].flags & PV_GTF_READING);
	expect_eq(unmap(va, 0, batch[2].handle), PV_GNTST_OKAY);
	expect_eq(grant_table[14].flags, PV_GTF_PERMIT_ACCESS);

	/* Not offered, or not known; absurd counts. */
	expect_rc(CALL3(GRANT_TABLE_OP, 99, batch, 1), -PV_ENOSYS);
	expect_lt(grant_op(MAP_GRANT_REF, batch, 0x80000000ul), 0);
	expect_rc(grant_op(MAP_GRANT_REF, batch, 0), 0);
}
