/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of platform/ need of each other, and boot/ of them; others use arch.h. */
#ifndef PAVISE_PLATFORM_H
#define PAVISE_PLATFORM_H

#include "arch.h"

/* platform/apic.c */
void apic_init(void);
bool apic_reaches(u32 id); /* can that CPU be sent an interrupt in this mode? */
/* An interrupt of another kind than one of a vector. */
void apic_send(u32 destination, u32 what);
#define APIC_NMI     (4UL << 8)
#define APIC_INIT    (5UL << 8)
#define APIC_STARTUP (6UL << 8) /* | n: start at n * 4096 in real mode */
void apic_timer_start_count(void);
u32 apic_timer_counted(void);
void apic_timer_set_khz(u64 khz);

/* platform/ioapic.c: every line masked, the two old controllers too. */
void ioapic_init(void);
/* Route an ISA interrupt to the boot CPU, for the hypervisor itself. */
void ioapic_route_isa(u8 irq, u8 vector);

/* platform/serial.c */
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
#define CMOS_INDEX 0x70
#define CMOS_DATA  0x71
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
