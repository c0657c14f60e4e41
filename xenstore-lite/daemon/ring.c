/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Transport over a shared page of two 1 KiB rings. The guest owns req_prod and
 * rsp_cons and may write anything anywhere at any time: its two indices are read
 * once per use and checked, and ours live in the connection, the page only shows them.
 */
#include <sys/param.h>
#include "log.h"
#include "ring.h"

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
	store(&c->domain->page->error, XENSTORE_ERROR_RINGIDX);
	xen_notify(c);
	return -1;
}

/* How many of n bytes, of which the ring has room, come before its array wraps around at pos. */
static size_t before_wrap(uint32_t pos, size_t n, size_t room)
{
	return MIN(MIN(n, room), XENSTORE_RING_SIZE - MASK_XENSTORE_IDX(pos));
}

static ssize_t ring_read(struct conn *c, void *buf, size_t n)
{
	struct xenstore_domain_interface *page = c->domain->page;
	uint32_t avail = load(&page->req_prod) - c->in_pos;

	if (avail > XENSTORE_RING_SIZE)
		return bad_index(c);
	n = before_wrap(c->in_pos, n, avail);
	memcpy(buf, page->req + MASK_XENSTORE_IDX(c->in_pos), n);
	return (ssize_t)n;
}

static ssize_t ring_write(struct conn *c, const void *buf, size_t n)
{
	struct xenstore_domain_interface *page = c->domain->page;
	uint32_t used = c->out_pos - load(&page->rsp_cons);

	if (used > XENSTORE_RING_SIZE)
		return bad_index(c);
	n = before_wrap(c->out_pos, n, XENSTORE_RING_SIZE - used);
	memcpy(page->rsp + MASK_XENSTORE_IDX(c->out_pos), buf, n);
	return (ssize_t)n;
}

/*
 * Show the guest what is answered and how far its requests are taken, all with one
 * notification. They are taken only once they are logged: what it may overwrite must not be
 * needed again.
 */
static void ring_want(struct conn *c, bool output)
{
	struct xenstore_domain_interface *page = c->domain->page;
	uint32_t cons = c->in_pos - (uint32_t)c->unlogged;

	if (page->req_cons == cons && page->rsp_prod == c->out_pos)
		return;
	store(&page->req_cons, cons);
	store(&page->rsp_prod, c->out_pos);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	xen_notify(c);
	/*
	 * A guest that finds earlier requests not taken yet, or a ring of replies that is not
	 * full, goes on without a notification: what it did up to now is ours to find.
	 */
	if (load(&page->req_prod) != c->in_pos ||
	    (output && c->out_pos - load(&page->rsp_cons) != XENSTORE_RING_SIZE))
		conn_again(c);
}

const struct transport ring_transport = {
	.read = ring_read,
	.write = ring_write,
	.want = ring_want,
	.close = xen_detach,
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

/* Map c's ring, and leave out what the guest has got already; when that fails, it is closed. */
static bool resume(struct conn *c)
{
	struct xenstore_domain_interface *page;
	uint32_t sent;

	if (!xen_attach(c)) {
		conn_close(c);
		return false;
	}
	page = c->domain->page;
	sent = load(&page->rsp_prod) - c->out_pos;
	buf_take(&c->out, MIN(sent, c->out.len));
	c->out_pos += sent;
	store(&page->server_features,
	      XENSTORE_SERVER_FEATURE_RECONNECTION | XENSTORE_SERVER_FEATURE_ERROR);
	/* Who moved its indices may not have lived to tell it so. */
	xen_notify(c);
	conn_again(c);
	return true;
}

/* A new connection starts where the page's indices stand now, or at 0 if the guest asks for it. */
static bool attach_new(struct domain *d)
{
	struct conn *c = ring_new(d, 0, 0);

	if (!resume(c))
		return false;
	if (load(&d->page->connection) == XENSTORE_RECONNECT)
		memset(d->page, 0, offsetof(struct xenstore_domain_interface, server_features));
	c->in_pos = load(&d->page->req_cons);
	c->out_pos = load(&d->page->rsp_prod);
	log_conn(c);
	store(&d->page->connection, XENSTORE_CONNECTED);
	xen_notify(c);
	return true;
}

bool ring_introduce(struct domain *d, uint32_t port)
{
	d->port = port;
	/* In a replay the log entry before this one has made the connection, if this went well. */
	if (log_replaying)
		return !log_answer;
	if (!xen_present)
		return true;
	if (!d->conn)
		return attach_new(d);
	if (xen_attach(d->conn))
		conn_again(d->conn);
	else
		log_close(d->conn);
	return d->conn;
}

/*
 * The fresh connection that a guest has asked for, if it has. In the log it replaces the old
 * one, so that a crash at any point leaves one of them, and the guest still asking or content.
 */
static bool reconnect(struct domain *d)
{
	if (load(&d->page->connection) != XENSTORE_RECONNECT)
		return false;
	conn_close(d->conn);
	if (!attach_new(d))
		log_put(LOG_CLOSE, CONN_RING | d->domid, (uint32_t[4]){0}, NULL, 0);
	return true;
}

void ring_resume(struct conn *c)
{
	if (resume(c))
		reconnect(c->domain);
}

void ring_event(struct domain *d)
{
	if (!reconnect(d))
		conn_service(d->conn);
}
