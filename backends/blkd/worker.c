/* SPDX-License-Identifier: BSD-2-Clause */
#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "confine.h"
#include "engine.h"
#include "lib/log.h"
#include "lib/store.h"

/* How long the I/O of a killed worker may take to end. */
#define LOCK_WAIT_MS 10000

/* "--worker", what is in struct worker_args, the ring's pages, NULL. */
#define ARG_COUNT (8 + MAX_RING_PAGES)

pid_t worker_spawn(const struct worker_args *args, int *control)
{
	char domid[12], port[12], refs[MAX_RING_PAGES][12];
	char *argv[ARG_COUNT] = {
		"blkd",
		"--worker",
		domid,
		port,
		args->readonly ? "r" : "w",
		args->resume ? "resume" : "fresh",
		(char *)args->journal,
		(char *)args->image,
	};
	char *all[ARG_COUNT + 2];
	unsigned int n = 8;
	int fds[2];
	pid_t pid;

	snprintf(domid, sizeof(domid), "%u", args->ring.domid);
	snprintf(port, sizeof(port), "%u", args->ring.port);
	memcpy(all, argv, n * sizeof(all[0]));
	for (unsigned int i = 0; i < args->ring.nr_pages; i++) {
		snprintf(refs[i], sizeof(refs[i]), "%u", args->ring.refs[i]);
		all[n++] = refs[i];
	}
	all[n] = NULL;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) < 0)
		return -errno;
	pid = fork();
	if (pid == 0) {
		sigset_t none;

		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		/* Without close-on-exec, also when it has that number already. */
		if (fds[1] == WORKER_CONTROL_FD)
			fcntl(fds[1], F_SETFD, 0);
		else
			dup2(fds[1], WORKER_CONTROL_FD);
		execv("/proc/self/exe", all);
		_exit(WORKER_REFUSED);
	}
	if (pid < 0)
		pid = -errno;
	close(fds[1]);
	if (pid < 0)
		close(fds[0]);
	else
		*control = fds[0];
	return pid;
}

/* ---- the worker's side ---- */

static int __attribute__((format(printf, 1, 2))) refuse(const char *fmt, ...)
{
	char text[160];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	/* If nobody listens any more, the exit status still tells. */
	if (write(WORKER_CONTROL_FD, text, strlen(text)) < 0)
		return WORKER_DONE;
	return WORKER_REFUSED;
}

static bool parse_u32(const char *text, uint32_t *value)
{
	uint64_t wide;

	if (parse_uint(text, UINT32_MAX, &wide))
		return false;
	*value = (uint32_t)wide;
	return true;
}

static bool parse_args(int argc, char **argv, struct worker_args *args)
{
	memset(args, 0, sizeof(*args));
	if (argc < 9 || argc > 8 + (int)MAX_RING_PAGES)
		return false;
	args->readonly = !strcmp(argv[4], "r");
	args->resume = !strcmp(argv[5], "resume");
	args->journal = argv[6];
	args->image = argv[7];
	args->ring.nr_pages = (uint32_t)argc - 8;
	for (int i = 8; i < argc; i++)
		if (!parse_u32(argv[i], &args->ring.refs[i - 8]))
			return false;
	return parse_u32(argv[2], &args->ring.domid) && parse_u32(argv[3], &args->ring.port);
}

/* The journal for this ring, with the published response index that it goes
 * with in *rsp_prod. */
static struct journal *open_journal(const struct worker_args *args, const struct pv_sring *ring,
				    uint32_t *rsp_prod)
{
	struct journal *journal;
	uint32_t req_prod;

	*rsp_prod = 0;
	if (!args->resume)
		return journal_create(args->journal, &args->ring);
	*rsp_prod = __atomic_load_n(&ring->rsp_prod, __ATOMIC_ACQUIRE);
	req_prod = __atomic_load_n(&ring->req_prod, __ATOMIC_ACQUIRE);
	journal = journal_open(args->journal, &args->ring);
	if (journal) {
		if (journal_recover(journal, *rsp_prod) >= 0)
			return journal;
		journal_close(journal);
		errno = EPROTO;
		return NULL;
	}
	/* Without a journal only an idle ring can be taken up. */
	if (req_prod != *rsp_prod)
		return NULL;
	journal = journal_create(args->journal, &args->ring);
	if (journal)
		journal->req_cons = *rsp_prod;
	return journal;
}

static int serve(struct engine *e)
{
	int rc = 0;

	while (!rc && !(e->control_hung_up && e->nr_free == MAX_REQUESTS)) {
		rc = engine_step(e, true);
		/* What it asked for before is still answered, to end the I/O in
		 * good order; nothing more is taken. */
		if (e->broken && e->nr_free == MAX_REQUESTS)
			return WORKER_BROKEN;
	}
	return rc ? 1 : WORKER_DONE;
}

int worker_main(int argc, char **argv)
{
	static struct engine engine;
	struct worker_args args;
	struct journal *journal;
	struct xenio *io;
	struct disk disk;
	const char *step;
	uint32_t rsp_prod;
	void *ring;
	int port, rc;

	signal(SIGPIPE, SIG_IGN);
	if (!parse_args(argc, argv, &args))
		return refuse("the worker was started with wrong arguments");
	rc = disk_open(&disk, args.image, args.readonly, LOCK_WAIT_MS);
	if (rc)
		return refuse("%s: %s", args.image, rc == -EBUSY ? "in use" : strerror(-rc));
	io = xenio_open(0);
	if (!io)
		return refuse("cannot open the devices in /dev/xen: %s", strerror(errno));
	ring = io->ops->map(io, args.ring.domid, args.ring.nr_pages, args.ring.refs);
	if (!ring)
		return refuse("cannot map the ring: %s", strerror(errno));
	journal = open_journal(&args, ring, &rsp_prod);
	if (!journal)
		return refuse("no journal at %s to take up the ring with: %s", args.journal,
			      strerror(errno));
	port = io->ops->bind(io, args.ring.domid, args.ring.port);
	if (port < 0)
		return refuse("cannot bind event channel %u: %s", args.ring.port, strerror(-port));
	rc = engine_init(&engine, io, &disk, journal, ring, (uint32_t)port, rsp_prod,
			 WORKER_CONTROL_FD);
	if (rc)
		return refuse("cannot set up io_uring: %s", strerror(-rc));
	rc = confine(&step);
	if (rc)
		return refuse("%s: %s", step, strerror(-rc));
	if (write(WORKER_CONTROL_FD, "ok", 2) != 2)
		return WORKER_DONE;
	if (args.resume)
		engine_resume(&engine);
	return serve(&engine);
}
