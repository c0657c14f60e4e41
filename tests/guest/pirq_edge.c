/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: the service domain gives an interrupt line a number, binds it to a port
 * once, and is sent each interrupt on the vcpu that the port is bound to. A masked
 * port keeps the last one. Closing the port ends it, and it can be bound again.
 * Lines that the hypervisor uses itself, and numbers without a line, are refused.
 *
 * Provocation: the periodic interrupt of the CMOS clock, an edge on line 8.
 */
#include "lib/guest.h"

#define CMOS_INDEX     0x70
#define CMOS_DATA      0x71
#define CLOCK_A	       10
#define CLOCK_B	       11
#define CLOCK_C	       12 /* reading it ends the interrupt */
#define RATE_1024_HZ   0x26
#define PERIODIC       0x40
#define LINE_OLD_TIMER 2
#define LINE_CONSOLE   4
#define LINE_CLOCK     8

static volatile unsigned int seen_by[MAX_CPUS];
static volatile bool stop;

static uint8_t cmos_read(uint8_t index)
{
	uint8_t value;

	asm volatile("outb %0, %w1" ::"a"(index), "Nd"(CMOS_INDEX));
	asm volatile("inb %w1, %0" : "=a"(value) : "Nd"(CMOS_DATA));
	return value;
}

static void cmos_write(uint8_t index, uint8_t value)
{
	asm volatile("outb %0, %w1" ::"a"(index), "Nd"(CMOS_INDEX));
	asm volatile("outb %0, %w1" ::"a"(value), "Nd"(CMOS_DATA));
}

static int64_t eoi(uint32_t pirq)
{
	struct pv_physdev_eoi e = {.irq = pirq};

	return physdev_op(EOI, &e);
}

static void on_event(uint32_t port, struct frame *frame)
{
	(void)port;
	(void)frame;
	seen_by[this_cpu()->id]++;
	cmos_read(CLOCK_C);
	eoi(LINE_CLOCK);
}

static int64_t map(int32_t line)
{
	struct pv_physdev_map_pirq m = {
		.domid = PV_DOMID_SELF, .type = PV_MAP_PIRQ_TYPE_GSI, .index = line, .pirq = line};
	int64_t rc = physdev_op(MAP_PIRQ, &m);

	if (rc == 0)
		expect_eq(m.pirq, line);
	return rc;
}

static int64_t bind(uint32_t pirq, uint32_t *port)
{
	struct pv_evtchn_bind_pirq b = {.pirq = pirq};
	int64_t rc = event_op(BIND_PIRQ, &b);

	*port = b.port;
	return rc;
}

static void check_refusals(void)
{
	struct pv_physdev_map_pirq m = {.domid = PV_DOMID_SELF, .type = 77, .pirq = -1};
	struct pv_physdev_unmap_pirq unmap = {.domid = PV_DOMID_SELF, .pirq = 5000};
	struct pv_physdev_irq_status_query query = {.irq = 5000};
	uint32_t port;

	expect_lt(bind(LINE_CLOCK, &port), 0); /* not mapped yet */
	expect_lt(bind(0xffffffff, &port), 0);
	expect_lt(map(5000), 0);
	expect_lt(map(-1), 0);
	expect_lt(physdev_op(MAP_PIRQ, &m), 0);
	m = (struct pv_physdev_map_pirq){.domid = 5, .type = PV_MAP_PIRQ_TYPE_GSI, .index = 8};
	expect_lt(physdev_op(MAP_PIRQ, &m), 0);
	expect_lt(physdev_op(UNMAP_PIRQ, &unmap), 0);
	expect_lt(physdev_op(IRQ_STATUS_QUERY, &query), 0);
	expect_lt(eoi(5000), 0);
	expect_lt(eoi(0xffffffff), 0);
	expect_true(map(LINE_CONSOLE) < 0 || bind(LINE_CONSOLE, &port) < 0);
	expect_true(map(LINE_OLD_TIMER) < 0 || bind(LINE_OLD_TIMER, &port) < 0);
}

static void ports_enable(void)
{
	struct pv_physdev_set_iopl op = {.iopl = 1};

	expect_rc(physdev_op(SET_IOPL, &op), 0);
}

static void second(void)
{
	ports_enable();
	events_enable();
	while (!stop)
		relax();
	events_disable();
}

static void check_move(uint32_t port)
{
	struct pv_evtchn_bind_vcpu move = {.port = port, .vcpu = 1};

	expect_rc(vcpu_start(1, second), 0);
	expect_rc(event_op(BIND_VCPU, &move), 0);
	expect_true(wait_until(seen_by[1] >= 20, MILLISECONDS(20000)));
	move.vcpu = 0;
	expect_rc(event_op(BIND_VCPU, &move), 0);
	seen_by[0] = 0;
	expect_true(wait_until(seen_by[0] >= 20, MILLISECONDS(20000)));
	stop = true;
	vcpu_join(1);
}

void test_main(void)
{
	struct pv_evtchn_close close;
	struct pv_evtchn_status status = {.dom = PV_DOMID_SELF};
	struct pv_evtchn_unmask unmask;
	unsigned int before;
	uint32_t port, again;

	ports_enable();
	check_refusals();
	expect_rc(map(LINE_CLOCK), 0);
	expect_rc(bind(LINE_CLOCK, &port), 0);
	expect_rc(bind(LINE_CLOCK, &again), -PV_EEXIST);
	status.port = port;
	expect_rc(event_op(STATUS, &status), 0);
	expect_eq(status.status, PV_EVTCHNSTAT_PIRQ);
	expect_eq(status.u.pirq, LINE_CLOCK);

	event_handler(port, on_event);
	events_enable();
	cmos_write(CLOCK_A, RATE_1024_HZ);
	cmos_write(CLOCK_B, cmos_read(CLOCK_B) | PERIODIC);
	cmos_read(CLOCK_C);
	expect_true(wait_until(seen_by[0] >= 50, MILLISECONDS(20000)));

	/* Masked: one stays pending. Unmasked: on it goes. */
	port_mask(port);
	wait_until(port_pending(port), MILLISECONDS(2000));
	expect_true(port_pending(port));
	before = seen_by[0];
	wait_until(false, MILLISECONDS(20));
	expect_eq(seen_by[0], before);
	unmask.port = port;
	expect_rc(event_op(UNMASK, &unmask), 0);
	expect_true(wait_until(seen_by[0] >= before + 20, MILLISECONDS(20000)));

	if (vcpu_count() > 1)
		check_move(port);

	/* Closed, nothing comes; bound again, all does. */
	close.port = port;
	expect_rc(event_op(CLOSE, &close), 0);
	before = seen_by[0];
	wait_until(false, MILLISECONDS(20));
	expect_eq(seen_by[0], before);
	expect_rc(bind(LINE_CLOCK, &port), 0);
	event_handler(port, on_event);
	cmos_read(CLOCK_C);
	expect_true(wait_until(seen_by[0] >= before + 20, MILLISECONDS(20000)));

	cmos_write(CLOCK_B, (uint8_t)(cmos_read(CLOCK_B) & ~PERIODIC));
	events_disable();
	close.port = port;
	expect_rc(event_op(CLOSE, &close), 0);
}
