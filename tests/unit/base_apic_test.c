/* SPDX-License-Identifier: BSD-2-Clause */
/* The local APIC by both ways to its registers, on a made-up one. */
#include "../../hypervisor/include/arch.h"

static u64 fake_rdmsr(u32 msr);
static void fake_wrmsr(u32 msr, u64 v);
#define rdmsr(msr)    fake_rdmsr(msr)
#define wrmsr(msr, v) fake_wrmsr(msr, v)

#include "../../hypervisor/platform/apic.c"
#include "../../hypervisor/lib/bitmap.c"
#include "unit.h"
#include <stdlib.h>
#include <string.h>

struct cpu_features features;
struct options options;
unsigned int nr_cpus = 3;
static struct cpu cpus[3];
static struct cpu *here = &cpus[0];
static u32 page[PAGE_SIZE / 4]; /* the memory-mapped registers */
static u64 apic_base, msr[0x900];
static unsigned int mapped, msr_writes, base_writes;

struct cpu *this_cpu(void)
{
	return here;
}

struct cpu *cpu_get(unsigned int id)
{
	return &cpus[id];
}

static u64 fake_rdmsr(u32 n)
{
	if (n == MSR_APIC_BASE)
		return apic_base;
	CU_ASSERT_TRUE_FATAL(n < ARRAY_SIZE(msr));
	/* Without the mode its registers do not exist. */
	CU_ASSERT_TRUE(apic_base & APIC_BASE_X2APIC);
	return msr[n];
}

static void fake_wrmsr(u32 n, u64 v)
{
	if (n == MSR_APIC_BASE) {
		/* The way back is by switching it off. */
		CU_ASSERT_FALSE((apic_base & APIC_BASE_X2APIC) && !(v & APIC_BASE_X2APIC));
		CU_ASSERT_TRUE(v & APIC_BASE_ENABLE);
		apic_base = v;
		base_writes++;
		return;
	}
	CU_ASSERT_TRUE_FATAL(n < ARRAY_SIZE(msr));
	CU_ASSERT_TRUE(n == MSR_TSC_DEADLINE || (apic_base & APIC_BASE_X2APIC));
	msr[n] = v;
	msr_writes++;
}

volatile void *device_map(paddr_t p, size_t size)
{
	CU_ASSERT_EQUAL(p, 0xfee00000);
	CU_ASSERT_EQUAL(size, PAGE_SIZE);
	mapped++;
	return page;
}

void io_frame_guard(mfn_t first, u64 count)
{
	CU_ASSERT_EQUAL(mfn_nr(first), 0xfee00);
	CU_ASSERT_EQUAL(count, 1);
}

u64 tsc_calibrate(void)
{
	return 2000000;
}

void printk(enum loglevel level, const char *fmt, ...)
{
	(void)level;
	(void)fmt;
}

void panic(const char *fmt, ...)
{
	(void)fmt;
	abort();
}

static void start(bool left_on, bool offered, bool wanted)
{
	for (unsigned int i = 0; i < nr_cpus; i++)
		cpus[i].id = i;
	memset(page, 0, sizeof(page));
	memset(msr, 0, sizeof(msr));
	mapped = msr_writes = base_writes = 0;
	registers = NULL;
	apic_base = 0xfee00100 | (left_on ? APIC_BASE_ENABLE | APIC_BASE_X2APIC : 0);
	features.x2apic = offered;
	features.tsc_deadline = false;
	options.x2apic = wanted;
	page[REG_ID / 4] = 5u << 24;
	msr[MSR_X2APIC + REG_ID / 16] = 0x12345;
	apic_init();
	here = &cpus[0];
	apic_init_cpu();
}

/* On where the firmware left it on, whatever is asked for; else where it is offered and wanted. */
static void test_mode(void)
{
	for (unsigned int i = 0; i < 8; i++) {
		bool left_on = i & 1, offered = i & 2, wanted = i & 4;
		bool on = left_on || (offered && wanted);

		start(left_on, offered, wanted);
		CU_ASSERT_EQUAL(!!(apic_base & APIC_BASE_X2APIC), on);
		CU_ASSERT_TRUE(apic_base & APIC_BASE_ENABLE);
		CU_ASSERT_EQUAL(mapped, !on);
		CU_ASSERT_EQUAL(cpus[0].apic_id, on ? 0x12345 : 5);
		CU_ASSERT_EQUAL(apic_reaches(254), true);
		CU_ASSERT_EQUAL(apic_reaches(255), on);
		CU_ASSERT_EQUAL(apic_reaches(0x12345), on);
		if (!on)
			CU_ASSERT_EQUAL(msr_writes, 0);
	}
}

