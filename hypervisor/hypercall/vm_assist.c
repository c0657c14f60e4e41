/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vm_assist(cmd, type). Page-table writes are always emulated and the M2P is
 * never there in user mode, so of the types offered two change anything:
 * architectural IOPL and the update flag of runstate areas.
 */
#include "hypercall.h"

HYPERCALL(vm_assist)
{
	u64 *assists = &current->domain->vm_assist;
	u32 type = (u32)hc->arg[1];

	if (type >= 64 || !(VM_ASSIST_VALID >> type & 1))
		return REFUSE(-EINVAL);
	switch ((u32)hc->arg[0]) {
	case PV_VMASST_CMD_ENABLE:
		__atomic_fetch_or(assists, BIT(type), __ATOMIC_RELAXED);
		return 0;
	case PV_VMASST_CMD_DISABLE:
		__atomic_fetch_and(assists, ~BIT(type), __ATOMIC_RELAXED);
		return 0;
	default:
		return REFUSE(-ENOSYS);
	}
}
