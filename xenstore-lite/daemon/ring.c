/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Transport over a shared page of two 1 KiB rings. The guest owns req_prod and
 * rsp_cons and may write anything anywhere at any time: its two indices are read
 * once per use and checked, and ours live in the connection, the page only shows them.
 */
#include <stdio.h>
#include <stdlib.h>
#include "log.h"
#include "ring.h"

const struct hypervisor *hypervisor;

static uint32_t load(const uint32_t *p)
{
	return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}

static void store(uint32_t *p, uint32_t v)
{
	__atomic_store_n(p, v, __ATOMIC_RELEASE);
}

static ssize_t bad_index(struct conn *c)
{
	struct ring *r = c->priv;

	store(&r->page->error, XENSTORE_ERROR_RINGIDX);
	hypervisor->notify(r->port);
	return -1;
}

static ssize_t ring_read(struct conn *c, void *buf, size_t n)
{
	struct ring *r = c->priv;
	uint32_t avail = r ? load(&r->page->req_prod) - c->in_pos : 0;
	size_t at = MASK_XENSTORE_IDX(c->in_pos), first;

	if (avail > XENSTORE_RING_SIZE)
		return bad_index(c);
	if (n > avail)
		n = avail;
	if (!n)
		return 0;
	first = n < XENSTORE_RING_SIZE - at ? n : XENSTORE_RING_SIZE - at;
	memcpy(buf, r->page->req + at, first);
	if (n > first)
		memcpy((char *)buf + first, r->page->req, n - first);
	return (ssize_t)n;
}

static ssize_t ring_write(struct conn *c, const void *buf, size_t n)
{
	struct ring *r = c->priv;
	size_t at = MASK_XENSTORE_IDX(c->out_pos), first;
	uint32_t used = r ? c->out_pos - load(&r->page->rsp_cons) : XENSTORE_RING_SIZE;

	if (used > XENSTORE_RING_SIZE)
		return bad_index(c);
	if (n > XENSTORE_RING_SIZE - used)
		n = XENSTORE_RING_SIZE - used;
	if (!n)
		return 0;
	first = n < XENSTORE_RING_SIZE - at ? n : XENSTORE_RING_SIZE - at;
	memcpy(r->page->rsp + at, buf, first);
	memcpy(r->page->rsp, (const char *)buf + first, n - first);
	store(&r->page->rsp_prod, c->out_pos + (uint32_t)n);
	hypervisor->notify(r->port);
	return (ssize_t)n;
}

/*
 * Show the guest how far its requests are taken, but only once they are logged:
 * what it may overwrite must not be needed again.
 */
static void ring_want(struct conn *c, bool input, bool output)
{
	struct ring *r = c->priv;
	uint32_t cons = c->in_pos - (uint32_t)c->unlogged;

	(void)input;
	(void)output;
	if (!r || r->page->req_cons == cons)
		return;
	store(&r->page->req_cons, cons);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	hypervisor->notify(r->port);
	/*
	 * A guest that finds earlier requests not taken yet adds its own without a
	 * notification: what came since the last read is ours to find.
	 */
	if (load(&r->page->req_prod) != c->in_pos)
		c->more = conn_more = true;
}

static void ring_close(struct conn *c)
{
	struct ring *r = c->priv;

	if (!r)
		return;
	c->priv = NULL;
	xen_set_port(r->port, NULL);
	hypervisor->unbind(r->port);
	hypervisor->unmap(c->domain->domid, r->page);
	free(r);
}

const struct transport ring_transport = {
	.read = ring_read,
	.write = ring_write,
	.want = ring_want,
	.close = ring_close,
	.exact = true,
};

struct conn *ring_attach(struct domain *d, uint32_t conn_id, uint32_t port, uint32_t in_pos,
			 uint32_t out_pos)
{
	struct conn *c = conn_new(&ring_transport, d, conn_id);
	void *page = hypervisor ? hypervisor->map(d->domid) : NULL;
	int local = page ? hypervisor->bind(d->domid, port) : -1;
	struct ring *r;

	d->conn = c;
	d->port = port;
	c->in_pos = in_pos;
	c->out_pos = out_pos;
	if (local < 0) {
		if (page)
			hypervisor->unmap(d->domid, page);
		return c;
	}
	c->priv = r = xalloc(sizeof(*r));
	r->page = page;
	r->port = (uint32_t)local;
	xen_set_port(r->port, c);
	if (log_replaying)
		c->skip = load(&r->page->rsp_prod) - out_pos;
	store(&r->page->server_features,
	      XENSTORE_SERVER_FEATURE_RECONNECTION | XENSTORE_SERVER_FEATURE_ERROR);
	store(&r->page->connection, XENSTORE_CONNECTED);
	return c;
}

/* A new connection starts where the page's indices stand now. */
static int attach_new(struct domain *d, uint32_t port)
{
	struct conn *c = ring_attach(d, 0, port, 0, 0);
	struct ring *r = c->priv;

	if (!r) {
		conn_close(c);
		return EINVAL;
	}
	c->in_pos = load(&r->page->req_cons);
	c->out_pos = load(&r->page->rsp_prod);
	log_ring(c);
	c->more = conn_more = true;
	hypervisor->notify(r->port);
	return 0;
}

int ring_introduce(struct domain *d, uint64_t gfn, uint32_t port)
{
	struct ring *r = d->conn ? d->conn->priv : NULL;
	int local;

	(void)gfn; /* the ring is mapped by its grant, whatever frame that is */
	/* In a replay the log entry before this one has made the connection, or not. */
	if (log_replaying)
		return d->conn || !log_has_rings ? 0 : EINVAL;
	if (!hypervisor)
		return 0;
	if (!d->conn)
		return attach_new(d, port);
	if (!r)
		return EINVAL;
	xen_set_port(r->port, NULL);
	hypervisor->unbind(r->port);
	local = hypervisor->bind(d->domid, port);
	if (local < 0)
		return EINVAL;
	r->port = (uint32_t)local;
	xen_set_port(r->port, d->conn);
	d->conn->more = conn_more = true;
	return 0;
}

void ring_attach_dom0(void)
{
	uint32_t port = hypervisor ? hypervisor->dom0_port() : 0;

	if (port && !domain0->conn && attach_new(domain0, port))
		fprintf(stderr, "xenstored: cannot map this domain's own ring\n");
}

bool ring_reconnect(struct conn *c)
{
	struct ring *r = c->priv;
	struct domain *d = c->domain;
	uint32_t port = d->port;

	if (c->dead || !r || load(&r->page->connection) != XENSTORE_RECONNECT)
		return false;
	memset(r->page->req, 0, sizeof(r->page->req));
	memset(r->page->rsp, 0, sizeof(r->page->rsp));
	store(&r->page->req_cons, 0);
	store(&r->page->req_prod, 0);
	store(&r->page->rsp_cons, 0);
	store(&r->page->rsp_prod, 0);
	log_close(c);
	return attach_new(d, port) == 0;
}
