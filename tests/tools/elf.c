/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>

#include "fake_kernel.h"
#include "kernel_elf.h"
#include "suites.h"

static struct fake_kernel k;

static int parse_size(size_t size, struct pav_kernel *out, struct pav_error *err)
{
	/* An allocation of exactly the size, so that the sanitizer sees a read beyond it. */
	void *copy = malloc(size ? size : 1);
	int rc;

	memcpy(copy, &k, size);
	pav_error_clear(err);
	rc = pav_elf_parse(copy, size, "k", out, err);
	free(copy);
	return rc;
}

static void expect_refused(const char *words)
{
	struct pav_kernel out;
	struct pav_error err;

	CU_ASSERT_EQUAL(parse_size(FAKE_FILE_SIZE, &out, &err), -1);
	EXPECT_LINE(err, words);
}

static void reads_a_kernel(void)
{
	struct pav_kernel out;
	struct pav_error err;

	fake_make(&k);
	CU_ASSERT_EQUAL_FATAL(parse_size(FAKE_FILE_SIZE, &out, &err), 0);
	CU_ASSERT_EQUAL(out.nr_segments, 1);
	CU_ASSERT_EQUAL(out.start, FAKE_START);
	CU_ASSERT_EQUAL(out.end, FAKE_START + FAKE_SIZE);
	CU_ASSERT_EQUAL(out.entry, FAKE_BASE + FAKE_START + 0x40);
	CU_ASSERT_EQUAL(out.virt_base, FAKE_BASE);
	CU_ASSERT(out.has_init_p2m && out.init_p2m == FAKE_P2M);
	CU_ASSERT(out.mod_start_pfn && !out.has_hypercall_page);
}

static void subtracts_the_offset(void)
{
	struct pav_kernel out;
	struct pav_error err;

	fake_make_bare(&k);
	k.load.p_paddr = FAKE_BASE + FAKE_START;
	fake_number(&k, 1, FAKE_BASE + FAKE_START);
	fake_number(&k, 3, FAKE_BASE);
	fake_number(&k, 4, FAKE_BASE);
	fake_note(&k, 5, "xen-3.0", 8);
	CU_ASSERT_EQUAL_FATAL(parse_size(FAKE_FILE_SIZE, &out, &err), 0);
	CU_ASSERT_EQUAL(out.start, FAKE_START);
	CU_ASSERT(!out.has_init_p2m && !out.mod_start_pfn);
}

static void skips_other_notes(void)
{
	struct pav_kernel out;
	struct pav_error err;

	fake_make(&k);
	fake_note(&k, 99, "?", 2);
	memcpy(k.notes + 12, "GNU", 4); /* the first one is now another vendor's */
	fake_number(&k, 1, FAKE_BASE + FAKE_START);
	CU_ASSERT_EQUAL(parse_size(FAKE_FILE_SIZE, &out, &err), 0);
	CU_ASSERT_EQUAL(out.entry, FAKE_BASE + FAKE_START);
}

static void refuses_other_files(void)
{
	struct pav_kernel out;
	struct pav_error err;

	fake_make_bare(&k);
	expect_refused("no PV notes");
	fake_make(&k);
	k.eh.e_machine = EM_AARCH64;
	expect_refused("64-bit x86");
	fake_make(&k);
	k.eh.e_ident[0] = 'x';
	expect_refused("no ELF header");
	fake_make(&k);
	k.eh.e_phoff = UINT64_MAX - 8;
	expect_refused("truncated");
	fake_make(&k);
	k.load.p_offset = UINT64_MAX - 0x1000;
	expect_refused("truncated");
	fake_make(&k);
	CU_ASSERT_EQUAL(parse_size(FAKE_FILE_SIZE - 1, &out, &err), -1);
	EXPECT_LINE(err, "truncated");
}

static void refuses_bad_segments(void)
{
	fake_make(&k);
	k.load.p_filesz = k.load.p_memsz + 1;
	expect_refused("larger in the file");
	fake_make(&k);
	k.load.p_paddr = UINT64_MAX - 0x1000;
	expect_refused("beyond the first");
	fake_make(&k);
	k.load.p_memsz = UINT64_MAX;
	expect_refused("beyond the first");
	fake_make(&k);
	fake_number(&k, 4, FAKE_START + 1);
	expect_refused("beyond the first");
	fake_make(&k);
	k.load.p_type = PT_NULL;
	expect_refused("no loadable segment");
}

