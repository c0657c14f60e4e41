/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The console front-end in a tiny kernel: joins the portable core to the page
 * and the port that the domain builder put into start_info.
 */
#ifndef FRONTENDS_TINY_CONSOLE_H
#define FRONTENDS_TINY_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>

/* False: the domain has no console ring (the first domain has none). */
bool tiny_console_init(void);

/* Writes all of it, sleeping while the ring is full. */
void tiny_console_write(const char *text, size_t len);
void tiny_console_puts(const char *text);

/* Reads at least one byte, at most `len`, sleeping until there is one. */
size_t tiny_console_read(char *buf, size_t len);

/* Sleeps until the back-end has taken all that was written: before power-off,
 * so that the last words are not lost with the page. */
void tiny_console_drain(void);

#endif
