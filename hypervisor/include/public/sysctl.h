/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sysctl(argument): how the tools of a privileged domain see and steer the
 * machine as a whole. Interface version 0x15; another version in the argument
 * is answered with -PV_EACCES. Pointers are guest virtual addresses of the
 * calling domain.
 */
#ifndef PV_PUBLIC_SYSCTL_H
#define PV_PUBLIC_SYSCTL_H

#include "domctl.h"

#define PV_SYSCTL_INTERFACE_VERSION 0x00000015

#define PV_SYSCTL_READCONSOLE		 1
#define PV_SYSCTL_TBUF_OP		 2
#define PV_SYSCTL_PHYSINFO		 3
#define PV_SYSCTL_SCHED_ID		 4
#define PV_SYSCTL_PERFC_OP		 5
#define PV_SYSCTL_GETDOMAININFOLIST	 6
#define PV_SYSCTL_DEBUG_KEYS		 7
#define PV_SYSCTL_GETCPUINFO		 8
#define PV_SYSCTL_AVAILHEAP		 9
#define PV_SYSCTL_GET_PMSTAT		 10
#define PV_SYSCTL_CPU_HOTPLUG		 11
#define PV_SYSCTL_PM_OP			 12
#define PV_SYSCTL_PAGE_OFFLINE_OP	 14
#define PV_SYSCTL_LOCKPROF_OP		 15
#define PV_SYSCTL_CPUTOPOINFO		 16
#define PV_SYSCTL_NUMAINFO		 17
#define PV_SYSCTL_CPUPOOL_OP		 18
#define PV_SYSCTL_SCHEDULER_OP		 19
#define PV_SYSCTL_COVERAGE_OP		 20
#define PV_SYSCTL_PSR_CMT_OP		 21
#define PV_SYSCTL_PCITOPOINFO		 22
#define PV_SYSCTL_PSR_ALLOC		 23
#define PV_SYSCTL_GET_CPU_LEVELLING_CAPS 25
#define PV_SYSCTL_GET_CPU_FEATURESET	 26
#define PV_SYSCTL_LIVEPATCH_OP		 27
#define PV_SYSCTL_GET_CPU_POLICY	 29

/* Read the hypervisor's console ring. */
struct pv_sysctl_readconsole {
	uint8_t clear;	     /* in: empty the ring afterwards */
	uint8_t incremental; /* in: start at index instead of the oldest byte */
	uint8_t pad0, pad1;
	uint32_t index;	 /* in, out: position in the whole stream */
	uint64_t buffer; /* char[count] */
	uint32_t count;	 /* in: room; out: bytes written */
};

#define PV_SYSCTL_PHYSCAP_HVM		     (1u << 0)
#define PV_SYSCTL_PHYSCAP_PV		     (1u << 1)
#define PV_SYSCTL_PHYSCAP_DIRECTIO	     (1u << 2)
#define PV_SYSCTL_PHYSCAP_HAP		     (1u << 3)
#define PV_SYSCTL_PHYSCAP_SHADOW	     (1u << 4)
#define PV_SYSCTL_PHYSCAP_IOMMU_HAP_PT_SHARE (1u << 5)
#define PV_SYSCTL_PHYSCAP_VMTRACE	     (1u << 6)
#define PV_SYSCTL_PHYSCAP_VPMU		     (1u << 7)
#define PV_SYSCTL_PHYSCAP_GNTTAB_V1	     (1u << 8)
#define PV_SYSCTL_PHYSCAP_GNTTAB_V2	     (1u << 9)
#define PV_SYSCTL_PHYSCAP_MAX		     PV_SYSCTL_PHYSCAP_GNTTAB_V2
/* Size of the machine. All out. */
struct pv_sysctl_physinfo {
	uint32_t threads_per_core;
	uint32_t cores_per_socket;
	uint32_t nr_cpus;
	uint32_t max_cpu_id;
	uint32_t nr_nodes;
	uint32_t max_node_id;
	uint32_t cpu_khz;
	uint32_t capabilities; /* PV_SYSCTL_PHYSCAP_* */
	uint32_t arch_capabilities;
	uint32_t pad;
	uint64_t total_pages;
	uint64_t free_pages;
	uint64_t scrub_pages; /* free, not yet cleared */
	uint64_t outstanding_pages;
	uint64_t max_mfn;
	uint32_t hw_cap[8]; /* CPU features, as featureset words */
};

struct pv_sysctl_sched_id {
	uint32_t sched_id; /* out: PV_SCHEDULER_* */
};

