/* SPDX-License-Identifier: BSD-2-Clause */
/* Domain rings: the shared page's protocol, and the hypervisor's part below it. */
#ifndef XSD_RING_H
#define XSD_RING_H

#include "conn.h"

extern const struct transport ring_transport;

/*
 * INTRODUCE: map the ring and make a connection of it, or bind the one there is to another
 * port. When that fails there is no connection any more.
 */
bool ring_introduce(struct domain *d, uint32_t port);
/* A connection from the log, which has taken and sent so many bytes. */
struct conn *ring_new(struct domain *d, uint32_t in_pos, uint32_t out_pos);
/* It goes on, or a fresh one that the guest asks for, or it is closed. */
void ring_resume(struct conn *c);
/* The domain's channel fired: serve it, after the fresh connection that it may ask for. */
void ring_event(struct domain *d);

extern bool xen_present; /* there is a hypervisor; without one there are no rings */
/*
 * Open the hypervisor's devices; own_ring is the file of this domain's own kernel's ring,
 * whose port becomes domain 0's. Returns the descriptor that event channels make readable, or -1.
 */
int xen_open(const char *own_ring);
/* That descriptor is readable: serve the ring whose channel fired. */
void xen_events(void);
/* Map the ring of c's domain and bind to its port, whatever was before. Fails with neither. */
bool xen_attach(struct conn *c);
void xen_detach(struct conn *c);
void xen_notify(const struct conn *c);
/* Without a hypervisor any domain id is that of a domain. */
enum domain_state xen_probe(unsigned int domid);

#endif
