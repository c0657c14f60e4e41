/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: a level line whose interrupt was sent is held back until the domain has
 * said that it handled it; if it is active still then, it is sent again, else not.
 * Closing the port without that does not leave the line stuck. Xen 4.17 waits for a
 * millisecond only, and then sends an active line again: there the counts that
 * must not grow are not looked at.
 *
 * Provocation: line 9, the ACPI interrupt, made active by the overflow of the power
 * management timer, which happens every 2.3 seconds. Its ports are where the
 * firmware puts them on a q35 machine.
 */
#include "lib/guest.h"

#define PM1_STATUS     0x600
#define PM1_ENABLE     0x602
#define TIMER_OVERFLOW 1
#define LINE_ACPI      9
#define LEVEL	       1
#define ACTIVE_HIGH    0

static uint16_t in(uint16_t port)
{
	uint16_t value;

	asm volatile("inw %w1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static void out(uint16_t port, uint16_t value)
{
	asm volatile("outw %0, %w1" ::"a"(value), "Nd"(port));
}

static uint32_t bind(void)
{
	struct pv_evtchn_bind_pirq b = {.pirq = LINE_ACPI, .flags = PV_BIND_PIRQ_WILL_SHARE};

	expect_rc(event_op(BIND_PIRQ, &b), 0);
	return b.port;
}

/* It was sent exactly so many times, once things have settled; not fewer, where it is sent again.
 */
static void expect_sent(uint32_t port, uint64_t times)
{
	wait_until(false, MILLISECONDS(50));
	if (on_pavise() || event_count[port] < times)
		expect_eq(event_count[port], times);
}

void test_main(void)
{
	struct pv_physdev_map_pirq map = {.domid = PV_DOMID_SELF,
					  .type = PV_MAP_PIRQ_TYPE_GSI,
					  .index = LINE_ACPI,
					  .pirq = LINE_ACPI};
	struct pv_physdev_setup_gsi setup = {
		.gsi = LINE_ACPI, .triggering = LEVEL, .polarity = ACTIVE_HIGH};
	struct pv_physdev_irq_status_query query = {.irq = LINE_ACPI};
	struct pv_physdev_unmap_pirq unmap = {.domid = PV_DOMID_SELF, .pirq = LINE_ACPI};
	struct pv_physdev_set_iopl iopl = {.iopl = 1};
	struct pv_physdev_eoi eoi = {.irq = LINE_ACPI};
	struct pv_evtchn_close close;
	uint32_t port;

	expect_rc(physdev_op(SET_IOPL, &iopl), 0);
	expect_rc(physdev_op(MAP_PIRQ, &map), 0);
	expect_rc(physdev_op(SETUP_GSI, &setup), 0);
	port = bind();
	expect_rc(physdev_op(IRQ_STATUS_QUERY, &query), 0);
	expect_eq(query.flags & PV_XENIRQSTAT_NEEDS_EOI, PV_XENIRQSTAT_NEEDS_EOI);
	events_enable();

	out(PM1_STATUS, TIMER_OVERFLOW); /* clears it */
	expect_sent(port, 0);
	out(PM1_ENABLE, TIMER_OVERFLOW);
	if (!wait_until(in(PM1_STATUS)&TIMER_OVERFLOW, MILLISECONDS(20000))) {
		skip("no power management timer overflows here");
		return;
	}
	/* Active for good, it is sent once, */
	expect_sent(port, 1);
	/* once more for each time it is said to be handled, */
	expect_rc(physdev_op(EOI, &eoi), 0);
	expect_sent(port, 2);
	/* and comes up anew with a new port. */
	close.port = port;
	expect_rc(event_op(CLOSE, &close), 0);
	expect_sent(port, 2);
	event_count[port] = 0; /* the same number comes again */
	expect_eq(bind(), port);
	expect_sent(port, 1);

	/* No longer active: handled, and quiet. */
	out(PM1_ENABLE, 0);
	out(PM1_STATUS, TIMER_OVERFLOW);
	expect_rc(physdev_op(EOI, &eoi), 0);
	expect_sent(port, 1);
	expect_rc(physdev_op(EOI, &eoi), 0); /* for nothing: does no harm */
	expect_sent(port, 1);
	events_disable();
	close.port = port;
	expect_rc(event_op(CLOSE, &close), 0);
	expect_rc(physdev_op(UNMAP_PIRQ, &unmap), 0);
	expect_lt(physdev_op(UNMAP_PIRQ, &unmap), 0);
}
