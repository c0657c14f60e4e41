/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: callback_op registers event, failsafe and syscall entries at canonical
 * addresses and refuses unknown types; these entries cannot be taken away.
 *
 * Provocation: each type with good and bad addresses and flags.
 */
#include "lib/guest.h"

extern char syscall_entry[], event_entry[], failsafe_entry[];

static int64_t reg(uint16_t type, uint16_t flags, uint64_t address)
{
	struct pv_callback_register r = {.type = type, .flags = flags, .address = address};

	return callback_op(REGISTER, &r);
}

static int64_t unreg(uint16_t type)
{
	struct pv_callback_unregister u = {.type = type};

	return callback_op(UNREGISTER, &u);
}

void test_main(void)
{
	static const uint16_t offered[] = {PV_CALLBACKTYPE_EVENT, PV_CALLBACKTYPE_FAILSAFE,
					   PV_CALLBACKTYPE_SYSCALL, PV_CALLBACKTYPE_SYSENTER,
					   PV_CALLBACKTYPE_SYSCALL32};

	for (unsigned int i = 0; i < ARRAY_SIZE(offered); i++) {
		expect_rc(reg(offered[i], 0, 0x800000000000), -PV_EINVAL);
		expect_rc(reg(offered[i], 0, 0x8000000000000000), -PV_EINVAL);
	}
	expect_rc(reg(PV_CALLBACKTYPE_EVENT, 0, (uint64_t)event_entry), 0);
	expect_rc(reg(PV_CALLBACKTYPE_EVENT, PV_CALLBACKF_MASK_EVENTS, (uint64_t)event_entry), 0);
	expect_rc(reg(PV_CALLBACKTYPE_FAILSAFE, PV_CALLBACKF_MASK_EVENTS, (uint64_t)failsafe_entry),
		  0);
	expect_rc(reg(PV_CALLBACKTYPE_SYSCALL, PV_CALLBACKF_MASK_EVENTS, (uint64_t)syscall_entry),
		  0);
	/* May be missing on a CPU without the instruction in compatibility mode. */
	expect_ge(reg(PV_CALLBACKTYPE_SYSENTER, PV_CALLBACKF_MASK_EVENTS, (uint64_t)syscall_entry),
		  -PV_ENOSYS);
	expect_ge(reg(PV_CALLBACKTYPE_SYSCALL32, PV_CALLBACKF_MASK_EVENTS, (uint64_t)syscall_entry),
		  -PV_ENOSYS);

	expect_lt(reg(6, 0, (uint64_t)syscall_entry), 0);
	expect_lt(reg(8, 0, (uint64_t)syscall_entry), 0);
	expect_lt(reg(0xffff, 0, (uint64_t)syscall_entry), 0);

	expect_lt(unreg(PV_CALLBACKTYPE_EVENT), 0);
	expect_lt(unreg(PV_CALLBACKTYPE_FAILSAFE), 0);
	expect_lt(unreg(6), 0);
	expect_lt(unreg(0xffff), 0);
}
