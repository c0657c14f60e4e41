/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: a pointer argument that the guest itself could not use makes the call
 * fail: nothing mapped there, not canonical, in the hypervisor's hole, or
 * running into any of these from below. Nothing is read from or written to
 * the hypervisor's own memory, and the hypervisor survives.
 *
 * Provocation: every hypercall that takes a pointer, with each kind of bad
 * pointer in place of its structure or list.
 */
#include "lib/guest.h"

struct call {
	const char *name;
	uint64_t number;
	/* Arguments; P stands for the bad pointer. */
	uint64_t args[4];
};
#define P 0xbad0bad0bad0bad0ul
#define ENTRY(name, ...)                    \
	{                                   \
#name, PV_HYPERCALL_##name, \
		{                           \
			__VA_ARGS__         \
		}                           \
	}

static const struct call calls[] = {
	ENTRY(SET_TRAP_TABLE, P),
	ENTRY(MMU_UPDATE, P, 1, 0, PV_DOMID_SELF),
	ENTRY(SET_GDT, P, 512),
	ENTRY(PLATFORM_OP, P),
	ENTRY(MEMORY_OP, PV_XENMEM_INCREASE_RESERVATION, P),
	ENTRY(MEMORY_OP, PV_XENMEM_DECREASE_RESERVATION, P),
	ENTRY(MEMORY_OP, PV_XENMEM_POPULATE_PHYSMAP, P),
	ENTRY(MEMORY_OP, PV_XENMEM_EXCHANGE, P),
	ENTRY(MEMORY_OP, PV_XENMEM_CURRENT_RESERVATION, P),
	ENTRY(MEMORY_OP, PV_XENMEM_MAXIMUM_RESERVATION, P),
	ENTRY(MEMORY_OP, PV_XENMEM_MACHPHYS_MAPPING, P),
	ENTRY(MEMORY_OP, PV_XENMEM_MACHPHYS_MFN_LIST, P),
	ENTRY(MEMORY_OP, PV_XENMEM_MEMORY_MAP, P),
	ENTRY(MEMORY_OP, PV_XENMEM_MACHINE_MEMORY_MAP, P),
	ENTRY(MEMORY_OP, PV_XENMEM_ACQUIRE_RESOURCE, P),
	ENTRY(MULTICALL, P, 1),
	ENTRY(MULTICALL, P, 4),
	ENTRY(XEN_VERSION, PV_XENVER_EXTRAVERSION, P),
	ENTRY(XEN_VERSION, PV_XENVER_COMPILE_INFO, P),
	ENTRY(XEN_VERSION, PV_XENVER_CAPABILITIES, P),
	ENTRY(XEN_VERSION, PV_XENVER_CHANGESET, P),
	ENTRY(XEN_VERSION, PV_XENVER_PLATFORM_PARAMETERS, P),
	ENTRY(XEN_VERSION, PV_XENVER_GET_FEATURES, P),
	ENTRY(XEN_VERSION, PV_XENVER_COMMANDLINE, P),
	ENTRY(CONSOLE_IO, PV_CONSOLEIO_WRITE, 16, P),
	ENTRY(GRANT_TABLE_OP, PV_GNTTABOP_QUERY_SIZE, P, 1),
	ENTRY(GRANT_TABLE_OP, PV_GNTTABOP_SETUP_TABLE, P, 1),
	ENTRY(GRANT_TABLE_OP, PV_GNTTABOP_MAP_GRANT_REF, P, 1),
	ENTRY(GRANT_TABLE_OP, PV_GNTTABOP_UNMAP_GRANT_REF, P, 1),
	ENTRY(GRANT_TABLE_OP, PV_GNTTABOP_COPY, P, 1),
	ENTRY(VCPU_OP, PV_VCPUOP_GET_RUNSTATE_INFO, 0, P),
	ENTRY(VCPU_OP, PV_VCPUOP_SET_PERIODIC_TIMER, 0, P),
	ENTRY(VCPU_OP, PV_VCPUOP_SET_SINGLESHOT_TIMER, 0, P),
	ENTRY(VCPU_OP, PV_VCPUOP_REGISTER_VCPU_INFO, 0, P),
	ENTRY(VCPU_OP, PV_VCPUOP_REGISTER_RUNSTATE_MEMORY_AREA, 0, P),
	ENTRY(VCPU_OP, PV_VCPUOP_REGISTER_VCPU_TIME_MEMORY_AREA, 0, P),
	ENTRY(MMUEXT_OP, P, 1, 0, PV_DOMID_SELF),
	ENTRY(SCHED_OP, PV_SCHEDOP_SHUTDOWN, P),
	ENTRY(SCHED_OP, PV_SCHEDOP_POLL, P),
	ENTRY(SCHED_OP, PV_SCHEDOP_REMOTE_SHUTDOWN, P),
	ENTRY(CALLBACK_OP, PV_CALLBACKOP_REGISTER, P),
	ENTRY(CALLBACK_OP, PV_CALLBACKOP_UNREGISTER, P),
	ENTRY(EVENT_CHANNEL_OP, PV_EVTCHNOP_BIND_INTERDOMAIN, P),
	ENTRY(EVENT_CHANNEL_OP, PV_EVTCHNOP_BIND_VIRQ, P),
	ENTRY(EVENT_CHANNEL_OP, PV_EVTCHNOP_BIND_PIRQ, P),
	ENTRY(EVENT_CHANNEL_OP, PV_EVTCHNOP_CLOSE, P),
	ENTRY(EVENT_CHANNEL_OP, PV_EVTCHNOP_SEND, P),
	ENTRY(EVENT_CHANNEL_OP, PV_EVTCHNOP_STATUS, P),
	ENTRY(EVENT_CHANNEL_OP, PV_EVTCHNOP_ALLOC_UNBOUND, P),
	ENTRY(EVENT_CHANNEL_OP, PV_EVTCHNOP_BIND_IPI, P),
	ENTRY(EVENT_CHANNEL_OP, PV_EVTCHNOP_BIND_VCPU, P),
	ENTRY(EVENT_CHANNEL_OP, PV_EVTCHNOP_UNMASK, P),
	ENTRY(PHYSDEV_OP, PV_PHYSDEVOP_EOI, P),
	ENTRY(PHYSDEV_OP, PV_PHYSDEVOP_IRQ_STATUS_QUERY, P),
	ENTRY(PHYSDEV_OP, PV_PHYSDEVOP_SET_IOPL, P),
	ENTRY(PHYSDEV_OP, PV_PHYSDEVOP_SET_IOBITMAP, P),
	ENTRY(PHYSDEV_OP, PV_PHYSDEVOP_APIC_READ, P),
	ENTRY(PHYSDEV_OP, PV_PHYSDEVOP_MAP_PIRQ, P),
	ENTRY(SYSCTL, P),
	ENTRY(DOMCTL, P),
};

