/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: a debug key switches a trace of all hypercalls on and off; each line has
 * who called, the name, the arguments as they were given and the result. A key
 * that means nothing changes nothing.
 *
 * Provocation: calls with arguments of their own between two presses of the key,
 * looked for in the log; and one after them. (Xen 4.17 has no such key.)
 */
#include "lib/guest.h"

static char text[16384];

static void key(char c)
{
	struct pv_sysctl s = {.cmd = PV_SYSCTL_DEBUG_KEYS,
			      .interface_version = PV_SYSCTL_INTERFACE_VERSION};

	s.u.debug_keys.keys = (uint64_t)&c;
	s.u.debug_keys.nr_keys = 1;
	expect_rc(CALL1(SYSCTL, &s), 0);
}

static void read_log(void)
{
	struct pv_sysctl s = {.cmd = PV_SYSCTL_READCONSOLE,
			      .interface_version = PV_SYSCTL_INTERFACE_VERSION};

	memset(text, 0, sizeof(text));
	s.u.readconsole.buffer = (uint64_t)text;
	s.u.readconsole.count = sizeof(text) - 1;
	expect_rc(CALL1(SYSCTL, &s), 0);
}

void test_main(void)
{
	if (!on_pavise()) {
		skip("no trace of hypercalls");
		return;
	}
	version_op(PAGESIZE, 0xbef0);
	key('t');
	version_op(PAGESIZE, 0xabcd);
	CALL2(UPDATE_DESCRIPTOR, 0x1234567, 0x89);
	key('~');
	key('t');
	version_op(PAGESIZE, 0xaf7e);
	read_log();
	expect_true(string_contains(text, "d0v0 xen_version(0x7, 0xabcd) = -22"));
	expect_true(string_contains(text, "d0v0 update_descriptor(0x1234567, 0x89) = -22"));
	expect_true(string_contains(text, "trace off"));
	expect_false(string_contains(text, "0xbef0"));
	expect_false(string_contains(text, "0xaf7e"));
}
