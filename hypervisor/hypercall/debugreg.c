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

/* Condition of breakpoint \p n: 0 execute, 1 write, 2 I/O, 3 access. */
static unsigned int condition(u64 dr7, unsigned int n)
{
	return dr7 >> (16 + n * 4) & 3;
}

static long dr7_set(struct vcpu *v, u64 value)
{
	if (value >> 32)
		return REFUSE(-EPERM);
	if (value & DR7_GD)
		return REFUSE(-EPERM);
	for (unsigned int n = 0; n < 4; n++)
		if (condition(value, n) == 2 && !(v->cr4 & CR4_DE))
			return REFUSE(-EPERM);
	v->dr[7] = (value & DR7_WRITABLE) | DR7_ONE;
	return 0;
}

long debugreg_set(struct vcpu *v, unsigned int n, u64 value)
{
	long rc = 0;

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
		rc = dr7_set(v, value);
		break;
	default:
		return REFUSE(-EINVAL);
	}
	if (!rc && v == current)
		context_load_debug(v);
	return rc;
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
	if (hc->arg[0] > 7)
		return REFUSE(-EINVAL);
	return debugreg_set(current, (unsigned int)hc->arg[0], hc->arg[1]);
}

/* get_debugreg(number): the value itself is the result. */
HYPERCALL(get_debugreg)
{
	u64 value;

	if (hc->arg[0] > 7)
		return REFUSE(-ENODEV);
	debugreg_get(current, (unsigned int)hc->arg[0], &value);
	return (long)value;
}
