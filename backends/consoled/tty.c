/* SPDX-License-Identifier: BSD-2-Clause */
#include "tty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <termios.h>
#include <unistd.h>

static bool tty_has_viewer(const struct tty *tty)
{
	struct pollfd pfd = {.fd = tty->master, .events = POLLIN};

	return poll(&pfd, 1, 0) >= 0 && !(pfd.revents & POLLHUP);
}

/* Raw, and empty of what an earlier viewer left unread; what he typed stays.
 * Opening the other end once is also what makes the master tell "nobody there"
 * from "nobody yet". */
static int tty_reset(struct tty *tty)
{
	int fd = open(tty->path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	struct termios raw;
	int rc = 0;

	if (fd < 0)
		return -errno;
	if (tcgetattr(fd, &raw) < 0) {
		rc = -errno;
	} else {
		cfmakeraw(&raw);
		if (tcsetattr(fd, TCSANOW, &raw) < 0 || tcflush(fd, TCIFLUSH) < 0)
			rc = -errno;
	}
	close(fd);
	return rc;
}

static int tty_watch(struct tty *tty)
{
	tty->wd = inotify_add_watch(tty->inotify, tty->path, IN_OPEN | IN_CLOSE);
	if (tty->wd < 0)
		return -errno;
	/* Somebody may have been quicker than the watch. */
	tty->viewers = tty_has_viewer(tty) ? 1 : 0;
	return 0;
}

int tty_open(struct tty *tty, int inotify)
{
	int rc;

	tty->inotify = inotify;
	tty->wd = -1;
	tty->viewers = 0;
	tty->master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (tty->master < 0)
		return -errno;
	if (grantpt(tty->master) < 0 || unlockpt(tty->master) < 0 ||
	    ptsname_r(tty->master, tty->path, sizeof(tty->path)))
		rc = errno ? -errno : -ENOTTY;
	else if (!(rc = tty_reset(tty)))
		rc = tty_watch(tty);
	if (rc)
		tty_close(tty);
	return rc;
}

void tty_close(struct tty *tty)
{
	if (tty->wd >= 0)
		inotify_rm_watch(tty->inotify, tty->wd);
	if (tty->master >= 0)
		close(tty->master);
	tty->master = tty->wd = -1;
}

enum tty_change tty_event(struct tty *tty, unsigned int mask)
{
	if (mask & IN_OPEN)
		return tty->viewers++ ? TTY_SAME : TTY_ATTACHED;
	if (!(mask & IN_CLOSE) || !tty->viewers || --tty->viewers)
		return TTY_SAME;
	/* Our own visit to the terminal must not count as a viewer's: events
	 * of the old watch descriptor no longer reach this terminal. */
	inotify_rm_watch(tty->inotify, tty->wd);
	tty_reset(tty);
	if (tty_watch(tty) < 0)
		tty->viewers = 0;
	return tty->viewers ? TTY_ATTACHED : TTY_DETACHED;
}
