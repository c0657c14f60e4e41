/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The order matters: frames first, then everything that is written through
 * mappings of this process, and only when the last of those is gone the pin of
 * the root table, because the hypervisor lets no frame be a page table and
 * writable at once.
 */
#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "public/sched.h"

/* Frames mapped at a time: bounds both our page tables and one hypercall's work. */
#define COPY_CHUNK 2048

struct builder {
	struct pav *pav;
	unsigned int domid;
	const struct pav_config *config;
	const struct pav_image *image;
	const struct pav_layout *l;
	const struct pav_create_options *options;
	uint64_t *p2m;	      /* machine frame of each pfn */
	uint64_t done, total; /* frames, for the progress report */
};

static int step(struct builder *b, uint64_t frames)
{
	b->done += frames;
	if (b->options->progress)
		b->options->progress(b->options->progress_arg, b->done, b->total);
	if (b->options->cancel && *b->options->cancel)
		return pav_fail(&b->pav->err, "interrupted");
	return 0;
}

/*
 * Copy len bytes to the guest-physical address, then zero up to len + zero_len.
 * Whole frames around the range are left as they are: the hypervisor hands out
 * frames that hold nobody's data.
 */
static int copy_in(struct builder *b, uint64_t paddr, const void *data, uint64_t len,
		   uint64_t zero_len, const char *what)
{
	const uint8_t *from = data;
	uint64_t left = len + zero_len, pfn, n, off, room, copy;
	uint8_t *at;
	int rc = 0;

	for (; left && rc == 0; paddr += room, left -= room) {
		pfn = paddr >> PAV_PAGE_SHIFT;
		off = paddr & (PAV_PAGE_SIZE - 1);
		n = (off + left + PAV_PAGE_SIZE - 1) >> PAV_PAGE_SHIFT;
		if (n > COPY_CHUNK)
			n = COPY_CHUNK;
		room = (n << PAV_PAGE_SHIFT) - off;
		if (room > left)
			room = left;
		at = hv_map(b->pav, b->domid, b->p2m + pfn, n, what);
		if (!at)
			return -1;
		copy = len < room ? len : room;
		memcpy(at + off, from, copy);
		memset(at + off + copy, 0, room - copy);
		hv_unmap(b->pav, at, n);
		from += copy;
		len -= copy;
		rc = step(b, n);
	}
	return rc;
}

static int load_segments(struct builder *b)
{
	const struct pav_kernel *k = &b->image->elf;
	const struct pav_segment *s;
	unsigned int i;

	for (i = 0; i < k->nr_segments; i++) {
		s = &k->segment[i];
		if (copy_in(b, s->paddr, (const uint8_t *)b->image->kernel + s->file_off,
			    s->file_size, s->mem_size - s->file_size, "kernel"))
			return -1;
	}
	if (b->image->ramdisk)
		return copy_in(b, b->l->initrd << PAV_PAGE_SHIFT, b->image->ramdisk,
			       b->image->ramdisk_size,
			       (b->l->nr_initrd << PAV_PAGE_SHIFT) - b->image->ramdisk_size,
			       "ramdisk");
	return 0;
}

/* The p2m list as the guest sees it; its last frame is padded with invalid entries. */
static int write_p2m(struct builder *b)
{
	const uint64_t room = b->l->nr_p2m * (PAV_PAGE_SIZE / sizeof(uint64_t));
	uint64_t i;

	for (i = b->l->nr_pages; i < room; i++)
		b->p2m[i] = UINT64_MAX;
	return copy_in(b, b->l->p2m << PAV_PAGE_SHIFT, b->p2m, b->l->nr_p2m << PAV_PAGE_SHIFT, 0,
		       "p2m list");
}

static int write_tables(struct builder *b)
{
	const struct pav_layout *l = b->l;
	const uint64_t tables_pfn = l->p2m + l->nr_p2m;
	struct pav_tables t = {NULL, NULL};
	int rc = -1;

	t.region = calloc(l->nr_page_tables, PAV_PAGE_SIZE);
	if (l->nr_p2m_tables)
		t.p2m = calloc(l->nr_p2m_tables, PAV_PAGE_SIZE);
	if (!t.region || (l->nr_p2m_tables && !t.p2m))
		pav_fail(&b->pav->err, "out of memory");
	else {
		pav_layout_fill(l, b->p2m, &t);
		rc = copy_in(b, l->page_tables << PAV_PAGE_SHIFT, t.region,
			     l->nr_page_tables << PAV_PAGE_SHIFT, 0, "page tables");
	}
	if (rc == 0 && l->nr_p2m_tables)
		rc = copy_in(b, tables_pfn << PAV_PAGE_SHIFT, t.p2m,
			     l->nr_p2m_tables << PAV_PAGE_SHIFT, 0, "p2m tables");
	free(t.region);
	free(t.p2m);
	return rc;
}

static uint64_t va_of(const struct pav_layout *l, uint64_t pfn)
{
	return l->virt_base + (pfn << PAV_PAGE_SHIFT);
}

