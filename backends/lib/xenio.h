/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a back-end needs from the hypervisor: the pages that a guest granted,
 * and event channels. Back-ends see this table of operations alone, so that
 * the tests can put a guest made of plain memory behind it; xenio_open()
 * gives the real one, over Debian's libxengnttab, libxenevtchn and
 * libxenforeignmemory.
 *
 * Functions that can fail return a negative errno.
 */
#ifndef BACKENDS_XENIO_H
#define BACKENDS_XENIO_H

#include <stdint.h>
#include <xengnttab.h>

struct xenio;

struct xenio_ops {
	/* Maps `nr` granted pages of a domain side by side, read-write.
	 * NULL and errno on failure. Unmap gives back exactly such a range. */
	void *(*map)(struct xenio *io, uint32_t domid, uint32_t nr, const uint32_t *refs);
	void (*unmap)(struct xenio *io, void *addr, uint32_t nr);
	/* Maps one frame of a domain by number; for rings that come without a
	 * grant. Takes the rights of a control domain. */
	void *(*map_frame)(struct xenio *io, uint32_t domid, uint64_t frame);
	void (*unmap_frame)(struct xenio *io, void *addr);
	/* Copies between granted pages and own memory. 0 means that the call
	 * was made: each segment has its own GNTST_* status. */
	int (*copy)(struct xenio *io, uint32_t nr, xengnttab_grant_copy_segment_t *segs);

	/* Binds a port that the domain left open for us: the local port. */
	int (*bind)(struct xenio *io, uint32_t domid, uint32_t remote_port);
	void (*unbind)(struct xenio *io, uint32_t port);
	int (*notify)(struct xenio *io, uint32_t port);
	/* Takes one port off the queue (it is masked then), or -EAGAIN. */
	int (*pending)(struct xenio *io);
	int (*unmask)(struct xenio *io, uint32_t port);
	/* Readable when a port is pending. */
	int (*event_fd)(struct xenio *io);
	void (*close)(struct xenio *io);
};

struct xenio {
	const struct xenio_ops *ops;
};

/* The real one. `with_frames`: map_frame will be used. NULL and errno on
 * failure, with the missing device named in the log. */
struct xenio *xenio_open(int with_frames);

#endif
