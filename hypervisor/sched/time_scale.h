/* SPDX-License-Identifier: BSD-2-Clause */
/* The arithmetic between TSC ticks and nanoseconds; pure, so that it is tested on the host. */
#ifndef PAVISE_TIME_SCALE_H
#define PAVISE_TIME_SCALE_H

#include "types.h"

/* ns = ((ticks << shift) * mul) >> 32, with a negative shift to the right: as guests compute it. */
struct tsc_scale {
	u32 mul;
	s8 shift;
};

/* The scale for a TSC of \p khz > 0 that uses all 32 bits of the multiplier. */
static inline void tsc_scale_set(struct tsc_scale *s, u64 khz)
{
	u64 hz = khz * 1000, ns = 1000000000UL;
	s8 shift = 0;
	int i;

	/* ns / hz must come to lie in [1/2, 1): its upper 32 fraction bits are the multiplier. */
	while (ns >= hz) {
		hz <<= 1;
		shift++;
	}
	while (ns * 2 < hz) {
		ns <<= 1;
		shift--;
	}
	/* By hand: a 128-bit division would need the compiler's library. */
	s->mul = 0;
	for (i = 0; i < 32; i++) {
		ns <<= 1;
		s->mul <<= 1;
		if (ns >= hz) {
			ns -= hz;
			s->mul |= 1;
		}
	}
	s->shift = shift;
}

static inline u64 tsc_to_ns(const struct tsc_scale *s, u64 ticks)
{
	ticks = s->shift < 0 ? ticks >> -s->shift : ticks << s->shift;
	return (u64)(((unsigned __int128)ticks * s->mul) >> 32);
}

#define NS_FAR (1UL << 59) /* 18 years: later than that is as late */

/* Ticks in \p ns, rounded up, so that a timer set for them does not fire early. */
static inline u64 ns_to_tsc(u64 khz, u64 ns)
{
	ns = MIN(ns, NS_FAR);
	return ns / 1000000 * khz + (ns % 1000000 * khz + 999999) / 1000000;
}

#endif
