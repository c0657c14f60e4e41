/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the hypervisor takes from the firmware's tables: processors, interrupt
 * controllers, timers, and the registers for power-off and reset. Nothing here
 * runs AML. All fields are little-endian and may be unaligned.
 */
#include "lib.h"
#include "platform.h"

#define SPACE_IO 1

static u64 get(const u8 *p, unsigned int bytes)
{
	u64 v = 0;

	while (bytes--)
		v = v << 8 | p[bytes];
	return v;
}

/* A field of a table that may be older and shorter: 0 where it ends before. */
static u64 field(const u8 *t, size_t size, size_t offset, unsigned int bytes)
{
	return offset + bytes <= size ? get(t + offset, bytes) : 0;
}

static bool checksum_ok(const u8 *p, size_t size)
{
	u8 sum = 0;

	while (size--)
		sum += *p++;
	return !sum;
}

paddr_t acpi_parse_root(const void *rsdp, size_t size, bool *wide)
{
	const u8 *p = rsdp;

	if (size < 20 || memcmp(p, "RSD PTR ", 8) != 0 || !checksum_ok(p, 20))
		return 0;
	*wide = p[15] >= 2 && size >= 36 && checksum_ok(p, 36) && get(p + 24, 8);
	return *wide ? get(p + 24, 8) : get(p + 16, 4);
}

static void add_processor(struct acpi_info *info, u32 id, u32 flags)
{
	if ((flags & 1) && info->nr_cpus < MAX_CPUS)
		info->apic_id[info->nr_cpus++] = id;
}

static void add_ioapic(struct acpi_info *info, const u8 *e)
{
	u32 n = info->nr_ioapics;

	if (n == ARRAY_SIZE(info->ioapic))
		return;
	info->ioapic[n].id = e[2];
	info->ioapic[n].address = get(e + 4, 4);
	info->ioapic[n].gsi_base = get(e + 8, 4);
	info->nr_ioapics++;
}

static void add_override(struct acpi_info *info, const u8 *e)
{
	u32 n = info->nr_overrides;

	if (n == ARRAY_SIZE(info->override))
		return;
	info->override[n].irq = e[3];
	info->override[n].gsi = get(e + 4, 4);
	info->override[n].flags = get(e + 8, 2);
	info->nr_overrides++;
}

static const char *parse_madt(const u8 *t, size_t size, struct acpi_info *info)
{
	/* Smallest length of the entry types that are looked at. */
	static const u8 least[] = {[0] = 8, [1] = 12, [2] = 10, [9] = 16};
	size_t at = 44;

	if (size < at)
		return "the MADT is too short";
	while (at + 2 <= size) {
		const u8 *e = t + at;
		u8 type = e[0], length = e[1];

		if (length < 2 || at + length > size)
			return "an entry of the MADT has a wrong length";
		if (type < sizeof(least) && length < least[type])
			return "an entry of the MADT is too short";
		switch (type) {
		case 0:
			add_processor(info, e[3], get(e + 4, 4));
			break;
		case 1:
			add_ioapic(info, e);
			break;
		case 2:
			add_override(info, e);
			break;
		case 9:
			add_processor(info, get(e + 4, 4), get(e + 8, 4));
			break;
		}
		at += length;
	}
	return NULL;
}

/* A register block's port: the old 32-bit field, else the generic address, if in I/O space. */
static u16 port_of(const u8 *t, size_t size, size_t narrow, size_t wide)
{
	u64 port = field(t, size, narrow, 4);

	if (!port && field(t, size, wide, 1) == SPACE_IO)
		port = field(t, size, wide + 4, 8);
	return port < 0x10000 ? port : 0;
}

static const char *parse_fadt(const u8 *t, size_t size, struct acpi_info *info)
{
	u32 flags = field(t, size, 112, 4);
	u64 reset = field(t, size, 120, 8);

	info->pm1a_control = port_of(t, size, 64, 172);
	info->pm1b_control = port_of(t, size, 68, 184);
	info->pm_timer = port_of(t, size, 76, 208);
	info->pm_timer_32bit = flags & BIT(8);
	if ((flags & BIT(10)) && size > 128 && t[116] == SPACE_IO && reset && reset < 0x10000) {
		info->reset_port = reset;
		info->reset_value = t[128];
	}
	return NULL;
}

const char *acpi_parse_table(const void *table, size_t size, struct acpi_info *info)
{
	const u8 *t = table;

	if (size < ACPI_HEADER_SIZE || get(t + 4, 4) != size)
		return "the length is wrong";
	if (!checksum_ok(t, size))
		return "the checksum is wrong";
	if (!memcmp(t, "APIC", 4))
		return parse_madt(t, size, info);
	if (!memcmp(t, "FACP", 4))
		return parse_fadt(t, size, info);
	if (!memcmp(t, "HPET", 4) && field(t, size, 40, 1) == 0)
		info->hpet = field(t, size, 44, 8);
	return NULL;
}
