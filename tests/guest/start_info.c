/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: a domain starts as the boot contract says: the magic, flags of the
 * first domain, event masks set, a page table whose root is at pt_base, M2P
 * and frame list that agree.
 *
 * Provocation: look at start_info, shared_info and the initial tables.
 */
#include "lib/guest.h"

void test_main(void)
{
	const uint64_t *p2m = (const uint64_t *)start_info->mfn_list;

	expect_false(memcmp(start_info->magic, "xen-3.0-x86_64", 14));
	expect_eq(start_info->flags & (PV_SIF_PRIVILEGED | PV_SIF_INITDOMAIN),
		  PV_SIF_PRIVILEGED | PV_SIF_INITDOMAIN);
	expect_eq(start_info->store_mfn, 0);
	expect_eq(start_info->store_evtchn, 0);
	expect_eq(start_info->shared_info % PAGE_SIZE, 0);
	expect_eq(va_to_mfn((void *)start_info->pt_base), root_mfn());
	for (unsigned int i = 0; i < PV_LEGACY_MAX_VCPUS; i++)
		expect_eq(shared_info->vcpu_info[i].evtchn_upcall_mask, 1);
	for (uint64_t pfn = 0; pfn < start_info->nr_pages; pfn += 61) {
		if (M2P[p2m[pfn]] != pfn) {
			failure("frame %lx: M2P says %lx, the frame list %lx", p2m[pfn],
				M2P[p2m[pfn]], pfn);
			break;
		}
	}
	for (uint64_t i = 0; i < start_info->nr_pt_frames; i++)
		expect_eq(*pte_of((char *)start_info->pt_base + i * PAGE_SIZE, 1) & PTE_RW, 0);
}
