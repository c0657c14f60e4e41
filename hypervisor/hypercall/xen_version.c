/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xen_version(cmd, argument). The version is that of the interface, 4.17, by
 * which Debian's tools find the libraries that fit; the extra version is ours.
 */
#include "boot.h"
#include "hypercall.h"
#include "public/version.h"

#define INTERFACE_VERSION (4 << 16 | 17)

static long put_string(vaddr_t to, const char *s, size_t size)
{
	char buf[PV_COMMANDLINE_LEN] = {0};

	strlcpy(buf, s ? s : "", size);
	return copy_to_guest(to, buf, size) ? REFUSE(-EFAULT) : 0;
}

static long put_compile_info(vaddr_t to)
{
	struct pv_compile_info info = {.compile_by = "pavise"};

	strlcpy(info.compiler, __VERSION__, sizeof(info.compiler));
	return copy_to_guest(to, &info, sizeof(info)) ? REFUSE(-EFAULT) : 0;
}

static long put_features(vaddr_t to)
{
	struct pv_feature_info info;

	if (copy_from_guest(&info, to, sizeof(info)))
		return REFUSE(-EFAULT);
	if (info.submap_idx >= PV_XENFEAT_NR_SUBMAPS)
		return REFUSE(-EINVAL);
	info.submap = BIT(PV_XENFEAT_MMU_PT_UPDATE_PRESERVE_AD) | BIT(PV_XENFEAT_HIGHMEM_ASSIST) |
		      BIT(PV_XENFEAT_GNTTAB_MAP_AVAIL_BITS);
	if (current->domain->privileged)
		info.submap |= BIT(PV_XENFEAT_DOM0);
	return copy_field_to_guest(to, &info, submap) ? REFUSE(-EFAULT) : 0;
}

HYPERCALL(xen_version)
{
	struct pv_platform_parameters platform = {PV_HYPERVISOR_VIRT_START};
	vaddr_t to = hc->arg[1];

	switch ((u32)hc->arg[0]) {
	case PV_XENVER_VERSION:
		return INTERFACE_VERSION;
	case PV_XENVER_EXTRAVERSION:
		return put_string(to, ".0-pavise", PV_EXTRAVERSION_LEN);
	case PV_XENVER_COMPILE_INFO:
		return put_compile_info(to);
	case PV_XENVER_CAPABILITIES:
		return put_string(to, "xen-3.0-x86_64 ", PV_CAPABILITIES_INFO_LEN);
	case PV_XENVER_CHANGESET:
		return put_string(to, "unavailable", PV_CHANGESET_INFO_LEN);
	case PV_XENVER_PLATFORM_PARAMETERS:
		return copy_to_guest(to, &platform, sizeof(platform)) ? REFUSE(-EFAULT) : 0;
	case PV_XENVER_GET_FEATURES:
		return put_features(to);
	case PV_XENVER_PAGESIZE:
		return to ? REFUSE(-EINVAL) : (long)PAGE_SIZE;
	case PV_XENVER_GUEST_HANDLE:
		return copy_to_guest(to, current->domain->handle, sizeof(current->domain->handle))
			       ? REFUSE(-EFAULT)
			       : 0;
	case PV_XENVER_COMMANDLINE:
		return put_string(to, boot_info.cmdline, PV_COMMANDLINE_LEN);
	case PV_XENVER_BUILD_ID:
		return REFUSE(-PV_ENODATA);
	default:
		return REFUSE(-ENOSYS);
	}
}
