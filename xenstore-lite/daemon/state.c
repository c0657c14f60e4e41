/* SPDX-License-Identifier: BSD-2-Clause */
/* The whole state as log records, and back. A loaded file is checked like any input. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include "log.h"
#include "ring.h"
#include "socket.h"

/* ---- saving ---- */

#define PUT(type, conn, data, len, ...)                \
	log_put(type, conn, (uint64_t[]){__VA_ARGS__}, \
		sizeof((uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t), data, len)

/* A request that is being put together. */
static struct buf request;

static void add_text(const char *s)
{
	buf_add(&request, s, strlen(s) + 1);
}

static void add_number(uint64_t n)
{
	char s[24];

	snprintf(s, sizeof(s), "%llu", (unsigned long long)n);
	add_text(s);
}

static void start_request(void)
{
	request.len = 0;
	buf_add(&request, NULL, sizeof(struct xsd_sockmsg));
}

static void put_request(uint32_t conn, uint32_t type)
{
	struct xsd_sockmsg h = {.type = type, .len = (uint32_t)(request.len - sizeof(h))};

	memcpy(request.data, &h, sizeof(h));
	log_put(LOG_INPUT, conn, NULL, 0, request.data, request.len);
}

static void save_limit(const struct domain *d, enum quota q, int64_t limit)
{
	start_request();
	add_text("quota");
	add_text("set");
	if (d)
		add_number(d->domid);
	add_text(quotas[q].name);
	add_number((uint64_t)limit);
	put_request(0, XS_CONTROL);
}

static void save_domain(const struct domain *d)
{
	log_domain(LOG_DOMAIN, d);
	for (unsigned int q = 0; q < Q_COUNT; q++)
		if (d->limit[q] >= 0)
			save_limit(d, q, d->limit[q]);
}

static void save_target(const struct domain *d)
{
	if (!d->target)
		return;
	start_request();
	add_number(d->domid);
	add_number(d->target->domid);
	put_request(0, XS_SET_TARGET);
}

static void save_perms(const char *path, const struct permset *ps)
{
	start_request();
	add_text(path);
	perm_print(ps, &request);
	put_request(0, XS_SET_PERMS);
}

/*
 * above: the permissions of the nodes on the way, by level. A node that the privileged domain
 * makes has its parent's.
 */
static void save_node(struct node *n, const char *path, void *above)
{
	struct permset **own = above;

	start_request();
	add_text(path);
	buf_add(&request, content_value(n->c), n->c->value_len);
	put_request(0, XS_WRITE);
	for (const char *p = path; *p && p[1]; p = strchrnul(p + 1, '/'))
		own++;
	*own = n->c->perms;
	if (own == above || own[-1] != *own)
		save_perms(path, *own);
}

/* What an overflowing connection has missed is not kept: it counts as everything. */
static void save_watch(struct watch *w)
{
	w->missed = w->conn->overflow;
	start_request();
	add_text(w->abs + w->skip);
	add_text(w->token);
	if (w->depth != WATCH_ANY_DEPTH)
		add_number(w->depth);
	put_request(w->conn->id, XS_WATCH);
}

/* Moved onto the store of now, which is the one that is saved, it needs no snapshot of its own. */
static void save_txn(struct txn *t)
{
	const struct step *s;

	txn_renew(t);
	PUT(LOG_TXN, t->conn->id, NULL, 0, t->id, t->lost);
	for (size_t at = 0; (s = txn_step(t, &at));)
		log_put(LOG_INPUT, t->conn->id, NULL, 0, &s->req, sizeof(s->req) + s->req.len);
}

static void save_conn(struct conn *c)
{
	size_t in = c->in.len - c->unlogged;

	log_conn(c->tp == &ring_transport ? LOG_RING : LOG_OPEN, c);
	if (c->overflow)
		log_conn(LOG_OVERFLOW, c);
	for (struct watch *w = c->watches; w; w = w->next)
		save_watch(w);
	for (struct txn *t = c->txns; t; t = t->next)
		save_txn(t);
	request.len = 0;
	if (in)
		buf_add(&request, c->in.data + c->in.head, in);
	if (c->out.len)
		buf_add(&request, c->out.data + c->out.head, c->out.len);
	if (request.len)
		PUT(LOG_PENDING, c->id, request.data, request.len, in);
}

void state_save(void)
{
	static struct permset *above[XENSTORE_ABS_PATH_MAX / 2 + 1];

	for (unsigned int q = 0; q < Q_COUNT; q++)
		save_limit(NULL, q, quotas[q].limit);
	for (const struct domain *d = domain0->next; d; d = d->next)
		save_domain(d);
	for (const struct domain *d = domain0->next; d; d = d->next)
		save_target(d);
	for (unsigned int i = 0; i < WATCH_SPECIALS; i++)
		save_perms(watch_special_name[i], watch_special(watch_special_name[i]));
	tree_walk(store_root, "/", save_node, above);
	for (struct conn *c = conns; c; c = c->next)
		if (!c->dead)
			save_conn(c);
	PUT(LOG_BEGIN, 0, NULL, 0, conn_last_id, txn_last_id, log_has_rings);
	buf_free(&request);
}

/* ---- loading ---- */

/* A record taken apart. */
struct loaded {
	struct record h;
	struct conn *c; /* that it names, if there is one */
	uint64_t v[LOG_VALUES];
	const char *data;
};

static struct {
	struct conn *last; /* that a record was about */
	struct conn self;  /* connection 0 */
	bool clean;
} ld;

static void new_root(void)
{
	const struct conn self = {.domain = domain0};
	struct permset *ps = permset_new(1);

	ps->p[0].gen = domain0->gen;
	store_root = node_new(content_new("", 0, NULL, 0, ps));
	store_bill(&store_root, store_root->c, 1);
	watch_specials = node_new(content_new("", 0, NULL, 0, ps));
	permset_put(ps);
	for (int i = 0; i < WATCH_SPECIALS; i++)
		store_write(&watch_specials, &self, watch_specials, watch_special_name[i],
			    watch_special_name[i], NULL, 0);
}

/* A request of the snapshot. What a transaction has asked for may have been refused. */
static bool load_request(struct loaded *r)
{
	struct xsd_sockmsg req;
	struct outcome out;
	bool fit;
	int err;

	if (r->h.len < sizeof(req))
		return false;
	memcpy(&req, r->data, sizeof(req));
	if (r->c)
		fit = req.tx_id ? ops_is_step(&req) : req.type == XS_WATCH;
	else
		fit = req.type == XS_WRITE || req.type == XS_SET_PERMS || req.type == XS_CONTROL ||
		      req.type == XS_SET_TARGET;
	if (!fit || req.len != r->h.len - sizeof(req) || req.len > 2 * XENSTORE_PAYLOAD_MAX)
		return false;
	err = ops_run(r->c ? r->c : &ld.self, &req, r->data + sizeof(req), &out);
	return !err || req.tx_id;
}

static bool load_txn(struct loaded *r)
{
	if (!r->v[0] || r->v[0] > UINT32_MAX || txn_find(r->c, (uint32_t)r->v[0]))
		return false;
	txn_new(r->c, (uint32_t)r->v[0])->lost = r->v[1];
	return true;
}

static bool load_pending(struct loaded *r)
{
	if (r->v[0] > r->h.len)
		return false;
	buf_add(&r->c->in, r->data, r->v[0]);
	buf_add(&r->c->out, r->data + r->v[0], r->h.len - r->v[0]);
	return true;
}

static bool load_begin(struct loaded *r)
{
	conn_last_id = (uint32_t)r->v[0];
	txn_last_id = (uint32_t)r->v[1];
	log_has_rings = r->v[2];
	log_loading = conn_muted = false;
	return true;
}

/* d: there is already a domain of that id. */
static bool load_domain(struct loaded *r, struct domain *d)
{
	if (r->v[0] >= DOMID_LIMIT || d)
		return false;
	d = domain_add((unsigned int)r->v[0]);
	d->introduced = r->v[1];
	d->shutdown = r->v[2];
	return true;
}

static bool load_ring(struct loaded *r, struct domain *d)
{
	if (!d || d->conn)
		return false;
	log_has_rings = true;
	d->port = (uint32_t)r->v[1];
	ring_new(d, r->h.conn, (uint32_t)r->v[2], (uint32_t)r->v[3]);
	return true;
}

#define SNAPSHOT 1 /* may stand in the snapshot, */
#define SINCE	 2 /* after it, */
#define CONN	 4 /* is about a connection there is, */
#define NEW_CONN 8 /* or a new one */

static const uint8_t place[LOG_TYPES] = {
	[LOG_INPUT] = SNAPSHOT | SINCE,
	[LOG_DOMAIN] = SNAPSHOT | SINCE,
	[LOG_OPEN] = SNAPSHOT | SINCE | NEW_CONN,
	[LOG_RING] = SNAPSHOT | SINCE | NEW_CONN,
	[LOG_OVERFLOW] = SNAPSHOT | SINCE | CONN,
	[LOG_TXN] = SNAPSHOT | CONN,
	[LOG_PENDING] = SNAPSHOT | CONN,
	[LOG_BEGIN] = SNAPSHOT,
	[LOG_CLOSE] = SINCE | CONN,
	[LOG_DOMAIN_GONE] = SINCE,
	[LOG_DOMAIN_SHUTDOWN] = SINCE,
	[LOG_CLEAN] = SINCE,
};

static bool load_record(struct loaded *r)
{
	unsigned int flags = r->h.type < LOG_TYPES ? place[r->h.type] : 0;
	struct domain *d = r->v[0] < DOMID_LIMIT ? domain_find((unsigned int)r->v[0]) : NULL;

	if (!ld.last || ld.last->id != r->h.conn || ld.last->dead)
		ld.last = r->h.conn ? conn_by_id(r->h.conn) : NULL;
	r->c = ld.last;
	if (!(flags & (log_loading ? SNAPSHOT : SINCE)) || ((flags & CONN) && !r->c) ||
	    ((flags & NEW_CONN) && (!r->h.conn || r->c)))
		return false;
	ld.clean = r->h.type == LOG_CLEAN;
	switch ((enum log_type)r->h.type) {
	case LOG_INPUT:
		if (log_loading)
			return load_request(r);
		if (r->c)
			conn_replay(r->c, r->data, r->h.len);
		return r->c;
	case LOG_DOMAIN:
		return load_domain(r, d);
	case LOG_OPEN:
		return socket_new((int)r->v[0], r->h.conn);
	case LOG_RING:
		return load_ring(r, d);
	case LOG_OVERFLOW:
		conn_set_overflow(r->c, r->v[0]);
		return true;
	case LOG_TXN:
		return load_txn(r);
	case LOG_PENDING:
		return load_pending(r);
	case LOG_BEGIN:
		return load_begin(r);
	case LOG_CLOSE:
		conn_close(r->c);
		ld.last = NULL;
		/* A long log opens and closes many. */
		conn_flush_all();
		conn_reap();
		return true;
	case LOG_DOMAIN_GONE:
	case LOG_DOMAIN_SHUTDOWN:
		if (d && d != domain0)
			(r->h.type == LOG_DOMAIN_GONE ? domain_release : domain_shutdown)(d);
		return d && d != domain0;
	default:
		return true;
	}
}

bool state_load(const void *records, size_t len)
{
	const char *p = records;
	bool ok = true;

	memset(&ld, 0, sizeof(ld));
	ld.self.domain = domain0;
	new_root();
	log_loading = conn_muted = true;
	while (ok && len) {
		struct loaded r = {0};
		size_t size = sizeof(r.h);

		ok = size <= len;
		if (ok)
			memcpy(&r.h, p, size);
		size += r.h.count * sizeof(r.v[0]);
		ok = ok && r.h.count <= LOG_VALUES && size <= len && r.h.len <= len - size;
		if (!ok)
			break;
		memcpy(r.v, p + sizeof(r.h), size - sizeof(r.h));
		r.data = p + size;
		p += size + r.h.len;
		len -= size + r.h.len;
		ok = load_record(&r);
	}
	ok = ok && !log_loading;
	log_loading = conn_muted = false;
	return ok;
}

static bool is_socket(int fd)
{
	struct stat st;

	return fd >= 0 && !fstat(fd, &st) && S_ISSOCK(st.st_mode);
}

void state_settle(const uint8_t *busy, size_t fds)
{
	for (struct conn *c = conns; c; c = c->next) {
		if (c->dead)
			continue;
		conn_again(c);
		if (c->tp->exact) {
			ring_resume(c);
			continue;
		}
		if (!ld.clean) {
			buf_free(&c->in);
			buf_free(&c->out);
		}
		/* What a crash interrupted cannot be made whole; what was quiet has lost nothing.
		 */
		if ((size_t)c->fd >= fds || !is_socket(c->fd))
			c->fd = -1;
		if (c->fd < 0 || (!ld.clean && busy[c->fd]))
			conn_close(c);
		else
			socket_start(c);
	}
}

void state_clear(void)
{
	for (struct conn *c = conns; c; c = c->next)
		conn_close(c);
	conn_flush_all();
	conn_reap();
	while (domain0->next)
		domain_release(domain0->next);
	node_put(store_root);
	node_put(watch_specials);
	store_root = watch_specials = NULL;
	*domain0 = (struct domain){.gen = 1};
	domain_gen = 1;
	conn_last_id = txn_last_id = 0;
}

void state_new(void)
{
	static const char path[] = "/tool/xenstored";
	const struct conn self = {.domain = domain0};

	new_root();
	store_write(&store_root, &self, store_root, path, path + 1, NULL, 0);
}
