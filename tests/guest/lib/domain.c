/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Other domains, made by this one. A clone has this kernel's image at the same
 * addresses, as it is in memory at that moment, and runs one function of it.
 * In guest-physical order: the image, p2m, start_info, page tables, spare
 * frames that nothing maps. What a test builds otherwise, it builds from the
 * same steps: domain_create(), domain_populate(), domain_write(), domain_start().
 */
#include "guest.h"
#include "internal.h"

#define LINK	   (PTE_P | PTE_RW | PTE_US | PTE_A | PTE_D)
#define FIRST_PAGE 256 /* the image's, as link.ld has it */
#define SPARE	   16
#define BATCH	   64

/* Parts of a clone, in pages from the image's end. */
#define AT_P2M	      0
#define AT_START_INFO 2
#define AT_L4	      3
#define AT_L3	      4
#define AT_L2	      5
#define AT_L1	      6 /* two */
#define AT_SPARE      8

struct mailbox domain_mailbox __attribute__((aligned(4096)));
static const struct pv_start_info *clone_start_info;
static void (*clone_function)(void);

int64_t domctl(struct pv_domctl *op, uint32_t cmd, uint16_t id)
{
	op->cmd = cmd;
	op->interface_version = PV_DOMCTL_INTERFACE_VERSION;
	op->domain = id;
	return CALL1(DOMCTL, op);
}

int64_t domain_info(uint16_t id, struct pv_domctl_getdomaininfo *info)
{
	struct pv_domctl op = {.cmd = 0};
	int64_t rc = domctl(&op, PV_DOMCTL_GETDOMAININFO, id);

	if (!rc && op.domain != id)
		rc = -PV_ESRCH;
	*info = op.u.getdomaininfo;
	return rc;
}

uint64_t free_frames(void)
{
	struct pv_sysctl s = {.cmd = PV_SYSCTL_PHYSINFO,
			      .interface_version = PV_SYSCTL_INTERFACE_VERSION};

	expect_rc(CALL1(SYSCTL, &s), 0);
	return s.u.physinfo.free_pages;
}

uint64_t free_frames_settled(void)
{
	uint64_t now = free_frames(), before;

	do {
		struct pv_sched_poll poll = {.timeout = system_time() + MILLISECONDS(100)};

		sched_op(POLL, &poll);
		before = now;
		now = free_frames();
	} while (now != before);
	return now;
}

void expect_frames_back(uint64_t before, unsigned int domains)
{
	uint64_t now = free_frames_settled();

	if (on_pavise())
		expect_eq(now, before);
	else
		expect_ge(now + domains / 40 + 1, before);
}

int64_t domain_create(struct domain *d, unsigned int vcpus, uint64_t max_frames)
{
	struct pv_domctl op = {.cmd = 0};
	struct pv_domctl_getdomaininfo info;
	int64_t rc;

	*d = (struct domain){.id = 0};
	op.u.createdomain = (struct pv_domctl_createdomain){
		.max_vcpus = vcpus,
		.max_evtchn_port = 1023,
		.max_grant_frames = 4,
		.max_maptrack_frames = 4,
		.grant_opts = 1,
	};
	rc = domctl(&op, PV_DOMCTL_CREATEDOMAIN, 0);
	if (rc)
		return rc;
	d->id = op.domain;
	op = (struct pv_domctl){.u.max_mem = {max_frames * (PAGE_SIZE / 1024)}};
	rc = domctl(&op, PV_DOMCTL_MAX_MEM, d->id);
	if (rc)
		return rc;
	op = (struct pv_domctl){.u.max_vcpus = {vcpus}};
	rc = domctl(&op, PV_DOMCTL_MAX_VCPUS, d->id);
	if (rc)
		return rc;
	rc = domain_info(d->id, &info);
	d->shared_info = info.shared_info_frame;
	return rc;
}

int64_t domain_populate(struct domain *d, uint64_t *list, uint64_t count)
{
	struct pv_memory_reservation r = {
		.extent_start = (uint64_t)list,
		.nr_extents = count,
		.domid = d->id,
	};
	int64_t rc = memory_op(POPULATE_PHYSMAP, &r);

	if (rc < 0)
		return rc;
	return (uint64_t)rc == count ? 0 : -PV_ENOMEM;
}

