/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench CASE...: drive a store daemon over its socket (XENSTORED_PATH, else
 * XENSTORED_RUNDIR/socket) and print one "name value unit" line per figure.
 * Plain protocol, no library, so that every daemon gets the same client. CLIENTS
 * connections are driven from this one process: each has one request under way,
 * and the next is sent as soon as the answer is there.
 */
#include <errno.h>
#include <liburing.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include <xen/io/xs_wire.h>

struct cl {
	int fd, id, step, round;
	uint32_t tx;
	char in[8192], out[256];
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

static size_t message(char *msg, uint32_t type, uint32_t tx, const void *data, size_t len)
{
	struct xsd_sockmsg h = {.type = type, .req_id = 1, .tx_id = tx, .len = (uint32_t)len};

	memcpy(msg, &h, sizeof(h));
	memcpy(msg + sizeof(h), data, len);
	return sizeof(h) + len;
}

static void put(int fd, uint32_t type, uint32_t tx, const void *data, size_t len)
{
	char msg[sizeof(struct xsd_sockmsg) + 4096];
	size_t n = message(msg, type, tx, data, len);

	if (send(fd, msg, n, 0) != (ssize_t)n)
		die("send");
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
	ssize_t n = recv(c->fd, c->in + c->len, sizeof(c->in) - c->len, 0);

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

/*
 * What clients cost counts for every daemon alike, so it shall be little: no printf(), and one
 * system call for all of them that have something to send or to take.
 */
static struct io_uring ring;
#define MOST 128 /* clients */

static char *text(char *at, const char *s)
{
	while (*s)
		*at++ = *s++;
	return at;
}

static char *number(char *at, unsigned int n)
{
	if (n > 9)
		at = number(at, n / 10);
	*at++ = (char)('0' + n % 10);
	return at;
}

/* Some of the reply. */
static void expect(struct cl *c)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);

	io_uring_prep_recv(sqe, c->id, c->in + c->len, sizeof(c->in) - c->len, 0);
	sqe->flags |= IOSQE_FIXED_FILE;
	/* It is not there yet. */
	sqe->ioprio = IORING_RECVSEND_POLL_FIRST;
	io_uring_sqe_set_data(sqe, c);
}

/* Next request of a client; ops counts what the figure is about. */
static void next(struct cl *c, enum kind kind, unsigned int nodes)
{
	unsigned int round = (unsigned int)c->round,
		     id = kind == TXN_SAME ? 0 : (unsigned int)c->id;
	unsigned int k = (round * 7919 + id * 131) % nodes, step = (unsigned int)c->step;
	char msg[128], *at = msg;
	uint32_t type = XS_READ;
	struct io_uring_sqe *sqe;
	size_t len;

	if (kind < TXN_APART) {
		at = number(text(at, "/bench/d"), k / 100);
		if (kind != DIR)
			at = number(text(at, "/n"), k % 100);
		type = kind == WRITE ? XS_WRITE : kind == DIR ? XS_DIRECTORY : XS_READ;
	} else if (step == 0 || step == 11) {
		at = text(at, step ? "T" : "");
		type = step ? XS_TRANSACTION_END : XS_TRANSACTION_START;
	} else {
		at = number(text(number(text(at, "/own/"), id), "/k"), step - 1 + step % 2);
		type = step % 2 ? XS_READ : XS_WRITE;
	}
	*at++ = '\0';
	if (type == XS_WRITE)
		at = number(at, round);
	len = message(c->out, type, step ? c->tx : 0, msg, (size_t)(at - msg));
	sqe = io_uring_get_sqe(&ring);
	io_uring_prep_send(sqe, c->id, c->out, len, 0);
	sqe->flags |= IOSQE_FIXED_FILE | IOSQE_CQE_SKIP_SUCCESS;
	expect(c);
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

/* What x has got: its next request follows a whole reply. */
static void got(struct cl *x, int bytes, enum kind kind, unsigned int nodes)
{
	char *d;
	size_t len;
	int t;

	if (bytes <= 0)
		die("receive");
	x->len += (size_t)bytes;
	t = take(x, &d, &len);
	if (t < 0) {
		expect(x);
		return;
	}
	answered(x, kind, t, d);
	drop(x);
	next(x, kind, nodes);
}

static void load(const char *name, enum kind kind, int n, unsigned int nodes, double time)
{
	struct cl *c = clients(n);
	int fds[MOST];
	double start = seconds(), now = start, busy = daemon_time(), all;

	done = retries = 0;
	if (n > MOST) {
		errno = E2BIG;
		die("clients");
	}
	for (int i = 0; i < n; i++)
		fds[i] = c[i].fd;
	if (io_uring_queue_init(2 * MOST, &ring, IORING_SETUP_COOP_TASKRUN) ||
	    io_uring_register_files(&ring, fds, (unsigned int)n))
		die("io_uring");
	for (int i = 0; i < n; i++)
		next(&c[i], kind, nodes);
	while (now - start < time) {
		struct io_uring_cqe *cqe;
		unsigned int head, seen = 0;

		if (io_uring_submit_and_wait(&ring, 1) < 0)
			die("io_uring");
		io_uring_for_each_cqe(&ring, head, cqe)
		{
			got(io_uring_cqe_get_data(cqe), cqe->res, kind, nodes);
			seen++;
		}
		io_uring_cq_advance(&ring, seen);
		now = seconds();
	}
	/* They go in step: what is under way counts for as much as is done of it. */
	all = (double)done;
	for (int i = 0; i < n && kind != TXN_SAME; i++)
		all += c[i].step / 12.0;
	printf("%s.%d %.0f /s\n", name, n, all / (now - start));
	if (getenv("BENCH_PID") && done)
		printf("%s.%d.daemon %.2f us\n", name, n, (daemon_time() - busy) / all * 1e6);
	if (kind == TXN_APART || kind == TXN_SAME)
		printf("%s.%d.conflicts %ld\n", name, n, retries);
	fflush(stdout);
	io_uring_queue_exit(&ring);
	for (int i = 0; i < n; i++)
		close(c[i].fd);
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
