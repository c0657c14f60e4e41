/* SPDX-License-Identifier: BSD-2-Clause */
/* Start-up: the flat list of steps, from the boot loader to dom0's first instruction. */
#include "arch.h"
#include "boot.h"
#include "event.h"
#include "internal.h"
#include "lib.h"
#include "mm.h"
#include "platform.h"
#include "sched.h"
#include "trap.h"

/*
 * CPU 0's stack area gets its real address, with unmapped pages between the
 * stacks. The frames stay the same, so that struct cpu moves along.
 */
static void map_boot_stacks(void)
{
	for (unsigned int page = 1; page < CPU_STACK_SIZE / PAGE_SIZE; page++) {
		vaddr_t va = CPU_STACK_VIRT + page * PAGE_SIZE;
		paddr_t p = image_paddr(boot_cpu_area) + page * PAGE_SIZE;

		if (cpu_stack_guard(va))
			continue;
		if (hv_map(va, paddr_mfn(p), PTE_PRESENT | PTE_RW | PTE_NX))
			panic("no memory for the stacks");
	}
}

/* Its purpose is served when it has ended HLT or guest mode. */
static void kick_interrupt(void)
{
}

static void console_input(void)
{
	event_global_virq(PV_VIRQ_CONSOLE);
}

/* On the boot CPU's own stack. */
static void boot_continue(void)
{
	struct cpu *c = this_cpu();

	cpu_init(c);
	acpi_init();
	apic_init();
	apic_init_cpu();
	ioapic_init();
	tsc_calibrate();
	time_init();
	printk_clock = system_time;
	c->online = true;
	interrupt_register(VECTOR_KICK, kick_interrupt);
	interrupt_register(VECTOR_FLUSH, tlb_answer);
	sched_init();
	timers_init_cpu(c);
	sched_init_cpu(c);
	smp_start();
	time_init_done();
	domain_init();
	console_input_hook = console_input;
	serial_enable_interrupt();
	dom0_build();
	guest_start();
}

void boot_main(u32 magic, u32 info)
{
	multiboot_parse(magic, info);
	options.x2apic = cpuid(1, 0).c >> 31;
	cmdline_parse(boot_info.cmdline);
	log_level = options.loglvl;
	if (!strncmp(options.console, "com1", 4))
		serial_init(options.com1);
	log_info("Pavise: %s", boot_info.cmdline);
#ifdef PAVISE_DEBUG
	log_info("debug build: assertions, and an audit of all frames at the end");
#endif
	memory_map_print();
	features_init();
	smap_patch();
	mm_init();
	cpu_relax_hook = tlb_answer;
	map_boot_stacks();
	root_init_cpu(cpu_get(0));
	boot_switch_stack((u64)cpu_get(0), boot_continue);
}

/* Every other CPU, on its own stack, in the first page tables. */
void cpu_entry(struct cpu *c)
{
	root_init_cpu(c);
	cpu_init(c);
	apic_init_cpu();
	timers_init_cpu(c);
	time_init_cpu();
	sched_init_cpu(c);
	__atomic_store_n(&c->online, true, __ATOMIC_RELEASE);
	/* Counted in, or left waiting for good. */
	while (__atomic_load_n(&nr_cpus, __ATOMIC_ACQUIRE) <= c->id)
		cpu_pause();
	guest_start();
}
