/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the boot loader left, by multiboot 1 or 2: command line, modules, the
 * firmware's memory map. It lies in memory that nobody keeps for us, so all but
 * the modules themselves is copied. The loader is trusted.
 *
 * On UEFI the loader has ended the boot services by then, because our header does
 * not ask for them: the map of multiboot's own kind counts their memory as free,
 * as it is now, and is the same thing on both kinds of firmware.
 */
#include "arch.h"
#include "boot.h"
#include "internal.h"
#include "lib.h"
#include "cpu.h"

#define MB1_MAGIC   0x2badb002
#define MB2_MAGIC   0x36d76289
#define MB1_CMDLINE BIT(2)
#define MB1_MODULES BIT(3)
#define MB1_MMAP    BIT(6)
#define MB1_LOADER  BIT(9)
#define CMDLINE_MAX 1024

struct mb1_info {
	u32 flags, mem_lower, mem_upper, boot_device, cmdline, mods_count, mods_addr, syms[4],
		mmap_length, mmap_addr, drives_length, drives_addr, config_table, loader_name;
};

struct mb1_module {
	u32 start, end, cmdline, reserved;
};

struct mb1_mmap {
	u32 size; /* of the rest */
	u64 addr, length;
	u32 type;
} __packed;

struct mb2_tag {
	u32 type, size;
};
enum {
	MB2_END,
	MB2_CMDLINE = 1,
	MB2_MODULE = 3,
	MB2_MMAP = 6,
	MB2_EFI64 = 12,
	MB2_RSDP1 = 14,
	MB2_RSDP2 = 15
};

struct mb2_module {
	struct mb2_tag tag;
	u32 start, end;
	char cmdline[];
};

struct mb2_mmap {
	struct mb2_tag tag;
	u32 entry_size, version;
};

struct boot_info boot_info;

static char cmdline[CMDLINE_MAX], module_cmdline[ARRAY_SIZE(boot_info.module)][CMDLINE_MAX];
static u8 rsdp[36] __aligned(16);

/* Addresses below 4 GiB are mapped where they are. */
static const void *low(u32 address)
{
	return (const void *)(u64)address;
}

static void add_range(u64 addr, u64 length, u32 type)
{
	u32 n = boot_info.e820_entries;

	if (!length || addr + length < addr)
		return;
	if (type > PV_E820_UNUSABLE) /* a loader's own, as GRUB's for UEFI's code */
		type = PV_E820_RESERVED;
	if (n == BOOT_E820_MAX) {
		log_warning("the memory map has more than %u ranges", BOOT_E820_MAX);
		return;
	}
	while (n && boot_info.e820[n - 1].addr > addr) {
		boot_info.e820[n] = boot_info.e820[n - 1];
		n--;
	}
	boot_info.e820[n].addr = addr;
	boot_info.e820[n].size = length;
	boot_info.e820[n].type = type;
	boot_info.e820_entries++;
}

static void add_module(u32 start, u32 end, const char *line)
{
	struct boot_module *m = &boot_info.module[boot_info.modules];

	if (boot_info.modules == ARRAY_SIZE(boot_info.module))
		return;
	m->start = start;
	m->size = end > start ? end - start : 0;
	m->cmdline = module_cmdline[boot_info.modules];
	strlcpy(module_cmdline[boot_info.modules++], line, CMDLINE_MAX);
}

/* QEMU puts the file's name in front of each line; other loaders do not. */
static const char *skip_name(const char *line, bool named)
{
	const char *blank = named ? strchr(line, ' ') : NULL;

	if (!named)
		return line;
	return blank ? blank + 1 : "";
}

static void parse_mb1(const struct mb1_info *info)
{
	bool named = (info->flags & MB1_LOADER) && !strncmp(low(info->loader_name), "qemu", 4);
	const struct mb1_module *m = low(info->mods_addr);

	if (info->flags & MB1_CMDLINE)
		strlcpy(cmdline, skip_name(low(info->cmdline), named), sizeof(cmdline));
	for (u32 i = 0; (info->flags & MB1_MODULES) && i < info->mods_count; i++)
		add_module(m[i].start, m[i].end,
			   m[i].cmdline ? skip_name(low(m[i].cmdline), named) : "");
	for (u32 at = 0; (info->flags & MB1_MMAP) && at < info->mmap_length;) {
		const struct mb1_mmap *e = low(info->mmap_addr + at);

		add_range(e->addr, e->length, e->type);
		at += e->size + sizeof(e->size);
	}
}

static void parse_mb2_mmap(const struct mb2_mmap *m)
{
	const char *e = (const char *)(m + 1), *end = (const char *)m + m->tag.size;

	for (; e + m->entry_size <= end && m->entry_size >= 20; e += m->entry_size) {
		const struct pv_e820_entry *r = (const struct pv_e820_entry *)e;

		add_range(r->addr, r->size, r->type);
	}
}

static void parse_mb2(const char *info)
{
	const char *end = info + *(const u32 *)info;
	const struct mb2_tag *t = (const struct mb2_tag *)(info + 8);

	for (; (const char *)t < end && t->type != MB2_END && t->size >= sizeof(*t);
	     t = (const struct mb2_tag *)((const char *)t + ROUND_UP(t->size, 8u))) {
		const struct mb2_module *m = (const struct mb2_module *)t;

		switch (t->type) {
		case MB2_CMDLINE:
			strlcpy(cmdline, (const char *)(t + 1), sizeof(cmdline));
			break;
		case MB2_MODULE:
			add_module(m->start, m->end, m->cmdline);
			break;
		case MB2_MMAP:
			parse_mb2_mmap((const struct mb2_mmap *)t);
			break;
		case MB2_EFI64:
			boot_info.efi_system_table = *(const u64 *)(t + 1);
			break;
		case MB2_RSDP1:
			if (boot_info.rsdp) /* The newer form is there already. */
				break;
			/* fall through */
		case MB2_RSDP2:
			memcpy(rsdp, t + 1, MIN(sizeof(rsdp), t->size - sizeof(*t)));
			boot_info.rsdp = image_paddr(rsdp);
			break;
		}
	}
}

void multiboot_parse(u32 magic, u32 info)
{
	boot_info.image_start = image_paddr(image_start);
	boot_info.image_end = image_paddr(image_end);
	boot_info.cmdline = cmdline;
	if (magic == MB1_MAGIC)
		parse_mb1(low(info));
	else if (magic == MB2_MAGIC)
		parse_mb2(low(info));
}

void memory_map_print(void)
{
	static const char *const name[] = {"?", "RAM", "reserved", "ACPI tables", "ACPI NVS"};

	for (u32 i = 0; i < boot_info.e820_entries; i++) {
		const struct pv_e820_entry *e = &boot_info.e820[i];

		log_info("  %010lx-%010lx %s", e->addr, e->addr + e->size - 1,
			 name[e->type < ARRAY_SIZE(name) ? e->type : 0]);
	}
	for (u32 i = 0; i < boot_info.modules; i++)
		log_info("  module %u: %lu KiB at 0x%lx, \"%s\"", i + 1,
			 boot_info.module[i].size >> 10, boot_info.module[i].start,
			 boot_info.module[i].cmdline);
	if (!boot_info.e820_entries)
		start_failed("the boot loader gave no memory map");
}
