/* SPDX-License-Identifier: BSD-2-Clause */
/* What this processor can do, as far as the hypervisor itself cares. */
#include "arch.h"
#include "lib.h"

struct cpu_features features;

/* State components a guest may switch on: x87, SSE, AVX and AVX-512. */
#define XCR0_OFFERED (BIT(0) | BIT(1) | BIT(2) | BIT(5) | BIT(6) | BIT(7))

static bool bit(u32 reg, unsigned int n)
{
	return reg >> n & 1;
}

/* Bytes of an XSAVE area in standard format that holds all of \p mask. */
static u32 xsave_area_size(u64 mask)
{
	u32 size = 512 + 64;

	for (unsigned int i = 2; i < 63; i++) {
		struct cpuid_leaf l;

		if (!(mask & BIT(i)))
			continue;
		l = cpuid(0xd, i);
		size = MAX(size, l.a + l.b);
	}
	return size;
}

static void find_xsave(void)
{
	struct cpuid_leaf l = cpuid(0xd, 0);

	features.xcr0_mask = (l.a | (u64)l.d << 32) & XCR0_OFFERED;
	/* AVX-512 comes whole, and on top of AVX, or not at all. */
	if ((features.xcr0_mask & 0xe4) != 0xe4)
		features.xcr0_mask &= ~0xe0UL;
	features.xsave_size = xsave_area_size(features.xcr0_mask);
	l = cpuid(0xd, 1);
	features.xsaveopt = bit(l.a, 0);
}

void features_init(void)
{
	u32 max = cpuid(0, 0).a, extended = cpuid(0x80000000, 0).a;
	struct cpuid_leaf l = cpuid(0, 0);

	features.intel = l.b == 0x756e6547 && l.d == 0x49656e69 && l.c == 0x6c65746e;
	l = cpuid(1, 0);
	features.pge = bit(l.d, 13);
	features.x2apic = bit(l.c, 21);
	features.tsc_deadline = bit(l.c, 24);
	features.xsave = bit(l.c, 26) && max >= 0xd;
	if (max >= 7) {
		l = cpuid(7, 0);
		features.fsgsbase = bit(l.b, 0);
		features.smep = bit(l.b, 7);
		features.smap = bit(l.b, 20);
		features.rdpid = bit(l.c, 22);
	}
	l = cpuid(0x80000001, 0);
	features.nx = bit(l.d, 20);
	features.page1g = bit(l.d, 26);
	features.rdtscp = bit(l.d, 27);
	if (extended >= 0x80000007)
		features.invariant_tsc = bit(cpuid(0x80000007, 0).d, 8);
	features.paddr_bits = extended >= 0x80000008 ? cpuid(0x80000008, 0).a & 0xff : 36;
	features.xsave_size = 512;
	if (features.xsave)
		find_xsave();
}
