/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: a domain made by another runs, and is not privileged: it controls no
 * domain, not even itself, does not see the machine, and maps no frame of
 * another. Asked about itself it is told the same as anyone; about others,
 * nothing. When it is destroyed all its frames come back.
 *
 * Provocation: a clone of this kernel that asks for all of that.
 */
#include "lib/guest.h"

/* Xen looks at the arguments of some commands before it looks at who asks. */
static void expect_refused(int64_t rc)
{
	if (on_pavise())
		expect_rc(rc, -PV_EPERM);
	else
		expect_lt(rc, 0);
}

/* In the clone. word[0]: a frame of the first domain. */
static void control_refused(void)
{
	struct pv_domctl d = {.cmd = 0};
	struct pv_sysctl s = {.cmd = PV_SYSCTL_PHYSINFO,
			      .interface_version = PV_SYSCTL_INTERFACE_VERSION};
	uint16_t own = (uint16_t)domain_mailbox.word[1];

	for (uint32_t cmd = 1; cmd < 90; cmd++) {
		expect_refused(domctl(&d, cmd, 0));
		expect_refused(domctl(&d, cmd, own));
	}
	expect_rc(CALL1(SYSCTL, &s), -PV_EPERM);
}

static void memory_refused(void)
{
	uint16_t self = PV_DOMID_SELF, own = (uint16_t)domain_mailbox.word[1], first = 0;
	struct pv_memory_map map = {.nr_entries = 128};
	struct pv_foreign_memory_map set = {.domid = 0};
	struct pv_mem_acquire_resource acquire = {.type = PV_XENMEM_RESOURCE_GRANT_TABLE};
	static uint64_t list[1];
	struct pv_memory_reservation r = {.extent_start = (uint64_t)list, .nr_extents = 1};

	expect_rc(memory_op(CURRENT_RESERVATION, &first), -PV_EPERM);
	expect_rc(memory_op(MAXIMUM_RESERVATION, &first), -PV_EPERM);
	expect_rc(memory_op(MAXIMUM_GPFN, &first), -PV_EPERM);
	expect_eq(memory_op(CURRENT_RESERVATION, &self), memory_op(CURRENT_RESERVATION, &own));
	expect_ge(memory_op(CURRENT_RESERVATION, &self), 256);
	WRITE_ONCE(shared_info->arch.max_pfn, 4321);
	expect_rc(memory_op(MAXIMUM_GPFN, &self), 4320); /* how many, and the highest */
	WRITE_ONCE(shared_info->arch.max_pfn, 0);
	expect_rc(memory_op(MAXIMUM_GPFN, &self), 0);
	expect_rc(memory_op(MACHINE_MEMORY_MAP, &map), -PV_EPERM);
	expect_rc(memory_op(SET_MEMORY_MAP, &set), -PV_EPERM);
	/* On Xen a domain may change what its own builder told it. */
	set.domid = PV_DOMID_SELF;
	if (on_pavise())
		expect_rc(memory_op(SET_MEMORY_MAP, &set), -PV_EPERM);
	expect_rc(memory_op(ACQUIRE_RESOURCE, &acquire), -PV_EPERM);
	list[0] = domain_mailbox.word[0];
	expect_ge(0, memory_op(DECREASE_RESERVATION, &r));
	list[0] = 1;
	expect_ge(0, memory_op(POPULATE_PHYSMAP, &r));
	expect_ge(0, memory_op(INCREASE_RESERVATION, &r));
	/* Its own limit ends it; the first domain's frames are not its to give back. */
	r.domid = PV_DOMID_SELF;
	list[0] = domain_mailbox.word[0];
	expect_rc(memory_op(DECREASE_RESERVATION, &r), 0);
	r.extent_order = 10;
	expect_ge(0, memory_op(POPULATE_PHYSMAP, &r));
}

