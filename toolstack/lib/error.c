/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "error.h"

void pav_error_clear(struct pav_error *err)
{
	err->text[0] = '\0';
}

/* A line stays a line: file names and store values may hold control bytes. */
static void one_line(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = '?';
}

int pav_fail(struct pav_error *err, const char *fmt, ...)
{
	va_list ap;

	if (err->text[0])
		return -1;
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	one_line(err->text);
	return -1;
}

int pav_fail_errno(struct pav_error *err, const char *fmt, ...)
{
	const char *why = strerror(errno);
	size_t used;
	va_list ap;

	if (err->text[0])
		return -1;
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	used = strlen(err->text);
	snprintf(err->text + used, sizeof(err->text) - used, ": %s", why);
	one_line(err->text);
	return -1;
}
