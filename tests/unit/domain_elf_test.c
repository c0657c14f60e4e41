/* SPDX-License-Identifier: BSD-2-Clause */
/* The dom0 kernel's ELF file: a good one, each way to be bad, every length, and random damage. */
#include "../../hypervisor/domain/elf.c"
#include "unit.h"
#include <stdlib.h>

#define VIRT_BASE 0xffffffff80000000UL

struct image {
	struct elf_header h;
	struct program_header p[3];
	u8 notes[512];
	u8 data[64];
};

static struct image image;
static u32 notes_used;

static void note(u32 type, const void *value, u32 n)
{
	struct note_header h = {4, n, type};

	memcpy(image.notes + notes_used, &h, sizeof(h));
	memcpy(image.notes + notes_used + sizeof(h), "Xen", 4);
	memcpy(image.notes + notes_used + sizeof(h) + 4, value, n);
	notes_used += sizeof(h) + 4 + ROUND_UP(n, 4);
	image.p[2].file_size = notes_used;
}

static void note_number(u32 type, u64 value)
{
	note(type, &value, sizeof(value));
}

/* A kernel at 16 MiB, its notes as Linux has them. */
static void good(void)
{
	memset(&image, 0, sizeof(image));
	memcpy(image.h.ident, "\177ELF\2\1\1", 7);
	image.h.type = ELF_TYPE_EXEC;
	image.h.machine = ELF_X86_64;
	image.h.program_headers = offsetof(struct image, p);
	image.h.program_header_size = sizeof(struct program_header);
	image.h.program_headers_count = 3;
	image.p[0] = (struct program_header){.type = SEGMENT_LOAD,
					     .offset = offsetof(struct image, data),
					     .paddr = 16 << 20,
					     .file_size = 64,
					     .memory_size = 0x3000};
	/* Per-CPU data is linked at address 0, and goes where p_paddr says. */
	image.p[1] = (struct program_header){.type = SEGMENT_LOAD,
					     .offset = offsetof(struct image, data) + 8,
					     .paddr = 17 << 20,
					     .file_size = 16,
					     .memory_size = 16};
	image.p[2] = (struct program_header){.type = SEGMENT_NOTE,
					     .offset = offsetof(struct image, notes)};
	notes_used = 0;
	note_number(PV_ELFNOTE_ENTRY, VIRT_BASE + (16 << 20) + 0x40);
	note_number(PV_ELFNOTE_VIRT_BASE, VIRT_BASE);
	note_number(PV_ELFNOTE_INIT_P2M, 0x8000000000);
	note(PV_ELFNOTE_XEN_VERSION, "xen-3.0", 8);
	note(PV_ELFNOTE_FEATURES, "!writable_page_tables|pae_pgdir_above_4gb", 42);
	note_number(PV_ELFNOTE_MOD_START_PFN, 1);
}

static const char *parse(struct elf_kernel *k)
{
	return elf_parse(&image, sizeof(image), k);
}

static void test_good(void)
{
	struct elf_kernel k;

	good();
	CU_ASSERT_PTR_NULL_FATAL(parse(&k));
	CU_ASSERT_EQUAL(k.entry, VIRT_BASE + (16 << 20) + 0x40);
	CU_ASSERT_EQUAL(k.virt_base, VIRT_BASE);
	CU_ASSERT_EQUAL(k.low, 16 << 20);
	CU_ASSERT_EQUAL(k.high, (17 << 20) + 16);
	CU_ASSERT_EQUAL(k.init_p2m, 0x8000000000);
	CU_ASSERT_TRUE(k.mod_start_pfn);
	CU_ASSERT_EQUAL(k.hypercall_page, NO_ADDRESS);
}

static struct {
	u64 offset, n;
	bool zero;
} runs[8];
static unsigned int nr_runs;

static void record(void *ctx, u64 offset, const void *data, u64 n)
{
	const struct elf_kernel *k = ctx;

	CU_ASSERT_TRUE(offset >= k->low && n <= k->high - offset);
	if (data) { /* read it all: the sanitizer knows where the image ends */
		const volatile u8 *p = data;

		for (u64 i = 0; i < n; i++)
			(void)p[i];
	}
	if (nr_runs < ARRAY_SIZE(runs)) {
		runs[nr_runs].offset = offset;
		runs[nr_runs].n = n;
		runs[nr_runs].zero = !data;
	}
	nr_runs++;
}

static void test_load(void)
{
	struct elf_kernel k;

	good();
	nr_runs = 0;
	CU_ASSERT_PTR_NULL_FATAL(parse(&k));
	elf_load(&image, &k, record, &k);
	CU_ASSERT_EQUAL_FATAL(nr_runs, 3);
	CU_ASSERT_TRUE(runs[0].offset == 16 << 20 && runs[0].n == 64 && !runs[0].zero);
	CU_ASSERT_TRUE(runs[1].offset == (16 << 20) + 64 && runs[1].n == 0x3000 - 64 &&
		       runs[1].zero);
	CU_ASSERT_TRUE(runs[2].offset == 17 << 20 && runs[2].n == 16 && !runs[2].zero);
}

