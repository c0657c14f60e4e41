/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * physdev_op(cmd, argument): interrupts, I/O privilege and PCI devices.
 * set_iopl and set_iobitmap are for every domain; the rest for the one that
 * owns the hardware.
 */
#ifndef PV_PUBLIC_PHYSDEV_H
#define PV_PUBLIC_PHYSDEV_H

#include <stdint.h>

#define PV_PHYSDEVOP_IRQ_UNMASK_NOTIFY	4
#define PV_PHYSDEVOP_IRQ_STATUS_QUERY	5  /* physdev_irq_status_query */
#define PV_PHYSDEVOP_SET_IOPL		6  /* physdev_set_iopl */
#define PV_PHYSDEVOP_SET_IOBITMAP	7  /* physdev_set_iobitmap */
#define PV_PHYSDEVOP_APIC_READ		8  /* physdev_apic */
#define PV_PHYSDEVOP_APIC_WRITE		9  /* physdev_apic */
#define PV_PHYSDEVOP_ALLOC_IRQ_VECTOR	10 /* physdev_irq */
#define PV_PHYSDEVOP_FREE_IRQ_VECTOR	11 /* physdev_irq */
#define PV_PHYSDEVOP_EOI		12 /* physdev_eoi */
#define PV_PHYSDEVOP_MAP_PIRQ		13 /* physdev_map_pirq */
#define PV_PHYSDEVOP_UNMAP_PIRQ		14 /* physdev_unmap_pirq */
#define PV_PHYSDEVOP_MANAGE_PCI_ADD	15 /* physdev_manage_pci */
#define PV_PHYSDEVOP_MANAGE_PCI_REMOVE	16 /* physdev_manage_pci */
#define PV_PHYSDEVOP_PIRQ_EOI_GMFN_V1	17 /* physdev_pirq_eoi_gmfn */
#define PV_PHYSDEVOP_RESTORE_MSI	19 /* physdev_restore_msi */
#define PV_PHYSDEVOP_MANAGE_PCI_ADD_EXT 20 /* physdev_manage_pci_ext */
#define PV_PHYSDEVOP_SETUP_GSI		21 /* physdev_setup_gsi */
#define PV_PHYSDEVOP_GET_FREE_PIRQ	23 /* physdev_get_free_pirq */
#define PV_PHYSDEVOP_PCI_MMCFG_RESERVED 24 /* physdev_pci_mmcfg_reserved */
#define PV_PHYSDEVOP_PCI_DEVICE_ADD	25 /* physdev_pci_device_add */
#define PV_PHYSDEVOP_PCI_DEVICE_REMOVE	26 /* physdev_pci_device */
#define PV_PHYSDEVOP_RESTORE_MSI_EXT	27 /* physdev_pci_device */
#define PV_PHYSDEVOP_PIRQ_EOI_GMFN_V2	28 /* physdev_pirq_eoi_gmfn */
#define PV_PHYSDEVOP_DBGP_OP		29 /* physdev_dbgp_op */
#define PV_PHYSDEVOP_PREPARE_MSIX	30 /* physdev_pci_device */
#define PV_PHYSDEVOP_RELEASE_MSIX	31 /* physdev_pci_device */

/* A guest has handled an interrupt: its line may be let through again. */
struct pv_physdev_eoi {
	uint32_t irq; /* pirq */
};

/* Register a page with one bit per pirq, set by the hypervisor if it needs an eoi. */
struct pv_physdev_pirq_eoi_gmfn {
	uint64_t gmfn; /* machine frame */
};

#define PV_XENIRQSTAT_NEEDS_EOI (1u << 0)
#define PV_XENIRQSTAT_SHARED	(1u << 1)
struct pv_physdev_irq_status_query {
	uint32_t irq;	/* in: pirq */
	uint32_t flags; /* out: PV_XENIRQSTAT_* */
};

struct pv_physdev_set_iopl {
	uint32_t iopl; /* 0 to 3; the guest kernel counts as ring 1 */
};

