/* SPDX-License-Identifier: BSD-2-Clause */
/* Search in bit maps. */
#include "lib.h"

static unsigned long find(const u64 *map, unsigned long bits, unsigned long from, u64 invert)
{
	while (from < bits) {
		u64 word = (READ_ONCE(map[from / 64]) ^ invert) >> (from % 64);

		if (word)
			return MIN(bits, from + (unsigned long)__builtin_ctzl(word));
		from = (from | 63) + 1;
	}
	return bits;
}

unsigned long find_next_bit(const u64 *map, unsigned long bits, unsigned long from)
{
	return find(map, bits, from, 0);
}

unsigned long find_next_zero_bit(const u64 *map, unsigned long bits, unsigned long from)
{
	return find(map, bits, from, ~0ULL);
}
