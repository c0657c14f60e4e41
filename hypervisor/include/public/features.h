/* SPDX-License-Identifier: BSD-2-Clause */
/* Bits that xen_version(XENVER_get_features) reports, and that ELF notes ask for. */
#ifndef PV_PUBLIC_FEATURES_H
#define PV_PUBLIC_FEATURES_H

#define PV_XENFEAT_WRITABLE_PAGE_TABLES	      0 /* never: tables are read-only */
#define PV_XENFEAT_WRITABLE_DESCRIPTOR_TABLES 1
#define PV_XENFEAT_AUTO_TRANSLATED_PHYSMAP    2 /* never for PV */
#define PV_XENFEAT_SUPERVISOR_MODE_KERNEL     3 /* never for PV */
#define PV_XENFEAT_PAE_PGDIR_ABOVE_4GB	      4
#define PV_XENFEAT_MMU_PT_UPDATE_PRESERVE_AD  5 /* mandatory for Linux */
#define PV_XENFEAT_HIGHMEM_ASSIST	      6 /* CLEAR_PAGE and COPY_PAGE exist */
#define PV_XENFEAT_GNTTAB_MAP_AVAIL_BITS      7 /* mandatory for Linux */
#define PV_XENFEAT_HVM_CALLBACK_VECTOR	      8
#define PV_XENFEAT_HVM_SAFE_PVCLOCK	      9
#define PV_XENFEAT_HVM_PIRQS		      10
#define PV_XENFEAT_DOM0			      11 /* the first domain; as a note: can be one */
#define PV_XENFEAT_MEMORY_OP_VNODE_SUPPORTED  13
#define PV_XENFEAT_ARM_SMCCC_SUPPORTED	      14
#define PV_XENFEAT_LINUX_RSDP_UNRESTRICTED    15
#define PV_XENFEAT_NOT_DIRECT_MAPPED	      16
#define PV_XENFEAT_DIRECT_MAPPED	      17
#define PV_XENFEAT_NR_SUBMAPS		      1 /* words of 32 features */

#endif
