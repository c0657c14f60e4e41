/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: a guest maps frames of its own only: not the hypervisor's, not frames
 * that no longer are its own, none beyond the machine's memory, and no frame
 * in the name of a domain that does not exist.
 *
 * Provocation: such frames in level-1 entries, read-only and writable.
 */
#include "lib/guest.h"

static int64_t map_as(uint64_t entry, uint64_t pte, uint16_t owner)
{
	struct pv_mmu_update request = {.ptr = entry, .val = pte};

	return CALL4(MMU_UPDATE, &request, 1, 0, owner);
}

void test_main(void)
{
	static const uint16_t nobody[] = {1, 77, 0x7fef, PV_DOMID_INVALID, PV_DOMID_IDLE, 0x7fff};
	const uint64_t *root = (const uint64_t *)start_info->pt_base;
	struct pv_machphys_mapping m2p;
	char *page = page_alloc();
	uint64_t entry = pte_maddr(page, 1), given_up = unmapped_mfn(), frame = given_up;
	struct pv_memory_reservation release = {
		.extent_start = (uint64_t)&frame,
		.nr_extents = 1,
		.domid = PV_DOMID_SELF,
	};

	/* The hypervisor's tables, as its own slots in our root name them. */
	for (unsigned int slot = 256; slot < 272; slot++) {
		if (!(root[slot] & PTE_P) || PTE_MFN(root[slot]) == root_mfn())
			continue;
		expect_lt(mmu_update_one(entry, PTE(PTE_MFN(root[slot]), PTE_FLAGS_RO)), 0);
		expect_lt(mmu_update_one(entry, PTE(PTE_MFN(root[slot]), PTE_FLAGS_RW)), 0);
		expect_lt(map_as(entry, PTE(PTE_MFN(root[slot]), PTE_FLAGS_RW), PV_DOMID_XEN), 0);
	}
	expect_rc(memory_op(MACHPHYS_MAPPING, &m2p), 0);
	expect_lt(mmu_update_one(entry, PTE(0xffffffffff, PTE_FLAGS_RO)), 0);
	expect_lt(mmu_update_one(entry, PTE(0xfffffffff, PTE_FLAGS_RW)), 0);

	/* Given back: no longer ours, though nobody else has it yet. */
	expect_rc(map_as(entry, PTE(frame, PTE_FLAGS_RW), PV_DOMID_SELF), 0);
	expect_rc(mmu_update_one(entry, 0), 0);
	expect_rc(memory_op(DECREASE_RESERVATION, &release), 1);
	expect_lt(mmu_update_one(entry, PTE(given_up, PTE_FLAGS_RW)), 0);
	expect_lt(mmu_update_one(entry, PTE(given_up, PTE_FLAGS_RO)), 0);
	expect_true(M2P[given_up] >> 63 || M2P[given_up] != start_info->nr_pages - 1);

	for (unsigned int i = 0; i < ARRAY_SIZE(nobody); i++)
		expect_lt(map_as(entry, PTE(va_to_mfn(page), PTE_FLAGS_RW), nobody[i]), 0);
}
