/* SPDX-License-Identifier: BSD-2-Clause */
/* Console output, the result that only gets worse, and the few string functions needed. */
#include <stdarg.h>

#include "guest.h"

static enum result worst;

static void console_write(const char *text, size_t length)
{
	CALL3(CONSOLE_IO, PV_CONSOLEIO_WRITE, length, text);
}

struct line {
	char text[256];
	size_t length;
};

static void put(struct line *line, char c)
{
	if (line->length < sizeof(line->text))
		line->text[line->length++] = c;
}

static void put_number(struct line *line, uint64_t value, unsigned int base, int width, char fill)
{
	char digits[20];
	int n = 0;

	do {
		digits[n++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	while (width-- > n)
		put(line, fill);
	while (n)
		put(line, digits[--n]);
}

/* %c %s %d %u %x %p, with l, a width and zero fill. */
static void format_line(struct line *line, const char *f, va_list *args)
{
	for (; *f; f++) {
		char fill = ' ';
		int width = 0;
		bool wide = false;

		if (*f != '%') {
			put(line, *f);
			continue;
		}
		if (*++f == '0')
			fill = '0';
		while (*f >= '0' && *f <= '9')
			width = width * 10 + *f++ - '0';
		while (*f == 'l') {
			wide = true;
			f++;
		}
		switch (*f) {
		case 'c':
			put(line, (char)va_arg(*args, int));
			break;
		case 's':
			for (const char *s = va_arg(*args, const char *); *s; s++)
				put(line, *s);
			break;
		case 'd': {
			int64_t v = wide ? va_arg(*args, int64_t) : va_arg(*args, int);

			if (v < 0)
				put(line, '-');
			put_number(line, v < 0 ? -(uint64_t)v : (uint64_t)v, 10, width, fill);
			break;
		}
		case 'u':
			put_number(line,
				   wide ? va_arg(*args, uint64_t) : va_arg(*args, unsigned int), 10,
				   width, fill);
			break;
		case 'x':
			put_number(line,
				   wide ? va_arg(*args, uint64_t) : va_arg(*args, unsigned int), 16,
				   width, fill);
			break;
		case 'p':
			put_number(line, (uint64_t)va_arg(*args, void *), 16, 16, '0');
			break;
		default:
			put(line, *f);
		}
	}
}

void print(const char *format, ...)
{
	struct line line = {.length = 0};
	va_list args;

	va_start(args, format);
	format_line(&line, format, &args);
	va_end(args);
	console_write(line.text, line.length);
}

void result_report(enum result result, const char *format, ...)
{
	static const char *const word[] = {"Success", "Skip", "Error", "Failure"};
	struct line line = {.length = 0};
	va_list args;

	for (const char *s = word[result]; *s; s++)
		put(&line, *s);
	put(&line, ':');
	put(&line, ' ');
	va_start(args, format);
	format_line(&line, format, &args);
	va_end(args);
	if (line.length == sizeof(line.text))
		line.length--;
	put(&line, '\n');
	console_write(line.text, line.length);
	if (result > worst) {
		worst = result;
		line.text[line.length - 1] = '\0';
		memcpy(domain_mailbox.complaint, line.text, line.length);
	}
}

enum result result_get(void)
{
	return worst;
}

void result_set(enum result result)
{
	worst = result;
}

void result_exit(void)
{
	static const char *const word[] = {"SUCCESS", "SKIP", "ERROR", "FAILURE"};
	struct pv_sched_shutdown shutdown = {.reason = PV_SHUTDOWN_REBOOT};

	print("Test result: %s\n", word[worst]);
	for (;;)
		sched_op(SHUTDOWN, &shutdown);
}

void expect_compare(bool holds, const char *file, int line, const char *left, const char *op,
		    const char *right, uint64_t left_value, uint64_t right_value)
{
	if (!holds)
		failure("%s:%d: expected %s %s %s: 0x%lx (%ld), 0x%lx (%ld)", file, line, left, op,
			right, left_value, (int64_t)left_value, right_value, (int64_t)right_value);
}

void *memset(void *to, int byte, size_t count)
{
	void *end = to;

	asm volatile("rep stosb" : "+D"(end), "+c"(count) : "a"(byte) : "memory");
	return to;
}

void *memcpy(void *to, const void *from, size_t count)
{
	void *end = to;

	asm volatile("rep movsb" : "+D"(end), "+S"(from), "+c"(count) : : "memory");
	return to;
}

int memcmp(const void *a, const void *b, size_t count)
{
	const unsigned char *x = a, *y = b;

	for (; count; count--, x++, y++) {
		if (*x != *y)
			return *x - *y;
	}
	return 0;
}

size_t strlen(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return (unsigned char)*a - (unsigned char)*b;
}

bool string_contains(const char *text, const char *part)
{
	size_t n = strlen(part);

	for (; *text; text++) {
		if (strlen(text) >= n && !memcmp(text, part, n))
			return true;
	}
	return n == 0;
}

bool on_pavise(void)
{
	char extra[PV_EXTRAVERSION_LEN] = "";

	return version_op(EXTRAVERSION, extra) == 0 && string_contains(extra, "pavise");
}
