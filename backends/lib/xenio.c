/* SPDX-License-Identifier: BSD-2-Clause */
#include "xenio.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xenevtchn.h>
#include <xenforeignmemory.h>

#include "log.h"

struct real_io {
	struct xenio io;
	xengnttab_handle *gnttab;
	xenevtchn_handle *evtchn;
	xenforeignmemory_handle *fmem;
};

static struct real_io *real(struct xenio *io)
{
	return (struct real_io *)io;
}

static void *real_map(struct xenio *io, uint32_t domid, uint32_t nr, const uint32_t *refs)
{
	/* The library takes the references without const and does not write. */
	return xengnttab_map_domain_grant_refs(real(io)->gnttab, nr, domid, (uint32_t *)refs,
					       PROT_READ | PROT_WRITE);
}

static void real_unmap(struct xenio *io, void *addr, uint32_t nr)
{
	xengnttab_unmap(real(io)->gnttab, addr, nr);
}

static void *real_map_frame(struct xenio *io, uint32_t domid, uint64_t frame)
{
	const xen_pfn_t pfn = frame;
	int err = 0;
	void *addr;

	if (!real(io)->fmem) {
		errno = EOPNOTSUPP;
		return NULL;
	}
	addr = xenforeignmemory_map(real(io)->fmem, domid, PROT_READ | PROT_WRITE, 1, &pfn, &err);
	if (addr && err) {
		xenforeignmemory_unmap(real(io)->fmem, addr, 1);
		errno = -err;
		addr = NULL;
	}
	return addr;
}

static void real_unmap_frame(struct xenio *io, void *addr)
{
	xenforeignmemory_unmap(real(io)->fmem, addr, 1);
}

static int real_copy(struct xenio *io, uint32_t nr, xengnttab_grant_copy_segment_t *segs)
{
	return xengnttab_grant_copy(real(io)->gnttab, nr, segs) ? -errno : 0;
}

static int real_bind(struct xenio *io, uint32_t domid, uint32_t remote_port)
{
	int port = xenevtchn_bind_interdomain(real(io)->evtchn, domid, remote_port);

	return port < 0 ? -errno : port;
}

static void real_unbind(struct xenio *io, uint32_t port)
{
	xenevtchn_unbind(real(io)->evtchn, port);
}

static int real_notify(struct xenio *io, uint32_t port)
{
	return xenevtchn_notify(real(io)->evtchn, port) ? -errno : 0;
}

static int real_pending(struct xenio *io)
{
	int port = xenevtchn_pending(real(io)->evtchn);

	return port < 0 ? -errno : port;
}

static int real_unmask(struct xenio *io, uint32_t port)
{
	return xenevtchn_unmask(real(io)->evtchn, port) ? -errno : 0;
}

static int real_event_fd(struct xenio *io)
{
	return xenevtchn_fd(real(io)->evtchn);
}

static void real_close(struct xenio *io)
{
	struct real_io *r = real(io);

	if (r->fmem)
		xenforeignmemory_close(r->fmem);
	if (r->gnttab)
		xengnttab_close(r->gnttab);
	if (r->evtchn)
		xenevtchn_close(r->evtchn);
	free(r);
}

static const struct xenio_ops real_ops = {
	.map = real_map,
	.unmap = real_unmap,
	.map_frame = real_map_frame,
	.unmap_frame = real_unmap_frame,
	.copy = real_copy,
	.bind = real_bind,
	.unbind = real_unbind,
	.notify = real_notify,
	.pending = real_pending,
	.unmask = real_unmask,
	.event_fd = real_event_fd,
	.close = real_close,
};

struct xenio *xenio_open(int with_frames)
{
	struct real_io *r = calloc(1, sizeof(*r));
	const char *missing = NULL;
	int saved;

	if (!r)
		return NULL;
	r->io.ops = &real_ops;
	if (!(r->evtchn = xenevtchn_open(NULL, 0)))
		missing = "/dev/xen/evtchn";
	else if (!(r->gnttab = xengnttab_open(NULL, 0)))
		missing = "/dev/xen/gntdev";
	else if (with_frames && !(r->fmem = xenforeignmemory_open(NULL, 0)))
		missing = "/dev/xen/privcmd";
	/* Pending ports are taken off until the queue is empty, so that read
	 * must not wait. */
	else if (fcntl(xenevtchn_fd(r->evtchn), F_SETFL, O_NONBLOCK) < 0)
		missing = "/dev/xen/evtchn";
	if (!missing)
		return &r->io;
	saved = errno;
	log_err("cannot open %s: is this a service domain with the driver loaded?", missing);
	real_close(&r->io);
	errno = saved;
	return NULL;
}
