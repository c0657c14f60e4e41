/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "wire.h"

void *xgrow(void *p, size_t n)
{
	p = realloc(p, n);
	if (!p) {
		fprintf(stderr, "xenstored: out of memory asking for %zu bytes\n", n);
		abort();
	}
	return p;
}

void *xalloc(size_t n)
{
	return memset(xgrow(NULL, n), 0, n);
}

void *buf_add(struct buf *b, const void *src, size_t n)
{
	if (b->head + b->len + n > b->room) {
		if (b->head)
			memmove(b->data, b->data + b->head, b->len);
		b->head = 0;
		if (b->len + n > b->room) {
			b->room = 2 * (b->len + n) + 128;
			b->data = xgrow(b->data, b->room);
		}
	}
	if (!n)
		return b->data;
	char *dst = b->data + b->head + b->len;

	if (src)
		memcpy(dst, src, n);
	b->len += n;
	return dst;
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	char text[2 * XENSTORE_PAYLOAD_MAX];
	va_list ap;
	size_t n;

	va_start(ap, fmt);
	n = (size_t)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	buf_add(b, text, n < sizeof(text) ? n : sizeof(text) - 1);
}

void buf_take(struct buf *b, size_t n)
{
	b->head += n;
	b->len -= n;
	if (b->len)
		return;
	b->head = 0;
	/* A burst must not keep its memory for ever. */
	if (b->room > 16384)
		buf_free(b);
}

void buf_free(struct buf *b)
{
	free(b->data);
	memset(b, 0, sizeof(*b));
}

uint64_t hash_seed = 0xcbf29ce484222325;

uint64_t hash_bytes(uint64_t hash, const void *data, size_t n)
{
	for (const unsigned char *p = data; n; n--)
		hash = (hash ^ *p++) * 0x100000001b3;
	return hash;
}

const char *wire_errname(int err)
{
	for (size_t i = 0; i < sizeof(xsd_errors) / sizeof(xsd_errors[0]); i++)
		if (xsd_errors[i].errnum == err)
			return xsd_errors[i].errstring;
	return "EINVAL";
}

bool path_valid(const char *path)
{
	static const bool allowed[256] = {
		['-'] = true,	      ['_'] = true,	    ['@'] = true,
		['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true,
	};
	const char *p = path;

	for (; *p; p++)
		if (*p == '/' ? p[1] == '/' : !allowed[(unsigned char)*p])
			return false;
	return *path == '/' && p - path <= XENSTORE_ABS_PATH_MAX && (!path[1] || p[-1] != '/');
}

int wire_strings(const char *data, size_t len, const char **argv, int max)
{
	int n = 0;

	if (len && data[len - 1])
		return -1;
	for (const char *p = data; p < data + len; p += strlen(p) + 1) {
		if (n == max)
			return -1;
		argv[n++] = p;
	}
	return n;
}

bool wire_number(const char *s, uint64_t max, uint64_t *val)
{
	char *end;

	errno = 0;
	*val = strtoull(s, &end, 10);
	return *s >= '0' && *s <= '9' && !*end && !errno && *val <= max;
}
