/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xencall.h>
#include <xenevtchn.h>
#include <xengnttab.h>
#include "fake_xen.h"
#include "public/domctl.h"
#include "public/pv.h"

#define EXC_PORT 1
/* A domain's local port is this and its id. */
#define FIRST_PORT 16
#define GRANT	   1

static struct guest {
	struct xenstore_domain_interface *page;
	bool mapped, bound, pending;
	enum fake_state state;
} guests[DOMID_LIMIT];
static unsigned int used; /* the guests below this one have been */
static bool exc_pending;
static int handle; /* what all handles point to */
static int own_fd = -1;
void (*fake_notified)(unsigned int domid);

static void need(bool ok, const char *what)
{
	if (!ok) {
		printf("the daemon has %s\n", what);
		abort();
	}
}

static struct guest *guest(unsigned int domid)
{
	if (domid >= used)
		used = domid + 1;
	return &guests[domid];
}

static struct guest *by_port(evtchn_port_t port)
{
	need(port >= FIRST_PORT && port < FIRST_PORT + DOMID_LIMIT, "used a port it does not have");
	need(guests[port - FIRST_PORT].bound, "used a port that is not bound");
	return &guests[port - FIRST_PORT];
}

struct xenstore_domain_interface *fake_page(unsigned int domid)
{
	struct guest *g = guest(domid);

	if (!g->page && domid)
		g->page = calloc(1, 4096);
	else if (!g->page)
		g->page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, own_fd, 0);
	return g->page;
}

void fake_xen_begin(void)
{
	char path[32];

	if (own_fd < 0) {
		own_fd = memfd_create("own-ring", 0);
		need(own_fd >= 0 && !ftruncate(own_fd, 4096), "no page for its own ring");
		snprintf(path, sizeof(path), "/proc/self/fd/%d", own_fd);
		need(xen_open(path) >= 0, "not opened the hypervisor's devices");
	}
	xen_present = true;
	exc_pending = false;
	fake_notified = NULL;
	for (unsigned int i = 0; i < used; i++) {
		struct guest *g = &guests[i];

		need(!g->mapped && !g->bound, "kept a page or a port");
		if (g->page)
			memset(g->page, 0, 4096);
		g->pending = false;
		g->state = FAKE_ALIVE;
	}
}

void fake_xen_end(void)
{
	for (unsigned int i = 1; i < used; i++) {
		free(guests[i].page);
		guests[i].page = NULL;
	}
}

void fake_kick(unsigned int domid)
{
	guests[domid].pending = guests[domid].bound;
}

static int next_event(void)
{
	for (unsigned int i = 0; i < used; i++)
		if (guests[i].pending)
			return (int)(FIRST_PORT + i);
	return exc_pending ? EXC_PORT : -1;
}

bool fake_pending(void)
{
	return next_event() >= 0;
}

bool fake_bound(unsigned int domid)
{
	return guests[domid].bound;
}

bool fake_mapped(unsigned int domid)
{
	return guests[domid].mapped;
}

void fake_set_state(unsigned int domid, enum fake_state state)
{
	guest(domid)->state = state;
	exc_pending = true;
}

xenevtchn_handle *xenevtchn_open(struct xentoollog_logger *logger, unsigned int flags)
{
	(void)logger;
	(void)flags;
	return (xenevtchn_handle *)&handle;
}

int xenevtchn_fd(xenevtchn_handle *xce)
{
	(void)xce;
	return own_fd;
}

int xenevtchn_notify(xenevtchn_handle *xce, evtchn_port_t port)
{
	unsigned int domid = (unsigned int)(by_port(port) - guests);

	(void)xce;
	if (fake_notified)
		fake_notified(domid);
	return 0;
}

xenevtchn_port_or_error_t xenevtchn_bind_interdomain(xenevtchn_handle *xce, uint32_t domid,
						     evtchn_port_t remote_port)
{
	struct guest *g = guest(domid);

	(void)xce;
	if (remote_port == FAKE_BAD_PORT || g->bound) {
		errno = EINVAL;
		return -1;
	}
	/* As the real one: an event sent meanwhile is not lost. */
	g->bound = g->pending = true;
	return (int)(FIRST_PORT + domid);
}

