/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CPUID as guests see it: one table of what is let through. A leaf without a row
 * reads as zero, but for XSAVE's, which follows the state that guests may have; a bit
 * outside its row's mask is hidden. Hidden is what the hypervisor owns (paging,
 * protection keys, virtualisation, power, monitoring), what has no per-vCPU state here
 * (XSAVES, CET, AMX), and topology: every vCPU looks like a core of its own.
 */
#include "internal.h"
#include "hypercall.h"
#include "sched.h"
#include "public/cpuid.h"

#define ALL	0xffffffffu
#define B(n)	(1u << (n))
#define R(a, b) ((2u << (b)) - (1u << (a))) /* bits a to b */

/*
 * FPU, DE, TSC, MSR, PAE, MCE, CX8, APIC, MCA, CMOV, PAT, MMX, FXSR; both the
 * basic and AMD's extended leaf report these.
 */
#define COMMON_EDX (B(0) | B(2) | R(4, 9) | R(14, 16) | R(23, 24))

static const struct row {
	u32 leaf;
	u32 a, b, c, d;
} policy[] = {
	{0, ALL, ALL, ALL, ALL},
	/* EBX: brand index, CLFLUSH size. ECX: SSE3 PCLMUL SSSE3 FMA CX16 SSE4 MOVBE POPCNT AES
	 * XSAVE OSXSAVE AVX F16C RDRAND. EDX: common, SEP CLFLUSH ACPI SSE SSE2 SS. */
	{1, ALL, R(0, 15), R(0, 1) | B(9) | R(12, 13) | R(19, 20) | R(22, 23) | R(25, 30),
	 COMMON_EDX | B(11) | B(19) | B(22) | R(25, 27)},
	{2, ALL, ALL, ALL, ALL},
	{4, R(0, 13), ALL, ALL, ALL},
	/* EBX: FSGSBASE BMI1 AVX2 FDP_EXCPTN BMI2 ERMS FCS/FDS AVX512* RDSEED ADX CLFLUSHOPT CLWB
	 * SHA. ECX: AVX512*, GFNI VAES VPCLMUL RDPID MOVDIRI MOVDIR64B. EDX: AVX512*, FSRM
	 * MD_CLEAR SERIALIZE. */
	{7, 0, B(0) | B(3) | R(5, 6) | R(8, 9) | B(13) | R(16, 19) | B(21) | R(23, 24) | R(26, 31),
	 B(1) | B(6) | R(8, 12) | B(14) | B(22) | R(27, 28), R(2, 4) | B(8) | B(10) | B(14)},
	{0x80000000, ALL, ALL, ALL, ALL},
	/* ECX: LAHF ABM SSE4A MISALIGNSSE PREFETCHW XOP FMA4 TBM. EDX: common, SYSCALL NX MMXEXT
	 * FFXSR RDTSCP LM 3DNOW. */
	{0x80000001, ALL, 0, B(0) | R(5, 8) | B(11) | B(16) | B(21),
	 COMMON_EDX | B(11) | B(20) | B(22) | B(25) | B(27) | B(29) | R(30, 31)},
	{0x80000002, ALL, ALL, ALL, ALL},
	{0x80000003, ALL, ALL, ALL, ALL},
	{0x80000004, ALL, ALL, ALL, ALL},
	{0x80000005, ALL, ALL, ALL, ALL},
	{0x80000006, ALL, ALL, ALL, ALL},
	{0x80000007, 0, 0, 0, B(8)}, /* invariant TSC */
	/* Address widths, which are the machine's; CLZERO, XSAVEERPTR, WBNOINVD. */
	{0x80000008, R(0, 15), B(0) | B(2) | B(9), 0, 0},
};

#define LEAF_1_ECX_XSAVE (R(26, 27))
#define LEAF_1_ECX_HV	 B(31)
#define XCR0_AVX	 BIT(2)
#define XCR0_AVX512	 (7UL << 5)

/* Features that need register state, which vCPUs may not have here. */
static const struct {
	u32 leaf;
	u64 xcr0;
	u32 b, c, d;
} stateful[] = {
	/* AVX and what is encoded like it: FMA, F16C; AVX2, VAES, VPCLMUL. */
	{1, XCR0_AVX, 0, B(12) | R(28, 29), 0},
	{7, XCR0_AVX, B(5), R(9, 10), 0},
	{7, XCR0_AVX512, R(16, 17) | B(21) | R(26, 28) | R(30, 31), B(1) | B(6) | R(11, 12) | B(14),
	 R(2, 3) | B(8)},
};

