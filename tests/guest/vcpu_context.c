/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: VCPUOP_initialise refuses a context that the running guest could not
 * have made: a root that does not validate, a GDT frame that is writable or
 * foreign, too many descriptors. A refused vcpu stays uninitialised and can
 * still be started well; then it has exactly the registers of its context.
 *
 * Provocation: bad contexts for the second vcpu, then a good one.
 */
#include "lib/guest.h"

static volatile uint64_t seen[3];

static void second(void)
{
	uint64_t flags;

	asm volatile("pushf; pop %0" : "=r"(flags));
	seen[0] = flags;
	asm volatile("movq %%fs:0, %0" : "=r"(seen[1]));
	asm volatile("movq %%gs:0, %0" : "=r"(seen[2]));
}

static struct pv_vcpu_guest_context context;

static void expect_refused(const char *what)
{
	int64_t rc = vcpu_op(INITIALISE, 1, &context);

	if (rc >= 0)
		failure("a context with %s is accepted", what);
	vcpu_context(1, second, &context);
}

void test_main(void)
{
	static uint64_t fs_word = 0xf5, gs_word = 0x65;
	uint64_t *page = page_alloc();

	if (vcpu_count() < 2) {
		skip("needs two vcpus");
		return;
	}
	vcpu_context(1, second, &context);
	context.ctrlreg[3] = PV_PFN_TO_CR3(0xffffffffff);
	expect_refused("a root out of range");
	context.ctrlreg[3] = PV_PFN_TO_CR3(va_to_mfn(page));
	expect_refused("a root that is writable");
	context.ctrlreg[3] = PV_PFN_TO_CR3(PTE_MFN(((const uint64_t *)start_info->pt_base)[511]));
	expect_refused("a root that is a level-3 table");
	context.gdt_frames[0] = va_to_mfn(page);
	context.gdt_ents = 16;
	expect_refused("a writable GDT frame");
	context.gdt_frames[0] = root_mfn();
	context.gdt_ents = 16;
	expect_refused("a table as its GDT");
	context.gdt_ents = PV_FIRST_RESERVED_GDT_ENTRY + 1;
	expect_refused("too many descriptors");
	context.event_callback_eip = 0x800000000000;
	expect_refused("an event callback that is not canonical");
	context.fs_base = 0x8000000000000000;
	expect_refused("an FS base that is not canonical");
	expect_rc(vcpu_op(IS_UP, 1, 0), 0);

	context.fs_base = (uint64_t)&fs_word;
	context.gs_base_kernel = (uint64_t)&gs_word;
	context.user_regs.rflags |= EFLAGS_IOPL | EFLAGS_CF;
	expect_rc(vcpu_op(INITIALISE, 1, &context), 0);
	expect_rc(vcpu_op(UP, 1, 0), 0);
	vcpu_join(1);
	expect_eq(seen[0] & (EFLAGS_IF | EFLAGS_IOPL), EFLAGS_IF);
	expect_eq(seen[1], 0xf5);
	expect_eq(seen[2], 0x65);
}
