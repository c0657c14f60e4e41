/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: a frame can become part of the GDT only if nothing maps it writable
 * and each of its descriptors is harmless: code, data or not present. While it
 * is, no writable mapping of it is possible. update_descriptor changes single
 * entries under the same rule and forces their privilege to 3; system
 * descriptors (TSS, LDT, gates to interrupts) are refused.
 *
 * Provocation: set_gdt with good and bad pages and counts, update_descriptor
 * with good, bad and misplaced descriptors, loads of what was installed.
 */
#include "lib/guest.h"

#define DATA64	0x00cf93000000ffffull /* flat data, DPL 0 */
#define CODE64	0x00af9b000000ffffull /* 64-bit code, DPL 0 */
#define TSS	0x0000890000000067ull
#define LDT	0x0000820000000067ull
#define INTGATE 0x00008e0000080000ull
#define ABSENT	0x00cf73000000ffffull /* data, DPL 3, present clear */

static uint64_t read_ds(void)
{
	uint64_t v = 0;

	asm volatile("mov %%ds, %0" : "=r"(v));
	return v;
}

static bool load_ds(uint64_t selector)
{
	return TRY("mov %0, %%ds", : : "r"(selector) : "memory");
}

void test_main(void)
{
	uint64_t *gdt = page_alloc();
	uint64_t frames[2] = {va_to_mfn(gdt), 0};
	uint64_t maddr = va_to_mfn(gdt) << 12;

	gdt[2] = DATA64;
	gdt[3] = CODE64;

	/* Writable mapping in the way. */
	expect_lt(CALL2(SET_GDT, frames, 16), 0);
	expect_rc(set_readonly(gdt), 0);
	expect_rc(CALL2(SET_GDT, frames, 16), 0);

	expect_true(load_ds(2 << 3 | 3));
	expect_eq(read_ds(), 2 << 3 | 3);
	expect_false(load_ds(5 << 3 | 3));
	expect_fault(TRAP_GP, 5 << 3);
	expect_eq(gdt[2] >> 45 & 3, 3);

	/* No way back to a writable mapping while it is in use. */
	expect_lt(set_writable(gdt), 0);
	expect_false(try_write(&gdt[4], DATA64));

	expect_rc(CALL2(UPDATE_DESCRIPTOR, maddr + 4 * 8, DATA64), 0);
	expect_true(load_ds(4 << 3 | 3));
	expect_eq(gdt[4] >> 45 & 3, 3);
	expect_rc(CALL2(UPDATE_DESCRIPTOR, maddr + 5 * 8, CODE64), 0);
	expect_rc(CALL2(UPDATE_DESCRIPTOR, maddr + 6 * 8, ABSENT), 0);
	expect_false(load_ds(6 << 3 | 3));
	expect_fault(TRAP_NP, 6 << 3);
	expect_rc(CALL2(UPDATE_DESCRIPTOR, maddr + 4 * 8, 0), 0);
	load_ds(0);
	expect_false(load_ds(4 << 3 | 3));

	expect_lt(CALL2(UPDATE_DESCRIPTOR, maddr + 7 * 8, TSS), 0);
	expect_lt(CALL2(UPDATE_DESCRIPTOR, maddr + 7 * 8, LDT), 0);
	expect_lt(CALL2(UPDATE_DESCRIPTOR, maddr + 7 * 8, INTGATE), 0);
	expect_lt(CALL2(UPDATE_DESCRIPTOR, maddr + 7 * 8 + 4, DATA64), 0);
	expect_lt(CALL2(UPDATE_DESCRIPTOR, 0xffffffffff000, DATA64), 0);
	expect_lt(CALL2(UPDATE_DESCRIPTOR, (uint64_t)gdt, DATA64), 0);
	/* A page table is no place for a descriptor. */
	expect_lt(CALL2(UPDATE_DESCRIPTOR, root_mfn() << 12, DATA64), 0);
	expect_eq(gdt[7], 0);

	expect_lt(CALL2(SET_GDT, frames, PV_FIRST_RESERVED_GDT_ENTRY + 1), 0);
	expect_lt(CALL2(SET_GDT, frames, ~0ul), 0);
	frames[1] = root_mfn();
	expect_lt(CALL2(SET_GDT, frames, 513), 0);
	frames[1] = 0xfffffffffffff;
	expect_lt(CALL2(SET_GDT, frames, 513), 0);

	/* A page with a bad descriptor. */
	{
		uint64_t *bad = page_alloc();

		bad[9] = TSS;
		frames[0] = va_to_mfn(bad);
		expect_rc(set_readonly(bad), 0);
		expect_lt(CALL2(SET_GDT, frames, 16), 0);
		expect_rc(set_writable(bad), 0);
	}

	/* None at all: the old page is free again, the flat selectors still work. */
	expect_rc(CALL2(SET_GDT, frames, 0), 0);
	expect_false(load_ds(2 << 3 | 3));
	expect_true(load_ds(PV_FLAT_RING3_DS32));
	expect_true(load_ds(0));
	expect_rc(set_writable(gdt), 0);
	gdt[4] = 1;
	expect_eq(gdt[4], 1);
}
