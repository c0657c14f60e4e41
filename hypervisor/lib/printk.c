/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The hypervisor's own messages: formatted on the caller's stack, kept in a log
 * ring that dom0's tools can read, and sent to the sink (the serial line).
 */
#include "lib.h"
#include "spinlock.h"
#include "arch.h"

#define LOG_RING_SIZE 16384u /* a power of two */
#define LINE_MAX      256

int log_level = LOG_INFO;

static struct spinlock lock;
static bool panicking;
u64 (*printk_clock)(void);
void (*printk_sink)(const char *s, size_t n);
static char ring[LOG_RING_SIZE];
static u32 ring_end;   /* bytes ever written; the ring holds the last ones */
static u32 ring_start; /* oldest byte that was not cleared */

void printk_panic(void)
{
	WRITE_ONCE(panicking, true);
}

static void log_lock(void)
{
	while (!spin_trylock(&lock) && !READ_ONCE(panicking))
		cpu_relax();
}

static void ring_write(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ring[ring_end++ & (LOG_RING_SIZE - 1)] = s[i];
	if (ring_end - ring_start > LOG_RING_SIZE)
		ring_start = ring_end - LOG_RING_SIZE;
}

void printk(enum loglevel level, const char *fmt, ...)
{
	static const char mark[] = {'!', '!', ' ', ' '};
	char line[LINE_MAX];
	va_list ap;
	size_t n;
	u64 now = printk_clock ? printk_clock() : 0;

	if (level > LOG_WARNING && (int)level > log_level)
		return;
	n = snprintf(line, sizeof(line), "(pv)%c[%5lu.%06lu] ", mark[level & 3], now / 1000000000,
		     now / 1000 % 1000000);
	va_start(ap, fmt);
	n += vsnprintf(line + n, sizeof(line) - n, fmt, ap);
	va_end(ap);
	/* One line a call: whether or not the caller ended it. */
	n = MIN(n, sizeof(line) - 2);
	if (line[n - 1] != '\n')
		line[n++] = '\n';
	log_lock();
	ring_write(line, n);
	if (printk_sink)
		printk_sink(line, n);
	spin_unlock(&lock);
}

/*
 * An index is a count of bytes since the start, modulo 2^32. One that points at
 * nothing the ring holds any more is moved to the oldest byte.
 */
size_t console_log_read(char *buf, size_t size, u32 *index, bool clear)
{
	size_t n = 0;

	log_lock();
	if (*index - ring_start > ring_end - ring_start)
		*index = ring_start;
	while (n < size && *index != ring_end)
		buf[n++] = ring[(*index)++ & (LOG_RING_SIZE - 1)];
	if (clear)
		ring_start = ring_end;
	spin_unlock(&lock);
	return n;
}

bool printk_ratelimit(void)
{
	static u64 second;
	static u32 count, lost;
	u64 now = printk_clock ? printk_clock() / 1000000000 : 0;
	u32 report = 0;
	bool ok;

	log_lock();
	if (now != second) {
		second = now;
		report = lost;
		count = lost = 0;
	}
	ok = count < 10;
	if (ok)
		count++;
	else
		lost++;
	spin_unlock(&lock);
	if (report)
		log_warning("%u messages were left out", report);
	return ok;
}

#ifdef PAVISE_DEBUG
long refuse_at(long err, const char *file, int line)
{
	if (log_level >= LOG_DEBUG && printk_ratelimit())
		log_debug("%s:%d: refused with %ld", file, line, err);
	return err;
}
#endif