/* Every CPU is put into the mode that the first one chose. */
static void test_other_cpus(void)
{
	start(false, true, true);
	apic_base = 0xfee00000;
	here = &cpus[1];
	msr[MSR_X2APIC + REG_ID / 16] = 0x777;
	apic_init_cpu();
	CU_ASSERT_EQUAL(apic_base, 0xfee00000 | APIC_BASE_ENABLE | APIC_BASE_X2APIC);
	CU_ASSERT_EQUAL(cpus[1].apic_id, 0x777);
	CU_ASSERT_EQUAL(msr[MSR_X2APIC + REG_SVR / 16], SVR_ENABLE | VECTOR_SPURIOUS);
	/* NMIs from the board come to the first CPU alone. */
	CU_ASSERT_EQUAL(msr[MSR_X2APIC + REG_LVT_LINT1 / 16], LVT_MASKED);
	here = &cpus[0];
	apic_init_cpu();
	CU_ASSERT_EQUAL(msr[MSR_X2APIC + REG_LVT_LINT1 / 16], APIC_NMI);
}

static void test_interrupts(void)
{
	start(false, false, false);
	cpus[2].apic_id = 9;
	apic_send_ipi(&cpus[2], VECTOR_KICK);
	CU_ASSERT_EQUAL(page[REG_ICR_HIGH / 4], 9u << 24);
	CU_ASSERT_EQUAL(page[REG_ICR / 4], ICR_ASSERT | VECTOR_KICK);
	apic_send(200, APIC_STARTUP | 0x9f);
	CU_ASSERT_EQUAL(page[REG_ICR_HIGH / 4], 200u << 24);
	CU_ASSERT_EQUAL(page[REG_ICR / 4], ICR_ASSERT | APIC_STARTUP | 0x9f);
	page[REG_EOI / 4] = 1;
	apic_eoi();
	CU_ASSERT_EQUAL(page[REG_EOI / 4], 0);

	start(true, true, false);
	msr_writes = 0;
	cpus[2].apic_id = 0x10009;
	apic_send_ipi(&cpus[2], VECTOR_KICK);
	/* Destination and command in one write. */
	CU_ASSERT_EQUAL(msr_writes, 1);
	CU_ASSERT_EQUAL(msr[0x830], 0x10009UL << 32 | ICR_ASSERT | VECTOR_KICK);
	apic_send(0x20000, APIC_INIT);
	CU_ASSERT_EQUAL(msr[0x830], 0x20000UL << 32 | ICR_ASSERT | APIC_INIT);
	apic_send(1, APIC_NMI);
	CU_ASSERT_EQUAL(msr[0x830], 1UL << 32 | ICR_ASSERT | APIC_NMI);
	msr[0x80b] = 1;
	apic_eoi();
	CU_ASSERT_EQUAL(msr[0x80b], 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(page); i++)
		CU_ASSERT_TRUE(!page[i] || i == REG_ID / 4);
}

static void test_timer(void)
{
	start(true, true, true);
	apic_timer_start_count();
	CU_ASSERT_EQUAL(msr[MSR_X2APIC + REG_TIMER_COUNT / 16], 0xffffffff);
	msr[MSR_X2APIC + REG_TIMER_NOW / 16] = 0xffffffff - 1000;
	CU_ASSERT_EQUAL(apic_timer_counted(), 1000);
	apic_timer_set_khz(1000000);
	CU_ASSERT_EQUAL(msr[MSR_X2APIC + REG_LVT_TIMER / 16], VECTOR_TIMER);
	/* At half the TSC's speed; a past time at once, a far one at the counter's end. */
	apic_timer_arm(rdtsc() + 2000000000);
	CU_ASSERT_TRUE(msr[MSR_X2APIC + REG_TIMER_COUNT / 16] > 900000000);
	CU_ASSERT_TRUE(msr[MSR_X2APIC + REG_TIMER_COUNT / 16] <= 1000000001);
	apic_timer_arm(1);
	CU_ASSERT_EQUAL(msr[MSR_X2APIC + REG_TIMER_COUNT / 16], 1);
	apic_timer_arm(~0UL);
	CU_ASSERT_EQUAL(msr[MSR_X2APIC + REG_TIMER_COUNT / 16], 0xffffffff);
	apic_timer_arm(0);
	CU_ASSERT_EQUAL(msr[MSR_X2APIC + REG_TIMER_COUNT / 16], 0);

	features.tsc_deadline = true;
	apic_timer_set_khz(1000000);
	CU_ASSERT_EQUAL(msr[MSR_X2APIC + REG_LVT_TIMER / 16], LVT_TSC_DEADLINE | VECTOR_TIMER);
	apic_timer_arm(0x123456789a);
	CU_ASSERT_EQUAL(msr[MSR_TSC_DEADLINE], 0x123456789a);
	CU_ASSERT_EQUAL(msr[MSR_X2APIC + REG_TIMER_COUNT / 16], 0);
}

UNIT_MAIN("base_apic_test", UNIT_TEST(test_mode), UNIT_TEST(test_other_cpus),
	  UNIT_TEST(test_interrupts), UNIT_TEST(test_timer))
