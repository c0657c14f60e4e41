/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * consoled: serves the consoles of all guests. Finds them in the store, gives
 * each a terminal and writes its name to console/tty there. Keeps nothing that
 * a restart would lose but the recent output: rings, ports and terminals are
 * found or made again.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "console.h"
#include "lib/daemon.h"
#include "lib/log.h"
#include "lib/store.h"

#define DEFAULT_BUFFER	  (64 * 1024)
#define DEFAULT_LOG_LIMIT (1024 * 1024)
#define DOMID_MAX	  0x7fef

static struct {
	const char *log_dir;
	size_t buffer, log_limit;

	struct loop loop;
	struct store store;
	struct xenio *io;
	struct loop_source events, period, terminals;
	bool period_runs;
	uint64_t self; /* our own domain has no console here */
	struct console *consoles;
} d = {
	.buffer = DEFAULT_BUFFER,
	.log_limit = DEFAULT_LOG_LIMIT,
};

static struct console *find(uint32_t domid)
{
	struct console *con;

	for (con = d.consoles; con && con->domid != domid; con = con->next)
		;
	return con;
}

static void domain_path(char *buf, size_t size, uint32_t domid, const char *node)
{
	snprintf(buf, size, "/local/domain/%u%s", domid, node);
}

static void close_console(struct console *con)
{
	char path[64];
	struct console **link = &d.consoles;

	while (*link != con)
		link = &(*link)->next;
	*link = con->next;
	domain_path(path, sizeof(path), con->domid, "/console");
	store_unwatch(&d.store, path, "console");
	log_info("domain %u: console closed", con->domid);
	console_free(con);
}

static void open_log(struct console *con)
{
	char path[64], name[128];
	int rc;

	if (!d.log_dir || con->file.fd >= 0)
		return;
	domain_path(path, sizeof(path), con->domid, "");
	if (store_read(&d.store, path, "name", name, sizeof(name)))
		snprintf(name, sizeof(name), "%u", con->domid);
	rc = guest_log_open(&con->file, d.log_dir, name, d.log_limit);
	if (rc)
		log_err("domain %u: no log file %s: %s", con->domid, con->file.path, strerror(-rc));
}

/* Brings a console in line with what the store says of it. */
static void refresh(struct console *con)
{
	char dir[64], type[32], identity[sizeof(con->identity)] = "";
	uint64_t frame, port;
	int rc;

	domain_path(dir, sizeof(dir), con->domid, "");
	store_read(&d.store, dir, "vm", identity, sizeof(identity));
	domain_path(dir, sizeof(dir), con->domid, "/console");
	if (!store_read(&d.store, dir, "type", type, sizeof(type)) && strcmp(type, "xenconsoled"))
		return;
	if (store_read_uint(&d.store, dir, "ring-ref", UINT64_MAX, &frame) ||
	    store_read_uint(&d.store, dir, "port", INT_MAX, &port))
		return;
	if (con->ring.page) {
		if (con->frame == frame && con->remote_port == port &&
		    !strcmp(con->identity, identity))
			return;
		console_detach(con);
	}
	/* Before the first byte is taken. */
	open_log(con);
	rc = console_attach(con, frame, (uint32_t)port);
	if (rc) {
		log_err("domain %u: cannot take up its console: %s", con->domid, strerror(-rc));
		return;
	}
	memcpy(con->identity, identity, sizeof(identity));
	rc = store_update(&d.store, dir, "port", "tty", con->tty.path);
	if (rc && rc != -ENOENT)
		log_err("domain %u: cannot write console/tty: %s", con->domid, strerror(-rc));
	log_info("domain %u: console on %s", con->domid, con->tty.path);
}

static void open_console(uint32_t domid)
{
	struct console *con = console_new(&d.loop, d.io, domid, d.buffer, d.terminals.fd);
	char path[64];

	if (!con) {
		log_err("domain %u: no console: %s", domid, strerror(errno));
		return;
	}
	con->next = d.consoles;
	d.consoles = con;
	/* The keys may come after the domain: the watch's first event looks. */
	domain_path(path, sizeof(path), domid, "/console");
	store_watch(&d.store, path, "console");
	refresh(con);
}

static void domains_came(void)
{
	unsigned int nr = 0;
	char **names = xs_directory(d.store.xs, XBT_NULL, "/local/domain", &nr);

	for (unsigned int i = 0; names && i < nr; i++) {
		uint64_t domid;

		if (parse_uint(names[i], DOMID_MAX, &domid) || domid == d.self ||
		    find((uint32_t)domid))
			continue;
		if (xs_is_domain_introduced(d.store.xs, (unsigned int)domid))
			open_console((uint32_t)domid);
	}
	free(names);
}

static void domains_went(void)
{
	struct console *con, *next;

	for (con = d.consoles; con; con = next) {
		next = con->next;
		if (!xs_is_domain_introduced(d.store.xs, con->domid))
			close_console(con);
	}
}

