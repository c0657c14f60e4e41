/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: pinning and unpinning a large tree may take long, but not in one
 * piece: events are delivered meanwhile, and the outcome is the same as
 * without them.
 *
 * Provocation: a tree of a hundred full level-1 tables, pinned and unpinned
 * under a periodic timer, then taken apart to see that nothing is left over.
 */
#include "lib/guest.h"

#define TABLES 100u
#define LINK   (PTE_P | PTE_RW | PTE_US | PTE_A)

void test_main(void)
{
	struct pv_evtchn_bind_virq virq = {.virq = PV_VIRQ_TIMER, .vcpu = 0};
	struct pv_vcpu_set_periodic_timer tick = {.period_ns = MILLISECONDS(1)};
	uint64_t *l4 = page_alloc(), *l3 = page_alloc(), *l2 = page_alloc(), *l1[TABLES], *data[2];
	uint64_t mfn = va_to_mfn(l4);

	data[0] = page_alloc();
	data[1] = page_alloc();
	for (unsigned int t = 0; t < TABLES; t++) {
		l1[t] = page_alloc();
		for (unsigned int i = 0; i < 512; i++)
			l1[t][i] = PTE(va_to_mfn(data[i & 1]), PTE_FLAGS_RW);
		l2[t] = PTE(va_to_mfn(l1[t]), LINK);
		expect_rc(set_readonly(l1[t]), 0);
	}
	l3[0] = PTE(va_to_mfn(l2), LINK);
	l4[0] = PTE(va_to_mfn(l3), LINK);
	expect_rc(set_readonly(l2), 0);
	expect_rc(set_readonly(l3), 0);
	expect_rc(set_readonly(l4), 0);

	expect_rc(event_op(BIND_VIRQ, &virq), 0);
	expect_rc(vcpu_op(SET_PERIODIC_TIMER, 0, &tick), 0);
	for (int i = 0; i < 5; i++) {
		if (i & 1)
			events_disable();
		else
			events_enable();
		expect_rc(mmuext(PV_MMUEXT_PIN_L4_TABLE, mfn, 0), 0);
		expect_rc(mmuext(PV_MMUEXT_PIN_L4_TABLE, mfn, 0), -PV_EINVAL);
		expect_lt(set_writable(l1[TABLES - 1]), 0);
		expect_rc(mmuext(PV_MMUEXT_UNPIN_TABLE, mfn, 0), 0);
		expect_rc(mmuext(PV_MMUEXT_UNPIN_TABLE, mfn, 0), -PV_EINVAL);
		expect_rc(set_writable(l1[TABLES - 1]), 0);
		expect_rc(set_readonly(l1[TABLES - 1]), 0);
	}
	expect_rc(vcpu_op(STOP_PERIODIC_TIMER, 0, 0), 0);
	events_disable();

	/* A bad entry at the far end undoes everything before it. */
	expect_rc(set_writable(l1[TABLES - 1]), 0);
	l1[TABLES - 1][511] = PTE(root_mfn(), PTE_FLAGS_RW);
	expect_rc(set_readonly(l1[TABLES - 1]), 0);
	expect_lt(mmuext(PV_MMUEXT_PIN_L4_TABLE, mfn, 0), 0);
	for (unsigned int t = 0; t < TABLES; t++)
		expect_rc(set_writable(l1[t]), 0);
	expect_rc(set_writable(l2), 0);
	expect_rc(set_writable(l3), 0);
	expect_rc(set_writable(l4), 0);
	for (unsigned int t = 0; t < TABLES; t++)
		memset(l1[t], 0, PAGE_SIZE);
	/* The data pages had 51,200 writable mappings; none is left. */
	for (int i = 0; i < 2; i++) {
		expect_rc(set_readonly(data[i]), 0);
		expect_rc(mmuext(PV_MMUEXT_PIN_L1_TABLE, va_to_mfn(data[i]), 0), 0);
		expect_rc(mmuext(PV_MMUEXT_UNPIN_TABLE, va_to_mfn(data[i]), 0), 0);
	}
}
