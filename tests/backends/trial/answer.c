/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * answer DOMID: the back-end's side of the trial, in the console daemon's
 * place: takes requests from the domain's console page and answers them, as
 * the real back-ends do (epoll, event channel device, page mapped by grant).
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <public/grant.h>
#include <public/io/console.h>

#include "lib/log.h"
#include "lib/loop.h"
#include "lib/store.h"
#include "lib/xenio.h"
#include "mark.h"
#include "message.h"

static struct loop loop;
static struct xenio *io;
static struct pv_xencons_interface *page;
static int port;

static long switches(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_nvcsw + usage.ru_nivcsw;
}

static void answer(const struct trial_message *m)
{
	static long before;
	uint32_t at = page->in_prod & (sizeof(page->in) - 1);

	if (m->kind == TRIAL_BEGIN) {
		before = switches();
		MARK(1);
	}
	if (m->kind == TRIAL_END) {
		MARK(2);
		printf("TRIAL requests=%u ns_per_request=%llu process_switches_per_request=%.2f\n",
		       TRIAL_REQUESTS, (unsigned long long)(m->value / TRIAL_REQUESTS),
		       (double)(switches() - before) / TRIAL_REQUESTS);
		loop_stop(&loop, 0);
	}
	memcpy(page->in + at, m, sizeof(*m));
	__atomic_store_n(&page->in_prod, page->in_prod + (uint32_t)sizeof(*m), __ATOMIC_RELEASE);
	io->ops->notify(io, (uint32_t)port);
}

static void events_ready(struct loop_source *src, uint32_t events)
{
	struct trial_message m;

	(void)src;
	(void)events;
	if (io->ops->pending(io) < 0)
		return;
	while (__atomic_load_n(&page->out_prod, __ATOMIC_ACQUIRE) != page->out_cons) {
		memcpy(&m, page->out + (page->out_cons & (sizeof(page->out) - 1)), sizeof(m));
		page->out_cons += (uint32_t)sizeof(m);
		answer(&m);
	}
	io->ops->unmask(io, (uint32_t)port);
}

static void no_watch(struct store *store, const char *path, const char *token)
{
	(void)store;
	(void)path;
	(void)token;
}

int main(int argc, char **argv)
{
	struct loop_source events = {.ready = events_ready};
	const uint32_t ref = PV_GNTTAB_RESERVED_CONSOLE;
	uint64_t domid, frame, remote;
	struct store store;
	char dir[64];

	if (argc != 2 || parse_uint(argv[1], 0x7fef, &domid)) {
		fputs("usage: answer DOMID\n", stderr);
		return 2;
	}
	if (loop_init(&loop) || store_open(&store, &loop, no_watch) || !(io = xenio_open(1)))
		return 1;
	snprintf(dir, sizeof(dir), "/local/domain/%u/console", (unsigned int)domid);
	if (store_read_uint(&store, dir, "ring-ref", UINT64_MAX, &frame) ||
	    store_read_uint(&store, dir, "port", INT_MAX, &remote)) {
		log_err("no console in %s", dir);
		return 1;
	}
	page = io->ops->map(io, (uint32_t)domid, 1, &ref);
	if (!page)
		page = io->ops->map_frame(io, (uint32_t)domid, frame);
	port = page ? io->ops->bind(io, (uint32_t)domid, (uint32_t)remote) : -errno;
	if (port < 0) {
		log_err("cannot take up the console: %s", strerror(-port));
		return 1;
	}
	events.fd = io->ops->event_fd(io);
	return loop_add(&loop, &events, EPOLLIN) || loop_run(&loop);
}