struct pv_physdev_set_iobitmap {
	uint64_t bitmap;   /* guest virtual address; a clear bit allows the port */
	uint32_t nr_ports; /* bits, at most 65536 */
};

struct pv_physdev_apic {
	uint64_t apic_physbase; /* in: machine address of an IO-APIC */
	uint32_t reg;		/* in */
	uint32_t value;		/* in for write, out for read */
};

struct pv_physdev_irq {
	uint32_t irq;	 /* in */
	uint32_t vector; /* out */
};

#define PV_MAP_PIRQ_TYPE_MSI	   0 /* bus and devfn, segment 0 */
#define PV_MAP_PIRQ_TYPE_GSI	   1 /* index is the global interrupt */
#define PV_MAP_PIRQ_TYPE_UNKNOWN   2
#define PV_MAP_PIRQ_TYPE_MSI_SEG   3 /* bus is segment << 16 | bus */
#define PV_MAP_PIRQ_TYPE_MULTI_MSI 4 /* entry_nr vectors */

/* Give an interrupt source a number that can be bound to a port. */
struct pv_physdev_map_pirq {
	uint16_t domid;
	int32_t type;	     /* in: PV_MAP_PIRQ_TYPE_* */
	int32_t index;	     /* in: GSI */
	int32_t pirq;	     /* in: wanted, or negative; out: given */
	int32_t bus;	     /* in */
	int32_t devfn;	     /* in */
	int32_t entry_nr;    /* in: MSI-X entry, or vectors wanted; out: vectors possible */
	uint64_t table_base; /* in: machine address of the MSI-X table's BAR, 0 for MSI */
};

struct pv_physdev_unmap_pirq {
	uint16_t domid;
	int32_t pirq;
};

struct pv_physdev_manage_pci {
	uint8_t bus;
	uint8_t devfn;
};

struct pv_physdev_restore_msi {
	uint8_t bus;
	uint8_t devfn;
};

struct pv_physdev_manage_pci_ext {
	uint8_t bus;
	uint8_t devfn;
	uint32_t is_extfn;
	uint32_t is_virtfn;
	struct {
		uint8_t bus;
		uint8_t devfn;
	} physfn;
};

struct pv_physdev_setup_gsi {
	int32_t gsi;
	uint8_t triggering; /* 0 edge, 1 level */
	uint8_t polarity;   /* 0 high, 1 low */
};

struct pv_physdev_get_free_pirq {
	int32_t type;  /* in: PV_MAP_PIRQ_TYPE_* */
	uint32_t pirq; /* out */
};

#define PV_PCI_MMCFG_RESERVED 1 /* firmware lists the area as reserved */
struct pv_physdev_pci_mmcfg_reserved {
	uint64_t address; /* machine */
	uint16_t segment;
	uint8_t start_bus;
	uint8_t end_bus;
	uint32_t flags; /* PV_PCI_MMCFG_RESERVED */
};

#define PV_PCI_DEV_EXTFN  1
#define PV_PCI_DEV_VIRTFN 2
#define PV_PCI_DEV_PXM	  4 /* a uint32_t proximity domain follows the structure */
struct pv_physdev_pci_device_add {
	uint16_t seg;
	uint8_t bus;
	uint8_t devfn;
	uint32_t flags; /* PV_PCI_DEV_* */
	struct {
		uint8_t bus;
		uint8_t devfn;
	} physfn; /* with VIRTFN */
};

struct pv_physdev_pci_device {
	uint16_t seg;
	uint8_t bus;
	uint8_t devfn;
};

#define PV_PHYSDEVOP_DBGP_RESET_PREPARE 1
#define PV_PHYSDEVOP_DBGP_RESET_DONE	2
#define PV_PHYSDEVOP_DBGP_BUS_UNKNOWN	0
#define PV_PHYSDEVOP_DBGP_BUS_PCI	1
struct pv_physdev_dbgp_op {
	uint8_t op;
	uint8_t bus;
	union {
		struct pv_physdev_pci_device pci;
	} u;
};

#endif
