/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Gives up what serving a ring does not need: all capabilities, the user id,
 * the file system, new privileges, and every system call but a handful. A
 * worker is the only part of the back-end that handles what a guest sends.
 */
#ifndef BLKD_CONFINE_H
#define BLKD_CONFINE_H

/* 0 or a negative errno; *step then names what failed. */
int confine(const char **step);

#endif
