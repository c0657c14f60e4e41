/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the firmware's memory map to the final address space of the hypervisor.
 *
 * Starts on boot's tables, which have the first 4 GiB of the directmap and the image
 * at IMAGE_VIRT. Takes what it needs from the top of RAM, builds hv_root, loads it,
 * and then fills the frame table and gives the rest to the allocator.
 *
 * The first MiB is never the allocator's: firmware, start-up code of other CPUs,
 * and the service domain's option ROMs live there. It counts as I/O memory.
 */
#include "internal.h"
#include "arch.h"
#include "boot.h"

#define MIB2	     0x200000UL
#define LOW_END	     0x100000UL	   /* what lies below is not handed out */
#define BOOT_MAP_END 0x100000000UL /* of the directmap that boot's tables have */
#define RAM_LIMIT    (DIRECTMAP_END - DIRECTMAP_VIRT)

#define HV_RW (PTE_PRESENT | PTE_RW | PTE_ACCESSED | PTE_DIRTY | PTE_NX)
#define HV_RO (PTE_PRESENT | PTE_ACCESSED | PTE_NX)
#define HV_RX (PTE_PRESENT | PTE_ACCESSED)

struct range {
	u64 start, end; /* bytes, whole pages */
};

u64 hv_root[ENTRIES] __aligned(PAGE_SIZE);

static struct range ram[BOOT_E820_MAX];
static unsigned int nr_ram;
static struct range reserved[64];
static unsigned int nr_reserved;

/* --- what there is ------------------------------------------------------------- */

static void ram_collect(void)
{
	for (unsigned int i = 0; i < boot_info.e820_entries; i++) {
		const struct pv_e820_entry *e = &boot_info.e820[i];
		u64 start = ROUND_UP(e->addr, PAGE_SIZE);
		u64 end = ROUND_DOWN(e->addr + e->size, PAGE_SIZE);

		if (e->type != PV_E820_RAM || end <= LOW_END)
			continue;
		if (end > RAM_LIMIT) { /* not reachable for us, so for nobody */
			u64 from = MAX(start, RAM_LIMIT);

			io_frame_guard(paddr_mfn(from), (end - from) >> PAGE_SHIFT);
			end = RAM_LIMIT;
		}
		start = MAX(start, LOW_END);
		if (start < end) {
			ram[nr_ram++] = (struct range){start, end};
			max_mfn = MAX(max_mfn, end >> PAGE_SHIFT);
		}
	}
	if (!nr_ram)
		panic("the firmware's memory map has no RAM above 1 MiB");
}

static void reserve(u64 start, u64 end)
{
	start = ROUND_DOWN(start, PAGE_SIZE);
	end = ROUND_UP(end, PAGE_SIZE);
	for (unsigned int i = 0; i < nr_reserved; i++) {
		if (reserved[i].start == end) {
			reserved[i].start = start;
			return;
		}
		if (reserved[i].end == start) {
			reserved[i].end = end;
			return;
		}
	}
	if (nr_reserved == ARRAY_SIZE(reserved))
		panic("memory is too fragmented to start");
	reserved[nr_reserved++] = (struct range){start, end};
}

/* The lowest of those in the way. */
static const struct range *reserved_overlap(u64 start, u64 end)
{
	const struct range *lowest = NULL;

	for (unsigned int i = 0; i < nr_reserved; i++) {
		const struct range *r = &reserved[i];

		if (start < r->end && end > r->start && (!lowest || r->start < lowest->start))
			lowest = r;
	}
	return lowest;
}

/* Aligned to its size (a power of two); the highest there is below \p limit. */
static u64 early_alloc(u64 size, u64 limit)
{
	unsigned int i = nr_ram;

	while (i--) {
		u64 end = MIN(ram[i].end, limit), at;

		while (end >= size) {
			const struct range *r;

			at = ROUND_DOWN(end - size, size);
			if (at < ram[i].start)
				break;
			r = reserved_overlap(at, at + size);
			if (!r) {
				reserve(at, at + size);
				return at;
			}
			end = r->start;
		}
	}
	panic("not enough memory to start");
}

static void *early_page(void)
{
	return memset(paddr_virt(early_alloc(PAGE_SIZE, BOOT_MAP_END)), 0, PAGE_SIZE);
}

/* --- tables ----------------------------------------------------------------------- */

/* Map one page of 4 KiB, 2 MiB or 1 GiB (\p level 1..3). */
static void early_map(vaddr_t va, u64 pa, u64 flags, unsigned int level)
{
	*hv_entry(va, level, early_page) = pa | flags | (level > 1 ? PTE_PSE : 0);
}

#define PAGE_SIZE_OF(level) (PAGE_SIZE << 9 * ((level)-1))

/* A range of the directmap, in the largest pages that fit. */
static void directmap_range(u64 start, u64 end, u64 flags)
{
	unsigned int level;

	for (; start < end; start += PAGE_SIZE_OF(level)) {
		level = features.page1g ? 3 : 2;
		while (level > 1 &&
		       (start % PAGE_SIZE_OF(level) || end - start < PAGE_SIZE_OF(level)))
			level--;
		early_map(DIRECTMAP_VIRT + start, start, flags | PTE_GLOBAL, level);
	}
}

/* All RAM is writable there, but for the image's text and constants. */
static void directmap_build(void)
{
	u64 ro_start = image_paddr(image_start), ro_end = image_paddr(image_rodata_end);

	directmap_range(0, 0xa0000, HV_RW);
	directmap_range(0xc0000, LOW_END, HV_RW);
	for (unsigned int i = 0; i < nr_ram; i++) {
		struct range r = ram[i];

		if (r.start < ro_end && r.end > ro_start) {
			directmap_range(r.start, ro_start, HV_RW);
			directmap_range(ro_start, ro_end, HV_RO);
			r.start = ro_end;
		}
		directmap_range(r.start, r.end, HV_RW);
	}
}

