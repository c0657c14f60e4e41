/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench CASE...: drive a store daemon over its socket (XENSTORED_PATH, else
 * XENSTORED_RUNDIR/socket) and print one "name value unit" line per figure.
 * Plain protocol, no library, so that every daemon gets the same client. CLIENTS
 * connections are driven from this one process: each has one request under way,
 * and the next is sent as soon as the answer is there.
 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include "xenstore_wire.h"

struct cl {
	int fd, id, step, round;
	uint32_t tx;
	char in[8192];
	size_t len;
};

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void die(const char *what)
{
	fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int connect_store(void)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	const char *dir = getenv("XENSTORED_RUNDIR");
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s/socket", dir ? dir : "/run/xenstored");
	if (connect(fd, (struct sockaddr *)&sa, sizeof(sa)))
		die(sa.sun_path);
	return fd;
}

static void put(int fd, uint32_t type, uint32_t tx, const void *data, size_t len)
{
	char msg[sizeof(struct xsd_sockmsg) + 4096];
	struct xsd_sockmsg h = {.type = type, .req_id = 1, .tx_id = tx, .len = (uint32_t)len};

	memcpy(msg, &h, sizeof(h));
	memcpy(msg + sizeof(h), data, len);
	if (write(fd, msg, sizeof(h) + len) != (ssize_t)(sizeof(h) + len))
		die("write");
}

/* Take one message if it is complete; -1: not yet. */
static int take(struct cl *c, char **data, size_t *len)
{
	struct xsd_sockmsg h;

	if (c->len < sizeof(h))
		return -1;
	memcpy(&h, c->in, sizeof(h));
	if (c->len < sizeof(h) + h.len)
		return -1;
	*data = c->in + sizeof(h);
	*len = h.len;
	return (int)h.type;
}

static void drop(struct cl *c)
{
	struct xsd_sockmsg h;

	memcpy(&h, c->in, sizeof(h));
	c->len -= sizeof(h) + h.len;
	memmove(c->in, c->in + sizeof(h) + h.len, c->len);
}

static void fill(struct cl *c)
{
	ssize_t n = read(c->fd, c->in + c->len, sizeof(c->in) - c->len);

	if (n <= 0)
		die("read");
	c->len += (size_t)n;
}

/* Send and wait: for setting things up, and for one client's latency. */
static int ask(struct cl *c, uint32_t type, uint32_t tx, const void *data, size_t n, uint32_t *id)
{
	char *d;
	size_t len;
	int t;

	put(c->fd, type, tx, data, n);
	for (;;) {
		t = take(c, &d, &len);
		if (t >= 0 && t != XS_WATCH_EVENT)
			break;
		if (t >= 0)
			drop(c);
		else
			fill(c);
	}
	if (id)
		*id = (uint32_t)strtoul(d, NULL, 10);
	drop(c);
	return t;
}

static void write_node(struct cl *c, uint32_t tx, const char *path, const char *value)
{
	char msg[256];
	int n = snprintf(msg, sizeof(msg), "%s%c%s", path, 0, value);

	if (ask(c, XS_WRITE, tx, msg, (size_t)n, NULL) != XS_WRITE)
		die("setting up");
}

enum kind { READ, WRITE, DIR, TXN_APART, TXN_SAME };
static long done, retries;

/* Next request of a client; ops counts what the figure is about. */
static void next(struct cl *c, enum kind kind, int nodes)
{
	char msg[128];
	int n, k = (c->round * 7919 + c->id * 131) % nodes;

	switch (kind) {
	case READ:
		n = snprintf(msg, sizeof(msg), "/bench/d%d/n%d", k / 100, k % 100) + 1;
		put(c->fd, XS_READ, 0, msg, (size_t)n);
		break;
	case WRITE:
		n = snprintf(msg, sizeof(msg), "/bench/d%d/n%d%c%d", k / 100, k % 100, 0, c->round);
		put(c->fd, XS_WRITE, 0, msg, (size_t)n);
		break;
	case DIR:
		n = snprintf(msg, sizeof(msg), "/bench/d%d", k / 100) + 1;
		put(c->fd, XS_DIRECTORY, 0, msg, (size_t)n);
		break;
	default:
		if (c->step == 0) {
			put(c->fd, XS_TRANSACTION_START, 0, "", 1);
		} else if (c->step == 11) {
			put(c->fd, XS_TRANSACTION_END, c->tx, "T", 2);
		} else if (c->step % 2) {
			n = snprintf(msg, sizeof(msg), "/own/%d/k%d", kind == TXN_SAME ? 0 : c->id,
				     c->step) +
			    1;
			put(c->fd, XS_READ, c->tx, msg, (size_t)n);
		} else {
			n = snprintf(msg, sizeof(msg), "/own/%d/k%d%c%d",
				     kind == TXN_SAME ? 0 : c->id, c->step - 1, 0, c->round);
			put(c->fd, XS_WRITE, c->tx, msg, (size_t)n);
		}
	}
}

