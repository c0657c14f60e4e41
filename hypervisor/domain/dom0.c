/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Builds the service domain from the boot modules: allocates its memory, lays
 * kernel, initrd, frame list (p2m), start_info, page tables and stack out as the
 * boot contract says, writes the page tables, and then has them validated by the
 * same code, and counted by the same counts, as any guest's.
 *
 * In the order of guest-physical and of virtual addresses, from VIRT_BASE:
 *   kernel (and the RAM below it) | initrd | p2m | start_info | page tables, the
 *   L4 first | stack | padding to 4 MiB, at least 512 KiB
 * An initrd that the kernel takes by frame number comes behind that, not mapped;
 * a p2m for which it named an address comes last, with tables of its own.
 */
#include "internal.h"
#include "arch.h"
#include "boot.h"
#include "errno.h"
#include "hypercall.h"
#include "lib.h"
#include "mm.h"
#include "sched.h"
#include "public/domctl.h"
#include "public/pv.h"

#define PTE_ENTRY   (PTE_PRESENT | PTE_RW | PTE_USER | PTE_ACCESSED | PTE_DIRTY)
#define PADDING	    (512UL << 10)
#define ALIGNMENT   (4UL << 20)
#define CHUNK_ORDER 9

/* Page numbers are the guest's (pfn) unless they say otherwise. */
struct builder {
	struct domain *d;
	struct elf_kernel k;
	const struct boot_module *kernel, *initrd; /* initrd: NULL if there is none */
	u64 nr_pages;
	u64 *p2m; /* pfn to mfn; the very pages that dom0 gets as its list */
	u64 initrd_page, initrd_pages;
	u64 p2m_page, p2m_pages, p2m_table_pages;
	u64 start_info_page, table_page, table_pages, stack_page;
	u64 region_pages;	     /* mapped from virt_base */
	u64 next_frame, frames_left; /* allocated, not yet given a place (mfn) */
};

static u64 pages_of(u64 bytes)
{
	return bytes / PAGE_SIZE + (bytes % PAGE_SIZE != 0);
}

static void *page_virt(const struct builder *b, u64 page)
{
	return mfn_virt(mfn(b->p2m[page]));
}

static u64 page_va(const struct builder *b, u64 page)
{
	return b->k.virt_base + page * PAGE_SIZE;
}

/* --- size and layout ------------------------------------------------------------- */

static u64 memory_size(void)
{
	u64 total = frames_free(), reserve;

	if (options.dom0_mem)
		return MIN(options.dom0_mem / PAGE_SIZE, total);
	/* What is left to the hypervisor: tables for dom0's vCPUs, and some guests' structures. */
	reserve = total / 16 + (64UL << 20) / PAGE_SIZE;
	return total > 2 * reserve ? total - reserve : total / 2;
}

/* Tables of levels 1 to 3 that map [start, end). */
static u64 tables_for(u64 start, u64 end)
{
	u64 n = 0;

	for (unsigned int shift = 21; shift <= 39; shift += 9)
		n += ((end - 1) >> shift) - (start >> shift) + 1;
	return n;
}

static bool has_p2m_address(const struct builder *b)
{
	return b->k.init_p2m != NO_ADDRESS;
}

static void layout(struct builder *b)
{
	u64 page = pages_of(b->k.high), end, tables;

	b->initrd_pages = b->initrd ? pages_of(b->initrd->size) : 0;
	b->p2m_pages = pages_of(b->nr_pages * sizeof(u64));
	if (!b->k.mod_start_pfn) {
		b->initrd_page = page;
		page += b->initrd_pages;
	}
	if (!has_p2m_address(b)) {
		b->p2m_page = page;
		page += b->p2m_pages;
	}
	b->start_info_page = page++;
	b->table_page = page;
	/* Tables map themselves too: more tables may make the region longer. */
	tables = 1;
	do {
		b->table_pages = tables;
		b->stack_page = b->table_page + tables;
		end = ROUND_UP(page_va(b, b->stack_page + 1) + PADDING, ALIGNMENT);
		tables = 1 + tables_for(b->k.virt_base, end);
	} while (tables > b->table_pages);
	b->region_pages = (end - b->k.virt_base) / PAGE_SIZE;
	page = b->region_pages;
	if (b->k.mod_start_pfn) {
		b->initrd_page = page;
		page += b->initrd_pages;
	}
	if (has_p2m_address(b)) {
		b->p2m_page = page;
		b->p2m_table_pages =
			tables_for(b->k.init_p2m, b->k.init_p2m + b->p2m_pages * PAGE_SIZE);
		page += b->p2m_pages + b->p2m_table_pages;
	}
	if (page > b->nr_pages)
		start_failed(
			"domain 0: dom0_mem is too small: kernel and initrd need %lu MiB, it has %lu",
			page >> 8, b->nr_pages >> 8);
}

/* --- memory -------------------------------------------------------------------------- */

