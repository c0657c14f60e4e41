/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake_io.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

static struct fake_io *fake_of(struct xenio *io)
{
	return (struct fake_io *)io;
}

uint8_t *fake_page(struct fake_io *fake, uint32_t ref)
{
	return fake->pages + (size_t)ref * 4096;
}

static void *fake_map(struct xenio *io, uint32_t domid, uint32_t nr, const uint32_t *refs)
{
	struct fake_io *fake = fake_of(io);

	/* Only runs of neighbours: that is all the tests ask for. */
	for (uint32_t i = 0; i < nr; i++) {
		if (domid != FAKE_DOMID || refs[i] != refs[0] + i || refs[i] >= FAKE_PAGES ||
		    !fake->granted[refs[i]] || fake->map_fails) {
			errno = EINVAL;
			return NULL;
		}
	}
	fake->mapped++;
	return fake_page(fake, refs[0]);
}

static void fake_unmap(struct xenio *io, void *addr, uint32_t nr)
{
	(void)addr;
	(void)nr;
	fake_of(io)->mapped--;
}

static void *fake_map_frame(struct xenio *io, uint32_t domid, uint64_t frame)
{
	if (domid != FAKE_DOMID || frame >= FAKE_PAGES) {
		errno = EINVAL;
		return NULL;
	}
	fake_of(io)->mapped++;
	return fake_page(fake_of(io), (uint32_t)frame);
}

static void fake_unmap_frame(struct xenio *io, void *addr)
{
	(void)addr;
	fake_of(io)->mapped--;
}

/* One end of a segment as the hypervisor would check it; NULL and a status. */
static uint8_t *guest_end(struct fake_io *fake, uint32_t ref, unsigned int offset, unsigned int len,
			  uint16_t domid, bool write, int16_t *status)
{
	*status = GNTST_okay;
	if (domid != FAKE_DOMID || ref >= FAKE_PAGES || !fake->granted[ref] ||
	    (write && fake->readonly[ref]))
		*status = GNTST_bad_gntref;
	else if (offset + len > 4096)
		*status = GNTST_bad_copy_arg;
	return *status == GNTST_okay ? fake_page(fake, ref) + offset : NULL;
}

static int fake_copy(struct xenio *io, uint32_t nr, xengnttab_grant_copy_segment_t *segs)
{
	struct fake_io *fake = fake_of(io);

	fake->copies++;
	if (fake->copy_fails)
		return -EFAULT;
	for (uint32_t i = 0; i < nr; i++) {
		xengnttab_grant_copy_segment_t *s = &segs[i];
		uint8_t *guest;

		if (s->flags == GNTCOPY_source_gref) {
			guest = guest_end(fake, s->source.foreign.ref, s->source.foreign.offset,
					  s->len, s->source.foreign.domid, false, &s->status);
			if (guest)
				memcpy(s->dest.virt, guest, s->len);
		} else {
			guest = guest_end(fake, s->dest.foreign.ref, s->dest.foreign.offset, s->len,
					  s->dest.foreign.domid, true, &s->status);
			if (guest)
				memcpy(guest, s->source.virt, s->len);
		}
	}
	return 0;
}

static int fake_bind(struct xenio *io, uint32_t domid, uint32_t remote_port)
{
	struct fake_io *fake = fake_of(io);

	if (fake->bind_fails || fake->bound || domid != FAKE_DOMID || !remote_port)
		return -EINVAL;
	fake->bound = true;
	return FAKE_PORT;
}

static void fake_unbind(struct xenio *io, uint32_t port)
{
	(void)port;
	fake_of(io)->bound = false;
}

static int fake_notify(struct xenio *io, uint32_t port)
{
	if (port != FAKE_PORT)
		return -EINVAL;
	fake_of(io)->notified++;
	return 0;
}

static int fake_pending(struct xenio *io)
{
	uint64_t count;

	if (read(fake_of(io)->event_fd, &count, sizeof(count)) < 0)
		return -errno;
	fake_of(io)->masked = true;
	return FAKE_PORT;
}

static int fake_unmask(struct xenio *io, uint32_t port)
{
	(void)port;
	fake_of(io)->masked = false;
	return 0;
}

static int fake_event_fd(struct xenio *io)
{
	return fake_of(io)->event_fd;
}

static const struct xenio_ops fake_ops = {
	.map = fake_map,
	.unmap = fake_unmap,
	.map_frame = fake_map_frame,
	.unmap_frame = fake_unmap_frame,
	.copy = fake_copy,
	.bind = fake_bind,
	.unbind = fake_unbind,
	.notify = fake_notify,
	.pending = fake_pending,
	.unmask = fake_unmask,
	.event_fd = fake_event_fd,
};

void fake_io_init(struct fake_io *fake)
{
	memset(fake, 0, sizeof(*fake));
	fake->io.ops = &fake_ops;
	fake->pages = mmap(NULL, FAKE_PAGES * 4096, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	fake->event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (fake->pages == MAP_FAILED || fake->event_fd < 0)
		abort();
}

void fake_io_fini(struct fake_io *fake)
{
	munmap(fake->pages, FAKE_PAGES * 4096);
	close(fake->event_fd);
}

void fake_io_kick(struct fake_io *fake)
{
	const uint64_t one = 1;

	if (write(fake->event_fd, &one, sizeof(one)) != (ssize_t)sizeof(one))
		abort();
}
