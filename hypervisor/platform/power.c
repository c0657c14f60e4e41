/* SPDX-License-Identifier: BSD-2-Clause */
/* Power-off, reset, and stopping for good when something is badly wrong. */
#include "boot.h"
#include "lib.h"
#include "platform.h"
#include "trap.h"

#define NOBODY	~0u
#define WAIT_MS 500 /* for a CPU to say where it was */

/* Set once; every CPU that gets an NMI from then on halts. */
static bool stopping;
static u32 panicked = NOBODY; /* the CPU that did so first */
static u32 turn = NOBODY;     /* of the others, which one is to print where it was */

void smp_stop_check(const struct regs *r)
{
	u32 id = this_cpu()->id;

	if (!READ_ONCE(stopping))
		return;
	if (READ_ONCE(panicked) == NOBODY || READ_ONCE(panicked) == id)
		machine_halt();
	while (READ_ONCE(turn) != id)
		cpu_pause();
	if (from_guest(r)) {
		log_error("CPU %u: d%uv%u at %lx", id, current->domain->id, current->id, r->rip);
	} else {
		log_error("CPU %u:", id);
		backtrace_print(r->rip, r->rbp, r->rsp);
	}
	WRITE_ONCE(turn, NOBODY);
	machine_halt();
}

void smp_stop_others(void)
{
	WRITE_ONCE(stopping, true);
	for_each_cpu(c)
		if (c != this_cpu() && READ_ONCE(c->online))
			apic_send(c->apic_id, APIC_NMI);
}

void machine_halt(void)
{
	for (;;)
		__asm__ volatile("cli; hlt" ::: "memory");
}

void acpi_enter_sleep(u16 pm1a, u16 pm1b)
{
	if (!acpi.pm1a_control)
		return;
	smp_stop_others();
	outw(pm1a, acpi.pm1a_control);
	if (acpi.pm1b_control)
		outw(pm1b, acpi.pm1b_control);
	delay_us(1000000); /* firmware may need a moment */
}

/* From the politest way to the one that no PC survives. */
void machine_reset(void)
{
	static const u64 no_idt[2]; /* limit and base */

	smp_stop_others();
	if (acpi.reset_port) {
		outb(acpi.reset_value, acpi.reset_port);
		delay_us(50000);
	}
	outb(0x02, 0xcf9);
	outb(0x06, 0xcf9);
	delay_us(50000);
	outb(0xfe, 0x64);
	delay_us(50000);
	__asm__ volatile("lidt %0; int3" ::"m"(no_idt));
	machine_halt();
}

void machine_end(void)
{
	if (options.noreboot) {
		log_error("halted (noreboot)");
		machine_halt();
	}
	log_error("reset in 5 seconds");
	delay_us(5000000);
	machine_reset();
}

/* All stop first, and then say one after the other where they were. */
static void others_print(void)
{
	for_each_cpu(c) {
		if (c == this_cpu() || !READ_ONCE(c->online))
			continue;
		WRITE_ONCE(turn, c->id);
		for (unsigned int ms = 0; READ_ONCE(turn) == c->id && ms < WAIT_MS; ms++)
			delay_us(1000);
		if (READ_ONCE(turn) == c->id)
			log_error("CPU %u does not answer", c->id);
	}
}

void panic(const char *fmt, ...)
{
	const u64 *frame = __builtin_frame_address(0);
	u32 first = NOBODY, id = this_cpu()->id;
	char line[200];
	va_list ap;

	if (!__atomic_compare_exchange_n(&panicked, &first, id, false, __ATOMIC_SEQ_CST,
					 __ATOMIC_SEQ_CST)) {
		/* While it is being printed: no more words. On another CPU: its turn comes. */
		if (first == id)
			machine_end();
		machine_halt();
	}
	smp_stop_others();
	printk_panic();
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	log_error("PANIC on CPU %u: %s", id, line);
	backtrace_print(frame[1], frame[0], (u64)frame);
	others_print();
	machine_end();
}
