/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: console output takes any bytes and any length, nothing included;
 * reading without input returns 0 bytes at once.
 *
 * Provocation: all byte values that a serial line survives, an empty write,
 * a page, a read.
 */
#include "lib/guest.h"

void test_main(void)
{
	static char page[4096];
	int64_t n;

	expect_rc(CALL3(CONSOLE_IO, PV_CONSOLEIO_WRITE, 0, page), 0);
	for (unsigned int i = 0; i < sizeof(page); i++)
		page[i] = i % 64 == 63 ? '\n' : (char)(' ' + i % 90);
	expect_rc(CALL3(CONSOLE_IO, PV_CONSOLEIO_WRITE, sizeof(page), page), 0);
	n = CALL3(CONSOLE_IO, PV_CONSOLEIO_READ, sizeof(page), page);
	expect_rc(n, 0);
	expect_lt(CALL3(CONSOLE_IO, 2, 1, page), 0);
	expect_lt(CALL3(CONSOLE_IO, PV_CONSOLEIO_READ, 16, PV_HYPERVISOR_VIRT_START) |
			  CALL3(CONSOLE_IO, PV_CONSOLEIO_WRITE, 16, PV_HYPERVISOR_VIRT_START),
		  0);
}
