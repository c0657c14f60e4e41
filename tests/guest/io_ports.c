/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: IN and OUT need the virtual IOPL (the guest kernel counts as ring 1,
 * user mode as ring 3) or a clear bit in the registered bitmap; otherwise #GP.
 * set_iopl takes 0 to 3, set_iobitmap at most 65536 ports.
 *
 * Provocation: port 0x80 from both modes at each IOPL, and with a bitmap.
 */
#include "lib/guest.h"

static bool kernel_out(void)
{
	return TRY("outb %%al, $0x80", : : "a"(0));
}

static bool kernel_in(void)
{
	uint64_t a = 0;

	return TRY("inb $0x80, %%al", : "+a"(a));
}

static void user_out(uint64_t unused)
{
	(void)unused;
	asm volatile("outb %%al, $0x80" : : "a"(0));
	user_exit(1);
}

static void user_out_other(uint64_t unused)
{
	(void)unused;
	asm volatile("outb %%al, $0x81" : : "a"(0));
	user_exit(1);
}

static int64_t set_iopl(uint32_t iopl)
{
	struct pv_physdev_set_iopl op = {.iopl = iopl};

	return physdev_op(SET_IOPL, &op);
}

static int64_t set_bitmap(const void *map, uint32_t ports)
{
	struct pv_physdev_set_iobitmap op = {.bitmap = (uint64_t)map, .nr_ports = ports};

	return physdev_op(SET_IOBITMAP, &op);
}

void test_main(void)
{
	static uint8_t map[8192];

	if (!user_init())
		return;
	for (uint32_t iopl = 0; iopl < 4; iopl++) {
		expect_rc(set_iopl(iopl), 0);
		expect_eq(kernel_out(), iopl >= 1);
		if (iopl < 1)
			expect_fault(TRAP_GP, 0);
		expect_eq(kernel_in(), iopl >= 1);
		expect_eq(user_run(user_out, 0), iopl == 3 ? 1 : USER_FAULT);
		if (iopl < 3)
			expect_fault(TRAP_GP, 0);
	}
	expect_rc(set_iopl(4), -PV_EINVAL);
	expect_rc(set_iopl(~0u), -PV_EINVAL);

	expect_rc(set_iopl(0), 0);
	memset(map, 0xff, sizeof(map));
	map[0x80 / 8] = 0xfe;
	expect_rc(set_bitmap(map, 65536), 0);
	expect_eq(user_run(user_out, 0), 1);
	expect_eq(user_run(user_out_other, 0), USER_FAULT);
	expect_true(kernel_out());
	/* A bitmap that ends before the port. */
	expect_rc(set_bitmap(map, 0x80), 0);
	expect_eq(user_run(user_out, 0), USER_FAULT);
	expect_rc(set_bitmap(map, 65537), -PV_EINVAL);
	expect_rc(set_bitmap(NULL, 0), 0);
	expect_eq(user_run(user_out, 0), USER_FAULT);
}
