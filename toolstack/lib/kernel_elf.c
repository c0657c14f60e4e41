/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PV kernel is placed by p_paddr (one of Linux's segments has p_vaddr 0) and
 * entered where its notes say; e_entry belongs to other ways to boot. Rules and
 * numbers: the ELF notes of the PV ABI (public elfnote.h) and the ELF64 format.
 */
#include <elf.h>
#include <stdio.h>
#include <string.h>

#include "kernel_elf.h"

enum xen_note {
	NOTE_ENTRY = 1,
	NOTE_HYPERCALL_PAGE = 2,
	NOTE_VIRT_BASE = 3,
	NOTE_PADDR_OFFSET = 4,
	NOTE_XEN_VERSION = 5,
	NOTE_FEATURES = 10,
	NOTE_HV_START_LOW = 12,
	NOTE_INIT_P2M = 15,
	NOTE_MOD_START_PFN = 16,
};

/* The hypervisor's own part of every address space. */
#define HV_START 0xffff800000000000ull
#define HV_END	 0xffff880000000000ull

struct image {
	const uint8_t *data;
	size_t size;
	const char *name;
	struct pav_error *err;
};

/* What the notes say, before it is checked as a whole. */
struct notes {
	unsigned int seen; /* bit per enum xen_note */
	uint64_t paddr_offset;
	char version[16];
};

static bool within(const struct image *img, uint64_t off, uint64_t len)
{
	return off <= img->size && len <= img->size - off;
}

static int read_header(const struct image *img, Elf64_Ehdr *eh)
{
	if (img->size < sizeof(*eh) || memcmp(img->data, ELFMAG, SELFMAG) != 0)
		return pav_fail(img->err, "kernel %s: not a kernel image: no ELF header",
				img->name);
	memcpy(eh, img->data, sizeof(*eh));
	if (eh->e_ident[EI_CLASS] != ELFCLASS64 || eh->e_ident[EI_DATA] != ELFDATA2LSB ||
	    eh->e_machine != EM_X86_64)
		return pav_fail(img->err,
				"kernel %s: not a 64-bit x86 ELF file; only 64-bit PV "
				"kernels are supported",
				img->name);
	if (eh->e_type != ET_EXEC && eh->e_type != ET_DYN)
		return pav_fail(img->err, "kernel %s: ELF file is not an executable", img->name);
	if (eh->e_phentsize != sizeof(Elf64_Phdr) || eh->e_phnum == 0 || eh->e_phnum > 128)
		return pav_fail(img->err, "kernel %s: unusable ELF program header table",
				img->name);
	if (!within(img, eh->e_phoff, (uint64_t)eh->e_phnum * sizeof(Elf64_Phdr)))
		return pav_fail(img->err,
				"kernel %s: truncated: its program headers lie beyond the "
				"end of the file",
				img->name);
	return 0;
}

static Elf64_Phdr program_header(const struct image *img, const Elf64_Ehdr *eh, unsigned int i)
{
	Elf64_Phdr ph;

	memcpy(&ph, img->data + eh->e_phoff + i * sizeof(ph), sizeof(ph));
	return ph;
}

static int add_segment(const struct image *img, const Elf64_Phdr *ph, struct pav_kernel *k)
{
	struct pav_segment *seg;

	if (ph->p_memsz == 0)
		return 0;
	if (ph->p_filesz > ph->p_memsz)
		return pav_fail(img->err,
				"kernel %s: a segment is larger in the file than in "
				"memory",
				img->name);
	if (!within(img, ph->p_offset, ph->p_filesz))
		return pav_fail(img->err,
				"kernel %s: truncated: a segment ends at byte %llu of a "
				"file of %zu",
				img->name, (unsigned long long)(ph->p_offset + ph->p_filesz),
				img->size);
	if (k->nr_segments == PAV_MAX_SEGMENTS)
		return pav_fail(img->err, "kernel %s: more than %d loadable segments", img->name,
				PAV_MAX_SEGMENTS);
	seg = &k->segment[k->nr_segments++];
	seg->paddr = ph->p_paddr;
	seg->mem_size = ph->p_memsz;
	seg->file_off = ph->p_offset;
	seg->file_size = ph->p_filesz;
	return 0;
}

static uint64_t note_number(const uint8_t *desc, uint32_t len)
{
	uint64_t v = 0;

	/* Numeric notes come as 4 or 8 bytes, little endian. */
	memcpy(&v, desc, len < sizeof(v) ? len : sizeof(v));
	return v;
}

/*
 * FEATURES is a list of names divided by '|'; a leading '!' says "supported but
 * not needed". All that PV Linux lists is present in the ABI; a name outside
 * this list is one that this builder cannot promise.
 */
static int check_features(const struct image *img, const char *text)
{
	static const char *const known[] = {"writable_page_tables", "writable_descriptor_tables",
					    "pae_pgdir_above_4gb", "supervisor_mode_kernel"};
	/* Of those, what a PV guest may insist on. */
	static const char *const granted[] = {"pae_pgdir_above_4gb"};
	char name[64];
	size_t len, i;
	bool ok;

	for (; *text; text += len + (text[len] == '|')) {
		len = strcspn(text, "|");
		if (len == 0 || len >= sizeof(name))
			continue;
		memcpy(name, text, len);
		name[len] = '\0';
		ok = false;
		if (name[0] == '!')
			continue;
		for (i = 0; i < sizeof(granted) / sizeof(granted[0]); i++)
			ok |= strcmp(name, granted[i]) == 0;
		for (i = 0; !ok && i < sizeof(known) / sizeof(known[0]); i++)
			if (strcmp(name, known[i]) == 0)
				return pav_fail(img->err,
						"kernel %s: insists on the feature %s, "
						"which is not offered",
						img->name, name);
		if (!ok)
			return pav_fail(img->err, "kernel %s: insists on an unknown feature '%s'",
					img->name, name);
	}
	return 0;
}

static void note_string(const uint8_t *desc, uint32_t len, char *out, size_t room)
{
	size_t n = len < room - 1 ? len : room - 1;

	memcpy(out, desc, n);
	out[n] = '\0';
}

static int take_note(const struct image *img, uint32_t type, const uint8_t *desc, uint32_t len,
		     struct notes *n, struct pav_kernel *k)
{
	char text[256];

	switch (type) {
	case NOTE_ENTRY:
		k->entry = note_number(desc, len);
		break;
	case NOTE_HYPERCALL_PAGE:
		k->hypercall_page = note_number(desc, len);
		k->has_hypercall_page = true;
		break;
	case NOTE_VIRT_BASE:
		k->virt_base = note_number(desc, len);
		break;
	case NOTE_PADDR_OFFSET:
		n->paddr_offset = note_number(desc, len);
		break;
	case NOTE_XEN_VERSION:
		note_string(desc, len, n->version, sizeof(n->version));
		break;
	case NOTE_FEATURES:
		note_string(desc, len, text, sizeof(text));
		return check_features(img, text);
	case NOTE_HV_START_LOW:
		if (note_number(desc, len) > HV_START)
			return pav_fail(img->err,
					"kernel %s: leaves the hypervisor too little of "
					"the address space",
					img->name);
		break;
	case NOTE_INIT_P2M:
		k->init_p2m = note_number(desc, len);
		k->has_init_p2m = true;
		break;
	case NOTE_MOD_START_PFN:
		k->mod_start_pfn = note_number(desc, len) != 0;
		break;
	default:
		return 0;
	}
	n->seen |= 1u << type;
	return 0;
}

/* Walk one PT_NOTE segment; notes of other vendors and unknown types are skipped. */
static int read_notes(const struct image *img, const Elf64_Phdr *ph, struct notes *n,
		      struct pav_kernel *k)
{
	uint64_t off = ph->p_offset, left = ph->p_filesz, name_len, desc_len;
	Elf64_Nhdr nh;

	if (!within(img, off, left))
		return pav_fail(img->err,
				"kernel %s: truncated: its notes lie beyond the end of "
				"the file",
				img->name);
	while (left >= sizeof(nh)) {
		memcpy(&nh, img->data + off, sizeof(nh));
		off += sizeof(nh);
		left -= sizeof(nh);
		name_len = ((uint64_t)nh.n_namesz + 3) & ~3ull;
		desc_len = ((uint64_t)nh.n_descsz + 3) & ~3ull;
		/* The last note's padding may be cut off. */
		if (name_len > left || nh.n_descsz > left - name_len)
			return pav_fail(img->err, "kernel %s: a note is longer than its segment",
					img->name);
		if (nh.n_namesz == 4 && memcmp(img->data + off, "Xen", 4) == 0 &&
		    take_note(img, nh.n_type, img->data + off + name_len, nh.n_descsz, n, k))
			return -1;
		if (desc_len >= left - name_len)
			break;
		off += name_len + desc_len;
		left -= name_len + desc_len;
	}
	return 0;
}

static bool in_hypervisor_hole(uint64_t first, uint64_t size)
{
	return first < HV_END && first + size > HV_START;
}

/* Make paddrs relative to the guest-physical origin and find the span. */
static int place_segments(const struct image *img, const struct notes *n, struct pav_kernel *k)
{
	struct pav_segment *s;
	unsigned int i, j;

	if (k->nr_segments == 0)
		return pav_fail(img->err, "kernel %s: nothing to load: no loadable segment",
				img->name);
	k->start = UINT64_MAX;
	for (i = 0; i < k->nr_segments; i++) {
		s = &k->segment[i];
		if (s->paddr < n->paddr_offset || s->mem_size > PAV_KERNEL_SPAN_MAX ||
		    s->paddr - n->paddr_offset > PAV_KERNEL_SPAN_MAX - s->mem_size)
			return pav_fail(img->err,
					"kernel %s: a segment lies beyond the first %llu "
					"MiB of guest memory",
					img->name, PAV_KERNEL_SPAN_MAX >> 20);
		s->paddr -= n->paddr_offset;
		if (s->paddr < k->start)
			k->start = s->paddr;
		if (s->paddr + s->mem_size > k->end)
			k->end = s->paddr + s->mem_size;
		for (j = 0; j < i; j++)
			if (s->paddr < k->segment[j].paddr + k->segment[j].mem_size &&
			    k->segment[j].paddr < s->paddr + s->mem_size)
				return pav_fail(img->err, "kernel %s: loadable segments overlap",
						img->name);
	}
	return 0;
}

/* The list is at most as long as one top-level slot maps and begins anywhere in
 * it: neither that slot nor the next may be another's. */
static bool usable_for_p2m(uint64_t p2m, uint64_t base)
{
	const uint64_t slot = p2m >> 39 & 511, first = base >> 39 & 511,
		       last = (base + PAV_KERNEL_SPAN_MAX - 1) >> 39 & 511;

	return (p2m & 0x1fffff) == 0 && ((int64_t)(p2m << 16) >> 16) == (int64_t)p2m &&
	       !in_hypervisor_hole(p2m, 1ull << 39) && slot != 255 && slot != 511 &&
	       slot != first && slot != last && slot + 1 != first;
}

static int check_addresses(const struct image *img, const struct pav_kernel *k)
{
	uint64_t base = k->virt_base;

	if (base & 0xfff || base + PAV_KERNEL_SPAN_MAX < base ||
	    in_hypervisor_hole(base, PAV_KERNEL_SPAN_MAX) ||
	    ((int64_t)(base << 16) >> 16) != (int64_t)base)
		return pav_fail(img->err, "kernel %s: unusable virtual base %#llx", img->name,
				(unsigned long long)base);
	if (k->entry < base + k->start || k->entry >= base + k->end)
		return pav_fail(img->err, "kernel %s: entry point %#llx is outside the image",
				img->name, (unsigned long long)k->entry);
	if (k->has_init_p2m && !usable_for_p2m(k->init_p2m, base))
		return pav_fail(img->err, "kernel %s: unusable address %#llx for the p2m list",
				img->name, (unsigned long long)k->init_p2m);
	/* Compared in pages: the image may be smaller than one. */
	if (k->has_hypercall_page &&
	    (k->hypercall_page & 0xfff || k->hypercall_page < base + k->start ||
	     (k->hypercall_page - base) >> 12 >= (k->end + 0xfff) >> 12))
		return pav_fail(img->err, "kernel %s: hypercall page %#llx is outside the image",
				img->name, (unsigned long long)k->hypercall_page);
	return 0;
}

int pav_elf_parse(const void *image, size_t size, const char *name, struct pav_kernel *kernel,
		  struct pav_error *err)
{
	const struct image img = {image, size, name, err};
	struct notes notes = {0};
	Elf64_Ehdr eh;
	Elf64_Phdr ph;
	unsigned int i;

	memset(kernel, 0, sizeof(*kernel));
	if (read_header(&img, &eh))
		return -1;
	for (i = 0; i < eh.e_phnum; i++) {
		ph = program_header(&img, &eh, i);
		if (ph.p_type == PT_LOAD && add_segment(&img, &ph, kernel))
			return -1;
		if (ph.p_type == PT_NOTE && read_notes(&img, &ph, &notes, kernel))
			return -1;
	}
	if (!(notes.seen & 1u << NOTE_ENTRY) || !(notes.seen & 1u << NOTE_XEN_VERSION))
		return pav_fail(err,
				"kernel %s: has no PV notes: not built to run as a PV guest "
				"(Linux needs CONFIG_XEN_PV)",
				name);
	if (strcmp(notes.version, "xen-3.0") != 0)
		return pav_fail(err, "kernel %s: wants the PV ABI '%s', only xen-3.0 exists", name,
				notes.version);
	if (!(notes.seen & 1u << NOTE_VIRT_BASE))
		return pav_fail(err, "kernel %s: its notes give no virtual base", name);
	if (place_segments(&img, &notes, kernel))
		return -1;
	return check_addresses(&img, kernel);
}
