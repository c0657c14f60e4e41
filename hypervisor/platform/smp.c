/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starting the other processors, all at once: each gets its stack area, then all
 * are sent INIT and start-up interrupts, then they are waited for together. A
 * processor finds its number by its APIC id (boot/trampoline.S).
 */
#include "boot.h"
#include "errno.h"
#include "lib.h"
#include "mm.h"
#include "platform.h"

#define WAIT_MS 2000 /* for processors that share few real ones with others */

struct smp_boot smp_boot;

static int make_cpu(unsigned int id)
{
	vaddr_t start = CPU_STACK_VIRT + id * CPU_STACK_SIZE;

	for (vaddr_t va = start; va < start + CPU_STACK_SIZE; va += PAGE_SIZE) {
		void *page;

		if (cpu_stack_guard(va))
			continue;
		page = pages_alloc(0);
		if (!page || hv_map(va, virt_mfn(page), PTE_PRESENT | PTE_RW | PTE_NX))
			return -ENOMEM;
	}
	cpu_get(id)->id = id;
	return 0;
}

/* Boot CPU first, then the others in the firmware's order. */
static void list_cpus(void)
{
	u32 limit = options.max_cpus ? MIN(options.max_cpus, MAX_CPUS) : MAX_CPUS;
	u32 boot_id = apic_id();

	smp_boot.apic_id[smp_boot.count++] = boot_id;
	for (u32 i = 0; i < acpi.nr_cpus && smp_boot.count < limit; i++) {
		if (acpi.apic_id[i] == boot_id || !apic_reaches(acpi.apic_id[i]))
			continue;
		if (make_cpu(smp_boot.count)) {
			log_warning("no memory for more than %u CPUs", smp_boot.count);
			return;
		}
		smp_boot.apic_id[smp_boot.count++] = acpi.apic_id[i];
	}
}

static bool page_is_free(paddr_t p)
{
	bool ram = false;

	for (u32 i = 0; i < boot_info.e820_entries; i++) {
		const struct pv_e820_entry *e = &boot_info.e820[i];

		ram |= e->type == PV_E820_RAM && e->addr <= p && e->addr + e->size >= p + PAGE_SIZE;
	}
	for (u32 i = 0; i < boot_info.modules; i++)
		ram &= p + PAGE_SIZE <= boot_info.module[i].start ||
		       p >= boot_info.module[i].start + boot_info.module[i].size;
	return ram;
}

/* The highest page of RAM below the video memory; 0 if there is none. */
static u8 trampoline_page(void)
{
	u8 page = 0x9f;

	while (page && !page_is_free((paddr_t)page << PAGE_SHIFT))
		page--;
	return page;
}

static u32 online(void)
{
	u32 n = 1;

	while (n < smp_boot.count && __atomic_load_n(&cpu_get(n)->online, __ATOMIC_ACQUIRE))
		n++;
	return n;
}

static void start_all(u8 page)
{
	/* They start on the first tables, and find their stacks there, too. */
	for (unsigned int slot = HV_SLOT_FIRST; slot <= HV_SLOT_LAST; slot++)
		boot_l4[slot] = hv_root[slot];
	for (u32 i = 1; i < smp_boot.count; i++)
		apic_send(smp_boot.apic_id[i], APIC_INIT);
	delay_us(100);
	for (u32 i = 1; i < smp_boot.count; i++)
		apic_send(smp_boot.apic_id[i], APIC_STARTUP | page);
	/* Old processors want the second one; a running one ignores it. */
	delay_us(200);
	for (u32 i = 1; i < smp_boot.count; i++)
		if (!READ_ONCE(cpu_get(i)->online))
			apic_send(smp_boot.apic_id[i], APIC_STARTUP | page);
}

/*
 * CPU numbers have no gaps: when one does not come up, those behind it are left
 * waiting for nr_cpus to reach them, which it never does.
 */
void smp_start(void)
{
	u8 page;

	list_cpus();
	if (smp_boot.count > 1) {
		page = trampoline_page();
		if (!page) {
			log_warning("no memory below 640 KiB: other CPUs stay off");
			return;
		}
		memcpy(paddr_virt((paddr_t)page << PAGE_SHIFT), trampoline_start,
		       trampoline_end - trampoline_start);
		start_all(page);
		for (u32 ms = 0; ms < WAIT_MS * 10 && online() < smp_boot.count; ms++)
			delay_us(100);
	}
	__atomic_store_n(&nr_cpus, online(), __ATOMIC_RELEASE);
	if (nr_cpus < smp_boot.count)
		log_warning("CPU %u (APIC id %u) did not start", nr_cpus,
			    smp_boot.apic_id[nr_cpus]);
	log_info("%u CPUs are up", nr_cpus);
}
