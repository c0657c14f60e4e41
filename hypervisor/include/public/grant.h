/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Grant tables: a domain lets another one map or copy single frames.
 * grant_table_op(cmd, array, count) works through the array and writes a
 * status per element; the call itself fails only for bad pointers.
 */
#ifndef PV_PUBLIC_GRANT_H
#define PV_PUBLIC_GRANT_H

#include <stdint.h>

typedef uint32_t pv_grant_ref_t;    /* index into the granter's table */
typedef uint32_t pv_grant_handle_t; /* names a mapping in the mapping domain */

/*
 * Version 1 entry, 8 bytes, in frames both sides see. The granter writes
 * domid and frame, a barrier, then flags; the hypervisor sets and clears
 * reading and writing in flags by compare-exchange while the grant is in use.
 */
struct pv_grant_entry_v1 {
	uint16_t flags; /* PV_GTF_* */
	uint16_t domid; /* who may use it */
	uint32_t frame; /* machine frame */
};

/* The first entries have fixed uses. */
#define PV_GNTTAB_NR_RESERVED_ENTRIES 8
#define PV_GNTTAB_RESERVED_CONSOLE    0
#define PV_GNTTAB_RESERVED_XENSTORE   1

#define PV_GTF_INVALID		  0u
#define PV_GTF_PERMIT_ACCESS	  1u /* map and copy */
#define PV_GTF_ACCEPT_TRANSFER	  2u /* refused here */
#define PV_GTF_TRANSITIVE	  3u /* version 2 only */
#define PV_GTF_TYPE_MASK	  3u
#define PV_GTF_READONLY		  (1u << 2)
#define PV_GTF_READING		  (1u << 3) /* hypervisor: in use */
#define PV_GTF_WRITING		  (1u << 4) /* hypervisor: in use for writing */
#define PV_GTF_PWT		  (1u << 5)
#define PV_GTF_PCD		  (1u << 6)
#define PV_GTF_PAT		  (1u << 7)
#define PV_GTF_SUB_PAGE		  (1u << 8) /* version 2 only */
#define PV_GTF_TRANSFER_COMMITTED (1u << 2)
#define PV_GTF_TRANSFER_COMPLETED (1u << 3)

#define PV_GNTTABOP_MAP_GRANT_REF     0
#define PV_GNTTABOP_UNMAP_GRANT_REF   1
#define PV_GNTTABOP_SETUP_TABLE	      2
#define PV_GNTTABOP_DUMP_TABLE	      3
#define PV_GNTTABOP_TRANSFER	      4
#define PV_GNTTABOP_COPY	      5
#define PV_GNTTABOP_QUERY_SIZE	      6
#define PV_GNTTABOP_UNMAP_AND_REPLACE 7
#define PV_GNTTABOP_SET_VERSION	      8
#define PV_GNTTABOP_GET_STATUS_FRAMES 9
#define PV_GNTTABOP_GET_VERSION	      10
#define PV_GNTTABOP_SWAP_GRANT_REF    11
#define PV_GNTTABOP_CACHE_FLUSH	      12

#define PV_GNTMAP_DEVICE_MAP	   (1 << 0) /* for DMA */
#define PV_GNTMAP_HOST_MAP	   (1 << 1) /* into the caller's address space */
#define PV_GNTMAP_READONLY	   (1 << 2)
#define PV_GNTMAP_APPLICATION_MAP  (1 << 3) /* accessible from user mode */
#define PV_GNTMAP_CONTAINS_PTE	   (1 << 4) /* host_addr is the machine address of the entry */
#define PV_GNTMAP_GUEST_AVAIL0	   16	    /* bits from here go to the entry's available bits */
#define PV_GNTMAP_GUEST_AVAIL_MASK (0xffffffffu << PV_GNTMAP_GUEST_AVAIL0)