static uint64_t substitute(uint64_t argument, uint64_t pointer)
{
	return argument == P ? pointer : argument;
}

static bool extents(uint64_t cmd)
{
	return cmd == PV_XENMEM_INCREASE_RESERVATION || cmd == PV_XENMEM_DECREASE_RESERVATION ||
	       cmd == PV_XENMEM_POPULATE_PHYSMAP;
}

void test_main(void)
{
	char *hole = page_alloc();
	const uint64_t bad[] = {
		0x1000,			       /* nothing mapped */
		0x7ffffffffff8,		       /* at the end of the lower half */
		0x800000000000,		       /* not canonical */
		0xffff7ffffffffff0,	       /* not canonical, just below the hole */
		PV_HYPERVISOR_VIRT_START + 16, /* the M2P: readable, but not the guest's */
		0xffff820000000000,	       /* deep in the hole */
		0xffff82d080200000,	       /* where a hypervisor may have its text */
		PV_HYPERVISOR_VIRT_END - 4,    /* across the end of the hole */
		~0ul - 3,		       /* wraps */
		(uint64_t)hole + 4095,	       /* from a mapped page into an unmapped one */
	};

	/* hole is the first of two pages; the second one is taken away. */
	expect_rc(map_va(page_alloc(), 0), 0);
	for (unsigned int c = 0; c < ARRAY_SIZE(calls); c++) {
		for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
			const struct call *call = &calls[c];
			int64_t rc = hypercall(call->number, substitute(call->args[0], bad[i]),
					       substitute(call->args[1], bad[i]),
					       substitute(call->args[2], bad[i]), call->args[3], 0);

			/* These return how many extents they did. */
			if (call->number == PV_HYPERCALL_MEMORY_OP && extents(call->args[0]) &&
			    rc == 0)
				continue;
			if (rc >= 0)
				failure("%s(0x%lx, 0x%lx, ...) with pointer 0x%lx returns %ld",
					call->name, call->args[0], call->args[1], bad[i], rc);
		}
	}
}
