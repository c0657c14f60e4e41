/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The console daemon gives each domain a pseudo-terminal and writes its name to
 * console/tty, a node the guest cannot write. This joins it to our terminal. A
 * daemon that is restarted makes a new one: the node is looked at again before
 * the session is given up.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "session.h"
#include "store.h"

/* How long a console may take to appear, at the start and after its daemon was restarted. */
#define APPEAR_MS 10000
#define STEP_MS	  50

struct peer {
	struct pav *pav;
	unsigned int domid;
};

/* True: the terminal is raw now, and *saved is what it was. */
static bool make_raw(int fd, struct termios *saved)
{
	struct termios raw;

	if (!isatty(fd) || tcgetattr(fd, saved) < 0)
		return false;
	raw = *saved;
	cfmakeraw(&raw);
	return tcsetattr(fd, TCSANOW, &raw) == 0;
}

/* 1: the domain lives; 0: it is gone, or has stopped and will say no more. */
static int alive(struct pav *pav, unsigned int domid)
{
	struct pv_domctl_getdomaininfo info;
	int r = hv_domain_info(pav, domid, &info);

	if (r <= 0)
		return r;
	return !(info.flags & (PV_DOMINF_SHUTDOWN | PV_DOMINF_DYING));
}

/* The terminal's descriptor; -1 with the reason; -2 when there is no more to wait for. */
static int open_tty(struct pav *pav, unsigned int domid, const volatile int *stop)
{
	struct termios t;
	unsigned int waited;
	char *tty = NULL;
	int fd = -1, r;

	for (waited = 0; waited < APPEAR_MS; waited += STEP_MS) {
		tty = pav_store_read(pav, "/local/domain/%u/console/tty", domid);
		if (!pav->xs) {
			free(tty);
			return -1;
		}
		if (tty && strncmp(tty, "/dev/pts/", 9) == 0) {
			fd = open(tty, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
			if (fd >= 0)
				break;
		}
		free(tty);
		tty = NULL;
		r = stop && *stop ? 0 : alive(pav, domid);
		if (r <= 0)
			return r == 0 ? -2 : -1;
		poll(NULL, 0, STEP_MS);
	}
	free(tty);
	if (fd < 0)
		return pav_fail(&pav->err,
				"console: domain %u has no terminal; is consoled running?", domid);
	if (tcgetattr(fd, &t) == 0) {
		cfmakeraw(&t);
		tcsetattr(fd, TCSANOW, &t);
	}
	return fd;
}

static bool still_alive(void *arg)
{
	const struct peer *peer = arg;

	return alive(peer->pav, peer->domid) > 0;
}

/* One terminal, as long as it lasts. 1: the domain lives on and will have a new
 * one; 0: the session is over; -1: with the reason. */
static int join(struct peer *peer, struct session *session, int (*on_ready)(void *arg), void *arg)
{
	enum session_end end;

	session->tty = open_tty(peer->pav, peer->domid, session->stop);
	if (session->tty < 0)
		return session->tty == -2 ? 0 : -1;
	if (on_ready && on_ready(arg)) {
		close(session->tty);
		return -1;
	}
	end = session_run(session);
	close(session->tty);
	if (end == SESSION_LEFT)
		return 0;
	/* Leaves the daemon time to see its guest die before the node is read again.
	 * A domain that has stopped may keep its terminal, with nothing more to come. */
	poll(NULL, 0, STEP_MS);
	return alive(peer->pav, peer->domid);
}

int pav_console(struct pav *pav, unsigned int domid, const volatile int *stop,
		int (*on_ready)(void *arg), void *arg)
{
	struct peer peer = {pav, domid};
	struct session session = {
		.out = 1, .stop = stop, .alive = still_alive, .arg = &peer, .keyboard = isatty(0)};
	struct termios saved;
	int live, rc;
	bool raw;

	pav_error_clear(&pav->err);
	if (domid == 0)
		return pav_fail(&pav->err, "console: domain 0 is the service domain itself");
	live = alive(pav, domid);
	if (live <= 0)
		return live < 0 ? -1 : pav_fail(&pav->err, "there is no running domain %u", domid);
	raw = make_raw(0, &saved);
	while ((rc = join(&peer, &session, on_ready, arg)) > 0)
		on_ready = NULL;
	if (raw)
		tcsetattr(0, TCSANOW, &saved);
	return rc;
}
