/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: send_nmi enters the handler of vector 2 on the vcpu, whatever its
 * event mask; a second one does not nest but comes after the handler's iret.
 *
 * Provocation: NMIs of the vcpu to itself, from inside the handler too.
 */
#include "lib/guest.h"

static volatile unsigned int entries, depth, deepest;

static bool on_nmi(struct frame *frame)
{
	(void)frame;
	entries++;
	depth++;
	if (depth > deepest)
		deepest = depth;
	if (entries == 2)
		expect_rc(vcpu_op(SEND_NMI, 0, 0), 0);
	depth--;
	return true;
}

void test_main(void)
{
	int64_t rc;

	trap_handler(TRAP_NMI, on_nmi);
	rc = vcpu_op(SEND_NMI, 0, 0);
	if (rc == -PV_ENOSYS) {
		skip("not offered");
		return;
	}
	expect_rc(rc, 0);
	expect_eq(entries, 1);
	expect_rc(vcpu_op(SEND_NMI, 0, 0), 0);
	expect_eq(entries, 3);
	expect_eq(deepest, 1);
	expect_lt(vcpu_op(SEND_NMI, 8192, 0), 0);
}
