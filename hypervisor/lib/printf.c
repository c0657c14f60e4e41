/* SPDX-License-Identifier: BSD-2-Clause */
/* Formatted output into a buffer. */
#include "lib.h"

struct out {
	char *buf;
	size_t size, len; /* len counts what did not fit, too */
};

struct spec {
	bool left, zero, has_precision;
	int width, precision;
	int length; /* 0 int, 1 long, 2 long long or size_t; all but int have 64 bits */
};

static void put(struct out *o, char c)
{
	if (o->len < o->size)
		o->buf[o->len] = c;
	o->len++;
}

static void pad(struct out *o, int n, char c)
{
	while (n-- > 0)
		put(o, c);
}

static void put_string(struct out *o, const char *s, const struct spec *spec)
{
	int n;

	if (!s)
		s = "(null)";
	n = strnlen(s, spec->has_precision ? (size_t)spec->precision : ~0UL);
	if (!spec->left)
		pad(o, spec->width - n, ' ');
	for (int i = 0; i < n; i++)
		put(o, s[i]);
	if (spec->left)
		pad(o, spec->width - n, ' ');
}

static void put_number(struct out *o, u64 v, unsigned int base, const char *sign,
		       const struct spec *spec)
{
	char digits[20];
	int n = 0, signs = strlen(sign), zeros = 0, blanks;

	do {
		digits[n++] = "0123456789abcdef"[v % base];
		v /= base;
	} while (v);
	if (spec->has_precision)
		zeros = MAX(0, spec->precision - n);
	else if (spec->zero && !spec->left)
		zeros = MAX(0, spec->width - n - signs);
	blanks = spec->width - n - signs - zeros;
	if (!spec->left)
		pad(o, blanks, ' ');
	while (*sign)
		put(o, *sign++);
	pad(o, zeros, '0');
	while (n)
		put(o, digits[--n]);
	if (spec->left)
		pad(o, blanks, ' ');
}

static int parse_int(const char **f, va_list *ap)
{
	int v = 0;

	if (**f == '*') {
		++*f;
		return va_arg(*ap, int);
	}
	while (**f >= '0' && **f <= '9')
		v = v * 10 + *(*f)++ - '0';
	return v;
}

static const char *parse_spec(const char *f, struct spec *s, va_list *ap)
{
	for (;; f++) {
		if (*f == '-')
			s->left = true;
		else if (*f == '0')
			s->zero = true;
		else
			break;
	}
	s->width = parse_int(&f, ap);
	if (s->width < 0) {
		s->left = true;
		s->width = -s->width;
	}
	if (*f == '.') {
		f++;
		s->precision = parse_int(&f, ap);
		s->has_precision = s->precision >= 0;
	}
	for (; *f == 'l' || *f == 'z'; f++)
		s->length++;
	return f;
}

static void put_argument(struct out *o, char type, struct spec *s, va_list *ap)
{
	u64 v;

	switch (type) {
	case 's':
		put_string(o, va_arg(*ap, const char *), s);
		return;
	case 'c': {
		char c = va_arg(*ap, int);

		s->precision = s->has_precision = 1;
		put_string(o, &c, s);
		return;
	}
	case 'p':
		put_number(o, (u64)va_arg(*ap, void *), 16, "0x", s);
		return;
	case 'd':
	case 'i': {
		s64 n = s->length ? va_arg(*ap, long) : va_arg(*ap, int);

		put_number(o, n < 0 ? -(u64)n : (u64)n, 10, n < 0 ? "-" : "", s);
		return;
	}
	case 'u':
	case 'x':
		v = s->length ? va_arg(*ap, unsigned long) : va_arg(*ap, unsigned int);
		put_number(o, v, type == 'x' ? 16 : 10, "", s);
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
		fmt = parse_spec(fmt + 1, &s, &ap);
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
