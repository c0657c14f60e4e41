/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: register_vcpu_info moves a vcpu's vcpu_info into an own writable frame
 * once, keeping its contents and marking everything pending so that nothing
 * is missed. Bad frames, offsets and vcpus are refused.
 *
 * Provocation: misuse first, then the move, then events and time at the new
 * place.
 */
#include "lib/guest.h"

static int64_t reg(uint32_t vcpu, uint64_t mfn, uint32_t offset)
{
	struct pv_vcpu_register_vcpu_info r = {.mfn = mfn, .offset = offset};

	return vcpu_op(REGISTER_VCPU_INFO, vcpu, &r);
}

void test_main(void)
{
	char *page = page_alloc();
	struct pv_vcpu_info *info = (struct pv_vcpu_info *)(page + 256), *old = this_cpu()->info;
	struct pv_evtchn_bind_ipi ipi = {.vcpu = 0};
	struct pv_evtchn_send send;
	uint64_t mfn = va_to_mfn(page);

	expect_lt(reg(0, mfn, 4096 - 63), 0);
	expect_lt(reg(0, mfn, 4096), 0);
	expect_lt(reg(0, mfn, ~0u), 0);
	expect_lt(reg(0, 0xffffffffff, 0), 0);
	expect_lt(reg(0, root_mfn(), 0), 0);
	expect_lt(reg(0, PTE_MFN(((const uint64_t *)start_info->pt_base)[256]), 0), 0);
	expect_lt(reg(8192, mfn, 0), 0);

	expect_rc(reg(0, mfn, 256), 0);
	this_cpu()->info = info;
	expect_eq(info->evtchn_upcall_mask, 1);
	expect_eq(info->evtchn_upcall_pending, 1);
	expect_eq(info->evtchn_pending_sel, ~0ul);
	expect_ne(info->time.tsc_to_system_mul, 0);
	expect_lt(reg(0, mfn, 512), 0);
	expect_lt(reg(0, mfn, 256), 0);

	expect_rc(event_op(BIND_IPI, &ipi), 0);
	send.port = ipi.port;
	expect_rc(event_op(SEND, &send), 0);
	events_enable();
	expect_eq(event_count[ipi.port], 1);
	old->evtchn_upcall_mask = 1; /* no longer looked at */
	expect_rc(event_op(SEND, &send), 0);
	expect_eq(event_count[ipi.port], 2);
	events_disable();
	/* The frame is written by the hypervisor now: it cannot become a table. */
	expect_rc(set_readonly(page), 0);
	expect_lt(mmuext(PV_MMUEXT_PIN_L1_TABLE, mfn, 0), 0);
	expect_rc(set_writable(page), 0);
}