xenevtchn_port_or_error_t xenevtchn_bind_virq(xenevtchn_handle *xce, unsigned int virq)
{
	(void)xce;
	need(virq == PV_VIRQ_DOM_EXC, "bound an unknown VIRQ");
	return EXC_PORT;
}

int xenevtchn_unbind(xenevtchn_handle *xce, evtchn_port_t port)
{
	struct guest *g = by_port(port);

	(void)xce;
	g->bound = g->pending = false;
	return 0;
}

xenevtchn_port_or_error_t xenevtchn_pending(xenevtchn_handle *xce)
{
	int port = next_event();

	(void)xce;
	if (port == EXC_PORT)
		exc_pending = false;
	else if (port >= 0)
		by_port((evtchn_port_t)port)->pending = false;
	return port;
}

int xenevtchn_unmask(xenevtchn_handle *xce, evtchn_port_t port)
{
	(void)xce;
	if (port != EXC_PORT)
		by_port(port);
	return 0;
}

xengnttab_handle *xengnttab_open(struct xentoollog_logger *logger, unsigned int flags)
{
	(void)logger;
	(void)flags;
	return (xengnttab_handle *)&handle;
}

void *xengnttab_map_grant_ref(xengnttab_handle *xgt, uint32_t domid, uint32_t ref, int prot)
{
	(void)xgt;
	need(domid && ref == GRANT && prot == (PROT_READ | PROT_WRITE), "mapped a wrong grant");
	need(!guests[domid].mapped, "mapped a page twice");
	/* A page of a domain that is gone cannot be. */
	if (guests[domid].state != FAKE_ALIVE && guests[domid].state != FAKE_SHUTDOWN)
		return NULL;
	guest(domid)->mapped = true;
	return fake_page(domid);
}

int xengnttab_unmap(xengnttab_handle *xgt, void *start_address, uint32_t count)
{
	unsigned int domid = 1;

	(void)xgt;
	while (domid < used && guests[domid].page != start_address)
		domid++;
	need(domid < used && count == 1 && guests[domid].mapped, "unmapped what is not");
	guests[domid].mapped = false;
	return 0;
}

xencall_handle *xencall_open(struct xentoollog_logger *logger, unsigned int flags)
{
	(void)logger;
	(void)flags;
	return (xencall_handle *)&handle;
}

void *xencall_alloc_buffer(xencall_handle *xcall, size_t size)
{
	static char buffer[4096] __attribute__((aligned(4096)));

	(void)xcall;
	need(size <= sizeof(buffer), "asked for a large buffer");
	return buffer;
}

int xencall1(xencall_handle *xcall, unsigned int op, uint64_t arg1)
{
	struct pv_domctl *ctl = (struct pv_domctl *)(uintptr_t)arg1;
	unsigned int domid = ctl->domain;

	(void)xcall;
	need(op == PV_HYPERCALL_DOMCTL && ctl->cmd == PV_DOMCTL_GETDOMAININFO &&
		     ctl->interface_version == PV_DOMCTL_INTERFACE_VERSION && domid < DOMID_LIMIT,
	     "made a hypercall unknown here");
	while (guests[domid].state == FAKE_NEXT)
		domid++;
	if (guests[domid].state == FAKE_LAST || guests[domid].state == FAKE_REFUSED) {
		errno = guests[domid].state == FAKE_LAST ? ESRCH : EPERM;
		return -1;
	}
	ctl->domain = (uint16_t)domid;
	ctl->u.getdomaininfo.domain = (uint16_t)domid;
	if (guests[domid].state == FAKE_DYING)
		ctl->u.getdomaininfo.flags = PV_DOMINF_DYING | PV_DOMINF_SHUTDOWN;
	if (guests[domid].state == FAKE_SHUTDOWN)
		ctl->u.getdomaininfo.flags = PV_DOMINF_SHUTDOWN | PV_DOMINF_PAUSED;
	return 0;
}