static const struct row *row_find(u32 leaf)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(policy); i++)
		if (policy[i].leaf == leaf)
			return &policy[i];
	return NULL;
}

static void mask_by_state(struct cpuid_leaf *l, u32 leaf)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(stateful); i++) {
		u64 xcr0 = stateful[i].xcr0;

		if (stateful[i].leaf != leaf || (features.xcr0_mask & xcr0) == xcr0)
			continue;
		l->b &= ~stateful[i].b;
		l->c &= ~stateful[i].c;
		l->d &= ~stateful[i].d;
	}
}

/* EBX of sub-leaf 0 is left as the CPU gives it: it follows the vCPU's XCR0. */
static struct cpuid_leaf xstate_leaf(struct cpuid_leaf l, u32 sub)
{
	if (sub == 0) {
		l.a &= (u32)features.xcr0_mask;
		l.c = features.xsave_size;
		l.d &= (u32)(features.xcr0_mask >> 32);
	} else if (sub == 1) { /* XSAVEOPT, XSAVEC, XGETBV with ECX 1 */
		l.a &= R(0, 2);
		l.c = l.d = 0;
	}
	if (!features.xsave || (sub > 1 && (sub > 63 || !(features.xcr0_mask >> sub & 1))))
		return (struct cpuid_leaf){0};
	return l;
}

struct cpuid_leaf cpuid_policy(struct cpuid_leaf native, u32 leaf, u32 sub)
{
	const struct row *row = row_find(leaf);
	struct cpuid_leaf l = native;

	if (leaf == 0xd)
		return xstate_leaf(l, sub);
	if (!row || (leaf == 7 && sub != 0))
		return (struct cpuid_leaf){0};
	l.a &= row->a;
	l.b &= row->b;
	l.c &= row->c;
	l.d &= row->d;
	mask_by_state(&l, leaf);
	switch (leaf) {
	case 0:
		l.a = MIN(l.a, 0xdu);
		break;
	case 1:
		/* OSXSAVE is told before the guest's CR4 has it: Linux looks at it first. */
		l.c &= ~LEAF_1_ECX_XSAVE;
		l.c |= LEAF_1_ECX_HV | (features.xsave ? LEAF_1_ECX_XSAVE : 0);
		break;
	case 7:
		if (!features.fsgsbase)
			l.b &= ~B(0);
		break;
	case 0x80000000:
		l.a = MIN(l.a, 0x80000008u);
		break;
	case 0x80000007:
		if (!features.invariant_tsc)
			l.d = 0;
		break;
	}
	return l;
}

static struct cpuid_leaf hypervisor_leaf(u32 leaf, u32 sub)
{
	struct cpuid_leaf l = {0};

	switch (leaf) {
	case PV_CPUID_LEAF(0):
		l.a = PV_CPUID_LEAF(PV_CPUID_MAX_NUM_LEAVES);
		l.b = PV_CPUID_SIGNATURE_EBX;
		l.c = PV_CPUID_SIGNATURE_ECX;
		l.d = PV_CPUID_SIGNATURE_EDX;
		break;
	case PV_CPUID_LEAF(1):
		l.a = 4 << 16 | 17;
		break;
	case PV_CPUID_LEAF(2):
		l.a = 1;
		l.b = 0x40000000;
		l.c = PV_CPUID_FEAT1_MMU_PT_UPDATE_PRESERVE_AD;
		break;
	case PV_CPUID_LEAF(3):
		if (sub == 0) {
			l.a = features.rdtscp ? B(2) : 0;
			l.b = 2; /* the TSC is never emulated */
			l.c = (u32)tsc_khz();
		} else if (sub == 2) {
			l.a = (u32)tsc_khz();
		}
		break;
	case PV_CPUID_LEAF(5):
		l.b = features.paddr_bits;
		break;
	}
	return l;
}

/* Leaves beyond the highest one read as zero here, where Intel repeats the last basic one. */
struct cpuid_leaf cpuid_guest(struct vcpu *v, u32 leaf, u32 sub)
{
	struct cpuid_leaf l;

	if (leaf >> 16 == PV_CPUID_FIRST_LEAF >> 16)
		return hypervisor_leaf(leaf, sub);
	l = cpuid_policy(cpuid(leaf, sub), leaf, sub);
	cpu_policy_hide(v->domain, &l, leaf, sub);
	return l;
}
