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
#include "log.h"
#include "ring.h"

#define OWN_RING    "/dev/xen/xenbus_backend"
#define GRANT_STORE 1 /* grant reference under which every domain shares its ring */

static xenevtchn_handle *evtchn;
static xengnttab_handle *gnttab;
static xencall_handle *call;
static struct pv_domctl *domctl; /* in memory that a hypercall may use */
static int exc_port = -1;
static struct conn **by_port;
static uint32_t ports;

void xen_set_port(uint32_t port, struct conn *c)
{
	if (port >= ports) {
		uint32_t n = 2 * port + 64;

		by_port = xgrow(by_port, n * sizeof(*by_port));
		memset(by_port + ports, 0, (n - ports) * sizeof(*by_port));
		ports = n;
	}
	by_port[port] = c;
}

/* The ring of this domain's own kernel. */
static void *map_own(void)
{
	int fd = open(OWN_RING, O_RDWR | O_CLOEXEC);
	void *p;

	if (fd < 0)
		return NULL;
	p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	return p == MAP_FAILED ? NULL : p;
}

static void *xen_map(unsigned int domid)
{
	return domid ? xengnttab_map_grant_ref(gnttab, domid, GRANT_STORE, PROT_READ | PROT_WRITE)
		     : map_own();
}

static void xen_unmap(unsigned int domid, void *page)
{
	if (domid)
		xengnttab_unmap(gnttab, page, 1);
	else
		munmap(page, 4096);
}

static int xen_bind(unsigned int domid, uint32_t port)
{
	return xenevtchn_bind_interdomain(evtchn, domid, port);
}

static void xen_unbind(uint32_t port)
{
	xenevtchn_unbind(evtchn, port);
}

static void xen_notify(uint32_t port)
{
	xenevtchn_notify(evtchn, port);
}

static uint32_t xen_dom0_port(void)
{
	int fd = open(OWN_RING, O_RDWR | O_CLOEXEC);
	int port = fd >= 0 ? ioctl(fd, IOCTL_XENBUS_BACKEND_EVTCHN) : 0;

	if (fd >= 0)
		close(fd);
	return port > 0 ? (uint32_t)port : 0;
}

static bool xen_probe(unsigned int domid, struct domain_state *st)
{
	struct pv_domctl_getdomaininfo *info = &domctl->u.getdomaininfo;
	int rc;

	memset(domctl, 0, sizeof(*domctl));
	domctl->cmd = PV_DOMCTL_GETDOMAININFO;
	domctl->interface_version = PV_DOMCTL_INTERFACE_VERSION;
	domctl->domain = (uint16_t)domid;
	rc = xencall1(call, PV_HYPERCALL_DOMCTL, (uint64_t)(uintptr_t)domctl);
	memset(st, 0, sizeof(*st));
	if (rc < 0 && errno != ESRCH)
		return false;
	/* Asked about an unused id, it tells of the next one that is in use. */
	st->exists = !rc && domctl->domain == domid && info->domain == domid;
	st->dying = st->exists && (info->flags & PV_DOMINF_DYING);
	st->shutdown = st->exists && (info->flags & PV_DOMINF_SHUTDOWN);
	return true;
}

static const struct hypervisor xen = {
	.map = xen_map,
	.unmap = xen_unmap,
	.bind = xen_bind,
	.unbind = xen_unbind,
	.notify = xen_notify,
	.dom0_port = xen_dom0_port,
};

int xen_open(void)
{
	if (access("/dev/xen/evtchn", F_OK) && access("/proc/xen/privcmd", F_OK))
		return -1;
	evtchn = xenevtchn_open(NULL, 0);
	gnttab = xengnttab_open(NULL, 0);
	call = xencall_open(NULL, 0);
	if (call)
		domctl = xencall_alloc_buffer(call, sizeof(*domctl));
	if (!evtchn || !gnttab || !domctl) {
		fprintf(stderr, "xenstored: cannot open the hypervisor's devices in /dev/xen\n");
		return -1;
	}
	hypervisor = &xen;
	domain_probe = xen_probe;
	exc_port = xenevtchn_bind_virq(evtchn, PV_VIRQ_DOM_EXC);
	if (exc_port < 0)
		fprintf(stderr, "xenstored: cannot bind VIRQ_DOM_EXC: %m\n");
	return xenevtchn_fd(evtchn);
}

void xen_events(void)
{
	xenevtchn_port_or_error_t port = xenevtchn_pending(evtchn);
	struct conn *c;

	if (port < 0)
		return;
	xenevtchn_unmask(evtchn, (evtchn_port_t)port);
	if (port == exc_port) {
		domain_check_all();
		return;
	}
	c = (uint32_t)port < ports ? by_port[port] : NULL;
	if (c && !ring_reconnect(c))
		conn_service(c);
}