static void refuses_bad_notes(void)
{
	fake_make(&k);
	fake_number(&k, 1, FAKE_BASE);
	expect_refused("entry point");
	fake_make(&k);
	fake_note(&k, 5, "xen-2.0", 8);
	expect_refused("only xen-3.0");
	fake_make(&k);
	fake_number(&k, 3, 0xffff800000000000ull);
	expect_refused("unusable virtual base");
	fake_make(&k);
	fake_number(&k, 3, FAKE_BASE + 1);
	expect_refused("unusable virtual base");
	fake_make(&k);
	fake_number(&k, 15, FAKE_BASE);
	expect_refused("p2m list");
	fake_make(&k);
	fake_number(&k, 15, 0xffff810000000000ull);
	expect_refused("p2m list");
	fake_make(&k);
	fake_note(&k, 10, "writable_page_tables", 21);
	expect_refused("insists on the feature writable_page_tables");
	fake_make(&k);
	fake_note(&k, 10, "time_travel", 12);
	expect_refused("unknown feature 'time_travel'");
	fake_make(&k);
	fake_number(&k, 2, FAKE_BASE + FAKE_START + FAKE_SIZE);
	expect_refused("hypercall page");
	fake_make(&k);
	fake_number(&k, 2, FAKE_BASE + FAKE_START - 0x1000);
	expect_refused("hypercall page");
	/* An image smaller than the page that it claims lies far behind it. */
	fake_make(&k);
	k.load.p_paddr = 0;
	k.load.p_memsz = k.load.p_filesz = 0x80;
	fake_number(&k, 1, FAKE_BASE + 0x40);
	fake_number(&k, 2, FAKE_BASE + 0x40000000);
	expect_refused("hypercall page");
	/* A list that would run out of the lower half, or into the image. */
	fake_make(&k);
	fake_number(&k, 15, 0x7fffffe00000ull);
	expect_refused("p2m list");
	fake_make(&k);
	fake_number(&k, 15, FAKE_BASE - (1ull << 39));
	expect_refused("p2m list");
	fake_make(&k);
	fake_number(&k, 12, 0xffff900000000000ull);
	expect_refused("too little of the address space");
	fake_make(&k);
	k.note.p_filesz = k.notes_len - 4;
	expect_refused("longer than its segment");
}

/* Any bytes: no read outside, a refusal has a reason, an acceptance is consistent. */
static void survives_damage(void)
{
	struct pav_kernel out;
	struct pav_error err;
	unsigned int i, j, n;
	size_t size;

	srand(2);
	for (i = 0; i < 50000; i++) {
		fake_make(&k);
		for (n = 1 + (unsigned int)rand() % 4; n; n--) {
			j = (unsigned int)rand() % (unsigned int)offsetof(struct fake_kernel, body);
			((uint8_t *)&k)[j] = (uint8_t)rand();
		}
		size = rand() % 4 ? FAKE_FILE_SIZE : (size_t)rand() % FAKE_FILE_SIZE;
		if (parse_size(size, &out, &err)) {
			CU_ASSERT(err.text[0] != '\0');
			continue;
		}
		for (j = 0; j < out.nr_segments; j++) {
			CU_ASSERT(out.segment[j].file_off + out.segment[j].file_size <= size);
			CU_ASSERT(out.segment[j].file_size <= out.segment[j].mem_size);
			CU_ASSERT(out.segment[j].paddr + out.segment[j].mem_size <=
				  PAV_KERNEL_SPAN_MAX);
		}
		CU_ASSERT(out.entry >= out.virt_base + out.start);
		if (out.has_hypercall_page)
			CU_ASSERT((out.hypercall_page - out.virt_base) >> 12 <= out.end >> 12);
	}
}

void add_elf_suite(void)
{
	CU_pSuite s = CU_add_suite("kernel ELF", NULL, NULL);

	CU_add_test(s, "reads a kernel like Debian's", reads_a_kernel);
	CU_add_test(s, "subtracts PADDR_OFFSET", subtracts_the_offset);
	CU_add_test(s, "skips unknown notes and vendors", skips_other_notes);
	CU_add_test(s, "refuses other and cut files", refuses_other_files);
	CU_add_test(s, "refuses segments that do not fit", refuses_bad_segments);
	CU_add_test(s, "refuses notes it cannot honour", refuses_bad_notes);
	CU_add_test(s, "survives damaged headers", survives_damage);
}