static void store_event(struct store *store, const char *path, const char *token)
{
	unsigned int domid;
	struct console *con;

	(void)store;
	if (!strcmp(token, "came")) {
		domains_came();
	} else if (!strcmp(token, "went")) {
		domains_went();
	} else if (sscanf(path, "/local/domain/%u/", &domid) == 1 && (con = find(domid))) {
		if (xs_is_domain_introduced(d.store.xs, domid))
			refresh(con);
		else
			close_console(con);
	}
}

static void events_ready(struct loop_source *src, uint32_t events)
{
	int port;

	(void)src;
	(void)events;
	while ((port = d.io->ops->pending(d.io)) >= 0) {
		struct console *con;

		for (con = d.consoles; con && con->port != port; con = con->next)
			;
		if (!con)
			continue;
		console_event(con);
		if (!d.period_runs)
			loop_timer_set(&d.period, CONSOLE_PERIOD_MS, false);
		d.period_runs = true;
	}
}

static void period_ready(struct loop_source *src, uint32_t events)
{
	(void)events;
	loop_timer_ack(src);
	d.period_runs = false;
	for (struct console *con = d.consoles; con; con = con->next)
		console_period(con);
}

static void terminals_ready(struct loop_source *src, uint32_t events)
{
	char buf[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	ssize_t n = read(src->fd, buf, sizeof(buf));

	(void)events;
	for (ssize_t at = 0; at < n;) {
		const struct inotify_event *ev = (const struct inotify_event *)(buf + at);
		struct console *con;

		for (con = d.consoles; con && con->tty.wd != ev->wd; con = con->next)
			;
		if (con)
			console_tty_event(con, ev->mask);
		at += (ssize_t)(sizeof(*ev) + ev->len);
	}
}

static void reopen_logs(void)
{
	for (struct console *con = d.consoles; con; con = con->next)
		guest_log_reopen(&con->file);
}

static int start(void)
{
	int rc = loop_init(&d.loop);

	if (!rc)
		rc = daemon_signals(&d.loop, NULL, reopen_logs);
	if (rc) {
		log_err("cannot start: %s", strerror(-rc));
		return rc;
	}
	d.io = xenio_open(1);
	if (!d.io)
		return -errno;
	d.events = (struct loop_source){.fd = d.io->ops->event_fd(d.io), .ready = events_ready};
	d.terminals = (struct loop_source){.fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC),
					   .ready = terminals_ready};
	d.period.ready = period_ready;
	rc = d.terminals.fd < 0 ? -errno : loop_add(&d.loop, &d.terminals, EPOLLIN);
	if (!rc)
		rc = loop_add(&d.loop, &d.events, EPOLLIN);
	if (!rc)
		rc = loop_timer_init(&d.loop, &d.period);
	if (rc) {
		log_err("cannot start: %s", strerror(-rc));
		return rc;
	}
	rc = store_open(&d.store, &d.loop, store_event);
	if (rc)
		return rc;
	if (store_read_uint(&d.store, "domid", "", DOMID_MAX, &d.self))
		d.self = 0;
	rc = store_watch(&d.store, "@introduceDomain", "came");
	if (!rc)
		rc = store_watch(&d.store, "@releaseDomain", "went");
	if (rc)
		log_err("the store refuses a watch: %s", strerror(-rc));
	return rc;
}

static int set_log_dir(const char *value)
{
	d.log_dir = value;
	return 0;
}

static int set_size(const char *value, size_t *size)
{
	uint64_t n;

	if (!parse_uint(value, 1u << 30, &n) && n >= CONSOLE_OUT_SIZE) {
		*size = (size_t)n;
		return 0;
	}
	fprintf(stderr, "consoled: %s is not a size from %zu to 1 GiB\n", value, CONSOLE_OUT_SIZE);
	return -1;
}

static int set_log_max(const char *value)
{
	return set_size(value, &d.log_limit);
}

static int set_buffer(const char *value)
{
	return set_size(value, &d.buffer);
}

static const struct daemon_option own_options[] = {
	{'d', "log-dir=DIR", "what each guest prints, in DIR/guest-NAME.log", set_log_dir},
	{'m', "log-max=BYTES", "begin such a file anew at this size (default: 1048576)",
	 set_log_max},
	{'b', "buffer=BYTES", "recent output kept for each guest (default: 65536)", set_buffer},
	{0, NULL, NULL, NULL},
};

static struct daemon_options options = {
	.program = "consoled",
	.about = "Serves the consoles of all guests.\n"
		 "For example: consoled --log-dir=/var/log/pavise\n",
	.own = own_options,
};

int main(int argc, char **argv)
{
	int rc;

	if (daemon_parse(&options, argc, argv) || daemon_begin(&options) || start())
		return 1;
	daemon_ready(&options);
	rc = loop_run(&d.loop);
	while (d.consoles) {
		struct console *con = d.consoles;

		d.consoles = con->next;
		console_free(con);
	}
	store_close(&d.store);
	d.io->ops->close(d.io);
	daemon_end(&options);
	return rc ? 1 : 0;
}