static void answered(struct cl *c, enum kind kind, int type, const char *data)
{
	bool txn = kind == TXN_APART || kind == TXN_SAME;

	if (type == XS_ERROR && !(txn && c->step == 11 && !strcmp(data, "EAGAIN"))) {
		fprintf(stderr, "bench: error %s\n", data);
		exit(1);
	}
	if (!txn) {
		c->round++;
		done++;
		return;
	}
	if (c->step == 0)
		c->tx = (uint32_t)strtoul(data, NULL, 10);
	if (c->step++ < 11)
		return;
	c->step = 0;
	c->round++;
	if (type == XS_ERROR)
		retries++;
	else
		done++;
}

/* Time that the process with the pid in BENCH_PID has had on a processor, in seconds. */
static double daemon_time(void)
{
	const char *pid = getenv("BENCH_PID");
	unsigned long long ns = 0;
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%s/schedstat", pid ? pid : "self");
	f = fopen(path, "r");
	if (f && fscanf(f, "%llu", &ns) != 1)
		ns = 0;
	if (f)
		fclose(f);
	return (double)ns / 1e9;
}

static struct cl *clients(int n)
{
	struct cl *c = calloc((size_t)n, sizeof(*c));

	for (int i = 0; i < n; i++) {
		c[i].fd = connect_store();
		c[i].id = i;
	}
	return c;
}

static void load(const char *name, enum kind kind, int n, int nodes, double time)
{
	struct cl *c = clients(n);
	int ep = epoll_create1(0);
	double start = seconds(), now = start, busy = daemon_time();

	done = retries = 0;
	for (int i = 0; i < n; i++) {
		struct epoll_event ev = {.events = EPOLLIN, .data.ptr = &c[i]};

		epoll_ctl(ep, EPOLL_CTL_ADD, c[i].fd, &ev);
		next(&c[i], kind, nodes);
	}
	while (now - start < time) {
		struct epoll_event ev[64];
		int k = epoll_wait(ep, ev, 64, 1000);

		for (int i = 0; i < k; i++) {
			struct cl *x = ev[i].data.ptr;
			char *d;
			size_t len;
			int t;

			fill(x);
			t = take(x, &d, &len);
			if (t < 0)
				continue;
			answered(x, kind, t, d);
			drop(x);
			next(x, kind, nodes);
		}
		now = seconds();
	}
	printf("%s.%d %.0f /s\n", name, n, (double)done / (now - start));
	if (getenv("BENCH_PID") && done)
		printf("%s.%d.daemon %.2f us\n", name, n,
		       (daemon_time() - busy) / (double)done * 1e6);
	if (kind == TXN_APART || kind == TXN_SAME)
		printf("%s.%d.conflicts %ld\n", name, n, retries);
	fflush(stdout);
	for (int i = 0; i < n; i++)
		close(c[i].fd);
	close(ep);
	free(c);
	usleep(50000);
}

static void make_nodes(struct cl *c, int from, int to)
{
	char path[64];

	for (int i = from; i < to; i++) {
		snprintf(path, sizeof(path), "/bench/d%d/n%d", i / 100, i % 100);
		write_node(c, 0, path, "value");
	}
}

static void make_own(struct cl *c, int n)
{
	char path[64];

	for (int i = 0; i < n; i++)
		for (int k = 1; k < 11; k += 2) {
			snprintf(path, sizeof(path), "/own/%d/k%d", i, k);
			write_node(c, 0, path, "v");
		}
}

/* With n clients; the nodes are made but once. */
static void throughput(int n, double time)
{
	static bool made;

	if (!made) {
		struct cl *c = clients(1);

		make_nodes(c, 0, 10000);
		make_own(c, 64);
		close(c->fd);
		free(c);
		made = true;
	}
	load("read", READ, n, 10000, time);
	load("write", WRITE, n, 10000, time);
	load("directory", DIR, n, 10000, time);
	load("txn", TXN_APART, n, 10000, time);
	load("txn-same", TXN_SAME, n, 10000, time);
}

