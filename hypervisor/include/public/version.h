/* SPDX-License-Identifier: BSD-2-Clause */
/* xen_version(cmd, argument): what the hypervisor is. All structures are written by it. */
#ifndef PV_PUBLIC_VERSION_H
#define PV_PUBLIC_VERSION_H

#include <stdint.h>

#include "features.h"

#define PV_XENVER_VERSION	      0	 /* no argument; returns major << 16 | minor */
#define PV_XENVER_EXTRAVERSION	      1	 /* char[16] */
#define PV_XENVER_COMPILE_INFO	      2	 /* compile_info */
#define PV_XENVER_CAPABILITIES	      3	 /* char[1024]; must name "xen-3.0-x86_64" */
#define PV_XENVER_CHANGESET	      4	 /* char[64] */
#define PV_XENVER_PLATFORM_PARAMETERS 5	 /* platform_parameters */
#define PV_XENVER_GET_FEATURES	      6	 /* feature_info */
#define PV_XENVER_PAGESIZE	      7	 /* no argument; returns 4096 */
#define PV_XENVER_GUEST_HANDLE	      8	 /* the caller's domain handle, 16 bytes */
#define PV_XENVER_COMMANDLINE	      9	 /* char[1024] */
#define PV_XENVER_BUILD_ID	      10 /* build_id; a null argument returns the length */

#define PV_EXTRAVERSION_LEN	 16
#define PV_CAPABILITIES_INFO_LEN 1024
#define PV_CHANGESET_INFO_LEN	 64
#define PV_COMMANDLINE_LEN	 1024

struct pv_compile_info {
	char compiler[64];
	char compile_by[16];
	char compile_domain[32];
	char compile_date[32];
};

struct pv_platform_parameters {
	uint64_t virt_start; /* first guest virtual address of the hypervisor */
};

struct pv_feature_info {
	uint32_t submap_idx; /* in: 0 to PV_XENFEAT_NR_SUBMAPS - 1 */
	uint32_t submap;     /* out: bit set of PV_XENFEAT_* */
};

/* Header of the answer to build_id; len bytes of the id follow at once. */
struct pv_build_id {
	uint32_t len; /* in: room for the id; out: bytes written */
};

#endif
