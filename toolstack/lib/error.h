/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One failure, told in one line: what was refused, by which call, why and,
 * where there is something to do, what to try. The first failure is the one
 * that is kept; what follows while undoing it does not overwrite the reason.
 */
#ifndef PAV_ERROR_H
#define PAV_ERROR_H

#include <stdarg.h>

struct pav_error {
	char text[640];
};

/* Forget an earlier failure. */
void pav_error_clear(struct pav_error *err);

/* Record a failure unless one is recorded already. Always returns -1. */
int pav_fail(struct pav_error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The same with ": <strerror(errno)>" behind it. Always returns -1. */
int pav_fail_errno(struct pav_error *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
