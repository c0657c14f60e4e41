/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine-to-guest frame table. Its chunks are hypervisor memory that the
 * service domain may map read-only, as owner PV_DOMID_XEN, for its tools.
 */
#include "internal.h"

mfn_t m2p_chunk(u64 offset)
{
	return offset < M2P_GUEST_END - M2P_GUEST_VIRT ? hv_chunk(M2P_VIRT + offset) : MFN_NONE;
}

void m2p_chunk_init(mfn_t first)
{
	memset(mfn_virt(first), 0xff, ENTRIES * PAGE_SIZE);
	for (unsigned int i = 0; i < ENTRIES; i++) {
		struct frame *f = mfn_frame(first) + i;

		f->owner = PV_DOMID_XEN;
		f->state = FRAME_SHARED | FRAME_REF;
	}
}
