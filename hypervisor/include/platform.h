/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of platform/ need of each other, and boot/ of them; others use arch.h. */
#ifndef PAVISE_PLATFORM_H
#define PAVISE_PLATFORM_H

#include "arch.h"

/* platform/apic.c */
void apic_init(void);
bool apic_reaches(u32 id); /* can that CPU be sent an interrupt in this mode? */
void apic_send_nmi(u32 destination);
void apic_send_init(u32 destination);
void apic_send_startup(u32 destination, u8 page); /* start at page * 4096 in real mode */
void apic_timer_start_count(void);
u32 apic_timer_counted(void);
void apic_timer_set_khz(u64 khz);

/* platform/ioapic.c: every line masked, the two old controllers too. */
void ioapic_init(void);
/* Route an ISA interrupt to the boot CPU, for the hypervisor itself. */
void ioapic_route_isa(u8 irq, u8 vector);

/* platform/serial.c */
u8 serial_irq(void); /* ISA interrupt of the console port, 0: no port */
bool serial_owns(u16 port);

/*
 * platform/acpi_tables.c, pure: firmware tables are not trusted to be well
 * formed. Each takes a whole table with its length and fills in \p info; NULL, or
 * a sentence that says what is wrong.
 */
#define ACPI_HEADER_SIZE 36
const char *acpi_parse_table(const void *table, size_t size, struct acpi_info *info);
/* Of the root pointer: address of the XSDT or RSDT (*wide tells which), 0 if it is none. */
paddr_t acpi_parse_root(const void *rsdp, size_t size, bool *wide);

/* platform/rtc.c: the CMOS index port is shared with dom0. */
u8 cmos_read(u8 index);
void cmos_write(u8 index, u8 value);

/* Wait, with nothing else going on here; for start-up and the end. */
void delay_us(u64 us);

/* boot/: the code CPUs start in, and what it is told (platform/smp.c). */
extern u64 boot_l4[512]; /* the first page tables' root */
extern const char trampoline_start[], trampoline_end[];
struct smp_boot {
	u32 count;
	u32 apic_id[MAX_CPUS]; /* by CPU number */
};
extern struct smp_boot smp_boot;

#endif
