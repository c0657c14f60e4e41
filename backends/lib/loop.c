/* SPDX-License-Identifier: BSD-2-Clause */
#include "loop.h"

#include <errno.h>
#include <stddef.h>
#include <sys/timerfd.h>
#include <unistd.h>

int loop_init(struct loop *loop)
{
	loop->running = true;
	loop->status = 0;
	loop->nr_batch = 0;
	loop->epfd = epoll_create1(EPOLL_CLOEXEC);
	return loop->epfd < 0 ? -errno : 0;
}

void loop_fini(struct loop *loop)
{
	close(loop->epfd);
	loop->epfd = -1;
}

static int loop_ctl(struct loop *loop, int op, struct loop_source *src, uint32_t events)
{
	struct epoll_event ev = {.events = events, .data.ptr = src};

	return epoll_ctl(loop->epfd, op, src->fd, &ev) < 0 ? -errno : 0;
}

int loop_add(struct loop *loop, struct loop_source *src, uint32_t events)
{
	return loop_ctl(loop, EPOLL_CTL_ADD, src, events);
}

int loop_mod(struct loop *loop, struct loop_source *src, uint32_t events)
{
	return loop_ctl(loop, EPOLL_CTL_MOD, src, events);
}

void loop_del(struct loop *loop, struct loop_source *src)
{
	loop_ctl(loop, EPOLL_CTL_DEL, src, 0);
	for (int i = 0; i < loop->nr_batch; i++)
		if (loop->batch[i].data.ptr == src)
			loop->batch[i].data.ptr = NULL;
}

int loop_run(struct loop *loop)
{
	while (loop->running) {
		int n = epoll_wait(loop->epfd, loop->batch, LOOP_BATCH, -1);

		if (n < 0 && errno != EINTR)
			return -errno;
		loop->nr_batch = n < 0 ? 0 : n;
		for (int i = 0; i < loop->nr_batch && loop->running; i++) {
			struct loop_source *src = loop->batch[i].data.ptr;

			if (src)
				src->ready(src, loop->batch[i].events);
		}
		loop->nr_batch = 0;
	}
	return loop->status;
}

void loop_stop(struct loop *loop, int status)
{
	loop->running = false;
	loop->status = status;
}

int loop_timer_init(struct loop *loop, struct loop_source *src)
{
	int rc;

	src->fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (src->fd < 0)
		return -errno;
	rc = loop_add(loop, src, EPOLLIN);
	if (rc) {
		close(src->fd);
		src->fd = -1;
	}
	return rc;
}

void loop_timer_set(struct loop_source *src, unsigned int milliseconds, bool repeat)
{
	struct itimerspec when = {
		.it_value =
			{
				.tv_sec = milliseconds / 1000,
				.tv_nsec = (long)(milliseconds % 1000) * 1000000,
			},
	};

	if (repeat)
		when.it_interval = when.it_value;
	timerfd_settime(src->fd, 0, &when, NULL);
}

void loop_timer_ack(struct loop_source *src)
{
	uint64_t expirations;

	/* EAGAIN when the timer was set again meanwhile: nothing to take off. */
	if (read(src->fd, &expirations, sizeof(expirations)) < 0)
		return;
}
