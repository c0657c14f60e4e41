/* SPDX-License-Identifier: BSD-2-Clause */
/* Domain rings: the shared page's protocol, and the hypervisor's part below it. */
#ifndef XSD_RING_H
#define XSD_RING_H

#include "conn.h"

extern const struct transport ring_transport;

struct ring {
	struct xenstore_domain_interface *page; /* shared with the guest: never trust it twice */
	uint32_t port;				/* local event channel */
};

/* INTRODUCE: map the ring and make a connection of it, or rebind the one there is. */
int ring_introduce(struct domain *d, uint32_t port);
/* A connection from the log, which has taken and sent so many bytes. */
struct conn *ring_new(struct domain *d, uint32_t in_pos, uint32_t out_pos);
/* Map its ring, and leave out what the guest has got already; false when that fails. */
bool ring_resume(struct conn *c);
/* The privileged domain's own kernel. */
void ring_attach_dom0(void);
/* Did the guest ask for a fresh connection (XENSTORE_RECONNECT)? Then it has one now. */
bool ring_reconnect(struct conn *c);

/* Below the rings; a test may put its own in place. */
struct hypervisor {
	void *(*map)(unsigned int domid);
	void (*unmap)(unsigned int domid, void *page);
	/* Local port bound to a domain's port, or -1. */
	int (*bind)(unsigned int domid, uint32_t port);
	void (*unbind)(uint32_t port);
	void (*notify)(uint32_t port);
	/* Event channel of the privileged domain's own kernel, 0: none. */
	uint32_t (*dom0_port)(void);
};
extern const struct hypervisor *hypervisor; /* NULL: none, so no rings */

/* Open /dev/xen; returns the descriptor that event channels make readable, or -1. */
int xen_open(void);
/* That descriptor is readable: serve the rings whose channels fired. */
void xen_events(void);
/* Which connection a local port belongs to; NULL forgets it. */
void xen_set_port(uint32_t port, struct conn *c);

#endif