#define PV_SYSCTL_PERFCOP_RESET 1
#define PV_SYSCTL_PERFCOP_QUERY 2
struct pv_sysctl_perfc_desc {
	char name[80];
	uint32_t nr_vals;
};
typedef uint32_t pv_sysctl_perfc_val_t;
/* Counters of the hypervisor. Null arrays: report the sizes. */
struct pv_sysctl_perfc_op {
	uint32_t cmd;	      /* in: PV_SYSCTL_PERFCOP_* */
	uint32_t nr_counters; /* out */
	uint32_t nr_vals;     /* out */
	uint64_t desc;	      /* struct pv_sysctl_perfc_desc[] */
	uint64_t val;	      /* pv_sysctl_perfc_val_t[] */
};

struct pv_sysctl_getdomaininfolist {
	uint16_t first_domain; /* in */
	uint32_t max_domains;  /* in: room */
	uint64_t buffer;       /* struct pv_domctl_getdomaininfo[] */
	uint32_t num_domains;  /* out */
};

struct pv_sysctl_debug_keys {
	uint64_t keys; /* char[nr_keys], as if typed on the console */
	uint32_t nr_keys;
};

struct pv_sysctl_cpuinfo {
	uint64_t idletime; /* ns */
};
struct pv_sysctl_getcpuinfo {
	uint32_t max_cpus; /* in: room */
	uint64_t info;	   /* struct pv_sysctl_cpuinfo[] */
	uint32_t nr_cpus;  /* out */
};

/* Free memory within address widths (0 = any) and a node (negative = all). */
struct pv_sysctl_availheap {
	uint32_t min_bitwidth;
	uint32_t max_bitwidth;
	int32_t node;
	uint64_t avail_bytes; /* out */
};

#define PV_SYSCTL_CPU_HOTPLUG_ONLINE  0
#define PV_SYSCTL_CPU_HOTPLUG_OFFLINE 1
struct pv_sysctl_cpu_hotplug {
	uint32_t cpu;
	uint32_t op; /* PV_SYSCTL_CPU_HOTPLUG_* */
};

#define PV_INVALID_CORE_ID   0xffffffffu
#define PV_INVALID_SOCKET_ID 0xffffffffu
#define PV_INVALID_NODE_ID   0xffffffffu
struct pv_sysctl_cputopo {
	uint32_t core;
	uint32_t socket;
	uint32_t node;
};
/* Null array: report the count. */
struct pv_sysctl_cputopoinfo {
	uint32_t num_cpus; /* in: room; out: needed or written */
	uint64_t cputopo;  /* struct pv_sysctl_cputopo[] */
};

#define PV_INVALID_MEM_SZ    0xffffffffu
#define PV_INVALID_NODE_DIST 0xffffffffu
struct pv_sysctl_meminfo {
	uint64_t memsize; /* bytes */
	uint64_t memfree; /* bytes */
};
/* Null arrays: report the count. */
struct pv_sysctl_numainfo {
	uint32_t num_nodes; /* in: room; out: needed or written */
	uint64_t meminfo;   /* struct pv_sysctl_meminfo[num_nodes] */
	uint64_t distance;  /* uint32_t[num_nodes * num_nodes] */
};

#define PV_SYSCTL_CPUPOOL_OP_CREATE	1
#define PV_SYSCTL_CPUPOOL_OP_DESTROY	2
#define PV_SYSCTL_CPUPOOL_OP_INFO	3 /* of cpupool_id or the next one; -ENOENT past the last */
#define PV_SYSCTL_CPUPOOL_OP_ADDCPU	4
#define PV_SYSCTL_CPUPOOL_OP_RMCPU	5
#define PV_SYSCTL_CPUPOOL_OP_MOVEDOMAIN 6
#define PV_SYSCTL_CPUPOOL_OP_FREEINFO	7 /* CPUs in no pool */
#define PV_SYSCTL_CPUPOOL_PAR_ANY	0xffffffffu
struct pv_sysctl_cpupool_op {
	uint32_t op;			/* in: PV_SYSCTL_CPUPOOL_OP_* */
	uint32_t cpupool_id;		/* in, out */
	uint32_t sched_id;		/* in, out: PV_SCHEDULER_* */
	uint32_t domid;			/* in: MOVEDOMAIN */
	uint32_t cpu;			/* in: ADDCPU, RMCPU */
	uint32_t n_dom;			/* out */
	struct pv_xenctl_bitmap cpumap; /* out */
};

