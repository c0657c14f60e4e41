/* SPDX-License-Identifier: BSD-2-Clause */
/* What guests see of CPUID and MSRs, with a CPU that has everything and one that has little. */
#include "../../hypervisor/entry/cpuid.c"
#define row_find msr_row_find
#include "../../hypervisor/entry/msr.c"
#include "unit.h"

static const struct cpu_features full = {.nx = true,
					 .fsgsbase = true,
					 .xsave = true,
					 .rdtscp = true,
					 .invariant_tsc = true,
					 .xcr0_mask = 0xe7,
					 .xsave_size = 2696,
					 .paddr_bits = 46};
struct cpu_features features;
static struct vcpu vcpu;
static u64 bases[3];

struct cpu *this_cpu(void)
{
	static struct cpu cpu;

	return &cpu;
}

void cpu_policy_hide(const struct domain *d, struct cpuid_leaf *l, u32 leaf, u32 sub)
{
	(void)d;
	(void)l;
	(void)leaf;
	(void)sub;
}

u64 tsc_khz(void)
{
	return 2000000;
}

int rdmsr_safe(u32 msr, u64 *v)
{
	(void)msr;
	(void)v;
	return -EFAULT;
}

u64 context_get_base(struct vcpu *v, unsigned int which)
{
	(void)v;
	return bases[which];
}

void context_set_base(struct vcpu *v, unsigned int which, u64 base)
{
	(void)v;
	bases[which] = base;
}

static const struct cpuid_leaf ones = {~0u, ~0u, ~0u, ~0u};

/* Bits that no guest may see even on a CPU that has them all. */
static void test_hidden(void)
{
	static const struct {
		u32 leaf, sub;
		char reg;
		u8 bit;
	} hidden[] = {
		{1, 0, 'c', 2},		  {1, 0, 'c', 3},	    {1, 0, 'c', 5},
		{1, 0, 'c', 6},		  {1, 0, 'c', 17},	    {1, 0, 'c', 21},
		{1, 0, 'c', 24},	  {1, 0, 'd', 1},	    {1, 0, 'd', 3},
		{1, 0, 'd', 12},	  {1, 0, 'd', 13},	    {1, 0, 'd', 17},
		{1, 0, 'd', 21},	  {1, 0, 'd', 28},	    {7, 0, 'b', 1},
		{7, 0, 'b', 2},		  {7, 0, 'b', 4},	    {7, 0, 'b', 7},
		{7, 0, 'b', 10},	  {7, 0, 'b', 11},	    {7, 0, 'b', 14},
		{7, 0, 'b', 20},	  {7, 0, 'b', 25},	    {7, 0, 'c', 2},
		{7, 0, 'c', 3},		  {7, 0, 'c', 4},	    {7, 0, 'c', 7},
		{7, 0, 'c', 16},	  {7, 0, 'd', 20},	    {7, 0, 'd', 22},
		{7, 0, 'd', 24},	  {7, 0, 'd', 25},	    {7, 0, 'd', 26},
		{7, 0, 'd', 29},	  {0xd, 1, 'a', 3},	    {0xd, 1, 'a', 4},
		{0x80000001, 0, 'c', 1},  {0x80000001, 0, 'c', 2},  {0x80000001, 0, 'c', 10},
		{0x80000001, 0, 'c', 22}, {0x80000001, 0, 'd', 26},
	};

	features = full;
	for (unsigned int i = 0; i < ARRAY_SIZE(hidden); i++) {
		struct cpuid_leaf l = cpuid_policy(ones, hidden[i].leaf, hidden[i].sub);
		u32 reg = hidden[i].reg == 'a'	 ? l.a
			  : hidden[i].reg == 'b' ? l.b
			  : hidden[i].reg == 'c' ? l.c
						 : l.d;

		CU_ASSERT_FALSE(reg >> hidden[i].bit & 1);
	}
}

