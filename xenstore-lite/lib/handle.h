/* SPDX-License-Identifier: BSD-2-Clause */
/* A connection to the store: one stream of replies and events, shared by threads. */
#ifndef XS_HANDLE_H
#define XS_HANDLE_H

#include <pthread.h>
#include "xenstore.h"

struct message {
	struct message *next;
	struct xsd_sockmsg head;
	char body[]; /* head.len bytes and a NUL */
};

/*
 * Locks, outer first: request (one request at a time has its reply outstanding),
 * then state. Whoever waits for a message and finds no reader becomes it: reads
 * one message with state unlocked, files it, and hands on. A reader thread is
 * simply a thread that always waits.
 */
struct xs_handle {
	int fd;
	int poll_fd;  /* for xs_fileno(): epoll over event_fd and, without a thread, fd */
	int event_fd; /* readable while events are queued */
	int stop_fd;  /* tells the reader thread to end; -1 without one */
	unsigned long flags;
	pthread_mutex_t request, state;
	pthread_cond_t changed;
	bool reading; /* some thread is the reader */
	bool stopping;
	int broken; /* the connection is gone: the errno value that tells why */
	pthread_t reader;
	struct message *reply;
	struct message *events, **last_event;
};

/*
 * Send a request and wait for its reply, which is one block with a NUL behind its
 * *len bytes (len may be NULL); NULL with errno set, also for an error reply. The
 * payload is what printf() makes of fmt, a NUL, and size bytes of data.
 */
char *handle_ask(struct xs_handle *h, uint32_t tx, uint32_t type, unsigned int *len,
		 const void *data, size_t size, const char *fmt, ...)
	__attribute__((format(printf, 7, 8)));
/* The next event, waiting for it or not (EAGAIN). */
struct message *handle_next_event(struct xs_handle *h, bool wait);
/* Start the reader thread unless the handle must not or does not need one. */
void handle_start_reader(struct xs_handle *h);
/* Forget queued events of a watch. */
void handle_drop_events(struct xs_handle *h, const char *path, const char *token);

#endif
