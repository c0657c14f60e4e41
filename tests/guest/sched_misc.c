/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: the watchdog is armed, kept alive by its id, and disarmed; shutdown of
 * domains that do not exist and unknown operations fail and stop nothing.
 *
 * Provocation: each of these.
 */
#include "lib/guest.h"

void test_main(void)
{
	struct pv_sched_remote_shutdown remote = {.domain_id = 77, .reason = PV_SHUTDOWN_CRASH};
	struct pv_sched_watchdog dog = {.id = 0, .timeout = 30};
	struct pv_sched_shutdown shutdown = {.reason = PV_SHUTDOWN_REBOOT};
	int64_t id;

	expect_rc(sched_op(REMOTE_SHUTDOWN, &remote), -PV_ESRCH);
	remote.domain_id = PV_DOMID_INVALID;
	expect_lt(sched_op(REMOTE_SHUTDOWN, &remote), 0);

	id = sched_op(WATCHDOG, &dog);
	expect_true(id > 0);
	dog.id = (uint32_t)id;
	expect_rc(sched_op(WATCHDOG, &dog), 0);
	dog.timeout = 0;
	expect_rc(sched_op(WATCHDOG, &dog), 0);
	dog.id = 9999;
	dog.timeout = 1;
	expect_rc(sched_op(WATCHDOG, &dog), -PV_EINVAL);

	/* Only notes the reason, which the end of this test then has, too. */
	expect_rc(sched_op(SHUTDOWN_CODE, &shutdown), 0);
	expect_rc(CALL2(SCHED_OP, 8, 0), -PV_ENOSYS);
	expect_rc(CALL2(SCHED_OP, ~0ul, 0), -PV_ENOSYS);
}
