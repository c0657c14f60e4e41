/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Port accesses of guests. Only dom0 reaches the hardware, and not all of it: the
 * interrupt controllers, the old timer and the console port are ours. Two
 * index/data pairs that both sides use (PCI configuration, CMOS) are virtual: the
 * index is remembered, and set and used in one go under a lock when data moves.
 * What is refused reads as all ones and swallows writes.
 */
#include "arch.h"
#include "lib.h"
#include "platform.h"
#include "spinlock.h"

#define PCI_ADDRESS  0xcf8
#define PCI_DATA     0xcfc
#define PCI_ENABLE   BIT(31)
#define CMOS_INDEXES 0x7f /* bit 7 of the index port is the NMI gate: ours */

static struct spinlock pci_lock;
static u32 pci_address; /* dom0's; there is one dom0, and its kernel serialises the pair */
static u8 cmos_index;

static bool guarded(u16 port)
{
	switch (port) {
	case 0x20 ... 0x21:
	case 0xa0 ... 0xa1:
	case 0x40 ... 0x43:
	case 0x61:
		return true;
	}
	return serial_owns(port);
}

/* May the domain touch these bytes at all? An access must not wrap at the top, either. */
static bool allowed(const struct domain *d, u16 port, unsigned int bytes)
{
	if (!d->privileged || port + bytes > 0x10000)
		return false;
	for (unsigned int i = 0; i < bytes; i++)
		if (guarded(port + i))
			return false;
	return true;
}

static void hardware(u16 port, unsigned int bytes, bool out, u32 *v)
{
	if (!out)
		*v = bytes == 1 ? inb(port) : bytes == 2 ? inw(port) : inl(port);
	else if (bytes == 1)
		outb(*v, port);
	else if (bytes == 2)
		outw(*v, port);
	else
		outl(*v, port);
}

/* Wholly inside the data port; false also when dom0 has selected nothing. */
static bool pci_data(u16 port, unsigned int bytes)
{
	return port >= PCI_DATA && port + bytes <= PCI_DATA + 4 &&
	       (READ_ONCE(pci_address) & PCI_ENABLE);
}

static bool touches(u16 port, unsigned int bytes, u16 first, u16 last)
{
	return port <= last && port + bytes > first;
}

/* A word written to the index writes the data behind it, too. */
static void cmos(u16 port, unsigned int bytes, bool out, u32 *value)
{
	if (out && port == CMOS_INDEX && bytes <= 2)
		WRITE_ONCE(cmos_index, *value & CMOS_INDEXES);
	if (out && port == CMOS_INDEX && bytes == 2)
		cmos_write(cmos_index, *value >> 8);
	if (bytes != 1)
		return;
	if (port == CMOS_INDEX && !out)
		*value = READ_ONCE(cmos_index);
	else if (port == CMOS_DATA && out)
		cmos_write(cmos_index, *value);
	else if (port == CMOS_DATA)
		*value = cmos_read(READ_ONCE(cmos_index));
}

void guest_port(struct vcpu *v, u16 port, unsigned int bytes, bool out, u32 *value)
{
	if (!out)
		*value = ~0u;
	if (!allowed(v->domain, port, bytes))
		return;
	if (port == PCI_ADDRESS && bytes == 4) {
		if (out)
			WRITE_ONCE(pci_address, *value);
		else
			*value = READ_ONCE(pci_address);
	} else if (touches(port, bytes, PCI_DATA, PCI_DATA + 3)) {
		if (!pci_data(port, bytes))
			return;
		spin_lock(&pci_lock);
		outl(pci_address, PCI_ADDRESS);
		hardware(port, bytes, out, value);
		spin_unlock(&pci_lock);
	} else if (touches(port, bytes, CMOS_INDEX, CMOS_DATA)) {
		cmos(port, bytes, out, value);
	} else {
		hardware(port, bytes, out, value);
	}
}
