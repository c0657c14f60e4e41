/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Client library of the store. Every call that can fail sets errno; calls that
 * return bool return false on failure. A handle may be used by several threads.
 * What is returned as a pointer is one malloc()ed block, for the caller to free().
 */
#ifndef XENSTORE_H
#define XENSTORE_H

#include "xenstore_lib.h"

#define XBT_NULL 0

/* Flags of xs_open(). The first is accepted and changes nothing. */
#define XS_OPEN_READONLY (1UL << 0)
/* The daemon's socket or nothing. */
#define XS_OPEN_SOCKETONLY (1UL << 1)
/* After xs_unwatch() no queued event with that token and path is handed out any more. */
#define XS_UNWATCH_FILTER (1UL << 2)
/* Never start a reader thread: events are read by whichever call waits. */
#define XS_OPEN_NO_THREAD (1UL << 16)

struct xs_handle;
typedef uint32_t xs_transaction_t;

/* Connect by the daemon's socket, else by the kernel's xenbus device; NULL on failure. */
struct xs_handle *xs_open(unsigned long flags);
void xs_close(struct xs_handle *h); /* NULL is fine */

/* Older names of the two above. */
struct xs_handle *xs_daemon_open(void);
struct xs_handle *xs_domain_open(void);
struct xs_handle *xs_daemon_open_readonly(void);
void xs_daemon_close(struct xs_handle *h);
/* Drop the child's copy of a handle after fork(); the parent's goes on. */
void xs_daemon_destroy_postfork(struct xs_handle *h);

/* Names of a node's children, *num of them. */
char **xs_directory(struct xs_handle *h, xs_transaction_t t, const char *path, unsigned int *num);
/* A node's value and a NUL after it; *len (may be NULL) does not count the NUL. */
void *xs_read(struct xs_handle *h, xs_transaction_t t, const char *path, unsigned int *len);
bool xs_write(struct xs_handle *h, xs_transaction_t t, const char *path, const void *data,
	      unsigned int len);
bool xs_mkdir(struct xs_handle *h, xs_transaction_t t, const char *path);
/* Remove a node and all below it. */
bool xs_rm(struct xs_handle *h, xs_transaction_t t, const char *path);
/* Always false: kept for the library's ABI. */
bool xs_restrict(struct xs_handle *h, unsigned int domid);
struct xs_permissions *xs_get_permissions(struct xs_handle *h, xs_transaction_t t, const char *path,
					  unsigned int *num);
bool xs_set_permissions(struct xs_handle *h, xs_transaction_t t, const char *path,
			struct xs_permissions *perms, unsigned int num_perms);

/* Have an event (path, token) queued for each change at or below path, and one at once. */
bool xs_watch(struct xs_handle *h, const char *path, const char *token);
bool xs_unwatch(struct xs_handle *h, const char *path, const char *token);
/* Readable when an event waits; then call xs_check_watch() until it says EAGAIN. */
int xs_fileno(struct xs_handle *h);
/* Next event as strings [XS_WATCH_PATH] and [XS_WATCH_TOKEN]: at once or EAGAIN, or waiting. */
char **xs_check_watch(struct xs_handle *h);
char **xs_read_watch(struct xs_handle *h, unsigned int *num);

/* XBT_NULL on failure. Ending with abort false fails with EAGAIN when others interfered. */
xs_transaction_t xs_transaction_start(struct xs_handle *h);
bool xs_transaction_end(struct xs_handle *h, xs_transaction_t t, bool abort);

/* For the toolstack: give the store a domain's ring (frame number, event channel port). */
bool xs_introduce_domain(struct xs_handle *h, unsigned int domid, unsigned long mfn,
			 unsigned int eventchn);
bool xs_set_target(struct xs_handle *h, unsigned int domid, unsigned int target);
bool xs_resume_domain(struct xs_handle *h, unsigned int domid);
bool xs_release_domain(struct xs_handle *h, unsigned int domid);
bool xs_is_domain_introduced(struct xs_handle *h, unsigned int domid);
char *xs_get_domain_path(struct xs_handle *h, unsigned int domid);
/* Is child the same path as parent, or one below it? Compares strings only. */
bool xs_path_is_subpath(const char *parent, const char *child);

/* Send a command to the daemon itself; data holds its NUL-terminated arguments. */
char *xs_control_command(struct xs_handle *h, const char *cmd, void *data, unsigned int len);
char *xs_debug_command(struct xs_handle *h, const char *cmd, void *data, unsigned int len);

/* Event channel over which a guest takes suspend requests, or -1. */
int xs_suspend_evtchn_port(int domid);

#endif
