/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the dom0 builder needs to know of a 64-bit PV kernel: its segments and
 * its ELF notes. Pure: it looks at nothing but the image, and trusts nothing in
 * it. Each offset and length is checked against the image without sums that
 * could wrap before it is used.
 */
#include "boot.h"
#include "layout.h"
#include "lib.h"
#include "errno.h"
#include "public/elfnote.h"

struct elf_header {
	u8 ident[16];
	u16 type, machine;
	u32 version;
	u64 entry, program_headers, section_headers;
	u32 flags;
	u16 header_size, program_header_size, program_headers_count;
	u16 section_header_size, section_headers_count, names_index;
};

struct program_header {
	u32 type, flags;
	u64 offset, vaddr, paddr, file_size, memory_size, align;
};

struct note_header {
	u32 name_size, value_size, type;
};

#define ELF_CLASS_64  2
#define ELF_LITTLE    1
#define ELF_TYPE_EXEC 2
#define ELF_TYPE_DYN  3
#define ELF_X86_64    62
#define SEGMENT_LOAD  1
#define SEGMENT_NOTE  4
#define MAX_SEGMENTS  64
#define KERNEL_MAX    (1UL << 30) /* all segments together; the space from VIRT_BASE is 2 GiB */

static bool in_image(u64 offset, u64 n, u64 size)
{
	return offset <= size && n <= size - offset;
}

static struct program_header segment(const void *image, u64 table, u32 i)
{
	struct program_header p;

	memcpy(&p, (const u8 *)image + table + i * sizeof(p), sizeof(p));
	return p;
}

/* A compressed kernel gets its own sentence: it is the mistake that people make. */
static const char *check_header(const u8 *image, u64 size, struct elf_header *h)
{
	static const u8 gzip[] = {0x1f, 0x8b}, xz[] = {0xfd, '7', 'z', 'X', 'Z'};

	if (size >= 0x206 && memcmp(image + 0x202, "HdrS", 4) == 0)
		return "it is a compressed bzImage; unpack it to the plain ELF file (vmlinux) first";
	if (size >= sizeof(xz) &&
	    (memcmp(image, gzip, sizeof(gzip)) == 0 || memcmp(image, xz, sizeof(xz)) == 0))
		return "it is a compressed file; unpack it to the plain ELF file (vmlinux) first";
	if (size < sizeof(*h))
		return "it is shorter than an ELF header";
	memcpy(h, image, sizeof(*h));
	if (memcmp(h->ident, "\177ELF", 4) != 0)
		return "it is not an ELF file";
	if (h->ident[4] != ELF_CLASS_64 || h->ident[5] != ELF_LITTLE || h->machine != ELF_X86_64)
		return "it is not for 64-bit x86";
	if (h->type != ELF_TYPE_EXEC && h->type != ELF_TYPE_DYN)
		return "it is an ELF file, but not an executable";
	if (h->program_header_size != sizeof(struct program_header))
		return "its program headers have a wrong size";
	if (h->program_headers_count == 0 || h->program_headers_count > MAX_SEGMENTS)
		return "it has no segments, or more than 64";
	if (!in_image(h->program_headers,
		      (u64)h->program_headers_count * sizeof(struct program_header), size))
		return "its program headers lie outside the file";
	return NULL;
}

/* Is \p name among the required ones of a FEATURES note? Those with a '!' are offers. */
static bool feature_acceptable(const char *name, size_t n)
{
	static const char *const fine[] = {"pae_pgdir_above_4gb", "writable_descriptor_tables",
					   "mmu_pt_update_preserve_ad", "gnttab_map_avail_bits",
					   "dom0"};

	if (n == 0 || name[0] == '!')
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(fine); i++)
		if (strlen(fine[i]) == n && strncmp(fine[i], name, n) == 0)
			return true;
	return false;
}