static void test_shown(void)
{
	struct cpuid_leaf l;

	features = full;
	l = cpuid_policy(ones, 1, 0);
	CU_ASSERT_EQUAL(l.c & (B(26) | B(27) | B(28) | B(31)), B(26) | B(27) | B(28) | B(31));
	CU_ASSERT_EQUAL(l.b >> 16, 0); /* no topology, no APIC id */
	/* OSXSAVE goes with XSAVE, whatever the CPU's own CR4 says. */
	l = cpuid_policy((struct cpuid_leaf){0}, 1, 0);
	CU_ASSERT_EQUAL(l.c, B(26) | B(27) | B(31));
	CU_ASSERT(cpuid_policy(ones, 7, 0).b & B(5));
	CU_ASSERT_EQUAL(cpuid_policy(ones, 0, 0).a, 0xd);
	CU_ASSERT_EQUAL(cpuid_policy(ones, 0x80000000, 0).a, 0x80000008);
	CU_ASSERT_EQUAL(cpuid_policy(ones, 0x80000007, 0).d, B(8));
	l = cpuid_policy(ones, 0xd, 0);
	CU_ASSERT_EQUAL(l.a, 0xe7);
	CU_ASSERT_EQUAL(l.c, 2696);
	CU_ASSERT_EQUAL(l.d, 0);
	CU_ASSERT_EQUAL(cpuid_policy(ones, 0xd, 2).a, ~0u);
	CU_ASSERT_EQUAL(cpuid_policy(ones, 0xd, 9).a, 0); /* PKRU is not offered */
	CU_ASSERT_EQUAL(cpuid_policy(ones, 0xd, 64).a, 0);
}

static void test_without_state(void)
{
	struct cpuid_leaf l;

	memset(&features, 0, sizeof(features));
	l = cpuid_policy(ones, 1, 0);
	CU_ASSERT_FALSE(l.c & (B(12) | B(26) | B(27) | B(28) | B(29)));
	l = cpuid_policy(ones, 7, 0);
	CU_ASSERT_FALSE(l.b & (B(0) | B(5) | B(16) | B(31)));
	CU_ASSERT_FALSE(l.c & (B(1) | B(9) | B(10)));
	CU_ASSERT_EQUAL(cpuid_policy(ones, 0xd, 0).a, 0);
	CU_ASSERT_EQUAL(cpuid_policy(ones, 0xd, 1).a, 0);
	CU_ASSERT_EQUAL(cpuid_policy(ones, 0x80000007, 0).d, 0);
	features.xsave = true;
	features.xcr0_mask = 7;
	CU_ASSERT_FALSE(cpuid_policy(ones, 7, 0).b & B(16));
	CU_ASSERT(cpuid_policy(ones, 7, 0).b & B(5));
}

/* What has no row reads as zero. */
static void test_unknown_leaves(void)
{
	static const u32 leaves[] = {3,	   5,	       6,	   8,	       0xa,
				     0xb,  0xf,	       0x10,	   0x12,       0x14,
				     0x1f, 0x8000000a, 0x8000001e, 0x8000001f, 0x50000000};

	features = full;
	for (unsigned int i = 0; i < ARRAY_SIZE(leaves); i++) {
		struct cpuid_leaf l = cpuid_policy(ones, leaves[i], 0);

		CU_ASSERT_EQUAL(l.a | l.b | l.c | l.d, 0);
	}
	CU_ASSERT_EQUAL(cpuid_policy(ones, 7, 1).a, 0);
}

static void test_hypervisor_leaves(void)
{
	struct cpuid_leaf l;

	features = full;
	l = cpuid_guest(&vcpu, 0x40000000, 0);
	CU_ASSERT_EQUAL(l.a, 0x40000005);
	CU_ASSERT_EQUAL(l.b, 0x566e6558);
	CU_ASSERT_EQUAL(cpuid_guest(&vcpu, 0x40000001, 0).a, 4 << 16 | 17);
	CU_ASSERT_EQUAL(cpuid_guest(&vcpu, 0x40000002, 0).c & 1, 1);
	CU_ASSERT_EQUAL(cpuid_guest(&vcpu, 0x40000003, 0).c, 2000000);
	CU_ASSERT_EQUAL(cpuid_guest(&vcpu, 0x40000005, 0).b & 0xff, 46);
	CU_ASSERT_EQUAL(cpuid_guest(&vcpu, 0x40000100, 0).b, 0);
}

