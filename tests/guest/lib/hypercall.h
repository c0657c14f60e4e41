/* SPDX-License-Identifier: BSD-2-Clause */
/* Hypercalls by direct SYSCALL. Typed front-ends only where they save a test words. */
#ifndef GUEST_HYPERCALL_H
#define GUEST_HYPERCALL_H

#include <stdint.h>

#include "public/pv.h"

static inline int64_t hypercall(uint64_t number, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4,
				uint64_t a5)
{
	register uint64_t r10 asm("r10") = a4;
	register uint64_t r8 asm("r8") = a5;
	int64_t rc;

	asm volatile("syscall"
		     : "=a"(rc), "+D"(a1), "+S"(a2), "+d"(a3), "+r"(r10), "+r"(r8)
		     : "0"(number)
		     : "rcx", "r11", "r9", "memory");
	return rc;
}

#define CALL0(name)	  hypercall(PV_HYPERCALL_##name, 0, 0, 0, 0, 0)
#define CALL1(name, a)	  hypercall(PV_HYPERCALL_##name, (uint64_t)(a), 0, 0, 0, 0)
#define CALL2(name, a, b) hypercall(PV_HYPERCALL_##name, (uint64_t)(a), (uint64_t)(b), 0, 0, 0)
#define CALL3(name, a, b, c) \
	hypercall(PV_HYPERCALL_##name, (uint64_t)(a), (uint64_t)(b), (uint64_t)(c), 0, 0)
#define CALL4(name, a, b, c, d)                                                                    \
	hypercall(PV_HYPERCALL_##name, (uint64_t)(a), (uint64_t)(b), (uint64_t)(c), (uint64_t)(d), \
		  0)

#define event_op(cmd, arg)		  CALL2(EVENT_CHANNEL_OP, PV_EVTCHNOP_##cmd, arg)
#define sched_op(cmd, arg)		  CALL2(SCHED_OP, PV_SCHEDOP_##cmd, arg)
#define vcpu_op(cmd, id, arg)		  CALL3(VCPU_OP, PV_VCPUOP_##cmd, id, arg)
#define memory_op(cmd, arg)		  CALL2(MEMORY_OP, PV_XENMEM_##cmd, arg)
#define grant_op(cmd, arg, n)		  CALL3(GRANT_TABLE_OP, PV_GNTTABOP_##cmd, arg, n)
#define physdev_op(cmd, arg)		  CALL2(PHYSDEV_OP, PV_PHYSDEVOP_##cmd, arg)
#define callback_op(cmd, arg)		  CALL2(CALLBACK_OP, PV_CALLBACKOP_##cmd, arg)
#define version_op(cmd, arg)		  CALL2(XEN_VERSION, PV_XENVER_##cmd, arg)
#define update_va_mapping(va, pte, flags) CALL3(UPDATE_VA_MAPPING, va, pte, flags)
#define set_trap_table(table)		  CALL1(SET_TRAP_TABLE, table)
#define set_segment_base(which, base)	  CALL2(SET_SEGMENT_BASE, PV_SEGBASE_##which, base)

#endif
