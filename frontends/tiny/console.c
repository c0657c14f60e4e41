/* SPDX-License-Identifier: BSD-2-Clause */
#include "console.h"

#include "console/console_front.h"
#include "lib/guest.h"

static struct console_front con;
static uint32_t port;

static void notify(struct console_front *unused)
{
	struct pv_evtchn_send send = {.port = port};

	(void)unused;
	event_op(SEND, &send);
}

bool tiny_console_init(void)
{
	if (!start_info->console.domU.mfn || !start_info->console.domU.evtchn)
		return false;
	port = start_info->console.domU.evtchn;
	/* Polled for, never delivered. */
	port_mask(port);
	console_front_init(&con, mfn_to_va(start_info->console.domU.mfn), notify);
	return true;
}

/* Sleeps until the port is pending. The caller clears it, then looks at the
 * ring, then sleeps: an event between look and sleep ends the sleep at once. */
static void sleep_on_port(void)
{
	struct pv_sched_poll poll = {.ports = (uint64_t)&port, .nr_ports = 1};

	sched_op(POLL, &poll);
}

void tiny_console_write(const char *text, size_t len)
{
	for (;;) {
		size_t n;

		port_clear(port);
		n = console_front_write(&con, text, len);
		text += n;
		len -= n;
		if (!len)
			return;
		sleep_on_port();
	}
}

void tiny_console_puts(const char *text)
{
	tiny_console_write(text, strlen(text));
}

size_t tiny_console_read(char *buf, size_t len)
{
	for (;;) {
		size_t n;

		port_clear(port);
		n = console_front_read(&con, buf, len);
		if (n)
			return n;
		sleep_on_port();
	}
}

void tiny_console_drain(void)
{
	for (;;) {
		port_clear(port);
		if (console_front_drained(&con))
			return;
		sleep_on_port();
	}
}