static void more_frames(struct builder *b)
{
	u64 wanted = b->nr_pages - b->d->frames;
	unsigned int order = CHUNK_ORDER;
	struct frame *f;
	int rc;

	while (order > 0 && (1UL << order) > wanted)
		order--;
	while ((rc = domain_frames_alloc(b->d, order, 0, &f)) != 0 && order > 0)
		order--;
	if (rc != 0)
		start_failed("domain 0: out of memory with %lu of %lu MiB allocated",
			     b->d->frames >> 8, b->nr_pages >> 8);
	b->next_frame = mfn_nr(frame_mfn(f));
	b->frames_left = 1UL << order;
}

/* The p2m in one piece, so that it is an array for us too; what is over is ordinary memory. */
static u64 alloc_p2m(struct builder *b)
{
	unsigned int order = 0;
	struct frame *f;
	u64 first;

	while ((1UL << order) < b->p2m_pages)
		order++;
	if (domain_frames_alloc(b->d, order, 0, &f) != 0)
		start_failed("domain 0: no contiguous memory for its frame list");
	first = mfn_nr(frame_mfn(f));
	b->p2m = frame_virt(f);
	b->next_frame = first + b->p2m_pages;
	b->frames_left = (1UL << order) - b->p2m_pages;
	return first;
}

static void allocate(struct builder *b)
{
	u64 p2m_first = alloc_p2m(b), page, frame;

	for (page = 0; page < b->nr_pages; page++) {
		if (page - b->p2m_page < b->p2m_pages) {
			frame = p2m_first + page - b->p2m_page;
		} else {
			if (b->frames_left == 0)
				more_frames(b);
			frame = b->next_frame++;
			b->frames_left--;
		}
		b->p2m[page] = frame;
		m2p_set(mfn(frame), page);
	}
}

/* --- contents --------------------------------------------------------------------------- */

/* Without \p data: zeros. */
static void put_bytes(void *ctx, u64 offset, const void *data, u64 n)
{
	struct builder *b = ctx;
	const char *from = data;

	while (n) {
		u64 in_page = offset % PAGE_SIZE, part = MIN(n, PAGE_SIZE - in_page);
		char *to = (char *)page_virt(b, offset / PAGE_SIZE) + in_page;

		if (from) {
			memcpy(to, from, part);
			from += part;
		} else {
			memset(to, 0, part);
		}
		offset += part;
		n -= part;
	}
}

/*
 * Frames come as the firmware left them. Cleared is what is read before it is
 * written: start_info, page tables, stack and padding, and behind the p2m's end.
 * The rest of its memory a kernel clears itself, as on a bare machine.
 */
static void clear_pages(struct builder *b)
{
	u64 p2m_end = b->p2m_page + b->p2m_pages;

	put_bytes(b, b->start_info_page * PAGE_SIZE, NULL,
		  (b->region_pages - b->start_info_page) * PAGE_SIZE);
	put_bytes(b, p2m_end * PAGE_SIZE, NULL, b->p2m_table_pages * PAGE_SIZE);
	memset(b->p2m + b->nr_pages, 0, b->p2m_pages * PAGE_SIZE - b->nr_pages * sizeof(u64));
}

/* Map one page; tables that are missing come from \p *next on. */
static void map_page(struct builder *b, vaddr_t va, u64 frame, u64 flags, u64 *next)
{
	u64 *table = page_virt(b, b->table_page);

	for (unsigned int shift = 39; shift > 12; shift -= 9) {
		u64 *entry = &table[(va >> shift) & 511];

		if (!*entry)
			*entry = mfn_paddr(mfn(b->p2m[(*next)++])) | PTE_ENTRY;
		table = mfn_virt(pte_mfn(*entry));
	}
	table[(va >> 12) & 511] = mfn_paddr(mfn(frame)) | flags;
}

static void write_tables(struct builder *b)
{
	u64 next = b->table_page + 1;

	for (u64 i = 0; i < b->region_pages; i++) {
		u64 flags = i - b->table_page < b->table_pages ? PTE_ENTRY & ~PTE_RW : PTE_ENTRY;

		map_page(b, page_va(b, i), b->p2m[i], flags, &next);
	}
	BUG_ON(next > b->table_page + b->table_pages);
	if (!has_p2m_address(b))
		return;
	next = b->p2m_page + b->p2m_pages;
	for (u64 i = 0; i < b->p2m_pages; i++)
		map_page(b, b->k.init_p2m + i * PAGE_SIZE, b->p2m[b->p2m_page + i], PTE_ENTRY,
			 &next);
	BUG_ON(next > b->p2m_page + b->p2m_pages + b->p2m_table_pages);
}

