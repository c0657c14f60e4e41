/* SPDX-License-Identifier: BSD-2-Clause */
/* The CMOS clock. Index and data ports are a pair: one lock for both, dom0's accesses included. */
#include "arch.h"
#include "lib.h"
#include "platform.h"
#include "spinlock.h"

enum { SECONDS, MINUTES = 2, HOURS = 4, DAY = 7, MONTH, YEAR, STATUS_A, STATUS_B };
#define UPDATING 0x80 /* status A */
#define HOURS_24 0x02 /* status B */
#define BINARY	 0x04

static struct spinlock lock;

u8 cmos_read(u8 index)
{
	u8 v;

	spin_lock(&lock);
	outb(index, CMOS_INDEX);
	v = inb(CMOS_DATA);
	spin_unlock(&lock);
	return v;
}

void cmos_write(u8 index, u8 value)
{
	spin_lock(&lock);
	outb(index, CMOS_INDEX);
	outb(value, CMOS_DATA);
	spin_unlock(&lock);
}

static void read_fields(u8 v[10])
{
	for (unsigned int i = SECONDS; i <= YEAR; i++)
		v[i] = cmos_read((u8)i);
}

static unsigned int number(u8 v, u8 status)
{
	return status & BINARY ? v : (v >> 4) * 10 + (v & 15);
}

/* Days since 1970 of a date, years from 2000 on. */
static u64 days(unsigned int year, unsigned int month, unsigned int day)
{
	static const u16 before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
	u64 d = 10957 + year * 365 +
		(year + 3) / 4; /* 10957: 2000-01-01; no exception until 2100 */

	return d + before[(month - 1) % 12] + (month > 2 && year % 4 == 0) + day - 1;
}

/* Twice the same, outside of an update, is a consistent reading. An update takes up to 2 ms, far
 * longer than a thousand looks on a fast machine; the bound is for a clock that is none. */
u64 rtc_read(void)
{
	u8 a[10] = {0}, b[10] = {0}, status = cmos_read(STATUS_B);
	unsigned int hour;

	for (unsigned int i = 0; i < 1000000; i++) {
		if (cmos_read(STATUS_A) & UPDATING)
			continue;
		read_fields(a);
		read_fields(b);
		if (!memcmp(a, b, sizeof(a)))
			break;
	}
	hour = number(a[HOURS] & 0x7f, status);
	if (!(status & HOURS_24))
		hour = hour % 12 + (a[HOURS] & 0x80 ? 12 : 0);
	return days(number(a[YEAR], status), number(a[MONTH], status), number(a[DAY], status)) *
		       86400 +
	       hour * 3600 + number(a[MINUTES], status) * 60 + number(a[SECONDS], status);
}
