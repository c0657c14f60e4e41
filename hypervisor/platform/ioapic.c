/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The IO-APICs and their lines. All lines are masked at the start. Two are the
 * hypervisor's: that of its console, and that of the old timer, which it alone
 * may program. The others can be connected, for dom0.
 *
 * A line gets its vector when it is first connected and keeps it for good, the
 * same on every CPU: an interrupt that is still on its way when the line is
 * disconnected, moved or masked ends as it should, whoever gets it.
 */
#include "arch.h"
#include "errno.h"
#include "lib.h"
#include "mm.h"
#include "platform.h"
#include "spinlock.h"

#define REG_VERSION   1
#define REG_PROBE_MAX 2	   /* id, version, arbitration: what kernels look for */
#define REG_REDIRECT  0x10 /* two registers a line */

#define REDIRECT_ACTIVE_LOW BIT(13)
#define REDIRECT_LEVEL	    BIT(15)
#define REDIRECT_MASKED	    BIT(16)
#define REDIRECT_VECTOR	    0xff

#define LINE_OURS	0x80 /* not to be had, and masked */
#define ISA_LINES	16
#define ISA_TIMER	0
#define MADT_ACTIVE_LOW 3 /* of two bits each; 0: as the bus has it */
#define MADT_LEVEL	3

struct line {
	u32 gsi;
	u32 low; /* redirection entry, but for the mask bit */
	u8 held; /* LINE_*: masked as long as any is set; without LINE_UNUSED it is taken */
	u8 at, pin;
};

static struct {
	volatile u32 *registers; /* index at 0, data at 16 bytes */
	u32 lines;
	struct line *line;
} ioapic[ARRAY_SIZE(acpi.ioapic)];

static struct spinlock lock; /* index and data registers, and the lines; inside all others */
static struct line *by_vector[256];
static u8 next_vector = VECTOR_DEVICE_FIRST;
void (*line_hook)(u32 gsi);

static u32 ioapic_read(unsigned int i, u32 reg)
{
	ioapic[i].registers[0] = reg;
	return ioapic[i].registers[4];
}

static void ioapic_write(unsigned int i, u32 reg, u32 v)
{
	ioapic[i].registers[0] = reg;
	ioapic[i].registers[4] = v;
}

static struct line *line_at(u32 gsi)
{
	for (u32 i = 0; i < acpi.nr_ioapics; i++) {
		u32 pin = gsi - acpi.ioapic[i].gsi_base;

		if (pin < ioapic[i].lines)
			return &ioapic[i].line[pin];
	}
	return NULL;
}

/* The line, with the lock held; or NULL, without. */
static struct line *line_lock(u32 gsi)
{
	struct line *l = line_at(gsi);

	if (l)
		spin_lock(&lock);
	return l;
}

/* Bring the redirection entry in line with the structure. */
static void line_write(const struct line *l)
{
	ioapic_write(l->at, REG_REDIRECT + 2 * l->pin, l->low | (l->held ? REDIRECT_MASKED : 0));
}

/* Only ids of 8 bits can be told; to another CPU a line does not move. */
static void line_aim(const struct line *l, const struct cpu *c)
{
	if (c->apic_id < 0xff)
		ioapic_write(l->at, REG_REDIRECT + 2 * l->pin + 1, c->apic_id << 24);
}

void line_hold(u32 gsi, u8 why, bool hold)
{
	struct line *l = line_lock(gsi);
	bool was = l->held;

	l->held = hold ? l->held | why : l->held & ~why;
	if (was != (l->held != 0))
		line_write(l);
	spin_unlock(&lock);
}

bool line_exists(u32 gsi)
{
	return line_at(gsi) != NULL;
}

bool line_is_level(u32 gsi)
{
	return READ_ONCE(line_at(gsi)->low) & REDIRECT_LEVEL;
}

static u32 wiring(bool level, bool active_low)
{
	return (level ? REDIRECT_LEVEL : 0) | (active_low ? REDIRECT_ACTIVE_LOW : 0);
}

int line_configure(u32 gsi, bool level, bool active_low)
{
	struct line *l = line_lock(gsi);
	int rc = 0;

	if (!l)
		return (int)REFUSE(-EINVAL);
	if (l->held & LINE_UNUSED)
		l->low = (l->low & REDIRECT_VECTOR) | wiring(level, active_low);
	else if ((l->low & ~REDIRECT_VECTOR) != wiring(level, active_low))
		rc = (int)REFUSE(-EBUSY);
	spin_unlock(&lock);
	return rc;
}

