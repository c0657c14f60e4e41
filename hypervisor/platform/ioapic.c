/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The IO-APICs, as far as the hypervisor itself needs them: all lines masked at
 * the start, and its own console's interrupt routed to the boot CPU.
 */
#include "arch.h"
#include "lib.h"
#include "mm.h"
#include "platform.h"

#define REG_VERSION  1
#define REG_REDIRECT 0x10 /* two registers a line */

#define REDIRECT_MASKED	    BIT(16)
#define REDIRECT_LEVEL	    BIT(15)
#define REDIRECT_ACTIVE_LOW BIT(13)

static struct {
	volatile u32 *registers; /* index at 0, data at 16 bytes */
	u32 lines;
} ioapic[ARRAY_SIZE(acpi.ioapic)];

static u32 ioapic_read(unsigned int i, u32 reg)
{
	ioapic[i].registers[0] = reg;
	return ioapic[i].registers[4];
}

static void ioapic_write(unsigned int i, u32 reg, u32 v)
{
	ioapic[i].registers[0] = reg;
	ioapic[i].registers[4] = v;
}

/* Masked for good: everything comes through the APICs. Vectors are out of the way of exceptions. */
static void mask_old_controllers(void)
{
	outb(0xff, 0x21);
	outb(0xff, 0xa1);
}

void ioapic_init(void)
{
	mask_old_controllers();
	for (unsigned int i = 0; i < acpi.nr_ioapics; i++) {
		ioapic[i].registers = device_map(acpi.ioapic[i].address, 32);
		io_frame_guard(paddr_mfn(acpi.ioapic[i].address), 1);
		if (!ioapic[i].registers)
			panic("no memory to map IO-APIC %u", i);
		ioapic[i].lines = (ioapic_read(i, REG_VERSION) >> 16 & 0xff) + 1;
		for (u32 line = 0; line < ioapic[i].lines; line++)
			ioapic_write(i, REG_REDIRECT + 2 * line, REDIRECT_MASKED);
		log_info("IO-APIC %u: interrupts %u to %u", acpi.ioapic[i].id,
			 acpi.ioapic[i].gsi_base, acpi.ioapic[i].gsi_base + ioapic[i].lines - 1);
	}
}

void ioapic_route_isa(u8 irq, u8 vector)
{
	u32 gsi = irq, low = vector;

	for (u32 i = 0; i < acpi.nr_overrides; i++) {
		if (acpi.override[i].irq != irq)
			continue;
		gsi = acpi.override[i].gsi;
		if ((acpi.override[i].flags & 3) == 3)
			low |= REDIRECT_ACTIVE_LOW;
		if ((acpi.override[i].flags >> 2 & 3) == 3)
			low |= REDIRECT_LEVEL;
	}
	for (u32 i = 0; i < acpi.nr_ioapics; i++) {
		u32 line = gsi - acpi.ioapic[i].gsi_base;

		if (line >= ioapic[i].lines)
			continue;
		ioapic_write(i, REG_REDIRECT + 2 * line + 1, cpu_get(0)->apic_id << 24);
		ioapic_write(i, REG_REDIRECT + 2 * line, low);
		return;
	}
	log_warning("no IO-APIC has interrupt %u", gsi);
}
