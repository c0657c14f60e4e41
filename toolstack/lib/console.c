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

#include "store.h"

#define ESCAPE 0x1d /* Ctrl-] */

/* How long a console may take to appear, at the start and after its daemon was restarted. */
#define APPEAR_MS 10000
#define STEP_MS	  50

static struct termios saved_termios;

static bool make_raw(int fd)
{
	struct termios raw;

	if (!isatty(fd) || tcgetattr(fd, &saved_termios) < 0)
		return false;
	raw = saved_termios;
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

/* The terminal's descriptor; -1 with the reason; -2 when the domain went meanwhile. */
static int open_tty(struct pav *pav, unsigned int domid)
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
			fd = open(tty, O_RDWR | O_NOCTTY | O_CLOEXEC);
			if (fd >= 0)
				break;
		}
		free(tty);
		tty = NULL;
		r = alive(pav, domid);
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

static bool write_all(int fd, const char *buf, size_t len)
{
	ssize_t n;

	for (; len; buf += n, len -= (size_t)n) {
		n = write(fd, buf, len);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n <= 0)
			return false;
	}
	return true;
}

enum session { SESSION_ESCAPED, SESSION_HUNG_UP };

/* How often to see whether the domain behind a silent terminal has stopped. */
#define LOOK_MS 1000

/* Shovel bytes until the person leaves, the terminal goes or the domain stops. */
static enum session join(struct pav *pav, unsigned int domid, int tty)
{
	struct pollfd p[2] = {{.fd = tty, .events = POLLIN}, {.fd = 0, .events = POLLIN}};
	char buf[4096], *escape;
	ssize_t n;
	int ready;

	for (;;) {
		ready = poll(p, 2, LOOK_MS);
		if (ready < 0 && errno != EINTR)
			return SESSION_HUNG_UP;
		if (ready == 0 && alive(pav, domid) <= 0)
			return SESSION_HUNG_UP;
		if (ready <= 0)
			continue;
		if (p[0].revents) {
			n = read(tty, buf, sizeof(buf));
			if (n <= 0 && errno != EINTR)
				return SESSION_HUNG_UP;
			if (n > 0 && !write_all(1, buf, (size_t)n))
				return SESSION_ESCAPED;
		}
		if (p[1].revents) {
			n = read(0, buf, sizeof(buf));
			if (n <= 0) {
				/* No more to type; the guest may still have much to say. */
				p[1].fd = -1;
				continue;
			}
			escape = memchr(buf, ESCAPE, (size_t)n);
			if (escape)
				n = escape - buf;
			if (!write_all(tty, buf, (size_t)n) && !escape)
				return SESSION_HUNG_UP;
			if (escape)
				return SESSION_ESCAPED;
		}
	}
}

int pav_console(struct pav *pav, unsigned int domid, int (*on_ready)(void *arg), void *arg)
{
	enum session end = SESSION_HUNG_UP;
	bool raw;
	int tty, live, rc = 0;

	pav_error_clear(&pav->err);
	live = domid == 0 ? 0 : alive(pav, domid);
	if (live <= 0)
		return live < 0
			       ? -1
			       : pav_fail(&pav->err,
					  domid ? "there is no running domain %u"
						: "console: domain %u is the service domain itself",
					  domid);
	raw = make_raw(0);
	while (end == SESSION_HUNG_UP && rc == 0) {
		tty = open_tty(pav, domid);
		if (tty < 0) {
			rc = tty == -2 ? 0 : -1;
			break;
		}
		if (on_ready) {
			rc = on_ready(arg);
			on_ready = NULL;
		}
		if (rc == 0)
			end = join(pav, domid, tty);
		close(tty);
		/* Leaves the daemon time to see its guest die before the node is read again. */
		if (end == SESSION_HUNG_UP)
			poll(NULL, 0, STEP_MS);
	}
	if (raw)
		tcsetattr(0, TCSANOW, &saved_termios);
	return rc;
}