static const char *check_features(const char *s, size_t n)
{
	size_t start = 0;

	for (size_t i = 0; i <= n; i++) {
		if (i < n && s[i] != '|' && s[i] != '\0')
			continue;
		if (!feature_acceptable(s + start, i - start))
			return "its FEATURES note asks for a feature that is not offered";
		if (i < n && s[i] == '\0')
			break;
		start = i + 1;
	}
	return NULL;
}

/* The notes that hold an address, and where it goes. */
static const struct {
	u32 type, at;
} addresses[] = {
	{PV_ELFNOTE_ENTRY, offsetof(struct elf_kernel, entry)},
	{PV_ELFNOTE_VIRT_BASE, offsetof(struct elf_kernel, virt_base)},
	{PV_ELFNOTE_PADDR_OFFSET, offsetof(struct elf_kernel, paddr_offset)},
	{PV_ELFNOTE_HYPERCALL_PAGE, offsetof(struct elf_kernel, hypercall_page)},
	{PV_ELFNOTE_INIT_P2M, offsetof(struct elf_kernel, init_p2m)},
	{PV_ELFNOTE_HV_START_LOW, offsetof(struct elf_kernel, hv_start_low)},
};

/* Take one note of ours; numbers are 4 or 8 bytes wide. */
static const char *take_note(struct elf_kernel *k, u32 type, const u8 *value, u32 n)
{
	u64 number = 0;

	if (n == 4 || n == 8)
		memcpy(&number, value, n);
	for (u32 i = 0; i < ARRAY_SIZE(addresses); i++) {
		if (addresses[i].type != type)
			continue;
		if (n != 4 && n != 8)
			return "one of its notes that hold an address is not 4 or 8 bytes long";
		memcpy((u8 *)k + addresses[i].at, &number, sizeof(number));
	}
	switch (type) {
	case PV_ELFNOTE_MOD_START_PFN:
		k->mod_start_pfn = number != 0;
		break;
	case PV_ELFNOTE_XEN_VERSION:
		if (n != sizeof("xen-3.0") || memcmp(value, "xen-3.0", n) != 0)
			return "its XEN_VERSION note is not \"xen-3.0\"";
		break;
	case PV_ELFNOTE_FEATURES:
		return check_features((const char *)value, n);
	}
	return NULL;
}

/* Notes of other vendors share the segment. Lengths are padded to four bytes. */
static const char *parse_notes(const u8 *image, u64 offset, u64 size, struct elf_kernel *k)
{
	while (size >= sizeof(struct note_header)) {
		struct note_header h;
		u64 name, value;
		const char *wrong;

		memcpy(&h, image + offset, sizeof(h));
		name = ROUND_UP((u64)h.name_size, 4);
		value = ROUND_UP((u64)h.value_size, 4);
		offset += sizeof(h);
		size -= sizeof(h);
		/* The last value may lack its padding. */
		if (name > size || h.value_size > size - name)
			return "a note reaches beyond its segment";
		if (h.name_size == 4 && memcmp(image + offset, "Xen", 4) == 0) {
			wrong = take_note(k, h.type, image + offset + name, h.value_size);
			if (wrong)
				return wrong;
		}
		value = MIN(value, size - name);
		offset += name + value;
		size -= name + value;
	}
	return NULL;
}

/* Does segment \p n share memory with one before it? All have been checked for their size. */
static bool overlaps(const void *image, const struct elf_kernel *k, u32 n)
{
	struct program_header a = segment(image, k->program_headers, n);

	for (u32 i = 0; i < n; i++) {
		struct program_header b = segment(image, k->program_headers, i);

		if (b.type == SEGMENT_LOAD && b.memory_size && a.paddr < b.paddr + b.memory_size &&
		    b.paddr < a.paddr + a.memory_size)
			return true;
	}
	return false;
}