int64_t domain_map(const volatile void *va, uint16_t id, uint64_t pte)
{
	return CALL4(UPDATE_VA_MAPPING_OTHERDOMAIN, va, pte, PV_UVMF_INVLPG, id);
}

static void *window; /* where one frame of another domain is mapped for a moment */

static int64_t window_open(const struct domain *d, uint64_t mfn)
{
	if (!window)
		window = page_alloc();
	return domain_map(window, d->id, PTE(mfn, PTE_FLAGS_RW));
}

static int64_t window_close(void)
{
	return map_va(window, 0);
}

int64_t domain_write(struct domain *d, uint64_t mfn, const void *page)
{
	int64_t rc = window_open(d, mfn);

	if (rc)
		return rc;
	memcpy(window, page, PAGE_SIZE);
	return window_close();
}

/* A builder's part: without it, the first event would be an upcall to no address. */
static int64_t events_mask(const struct domain *d)
{
	int64_t rc = window_open(d, d->shared_info);

	if (rc)
		return rc;
	((struct pv_shared_info *)window)->vcpu_info[0].evtchn_upcall_mask = 1;
	return window_close();
}

int64_t domain_start(struct domain *d, uint64_t root, struct pv_vcpu_guest_context *context)
{
	struct pv_mmuext_op pin = {.cmd = PV_MMUEXT_PIN_L4_TABLE, .arg1.mfn = root};
	struct pv_domctl op = {.u.vcpucontext = {.vcpu = 0, .ctxt = (uint64_t)context}};
	int64_t rc = events_mask(d);

	if (!rc)
		rc = CALL4(MMUEXT_OP, &pin, 1, 0, d->id);
	if (rc)
		return rc;
	context->flags |= PV_VGCF_ONLINE;
	context->ctrlreg[3] = PV_PFN_TO_CR3(root);
	rc = domctl(&op, PV_DOMCTL_SETVCPUCONTEXT, d->id);
	if (!rc)
		rc = domctl(&op, PV_DOMCTL_UNPAUSEDOMAIN, d->id);
	return rc;
}

int64_t domain_destroy(struct domain *d)
{
	struct pv_domctl op = {.cmd = 0};
	int64_t rc;

	if (d->mailbox)
		map_va(d->mailbox, PTE(d->mailbox_own, PTE_FLAGS_RW));
	do {
		rc = domctl(&op, PV_DOMCTL_DESTROYDOMAIN, d->id);
	} while (rc == -PV_EAGAIN);
	return rc;
}

/* ---- clones ---- */

static uint64_t image_end(void)
{
	return va_to_pfn(guest_image_end);
}

static uint64_t part(const struct domain *d, unsigned int at)
{
	return d->p2m[image_end() + at];
}

uint64_t domain_mfn(const struct domain *d, const volatile void *va)
{
	return d->p2m[va_to_pfn(va)];
}

uint64_t domain_root(const struct domain *d)
{
	return part(d, AT_L4);
}

static int64_t clone_populate(struct domain *d, uint64_t end)
{
	int64_t rc = 0;

	for (uint64_t page = 0; page < end; page++)
		d->p2m[page] = page < FIRST_PAGE ? ~0ull : page;
	for (uint64_t page = FIRST_PAGE; page < end && !rc; page += BATCH)
		rc = domain_populate(d, d->p2m + page, end - page < BATCH ? end - page : BATCH);
	return rc;
}

/* All but the spare frames is mapped, the tables read-only. */
static int64_t clone_tables(struct domain *d)
{
	static uint64_t l1[1024], upper[512];
	uint64_t end = image_end();
	int64_t rc;

	for (uint64_t page = FIRST_PAGE; page < end + AT_SPARE; page++)
		l1[page] = PTE(d->p2m[page], page < end + AT_L4 ? PTE_FLAGS_RW : PTE_FLAGS_RO);
	rc = domain_write(d, part(d, AT_L1), l1);
	if (!rc)
		rc = domain_write(d, part(d, AT_L1 + 1), l1 + 512);
	upper[0] = PTE(part(d, AT_L1), LINK);
	upper[1] = PTE(part(d, AT_L1 + 1), LINK);
	if (!rc)
		rc = domain_write(d, part(d, AT_L2), upper);
	memset(upper, 0, sizeof(upper));
	upper[VIRT_BASE >> 30 & 511] = PTE(part(d, AT_L2), LINK);
	if (!rc)
		rc = domain_write(d, part(d, AT_L3), upper);
	memset(upper, 0, sizeof(upper));
	upper[VIRT_BASE >> 39 & 511] = PTE(part(d, AT_L3), LINK);
	if (!rc)
		rc = domain_write(d, part(d, AT_L4), upper);
	memset(upper, 0, sizeof(upper));
	return rc;
}

