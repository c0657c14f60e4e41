/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest that fits in a few kilobytes: says hello on its console, repeats each
 * line that is typed, and powers off at "quit". `pav create` boots it like any
 * other kernel.
 */
#include "console.h"
#include "lib/guest.h"

#define LINE_MAX 128

static void answer(const char *line)
{
	tiny_console_puts("you said: ");
	tiny_console_puts(line);
	tiny_console_puts("\r\n");
}

static void __attribute__((noreturn)) power_off(void)
{
	struct pv_sched_shutdown off = {.reason = PV_SHUTDOWN_POWEROFF};

	tiny_console_puts("bye\r\n");
	tiny_console_drain();
	for (;;)
		sched_op(SHUTDOWN, &off);
}

void test_main(void)
{
	char line[LINE_MAX];
	size_t used = 0;

	if (!tiny_console_init()) {
		skip("this domain has no console ring");
		return;
	}
	tiny_console_puts("hello from a tiny guest\r\n");
	for (;;) {
		char c;

		tiny_console_read(&c, 1);
		if (c != '\r' && c != '\n') {
			if (used < LINE_MAX - 1)
				line[used++] = c;
			continue;
		}
		line[used] = '\0';
		used = 0;
		if (!strcmp(line, "quit"))
			power_off();
		answer(line);
	}
}
