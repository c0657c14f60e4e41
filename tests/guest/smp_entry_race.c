/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: two vcpus that write one page-table entry at the same time, by calls
 * and by trapped writes, leave it with one of their values, and the frames'
 * counts exact: afterwards each frame can have any other use.
 *
 * Provocation: both replace the same few entries as fast as they can.
 */
#include "lib/guest.h"

#define ENTRIES 4u
#define ROUNDS	3000u

static char *window[ENTRIES];
static uint64_t entry[ENTRIES], data[2];
static volatile uint64_t *pte[ENTRIES];

static void fight(unsigned int me)
{
	for (unsigned int i = 0; i < ROUNDS; i++) {
		unsigned int e = i % ENTRIES;
		uint64_t value =
			i % 5 == 4 ? 0 : PTE(data[me], i & 1 ? PTE_FLAGS_RW : PTE_FLAGS_RO);

		switch (i % 3) {
		case 0:
			mmu_update_one(entry[e], value);
			break;
		case 1:
			update_va_mapping(window[e], value, PV_UVMF_INVLPG);
			break;
		case 2:
			__atomic_exchange_n(pte[e], value, __ATOMIC_SEQ_CST);
			break;
		}
	}
}

static void second(void)
{
	fight(1);
}

void test_main(void)
{
	char *page[2] = {page_alloc(), page_alloc()};

	if (vcpu_count() < 2) {
		skip("needs two vcpus");
		return;
	}
	expect_rc(CALL2(VM_ASSIST, PV_VMASST_CMD_ENABLE, PV_VMASST_TYPE_WRITABLE_PAGETABLES), 0);
	for (unsigned int i = 0; i < 2; i++)
		data[i] = va_to_mfn(page[i]);
	for (unsigned int e = 0; e < ENTRIES; e++) {
		window[e] = page_alloc();
		entry[e] = pte_maddr(window[e], 1);
		pte[e] = (volatile uint64_t *)pte_of(window[e], 1);
		expect_rc(map_va(window[e], 0), 0);
	}
	expect_rc(vcpu_start(1, second), 0);
	fight(0);
	vcpu_join(1);
	for (unsigned int e = 0; e < ENTRIES; e++) {
		uint64_t frame = PTE_MFN(*pte[e]);

		expect_true(!(*pte[e] & PTE_P) || frame == data[0] || frame == data[1]);
		expect_rc(map_va(window[e], 0), 0);
	}
	/* Only the heap's own mapping is left: without that, each can be a table. */
	for (unsigned int i = 0; i < 2; i++) {
		expect_rc(set_readonly(page[i]), 0);
		expect_rc(mmuext(PV_MMUEXT_PIN_L1_TABLE, data[i], 0), 0);
		expect_rc(mmuext(PV_MMUEXT_UNPIN_TABLE, data[i], 0), 0);
		expect_rc(map_va(page[i], 0), 0);
	}
	/* And without any mapping, each can be given back. */
	for (unsigned int i = 0; i < 2; i++) {
		uint64_t frame = data[i];
		struct pv_memory_reservation r = {
			.extent_start = (uint64_t)&frame, .nr_extents = 1, .domid = PV_DOMID_SELF};

		expect_rc(memory_op(DECREASE_RESERVATION, &r), 1);
		expect_lt(map_va(page[i], PTE(data[i], PTE_FLAGS_RO)), 0);
	}
}
