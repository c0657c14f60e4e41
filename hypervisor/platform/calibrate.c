/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The TSC's frequency, and the local timer's in the same go, against a clock of
 * known frequency: the ACPI PM timer, the HPET, or channel 2 of the old timer.
 */
#include "arch.h"
#include "lib.h"
#include "mm.h"
#include "platform.h"

#define PM_TIMER_HZ   3579545UL
#define PIT_HZ	      1193182UL
#define WINDOW_MS     10UL
#define HPET_PERIOD   4 /* register offsets in bytes; femtoseconds a tick */
#define HPET_CONFIG   0x10
#define HPET_COUNTER  0xf0
#define HPET_ENABLE   1u
#define FEMTO_PER_SEC 1000000000000000UL

/* A reference clock that counts up to mask and wraps. */
struct clock {
	const char *name;
	u64 (*read)(void);
	u64 hz, mask;
};

static volatile u32 *hpet;
static u64 khz;

static u64 pm_timer_read(void)
{
	return inl(acpi.pm_timer);
}

static u64 hpet_read(void)
{
	return hpet[HPET_COUNTER / 4];
}

/* Channel 2 counts down from 65536, latched by command. */
static u64 pit_read(void)
{
	u8 low;

	outb(0x80, 0x43);
	low = inb(0x42);
	return 0xffff - (low | inb(0x42) << 8);
}

static void pit_start(void)
{
	outb((inb(0x61) & ~2) | 1, 0x61); /* gate on, speaker off */
	outb(0xb0, 0x43);		  /* channel 2, both bytes, one-shot */
	outb(0xff, 0x42);
	outb(0xff, 0x42);
}

static struct clock choose_clock(void)
{
	u32 period;

	if (acpi.pm_timer)
		return (struct clock){"PM timer", pm_timer_read, PM_TIMER_HZ,
				      acpi.pm_timer_32bit ? 0xffffffff : 0xffffff};
	hpet = acpi.hpet ? device_map(acpi.hpet, 0x400) : NULL;
	period = hpet ? hpet[HPET_PERIOD / 4] : 0;
	if (period && period <= 100000000) {
		hpet[HPET_CONFIG / 4] |= HPET_ENABLE;
		return (struct clock){"HPET", hpet_read, FEMTO_PER_SEC / period, 0xffffffff};
	}
	pit_start();
	return (struct clock){"PIT", pit_read, PIT_HZ, 0xffff};
}

/* All three clocks at one moment: the try that was least disturbed counts. */
static void sample(const struct clock *clock, u64 *ref, u64 *tsc, u32 *apic_ticks)
{
	u64 best = ~0UL;

	for (unsigned int i = 0; i < 5; i++) {
		u64 before = rdtsc(), r = clock->read();
		u32 a = apic_timer_counted();
		u64 after = rdtsc();

		if (after - before >= best)
			continue;
		best = after - before;
		*ref = r;
		*tsc = before + best / 2;
		*apic_ticks = a;
	}
}

/* 0 from a clock that stands still. */
static u64 measure(const struct clock *clock, u64 *apic_khz)
{
	u64 ref0 = 0, ref1 = 0, tsc0 = 0, tsc1 = 0, ticks = clock->hz * WINDOW_MS / 1000, passed;
	u64 limit;
	u32 apic0 = 0, apic1 = 0;

	apic_timer_start_count();
	sample(clock, &ref0, &tsc0, &apic0);
	limit = rdtsc() + (1UL << 33);
	while (((clock->read() - ref0) & clock->mask) < ticks)
		if (rdtsc() > limit)
			return 0;
	sample(clock, &ref1, &tsc1, &apic1);
	passed = (ref1 - ref0) & clock->mask;
	*apic_khz = (u64)(apic1 - apic0) * clock->hz / passed / 1000;
	return (tsc1 - tsc0) * clock->hz / passed / 1000;
}

/* Measured once, on the boot CPU; the same value ever after. */
u64 tsc_calibrate(void)
{
	struct clock clock;
	u64 apic_khz = 0;

	if (khz)
		return khz;
	clock = choose_clock();
	khz = measure(&clock, &apic_khz);
	if (!khz)
		panic("the %s does not count: no way to measure time", clock.name);
	apic_timer_set_khz(apic_khz);
	log_info("TSC %lu.%03lu MHz, local timer %lu.%03lu MHz by the %s", khz / 1000, khz % 1000,
		 apic_khz / 1000, apic_khz % 1000, clock.name);
	return khz;
}

#define KHZ_FASTEST 5000000UL /* until it is measured: rather too long than too short */

void delay_us(u64 us)
{
	u64 end = rdtsc() + us * (khz ? khz : KHZ_FASTEST) / 1000;

	while (rdtsc() < end)
		cpu_pause();
}