/* One writer, n watchers of the same node: events delivered per second. */
static void watch(int n, double time)
{
	struct cl *c = clients(n + 1), *w = &c[n];
	char msg[64];
	long events = 0;
	double start;

	for (int i = 0; i < n; i++)
		ask(&c[i], XS_WATCH, 0, "/watched\0t", 11, NULL);
	for (int i = 0; i < n; i++) {
		if (!c[i].len)
			fill(&c[i]);
		c[i].len = 0;
	}
	start = seconds();
	for (int round = 0; seconds() - start < time; round++) {
		int k = snprintf(msg, sizeof(msg), "/watched%c%d", 0, round);

		ask(w, XS_WRITE, 0, msg, (size_t)k, NULL);
		for (int i = 0; i < n; i++) {
			fill(&c[i]);
			c[i].len = 0;
			events++;
		}
	}
	printf("watch.%d %.0f events/s\n", n, (double)events / (seconds() - start));
	for (int i = 0; i <= n; i++)
		close(c[i].fd);
	free(c);
}

/* Memory of the process that serves, in bytes, by its pid in BENCH_PID. */
static double memory(void)
{
	const char *pid = getenv("BENCH_PID");
	char path[64], line[128];
	double kb = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%s/status", pid ? pid : "self");
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, "RssAnon:", 8))
			kb = atof(line + 8);
	if (f)
		fclose(f);
	return kb * 1024;
}

static void sizes(int most)
{
	struct cl *c = clients(1);
	double m0 = memory(), start;
	int have = 0;
	uint32_t id;

	for (int n = 100; n <= most; n *= 100) {
		make_nodes(c, have, n);
		have = n;
		start = seconds();
		for (int i = 0; i < 2000; i++) {
			ask(c, XS_TRANSACTION_START, 0, "", 1, &id);
			ask(c, XS_TRANSACTION_END, id, "F", 2, NULL);
		}
		printf("txn-start.%d %.2f us\n", n, (seconds() - start) / 2000 * 1e6);
		fflush(stdout);
	}
	printf("node-memory %.0f bytes\n", (memory() - m0) / have);
	ask(c, XS_RM, 0, "/bench", 7, NULL);
	close(c->fd);
	free(c);
}

/*
 * n domains' worth of entries and watches, by turns made, and all removed at the end.
 * The first time is not printed: it fills what is only ever filled once, so that
 * after the second time memory must be back at the value from before it.
 */
static void domains(int n, bool print)
{
	struct cl *c = clients(2);
	double start = seconds(), m0 = memory(), m1;
	char path[128];

	for (int d = 1; d <= n; d++) {
		for (int i = 0; i < 30; i++) {
			snprintf(path, sizeof(path), "/local/domain/%d/device/e%d", d, i);
			write_node(c, 0, path, "value");
		}
		for (int i = 0; i < 6; i++) {
			int k = snprintf(path, sizeof(path), "/local/domain/%d/device/e%d%ct", d, i,
					 0) +
				1;

			ask(&c[1], XS_WATCH, 0, path, (size_t)k, NULL);
		}
	}
	m1 = memory();
	if (print)
		printf("domains.create %.3f s\n", seconds() - start);
	start = seconds();
	for (int d = 1; d <= n; d++) {
		int k = snprintf(path, sizeof(path), "/local/domain/%d", d) + 1;

		ask(c, XS_RM, 0, path, (size_t)k, NULL);
		for (int i = 0; i < 6; i++) {
			k = snprintf(path, sizeof(path), "/local/domain/%d/device/e%d%ct", d, i,
				     0) +
			    1;
			ask(&c[1], XS_UNWATCH, 0, path, (size_t)k, NULL);
		}
	}
	if (print)
		printf("domains.remove %.3f s\n", seconds() - start);
	sleep(1); /* freed memory goes back when the daemon has nothing else to do */
	if (print) {
		printf("domains.memory-each %.0f bytes\n", (m1 - m0) / n);
		printf("domains.memory-left %.0f bytes\n", memory() - m0);
	}
	close(c[0].fd);
	close(c[1].fd);
	free(c);
}

int main(int argc, char **argv)
{
	const char *s = getenv("BENCH_SECONDS");
	double time = s ? atof(s) : 1;

	for (int i = 1; i < argc; i++) {
		if (!strncmp(argv[i], "throughput=", 11))
			throughput(atoi(argv[i] + 11), time);
		else if (!strcmp(argv[i], "watch"))
			watch(1, time), watch(8, time), watch(64, time);
		else if (!strncmp(argv[i], "sizes=", 6))
			sizes(atoi(argv[i] + 6));
		else if (!strncmp(argv[i], "domains=", 8))
			domains(atoi(argv[i] + 8), false), domains(atoi(argv[i] + 8), true);
		else
			return fprintf(stderr, "bench: no such case: %s\n", argv[i]), 1;
	}
	return 0;
}
