/* SPDX-License-Identifier: BSD-2-Clause */
/* The domain's own grant table, mapped once. */
#include "guest.h"

struct pv_grant_entry_v1 *grant_table;

bool grant_init(void)
{
	uint64_t frame = 0;
	struct pv_gnttab_setup_table setup = {
		.dom = PV_DOMID_SELF,
		.nr_frames = 1,
		.frame_list = (uint64_t)&frame,
	};

	if (grant_op(SETUP_TABLE, &setup, 1) || setup.status) {
		error("no grant table: status %d", setup.status);
		return false;
	}
	grant_table = map_mfn(frame, PTE_FLAGS_RW);
	if (!grant_table)
		error("the grant table cannot be mapped");
	return grant_table;
}

void grant_give(uint32_t ref, uint16_t domid, uint64_t mfn, uint16_t flags)
{
	grant_table[ref].domid = domid;
	grant_table[ref].frame = (uint32_t)mfn;
	barrier();
	WRITE_ONCE(grant_table[ref].flags, (uint16_t)(PV_GTF_PERMIT_ACCESS | flags));
}
