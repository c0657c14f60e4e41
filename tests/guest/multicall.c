/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: multicall runs its calls in order, each seeing the effects of the
 * ones before, stores each result, and does not stop at errors; a call cannot
 * be a multicall itself, nor iret. An empty list is fine. A list that ends in
 * nowhere is done as far as it goes. Events come in between, within a call too,
 * and change nothing. (Xen 4.17 does an iret within a list; here the caller's
 * mode cannot change in the middle.)
 *
 * Provocation: mixed good and bad calls, dependent memory updates, a nested
 * call, a list of a thousand, a read-only list, one cut off by a missing page, and
 * long calls under a periodic timer.
 */
#include "lib/guest.h"

#define N     1000
#define LONG  24
#define PAGES 512

static char pages[2][PAGE_SIZE] __attribute__((aligned(4096)));
static char area[PAGES][PAGE_SIZE] __attribute__((aligned(4096)));
static struct pv_mmu_update updates[2][PAGES];

static void cut_off(void)
{
	struct pv_multicall_entry *list = (struct pv_multicall_entry *)pages[1] - 3;

	for (int i = 0; i < 3; i++)
		list[i] = (struct pv_multicall_entry){
			.op = PV_HYPERCALL_XEN_VERSION, .result = 1, .args = {PV_XENVER_PAGESIZE}};
	expect_rc(map_va(pages[1], 0), 0);
	expect_rc(CALL2(MULTICALL, list, 4), -PV_EFAULT);
	for (int i = 0; i < 3; i++)
		expect_eq(list[i].result, 4096);
	/* An entry across the border is not done at all: its result is not in reach. */
	list = (struct pv_multicall_entry *)(pages[1] - 16);
	list->op = PV_HYPERCALL_XEN_VERSION;
	list->result = 1;
	expect_rc(CALL2(MULTICALL, list, 1), -PV_EFAULT);
	expect_eq(list->result, 1);
}

/* Long calls, each of which an event may interrupt. */
static void under_timer(void)
{
	static struct pv_multicall_entry list[LONG + 1];
	static uint32_t done[LONG];
	struct pv_evtchn_bind_virq virq = {.virq = PV_VIRQ_TIMER, .vcpu = 0};
	struct pv_vcpu_set_periodic_timer tick = {.period_ns = MILLISECONDS(1)};
	uint64_t *a = page_alloc(), *b = page_alloc();

	for (unsigned int i = 0; i < PAGES; i++) {
		for (int turn = 0; turn < 2; turn++) {
			updates[turn][i].ptr = pte_maddr(area[i], 1);
			updates[turn][i].val = PTE(va_to_mfn(turn ? b : a), PTE_FLAGS_RW);
		}
	}
	expect_rc(event_op(BIND_VIRQ, &virq), 0);
	expect_rc(vcpu_op(SET_PERIODIC_TIMER, 0, &tick), 0);
	events_enable();
	for (int round = 0; round < 4; round++) {
		for (unsigned int i = 0; i < LONG; i++) {
			done[i] = 0;
			list[i] = (struct pv_multicall_entry){
				.op = PV_HYPERCALL_MMU_UPDATE,
				.result = 1,
				.args = {(uint64_t)updates[i & 1], PAGES, (uint64_t)&done[i],
					 PV_DOMID_SELF},
			};
		}
		list[LONG] = (struct pv_multicall_entry){.op = 63};
		expect_rc(CALL2(MULTICALL, list, LONG + 1), 0);
		for (unsigned int i = 0; i < LONG; i++) {
			expect_eq(list[i].result, 0);
			expect_eq(done[i], PAGES);
		}
		expect_eq(list[LONG].result, -PV_ENOSYS);
		for (unsigned int i = 0; i < PAGES; i++)
			expect_eq(PTE_MFN(*pte_of(area[i], 1)), va_to_mfn(b));
	}
	expect_rc(vcpu_op(STOP_PERIODIC_TIMER, 0, 0), 0);
	events_disable();
	expect_ne(upcall_count, 0);
}

void test_main(void)
{
	static struct pv_multicall_entry list[N], inner[1];
	uint64_t *page = page_alloc(), *a = page_alloc(), *b = page_alloc(), *ro = page_alloc();

	list[0] = (struct pv_multicall_entry){.op = PV_HYPERCALL_XEN_VERSION,
					      .args = {PV_XENVER_VERSION}};
	list[1] = (struct pv_multicall_entry){.op = 63};
	list[2] = (struct pv_multicall_entry){.op = PV_HYPERCALL_XEN_VERSION,
					      .args = {PV_XENVER_PAGESIZE}};
	list[3] = (struct pv_multicall_entry){.op = PV_HYPERCALL_MULTICALL,
					      .args = {(uint64_t)inner, 1}};
	list[4] = (struct pv_multicall_entry){.op = ~0ul};
	list[5] = (struct pv_multicall_entry){.op = PV_HYPERCALL_XEN_VERSION,
					      .args = {PV_XENVER_VERSION}};
	expect_rc(CALL2(MULTICALL, list, 6), 0);
	expect_eq(list[0].result, 4 << 16 | 17);
	expect_eq(list[1].result, -PV_ENOSYS);
	expect_eq(list[2].result, 4096);
	expect_lt(list[3].result, 0);
	expect_eq(list[4].result, -PV_ENOSYS);
	expect_eq(list[5].result, 4 << 16 | 17);
	expect_rc(CALL2(MULTICALL, list, 0), 0);
	if (on_pavise()) {
		list[0] = (struct pv_multicall_entry){.op = PV_HYPERCALL_IRET};
		expect_rc(CALL2(MULTICALL, list, 2), 0);
		expect_rc(list[0].result, -PV_EINVAL);
		expect_eq(list[1].result, -PV_ENOSYS);
	}

	/* Later calls see what earlier ones did: a mapped, then b, then a bad one. */
	*a = 0xaa, *b = 0xbb;
	for (int i = 0; i < 3; i++) {
		uint64_t pte = PTE(i == 2 ? root_mfn() : va_to_mfn(i ? b : a), PTE_FLAGS_RW);

		list[i] = (struct pv_multicall_entry){
			.op = PV_HYPERCALL_UPDATE_VA_MAPPING,
			.args = {(uint64_t)page, pte, PV_UVMF_INVLPG},
		};
	}
	expect_rc(CALL2(MULTICALL, list, 3), 0);
	expect_eq(list[0].result | list[1].result, 0);
	expect_lt(list[2].result, 0);
	expect_eq(READ_ONCE(*page), 0xbb);

	for (int i = 0; i < N; i++)
		list[i] = (struct pv_multicall_entry){
			.op = PV_HYPERCALL_XEN_VERSION, .result = 1, .args = {PV_XENVER_PAGESIZE}};
	expect_rc(CALL2(MULTICALL, list, N), 0);
	for (int i = 0; i < N; i++) {
		if (list[i].result != 4096) {
			failure("call %d of %d: 0x%lx", i, N, list[i].result);
			break;
		}
	}

	/* A list whose results cannot be stored. */
	ro[0] = PV_HYPERCALL_XEN_VERSION;
	ro[2] = PV_XENVER_PAGESIZE;
	expect_rc(set_readonly(ro), 0);
	expect_rc(CALL2(MULTICALL, ro, 1), -PV_EFAULT);
	expect_eq(ro[1], 0);
	expect_lt(CALL2(MULTICALL, list, ~0ul), 0);

	cut_off();
	under_timer();
}
