/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * platform_op(argument): what dom0 does to the machine. Of the firmware it learns
 * where UEFI's tables are. BIOS data, UEFI's run-time services and processor power
 * data are not offered; kernels ask for each and do without.
 */
#include "arch.h"
#include "hypercall.h"
#include "sched.h"
#include "public/platform.h"

#define SLEEP_STATE_S5 5
#define SLP_EN	       BIT(13)

static long set_time(u64 seconds, u32 nanoseconds, u64 at)
{
	if (nanoseconds >= NSEC_PER_SEC)
		return REFUSE(-EINVAL);
	wallclock_set(seconds, nanoseconds, at);
	return 0;
}

/* dom0 has run its own ACPI code by now; what is left is the write that does it. */
static long enter_sleep(const struct pv_xenpf_enter_acpi_sleep *s)
{
	if (s->sleep_state != SLEEP_STATE_S5 || s->flags)
		return REFUSE(-EOPNOTSUPP);
	if (s->val_b && ((s->val_a ^ s->val_b) & SLP_EN))
		return REFUSE(-EINVAL);
	domain_audit_at_end();
	acpi_enter_sleep(s->val_a, s->val_b);
	return REFUSE(-PV_EIO);
}

static long firmware_info(struct pv_xenpf_firmware_info *f)
{
	if (f->type != PV_FW_EFI_INFO || !acpi.efi_tables)
		return REFUSE(-ENOSYS);
	switch (f->index) {
	case PV_FW_EFI_VERSION:
		f->u.efi_info.version = acpi.efi_revision;
		return 0;
	case PV_FW_EFI_CONFIG_TABLE:
		f->u.efi_info.cfg.addr = acpi.efi_tables;
		f->u.efi_info.cfg.nent = acpi.nr_efi_tables;
		return 0;
	default:
		return REFUSE(-EOPNOTSUPP);
	}
}

static void cpu_info(struct pv_xenpf_pcpuinfo *info)
{
	const struct cpu *c = cpu_from(info->xen_cpuid);

	info->max_present = nr_cpus - 1;
	info->acpi_id = info->xen_cpuid;
	info->apic_id = c ? c->apic_id : 0;
	info->flags = c ? PV_PCPU_FLAGS_ONLINE : PV_PCPU_FLAGS_INVALID;
}

static long cpu_version(struct pv_xenpf_pcpu_version *p)
{
	struct cpuid_leaf vendor = cpuid(0, 0);
	u32 signature = cpuid(1, 0).a;

	if (p->xen_cpuid >= nr_cpus)
		return REFUSE(-EINVAL);
	p->max_present = nr_cpus - 1;
	memcpy(p->vendor_id, &vendor.b, 4);
	memcpy(p->vendor_id + 4, &vendor.d, 4);
	memcpy(p->vendor_id + 8, &vendor.c, 4);
	p->family = signature >> 8 & 0xf;
	p->model = signature >> 4 & 0xf;
	p->stepping = signature & 0xf;
	if (p->family == 6 || p->family == 15)
		p->model |= signature >> 12 & 0xf0;
	if (p->family == 15)
		p->family += signature >> 20 & 0xff;
	return 0;
}

HYPERCALL(platform_op)
{
	vaddr_t at = hc->arg[0];
	struct pv_platform_op op;
	long rc = 0;

	if (!current->domain->privileged)
		return REFUSE(-EPERM);
	if (copy_from_guest(&op, at, sizeof(op)))
		return REFUSE(-EFAULT);
	if (op.interface_version != PV_XENPF_INTERFACE_VERSION)
		return REFUSE(-EACCES);
	switch (op.cmd) {
	case PV_XENPF_SETTIME32:
		return set_time(op.u.settime32.secs, op.u.settime32.nsecs,
				op.u.settime32.system_time);
	case PV_XENPF_SETTIME64:
		if (op.u.settime64.mbz)
			return REFUSE(-EINVAL);
		return set_time(op.u.settime64.secs, op.u.settime64.nsecs,
				op.u.settime64.system_time);
	case PV_XENPF_ENTER_ACPI_SLEEP:
		return enter_sleep(&op.u.enter_acpi_sleep);
	case PV_XENPF_READ_MEMTYPE:
		return REFUSE(-EINVAL); /* no such register: kernels ask until they hear this */
	case PV_XENPF_FIRMWARE_INFO:
		rc = firmware_info(&op.u.firmware_info);
		break;
	case PV_XENPF_GET_CPUINFO:
		cpu_info(&op.u.pcpu_info);
		break;
	case PV_XENPF_GET_CPU_VERSION:
		rc = cpu_version(&op.u.pcpu_version);
		break;
	default:
		return REFUSE(-ENOSYS);
	}
	if (!rc && copy_to_guest(at, &op, sizeof(op)))
		return REFUSE(-EFAULT);
	return rc;
}
