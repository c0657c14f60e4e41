/* SPDX-License-Identifier: BSD-2-Clause */
/* The freestanding C library: memory, strings, bit maps and formatted output. */
#ifndef PAVISE_LIB_H
#define PAVISE_LIB_H

#include <stdarg.h>
#include "types.h"

void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
/* Copy at most \p size - 1 bytes and end with a NUL; returns strlen(src). */
size_t strlcpy(char *dst, const char *src, size_t size);
/* Number with an optional 0x prefix and K, M or G suffix; *end is where it stopped. */
u64 parse_size(const char *s, const char **end);

/* Formats %d %u %x %s %c with l and ll, width, 0 and -, precision of %s; returns the full length.
 */
int vsnprintf(char *buf, size_t size, const char *fmt, va_list ap);
int snprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);

/* Levels: a message is printed when its level is at or above the loglvl option. */
enum loglevel { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };
void printk(enum loglevel level, const char *fmt, ...) __printf(2, 3);
#define log_error(...)	 printk(LOG_ERROR, __VA_ARGS__)
#define log_warning(...) printk(LOG_WARNING, __VA_ARGS__)
#define log_info(...)	 printk(LOG_INFO, __VA_ARGS__)
#define log_debug(...)	 printk(LOG_DEBUG, __VA_ARGS__)
/* Least urgent level that is printed; ERROR and WARNING always are. */
extern int log_level;
/* Where time stamps come from, in ns; none until it is set. */
extern u64 (*printk_clock)(void);
/* Where console output goes beside the log ring (platform/serial.c). */
extern void (*printk_sink)(const char *s, size_t n);
/* Nobody will release a lock any more: print without taking it. */
void printk_panic(void);
/* At most ten messages a second from one place: for what a guest can cause. */
bool printk_ratelimit(void);

/*
 * Refuse a guest's request: returns \p err, and names file and line in a debug
 * build. Use it wherever a request is turned down: `return REFUSE(-EINVAL);`
 */
#ifdef PAVISE_DEBUG
long refuse_at(long err, const char *file, int line);
#define REFUSE(err) refuse_at((err), __FILE__, __LINE__)
#else
#define REFUSE(err) ((long)(err))
#endif

static inline bool test_bit(const u64 *map, unsigned long n)
{
	return READ_ONCE(map[n / 64]) >> (n % 64) & 1;
}

static inline void set_bit(u64 *map, unsigned long n) /* not atomic */
{
	map[n / 64] |= BIT(n % 64);
}

static inline void clear_bit(u64 *map, unsigned long n) /* not atomic */
{
	map[n / 64] &= ~BIT(n % 64);
}

static inline bool atomic_test_and_set_bit(u64 *map, unsigned long n)
{
	return __atomic_fetch_or(&map[n / 64], BIT(n % 64), __ATOMIC_SEQ_CST) >> (n % 64) & 1;
}

static inline bool atomic_test_and_clear_bit(u64 *map, unsigned long n)
{
	return __atomic_fetch_and(&map[n / 64], ~BIT(n % 64), __ATOMIC_SEQ_CST) >> (n % 64) & 1;
}

/* First set (clear) bit at or behind \p from, or \p bits when there is none. */
unsigned long find_next_bit(const u64 *map, unsigned long bits, unsigned long from);
unsigned long find_next_zero_bit(const u64 *map, unsigned long bits, unsigned long from);

#endif
