/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine-to-guest frame table. Its chunks are hypervisor memory that the
 * service domain may map read-only, as owner PV_DOMID_XEN, for its tools.
 */
#include "internal.h"

mfn_t m2p_chunk(u64 offset)
{
	u64 e = hv_root[M2P_VIRT >> 39 & (ENTRIES - 1)];

	if (offset >= M2P_GUEST_END - M2P_GUEST_VIRT)
		return MFN_NONE;
	e = ((u64 *)paddr_virt(e & PTE_ADDR))[offset >> 30];
	if (e & PTE_PRESENT)
		e = ((u64 *)paddr_virt(e & PTE_ADDR))[offset >> 21 & (ENTRIES - 1)];
	return e & PTE_PRESENT ? pte_mfn(e) : MFN_NONE;
}

void m2p_chunk_init(mfn_t first)
{
	unsigned int i;

	memset(mfn_virt(first), 0xff, ENTRIES * PAGE_SIZE);
	for (i = 0; i < ENTRIES; i++) {
		struct frame *f = mfn_frame(first) + i;

		f->owner = PV_DOMID_XEN;
		f->state = FRAME_SHARED | FRAME_REF;
	}
}