/* start_info, and behind it the two empty ring pages, which lie in this order. */
static int write_start_info(struct builder *b, uint64_t shared_info_mfn,
			    const struct pav_rings *rings)
{
	const struct pav_layout *l = b->l;
	struct pv_start_info si = {.nr_pages = l->nr_pages};

	memcpy(si.magic, "xen-3.0-x86_64", sizeof("xen-3.0-x86_64"));
	si.shared_info = shared_info_mfn << PAV_PAGE_SHIFT;
	si.store_mfn = rings->store_frame;
	si.store_evtchn = rings->store_port;
	si.console.domU.mfn = rings->console_frame;
	si.console.domU.evtchn = rings->console_port;
	si.pt_base = va_of(l, l->page_tables);
	si.nr_pt_frames = l->nr_page_tables;
	si.mfn_list = l->p2m_va;
	si.flags = PV_SIF_VIRT_P2M_4TOOLS;
	if (l->nr_initrd) {
		si.mod_start = l->initrd_mapped ? va_of(l, l->initrd) : l->initrd;
		si.mod_len = b->image->ramdisk_size;
		if (!l->initrd_mapped)
			si.flags |= PV_SIF_MOD_START_PFN;
	}
	if (l->nr_p2m_tables) {
		si.first_p2m_pfn = l->p2m;
		si.nr_p2m_frames = l->nr_p2m + l->nr_p2m_tables;
	}
	/* The configuration reader has bounded its length. */
	memcpy(si.cmd_line, b->config->cmdline, strlen(b->config->cmdline) + 1);
	return copy_in(b, l->start_info << PAV_PAGE_SHIFT, &si, sizeof(si),
		       3 * PAV_PAGE_SIZE - sizeof(si), "start_info and rings");
}

/* Events stay masked until the guest has set up its callback. */
static int mask_events(struct builder *b, uint64_t shared_info_mfn)
{
	struct pv_shared_info *shared =
		hv_map(b->pav, b->domid, &shared_info_mfn, 1, "shared_info");
	unsigned int i;

	if (!shared)
		return -1;
	for (i = 0; i < PV_LEGACY_MAX_VCPUS; i++)
		shared->vcpu_info[i].evtchn_upcall_mask = 1;
	hv_unmap(b->pav, shared, 1);
	return 0;
}

static int start_vcpu(struct builder *b)
{
	const struct pav_layout *l = b->l;
	struct pv_vcpu_guest_context *c = calloc(1, sizeof(*c));
	int rc;

	if (!c)
		return pav_fail(&b->pav->err, "out of memory");
	c->flags = PV_VGCF_IN_KERNEL | PV_VGCF_ONLINE;
	c->user_regs.rip = b->image->elf.entry;
	c->user_regs.rsi = va_of(l, l->start_info);
	c->user_regs.rsp = va_of(l, l->stack + 1);
	c->user_regs.rflags = 1u << 9;
	c->user_regs.cs = PV_FLAT_KERNEL_CS;
	c->user_regs.ss = PV_FLAT_KERNEL_SS;
	c->user_regs.ds = c->user_regs.es = c->user_regs.fs = c->user_regs.gs = PV_FLAT_KERNEL_DS;
	c->kernel_ss = c->user_regs.ss;
	c->kernel_sp = c->user_regs.rsp;
	c->debugreg[6] = 0xffff0ff0;
	c->debugreg[7] = 0x400;
	c->ctrlreg[3] = PV_PFN_TO_CR3(b->p2m[l->page_tables]);
	rc = hv_set_vcpu(b->pav, b->domid, 0, c);
	free(c);
	return rc;
}

static int fill(struct builder *b, struct pav_rings *rings)
{
	const struct pav_kernel *k = &b->image->elf;
	const struct pav_layout *l = b->l;
	struct pv_domctl_getdomaininfo info;
	struct pav *pav = b->pav;

	if (hv_set_memory_map(pav, b->domid, b->config->maxmem_kib) ||
	    hv_alloc_port(pav, b->domid, &rings->store_port) ||
	    hv_alloc_port(pav, b->domid, &rings->console_port) ||
	    hv_populate(pav, b->domid, b->p2m, l->nr_pages) || step(b, 0))
		return -1;
	rings->store_frame = b->p2m[l->store];
	rings->console_frame = b->p2m[l->console];
	switch (hv_domain_info(pav, b->domid, &info)) {
	case 1:
		break;
	case 0:
		return pav_fail(&pav->err, "domain %u was destroyed while it was built", b->domid);
	default:
		return -1;
	}
	if (load_segments(b) || write_p2m(b) || write_tables(b) ||
	    write_start_info(b, info.shared_info_frame, rings) ||
	    mask_events(b, info.shared_info_frame))
		return -1;
	if (k->has_hypercall_page &&
	    hv_hypercall_page(pav, b->domid,
			      b->p2m[(k->hypercall_page - k->virt_base) >> PAV_PAGE_SHIFT]))
		return -1;
	if (hv_pin_root(pav, b->domid, b->p2m[l->page_tables]) ||
	    hv_grant_rings(pav, b->domid, rings->console_frame, rings->store_frame))
		return -1;
	return start_vcpu(b);
}

int pav_build(struct pav *pav, unsigned int domid, const struct pav_config *config,
	      const struct pav_image *image, const struct pav_create_options *options,
	      struct pav_rings *rings)
{
	struct builder b = {.pav = pav,
			    .domid = domid,
			    .config = config,
			    .image = image,
			    .l = &image->layout,
			    .options = options};
	unsigned int i;
	int rc;

	/* Room for the padding of the list's last frame as well. */
	b.p2m = malloc(b.l->nr_p2m << PAV_PAGE_SHIFT);
	if (!b.p2m)
		return pav_fail(&pav->err, "out of memory");
	for (i = 0; i < image->elf.nr_segments; i++)
		b.total += (image->elf.segment[i].mem_size + PAV_PAGE_SIZE - 1) >> PAV_PAGE_SHIFT;
	b.total += b.l->nr_initrd + b.l->nr_p2m + b.l->nr_page_tables + b.l->nr_p2m_tables + 3;
	rc = fill(&b, rings);
	free(b.p2m);
	return rc;
}
