/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Machine frames that are not RAM: devices, firmware tables, the first MiB. The
 * service domain drives the devices and may map them all, but for the ranges
 * that the hypervisor keeps to itself.
 */
#include "internal.h"
#include "arch.h"

static struct {
	u64 first, count;
} guarded[32];
static unsigned int nr_guarded;

/* Only at start-up, on one CPU. */
void io_frame_guard(mfn_t first, u64 count)
{
	if (nr_guarded == ARRAY_SIZE(guarded))
		panic("too many guarded I/O ranges");
	guarded[nr_guarded].first = mfn_nr(first);
	guarded[nr_guarded++].count = count;
}

bool io_frame_allowed(const struct domain *d, mfn_t m)
{
	u64 nr = mfn_nr(m);

	if (!d->privileged || nr >> (features.paddr_bits - PAGE_SHIFT) || mfn_valid(m))
		return false;
	for (unsigned int i = 0; i < nr_guarded; i++)
		if (nr - guarded[i].first < guarded[i].count)
			return false;
	return true;
}