/* The parser refuses, and in the words expected. */
static void refused(const char *words)
{
	struct elf_kernel k;
	const char *wrong = parse(&k);

	CU_ASSERT_PTR_NOT_NULL_FATAL(wrong);
	if (!strstr(wrong, words))
		printf("expected \"%s\", got \"%s\"\n", words, wrong);
	CU_ASSERT_PTR_NOT_NULL(strstr(wrong, words));
}

static void test_bad_header(void)
{
	good();
	image.h.ident[0] = 0;
	refused("not an ELF file");
	good();
	image.h.machine = 3;
	refused("64-bit x86");
	good();
	image.h.type = 1;
	refused("not an executable");
	good();
	image.h.program_header_size = 32;
	refused("wrong size");
	good();
	image.h.program_headers_count = 65;
	refused("more than 64");
	good();
	image.h.program_headers = ~0UL;
	refused("program headers lie outside");
	good();
	memcpy((u8 *)&image + 0x202, "HdrS", 4);
	refused("compressed bzImage");
	good();
	memcpy(&image, "\x1f\x8b", 2);
	refused("compressed file");
}

static void test_bad_segments(void)
{
	good();
	image.p[0].offset = ~0UL - 8;
	refused("segment lies outside");
	good();
	image.p[0].file_size = image.p[0].memory_size + 1;
	refused("larger in the file");
	good();
	image.p[0].memory_size = ~0UL;
	refused("beyond 1 GiB");
	good();
	image.p[0].paddr = ~0UL - 4096;
	refused("beyond 1 GiB");
	good();
	image.p[1].paddr = image.p[0].paddr + image.p[0].memory_size - 1;
	refused("segments overlap");
	image.p[1].paddr = image.p[0].paddr - image.p[1].memory_size + 1;
	refused("segments overlap");
	good();
	image.p[0].memory_size = image.p[1].memory_size = 0;
	image.p[0].file_size = image.p[1].file_size = 0;
	refused("nothing to load");
	good();
	image.p[2].offset = sizeof(image);
	refused("notes lie outside");
	good();
	note_number(PV_ELFNOTE_PADDR_OFFSET, 17 << 20);
	refused("below the PADDR_OFFSET");
}

static void test_bad_notes(void)
{
	good();
	image.p[2].file_size = 0;
	refused("without PV support");
	good();
	note_number(PV_ELFNOTE_VIRT_BASE, HV_VIRT_START);
	refused("VIRT_BASE");
	good();
	note_number(PV_ELFNOTE_VIRT_BASE, ~0UL << 12);
	refused("VIRT_BASE");
	good();
	note_number(PV_ELFNOTE_ENTRY, VIRT_BASE);
	refused("ENTRY note points outside");
	good();
	note(PV_ELFNOTE_ENTRY, "abc", 3);
	refused("4 or 8 bytes");
	good();
	note(PV_ELFNOTE_XEN_VERSION, "xen-9.0", 8);
	refused("XEN_VERSION");
	good();
	note(PV_ELFNOTE_FEATURES, "auto_translated_physmap", 24);
	refused("feature that is not offered");
	good();
	note_number(PV_ELFNOTE_HYPERCALL_PAGE, VIRT_BASE + (17 << 20));
	refused("HYPERCALL_PAGE");
	good();
	note_number(PV_ELFNOTE_INIT_P2M, HV_VIRT_END - 4096);
	refused("INIT_P2M");
	good();
	note_number(PV_ELFNOTE_HV_START_LOW, HV_VIRT_END);
	refused("HV_START_LOW");
	good();
	((struct note_header *)image.notes)->value_size = 0xfffffffe;
	refused("beyond its segment");
	good();
	((struct note_header *)image.notes)->name_size = 0xffffffff;
	refused("beyond its segment");
}

/* Every prefix of the file, each in memory of exactly its size. */
static void test_truncated(void)
{
	struct elf_kernel k;

	good();
	for (u64 n = 0; n < sizeof(image); n++) {
		u8 *part = malloc(n ? n : 1);

		memcpy(part, &image, n);
		CU_ASSERT_PTR_NOT_NULL(elf_parse(part, n, &k));
		free(part);
	}
}

/* Damaged at random: refused, or all that is loaded lies in the image and in its range. */
static void test_damaged(void)
{
	struct image *copy = malloc(sizeof(*copy));
	unsigned int accepted = 0;

	srand(1);
	for (int round = 0; round < 300000; round++) {
		struct elf_kernel k;

		if (round % 64 == 0)
			good();
		*copy = image;
		for (int i = rand() % 4; i >= 0; i--)
			((u8 *)copy)[(unsigned int)rand() % offsetof(struct image, data)] =
				(u8)(rand() % 3 ? rand() : 0xff);
		if (elf_parse(copy, sizeof(*copy), &k))
			continue;
		accepted++;
		nr_runs = 0;
		CU_ASSERT_TRUE(k.entry - k.virt_base < k.high);
		elf_load(copy, &k, record, &k);
	}
	CU_ASSERT_TRUE(accepted > 1000); /* the damage reaches past the checks */
	free(copy);
}

UNIT_MAIN("domain_elf_test", UNIT_TEST(test_good), UNIT_TEST(test_load), UNIT_TEST(test_bad_header),
	  UNIT_TEST(test_bad_segments), UNIT_TEST(test_bad_notes), UNIT_TEST(test_truncated),
	  UNIT_TEST(test_damaged))
