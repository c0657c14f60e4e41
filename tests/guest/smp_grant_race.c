/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: a granter may write its entry at any moment, also between its check and
 * its use: whatever the outcome, what is mapped or written is a frame that one
 * state of the entry allowed, and afterwards nothing is left in use.
 *
 * Provocation: one vcpu turns an entry round between permitted, read-only,
 * another domain's, another frame, a page table, no frame at all; the other maps
 * it, copies to it and from it, and looks at what it got.
 */
#include "lib/guest.h"

#define REF    8
#define ROUNDS 3000

static volatile bool stop;
static volatile uint64_t turns;
static uint64_t states[6];

static uint64_t entry(uint32_t flags, uint16_t domid, uint64_t mfn)
{
	return flags | (uint32_t)domid << 16 | mfn << 32;
}

static void turner(void)
{
	volatile uint64_t *word = (volatile uint64_t *)&grant_table[REF];
	unsigned int i = 0;

	while (!stop) {
		*word = states[i++ % ARRAY_SIZE(states)];
		turns++;
		if (i % 7 == 0)
			relax();
	}
	*word = states[0];
}

/* Maps; true when it worked. */
static bool map_round(char *window, uint32_t flags, uint64_t allowed, uint64_t also)
{
	struct pv_gnttab_map_grant_ref m = {
		.host_addr = (uint64_t)window, .flags = PV_GNTMAP_HOST_MAP | flags, .ref = REF};
	struct pv_gnttab_unmap_grant_ref u = {.host_addr = (uint64_t)window};
	uint64_t pte;

	expect_rc(grant_op(MAP_GRANT_REF, &m, 1), 0);
	if (m.status != PV_GNTST_OKAY)
		return false;
	pte = *pte_of(window, 1);
	if (PTE_MFN(pte) != allowed && PTE_MFN(pte) != also)
		failure("frame 0x%lx is mapped", (unsigned long)PTE_MFN(pte));
	if ((flags & PV_GNTMAP_READONLY) && (pte & PTE_RW))
		failure("read-only is mapped writable");
	u.handle = m.handle;
	expect_rc(grant_op(UNMAP_GRANT_REF, &u, 1), 0);
	expect_eq(u.status, PV_GNTST_OKAY);
	return true;
}

static bool copy_round(uint16_t flags, uint64_t other)
{
	struct pv_gnttab_copy c = {.len = 8, .flags = flags};

	c.source.domid = c.dest.domid = PV_DOMID_SELF;
	if (flags & PV_GNTCOPY_SOURCE_GREF) {
		c.source.u.ref = REF;
		c.dest.u.gmfn = other;
	} else {
		c.source.u.gmfn = other;
		c.dest.u.ref = REF;
		c.dest.offset = 8;
	}
	expect_rc(grant_op(COPY, &c, 1), 0);
	return c.status == PV_GNTST_OKAY;
}

static void check_idle(const void *page)
{
	expect_rc(set_readonly(page), 0);
	expect_rc(mmuext(PV_MMUEXT_PIN_L1_TABLE, va_to_mfn(page), 0), 0);
	expect_rc(mmuext(PV_MMUEXT_UNPIN_TABLE, va_to_mfn(page), 0), 0);
}

void test_main(void)
{
	uint64_t *good = page_alloc(), *second = page_alloc(), *own = page_alloc();
	uint64_t *table = page_alloc(), *sink = page_alloc();
	char *window = page_alloc();
	unsigned int done[3] = {0};

	if (vcpu_count() < 2) {
		skip("needs two vcpus");
		return;
	}
	if (!grant_init())
		return;
	expect_rc(map_va(window, 0), 0);
	expect_rc(set_readonly(table), 0);
	expect_rc(mmuext(PV_MMUEXT_PIN_L1_TABLE, va_to_mfn(table), 0), 0);
	states[0] = entry(PV_GTF_PERMIT_ACCESS, 0, va_to_mfn(good));
	states[1] = entry(PV_GTF_PERMIT_ACCESS | PV_GTF_READONLY, 0, va_to_mfn(table));
	states[2] = entry(PV_GTF_PERMIT_ACCESS, 0, va_to_mfn(table));
	states[3] = entry(PV_GTF_PERMIT_ACCESS, 77, va_to_mfn(table));
	states[4] = entry(PV_GTF_PERMIT_ACCESS, 0, va_to_mfn(second));
	states[5] = entry(PV_GTF_INVALID, 0, 0xfffffff0);
	own[0] = PTE(root_mfn(), PTE_FLAGS_RW); /* what must never be in a table */
	expect_rc(vcpu_start(1, turner), 0);
	wait_until(turns != 0, 1000000);
	for (unsigned int i = 0;
	     i < ROUNDS || (i < 50 * ROUNDS && !(done[0] && done[1] && done[2])); i++) {
		done[0] += map_round(window, 0, va_to_mfn(good), va_to_mfn(second));
		done[1] += copy_round(PV_GNTCOPY_DEST_GREF, va_to_mfn(own));
		done[2] += copy_round(PV_GNTCOPY_SOURCE_GREF, va_to_mfn(sink));
		if (table[1]) {
			failure("a page table was written to");
			break;
		}
	}
	stop = true;
	vcpu_join(1);
	print("%u mapped, %u written, %u read, %lu turns\n", done[0], done[1], done[2], turns);
	expect_ne(done[0], 0);
	expect_ne(done[1], 0);
	expect_ne(done[2], 0);

	/* Nothing is left in use, by the entry or by the frames. */
	expect_true(map_round(window, 0, va_to_mfn(good), va_to_mfn(good)));
	expect_eq(grant_table[REF].flags, PV_GTF_PERMIT_ACCESS);
	expect_rc(mmuext(PV_MMUEXT_UNPIN_TABLE, va_to_mfn(table), 0), 0);
	memset(good, 0, PAGE_SIZE);
	memset(second, 0, PAGE_SIZE);
	check_idle(good);
	check_idle(second);
	check_idle(table);
}
