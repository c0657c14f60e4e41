/* SPDX-License-Identifier: BSD-2-Clause */
/* Firmware tables, good and bad ones, in allocations of exactly their size. */
/* sources: hypervisor/platform/acpi_tables.c */
#include "own_string.h"
#include "../../hypervisor/include/platform.h"
#include "unit.h"
#include <stdlib.h>
#include <string.h>

struct cpu *this_cpu(void)
{
	static struct cpu cpu;

	return &cpu;
}

static u8 *table_new(const char *name, u32 size)
{
	u8 *t = calloc(1, size);

	memcpy(t, name, 4);
	memcpy(t + 4, &size, 4);
	return t;
}

static void put(u8 *p, u64 v, unsigned int bytes)
{
	while (bytes--) {
		*p++ = v;
		v >>= 8;
	}
}

static void seal(u8 *t, u32 size)
{
	u8 sum = 0;

	t[9] = 0;
	for (u32 i = 0; i < size; i++)
		sum += t[i];
	t[9] = -sum;
}

static const char *parse(u8 *t, u32 size, struct acpi_info *info)
{
	const char *wrong;

	memset(info, 0, sizeof(*info));
	seal(t, size);
	wrong = acpi_parse_table(t, size, info);
	free(t);
	return wrong;
}

static void test_root(void)
{
	u8 *r = calloc(1, 36), sum = 0;
	bool wide;

	memcpy(r, "RSD PTR ", 8);
	put(r + 16, 0x12345678, 4);
	for (int i = 0; i < 20; i++)
		sum += r[i];
	r[8] = -sum;
	CU_ASSERT_EQUAL(acpi_parse_root(r, 36, &wide), 0x12345678);
	CU_ASSERT(!wide);
	r[15] = 2;
	r[8] -= 2;
	put(r + 24, 0x1122334455, 8);
	/* The longer form's own sum is wrong: the short form counts. */
	CU_ASSERT_EQUAL(acpi_parse_root(r, 36, &wide), 0x12345678);
	sum = 0;
	for (int i = 0; i < 36; i++)
		sum += r[i];
	r[32] = -sum;
	CU_ASSERT_EQUAL(acpi_parse_root(r, 36, &wide), 0x1122334455);
	CU_ASSERT(wide);
	CU_ASSERT_EQUAL(acpi_parse_root(r, 20, &wide), 0x12345678);
	CU_ASSERT_EQUAL(acpi_parse_root(r, 19, &wide), 0);
	r[16]++;
	CU_ASSERT_EQUAL(acpi_parse_root(r, 36, &wide), 0);
	free(r);
}

static u8 *madt_entry(u8 *t, unsigned int *at, u8 type, u8 length)
{
	u8 *e = t + *at;

	e[0] = type;
	e[1] = length;
	*at += length;
	return e;
}

static void test_madt(void)
{
	struct acpi_info info;
	unsigned int at = 44;
	u32 size = 44 + 8 * 3 + 12 + 10 + 16 + 12 + 6;
	u8 *t = table_new("APIC", size), *e;

	for (int i = 0; i < 3; i++) {
		e = madt_entry(t, &at, 0, 8);
		e[3] = i * 2;
		e[4] = i != 1; /* the second is off */
	}
	e = madt_entry(t, &at, 1, 12);
	e[2] = 9;
	put(e + 4, 0xfec00000, 4);
	put(e + 8, 24, 4);
	e = madt_entry(t, &at, 2, 10);
	e[3] = 4;
	put(e + 4, 20, 4);
	put(e + 8, 0xd, 2);
	e = madt_entry(t, &at, 9, 16);
	put(e + 4, 0x1ff, 4);
	e[8] = 1;
	madt_entry(t, &at, 5, 12); /* types that nobody looks at */
	madt_entry(t, &at, 4, 6);
	CU_ASSERT_PTR_NULL(parse(t, size, &info));
	CU_ASSERT_EQUAL(info.nr_cpus, 3);
	CU_ASSERT_EQUAL(info.apic_id[0], 0);
	CU_ASSERT_EQUAL(info.apic_id[1], 4);
	CU_ASSERT_EQUAL(info.apic_id[2], 0x1ff);
	CU_ASSERT_EQUAL(info.nr_ioapics, 1);
	CU_ASSERT_EQUAL(info.ioapic[0].id, 9);
	CU_ASSERT_EQUAL(info.ioapic[0].address, 0xfec00000);
	CU_ASSERT_EQUAL(info.ioapic[0].gsi_base, 24);
	CU_ASSERT_EQUAL(info.nr_overrides, 1);
	CU_ASSERT_EQUAL(info.override[0].irq, 4);
	CU_ASSERT_EQUAL(info.override[0].gsi, 20);
	CU_ASSERT_EQUAL(info.override[0].flags, 0xd);
}

