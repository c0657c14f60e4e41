/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: when another domain edits the root that a domain runs on, the domain sees the
 * change from the moment the edit has returned: no CPU goes on with a copy of the
 * root, or with translations, from before.
 *
 * Provocation: a running clone reads one address over and over, while its root's slot
 * for it is filled, redirected, and emptied from here.
 */
#include "lib/guest.h"

#define SLOT	192ul
#define ADDRESS (SLOT << 39)
#define LINK	(PTE_P | PTE_RW | PTE_US | PTE_A | PTE_D)
#define ROUNDS	50

enum { TURN, DONE, PRESENT, VALUE };

/* In the clone: for each turn, say what is there. */
static void reader(void)
{
	volatile uint64_t *word = domain_mailbox.word;
	uint64_t turn = 0, value, noise = 0;

	while (turn != ~0ull) {
		/* Keep the translations in use meanwhile. */
		while (word[TURN] == turn) {
			try_read((const void *)ADDRESS, &noise);
			sched_op(YIELD, 0);
		}
		turn = word[TURN];
		word[PRESENT] = try_read((const void *)ADDRESS, &value);
		word[VALUE] = value;
		word[DONE] = turn;
	}
}

static struct domain d;
static uint64_t turn;

static int64_t slot_set(uint64_t pte)
{
	struct pv_mmu_update u = {.ptr = domain_root(&d) << 12 | SLOT * 8, .val = pte};

	return CALL4(MMU_UPDATE, &u, 1, 0, (uint64_t)(d.id + 1) << 16 | d.id);
}

static void expect_seen(bool present, uint64_t value)
{
	volatile uint64_t *word = d.mailbox->word;
	struct pv_sched_poll poll = {.timeout = 0};

	word[TURN] = ++turn;
	for (unsigned int i = 0; i < 10000 && word[DONE] != turn; i++) {
		poll.timeout = system_time() + MILLISECONDS(1);
		sched_op(POLL, &poll);
	}
	expect_eq(word[DONE], turn);
	expect_eq(word[PRESENT], present);
	if (present)
		expect_eq(word[VALUE], value);
}

/* Three tables and a page that says `value`; the level 3 table. */
static uint64_t branch_make(uint64_t first_pfn, uint64_t value)
{
	static uint64_t page[512];
	uint64_t list[4];

	for (unsigned int i = 0; i < 4; i++)
		list[i] = first_pfn + i;
	expect_rc(domain_populate(&d, list, 4), 0);
	page[0] = value;
	expect_rc(domain_write(&d, list[3], page), 0);
	for (unsigned int i = 3; i > 0; i--) {
		page[0] = PTE(list[i], LINK);
		expect_rc(domain_write(&d, list[i - 1], page), 0);
	}
	page[0] = 0;
	return list[0];
}

void test_main(void)
{
	uint64_t a, b;

	if (!domain_clone(&d, reader))
		return;
	a = branch_make(2000, 0xaaaa);
	b = branch_make(2010, 0xbbbb);
	if (!domain_run(&d))
		return;
	expect_seen(false, 0);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		expect_rc(slot_set(PTE(a, LINK)), 0);
		expect_seen(true, 0xaaaa);
		expect_rc(slot_set(PTE(b, LINK)), 0);
		expect_seen(true, 0xbbbb);
		expect_rc(slot_set(0), 0);
		expect_seen(false, 0);
	}
	/* The hypervisor's slots are as closed to the editor as to the owner. */
	{
		struct pv_mmu_update u = {.ptr = domain_root(&d) << 12 | 256 * 8, .val = 0};

		expect_lt(CALL4(MMU_UPDATE, &u, 1, 0, (uint64_t)(d.id + 1) << 16 | d.id), 0);
	}
	d.mailbox->word[TURN] = ~0ull;
	domain_join(&d);
	expect_rc(domain_destroy(&d), 0);
}
