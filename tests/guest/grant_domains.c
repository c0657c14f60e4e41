/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: a mapping holds its frame. When the granter dies the mapper still has
 * what it mapped, gets nothing new, and ends the mapping as ever; the granter is
 * gone with its last mapping. When the mapper dies, all it mapped is unmapped and
 * its grants are idle again. Who may use an entry is the domain that it names.
 * A domain that has used up its handles is told so, and goes on when it gives
 * one back. (Xen 4.17 lets a dying domain's entries be used, and so keeps it.)
 *
 * Provocation: clones of this kernel that grant and map, and are destroyed in
 * the middle of it.
 */
#include "lib/guest.h"

#define REF	 8
#define REF_ELSE 9
#define MAPS	 6000

enum { READY, ANSWER, OWN_ID, PEER_ID };

static char granted[PAGE_SIZE] __attribute__((aligned(4096)));
static char window[PAGE_SIZE] __attribute__((aligned(4096)));
static uint32_t handles[MAPS];

static int16_t map(uint16_t dom, uint32_t ref, uint32_t flags, const void *at, uint32_t *handle,
		   uint64_t *bus)
{
	struct pv_gnttab_map_grant_ref m = {
		.host_addr = (uint64_t)at, .flags = flags, .ref = ref, .dom = dom};

	expect_rc(grant_op(MAP_GRANT_REF, &m, 1), 0);
	*handle = m.handle;
	if (bus)
		*bus = m.dev_bus_addr;
	return m.status;
}

static int16_t unmap(const void *at, uint64_t bus, uint32_t handle)
{
	struct pv_gnttab_unmap_grant_ref u = {
		.host_addr = (uint64_t)at, .dev_bus_addr = bus, .handle = handle};

	expect_rc(grant_op(UNMAP_GRANT_REF, &u, 1), 0);
	return u.status;
}

static int16_t copy_from(uint16_t dom, uint32_t ref, const void *to)
{
	struct pv_gnttab_copy c = {.len = 8, .flags = PV_GNTCOPY_SOURCE_GREF};

	c.source.domid = dom;
	c.source.u.ref = ref;
	c.dest.domid = PV_DOMID_SELF;
	c.dest.u.gmfn = va_to_mfn(to);
	expect_rc(grant_op(COPY, &c, 1), 0);
	return c.status;
}

/* The others need the CPU, too. */
static void breathe(void)
{
	struct pv_sched_poll poll = {.timeout = system_time() + MILLISECONDS(1)};

	sched_op(POLL, &poll);
}

static void ready_and_wait(void)
{
	domain_mailbox.word[READY] = 1;
	for (;;)
		breathe();
}

static bool started(struct domain *d)
{
	if (!domain_run(d))
		return false;
	for (unsigned int i = 0; i < 20000 && !d->mailbox->word[READY]; i++)
		breathe();
	if (!d->mailbox->word[READY])
		failure("the clone did not get ready");
	return d->mailbox->word[READY];
}

/* Destroyed, and what kept it is gone: nobody remembers it. */
static void expect_gone(const struct domain *d)
{
	struct pv_domctl_getdomaininfo info;
	int64_t rc = 0;

	for (unsigned int i = 0; i < 1000 && !rc; i++) {
		breathe();
		rc = domain_info(d->id, &info);
	}
	expect_rc(rc, -PV_ESRCH);
}

/* In a clone: grants a page to the first domain, another to nobody there is. */
static void granter(void)
{
	if (!grant_init())
		return;
	memset(granted, 0x5a, PAGE_SIZE);
	grant_give(REF, 0, va_to_mfn(granted), 0);
	grant_give(REF_ELSE, 77, va_to_mfn(granted), 0);
	ready_and_wait();
}

static void granter_dies(void)
{
	static struct domain d;
	struct pv_domctl_getdomaininfo info;
	uint32_t handle, none;
	uint64_t *to = page_alloc();

	if (!domain_clone(&d, granter) || !started(&d))
		return;
	expect_rc(map_va(window, 0), 0);
	expect_ne(map(d.id, REF_ELSE, PV_GNTMAP_HOST_MAP, window, &none, NULL), PV_GNTST_OKAY);
	expect_ne(copy_from(d.id, REF_ELSE, to), PV_GNTST_OKAY);
	expect_eq(copy_from(d.id, REF, to), PV_GNTST_OKAY);
	expect_eq(*to, 0x5a5a5a5a5a5a5a5a);
	expect_eq(map(d.id, REF, PV_GNTMAP_HOST_MAP, window, &handle, NULL), PV_GNTST_OKAY);
	expect_eq(PTE_MFN(*pte_of(window, 1)), domain_mfn(&d, granted));
	expect_eq(window[17], 0x5a);

	expect_rc(domain_destroy(&d), 0);
	expect_eq(window[PAGE_SIZE - 1], 0x5a);
	window[1] = 0x33;
	expect_eq(window[1], 0x33);
	if (on_pavise()) {
		expect_ne(copy_from(d.id, REF, to), PV_GNTST_OKAY);
		expect_ne(map(d.id, REF, PV_GNTMAP_DEVICE_MAP, NULL, &none, NULL), PV_GNTST_OKAY);
	}
	expect_rc(domain_info(d.id, &info), 0);
	expect_true(info.flags & PV_DOMINF_DYING);
	expect_eq(unmap(window, 0, handle), PV_GNTST_OKAY);
	expect_eq(*pte_of(window, 1) & PTE_P, 0);
	expect_eq(unmap(window, 0, handle), PV_GNTST_BAD_HANDLE);
	expect_gone(&d);
	/* The next clone is a copy of this page, too. */
	expect_rc(map_va(window, PTE(va_to_mfn(window), PTE_FLAGS_RW)), 0);
}

/* In a clone: maps what the first domain grants, twice, and writes to it. */
static void mapper(void)
{
	uint32_t handle;

	expect_rc(map_va(window, 0), 0);
	expect_eq(map(0, REF, PV_GNTMAP_HOST_MAP | PV_GNTMAP_DEVICE_MAP, window, &handle, NULL),
		  PV_GNTST_OKAY);
	expect_eq(map(0, REF, PV_GNTMAP_DEVICE_MAP | PV_GNTMAP_READONLY, NULL, &handle, NULL),
		  PV_GNTST_OKAY);
	expect_ne(map(0, REF_ELSE, PV_GNTMAP_HOST_MAP, granted, &handle, NULL), PV_GNTST_OKAY);
	window[2] = 0x44;
	domain_mailbox.word[ANSWER] = result_get();
	ready_and_wait();
}

static void mapper_dies(void)
{
	static struct domain d;
	char *page = page_alloc();

	if (!domain_clone(&d, mapper))
		return;
	grant_give(REF, d.id, va_to_mfn(page), 0);
	grant_give(REF_ELSE, d.id + 1, va_to_mfn(page), 0);
	if (!started(&d))
		return;
	expect_eq(d.mailbox->word[ANSWER], RESULT_SUCCESS);
	expect_eq(page[2], 0x44);
	expect_eq(grant_table[REF].flags, PV_GTF_PERMIT_ACCESS | PV_GTF_READING | PV_GTF_WRITING);
	expect_rc(domain_destroy(&d), 0);
	expect_gone(&d);
	expect_eq(grant_table[REF].flags, PV_GTF_PERMIT_ACCESS);
	/* No use is left of the frame either: it may become a table. */
	memset(page, 0, PAGE_SIZE);
	expect_rc(set_readonly(page), 0);
	expect_rc(mmuext(PV_MMUEXT_PIN_L1_TABLE, va_to_mfn(page), 0), 0);
	expect_rc(mmuext(PV_MMUEXT_UNPIN_TABLE, va_to_mfn(page), 0), 0);
}

/* In a clone, which has few track frames: its own grants, until it has no handle left. */
static void user_of_all(void)
{
	uint16_t own = (uint16_t)domain_mailbox.word[OWN_ID];
	int16_t status = PV_GNTST_OKAY;
	unsigned int n = 0;
	uint64_t bus = 0;

	if (!grant_init())
		return;
	for (uint32_t i = 0; i < 128; i++)
		grant_give(REF + i, own, va_to_mfn(granted), 0);
	for (; n < MAPS && status == PV_GNTST_OKAY; n++)
		status = map(own, REF + n % 128, PV_GNTMAP_DEVICE_MAP, NULL, &handles[n], &bus);
	expect_eq(status, PV_GNTST_NO_SPACE);
	n--;
	expect_ge(n, 256);
	expect_eq(unmap(NULL, bus = va_to_mfn(granted) << 12, handles[n / 2]), PV_GNTST_OKAY);
	expect_eq(map(own, REF, PV_GNTMAP_DEVICE_MAP, NULL, &handles[n / 2], NULL), PV_GNTST_OKAY);
	expect_eq(map(own, REF, PV_GNTMAP_DEVICE_MAP, NULL, &handles[n], NULL), PV_GNTST_NO_SPACE);
	while (n--)
		expect_eq(unmap(NULL, bus, handles[n]), PV_GNTST_OKAY);
	for (uint32_t i = 0; i < 128; i++)
		expect_eq(grant_table[REF + i].flags, PV_GTF_PERMIT_ACCESS);
}

static void handles_used_up(void)
{
	static struct domain d;

	if (!domain_clone(&d, user_of_all))
		return;
	d.mailbox->word[OWN_ID] = d.id;
	if (domain_run(&d))
		domain_join(&d);
	expect_rc(domain_destroy(&d), 0);
	expect_gone(&d);
}

void test_main(void)
{
	if (!grant_init())
		return;
	granter_dies();
	mapper_dies();
	handles_used_up();
}
