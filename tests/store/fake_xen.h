/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The few functions of Xen's libraries that the daemon calls, over arrays: pages that outlive
 * a "crash" of the daemon, one local port for each domain, whatever state of a domain a test
 * wants. To give back what was not taken ends the test.
 */
#ifndef STORE_FAKE_XEN_H
#define STORE_FAKE_XEN_H

#include "ring.h"

/* Every domain is alive, its page empty, no event is pending. Nothing may be bound or mapped. */
void fake_xen_begin(void);
void fake_xen_end(void);

#define FAKE_BAD_PORT 666 /* cannot be bound */
struct xenstore_domain_interface *fake_page(unsigned int domid);
/* The guest's end of its channel. */
void fake_kick(unsigned int domid);
/* Called for each event that the daemon sends a domain; NULL: nobody. */
extern void (*fake_notified)(unsigned int domid);
/* Has the daemon an event to look at? */
bool fake_pending(void);
bool fake_bound(unsigned int domid);
bool fake_mapped(unsigned int domid);

enum fake_state {
	FAKE_ALIVE,
	FAKE_NEXT, /* gone; asked for it, the hypervisor tells of the next */
	FAKE_LAST, /* gone, and there is no next */
	FAKE_DYING,
	FAKE_SHUTDOWN,
	FAKE_REFUSED, /* no answer */
};
/* Also sends VIRQ_DOM_EXC. */
void fake_set_state(unsigned int domid, enum fake_state state);

#endif
