/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The local APIC: interrupts between CPUs and the one-shot timer. All go through
 * apic_read(), apic_write() and apic_send(), which know the two ways to its registers:
 * memory-mapped, or x2APIC's MSRs. The latter is left on where the firmware switched
 * it on, since there may be CPUs that only it can name. Else it takes the option
 * `x2apic`, which is on by default in a virtual machine: real ones want their
 * interrupts remapped for it, and that is not done here.
 */
#include "arch.h"
#include "boot.h"
#include "lib.h"
#include "mm.h"
#include "platform.h"

#define REG_ID		0x20
#define REG_TPR		0x80
#define REG_EOI		0xb0
#define REG_SVR		0xf0
#define REG_ESR		0x280
#define REG_ICR		0x300
#define REG_ICR_HIGH	0x310
#define REG_LVT_TIMER	0x320
#define REG_LVT_THERMAL 0x330
#define REG_LVT_PERF	0x340
#define REG_LVT_LINT0	0x350
#define REG_LVT_LINT1	0x360
#define REG_LVT_ERROR	0x370
#define REG_TIMER_COUNT 0x380
#define REG_TIMER_NOW	0x390
#define REG_TIMER_DIV	0x3e0

#define SVR_ENABLE	 BIT(8)
#define LVT_MASKED	 BIT(16)
#define LVT_TSC_DEADLINE (2UL << 17)
#define ICR_BUSY	 BIT(12)
#define ICR_ASSERT	 BIT(14)
#define DIVIDE_BY_1	 0xb
#define BROADCAST	 0xff /* destination of 8 bits */

#define APIC_BASE_X2APIC BIT(10)
#define APIC_BASE_ENABLE BIT(11)
#define MSR_X2APIC	 0x800
#define MSR_TSC_DEADLINE 0x6e0

static volatile u32 *registers; /* NULL in x2APIC mode */
static u64 timer_khz;

static u32 apic_read(u32 reg)
{
	return registers ? registers[reg / 4] : (u32)rdmsr(MSR_X2APIC + reg / 16);
}

static void apic_write(u32 reg, u32 v)
{
	if (registers)
		registers[reg / 4] = v;
	else
		wrmsr(MSR_X2APIC + reg / 16, v);
}

u32 apic_id(void)
{
	return registers ? apic_read(REG_ID) >> 24 : apic_read(REG_ID);
}

void apic_eoi(void)
{
	apic_write(REG_EOI, 0);
}

void apic_send(u32 destination, u32 what)
{
	u32 command = ICR_ASSERT | what;

	if (!registers) {
		/* Unlike a store, the MSR write does not wait for earlier stores. */
		__asm__ volatile("mfence; lfence" ::: "memory");
		wrmsr(MSR_X2APIC + REG_ICR / 16, (u64)destination << 32 | command);
		return;
	}
	while (apic_read(REG_ICR) & ICR_BUSY)
		cpu_pause();
	apic_write(REG_ICR_HIGH, destination << 24);
	apic_write(REG_ICR, command);
}

void apic_send_ipi(const struct cpu *c, u8 vector)
{
	apic_send(c->apic_id, vector);
}

bool apic_reaches(u32 id)
{
	return !registers || id < BROADCAST;
}

/* Chooses the mode, and finds the registers; once, on the boot CPU. */
void apic_init(void)
{
	u64 base = rdmsr(MSR_APIC_BASE);

	if (!(base & APIC_BASE_X2APIC) && !(features.x2apic && options.x2apic)) {
		registers = device_map(base & ~(PAGE_SIZE - 1) & PTE_ADDR, PAGE_SIZE);
		io_frame_guard(paddr_mfn(base & PTE_ADDR), 1);
		if (!registers)
			panic("no memory to map the local APIC");
	}
	log_info("local APIC: %s mode", registers ? "memory-mapped" : "x2APIC");
}

void apic_init_cpu(void)
{
	bool deadline = features.tsc_deadline;

	wrmsr(MSR_APIC_BASE,
	      rdmsr(MSR_APIC_BASE) | APIC_BASE_ENABLE | (registers ? 0 : APIC_BASE_X2APIC));
	apic_write(REG_TPR, 0);
	apic_write(REG_LVT_LINT0, LVT_MASKED);
	apic_write(REG_LVT_LINT1, this_cpu()->id ? LVT_MASKED : APIC_NMI);
	apic_write(REG_LVT_ERROR, LVT_MASKED);
	apic_write(REG_TIMER_DIV, DIVIDE_BY_1);
	apic_write(REG_LVT_TIMER, VECTOR_TIMER | (deadline ? LVT_TSC_DEADLINE : 0));
	apic_write(REG_SVR, SVR_ENABLE | VECTOR_SPURIOUS);
	/* The mode must be in place before the first deadline is written. */
	__asm__ volatile("mfence" ::: "memory");
	this_cpu()->apic_id = apic_id();
}

/* For calibration: run the counter down from its top, and read how far it got. */
void apic_timer_start_count(void)
{
	apic_write(REG_LVT_TIMER, LVT_MASKED | VECTOR_TIMER);
	apic_write(REG_TIMER_COUNT, ~0u);
}

u32 apic_timer_counted(void)
{
	return ~0u - apic_read(REG_TIMER_NOW);
}

void apic_timer_set_khz(u64 khz)
{
	timer_khz = khz;
	apic_write(REG_TIMER_COUNT, 0);
	apic_write(REG_LVT_TIMER, VECTOR_TIMER | (features.tsc_deadline ? LVT_TSC_DEADLINE : 0));
}

/*
 * A time beyond the counter's range fires early; the timer code then finds
 * nothing expired and sets it again.
 */
void apic_timer_arm(u64 tsc_deadline)
{
	u64 now, ticks;

	if (features.tsc_deadline) {
		wrmsr(MSR_TSC_DEADLINE, tsc_deadline);
		return;
	}
	if (!tsc_deadline) {
		apic_write(REG_TIMER_COUNT, 0);
		return;
	}
	now = rdtsc();
	ticks = tsc_deadline > now ? tsc_deadline - now : 0;
	/* At most a day in TSC cycles, so that the product stays in 64 bits. */
	ticks = MIN(ticks, 1UL << 40) * timer_khz / tsc_calibrate() + 1;
	apic_write(REG_TIMER_COUNT, MIN(ticks, 0xffffffffUL));
}