static void write_start_info(struct builder *b)
{
	struct pv_start_info *s = page_virt(b, b->start_info_page);

	strlcpy(s->magic, "xen-3.0-x86_64", sizeof(s->magic));
	s->nr_pages = b->nr_pages;
	s->shared_info = mfn_paddr(b->d->shared_mfn);
	s->flags = PV_SIF_PRIVILEGED | PV_SIF_INITDOMAIN;
	s->console.dom0.info_off = sizeof(*s);
	s->pt_base = page_va(b, b->table_page);
	s->nr_pt_frames = b->table_pages;
	if (has_p2m_address(b)) {
		s->mfn_list = b->k.init_p2m;
		s->first_p2m_pfn = b->p2m_page;
		s->nr_p2m_frames = b->p2m_pages + b->p2m_table_pages;
	} else {
		s->mfn_list = page_va(b, b->p2m_page);
	}
	if (b->initrd) {
		s->mod_len = b->initrd->size;
		s->mod_start = page_va(b, b->initrd_page);
		if (b->k.mod_start_pfn) {
			s->flags |= PV_SIF_MOD_START_PFN;
			s->mod_start = b->initrd_page;
		}
	}
	if (b->kernel->cmdline)
		strlcpy((char *)s->cmd_line, b->kernel->cmdline, sizeof(s->cmd_line));
}

/* --- the first vCPU ------------------------------------------------------------------------- */

/* Nothing runs yet but us: do what waits, and go on. */
#define UNTIL_DONE(rc, call)                 \
	while (((rc) = (call)) == -ERESTART) \
	softirq_run()

static void start_vcpu(struct builder *b)
{
	struct pv_vcpu_guest_context *c = heap_alloc(sizeof(*c));
	mfn_t root = mfn(b->p2m[b->table_page]);
	struct vcpu *v = b->d->vcpu[0];
	int rc;

	if (!c)
		start_failed("domain 0: no memory");
	UNTIL_DONE(rc, pt_pin(b->d, root, FRAME_L4));
	if (rc != 0)
		start_failed("domain 0: its page tables are not valid (%d)", rc);
	c->flags = PV_VGCF_IN_KERNEL | PV_VGCF_ONLINE;
	c->user_regs.rip = b->k.entry;
	c->user_regs.rsi = page_va(b, b->start_info_page);
	c->user_regs.rsp = page_va(b, b->stack_page + 1);
	c->user_regs.rflags = RFLAGS_IF;
	c->user_regs.cs = PV_FLAT_KERNEL_CS;
	c->user_regs.ss = PV_FLAT_KERNEL_SS;
	c->kernel_ss = PV_FLAT_KERNEL_SS;
	c->kernel_sp = page_va(b, b->stack_page + 1);
	c->ctrlreg[3] = PV_PFN_TO_CR3(mfn_nr(root));
	c->debugreg[6] = 0xffff0ff0;
	c->debugreg[7] = 0x400;
	UNTIL_DONE(rc, vcpu_context_set(v, c));
	if (rc != 0)
		start_failed("domain 0: its first vCPU can't be set up (%d)", rc);
	heap_free(c);
	rc = vcpu_up(v);
	if (rc == 0)
		rc = domain_unpause_control(b->d);
	if (rc != 0)
		start_failed("domain 0: its first vCPU can't be started (%d)", rc);
}

static void create(struct builder *b)
{
	u32 vcpus = options.dom0_max_vcpus ? options.dom0_max_vcpus : nr_cpus;
	struct pv_domctl_createdomain cfg = {
		.max_vcpus = MIN(vcpus, MAX_VCPUS),
		.max_evtchn_port = ~0U >> 1,
		.max_grant_frames = -1,
		.max_maptrack_frames = -1,
	};
	int rc = domain_make(0, &cfg, true, &b->d);

	if (rc != 0)
		start_failed("domain 0: can't be created (%d)", rc);
	b->d->max_frames = b->nr_pages;
	rc = domain_set_max_vcpus(b->d, cfg.max_vcpus);
	if (rc != 0)
		start_failed("domain 0: no memory for %u vCPUs", cfg.max_vcpus);
}

void dom0_build(void)
{
	struct builder b = {.kernel = &boot_info.module[0]};
	const void *image = paddr_virt(b.kernel->start);
	const char *wrong;

	if (boot_info.modules == 0)
		start_failed("domain 0: the boot loader gave no kernel; it is the first module");
	if (boot_info.modules > 1 && boot_info.module[1].size)
		b.initrd = &boot_info.module[1];
	wrong = elf_parse(image, b.kernel->size, &b.k);
	if (wrong)
		start_failed("domain 0: can't start its kernel: %s", wrong);
	create(&b);
	b.nr_pages = memory_size();
	b.d->max_frames = b.nr_pages;
	layout(&b);
	allocate(&b);
	clear_pages(&b);
	elf_load(image, &b.k, put_bytes, &b);
	if (b.initrd)
		put_bytes(&b, b.initrd_page * PAGE_SIZE, paddr_virt(b.initrd->start),
			  b.initrd->size);
	if (b.k.hypercall_page != NO_ADDRESS)
		hypercall_page_fill(
			page_virt(&b, (b.k.hypercall_page - b.k.virt_base) / PAGE_SIZE));
	write_tables(&b);
	write_start_info(&b);
	log_info("domain 0: %lu MiB, %u vCPUs, kernel %lx-%lx, tables at %lx, entry %lx\n",
		 b.nr_pages >> 8, b.d->max_vcpus, b.k.virt_base + b.k.low, b.k.virt_base + b.k.high,
		 page_va(&b, b.table_page), b.k.entry);
	dom0 = b.d;
	start_vcpu(&b);
	modules_release();
}
