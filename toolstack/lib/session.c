/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest is the slow end: it may never read what is typed. So nothing here
 * waits for the terminal, and the person can always leave.
 */
#include "session.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

/* How often to see whether the domain behind a silent terminal has stopped. */
#define LOOK_MS 1000

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

/* An error that only says "not now". */
static bool again(void)
{
	return errno == EINTR || errno == EAGAIN;
}

/* As much as the terminal takes now. False: it is gone. */
static bool pass_typed(struct session *s)
{
	ssize_t n;

	if (!s->nr_typed)
		return true;
	n = write(s->tty, s->typed, s->nr_typed);
	if (n < 0)
		return again();
	s->nr_typed -= (size_t)n;
	memmove(s->typed, s->typed + n, s->nr_typed);
	return true;
}

/* True: the person typed the escape; what came before it is still passed on. */
static bool take_typed(struct session *s)
{
	size_t room = sizeof(s->typed) - s->nr_typed, len;
	char buf[sizeof(s->typed)], *escape;
	ssize_t n = read(s->in, buf, s->keyboard ? sizeof(buf) : room);

	if (n < 0 && again())
		return false;
	if (n <= 0) {
		/* No more to type; the guest may still have much to say. */
		s->in = -1;
		return false;
	}
	escape = memchr(buf, SESSION_ESCAPE, (size_t)n);
	len = escape ? (size_t)(escape - buf) : (size_t)n;
	if (len > room)
		len = room;
	memcpy(s->typed + s->nr_typed, buf, len);
	s->nr_typed += len;
	return escape != NULL;
}

/* False: one of the two ends is gone, *end says which. */
static bool show(struct session *s, enum session_end *end)
{
	char buf[4096];
	ssize_t n = read(s->tty, buf, sizeof(buf));

	if (n < 0 && again())
		return true;
	*end = n > 0 ? SESSION_LEFT : SESSION_HUNG_UP;
	return n > 0 && write_all(s->out, buf, (size_t)n);
}

enum session_end session_run(struct session *s)
{
	enum session_end end;
	struct pollfd p[2];
	bool escaped;
	int ready;

	while (!s->stop || !*s->stop) {
		const bool room = s->keyboard || s->nr_typed < sizeof(s->typed);

		p[0] = (struct pollfd){s->tty, POLLIN, 0};
		if (s->nr_typed)
			p[0].events |= POLLOUT;
		p[1] = (struct pollfd){room ? s->in : -1, POLLIN, 0};
		ready = poll(p, 2, LOOK_MS);
		if (ready < 0 && errno != EINTR)
			return SESSION_HUNG_UP;
		if (ready == 0 && !s->alive(s->arg))
			return SESSION_HUNG_UP;
		if (ready <= 0)
			continue;
		if (p[0].revents & ~POLLOUT && !show(s, &end))
			return end;
		escaped = p[1].revents && take_typed(s);
		if (!pass_typed(s) && !escaped)
			return SESSION_HUNG_UP;
		if (escaped)
			return SESSION_LEFT;
	}
	return SESSION_LEFT;
}
