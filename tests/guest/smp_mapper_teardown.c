/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: a domain may be destroyed at any moment of its mapping and unmapping of grants,
 * in the middle of a call, too. Then no use of them is left: the granter's entries are
 * idle, and its frames may become page tables.
 *
 * Provocation: a clone maps, copies to and unmaps many grants in a call, over and over,
 * and is destroyed at another moment each time.
 */
#include "lib/guest.h"

#define REF    8
#define REFS   128
#define HOSTS  8 /* of which so many are mapped into the address space */
#define PAGES  4
#define ROUNDS 10

enum { TURNS };

static char windows[HOSTS][PAGE_SIZE] __attribute__((aligned(4096)));

/* --- in the clone --------------------------------------------------------------- */

static struct pv_gnttab_map_grant_ref maps[REFS];
static struct pv_gnttab_unmap_grant_ref unmaps[REFS];
static struct pv_gnttab_copy copies[REFS];

static void map_all(void)
{
	for (uint32_t i = 0; i < REFS; i++) {
		maps[i] = (struct pv_gnttab_map_grant_ref){.flags = PV_GNTMAP_DEVICE_MAP,
							   .ref = REF + i};
		if (i < HOSTS) {
			maps[i].flags |= PV_GNTMAP_HOST_MAP;
			maps[i].host_addr = (uint64_t)windows[i];
		}
	}
	expect_rc(grant_op(MAP_GRANT_REF, maps, REFS), 0);
	for (uint32_t i = 0; i < REFS; i++)
		expect_eq(maps[i].status, PV_GNTST_OKAY);
}

static void copy_all(void)
{
	for (uint32_t i = 0; i < REFS; i++) {
		copies[i] = (struct pv_gnttab_copy){.flags = PV_GNTCOPY_DEST_GREF, .len = 512};
		copies[i].source.domid = PV_DOMID_SELF;
		copies[i].source.u.gmfn = va_to_mfn(maps);
		copies[i].dest.u.ref = REF + i;
	}
	expect_rc(grant_op(COPY, copies, REFS), 0);
	for (uint32_t i = 0; i < REFS; i++)
		expect_eq(copies[i].status, PV_GNTST_OKAY);
}

static void unmap_all(void)
{
	for (uint32_t i = 0; i < REFS; i++)
		unmaps[i] = (struct pv_gnttab_unmap_grant_ref){.host_addr = maps[i].host_addr,
							       .dev_bus_addr = maps[i].dev_bus_addr,
							       .handle = maps[i].handle};
	expect_rc(grant_op(UNMAP_GRANT_REF, unmaps, REFS), 0);
	for (uint32_t i = 0; i < REFS; i++)
		expect_eq(unmaps[i].status, PV_GNTST_OKAY);
}

static void mapper(void)
{
	for (unsigned int i = 0; i < HOSTS; i++)
		expect_rc(map_va(windows[i], 0), 0);
	while (result_get() == RESULT_SUCCESS) {
		map_all();
		windows[0][8] = 1;
		copy_all();
		unmap_all();
		domain_mailbox.word[TURNS]++;
	}
}

/* --- in the first domain ---------------------------------------------------------- */

static uint64_t *page[PAGES];

static void expect_unused(void)
{
	for (uint32_t i = 0; i < REFS; i++)
		expect_eq(grant_table[REF + i].flags, PV_GTF_PERMIT_ACCESS);
	for (unsigned int i = 0; i < PAGES; i++) {
		memset(page[i], 0, PAGE_SIZE);
		expect_rc(set_readonly(page[i]), 0);
		expect_rc(mmuext(PV_MMUEXT_PIN_L1_TABLE, va_to_mfn(page[i]), 0), 0);
		expect_rc(mmuext(PV_MMUEXT_UNPIN_TABLE, va_to_mfn(page[i]), 0), 0);
		expect_rc(set_writable(page[i]), 0);
	}
}

static bool one_round(unsigned int round)
{
	static struct domain d;
	struct pv_domctl_getdomaininfo info;
	uint64_t moment;

	if (!domain_clone(&d, mapper))
		return false;
	for (uint32_t i = 0; i < REFS; i++)
		grant_give(REF + i, d.id, va_to_mfn(page[i % PAGES]), 0);
	if (!domain_run(&d))
		return false;
	expect_true(wait_until(d.mailbox->word[TURNS] > 2, MILLISECONDS(20000)));
	/* Some way into one of its turns. */
	moment = system_time() + (rdtsc() * 7919 + round * 104729) % 300000;
	while (system_time() < moment)
		relax();
	expect_eq(d.mailbox->result, RESULT_SUCCESS);
	expect_rc(domain_destroy(&d), 0);
	expect_true(wait_until(domain_info(d.id, &info) == -PV_ESRCH, MILLISECONDS(5000)));
	expect_unused();
	return result_get() == RESULT_SUCCESS;
}

void test_main(void)
{
	uint64_t before;

	if (vcpu_count() < 2) {
		skip("needs two vcpus"); /* that is, two CPUs */
		return;
	}
	if (!grant_init())
		return;
	for (unsigned int i = 0; i < PAGES; i++)
		page[i] = page_alloc();
	if (!one_round(0))
		return;
	before = free_frames_settled();
	for (unsigned int i = 1; i < ROUNDS && one_round(i); i++)
		;
	expect_frames_back(before, ROUNDS);
}
