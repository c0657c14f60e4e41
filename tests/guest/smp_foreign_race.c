/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: a frame is never a page table and writable at the same time, also when it is
 * another domain that writes: while its owner has it pinned no foreign mapping, grant
 * mapping or grant copy gets at it; and a translation that a foreign mapping left in a
 * TLB is gone before the owner's pin returns.
 *
 * Provocation: a clone pins and unpins a table over and over, and looks into it. The
 * first domain meanwhile maps it by each of these ways, plants an entry that must never
 * be in a table, and takes it back; it unmaps without a flush, and then writes to where
 * the mapping was.
 */
#include "lib/guest.h"

#define REF	8
#define ROUNDS	100
#define ENTRY	17
#define PATIENT MILLISECONDS(10000)

enum { READY, STOP, PINNED, PINS };

static uint64_t table[512] __attribute__((aligned(4096)));

/* --- in the clone --------------------------------------------------------------- */

static void look(void)
{
	for (int i = 0; i < 20; i++) {
		if (!(READ_ONCE(table[ENTRY]) & PTE_P))
			continue;
		failure("a pinned table holds an entry that was never allowed");
		domain_mailbox.word[STOP] = 1;
		return;
	}
}

static void pinner(void)
{
	volatile uint64_t *word = domain_mailbox.word;
	struct pv_sched_poll poll = {.nr_ports = 0};
	uint64_t mfn = va_to_mfn(table), refused = 0;

	if (!grant_init())
		return;
	grant_give(REF, 0, mfn, 0);
	expect_rc(set_readonly(table), 0);
	word[READY] = 1;
	while (!word[STOP]) {
		if (mmuext(PV_MMUEXT_PIN_L1_TABLE, mfn, 0)) {
			/* An attempt is in the others' way, too: leave them time without one. */
			poll.timeout = system_time() + 50000;
			if (++refused % 16 == 0)
				sched_op(POLL, &poll);
			continue;
		}
		word[PINNED] = 1;
		word[PINS]++;
		look();
		word[PINNED] = 0;
		expect_rc(mmuext(PV_MMUEXT_UNPIN_TABLE, mfn, 0), 0);
	}
}

/* --- in the first domain ---------------------------------------------------------- */

static struct domain d;
static volatile uint64_t *window;
static uint64_t bad[512] __attribute__((aligned(4096)));
static uint64_t none[512] __attribute__((aligned(4096)));
static uint64_t stale, faults;

/* The way through is open: then nobody has the table pinned. */
static void expect_unpinned(void)
{
	if (d.mailbox->word[PINNED])
		failure("a table is pinned and can be written to");
}

static void plant(void)
{
	expect_unpinned();
	window[ENTRY] = bad[ENTRY];
	window[ENTRY] = 0;
}

/* Where the mapping was: it may work until somebody has the table pinned. */
static void write_stale(void)
{
	uint64_t pins = d.mailbox->word[PINS];
	bool pinned = wait_until(d.mailbox->word[PINS] != pins, MILLISECONDS(1));

	if (!try_write(window + ENTRY, bad[ENTRY])) {
		faults++;
		return;
	}
	if (pinned)
		stale++;
	try_write(window + ENTRY, 0);
}

static bool by_foreign_mapping(void)
{
	uint64_t pte = PTE(domain_mfn(&d, table), PTE_FLAGS_RW);

	if (CALL4(UPDATE_VA_MAPPING_OTHERDOMAIN, window, pte, PV_UVMF_NONE, d.id))
		return false;
	plant();
	/* Xen flushes the owner's CPUs alone: it leaves others to who may map foreign frames. */
	expect_rc(update_va_mapping(window, 0, on_pavise() ? PV_UVMF_NONE : PV_UVMF_INVLPG), 0);
	write_stale();
	return true;
}

static bool by_grant_mapping(void)
{
	struct pv_gnttab_map_grant_ref m = {.host_addr = (uint64_t)window,
					    .flags = PV_GNTMAP_HOST_MAP,
					    .ref = REF,
					    .dom = d.id};
	struct pv_gnttab_unmap_grant_ref u = {.host_addr = (uint64_t)window};

	expect_rc(grant_op(MAP_GRANT_REF, &m, 1), 0);
	if (m.status != PV_GNTST_OKAY)
		return false;
	plant();
	u.handle = m.handle;
	expect_rc(grant_op(UNMAP_GRANT_REF, &u, 1), 0);
	expect_eq(u.status, PV_GNTST_OKAY);
	/* That has flushed. */
	expect_false(try_write(window + ENTRY, bad[ENTRY]));
	return true;
}

static int16_t copy_to_table(const uint64_t *from)
{
	struct pv_gnttab_copy c = {
		.flags = PV_GNTCOPY_DEST_GREF, .len = 8, .dest.offset = ENTRY * 8};

	c.source.domid = PV_DOMID_SELF;
	c.source.u.gmfn = va_to_mfn(from);
	c.source.offset = ENTRY * 8;
	c.dest.domid = d.id;
	c.dest.u.ref = REF;
	expect_rc(grant_op(COPY, &c, 1), 0);
	return c.status;
}

static bool by_grant_copy(void)
{
	if (copy_to_table(bad) != PV_GNTST_OKAY)
		return false;
	/* With that in it, it can be no table. */
	expect_unpinned();
	/* The owner's attempt, which finds it, is in the way for a moment. */
	expect_true(wait_until(copy_to_table(none) == PV_GNTST_OKAY, PATIENT));
	return true;
}

static void race(const char *name, bool (*way)(void))
{
	uint64_t end = system_time() + PATIENT, pins = d.mailbox->word[PINS], refused = 0, done = 0;

	if (d.mailbox->word[STOP])
		return;
	while ((done < ROUNDS || refused < ROUNDS || d.mailbox->word[PINS] - pins < ROUNDS) &&
	       !d.mailbox->word[STOP] && system_time() < end) {
		if (way())
			done++;
		else
			refused++;
	}
	pins = d.mailbox->word[PINS] - pins;
	print("%s: %lu times in, %lu refused, %lu pins\n", name, done, refused, pins);
	expect_ne(done, 0);
	expect_ne(refused, 0);
	expect_ne(pins, 0);
}

void test_main(void)
{
	struct pv_sched_poll poll = {.timeout = 0};

	if (vcpu_count() < 2) {
		skip("needs two vcpus"); /* that is, two CPUs */
		return;
	}
	if (!domain_clone(&d, pinner))
		return;
	window = page_alloc();
	expect_rc(map_va(window, 0), 0);
	bad[ENTRY] = PTE(domain_root(&d), PTE_FLAGS_RW);
	if (!domain_run(&d))
		return;
	for (int i = 0; i < 10000 && !d.mailbox->word[READY]; i++) {
		poll.timeout = system_time() + MILLISECONDS(1);
		sched_op(POLL, &poll);
	}
	race("foreign mapping", by_foreign_mapping);
	print("after it: %lu faults, %lu writes to a table\n", faults, stale);
	expect_eq(stale, 0);
	expect_ne(faults, 0);
	race("grant mapping", by_grant_mapping);
	race("grant copy", by_grant_copy);
	d.mailbox->word[STOP] = 1;
	domain_join(&d);
	expect_rc(domain_destroy(&d), 0);
}
