/* SPDX-License-Identifier: BSD-2-Clause */
/* vcpu_op(cmd, vcpu, argument): the vcpus of the calling domain. */
#ifndef PV_PUBLIC_VCPU_H
#define PV_PUBLIC_VCPU_H

#include <stdint.h>

#define PV_VCPUOP_INITIALISE			 0 /* vcpu_guest_context */
#define PV_VCPUOP_UP				 1
#define PV_VCPUOP_DOWN				 2
#define PV_VCPUOP_IS_UP				 3 /* returns 1 or 0; -ENOENT past the last vcpu */
#define PV_VCPUOP_GET_RUNSTATE_INFO		 4 /* vcpu_runstate_info, out */
#define PV_VCPUOP_REGISTER_RUNSTATE_MEMORY_AREA	 5 /* vcpu_register_runstate_memory_area */
#define PV_VCPUOP_SET_PERIODIC_TIMER		 6 /* vcpu_set_periodic_timer */
#define PV_VCPUOP_STOP_PERIODIC_TIMER		 7
#define PV_VCPUOP_SET_SINGLESHOT_TIMER		 8  /* vcpu_set_singleshot_timer; own vcpu only */
#define PV_VCPUOP_STOP_SINGLESHOT_TIMER		 9  /* own vcpu only */
#define PV_VCPUOP_REGISTER_VCPU_INFO		 10 /* vcpu_register_vcpu_info */
#define PV_VCPUOP_SEND_NMI			 11
#define PV_VCPUOP_GET_PHYSID			 12 /* vcpu_get_physid, out */
#define PV_VCPUOP_REGISTER_VCPU_TIME_MEMORY_AREA 13 /* vcpu_register_time_memory_area */

#define PV_RUNSTATE_RUNNING  0 /* on a CPU */
#define PV_RUNSTATE_RUNNABLE 1 /* waiting for a CPU */
#define PV_RUNSTATE_BLOCKED  2 /* waiting for an event */
#define PV_RUNSTATE_OFFLINE  3 /* neither */

/* Set in state_entry_time while the area changes, if the guest asked for it (VMASST type 5). */
#define PV_RUNSTATE_UPDATE (1ull << 63)

/* Where a vcpu spends its time. The hypervisor writes, at each change of state. */
struct pv_vcpu_runstate_info {
	int32_t state;		   /* PV_RUNSTATE_* */
	uint64_t state_entry_time; /* system time, ns */
	uint64_t time[4];	   /* ns spent in each state, up to state_entry_time */
};

/* Have the hypervisor keep a copy at a guest virtual address. */
struct pv_vcpu_register_runstate_memory_area {
	union {
		uint64_t h;
		uint64_t v;
		uint64_t p;
	} addr; /* three names of one address */
};

struct pv_vcpu_set_periodic_timer {
	uint64_t period_ns; /* at least 1 ms */
};

#define PV_VCPU_SSHOTTMR_FUTURE (1u << 0) /* -ETIME if the time has passed */
struct pv_vcpu_set_singleshot_timer {
	uint64_t timeout_abs_ns; /* system time; a past one fires at once */
	uint32_t flags;		 /* PV_VCPU_SSHOTTMR_* */
};

/* Move a vcpu's vcpu_info into a frame of the guest; once in a vcpu's life. */
struct pv_vcpu_register_vcpu_info {
	uint64_t mfn;	 /* machine frame */
	uint32_t offset; /* bytes; the 64 bytes must not leave the frame */
	uint32_t rsvd;	 /* 0 */
};

/* Low half APIC id, high half ACPI id of the CPU a vcpu is pinned to. */
struct pv_vcpu_get_physid {
	uint64_t phys_id;
};

/* Have the hypervisor keep a copy of vcpu_time_info at a guest virtual address. */
struct pv_vcpu_register_time_memory_area {
	union {
		uint64_t h;
		uint64_t v;
		uint64_t p;
	} addr; /* three names of one address */
};

#endif