static int64_t clone_contents(struct domain *d)
{
	static union {
		struct pv_start_info info;
		char page[PAGE_SIZE];
	} start;
	uint64_t end = image_end();
	int64_t rc = 0;

	start.info = (struct pv_start_info){
		.magic = "xen-3.0-x86_64",
		.nr_pages = end + AT_SPARE + SPARE,
		.shared_info = d->shared_info << 12,
		.pt_base = VIRT_BASE + ((end + AT_L4) << 12),
		.nr_pt_frames = AT_SPARE - AT_L4,
		.mfn_list = VIRT_BASE + ((end + AT_P2M) << 12),
	};
	for (uint64_t page = FIRST_PAGE; page < end && !rc; page++)
		rc = domain_write(d, d->p2m[page], (const void *)(VIRT_BASE + (page << 12)));
	if (!rc)
		rc = domain_write(d, part(d, AT_P2M), d->p2m);
	if (!rc)
		rc = domain_write(d, part(d, AT_P2M + 1), d->p2m + 512);
	return rc ? rc : domain_write(d, part(d, AT_START_INFO), &start);
}

/* What a clone runs first. Its variables are copies of ours. */
static void clone_main(void)
{
	this_cpu()->user_kernel_sp = 0;
	mm_init(clone_start_info);
	event_init();
	result_set(RESULT_SUCCESS);
	clone_function();
	domain_mailbox.result = result_get();
	domain_mailbox.done = true;
}

bool domain_clone(struct domain *d, void (*function)(void))
{
	uint64_t end = image_end() + AT_SPARE + SPARE;
	int64_t rc = domain_create(d, 1, end + 64);

	clone_start_info =
		(const struct pv_start_info *)(VIRT_BASE + ((image_end() + AT_START_INFO) << 12));
	clone_function = function;
	memset(&domain_mailbox, 0, sizeof(domain_mailbox));
	if (end > ARRAY_SIZE(d->p2m))
		rc = -PV_E2BIG;
	if (!rc)
		rc = clone_populate(d, end);
	if (!rc)
		rc = clone_contents(d);
	if (!rc)
		rc = clone_tables(d);
	if (!rc) {
		d->mailbox = page_alloc();
		d->mailbox_own = va_to_mfn(d->mailbox);
		rc = domain_map(d->mailbox, d->id,
				PTE(domain_mfn(d, &domain_mailbox), PTE_FLAGS_RW));
	}
	if (rc)
		error("a domain cannot be made: %ld", rc);
	return !rc;
}

bool domain_run(struct domain *d)
{
	static struct pv_vcpu_guest_context context;
	int64_t rc;

	vcpu_context(0, clone_main, &context);
	rc = domain_start(d, part(d, AT_L4), &context);

	if (rc)
		error("domain %u cannot be started: %ld", d->id, rc);
	return !rc;
}

void domain_join(struct domain *d)
{
	struct pv_domctl_getdomaininfo info = {.flags = 0};
	struct pv_sched_poll poll = {.timeout = 0};

	/* Let it have the CPU meanwhile: poll no port for a millisecond. */
	for (unsigned int i = 0; i < 20000; i++) {
		if (domain_info(d->id, &info) || (info.flags & PV_DOMINF_SHUTDOWN))
			break;
		poll.timeout = system_time() + MILLISECONDS(1);
		sched_op(POLL, &poll);
	}
	if (!(info.flags & PV_DOMINF_SHUTDOWN) || !d->mailbox->done)
		failure("domain %u did not come to its end (flags 0x%x)", d->id, info.flags);
	else if (d->mailbox->result != RESULT_SUCCESS)
		result_report(d->mailbox->result, "domain %u: %s", d->id, d->mailbox->complaint);
}
