/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pseudo-terminal through which people see one guest's console.
 *
 * We hold the master alone. Whether anybody has the other end open is known
 * exactly (the master hangs up when nobody has) and told at once (inotify sees
 * the device node opened and closed), so that nothing is written into a
 * terminal without a reader and a viewer who comes late can be shown what the
 * guest printed before.
 */
#ifndef CONSOLED_TTY_H
#define CONSOLED_TTY_H

#include <stdbool.h>

struct tty {
	int master;
	int inotify; /* shared by all terminals; not owned */
	int wd;
	unsigned int viewers; /* processes that hold the other end open */
	char path[32];
};

/* A new raw terminal, watched through `inotify`. 0 or a negative errno. */
int tty_open(struct tty *tty, int inotify);
void tty_close(struct tty *tty);

enum tty_change {
	TTY_SAME,
	TTY_ATTACHED, /* the first viewer came */
	TTY_DETACHED, /* the last one left; what it did not read is dropped */
};

/* Takes one inotify event mask that arrived for tty->wd. */
enum tty_change tty_event(struct tty *tty, unsigned int mask);

#endif