static void image_map(void)
{
	const char *p;

	for (p = image_start; p < image_end; p += PAGE_SIZE) {
		u64 flags = p < image_text_end ? HV_RX : p < image_rodata_end ? HV_RO : HV_RW;

		early_map((u64)p, image_paddr(p), flags | PTE_GLOBAL, 1);
	}
}

/* Back the part of a table for these frames with fresh memory, in chunks of 2 MiB. */
static void table_back(vaddr_t table, size_t entry, struct range frames, vaddr_t guest_view)
{
	u64 at = ROUND_DOWN(frames.start * entry, MIB2), chunk;

	for (; at < frames.end * entry; at += MIB2) {
		if (!mfn_eq(hv_chunk(table + at), MFN_NONE)) /* shared with the range before */
			continue;
		chunk = early_alloc(MIB2, RAM_LIMIT);
		early_map(table + at, chunk, HV_RW | PTE_GLOBAL, 2);
		if (guest_view)
			early_map(guest_view + at, chunk, HV_RO | PTE_USER, 2);
	}
}

/* Frames whose state is tracked: RAM, rounded to the unit of ram_map. */
static struct range tracked(const struct range *r)
{
	return (struct range){ROUND_DOWN(r->start, MIB2) >> PAGE_SHIFT,
			      ROUND_UP(r->end, MIB2) >> PAGE_SHIFT};
}

static void tables_build(void)
{
	for (unsigned int i = HV_SLOT_FIRST; i <= HV_SLOT_LAST; i++)
		hv_entry(SLOT_VIRT((u64)i), 3, early_page);
	image_map();
	directmap_build();
	for (unsigned int i = 0; i < nr_ram; i++) {
		struct range t = tracked(&ram[i]);

		table_back(FRAME_TABLE_VIRT, sizeof(struct frame), t, 0);
		table_back(M2P_VIRT, sizeof(u64), t, M2P_GUEST_VIRT);
	}
}

/* --- the frame table ---------------------------------------------------------------- */

/*
 * All frames of a chunk that a range of RAM does not fill begin as I/O. What is RAM gets
 * its owner when it is given away; until then nobody's, which the allocator does not join.
 */
static void chunk_init(u64 first, const struct range *r)
{
	struct frame *f = mfn_frame(mfn(first));

	memset(f, 0, ENTRIES * sizeof(*f));
	if (first << PAGE_SHIFT < r->start || (first + ENTRIES) << PAGE_SHIFT > r->end)
		for (unsigned int i = 0; i < ENTRIES; i++)
			f[i].owner = PV_DOMID_IO;
	set_bit(ram_map, first >> 9);
}

static void frames_init(void)
{
	for (unsigned int i = 0; i < nr_ram; i++) {
		struct range t = tracked(&ram[i]);

		for (u64 nr = t.start; nr < t.end; nr += ENTRIES)
			if (!test_bit(ram_map, nr >> 9)) /* else shared with the range before */
				chunk_init(nr, &ram[i]);
	}
}

static void frames_reserve(u64 start, u64 end)
{
	for (u64 nr = start >> PAGE_SHIFT; nr < end >> PAGE_SHIFT; nr++)
		*mfn_frame(mfn(nr)) = (struct frame){.owner = PV_DOMID_XEN, .state = FRAME_REF};
}

static void frames_give(const struct range *r)
{
	u64 at = r->start, end;

	while (at < r->end) {
		const struct range *kept = reserved_overlap(at, r->end);

		end = kept ? MAX(kept->start, at) : r->end;
		buddy_add(at >> PAGE_SHIFT, (end - at) >> PAGE_SHIFT);
		at = end;
		if (kept) {
			end = MIN(kept->end, r->end);
			frames_reserve(at, end);
			at = end;
		}
	}
}

static void m2p_init(void)
{
	for (unsigned int i = 0; i < nr_ram; i++) {
		struct range t = tracked(&ram[i]);

		for (u64 at = ROUND_DOWN(t.start * 8, MIB2); at < t.end * 8; at += MIB2)
			m2p_chunk_init(m2p_chunk(at));
	}
}

void mm_init(void)
{
	u64 map_bytes, map;

	ram_collect();
	reserve(image_paddr(image_start), image_paddr(image_end));
	for (unsigned int i = 0; i < boot_info.modules; i++)
		reserve(boot_info.module[i].start,
			boot_info.module[i].start + boot_info.module[i].size);
	tables_build();
	map_bytes = PAGE_SIZE << order_of(ROUND_UP(max_mfn, 4096UL) / 4096); /* a bit in 512 */
	map = early_alloc(map_bytes, RAM_LIMIT);
	write_cr3(image_paddr(hv_root));

	ram_map = paddr_virt(map);
	memset(ram_map, 0, map_bytes);
	max_mfn = ROUND_UP(max_mfn, 512UL);
	frames_init();
	for (unsigned int i = 0; i < nr_ram; i++)
		frames_give(&ram[i]);
	m2p_init();
	log_info("memory: %lu MiB, %lu MiB free\n", frames_total() >> 8, frames_free() >> 8);
}

void modules_release(void)
{
	for (unsigned int i = 0; i < boot_info.modules; i++) {
		/* Below 1 MiB, where GRUB puts small ones on UEFI, nothing is handed out. */
		u64 first =
			ROUND_UP(MAX(boot_info.module[i].start, LOW_END), PAGE_SIZE) >> PAGE_SHIFT;
		u64 end = (boot_info.module[i].start + boot_info.module[i].size) >> PAGE_SHIFT;

		if (end > first)
			buddy_add(first, end - first);
	}
	boot_info.modules = 0;
}