static void frames_refused(void)
{
	char *page = page_alloc();
	uint64_t entry = pte_maddr(page, 1), theirs = domain_mailbox.word[0];
	struct pv_mmu_update u = {.ptr = entry, .val = PTE(theirs, PTE_FLAGS_RO)};
	struct pv_mmuext_op pin = {.cmd = PV_MMUEXT_PIN_L1_TABLE, .arg1.mfn = theirs};

	expect_lt(mmu_update_one(entry, PTE(theirs, PTE_FLAGS_RO)), 0);
	expect_lt(mmu_update_one(entry, PTE(theirs, PTE_FLAGS_RW)), 0);
	expect_lt(mmu_update_one(theirs << 12, 0), 0);
	expect_lt(mmu_update_one(theirs << 12 | PV_MMU_MACHPHYS_UPDATE, 7), 0);
	expect_lt(domain_map(page, 0, PTE(theirs, PTE_FLAGS_RO)), 0);
	expect_rc(CALL4(MMU_UPDATE, &u, 1, 0, 0), -PV_EPERM);
	expect_lt(CALL4(MMU_UPDATE, &u, 1, 0, PV_DOMID_IO), 0);
	expect_rc(CALL4(MMU_UPDATE, &u, 1, 0, PV_DOMID_XEN), -PV_EPERM);
	expect_rc(CALL4(MMU_UPDATE, &u, 1, 0, 1u << 16 | PV_DOMID_SELF), -PV_EPERM);
	expect_rc(CALL4(MMUEXT_OP, &pin, 1, 0, 0), -PV_EPERM);
	expect_lt(mmuext(PV_MMUEXT_PIN_L1_TABLE, theirs, 0), 0);
	expect_lt(mmuext(PV_MMUEXT_NEW_BASEPTR, theirs, 0), 0);
	expect_lt(mmuext(PV_MMUEXT_CLEAR_PAGE, theirs, 0), 0);
	expect_lt(mmuext(PV_MMUEXT_COPY_PAGE, va_to_mfn(page), theirs), 0);
	expect_rc(mmuext(PV_MMUEXT_FLUSH_CACHE, 0, 0), -PV_EACCES);
	expect_lt(CALL2(SET_GDT, &theirs, 512), 0);
	expect_lt(CALL2(UPDATE_DESCRIPTOR, theirs << 12, 0), 0);
	/* The local APIC and the first MiB are no frames of its own either. */
	expect_lt(mmu_update_one(entry, PTE(0xfee00, PTE_FLAGS_RW)), 0);
	expect_lt(mmu_update_one(entry, PTE(0xb8, PTE_FLAGS_RW)), 0);
	expect_rc(mmu_update_one(entry, PTE(va_to_mfn(page), PTE_FLAGS_RW)), 0);
}

static void unprivileged(void)
{
	print("the second domain runs\n");
	control_refused();
	memory_refused();
	frames_refused();
	domain_mailbox.word[2] = 0x600d;
}

void test_main(void)
{
	static struct domain d;
	struct pv_domctl_getdomaininfo info;
	uint64_t before;
	char *page = page_alloc();

	/* The first one leaves tables behind that later ones find. */
	if (domain_create(&d, 1, 64)) {
		error("no domain can be made");
		return;
	}
	expect_rc(domain_destroy(&d), 0);
	before = free_frames_settled();
	if (!domain_clone(&d, unprivileged))
		return;
	d.mailbox->word[0] = va_to_mfn(page);
	d.mailbox->word[1] = d.id;
	memset(page, 0x77, PAGE_SIZE);
	if (domain_run(&d))
		domain_join(&d);
	expect_eq(d.mailbox->word[2], 0x600d);
	expect_eq(page[0], 0x77);
	expect_rc(domain_info(d.id, &info), 0);
	expect_eq(info.flags >> PV_DOMINF_SHUTDOWNSHIFT & PV_DOMINF_SHUTDOWNMASK,
		  PV_SHUTDOWN_POWEROFF);
	expect_rc(domain_destroy(&d), 0);
	expect_rc(domain_info(d.id, &info), -PV_ESRCH);
	expect_frames_back(before, 1);
}
