/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The main loop of a back-end: level-triggered epoll over sources that their
 * owners embed. Single-threaded. A callback may add and remove any source,
 * its own included; a source that was removed is not called again, not even
 * for an event that the kernel had already reported.
 */
#ifndef BACKENDS_LOOP_H
#define BACKENDS_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

#define LOOP_BATCH 32

struct loop_source {
	int fd;
	/* `events` are the EPOLL* bits that are set. */
	void (*ready)(struct loop_source *src, uint32_t events);
};

struct loop {
	int epfd;
	bool running;
	int status;
	int nr_batch;
	struct epoll_event batch[LOOP_BATCH];
};

/* All return 0 or a negative errno. */
int loop_init(struct loop *loop);
void loop_fini(struct loop *loop);
int loop_add(struct loop *loop, struct loop_source *src, uint32_t events);
int loop_mod(struct loop *loop, struct loop_source *src, uint32_t events);
void loop_del(struct loop *loop, struct loop_source *src);

/* Runs until loop_stop(); returns the status given there, or a negative errno. */
int loop_run(struct loop *loop);
void loop_stop(struct loop *loop, int status);

/* A timer as a source: src->fd becomes a timerfd; the callback reads it off
 * with loop_timer_ack(). An interval of 0 stops it. */
int loop_timer_init(struct loop *loop, struct loop_source *src);
void loop_timer_set(struct loop_source *src, unsigned int milliseconds, bool repeat);
void loop_timer_ack(struct loop_source *src);

#endif