static const char *check_segments(const void *image, u64 size, struct elf_kernel *k)
{
	u64 low = ~0UL, high = 0;

	for (u32 i = 0; i < k->segments; i++) {
		struct program_header p = segment(image, k->program_headers, i);
		u64 start;

		if (p.type != SEGMENT_LOAD || p.memory_size == 0)
			continue;
		if (p.file_size > p.memory_size)
			return "a segment is larger in the file than in memory";
		if (!in_image(p.offset, p.file_size, size))
			return "a segment lies outside the file, which may have been cut short";
		if (p.paddr < k->paddr_offset)
			return "a segment's physical address is below the PADDR_OFFSET note";
		start = p.paddr - k->paddr_offset;
		if (start > KERNEL_MAX || p.memory_size > KERNEL_MAX - start)
			return "a segment ends beyond 1 GiB";
		if (overlaps(image, k, i))
			return "two of its segments overlap";
		low = MIN(low, start);
		high = MAX(high, start + p.memory_size);
	}
	if (low >= high)
		return "it has nothing to load";
	k->low = low;
	k->high = high;
	return NULL;
}

/* Is [va, va + n) in one half of the address space and outside the hypervisor's? */
static bool guest_virtual(u64 va, u64 n)
{
	u64 last = va + n - 1;

	if (last < va || va % PAGE_SIZE)
		return false;
	return last < 0x0000800000000000UL || va >= HV_VIRT_END;
}

static const char *check_notes(const struct elf_kernel *k)
{
	if (k->entry == NO_ADDRESS)
		return "it has no Xen ENTRY note: it was built without PV support";
	if (k->virt_base == NO_ADDRESS)
		return "it has no Xen VIRT_BASE note";
	if (!guest_virtual(k->virt_base, KERNEL_MAX + KERNEL_MAX / 8))
		return "its VIRT_BASE note is not usable as a base address";
	if (k->entry < k->virt_base + k->low || k->entry >= k->virt_base + k->high)
		return "its ENTRY note points outside its segments";
	if (k->hypercall_page != NO_ADDRESS &&
	    (k->hypercall_page % PAGE_SIZE || k->hypercall_page < k->virt_base ||
	     k->hypercall_page - k->virt_base > k->high - MIN(k->high, PAGE_SIZE)))
		return "its HYPERCALL_PAGE note is not a page of the kernel";
	if (k->init_p2m != NO_ADDRESS && !guest_virtual(k->init_p2m, 1UL << 39))
		return "its INIT_P2M note is not usable as an address";
	if (k->hv_start_low > HV_VIRT_START)
		return "its HV_START_LOW note leaves no room for the hypervisor";
	return NULL;
}

const char *elf_parse(const void *image, u64 size, struct elf_kernel *k)
{
	struct elf_header h;
	const char *wrong = check_header(image, size, &h);

	if (wrong)
		return wrong;
	*k = (struct elf_kernel){
		.entry = NO_ADDRESS,
		.virt_base = NO_ADDRESS,
		.hypercall_page = NO_ADDRESS,
		.init_p2m = NO_ADDRESS,
		.hv_start_low = HV_VIRT_START,
		.segments = h.program_headers_count,
		.program_headers = h.program_headers,
	};
	for (u32 i = 0; i < k->segments; i++) {
		struct program_header p = segment(image, k->program_headers, i);

		if (p.type != SEGMENT_NOTE)
			continue;
		if (!in_image(p.offset, p.file_size, size))
			return "its notes lie outside the file, which may have been cut short";
		wrong = parse_notes(image, p.offset, p.file_size, k);
		if (wrong)
			return wrong;
	}
	wrong = check_segments(image, size, k);
	return wrong ? wrong : check_notes(k);
}

void elf_load(const void *image, const struct elf_kernel *k,
	      void (*put)(void *ctx, u64 offset, const void *data, u64 n), void *ctx)
{
	for (u32 i = 0; i < k->segments; i++) {
		struct program_header p = segment(image, k->program_headers, i);
		u64 start = p.paddr - k->paddr_offset;

		if (p.type != SEGMENT_LOAD || p.memory_size == 0)
			continue;
		put(ctx, start, (const u8 *)image + p.offset, p.file_size);
		if (p.memory_size > p.file_size)
			put(ctx, start + p.file_size, NULL, p.memory_size - p.file_size);
	}
}
