/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Debug registers. A guest may watch its own addresses and nothing else: not
 * the hypervisor's, and not the debug registers themselves (DR7.GD).
 */
#include "arch.h"
#include "hypercall.h"

#define DR6_ONES     0xffff0ff0UL
#define DR6_WRITABLE 0xe00fUL
#define DR7_ONE	     BIT(10)
#define DR7_WRITABLE 0xffff03ffUL
#define DR7_GD	     BIT(13)

static bool dr7_valid(const struct vcpu *v, u64 value)
{
	if (value >> 32 || (value & DR7_GD))
		return false;
	/* Condition 2 of a breakpoint is I/O, and needs CR4.DE. */
	for (unsigned int n = 0; n < 4; n++)
		if ((value >> (16 + n * 4) & 3) == 2 && !(v->cr4 & CR4_DE))
			return false;
	return true;
}

long debugreg_set(struct vcpu *v, unsigned int n, u64 value)
{
	switch (n) {
	case 0 ... 3:
		/* The widest breakpoint is 8 bytes, aligned. */
		if (!canonical(value) || !guest_range_ok(value & ~7UL, 8))
			return REFUSE(-EPERM);
		v->dr[n] = value;
		break;
	case 4:
	case 6:
		if (value >> 32)
			return REFUSE(-EPERM);
		v->dr[6] = (value & DR6_WRITABLE) | DR6_ONES;
		break;
	case 5:
	case 7:
		if (!dr7_valid(v, value))
			return REFUSE(-EPERM);
		v->dr[7] = (value & DR7_WRITABLE) | DR7_ONE;
		break;
	default:
		return REFUSE(-EINVAL);
	}
	if (v == current)
		context_load_debug(v);
	return 0;
}

long debugreg_get(const struct vcpu *v, unsigned int n, u64 *value)
{
	if (n > 7)
		return REFUSE(-ENODEV);
	*value = v->dr[n == 4 || n == 5 ? n + 2 : n];
	return 0;
}

/* set_debugreg(number, value) */
HYPERCALL(set_debugreg)
{
	return debugreg_set(current, (unsigned int)MIN(hc->arg[0], 8UL), hc->arg[1]);
}

/* get_debugreg(number): the value itself is the result. */
HYPERCALL(get_debugreg)
{
	u64 value = 0;
	long rc = debugreg_get(current, (unsigned int)MIN(hc->arg[0], 8UL), &value);

	return rc ? rc : (long)value;
}