#define PV_GNTST_OKAY		   0
#define PV_GNTST_GENERAL_ERROR	   (-1)
#define PV_GNTST_BAD_DOMAIN	   (-2)
#define PV_GNTST_BAD_GNTREF	   (-3)
#define PV_GNTST_BAD_HANDLE	   (-4)
#define PV_GNTST_BAD_VIRT_ADDR	   (-5)
#define PV_GNTST_BAD_DEV_ADDR	   (-6)
#define PV_GNTST_NO_DEVICE_SPACE   (-7)
#define PV_GNTST_PERMISSION_DENIED (-8)
#define PV_GNTST_BAD_PAGE	   (-9)
#define PV_GNTST_BAD_COPY_ARG	   (-10)
#define PV_GNTST_ADDRESS_TOO_BIG   (-11)
#define PV_GNTST_EAGAIN		   (-12)
#define PV_GNTST_NO_SPACE	   (-13)

/* Map the frame of one grant. */
struct pv_gnttab_map_grant_ref {
	uint64_t host_addr;	  /* in: guest virtual address, or see CONTAINS_PTE */
	uint32_t flags;		  /* in: PV_GNTMAP_* */
	pv_grant_ref_t ref;	  /* in */
	uint16_t dom;		  /* in: the granter */
	int16_t status;		  /* out: PV_GNTST_* */
	pv_grant_handle_t handle; /* out */
	uint64_t dev_bus_addr;	  /* out: machine address of the frame */
};

/* Undo a mapping. A zero host_addr or dev_bus_addr leaves that half alone. */
struct pv_gnttab_unmap_grant_ref {
	uint64_t host_addr;	  /* in */
	uint64_t dev_bus_addr;	  /* in */
	pv_grant_handle_t handle; /* in */
	int16_t status;		  /* out */
};

/* Grow the table to nr_frames and list its machine frames, which dom maps itself. */
struct pv_gnttab_setup_table {
	uint16_t dom;	     /* in */
	uint32_t nr_frames;  /* in */
	int16_t status;	     /* out */
	uint64_t frame_list; /* in: guest virtual address of uint64_t[nr_frames] */
};

struct pv_gnttab_dump_table {
	uint16_t dom;
	int16_t status;
};

/* Give a frame away; not offered here. */
struct pv_gnttab_transfer {
	uint64_t mfn;
	uint16_t domid;
	pv_grant_ref_t ref;
	int16_t status;
};

/* Copy within one frame each, from and to own frames or grants. */
#define PV_GNTCOPY_SOURCE_GREF (1 << 0) /* source.u.ref, not gmfn */
#define PV_GNTCOPY_DEST_GREF   (1 << 1) /* dest.u.ref, not gmfn */
struct pv_gnttab_copy_ptr {
	union {
		pv_grant_ref_t ref;
		uint64_t gmfn; /* machine frame */
	} u;
	uint16_t domid;
	uint16_t offset; /* bytes */
};
struct pv_gnttab_copy {
	struct pv_gnttab_copy_ptr source, dest; /* in */
	uint16_t len;				/* in: bytes; offset + len must not exceed 4096 */
	uint16_t flags;				/* in: PV_GNTCOPY_* */
	int16_t status;				/* out */
};

struct pv_gnttab_query_size {
	uint16_t dom;		/* in */
	uint32_t nr_frames;	/* out: now */
	uint32_t max_nr_frames; /* out: limit */
	int16_t status;		/* out */
};

struct pv_gnttab_unmap_and_replace {
	uint64_t host_addr;
	uint64_t new_addr;
	pv_grant_handle_t handle;
	int16_t status;
};

/* Returns an error in RAX when refused; version then holds the one in force. */
struct pv_gnttab_set_version {
	uint32_t version; /* in, out */
};

struct pv_gnttab_get_status_frames {
	uint32_t nr_frames;
	uint16_t dom;
	int16_t status;
	uint64_t frame_list;
};

struct pv_gnttab_get_version {
	uint16_t dom; /* in */
	uint16_t pad;
	uint32_t version; /* out */
};

struct pv_gnttab_swap_grant_ref {
	pv_grant_ref_t ref_a;
	pv_grant_ref_t ref_b;
	int16_t status;
};

#endif
