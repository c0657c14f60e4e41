/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memory_op(cmd, argument): which frames a domain has, and where. Frame
 * numbers called mfn are machine frames, gpfn and pfn are the guest's own.
 */
#ifndef PV_PUBLIC_MEMORY_H
#define PV_PUBLIC_MEMORY_H

#include <stdint.h>

#define PV_XENMEM_INCREASE_RESERVATION	     0	/* memory_reservation; out: frames */
#define PV_XENMEM_DECREASE_RESERVATION	     1	/* memory_reservation; in: machine frames */
#define PV_XENMEM_MAXIMUM_RAM_PAGE	     2	/* no argument; returns the highest frame */
#define PV_XENMEM_CURRENT_RESERVATION	     3	/* uint16_t domid; returns frames */
#define PV_XENMEM_MAXIMUM_RESERVATION	     4	/* uint16_t domid; returns frames */
#define PV_XENMEM_MACHPHYS_MFN_LIST	     5	/* machphys_mfn_list */
#define PV_XENMEM_POPULATE_PHYSMAP	     6	/* memory_reservation; in: pfns, out: frames */
#define PV_XENMEM_ADD_TO_PHYSMAP	     7	/* translated guests only */
#define PV_XENMEM_MEMORY_MAP		     9	/* memory_map */
#define PV_XENMEM_MACHINE_MEMORY_MAP	     10 /* memory_map, first domain only */
#define PV_XENMEM_EXCHANGE		     11 /* memory_exchange */
#define PV_XENMEM_MACHPHYS_MAPPING	     12 /* machphys_mapping */
#define PV_XENMEM_SET_MEMORY_MAP	     13 /* foreign_memory_map */
#define PV_XENMEM_MAXIMUM_GPFN		     14 /* uint16_t domid; returns the highest pfn */
#define PV_XENMEM_REMOVE_FROM_PHYSMAP	     15 /* translated guests only */
#define PV_XENMEM_SET_POD_TARGET	     16 /* translated guests only */
#define PV_XENMEM_GET_POD_TARGET	     17 /* translated guests only */
#define PV_XENMEM_GET_SHARING_FREED_PAGES    18 /* no argument; 0 here */
#define PV_XENMEM_GET_SHARING_SHARED_PAGES   19 /* no argument; 0 here */
#define PV_XENMEM_PAGING_OP		     20
#define PV_XENMEM_ACCESS_OP		     21
#define PV_XENMEM_SHARING_OP		     22
#define PV_XENMEM_ADD_TO_PHYSMAP_BATCH	     23
#define PV_XENMEM_CLAIM_PAGES		     24 /* memory_reservation */
#define PV_XENMEM_MACHPHYS_COMPAT_MFN_LIST   25 /* machphys_mfn_list */
#define PV_XENMEM_GET_VNUMAINFO		     26
#define PV_XENMEM_RESERVED_DEVICE_MEMORY_MAP 27
#define PV_XENMEM_ACQUIRE_RESOURCE	     28 /* mem_acquire_resource */

/* memory_reservation.mem_flags: bits 0-7 address width (0 = any), 8-15 NUMA node + 1. */
#define PV_XENMEMF_ADDRESS_BITS(x)     (x)
#define PV_XENMEMF_GET_ADDRESS_BITS(x) ((x)&0xffu)
#define PV_XENMEMF_NODE(x)	       (((x) + 1) << 8)
#define PV_XENMEMF_GET_NODE(x)	       ((((x) >> 8) - 1) & 0xffu)
#define PV_XENMEMF_POPULATE_ON_DEMAND  (1 << 16)
#define PV_XENMEMF_EXACT_NODE_REQUEST  (1 << 17)
#define PV_XENMEMF_VNODE	       (1 << 18)

/*
 * A list of extents, 2^order frames each. The calls that take it return the
 * number of extents done, which may be fewer than asked.
 */
struct pv_memory_reservation {
	uint64_t extent_start; /* guest virtual address of uint64_t[nr_extents] */
	uint64_t nr_extents;
	uint32_t extent_order; /* log2 of frames per extent */
	uint32_t mem_flags;    /* PV_XENMEMF_* */
	uint16_t domid;
};

/*
 * Trade frames: in is a list of machine frames given up, out a list of pfns
 * that get the new ones (written back as machine frames). Equal totals.
 */
struct pv_memory_exchange {
	struct pv_memory_reservation in;
	struct pv_memory_reservation out;
	uint64_t nr_exchanged; /* in extents of 'in' done: 0 on entry, all on success */
};

/* Argument of the calls that take a domid alone. */
struct pv_memory_domain {
	uint16_t domid;
};

/* Machine frames at which each 2 MiB of the M2P starts, for the tools. */
struct pv_machphys_mfn_list {
	uint32_t max_extents;  /* room in the list */
	uint64_t extent_start; /* guest virtual address of uint64_t[max_extents] */
	uint32_t nr_extents;   /* out */
};

/* Where the caller finds the M2P; written by the hypervisor. */
struct pv_machphys_mapping {
	uint64_t v_start, v_end; /* guest virtual */
	uint64_t max_mfn;	 /* highest frame with an entry */
};

/* A memory map: nr_entries is room on entry, entries written on return. */
struct pv_memory_map {
	uint32_t nr_entries;
	uint64_t buffer; /* guest virtual address of struct pv_e820_entry[] */
};

/* A memory map set for another domain by its builder. */
struct pv_foreign_memory_map {
	uint16_t domid;
	struct pv_memory_map map;
};

/* Entries are packed: 20 bytes each. */
struct pv_e820_entry {
	uint64_t addr; /* bytes */
	uint64_t size; /* bytes */
	uint32_t type; /* PV_E820_* */
} __attribute__((packed));
#define PV_E820_RAM	 1
#define PV_E820_RESERVED 2
#define PV_E820_ACPI	 3
#define PV_E820_NVS	 4
#define PV_E820_UNUSABLE 5

#define PV_XENMAPSPACE_SHARED_INFO  0
#define PV_XENMAPSPACE_GRANT_TABLE  1
#define PV_XENMAPSPACE_GMFN	    2
#define PV_XENMAPSPACE_GMFN_RANGE   3
#define PV_XENMAPSPACE_GMFN_FOREIGN 4
#define PV_XENMAPSPACE_DEV_MMIO	    5

/* Frames the hypervisor keeps for a domain, for its builder to map. */
#define PV_XENMEM_RESOURCE_IOREQ_SERVER		 0
#define PV_XENMEM_RESOURCE_GRANT_TABLE		 1
#define PV_XENMEM_RESOURCE_VMTRACE_BUF		 2
#define PV_XENMEM_RESOURCE_GRANT_TABLE_ID_SHARED 0
#define PV_XENMEM_RESOURCE_GRANT_TABLE_ID_STATUS 1
struct pv_mem_acquire_resource {
	uint16_t domid;
	uint16_t type;	     /* PV_XENMEM_RESOURCE_* */
	uint32_t id;	     /* meaning depends on type */
	uint32_t nr_frames;  /* asked for; with a null list: 0, and out the number there are */
	uint32_t pad;	     /* 0 */
	uint64_t frame;	     /* first one */
	uint64_t frame_list; /* guest virtual address of uint64_t[nr_frames], out: machine frames */
};

#endif
