/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * physdev_op(cmd, argument). Virtual I/O privilege is for every domain; what is
 * about interrupts and PCI devices is for dom0. pirq numbers of interrupt lines
 * equal their global interrupt.
 */
#include "arch.h"
#include "hypercall.h"
#include "public/physdev.h"

#define IOAPIC_SELECT	0x00
#define IOAPIC_WINDOW	0x10
#define IOAPIC_VERSION	1
#define IOAPIC_MAX_READ 2 /* id, version, arbitration: what kernels probe for */

/* Registers of IO-APIC \p i, mapped at first use. */
static volatile u32 *ioapic_registers(u32 i)
{
	static volatile u32 *mapped[ARRAY_SIZE(acpi.ioapic)];

	if (!mapped[i])
		mapped[i] = device_map(acpi.ioapic[i].address, IOAPIC_WINDOW + 4);
	return mapped[i];
}

static u32 ioapic_read(u32 i, u32 reg)
{
	volatile u32 *registers = ioapic_registers(i);

	if (!registers)
		return 0;
	registers[IOAPIC_SELECT / 4] = reg;
	return registers[IOAPIC_WINDOW / 4];
}

/* Is there a pin behind this global interrupt? */
static bool gsi_exists(s64 gsi)
{
	for (u32 i = 0; i < acpi.nr_ioapics; i++) {
		s64 first = acpi.ioapic[i].gsi_base;

		if (gsi >= first && gsi <= first + (ioapic_read(i, IOAPIC_VERSION) >> 16 & 0xff))
			return true;
	}
	return false;
}

static long op_set_iopl(vaddr_t at)
{
	struct pv_physdev_set_iopl op;

	if (copy_from_guest(&op, at, sizeof(op)))
		return REFUSE(-EFAULT);
	if (op.iopl > 3)
		return REFUSE(-EINVAL);
	current->iopl = op.iopl;
	return 0;
}

static long op_set_iobitmap(vaddr_t at)
{
	struct pv_physdev_set_iobitmap op;

	if (copy_from_guest(&op, at, sizeof(op)))
		return REFUSE(-EFAULT);
	if (op.nr_ports > 65536 || !guest_range_ok(op.bitmap, (op.nr_ports + 7) / 8))
		return REFUSE(-EINVAL);
	current->iobitmap = op.bitmap;
	current->iobitmap_ports = op.nr_ports;
	return 0;
}

static long op_apic_read(vaddr_t at)
{
	struct pv_physdev_apic op;

	if (copy_from_guest(&op, at, sizeof(op)))
		return REFUSE(-EFAULT);
	for (u32 i = 0; i < acpi.nr_ioapics; i++) {
		if (acpi.ioapic[i].address != op.apic_physbase)
			continue;
		if (op.reg > IOAPIC_MAX_READ)
			return REFUSE(-EPERM);
		op.value = ioapic_read(i, op.reg);
		return copy_field_to_guest(at, &op, value) ? REFUSE(-EFAULT) : 0;
	}
	return REFUSE(-EINVAL);
}

static long op_alloc_irq_vector(vaddr_t at)
{
	struct pv_physdev_irq op;

	if (copy_from_guest(&op, at, sizeof(op)))
		return REFUSE(-EFAULT);
	if (!gsi_exists(op.irq))
		return REFUSE(-EINVAL);
	op.vector = op.irq;
	return copy_field_to_guest(at, &op, vector) ? REFUSE(-EFAULT) : 0;
}

static long op_setup_gsi(vaddr_t at)
{
	struct pv_physdev_setup_gsi op;

	if (copy_from_guest(&op, at, sizeof(op)))
		return REFUSE(-EFAULT);
	if (!gsi_exists(op.gsi))
		return REFUSE(-EINVAL);
	return 0;
}

static long op_map_pirq(vaddr_t at)
{
	struct pv_physdev_map_pirq op;

	if (copy_from_guest(&op, at, sizeof(op)))
		return REFUSE(-EFAULT);
	if (op.domid != PV_DOMID_SELF && op.domid != current->domain->id)
		return REFUSE(-EPERM);
	if (op.type != PV_MAP_PIRQ_TYPE_GSI)
		return REFUSE(-EOPNOTSUPP);
	if (!gsi_exists(op.index) || (op.pirq >= 0 && op.pirq != op.index))
		return REFUSE(-EINVAL);
	op.pirq = op.index;
	return copy_field_to_guest(at, &op, pirq) ? REFUSE(-EFAULT) : 0;
}

static long op_unmap_pirq(vaddr_t at)
{
	struct pv_physdev_unmap_pirq op;

	if (copy_from_guest(&op, at, sizeof(op)))
		return REFUSE(-EFAULT);
	return gsi_exists(op.pirq) ? 0 : REFUSE(-EINVAL);
}

static long op_eoi(vaddr_t at)
{
	struct pv_physdev_eoi op;

	if (copy_from_guest(&op, at, sizeof(op)))
		return REFUSE(-EFAULT);
	return gsi_exists(op.irq) ? 0 : REFUSE(-EINVAL);
}

static long op_irq_status_query(vaddr_t at)
{
	struct pv_physdev_irq_status_query op;

	if (copy_from_guest(&op, at, sizeof(op)))
		return REFUSE(-EFAULT);
	if (!gsi_exists(op.irq))
		return REFUSE(-EINVAL);
	op.flags = PV_XENIRQSTAT_NEEDS_EOI;
	return copy_field_to_guest(at, &op, flags) ? REFUSE(-EFAULT) : 0;
}

static long dom0_op(u32 cmd, vaddr_t at)
{
	switch (cmd) {
	case PV_PHYSDEVOP_APIC_READ:
		return op_apic_read(at);
	case PV_PHYSDEVOP_ALLOC_IRQ_VECTOR:
		return op_alloc_irq_vector(at);
	case PV_PHYSDEVOP_SETUP_GSI:
		return op_setup_gsi(at);
	case PV_PHYSDEVOP_MAP_PIRQ:
		return op_map_pirq(at);
	case PV_PHYSDEVOP_UNMAP_PIRQ:
		return op_unmap_pirq(at);
	case PV_PHYSDEVOP_EOI:
		return op_eoi(at);
	case PV_PHYSDEVOP_IRQ_STATUS_QUERY:
		return op_irq_status_query(at);
	case PV_PHYSDEVOP_PCI_MMCFG_RESERVED:
	case PV_PHYSDEVOP_PCI_DEVICE_ADD:
	case PV_PHYSDEVOP_PCI_DEVICE_REMOVE:
	case PV_PHYSDEVOP_MANAGE_PCI_ADD:
	case PV_PHYSDEVOP_MANAGE_PCI_REMOVE:
		/* dom0 tells what it found. Devices are named by address only: nothing to keep. */
		return 0;
	default:
		return REFUSE(-ENOSYS);
	}
}

HYPERCALL(physdev_op)
{
	u32 cmd = (u32)hc->arg[0];

	if (cmd == PV_PHYSDEVOP_SET_IOPL)
		return op_set_iopl(hc->arg[1]);
	if (cmd == PV_PHYSDEVOP_SET_IOBITMAP)
		return op_set_iobitmap(hc->arg[1]);
	if (!current->domain->privileged)
		return REFUSE(-EPERM);
	return dom0_op(cmd, hc->arg[1]);
}
