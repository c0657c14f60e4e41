/* SPDX-License-Identifier: BSD-2-Clause */
/* Formatted output into a buffer. */
#include "lib.h"

struct out {
	char *buf;
	size_t size, len; /* len counts what did not fit, too */
};

struct spec {
	bool left, zero, is_long; /* long and long long are the same */
	int width, precision;
};

static void put(struct out *o, char c)
{
	if (o->len < o->size)
		o->buf[o->len] = c;
	o->len++;
}

static void pad(struct out *o, int n)
{
	while (n-- > 0)
		put(o, ' ');
}

static void put_text(struct out *o, const char *s, int n, const struct spec *spec)
{
	if (!spec->left)
		pad(o, spec->width - n);
	for (int i = 0; i < n; i++)
		put(o, s[i]);
	if (spec->left)
		pad(o, spec->width - n);
}

static void put_number(struct out *o, u64 v, unsigned int base, bool negative,
		       const struct spec *spec)
{
	char text[32], *end = text + sizeof(text), *s = end;

	do {
		*--s = "0123456789abcdef"[v % base];
		v /= base;
	} while (v);
	while (spec->zero && end - s < spec->width - negative && s > text + 1)
		*--s = '0';
	if (negative)
		*--s = '-';
	put_text(o, s, (int)(end - s), spec);
}

static int parse_int(const char **f)
{
	int v = 0;

	while (**f >= '0' && **f <= '9')
		v = v * 10 + *(*f)++ - '0';
	return v;
}

static const char *parse_spec(const char *f, struct spec *s)
{
	for (; *f == '-' || *f == '0'; f++) {
		s->left |= *f == '-';
		s->zero |= *f == '0';
	}
	s->width = parse_int(&f);
	s->precision = -1;
	if (*f == '.') {
		f++;
		s->precision = parse_int(&f);
	}
	for (; *f == 'l'; f++)
		s->is_long = true;
	return f;
}

static void put_argument(struct out *o, char type, const struct spec *s, va_list *ap)
{
	const char *text;
	s64 n;
	u64 v;
	char c;

	switch (type) {
	case 's':
		text = va_arg(*ap, const char *);
		if (!text)
			text = "(null)";
		/* One that has no end is read no further than its precision. */
		put_text(o, text, (int)strnlen(text, (size_t)s->precision), s);
		return;
	case 'c':
		c = (char)va_arg(*ap, int);
		put_text(o, &c, 1, s);
		return;
	case 'd':
		n = s->is_long ? va_arg(*ap, long) : va_arg(*ap, int);
		put_number(o, n < 0 ? -(u64)n : (u64)n, 10, n < 0, s);
		return;
	case 'u':
	case 'x':
		v = s->is_long ? va_arg(*ap, unsigned long) : va_arg(*ap, unsigned int);
		put_number(o, v, type == 'x' ? 16 : 10, false, s);
		return;
	case '%':
		put(o, '%');
		return;
	}
	put(o, '%'); /* an unknown one shows itself */
	put(o, type);
}

int vsnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	struct out o = {.buf = buf, .size = size};
	va_list ap;

	va_copy(ap, args);
	while (*fmt) {
		struct spec s = {0};

		if (*fmt != '%') {
			put(&o, *fmt++);
			continue;
		}
		fmt = parse_spec(fmt + 1, &s);
		if (!*fmt)
			break;
		put_argument(&o, *fmt++, &s, &ap);
	}
	va_end(ap);
	if (size)
		buf[MIN(o.len, size - 1)] = 0;
	return o.len;
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, size, fmt, ap);
	va_end(ap);
	return n;
}
