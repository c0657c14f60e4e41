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
};

static long set_iopl(union argument *a)
{
	if (a->set_iopl.iopl > 3)
		return REFUSE(-EINVAL);
	current->iopl = a->set_iopl.iopl;
	return 0;
}

static long set_iobitmap(union argument *a)
{
	const struct pv_physdev_set_iobitmap *b = &a->set_iobitmap;

	if (b->nr_ports > 65536 || !guest_range_ok(b->bitmap, (b->nr_ports + 7) / 8))
		return REFUSE(-EINVAL);
	current->iobitmap = b->bitmap;
	current->iobitmap_ports = b->nr_ports;
	return 0;
}

static long apic_read(union argument *a)
{
	return ioapic_probe(a->apic.apic_physbase, a->apic.reg, &a->apic.value);
}

static long alloc_irq_vector(union argument *a)
{
	a->irq.vector = a->irq.irq;
	return line_exists(a->irq.irq) ? 0 : REFUSE(-EINVAL);
}

static long setup_gsi(union argument *a)
{
	return line_configure((u32)a->setup_gsi.gsi, a->setup_gsi.triggering,
			      a->setup_gsi.polarity);
}

static long map_pirq(union argument *a)
{
	struct pv_physdev_map_pirq *m = &a->map_pirq;

	if (m->domid != PV_DOMID_SELF && m->domid != current->domain->id)
		return REFUSE(-EPERM);
	if (m->type != PV_MAP_PIRQ_TYPE_GSI)
		return REFUSE(-EOPNOTSUPP);
	if (m->pirq >= 0 && m->pirq != m->index)
		return REFUSE(-EINVAL);
	m->pirq = m->index;
	return event_pirq_map(current->domain, (u32)m->index);
}

static long unmap_pirq(union argument *a)
{
	domid_t id = a->unmap_pirq.domid;

	if (id != PV_DOMID_SELF && id != current->domain->id)
		return REFUSE(-EPERM);
	return event_pirq_unmap(current->domain, (u32)a->unmap_pirq.pirq);
}

static long eoi(union argument *a)
{
	return event_pirq_eoi(current->domain, a->eoi.irq);
}

static long irq_status_query(union argument *a)
{
	struct pv_physdev_irq_status_query *q = &a->irq_status_query;

	return event_pirq_status(current->domain, q->irq, &q->flags);
}

/* dom0 tells what it found. Devices are named by address only: nothing to keep. */
static long pci_found(union argument *a)
{
	(void)a;
	return 0;
}

#define ARGUMENT(type) .size = sizeof(struct pv_physdev_##type)
#define ANSWER(type, field)                                     \
	.answer_at = offsetof(struct pv_physdev_##type, field), \
	.answer_size = sizeof(((struct pv_physdev_##type *)NULL)->field)

static const struct {
	long (*fn)(union argument *a);
	u8 size;
	u8 answer_at, answer_size; /* what of it is copied back */
	bool for_all;		   /* every domain may; else dom0 alone */
} ops[] = {
	/* clang-format off */
	[PV_PHYSDEVOP_SET_IOPL] = {set_iopl, ARGUMENT(set_iopl), .for_all = true},
	[PV_PHYSDEVOP_SET_IOBITMAP] = {set_iobitmap, ARGUMENT(set_iobitmap), .for_all = true},
	[PV_PHYSDEVOP_APIC_READ] = {apic_read, ARGUMENT(apic), ANSWER(apic, value)},
	[PV_PHYSDEVOP_ALLOC_IRQ_VECTOR] = {alloc_irq_vector, ARGUMENT(irq), ANSWER(irq, vector)},
	[PV_PHYSDEVOP_SETUP_GSI] = {setup_gsi, ARGUMENT(setup_gsi)},
	[PV_PHYSDEVOP_MAP_PIRQ] = {map_pirq, ARGUMENT(map_pirq), ANSWER(map_pirq, pirq)},
	[PV_PHYSDEVOP_UNMAP_PIRQ] = {unmap_pirq, ARGUMENT(unmap_pirq)},
	[PV_PHYSDEVOP_EOI] = {eoi, ARGUMENT(eoi)},
	[PV_PHYSDEVOP_IRQ_STATUS_QUERY] = {irq_status_query, ARGUMENT(irq_status_query),
					   ANSWER(irq_status_query, flags)},
	[PV_PHYSDEVOP_PCI_MMCFG_RESERVED] = {.fn = pci_found},
	[PV_PHYSDEVOP_PCI_DEVICE_ADD] = {.fn = pci_found},
	[PV_PHYSDEVOP_PCI_DEVICE_REMOVE] = {.fn = pci_found},
	[PV_PHYSDEVOP_MANAGE_PCI_ADD] = {.fn = pci_found},
	[PV_PHYSDEVOP_MANAGE_PCI_REMOVE] = {.fn = pci_found},
	/* clang-format on */
};

HYPERCALL(physdev_op)
{
	u64 cmd = (u32)hc->arg[0];
	vaddr_t at = hc->arg[1];
	bool known = cmd < ARRAY_SIZE(ops) && ops[cmd].fn;
	union argument a;
	long rc;

	if (!current->domain->privileged && !(known && ops[cmd].for_all))
		return REFUSE(-EPERM);
	if (!known)
		return REFUSE(-ENOSYS);
	if (copy_from_guest(&a, at, ops[cmd].size))
		return REFUSE(-EFAULT);
	rc = ops[cmd].fn(&a);
	if (rc == 0 && ops[cmd].answer_size &&
	    copy_to_guest(at + ops[cmd].answer_at, (char *)&a + ops[cmd].answer_at,
			  ops[cmd].answer_size))
		rc = REFUSE(-EFAULT);
	return rc;
}