#define PV_SYSCTL_SCHED_RATELIMIT_MAX	500000
#define PV_SYSCTL_SCHED_RATELIMIT_MIN	100
#define PV_SYSCTL_CSCHED_TSLICE_MAX	1000
#define PV_SYSCTL_CSCHED_TSLICE_MIN	1
#define PV_SYSCTL_CSCHED_MGR_DLY_MAX_US (100 * 1000)
struct pv_sysctl_credit_schedule {
	uint32_t tslice_ms;
	uint32_t ratelimit_us;
	uint32_t vcpu_migr_delay_us;
};
struct pv_sysctl_credit2_schedule {
	uint32_t ratelimit_us;
};
#define PV_SYSCTL_SCHEDOP_PUTINFO 0
#define PV_SYSCTL_SCHEDOP_GETINFO 1
struct pv_sysctl_scheduler_op {
	uint32_t cpupool_id;
	uint32_t sched_id;
	uint32_t cmd; /* PV_SYSCTL_SCHEDOP_* */
	union {
		struct {
			uint64_t schedule;
		} sched_arinc653;
		struct pv_sysctl_credit_schedule sched_credit;
		struct pv_sysctl_credit2_schedule sched_credit2;
	} u;
};

#define PV_INVALID_DEV (PV_INVALID_NODE_ID - 1) /* no such device */
struct pv_sysctl_pcitopoinfo {
	uint32_t num_devs; /* in: count; out: done */
	uint64_t devs;	   /* struct pv_physdev_pci_device[] */
	uint64_t nodes;	   /* uint32_t[], out */
};

#define PV_SYSCTL_CPU_LEVELCAP_FAULTING (1ul << 0) /* CPUID can be intercepted */
struct pv_sysctl_cpu_levelling_caps {
	uint32_t caps; /* out */
};

#define PV_SYSCTL_CPU_FEATURESET_RAW	 0
#define PV_SYSCTL_CPU_FEATURESET_HOST	 1
#define PV_SYSCTL_CPU_FEATURESET_PV	 2
#define PV_SYSCTL_CPU_FEATURESET_HVM	 3
#define PV_SYSCTL_CPU_FEATURESET_PV_MAX	 4
#define PV_SYSCTL_CPU_FEATURESET_HVM_MAX 5
/* Null array: report the number of words. */
struct pv_sysctl_cpu_featureset {
	uint32_t index;	      /* in: PV_SYSCTL_CPU_FEATURESET_* */
	uint32_t nr_features; /* in: room; out: words */
	uint64_t features;    /* uint32_t[] */
};

#define PV_SYSCTL_CPU_POLICY_RAW	 0
#define PV_SYSCTL_CPU_POLICY_HOST	 1
#define PV_SYSCTL_CPU_POLICY_PV_MAX	 2
#define PV_SYSCTL_CPU_POLICY_HVM_MAX	 3
#define PV_SYSCTL_CPU_POLICY_PV_DEFAULT	 4
#define PV_SYSCTL_CPU_POLICY_HVM_DEFAULT 5
/* Null arrays: report the counts. */
struct pv_sysctl_cpu_policy {
	uint32_t index;	    /* in: PV_SYSCTL_CPU_POLICY_* */
	uint32_t nr_leaves; /* in: room; out: needed or written */
	uint32_t nr_msrs;
	uint32_t rsvd;
	uint64_t leaves; /* struct pv_cpuid_leaf[] */
	uint64_t msrs;	 /* struct pv_msr_entry[] */
};

struct pv_sysctl {
	uint32_t cmd; /* PV_SYSCTL_* */
	uint32_t interface_version;
	union {
		struct pv_sysctl_readconsole readconsole;
		struct pv_sysctl_physinfo physinfo;
		struct pv_sysctl_cputopoinfo cputopoinfo;
		struct pv_sysctl_pcitopoinfo pcitopoinfo;
		struct pv_sysctl_numainfo numainfo;
		struct pv_sysctl_sched_id sched_id;
		struct pv_sysctl_perfc_op perfc_op;
		struct pv_sysctl_getdomaininfolist getdomaininfolist;
		struct pv_sysctl_debug_keys debug_keys;
		struct pv_sysctl_getcpuinfo getcpuinfo;
		struct pv_sysctl_availheap availheap;
		struct pv_sysctl_cpu_hotplug cpu_hotplug;
		struct pv_sysctl_cpupool_op cpupool_op;
		struct pv_sysctl_scheduler_op scheduler_op;
		struct pv_sysctl_cpu_levelling_caps cpu_levelling_caps;
		struct pv_sysctl_cpu_featureset cpu_featureset;
		struct pv_sysctl_cpu_policy cpu_policy;
		uint8_t pad[128];
	} u;
};

#endif
