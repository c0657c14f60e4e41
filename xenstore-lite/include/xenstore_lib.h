/* SPDX-License-Identifier: BSD-2-Clause */
/* Types and helpers that a store client needs beside the calls of xenstore.h. */
#ifndef XENSTORE_LIB_H
#define XENSTORE_LIB_H

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xen/io/xs_wire.h>

/* Entry 0 of a list names the owner and what everyone not listed may do. */
struct xs_permissions {
	unsigned int id;    /* domain id */
	unsigned int perms; /* XS_PERM_READ and XS_PERM_WRITE, or XS_PERM_NONE */
#define XS_PERM_NONE  0x00
#define XS_PERM_READ  0x01
#define XS_PERM_WRITE 0x02
};

/* Room for the decimal digits of an integer of x's type, a sign and the NUL. */
#define MAX_STRLEN(x) ((sizeof(x) * CHAR_BIT + CHAR_BIT - 1) / 10 * 3 + 2)

/* Where the daemon lives: XENSTORED_RUNDIR and XENSTORED_PATH override the defaults. */
const char *xs_daemon_rundir(void);
const char *xs_daemon_socket(void);
const char *xs_daemon_socket_ro(void);

/* Write all of it, however many calls that takes. */
bool xs_write_all(int fd, const void *data, unsigned int len);

/* Read num strings ("r5", "n0", ...) that follow one another, each with its NUL. */
bool xs_strings_to_perms(struct xs_permissions *perms, unsigned int num, const char *strings);

#endif
