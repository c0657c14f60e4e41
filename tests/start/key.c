/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * No rule: presses the debug keys that its command line names by "keys=", while the
 * other vCPU runs. Those of a debug build that break the hypervisor do not come back.
 */
#include "lib/guest.h"
#include "public/sysctl.h"

static volatile bool spinning;

static void spin(void)
{
	spinning = true;
	for (;;)
		relax();
}

static const char *keys(void)
{
	const char *s = (const char *)start_info->cmd_line;

	for (; *s; s++)
		if (memcmp(s, "keys=", 5) == 0)
			return s + 5;
	return "";
}

void test_main(void)
{
	static struct pv_sysctl op;
	static char pressed[16];
	size_t n = 0;

	for (const char *s = keys(); *s && *s != ' ' && n < sizeof(pressed); s++)
		pressed[n++] = *s;
	if (!n) {
		error("no keys= on the command line");
		return;
	}
	if (vcpu_count() > 1) {
		expect_rc(vcpu_start(1, spin), 0);
		expect_true(wait_until(READ_ONCE(spinning), MILLISECONDS(5000)));
	}
	op.cmd = PV_SYSCTL_DEBUG_KEYS;
	op.interface_version = PV_SYSCTL_INTERFACE_VERSION;
	op.u.debug_keys.keys = (uint64_t)pressed;
	op.u.debug_keys.nr_keys = n;
	expect_rc(CALL1(SYSCTL, &op), 0);
}