/* One after the other; 0 when there are none left. 0x80 is what guests make system calls by. */
static u8 vector_take(struct line *l)
{
	if (next_vector == 0x80)
		next_vector++;
	if (next_vector > VECTOR_DEVICE_LAST)
		return 0;
	by_vector[next_vector] = l;
	return next_vector++;
}

int line_connect(u32 gsi, const struct cpu *c)
{
	struct line *l = line_lock(gsi);
	int rc = 0;

	if (!l)
		return (int)REFUSE(-EINVAL);
	if (!(l->low & REDIRECT_VECTOR))
		l->low |= vector_take(l);
	if (!(l->held & LINE_UNUSED)) {
		rc = (int)REFUSE(-EBUSY);
	} else if (!(l->low & REDIRECT_VECTOR)) {
		rc = (int)REFUSE(-ENOSPC);
	} else {
		l->held = 0;
		line_aim(l, c);
		line_write(l);
	}
	spin_unlock(&lock);
	return rc;
}

void line_move(u32 gsi, const struct cpu *c)
{
	struct line *l = line_lock(gsi);

	line_aim(l, c);
	spin_unlock(&lock);
}

/* A level line is masked before the APIC is told: active still, it would fire again at once. */
void line_interrupt(u8 vector)
{
	const struct line *l = by_vector[vector];

	if (l && line_is_level(l->gsi))
		line_hold(l->gsi, LINE_UNANSWERED, true);
	apic_eoi();
	if (l && !(READ_ONCE(l->held) & LINE_UNUSED))
		line_hook(l->gsi);
}

int ioapic_probe(paddr_t address, u32 reg, u32 *value)
{
	for (u32 i = 0; i < acpi.nr_ioapics; i++) {
		if (acpi.ioapic[i].address != address)
			continue;
		if (reg > REG_PROBE_MAX)
			return (int)REFUSE(-EPERM);
		spin_lock(&lock);
		*value = ioapic_read(i, reg);
		spin_unlock(&lock);
		return 0;
	}
	return (int)REFUSE(-EINVAL);
}

/* --- start-up ------------------------------------------------------------------------ */

/* Where an ISA interrupt is wired to. */
static u32 isa_line(u8 irq)
{
	for (u32 i = 0; i < acpi.nr_overrides; i++)
		if (acpi.override[i].irq == irq)
			return acpi.override[i].gsi;
	return irq;
}

/* Lines as their bus has them: ISA's are edges, PCI's active low; and what the firmware says. */
static void lines_init(u32 i)
{
	for (u32 pin = 0; pin < ioapic[i].lines; pin++) {
		struct line *l = &ioapic[i].line[pin];

		l->gsi = acpi.ioapic[i].gsi_base + pin;
		l->at = i;
		l->pin = pin;
		l->low = l->gsi < ISA_LINES ? wiring(false, false) : wiring(true, true);
		for (u32 o = 0; o < acpi.nr_overrides; o++)
			if (acpi.override[o].gsi == l->gsi)
				l->low = wiring((acpi.override[o].flags >> 2 & 3) == MADT_LEVEL,
						(acpi.override[o].flags & 3) == MADT_ACTIVE_LOW);
		l->held = l->gsi == isa_line(ISA_TIMER) ? LINE_OURS : LINE_UNUSED;
		line_write(l);
	}
}

void ioapic_init(void)
{
	/* The old controllers are masked for good: everything comes through the APICs. */
	outb(0xff, 0x21);
	outb(0xff, 0xa1);
	for (unsigned int i = 0; i < acpi.nr_ioapics; i++) {
		ioapic[i].registers = device_map(acpi.ioapic[i].address, 32);
		io_frame_guard(paddr_mfn(acpi.ioapic[i].address), 1);
		if (!ioapic[i].registers)
			panic("no memory to map IO-APIC %u", i);
		ioapic[i].lines = (ioapic_read(i, REG_VERSION) >> 16 & 0xff) + 1;
		ioapic[i].line = heap_alloc(ioapic[i].lines * sizeof(struct line));
		if (!ioapic[i].line)
			panic("no memory for the lines of IO-APIC %u", i);
		lines_init(i);
		log_info("IO-APIC %u: interrupts %u to %u", acpi.ioapic[i].id,
			 acpi.ioapic[i].gsi_base, acpi.ioapic[i].gsi_base + ioapic[i].lines - 1);
	}
}

void ioapic_route_isa(u8 irq, u8 vector)
{
	struct line *l = line_at(isa_line(irq));

	if (!l) {
		log_warning("no IO-APIC has interrupt %u", isa_line(irq));
		return;
	}
	l->held = 0;
	l->low |= vector;
	line_aim(l, cpu_get(0));
	line_write(l);
}
