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

/* How many of n bytes from index pos on come before the ring's array wraps around. */
static size_t before_wrap(uint32_t pos, size_t n)
{
	size_t left = XENSTORE_RING_SIZE - MASK_XENSTORE_IDX(pos);

	return n < left ? n : left;
}

static ssize_t ring_read(struct conn *c, void *buf, size_t n)
{
	struct ring *r = c->priv;
	uint32_t avail = r ? load(&r->page->req_prod) - c->in_pos : 0;
	size_t first;

	if (avail > XENSTORE_RING_SIZE)
		return bad_index(c);
	if (n > avail)
		n = avail;
	if (!n)
		return 0;
	first = before_wrap(c->in_pos, n);
	memcpy(buf, r->page->req + MASK_XENSTORE_IDX(c->in_pos), first);
	memcpy((char *)buf + first, r->page->req, n - first);
	return (ssize_t)n;
}

static ssize_t ring_write(struct conn *c, const void *buf, size_t n)
{
	struct ring *r = c->priv;
	size_t first;
	uint32_t used = r ? c->out_pos - load(&r->page->rsp_cons) : XENSTORE_RING_SIZE;

	if (used > XENSTORE_RING_SIZE)
		return bad_index(c);
	if (n > XENSTORE_RING_SIZE - used)
		n = XENSTORE_RING_SIZE - used;
	if (!n)
		return 0;
	first = before_wrap(c->out_pos, n);
	memcpy(r->page->rsp + MASK_XENSTORE_IDX(c->out_pos), buf, first);
	memcpy(r->page->rsp, (const char *)buf + first, n - first);
	store(&r->page->rsp_prod, c->out_pos + (uint32_t)n);
	hypervisor->notify(r->port);
	return (ssize_t)n;
}

/*
 * Show the guest how far its requests are taken, but only once they are logged:
 * what it may overwrite must not be needed again.
 */
static void ring_want(struct conn *c, bool output)
{
	struct ring *r = c->priv;
	uint32_t cons = c->in_pos - (uint32_t)c->unlogged;

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
		conn_again(c);
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

struct conn *ring_new(struct domain *d, uint32_t in_pos, uint32_t out_pos)
{
	struct conn *c = conn_new(&ring_transport, d, CONN_RING | d->domid);

	d->conn = c;
	c->in_pos = in_pos;
	c->out_pos = out_pos;
	return c;
}

/* Map the ring and bind to its domain's port. */
static bool start(struct conn *c)
{
	struct domain *d = c->domain;
	void *page = hypervisor ? hypervisor->map(d->domid) : NULL;
	int local = page ? hypervisor->bind(d->domid, d->port) : -1;
	struct ring *r;

	if (local < 0) {
		if (page)
			hypervisor->unmap(d->domid, page);
		return false;
	}
	c->priv = r = xalloc(sizeof(*r));
	r->page = page;
	r->port = (uint32_t)local;
	xen_set_port(r->port, c);
	store(&r->page->server_features,
	      XENSTORE_SERVER_FEATURE_RECONNECTION | XENSTORE_SERVER_FEATURE_ERROR);
	store(&r->page->connection, XENSTORE_CONNECTED);
	return true;
}

bool ring_resume(struct conn *c)
{
	struct ring *r;
	size_t sent;

	if (!start(c))
		return false;
	r = c->priv;
	sent = load(&r->page->rsp_prod) - c->out_pos;
	buf_take(&c->out, sent < c->out.len ? sent : c->out.len);
	c->out_pos += (uint32_t)sent;
	return true;
}

/* A new connection starts where the page's indices stand now. */
static int attach_new(struct domain *d, uint32_t port)
{
	struct conn *c = ring_new(d, 0, 0);
	struct ring *r;

	d->port = port;
	if (!start(c)) {
		conn_close(c);
		return EINVAL;
	}
	r = c->priv;
	c->in_pos = load(&r->page->req_cons);
	c->out_pos = load(&r->page->rsp_prod);
	log_conn(LOG_RING, c);
	conn_again(c);
	hypervisor->notify(r->port);
	return 0;
}

int ring_introduce(struct domain *d, uint32_t port)
{
	struct ring *r = d->conn ? d->conn->priv : NULL;
	int local;

	/* In a replay the log entry before this one has made the connection, if this went well. */
	if (log_replaying || !hypervisor) {
		if (!log_replaying || !log_answer)
			d->port = port;
		return log_replaying ? log_answer : 0;
	}
	if (!d->conn)
		return attach_new(d, port);
	if (!r)
		return EINVAL;
	xen_set_port(r->port, NULL);
	hypervisor->unbind(r->port);
	local = hypervisor->bind(d->domid, port);
	if (local < 0)
		return EINVAL;
	d->port = port;
	r->port = (uint32_t)local;
	xen_set_port(r->port, d->conn);
	conn_again(d->conn);
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

	if (c->dead || !r || load(&r->page->connection) != XENSTORE_RECONNECT)
		return false;
	memset(r->page->req, 0, sizeof(r->page->req));
	memset(r->page->rsp, 0, sizeof(r->page->rsp));
	store(&r->page->req_cons, 0);
	store(&r->page->req_prod, 0);
	store(&r->page->rsp_cons, 0);
	store(&r->page->rsp_prod, 0);
	log_close(c);
	return attach_new(d, d->port) == 0;
}