static void test_madt_bad_lengths(void)
{
	static const struct {
		u8 type, length, present;
	} bad[] = {{0, 0, 8}, {0, 1, 8}, {0, 7, 8},   {0, 9, 8},
		   {1, 8, 8}, {2, 8, 8}, {9, 15, 16}, {77, 200, 8}};
	struct acpi_info info;

	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		u32 size = 44 + bad[i].present;
		u8 *t = table_new("APIC", size);

		t[44] = bad[i].type;
		t[45] = bad[i].length;
		CU_ASSERT_PTR_NOT_NULL(parse(t, size, &info));
	}
	CU_ASSERT_PTR_NOT_NULL(parse(table_new("APIC", 40), 40, &info));
	CU_ASSERT_PTR_NULL(parse(table_new("APIC", 45), 45, &info));
}

/* More than there is room for are left out. */
static void test_madt_many(void)
{
	struct acpi_info info;
	unsigned int at = 44, n = 200;
	u32 size = 44 + n * (8 + 12 + 10);
	u8 *t = table_new("APIC", size);

	for (unsigned int i = 0; i < n; i++) {
		madt_entry(t, &at, 0, 8)[4] = 1;
		madt_entry(t, &at, 1, 12);
		madt_entry(t, &at, 2, 10);
	}
	CU_ASSERT_PTR_NULL(parse(t, size, &info));
	CU_ASSERT_EQUAL(info.nr_cpus, MAX_CPUS);
	CU_ASSERT_EQUAL(info.nr_ioapics, ARRAY_SIZE(info.ioapic));
	CU_ASSERT_EQUAL(info.nr_overrides, ARRAY_SIZE(info.override));
}

static void test_fadt(void)
{
	struct acpi_info info;
	u8 *t = table_new("FACP", 244);

	put(t + 64, 0x604, 4);
	t[184] = 1; /* PM1b: by the generic address alone */
	put(t + 188, 0x704, 8);
	put(t + 76, 0x608, 4);
	put(t + 112, 1 << 8 | 1 << 10, 4);
	t[116] = 1;
	put(t + 120, 0xcf9, 8);
	t[128] = 0x0f;
	CU_ASSERT_PTR_NULL(parse(t, 244, &info));
	CU_ASSERT_EQUAL(info.pm1a_control, 0x604);
	CU_ASSERT_EQUAL(info.pm1b_control, 0x704);
	CU_ASSERT_EQUAL(info.pm_timer, 0x608);
	CU_ASSERT(info.pm_timer_32bit);
	CU_ASSERT_EQUAL(info.reset_port, 0xcf9);
	CU_ASSERT_EQUAL(info.reset_value, 0x0f);
}

/* Version 1 ends before the reset register; registers in memory are not ports. */
static void test_fadt_old(void)
{
	struct acpi_info info;
	u8 *t = table_new("FACP", 116);

	put(t + 64, 0x604, 4);
	put(t + 112, 1 << 10, 4);
	CU_ASSERT_PTR_NULL(parse(t, 116, &info));
	CU_ASSERT_EQUAL(info.pm1a_control, 0x604);
	CU_ASSERT_EQUAL(info.pm1b_control, 0);
	CU_ASSERT(!info.reset_port);

	t = table_new("FACP", 244);
	t[172] = 0;
	put(t + 176, 0x604, 8);
	put(t + 112, 1 << 10, 4);
	put(t + 120, 0xfed00000, 8);
	CU_ASSERT_PTR_NULL(parse(t, 244, &info));
	CU_ASSERT_EQUAL(info.pm1a_control, 0);
	CU_ASSERT(!info.reset_port);
}

static void test_others(void)
{
	struct acpi_info info;
	u8 *t = table_new("HPET", 56);

	put(t + 44, 0xfed00000, 8);
	CU_ASSERT_PTR_NULL(parse(t, 56, &info));
	CU_ASSERT_EQUAL(info.hpet, 0xfed00000);
	t = table_new("MCFG", 60);
	put(t + 44, 0xb0000000, 8);
	CU_ASSERT_PTR_NULL(parse(t, 60, &info));
	/* Of no concern here: accepted, and nothing is taken from it. */
	CU_ASSERT_PTR_NULL(parse(table_new("HPET", 40), 40, &info));
	CU_ASSERT_EQUAL(info.hpet, 0);
}

static void test_header(void)
{
	struct acpi_info info = {0};
	u8 *t = table_new("HPET", 56);

	seal(t, 56);
	CU_ASSERT_PTR_NULL(acpi_parse_table(t, 56, &info));
	CU_ASSERT_PTR_NOT_NULL(acpi_parse_table(t, 55, &info));
	CU_ASSERT_PTR_NOT_NULL(acpi_parse_table(t, 35, &info));
	t[50] ^= 1;
	CU_ASSERT_PTR_NOT_NULL(acpi_parse_table(t, 56, &info));
	free(t);
}

UNIT_MAIN("platform: ACPI tables", UNIT_TEST(test_root), UNIT_TEST(test_madt),
	  UNIT_TEST(test_madt_bad_lengths), UNIT_TEST(test_madt_many), UNIT_TEST(test_fadt),
	  UNIT_TEST(test_fadt_old), UNIT_TEST(test_others), UNIT_TEST(test_header))
