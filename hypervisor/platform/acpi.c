/* SPDX-License-Identifier: BSD-2-Clause */
/* Finding the firmware's tables in memory. */
#include "boot.h"
#include "lib.h"
#include "mm.h"
#include "platform.h"

#define TABLES_MAX     64
#define EFI_SIGNATURE  0x5453595320494249UL /* "IBI SYST" */
#define TABLE_SIZE_MAX 0x100000

struct acpi_info acpi;

/* In the first KiB of the extended BIOS data, or in the BIOS area, on 16-byte boundaries. */
static const void *scan(paddr_t from, paddr_t to)
{
	bool wide;

	for (paddr_t p = ROUND_UP(from, 16UL); p + 36 <= to; p += 16)
		if (acpi_parse_root(paddr_virt(p), 36, &wide))
			return paddr_virt(p);
	return NULL;
}

static const void *find_root(void)
{
	const void *p;
	paddr_t ebda;

	if (boot_info.rsdp)
		return firmware_map(boot_info.rsdp, 36);
	ebda = (paddr_t) * (const u16 *)firmware_map(0x40e, 2) << 4;
	if (!firmware_map(0x80000, 0x80000))
		return NULL;
	p = ebda >= 0x80000 && ebda < 0xa0000 ? scan(ebda, ebda + 1024) : NULL;
	return p ? p : scan(0xe0000, 0x100000);
}

/* The whole table at \p p, once its header says how long it is; NULL when that is nonsense. */
static const void *map_table(paddr_t p, u32 *size)
{
	const u8 *header = firmware_map(p, ACPI_HEADER_SIZE);

	if (!header)
		return NULL;
	memcpy(size, header + 4, 4);
	if (*size < ACPI_HEADER_SIZE || *size > TABLE_SIZE_MAX)
		return NULL;
	return firmware_map(p, *size);
}

static void read_table(paddr_t p)
{
	const char *header = firmware_map(p, ACPI_HEADER_SIZE), *wrong;
	const void *table;
	u32 size;

	if (!header || (memcmp(header, "APIC", 4) != 0 && memcmp(header, "FACP", 4) != 0 &&
			memcmp(header, "HPET", 4) != 0))
		return; /* of no use here */
	table = map_table(p, &size);
	wrong = table ? acpi_parse_table(table, size, &acpi) : "it has no sensible length";
	if (wrong)
		log_warning("ACPI: table %.4s at 0x%lx is left out: %s", header, p, wrong);
}

/*
 * UEFI's system table stays behind when its boot services end. dom0 finds ACPI and
 * the rest through the list in it; run-time services are offered to nobody.
 */
static void read_efi(void)
{
	const struct {
		u64 signature;
		u32 revision, other[23];
		u64 nr_tables, tables;
	} *t = firmware_map(boot_info.efi_system_table, sizeof(*t));

	if (!t || t->signature != EFI_SIGNATURE)
		return;
	acpi.efi_revision = t->revision;
	acpi.nr_efi_tables = t->nr_tables;
	acpi.efi_tables = t->tables;
	log_info("UEFI %u.%u: %u configuration tables", t->revision >> 16,
		 (t->revision & 0xffff) / 10, acpi.nr_efi_tables);
}

void acpi_init(void)
{
	const void *root = find_root();
	bool wide = false;
	paddr_t address = root ? acpi_parse_root(root, 36, &wide) : 0;
	const u8 *table;
	u32 size, step;

	if (boot_info.efi_system_table)
		read_efi();
	table = address ? map_table(address, &size) : NULL;
	if (!table) {
		log_warning("ACPI: no root table was found");
		return;
	}
	step = wide ? 8 : 4;
	for (u32 i = 0; i < TABLES_MAX && ACPI_HEADER_SIZE + (i + 1) * step <= size; i++) {
		paddr_t p = 0;

		memcpy(&p, table + ACPI_HEADER_SIZE + i * step, step);
		read_table(p);
	}
	if (!acpi.nr_cpus)
		log_warning("ACPI: no processor is listed; only the boot CPU is used");
	log_info("ACPI: %u processors, %u IO-APICs, PM1a at 0x%x, PM timer at 0x%x%s", acpi.nr_cpus,
		 acpi.nr_ioapics, acpi.pm1a_control, acpi.pm_timer, acpi.hpet ? ", HPET" : "");
}
