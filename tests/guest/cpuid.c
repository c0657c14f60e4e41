/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: CPUID behind the emulation prefix is answered from the guest's policy,
 * in kernel and user mode: the hypervisor's leaves are there, what PV does not
 * offer is hidden, and XSAVE comes with OSXSAVE or not at all. UD2 followed by
 * anything else stays #UD.
 *
 * Provocation: prefixed CPUID of the leaves that matter, from both modes.
 */
#include "lib/guest.h"

struct leaf {
	uint32_t a, b, c, d;
};

static struct leaf cpuid(uint32_t leaf, uint32_t sub)
{
	struct leaf r;

	asm volatile(PV_EMULATE_PREFIX "cpuid"
		     : "=a"(r.a), "=b"(r.b), "=c"(r.c), "=d"(r.d)
		     : "a"(leaf), "c"(sub));
	return r;
}

static void user_signature(uint64_t unused)
{
	struct leaf l = cpuid(PV_CPUID_FIRST_LEAF, 0);

	(void)unused;
	user_exit(l.b == PV_CPUID_SIGNATURE_EBX && l.c == PV_CPUID_SIGNATURE_ECX &&
		  l.d == PV_CPUID_SIGNATURE_EDX);
}

void test_main(void)
{
	struct leaf l = cpuid(PV_CPUID_FIRST_LEAF, 0);

	expect_ge(l.a, PV_CPUID_LEAF(2));
	expect_eq(l.b, PV_CPUID_SIGNATURE_EBX);
	expect_eq(l.c, PV_CPUID_SIGNATURE_ECX);
	expect_eq(l.d, PV_CPUID_SIGNATURE_EDX);
	expect_eq(cpuid(PV_CPUID_LEAF(1), 0).a, version_op(VERSION, 0));
	l = cpuid(PV_CPUID_LEAF(2), 0);
	expect_true(l.c & PV_CPUID_FEAT1_MMU_PT_UPDATE_PRESERVE_AD);

	l = cpuid(1, 0);
	expect_true(l.c >> 31 & 1);		 /* hypervisor */
	expect_true(l.d >> 0 & 1);		 /* FPU */
	expect_true(l.d >> 6 & 1);		 /* PAE */
	expect_true(l.d >> 26 & 1);		 /* SSE2 */
	expect_eq(l.c >> 5 & 1, 0);		 /* VMX */
	expect_eq(l.c >> 17 & 1, 0);		 /* PCID */
	expect_eq(l.c >> 21 & 1, 0);		 /* x2APIC */
	expect_eq(l.c >> 24 & 1, 0);		 /* TSC deadline */
	expect_eq(l.c >> 26 & 1, l.c >> 27 & 1); /* XSAVE and OSXSAVE go together */
	expect_eq(l.d >> 1 & 1, 0);		 /* VME */
	l = cpuid(7, 0);
	expect_eq(l.b >> 7 & 1, 0);  /* SMEP */
	expect_eq(l.b >> 20 & 1, 0); /* SMAP */
	expect_eq(l.b >> 10 & 1, 0); /* INVPCID */
	expect_eq(l.c >> 2 & 1, 0);  /* UMIP */
	expect_eq(l.c >> 3 & 1, 0);  /* PKU */
	expect_eq(l.c >> 16 & 1, 0); /* LA57 */
	l = cpuid(0x80000001, 0);
	expect_true(l.d >> 29 & 1);  /* long mode */
	expect_true(l.d >> 20 & 1);  /* NX */
	expect_eq(l.d >> 26 & 1, 0); /* 1 GiB pages */
	expect_eq(l.c >> 2 & 1, 0);  /* SVM */

	/* The prefix alone, and before another instruction, is UD2. */
	expect_false(TRY("ud2; .byte 0x78, 0x65, 0x6e, 0x0f, 0x0b", ));
	expect_fault(TRAP_UD, 0);
	expect_false(TRY("ud2", ));
	expect_fault(TRAP_UD, 0);

	if (user_init())
		expect_eq(user_run(user_signature, 0), 1);
}