static void test_msr(void)
{
	static const u32 denied[] = {0x3b,	 0x48,	     0x49,	 0x10a,	     0x10b,
				     0x174,	 0x6e0,	     0x800,	 0x8ff,	     0xda0,
				     0xc0000081, 0xc0000082, 0xc0000083, 0xc0000084, 0xc0010114,
				     0xc001001a, 0xc0010117, 0x40000000};
	u64 v;

	features = full;
	for (unsigned int i = 0; i < ARRAY_SIZE(denied); i++) {
		CU_ASSERT_EQUAL(msr_guest_read(&vcpu, denied[i], &v), -EPERM);
		CU_ASSERT_EQUAL(msr_guest_write(&vcpu, denied[i], 0), -EPERM);
	}
	CU_ASSERT_EQUAL(msr_guest_read(&vcpu, 0x277, &v), 0);
	CU_ASSERT_EQUAL(v, 0x0000050100070406);
	CU_ASSERT_EQUAL(msr_guest_write(&vcpu, 0x277, v), -EPERM);
	CU_ASSERT_EQUAL(msr_guest_read(&vcpu, 0xc0000080, &v), 0);
	CU_ASSERT_EQUAL(v, 0xd01);
	CU_ASSERT_EQUAL(msr_guest_write(&vcpu, 0xc0000080, 0xd01), 0);
	CU_ASSERT_EQUAL(msr_guest_write(&vcpu, 0xc0000080, 0x1d01), -EPERM);
	CU_ASSERT_EQUAL(msr_guest_read(&vcpu, 0x179, &v), 0);
	CU_ASSERT_EQUAL(v, 0);
	CU_ASSERT_EQUAL(msr_guest_read(&vcpu, 0x1b, &v), 0);
	CU_ASSERT_EQUAL(v, 0xfee00900);
	CU_ASSERT_EQUAL(msr_guest_read(&vcpu, 0x1a0, &v), -EPERM); /* not Intel */
}

static void test_msr_bases(void)
{
	u64 v;

	features = full;
	CU_ASSERT_EQUAL(msr_guest_write(&vcpu, 0xc0000100, 1), 0);
	CU_ASSERT_EQUAL(msr_guest_write(&vcpu, 0xc0000101, 2), 0);
	CU_ASSERT_EQUAL(msr_guest_write(&vcpu, 0xc0000102, 3), 0);
	CU_ASSERT_EQUAL(bases[PV_SEGBASE_FS], 1);
	CU_ASSERT_EQUAL(bases[PV_SEGBASE_GS_KERNEL], 2);
	CU_ASSERT_EQUAL(bases[PV_SEGBASE_GS_USER], 3);
	CU_ASSERT_EQUAL(msr_guest_read(&vcpu, 0xc0000101, &v), 0);
	CU_ASSERT_EQUAL(v, 2);
	CU_ASSERT_EQUAL(msr_guest_write(&vcpu, 0xc0000101, 0x0000800000000000), -EPERM);
	CU_ASSERT_EQUAL(msr_guest_write(&vcpu, 0xc0000101, 0xffff800000000000), 0);
	CU_ASSERT_EQUAL(msr_guest_write(&vcpu, 0xc0000103, BIT(32)), -EPERM);
}

UNIT_MAIN("entry: CPUID and MSR policy", UNIT_TEST(test_hidden), UNIT_TEST(test_shown),
	  UNIT_TEST(test_without_state), UNIT_TEST(test_unknown_leaves),
	  UNIT_TEST(test_hypervisor_leaves), UNIT_TEST(test_msr), UNIT_TEST(test_msr_bases))
