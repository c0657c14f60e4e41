/* SPDX-License-Identifier: BSD-2-Clause */
#include "console.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <public/grant.h>

#include "lib/log.h"

static struct console *console_of(struct loop_source *viewer)
{
	return (struct console *)((char *)viewer - offsetof(struct console, viewer));
}

/* Asks the loop for what can make progress, and for nothing else: a source
 * that is ready but not served would spin. */
static void viewer_want(struct console *con)
{
	bool room = con->ring.page && console_ring_room(&con->ring);
	uint32_t events = (room ? EPOLLIN : 0u) | (con->shown < con->recent.end ? EPOLLOUT : 0u);

	if (!con->watched || events == con->viewer_events)
		return;
	con->viewer_events = events;
	loop_mod(con->loop, &con->viewer, events);
}

static void show(struct console *con)
{
	const uint8_t *run;
	size_t n;

	while (con->watched && (n = logbuf_peek(&con->recent, &con->shown, &run))) {
		ssize_t written = write(con->tty.master, run, n);

		if (written <= 0)
			break;
		con->shown += (uint64_t)written;
	}
	viewer_want(con);
}

/* Typed bytes to the guest, as many as it has room for. Also after the viewer
 * has gone: what was typed, as by a script's `echo`, is still to be read. */
static void take_input(struct console *con)
{
	uint8_t buf[CONSOLE_IN_SIZE];
	bool fed = false;
	size_t room = 1;

	con->input_left = false;
	while (con->ring.page && (room = console_ring_room(&con->ring))) {
		ssize_t n = read(con->tty.master, buf, room < sizeof(buf) ? room : sizeof(buf));

		if (n <= 0)
			break;
		console_ring_feed(&con->ring, buf, (size_t)n);
		fed = true;
	}
	con->input_left = !con->watched && con->ring.page && !room;
	if (fed)
		con->io->ops->notify(con->io, (uint32_t)con->port);
}

static void unwatch(struct console *con)
{
	if (con->watched)
		loop_del(con->loop, &con->viewer);
	con->watched = false;
	take_input(con);
}

static void viewer_ready(struct loop_source *src, uint32_t events)
{
	struct console *con = console_of(src);

	/* The last viewer left. Until inotify says so there is nothing to do
	 * here, and a hang-up is reported without end. */
	if (events & EPOLLHUP) {
		unwatch(con);
		return;
	}
	if (events & EPOLLIN)
		take_input(con);
	show(con);
}

static void watch(struct console *con)
{
	if (con->watched)
		return;
	con->shown = logbuf_oldest(&con->recent);
	con->viewer = (struct loop_source){.fd = con->tty.master, .ready = viewer_ready};
	con->viewer_events = 0;
	if (loop_add(con->loop, &con->viewer, 0))
		return;
	con->watched = true;
	show(con);
}

void console_tty_event(struct console *con, unsigned int mask)
{
	switch (tty_event(&con->tty, mask)) {
	case TTY_ATTACHED:
		unwatch(con);
		watch(con);
		break;
	case TTY_DETACHED:
		unwatch(con);
		break;
	case TTY_SAME:
		break;
	}
}

struct console *console_new(struct loop *loop, struct xenio *io, uint32_t domid, size_t buffer,
			    int inotify)
{
	struct console *con = calloc(1, sizeof(*con));
	int rc;

	if (!con)
		return NULL;
	con->loop = loop;
	con->io = io;
	con->domid = domid;
	con->port = -1;
	con->file.fd = -1;
	rc = logbuf_init(&con->recent, buffer);
	if (!rc)
		rc = tty_open(&con->tty, inotify);
	if (rc) {
		logbuf_free(&con->recent);
		free(con);
		errno = -rc;
		return NULL;
	}
	return con;
}

void console_free(struct console *con)
{
	console_detach(con);
	unwatch(con);
	tty_close(&con->tty);
	guest_log_close(&con->file);
	logbuf_free(&con->recent);
	free(con);
}

static void drain(struct console *con)
{
	uint8_t buf[CONSOLE_OUT_SIZE];
	int n = console_ring_drain(&con->ring, buf);

	if (n < 0 && !con->nonsense) {
		con->nonsense = true;
		log_err("domain %u: its console ring says nonsense; what it held is skipped",
			con->domid);
	}
	if (n > 0) {
		logbuf_append(&con->recent, buf, (size_t)n);
		guest_log_write(&con->file, buf, (size_t)n);
	}
	if (n)
		con->io->ops->notify(con->io, (uint32_t)con->port);
}

static void unmap_ring(struct console *con)
{
	if (con->by_grant)
		con->io->ops->unmap(con->io, con->ring.page, 1);
	else
		con->io->ops->unmap_frame(con->io, con->ring.page);
	con->ring.page = NULL;
}

int console_attach(struct console *con, uint64_t frame, uint32_t remote_port)
{
	const uint32_t ref = PV_GNTTAB_RESERVED_CONSOLE;
	void *page = con->io->ops->map(con->io, con->domid, 1, &ref);

	con->by_grant = page != NULL;
	if (!page)
		page = con->io->ops->map_frame(con->io, con->domid, frame);
	if (!page)
		return errno ? -errno : -EIO;
	console_ring_attach(&con->ring, page);
	con->port = con->io->ops->bind(con->io, con->domid, remote_port);
	if (con->port < 0) {
		int rc = con->port;

		con->port = -1;
		unmap_ring(con);
		return rc;
	}
	con->frame = frame;
	con->remote_port = remote_port;
	con->nonsense = false;
	drain(con);
	show(con);
	return 0;
}

void console_detach(struct console *con)
{
	if (!con->ring.page)
		return;
	drain(con);
	show(con);
	con->io->ops->unbind(con->io, (uint32_t)con->port);
	con->port = -1;
	unmap_ring(con);
	viewer_want(con);
}

static void serve(struct console *con)
{
	drain(con);
	if (con->input_left)
		take_input(con);
	show(con);
}

bool console_event(struct console *con)
{
	serve(con);
	con->throttled = ++con->events > CONSOLE_EVENTS_PER_PERIOD;
	if (!con->throttled)
		con->io->ops->unmask(con->io, (uint32_t)con->port);
	return !con->throttled;
}

void console_period(struct console *con)
{
	con->events = 0;
	if (!con->throttled || !con->ring.page)
		return;
	con->throttled = false;
	serve(con);
	con->io->ops->unmask(con->io, (uint32_t)con->port);
}
