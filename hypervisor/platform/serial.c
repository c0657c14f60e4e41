/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The console: a 16550 serial port, output by polling, input by interrupt into a
 * small ring that dom0 reads. Output waits for the port: a hypervisor that stops
 * must have said why.
 */
#include "arch.h"
#include "boot.h"
#include "lib.h"
#include "platform.h"
#include "spinlock.h"

#define REG_DATA	   0
#define REG_INTERRUPTS	   1
#define REG_FIFO	   2 /* written */
#define REG_LINE_CONTROL   3
#define REG_MODEM_CONTROL  4
#define REG_LINE_STATUS	   5
#define LINE_STATUS_INPUT  BIT(0)
#define LINE_STATUS_EMPTY  BIT(5) /* the whole FIFO is */
#define LINE_CONTROL_DLAB  0x80
#define FIFO_ENABLE	   0x07 /* and cleared */
#define FIFO_SIZE	   16
#define FIFO_WORKS	   0xc0 /* in the interrupt identification register */
#define MODEM_DTR_RTS_OUT2 0x0b
#define CLOCK		   115200
#define INPUT_RING	   256u /* a power of two */

void (*console_input_hook)(void);

static u16 port; /* 0: no console */
static u8 irq;
static unsigned int fifo_size; /* 1 on a port that has none */
static struct spinlock lock;
static char last;
static char input[INPUT_RING];
static u32 input_head, input_tail;

/* "115200,8n1[,io-port[,irq]]"; an empty field keeps its default. */
static void parse(const char *s, u64 *baud, u8 *format, u64 *base, u64 *interrupt)
{
	u64 v = parse_size(s, &s);

	if (v && v <= CLOCK)
		*baud = v;
	if (*s++ != ',')
		return;
	if (s[0] >= '5' && s[0] <= '8' && s[1] && s[2]) {
		u8 parity = s[1] == 'o' ? 0x08 : s[1] == 'e' ? 0x18 : 0;

		*format = (s[0] - '5') | parity | (s[2] == '2' ? 4 : 0);
		s += 3;
	}
	if (*s++ != ',')
		return;
	v = parse_size(s, &s);
	if (v && v < 0xfff8)
		*base = v;
	if (*s++ != ',')
		return;
	v = parse_size(s, &s);
	if (v < 16)
		*interrupt = v;
}

void serial_init(const char *spec)
{
	u64 baud = CLOCK, base = 0x3f8, interrupt = 4;
	u8 format = 3;

	parse(spec, &baud, &format, &base, &interrupt);
	if (inb(base + REG_LINE_STATUS) == 0xff)
		return; /* nothing there */
	outb(0, base + REG_INTERRUPTS);
	outb(LINE_CONTROL_DLAB | format, base + REG_LINE_CONTROL);
	outb(CLOCK / baud, base + 0);
	outb((CLOCK / baud) >> 8, base + 1);
	outb(format, base + REG_LINE_CONTROL);
	outb(FIFO_ENABLE, base + REG_FIFO);
	outb(MODEM_DTR_RTS_OUT2, base + REG_MODEM_CONTROL);
	fifo_size = (inb(base + REG_FIFO) & FIFO_WORKS) == FIFO_WORKS ? FIFO_SIZE : 1;
	port = base;
	irq = interrupt;
	printk_sink = serial_write;
}

bool serial_owns(u16 p)
{
	return port && p >= port && p < port + 8;
}

/* A FIFO's worth goes out for each time the port says that it is empty. */
static void put(char c)
{
	static unsigned int room;

	if (!room) {
		while (!(inb(port + REG_LINE_STATUS) & LINE_STATUS_EMPTY))
			cpu_pause();
		room = fifo_size;
	}
	room--;
	outb(c, port + REG_DATA);
}

/*
 * Under the lock unless it is not to be had: a CPU that panicked while it held
 * it must not keep the reason to itself.
 */
void serial_write(const char *s, size_t n)
{
	bool locked = false;

	if (!port)
		return;
	for (unsigned int tries = 0; tries < 1000000 && !locked; tries++) {
		locked = spin_trylock(&lock);
		if (!locked)
			cpu_pause();
	}
	for (; n; n--, s++) {
		if (*s == '\n' && last != '\r')
			put('\r');
		put(*s);
		last = *s;
	}
	if (locked)
		spin_unlock(&lock);
}

/* Input that dom0 does not fetch is dropped, newest first. */
static void serial_interrupt(void)
{
	spin_lock(&lock);
	while (inb(port + REG_LINE_STATUS) & LINE_STATUS_INPUT) {
		char c = inb(port + REG_DATA);

		if (input_head - input_tail < INPUT_RING)
			input[input_head++ % INPUT_RING] = c;
	}
	spin_unlock(&lock);
	if (console_input_hook)
		console_input_hook();
}

int console_read(void)
{
	int c = -1;

	spin_lock(&lock);
	if (input_tail != input_head)
		c = (u8)input[input_tail++ % INPUT_RING];
	spin_unlock(&lock);
	return c;
}

void serial_enable_interrupt(void)
{
	if (!port || !irq)
		return;
	interrupt_register(VECTOR_SERIAL, serial_interrupt);
	ioapic_route_isa(irq, VECTOR_SERIAL);
	outb(1, port + REG_INTERRUPTS);
}
