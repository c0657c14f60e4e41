/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Model-specific registers as guests see them: one table; what has no row
 * faults. A guest's value never reaches a hardware register but the segment
 * bases and TSC_AUX, which are per-vCPU state.
 */
#include "internal.h"
#include "errno.h"

enum write_rule {
	W_FAULT,
	W_IGNORE,
	W_SAME, /* what reading gives, and nothing else */
	W_BASE, /* of a segment */
	W_TSC_AUX
};

struct msr_row {
	u32 first, last;
	u8 write;
	u64 value; /* what is read where msr_guest_read() has nothing better */
};

#define MSR_TSC		   0x10
#define MSR_UCODE_REV	   0x8b
#define MSR_MISC_ENABLE	   0x1a0
#define APIC_BASE_ENABLED  0xfee00800UL
#define APIC_BASE_BSP	   BIT(8)
#define EFER_SCE	   BIT(0)
#define EFER_LME	   BIT(8)
#define EFER_LMA	   BIT(10)
#define EFER_NXE	   BIT(11)
#define MISC_ENABLE_HIDDEN (BIT(7) | BIT(18))  /* performance monitoring, MONITOR */
#define MISC_ENABLE_BTS	   (BIT(11) | BIT(12)) /* set: branch trace, PEBS unavailable */

static const struct msr_row table[] = {
	{MSR_TSC, MSR_TSC, W_FAULT, 0},
	{0x17, 0x17, W_FAULT, 0}, /* PLATFORM_ID */
	{MSR_APIC_BASE, MSR_APIC_BASE, W_FAULT, 0},
	{MSR_UCODE_REV, MSR_UCODE_REV, W_IGNORE, 0},
	{0xce, 0xce, W_FAULT, 0},    /* PLATFORM_INFO */
	{0x140, 0x140, W_SAME, 0},   /* MISC_FEATURES_ENABLES */
	{0x179, 0x17b, W_IGNORE, 0}, /* MCG: no banks */
	{0x198, 0x199, W_IGNORE, 0}, /* PERF_STATUS, PERF_CTL */
	{0x19c, 0x19c, W_IGNORE, 0}, /* THERM_STATUS */
	{MSR_MISC_ENABLE, MSR_MISC_ENABLE, W_SAME, 0},
	{0x1d9, 0x1d9, W_IGNORE, 0}, /* DEBUGCTL */
	{MSR_PAT, MSR_PAT, W_FAULT, PAT_VALUE},
	{0x280, 0x29f, W_IGNORE, 0}, /* MCi_CTL2 */
	{0x345, 0x345, W_FAULT, 0},  /* PERF_CAPABILITIES */
	{0x400, 0x47f, W_IGNORE, 0}, /* MCi */
	{MSR_EFER, MSR_EFER, W_SAME, 0},
	{MSR_FS_BASE, MSR_KERNEL_GS_BASE, W_BASE, 0},
	{MSR_TSC_AUX, MSR_TSC_AUX, W_TSC_AUX, 0},
	{0xc0010010, 0xc0010010, W_IGNORE, 0},	    /* SYSCFG */
	{0xc0010015, 0xc0010015, W_IGNORE, 0},	    /* HWCR */
	{0xc0011029, 0xc0011029, W_IGNORE, BIT(1)}, /* DE_CFG: LFENCE serialises */
};

static const struct msr_row *row_find(u32 msr)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(table); i++)
		if (msr >= table[i].first && msr <= table[i].last)
			return &table[i];
	return NULL;
}

/* GS_BASE is the guest kernel's, which is the only one to come here. */
static unsigned int segment_base(u32 msr)
{
	return msr == MSR_FS_BASE   ? PV_SEGBASE_FS
	       : msr == MSR_GS_BASE ? PV_SEGBASE_GS_KERNEL
				    : PV_SEGBASE_GS_USER;
}

int msr_guest_read(struct vcpu *v, u32 msr, u64 *value)
{
	const struct msr_row *row = row_find(msr);
	bool absent = false;

	if (!row)
		return -EPERM;
	switch (msr) {
	case MSR_TSC:
		*value = rdtsc();
		break;
	case MSR_APIC_BASE:
		*value = APIC_BASE_ENABLED | (v->id ? 0 : APIC_BASE_BSP);
		break;
	case MSR_UCODE_REV:
		absent = rdmsr_safe(msr, value);
		break;
	case MSR_MISC_ENABLE:
		absent = !features.intel || rdmsr_safe(msr, value);
		if (!absent)
			*value = (*value & ~MISC_ENABLE_HIDDEN) | MISC_ENABLE_BTS;
		break;
	case MSR_EFER:
		*value = EFER_SCE | EFER_LME | EFER_LMA | (features.nx ? EFER_NXE : 0);
		break;
	case MSR_TSC_AUX:
		*value = v->tsc_aux;
		absent = !features.rdtscp && !features.rdpid;
		break;
	case MSR_FS_BASE ... MSR_KERNEL_GS_BASE:
		*value = context_get_base(v, segment_base(msr));
		break;
	default:
		*value = row->value;
	}
	return absent ? -EPERM : 0;
}

int msr_guest_write(struct vcpu *v, u32 msr, u64 value)
{
	const struct msr_row *row = row_find(msr);
	u64 now;

	switch (row ? row->write : W_FAULT) {
	case W_IGNORE:
		return 0;
	case W_SAME:
		return msr_guest_read(v, msr, &now) || now != value ? -EPERM : 0;
	case W_BASE:
		if (!canonical(value))
			return -EPERM;
		context_set_base(v, segment_base(msr), value);
		return 0;
	case W_TSC_AUX:
		if (value >> 32 || !(features.rdtscp || features.rdpid))
			return -EPERM;
		v->tsc_aux = (u32)value;
		wrmsr(MSR_TSC_AUX, value);
		return 0;
	default:
		return -EPERM;
	}
}
