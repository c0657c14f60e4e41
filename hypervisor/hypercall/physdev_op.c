/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * physdev_op(cmd, argument). Virtual I/O privilege is for every domain; what is
 * about interrupts and PCI devices is for dom0. pirq numbers of interrupt lines
 * equal their global interrupt.
 */
#include "arch.h"
#include "event.h"
#include "hypercall.h"
#include "public/physdev.h"

union argument {
	struct pv_physdev_set_iopl set_iopl;
	struct pv_physdev_set_iobitmap set_iobitmap;
	struct pv_physdev_apic apic;
	struct pv_physdev_irq irq;
	struct pv_physdev_setup_gsi setup_gsi;
	struct pv_physdev_map_pirq map_pirq;
	struct pv_physdev_unmap_pirq unmap_pirq;
	struct pv_physdev_eoi eoi;
	struct pv_physdev_irq_status_query irq_status_query;
	struct pv_physdev_pci_mmcfg_reserved pci_mmcfg_reserved;
	struct pv_physdev_pci_device_add pci_device_add;
	struct pv_physdev_pci_device pci_device;
	struct pv_physdev_manage_pci manage_pci;
};

static long set_iobitmap(const struct pv_physdev_set_iobitmap *a)
{
	if (a->nr_ports > 65536 || !guest_range_ok(a->bitmap, (a->nr_ports + 7) / 8))
		return REFUSE(-EINVAL);
	current->iobitmap = a->bitmap;
	current->iobitmap_ports = a->nr_ports;
	return 0;
}

static bool is_own(domid_t id)
{
	return id == PV_DOMID_SELF || id == current->domain->id;
}

static long map_pirq(struct pv_physdev_map_pirq *a)
{
	if (!is_own(a->domid))
		return REFUSE(-EPERM);
	if (a->type != PV_MAP_PIRQ_TYPE_GSI)
		return REFUSE(-EOPNOTSUPP);
	if (a->pirq >= 0 && a->pirq != a->index)
		return REFUSE(-EINVAL);
	a->pirq = a->index;
	return event_pirq_map(current->domain, (u32)a->index, true);
}

static long run(u64 cmd, union argument *a)
{
	switch (cmd) {
	case PV_PHYSDEVOP_SET_IOPL:
		if (a->set_iopl.iopl > 3)
			return REFUSE(-EINVAL);
		current->iopl = a->set_iopl.iopl;
		return 0;
	case PV_PHYSDEVOP_SET_IOBITMAP:
		return set_iobitmap(&a->set_iobitmap);
	case PV_PHYSDEVOP_APIC_READ:
		return ioapic_probe(a->apic.apic_physbase, a->apic.reg, &a->apic.value);
	case PV_PHYSDEVOP_ALLOC_IRQ_VECTOR:
		a->irq.vector = a->irq.irq;
		return line_exists(a->irq.irq) ? 0 : REFUSE(-EINVAL);
	case PV_PHYSDEVOP_SETUP_GSI:
		return line_configure((u32)a->setup_gsi.gsi, a->setup_gsi.triggering,
				      a->setup_gsi.polarity);
	case PV_PHYSDEVOP_MAP_PIRQ:
		return map_pirq(&a->map_pirq);
	case PV_PHYSDEVOP_UNMAP_PIRQ:
		if (!is_own(a->unmap_pirq.domid))
			return REFUSE(-EPERM);
		return event_pirq_map(current->domain, (u32)a->unmap_pirq.pirq, false);
	case PV_PHYSDEVOP_EOI:
		return event_pirq_eoi(current->domain, a->eoi.irq);
	case PV_PHYSDEVOP_IRQ_STATUS_QUERY:
		return event_pirq_status(current->domain, a->irq_status_query.irq,
					 &a->irq_status_query.flags);
	default:
		/* dom0 tells what PCI devices it found. They are named by address: nothing to keep.
		 */
		return 0;
	}
}

#define ARGUMENT(type) .size = sizeof(struct pv_physdev_##type)
#define ANSWER(type, field)                                     \
	.answer_at = offsetof(struct pv_physdev_##type, field), \
	.answer_size = sizeof(((struct pv_physdev_##type *)NULL)->field)

static const struct {
	u8 size;
	u8 answer_at, answer_size; /* what of it is copied back */
	bool for_all;		   /* every domain may; else dom0 alone */
} ops[] = {
	/* clang-format off */
	[PV_PHYSDEVOP_SET_IOPL] = {ARGUMENT(set_iopl), .for_all = true},
	[PV_PHYSDEVOP_SET_IOBITMAP] = {ARGUMENT(set_iobitmap), .for_all = true},
	[PV_PHYSDEVOP_APIC_READ] = {ARGUMENT(apic), ANSWER(apic, value)},
	[PV_PHYSDEVOP_ALLOC_IRQ_VECTOR] = {ARGUMENT(irq), ANSWER(irq, vector)},
	[PV_PHYSDEVOP_SETUP_GSI] = {ARGUMENT(setup_gsi)},
	[PV_PHYSDEVOP_MAP_PIRQ] = {ARGUMENT(map_pirq), ANSWER(map_pirq, pirq)},
	[PV_PHYSDEVOP_UNMAP_PIRQ] = {ARGUMENT(unmap_pirq)},
	[PV_PHYSDEVOP_EOI] = {ARGUMENT(eoi)},
	[PV_PHYSDEVOP_IRQ_STATUS_QUERY] = {ARGUMENT(irq_status_query),
					   ANSWER(irq_status_query, flags)},
	[PV_PHYSDEVOP_PCI_MMCFG_RESERVED] = {ARGUMENT(pci_mmcfg_reserved)},
	[PV_PHYSDEVOP_PCI_DEVICE_ADD] = {ARGUMENT(pci_device_add)},
	[PV_PHYSDEVOP_PCI_DEVICE_REMOVE] = {ARGUMENT(pci_device)},
	[PV_PHYSDEVOP_MANAGE_PCI_ADD] = {ARGUMENT(manage_pci)},
	[PV_PHYSDEVOP_MANAGE_PCI_REMOVE] = {ARGUMENT(manage_pci)},
	/* clang-format on */
};

HYPERCALL(physdev_op)
{
	u64 cmd = (u32)hc->arg[0];
	vaddr_t at = hc->arg[1];
	bool known = cmd < ARRAY_SIZE(ops) && ops[cmd].size;
	union argument a;
	long rc;

	if (!current->domain->privileged && !(known && ops[cmd].for_all))
		return REFUSE(-EPERM);
	if (!known)
		return REFUSE(-ENOSYS);
	if (copy_from_guest(&a, at, ops[cmd].size))
		return REFUSE(-EFAULT);
	rc = run(cmd, &a);
	if (rc == 0 && ops[cmd].answer_size &&
	    copy_to_guest(at + ops[cmd].answer_at, (char *)&a + ops[cmd].answer_at,
			  ops[cmd].answer_size))
		rc = REFUSE(-EFAULT);
	return rc;
}
