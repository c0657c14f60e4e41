/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vm_assist(cmd, type). Page-table writes are always emulated and the M2P is
 * never there in user mode, so of the types offered two change anything:
 * architectural IOPL and the update flag of runstate areas.
 */
#include "hypercall.h"

static bool type_known(u64 type)
{
	switch (type) {
	case PV_VMASST_TYPE_4GB_SEGMENTS:
	case PV_VMASST_TYPE_WRITABLE_PAGETABLES:
	case PV_VMASST_TYPE_PAE_EXTENDED_CR3:
	case PV_VMASST_TYPE_ARCHITECTURAL_IOPL:
	case PV_VMASST_TYPE_RUNSTATE_UPDATE_FLAG:
	case PV_VMASST_TYPE_M2P_STRICT:
		return true;
	default:
		return false;
	}
}

HYPERCALL(vm_assist)
{
	u32 *assists = &current->domain->vm_assist;
	u64 type = (u32)hc->arg[1];
	u32 bit;

	if (!type_known(type))
		return REFUSE(-EINVAL);
	bit = type < 32 ? 1u << type : 0;
	switch ((u32)hc->arg[0]) {
	case PV_VMASST_CMD_ENABLE:
		__atomic_fetch_or(assists, bit, __ATOMIC_RELAXED);
		return 0;
	case PV_VMASST_CMD_DISABLE:
		__atomic_fetch_and(assists, ~bit, __ATOMIC_RELAXED);
		return 0;
	default:
		return REFUSE(-ENOSYS);
	}
}
