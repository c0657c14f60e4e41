/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine-to-guest frame table. Its chunks are hypervisor memory that the
 * service domain may map read-only, as owner PV_DOMID_XEN, for its tools.
 */
#include "internal.h"

/* Make one chunk of 2 MiB: no frame has a guest number yet. At start-up. */
void m2p_chunk_init(u64 first_mfn)
{
	unsigned int i;

	memset(mfn_virt(mfn(first_mfn)), 0xff, ENTRIES * PAGE_SIZE);
	for (i = 0; i < ENTRIES; i++) {
		struct frame *f = mfn_frame(mfn(first_mfn + i));

		f->owner = PV_DOMID_XEN;
		f->state = FRAME_SHARED | FRAME_REF;
	}
}
