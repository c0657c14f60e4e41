/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: when a call with a flush of another vcpu returns, that vcpu no longer
 * uses the old translation, whether it runs in kernel or user mode; and a
 * page it could write a moment ago can become a table.
 *
 * Provocation: a vcpu that writes to a page as fast as it can while the other
 * one takes the permission, or the page, away.
 */
#include "lib/guest.h"

static volatile uint64_t *page;
static volatile bool stop, in_user;
static volatile uint64_t writes, faults;

static void user_hammer(uint64_t unused)
{
	(void)unused;
	while (!stop) {
		*page = writes;
		writes++;
	}
	user_exit(1);
}

static void second(void)
{
	while (!in_user) {
		if (try_write(page, writes))
			writes++;
		else
			faults++;
	}
	user_init();
	/* A fault ends the excursion; the next one tries again. */
	while (!stop)
		user_run(user_hammer, 0);
}

static void round(int rounds)
{
	uint64_t mfn = va_to_mfn((void *)page), all = ~0ul;

	for (int i = 0; i < rounds; i++) {
		uint64_t seen = writes, before;

		wait_until(writes != seen, MILLISECONDS(500));
		switch (i % 3) {
		case 0:
			expect_rc(update_va_mapping(page, PTE(mfn, PTE_FLAGS_RO),
						    PV_UVMF_INVLPG | PV_UVMF_ALL),
				  0);
			break;
		case 1:
			expect_rc(update_va_mapping(page, PTE(mfn, PTE_FLAGS_RO),
						    PV_UVMF_TLB_FLUSH | (uint64_t)&all),
				  0);
			break;
		case 2:
			/* No flush asked for: making it a table has to see to it. */
			expect_rc(update_va_mapping(page, PTE(mfn, PTE_FLAGS_RO), PV_UVMF_NONE), 0);
			if (mmuext(PV_MMUEXT_PIN_L1_TABLE, mfn, 0) == 0)
				expect_rc(mmuext(PV_MMUEXT_UNPIN_TABLE, mfn, 0), 0);
			expect_rc(mmuext(PV_MMUEXT_TLB_FLUSH_ALL, 0, 0), 0);
			break;
		}
		before = *page;
		for (int j = 0; j < 2000; j++)
			relax();
		expect_eq(*page, before);
		expect_rc(update_va_mapping(page, PTE(mfn, PTE_FLAGS_RW),
					    PV_UVMF_INVLPG | PV_UVMF_ALL),
			  0);
	}
}

void test_main(void)
{
	if (vcpu_count() < 2) {
		skip("needs two vcpus");
		return;
	}
	page = page_alloc();
	expect_rc(vcpu_start(1, second), 0);
	round(100);
	expect_ne(faults, 0);
	in_user = true;
	round(50);
	stop = true;
	vcpu_join(1);
	expect_ne(writes, 0);
}
