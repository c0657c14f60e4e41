/* SPDX-License-Identifier: BSD-2-Clause */
/* The PV clock. */
#include "guest.h"

uint64_t system_time(void)
{
	const volatile struct pv_vcpu_time_info *t = &this_cpu()->info->time;
	uint32_t version;
	uint64_t delta, now;

	do {
		version = t->version;
		barrier();
		delta = rdtsc() - t->tsc_timestamp;
		delta = t->tsc_shift < 0 ? delta >> -t->tsc_shift : delta << t->tsc_shift;
		now = t->system_time +
		      (uint64_t)((unsigned __int128)delta * t->tsc_to_system_mul >> 32);
		barrier();
	} while (version & 1 || version != t->version);
	return now;
}
