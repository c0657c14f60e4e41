/* SPDX-License-Identifier: BSD-2-Clause */
/* Power-off, reset, and stopping for good when something is badly wrong. */
#include "boot.h"
#include "lib.h"
#include "platform.h"
#include "trap.h"

/* Set once; every CPU that gets an NMI from then on halts. */
static bool stopping;

void smp_stop_check(void)
{
	if (READ_ONCE(stopping))
		machine_halt();
}

void smp_stop_others(void)
{
	WRITE_ONCE(stopping, true);
	for (unsigned int i = 0; i < nr_cpus; i++) {
		struct cpu *c = cpu_get(i);

		if (i != this_cpu()->id && READ_ONCE(c->online))
			apic_send_nmi(c->apic_id);
	}
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
	const struct {
		u16 limit;
		u64 base;
	} __packed no_idt = {0, 0};

	smp_stop_others();
	if (acpi.has_reset) {
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

void panic(const char *fmt, ...)
{
	static u32 entered;
	char line[200];
	va_list ap;

	if (__atomic_exchange_n(&entered, 1, __ATOMIC_SEQ_CST))
		machine_halt();
	smp_stop_others();
	printk_panic();
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	log_error("PANIC on CPU %u: %s", this_cpu()->id, line);
	backtrace_print((u64)__builtin_return_address(0), (u64)__builtin_frame_address(0),
			(u64)__builtin_frame_address(0));
	if (options.noreboot) {
		log_error("halted (noreboot)");
		machine_halt();
	}
	log_error("reset in 5 seconds");
	delay_us(5000000);
	machine_reset();
}
