/* SPDX-License-Identifier: BSD-2-Clause */
/* The hypervisor as the store needs it: grants, event channels, who is alive. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xen/sys/xenbus_dev.h>
#include <xencall.h>
#include <xenevtchn.h>
#include <xengnttab.h>
#include "public/domctl.h"
#include "public/pv.h"
#include "ring.h"

#define GRANT_STORE 1	      /* grant reference under which every domain shares its ring */
#define PORTS	    (1 << 17) /* more than that no domain has */

bool xen_present;
static xenevtchn_handle *evtchn;
static xengnttab_handle *gnttab;
static xencall_handle *call;
static struct pv_domctl *domctl; /* in memory that a hypercall may use */
static void *own_page;		 /* the ring of this domain's own kernel stays mapped */
static int exc_port;
static struct domain *by_port[PORTS];

int xen_open(const char *own_ring)
{
	int own = open(own_ring, O_RDWR | O_CLOEXEC);

	own_page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, own, 0);
	if (own_page == MAP_FAILED)
		own_page = NULL;
	domain0->port = (uint32_t)ioctl(own, IOCTL_XENBUS_BACKEND_EVTCHN);
	close(own);
	evtchn = xenevtchn_open(NULL, 0);
	gnttab = xengnttab_open(NULL, 0);
	call = xencall_open(NULL, 0);
	domctl = call ? xencall_alloc_buffer(call, sizeof(*domctl)) : NULL;
	if (!evtchn || !gnttab || !domctl) {
		fprintf(stderr, "xenstored: cannot open the hypervisor's devices in /dev/xen\n");
		return -1;
	}
	xen_present = true;
	exc_port = xenevtchn_bind_virq(evtchn, PV_VIRQ_DOM_EXC);
	if (exc_port < 0)
		fprintf(stderr, "xenstored: cannot bind VIRQ_DOM_EXC: %m\n");
	return xenevtchn_fd(evtchn);
}

void xen_detach(struct conn *c)
{
	struct domain *d = c->domain;

	if (d->local_port) {
		by_port[d->local_port] = NULL;
		xenevtchn_unbind(evtchn, (evtchn_port_t)d->local_port);
	}
	if (d->page && d->domid)
		xengnttab_unmap(gnttab, d->page, 1);
	d->local_port = 0;
	d->page = NULL;
}

bool xen_attach(struct conn *c)
{
	struct domain *d = c->domain;
	int port = -1;

	xen_detach(c);
	if (xen_present)
		d->page = d->domid ? xengnttab_map_grant_ref(gnttab, d->domid, GRANT_STORE,
							     PROT_READ | PROT_WRITE)
				   : own_page;
	if (d->page)
		port = xenevtchn_bind_interdomain(evtchn, d->domid, d->port);
	if (port <= 0 || port >= PORTS) {
		xen_detach(c);
		return false;
	}
	d->local_port = port;
	by_port[port] = d;
	return true;
}

void xen_notify(const struct conn *c)
{
	xenevtchn_notify(evtchn, (evtchn_port_t)c->domain->local_port);
}

enum domain_state xen_probe(unsigned int domid)
{
	struct pv_domctl_getdomaininfo *info;

	if (!xen_present)
		return DOMAIN_ALIVE;
	*domctl = (struct pv_domctl){.cmd = PV_DOMCTL_GETDOMAININFO,
				     .interface_version = PV_DOMCTL_INTERFACE_VERSION,
				     .domain = (uint16_t)domid};
	if (xencall1(call, PV_HYPERCALL_DOMCTL, (uint64_t)(uintptr_t)domctl) < 0)
		return errno == ESRCH ? DOMAIN_GONE : DOMAIN_UNKNOWN;
	info = &domctl->u.getdomaininfo;
	/* Asked about an unused id, it tells of the next one that is in use. */
	if (info->domain != domid || info->flags & PV_DOMINF_DYING)
		return DOMAIN_GONE;
	return info->flags & PV_DOMINF_SHUTDOWN ? DOMAIN_SHUTDOWN : DOMAIN_ALIVE;
}

void xen_events(void)
{
	xenevtchn_port_or_error_t port = xenevtchn_pending(evtchn);

	if (port < 0)
		return;
	xenevtchn_unmask(evtchn, (evtchn_port_t)port);
	if (port == exc_port)
		domain_check_all();
	else if (port < PORTS && by_port[port])
		ring_event(by_port[port]);
}
