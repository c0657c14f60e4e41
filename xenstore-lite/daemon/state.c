/* SPDX-License-Identifier: BSD-2-Clause */
/* The whole state as log records, and back. A loaded file is checked like any input. */
#include <stdlib.h>
#include <sys/stat.h>
#include "log.h"
#include "ring.h"
#include "socket.h"

/* ---- saving ---- */

#define PUT(type, conn, data, len, ...)                \
	log_put(type, conn, (uint64_t[]){__VA_ARGS__}, \
		sizeof((uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t), data, len)

static void put_node(const char *path, uint64_t gen, const struct permset *ps, const char *value,
		     size_t len, struct buf *b)
{
	b->len = 0;
	buf_add(b, ps->p, ps->n * sizeof(ps->p[0]));
	buf_add(b, path, strlen(path) + 1);
	buf_add(b, value, len);
	PUT(LOG_NODE, 0, b->data, b->len, gen, ps->n);
}

static void save_node(struct node *n, const char *path, void *b)
{
	put_node(path, n->gen, n->c->perms, content_value(n->c), n->c->value_len, b);
}

static void save_watch(const struct watch *w, struct buf *b)
{
	b->len = 0;
	buf_add(b, w->abs + w->skip, strlen(w->abs + w->skip) + 1);
	buf_add(b, w->token, strlen(w->token) + 1);
	PUT(LOG_WATCH, w->conn->id, b->data, b->len, w->depth, w->missed);
}

/* Moved onto the store of now, which is the one that is saved, it needs no snapshot of its own. */
static void save_txn(struct txn *t)
{
	uint64_t gen = tree_gen;

	txn_renew(t);
	PUT(LOG_TXN, t->conn->id, NULL, 0, t->id, t->expired, gen);
	for (const struct step *s = t->steps; s; s = s->next)
		log_put(LOG_STEP, t->conn->id, NULL, 0, &s->req, sizeof(s->req) + s->req.len);
}

static void save_conn(struct conn *c, struct buf *b)
{
	size_t in = c->in.len - c->unlogged;

	log_conn(c->tp == &ring_transport ? LOG_RING : LOG_OPEN, c);
	if (c->overflow)
		log_conn(LOG_OVERFLOW, c);
	for (const struct watch *w = c->watches; w; w = w->next)
		save_watch(w, b);
	for (struct txn *t = c->txns; t; t = t->next)
		save_txn(t);
	b->len = 0;
	buf_add(b, c->in.data + c->in.head, in);
	buf_add(b, c->out.data + c->out.head, c->out.len);
	if (b->len)
		PUT(LOG_PENDING, c->id, b->data, b->len, in);
}

void state_save(void)
{
	struct buf b = {0};

	for (unsigned int q = 0; q < Q_COUNT; q++)
		PUT(LOG_QUOTA, 0, NULL, 0, 0, q, quotas[q].limit);
	for (const struct domain *d = domain0->next; d; d = d->next) {
		log_domain(LOG_DOMAIN, d);
		for (unsigned int q = 0; q < Q_COUNT; q++)
			if (d->limit[q] >= 0)
				PUT(LOG_QUOTA, 0, NULL, 0, d->domid, q, d->limit[q]);
	}
	for (unsigned int i = 0; i < WATCH_SPECIALS; i++)
		put_node(watch_special_name[i], 0, *watch_special(watch_special_name[i]), "", 0,
			 &b);
	tree_walk(store_root, "/", save_node, &b);
	for (struct conn *c = conns; c; c = c->next)
		if (!c->dead)
			save_conn(c, &b);
	PUT(LOG_BEGIN, 0, NULL, 0, tree_gen, domain_gen, store_changes, conn_last_id, txn_last_id,
	    log_has_rings);
	buf_free(&b);
}

/* ---- loading ---- */

/* A record taken apart. */
struct loaded {
	enum log_type type;
	uint32_t id;	/* of the connection that it names, or 0 */
	struct conn *c; /* that one, if there is one */
	uint64_t v[LOG_VALUES];
	const char *data;
	size_t len;
};

static struct {
	struct conn *last; /* that a record was about */
	struct txn *txn;   /* that steps belong to */
	bool clean;
} ld;

static struct domain *find_domain(uint64_t domid)
{
	return domid < DOMID_LIMIT ? domain_find((unsigned int)domid) : NULL;
}

/* The list of n entries at the head of the data, which is moved behind it. */
static struct permset *load_perms(struct loaded *r, uint64_t n)
{
	size_t size = n * sizeof(struct perm);
	struct permset *ps;

	if (!n || n > r->len / sizeof(struct perm))
		return NULL;
	ps = permset_new((uint32_t)n);
	memcpy(ps->p, r->data, size);
	r->data += size;
	r->len -= size;
	for (uint64_t i = 0; i < n; i++)
		if (ps->p[i].domid >= DOMID_LIMIT || ps->p[i].flags > (PERM_READ | PERM_WRITE)) {
			permset_put(ps);
			return NULL;
		}
	return ps;
}

static bool load_quota(struct loaded *r)
{
	struct domain *d = find_domain(r->v[0]);

	if (!d || r->v[1] >= Q_COUNT || r->v[2] > QUOTA_LIMIT_MAX)
		return false;
	*(d == domain0 ? &quotas[r->v[1]].limit : &d->limit[r->v[1]]) = (int64_t)r->v[2];
	return true;
}

/* A new child of a node there is, or the root. Its parent keeps the generation it was saved with.
 */
static bool make_node(const char *path, const char *value, size_t len, struct permset *ps,
		      uint64_t gen)
{
	struct node *parent = NULL, *n;
	const char *rest = path + 1;
	uint64_t parent_gen;

	if (store_root)
		parent = tree_nearest(store_root, path, &rest);
	if (!parent != !*rest || strchr(rest, '/'))
		return false;
	/* Most nodes share their parent's permissions. */
	if (parent && permset_same(parent->c->perms, ps))
		ps = parent->c->perms;
	n = node_new(content_new(rest, strlen(rest), value, len, ps));
	n->gen = gen;
	store_bill(&store_root, n->c, 1);
	if (!parent) {
		store_root = n;
		return true;
	}
	parent_gen = parent->gen;
	tree_attach(&store_root, path, rest, n);
	parent->gen = parent_gen;
	return true;
}

static bool load_node(struct loaded *r)
{
	struct permset *ps = load_perms(r, r->v[1]);
	size_t path = strnlen(r->data, r->len) + 1;
	bool ok = ps && path <= r->len && r->len - path <= XENSTORE_PAYLOAD_MAX;
	struct permset **special = ok && r->data[0] == '@' ? watch_special(r->data) : NULL;

	if (special) {
		permset_put(*special);
		*special = ps;
		return true;
	}
	ok = ok && path_valid(r->data) &&
	     make_node(r->data, r->data + path, r->len - path, ps, r->v[0]);
	permset_put(ps);
	return ok;
}

static bool load_watch(struct loaded *r)
{
	char abs[ABS_ROOM];
	const char *arg[2];
	struct watch *w;
	int err;

	if (wire_strings(r->data, r->len, arg, 2) != 2 || r->len > 2 * XENSTORE_PAYLOAD_MAX ||
	    !ops_abs_path(r->c, arg[0], abs, true))
		return false;
	w = watch_add(r->c, arg[0], abs, arg[1], (uint32_t)r->v[0], &err);
	if (w)
		w->missed = r->v[1];
	return w;
}

static bool load_txn(struct loaded *r)
{
	if (!store_root || !r->v[0] || txn_find(r->c, (uint32_t)r->v[0]))
		return false;
	ld.txn = txn_new(r->c, (uint32_t)r->v[0]);
	ld.txn->expired = r->v[1];
	tree_gen = r->v[2];
	return true;
}

static bool load_step(struct loaded *r)
{
	struct xsd_sockmsg req;

	if (!ld.txn || ld.txn->conn != r->c || r->len < sizeof(req))
		return false;
	memcpy(&req, r->data, sizeof(req));
	if (req.len != r->len - sizeof(req) || req.len > XENSTORE_PAYLOAD_MAX ||
	    req.tx_id != ld.txn->id || !ops_is_step(&req))
		return false;
	ops_run(r->c, &req, r->data + sizeof(req));
	return true;
}

static bool load_pending(struct loaded *r)
{
	if (r->v[0] > r->len)
		return false;
	buf_add(&r->c->in, r->data, r->v[0]);
	buf_add(&r->c->out, r->data + r->v[0], r->len - r->v[0]);
	return true;
}

static bool load_begin(struct loaded *r)
{
	tree_gen = r->v[0];
	domain_gen = r->v[1];
	store_changes = r->v[2];
	conn_last_id = (uint32_t)r->v[3];
	txn_last_id = (uint32_t)r->v[4];
	log_has_rings = r->v[5];
	log_loading = conn_muted = false;
	return store_root;
}

static bool load_domain(struct loaded *r)
{
	struct domain *d;

	if (r->v[0] >= DOMID_LIMIT || find_domain(r->v[0]) || r->v[4] >= DOMID_LIMIT)
		return false;
	d = domain_add((unsigned int)r->v[0], r->v[1]);
	d->introduced = r->v[2];
	d->shutdown = r->v[3];
	d->target = (uint16_t)r->v[4];
	d->target_gen = r->v[5];
	return true;
}

static bool load_domain_event(struct loaded *r)
{
	struct domain *d = find_domain(r->v[0]);

	if (!d || d == domain0)
		return false;
	(r->type == LOG_DOMAIN_GONE ? domain_release : domain_shutdown)(d);
	return true;
}

static bool load_open(struct loaded *r)
{
	socket_new((int)r->v[0], r->id);
	return true;
}

static bool load_ring(struct loaded *r)
{
	struct domain *d = find_domain(r->v[0]);

	if (!d || d->conn)
		return false;
	log_has_rings = true;
	d->port = (uint32_t)r->v[1];
	ring_new(d, r->id, (uint32_t)r->v[2], (uint32_t)r->v[3]);
	return true;
}

static bool load_close(struct loaded *r)
{
	conn_close(r->c);
	ld.last = NULL;
	/* A long log opens and closes many. */
	conn_flush_all();
	conn_reap();
	return true;
}

static bool load_input(struct loaded *r)
{
	conn_replay(r->c, r->data, r->len);
	return true;
}

static bool load_overflow(struct loaded *r)
{
	conn_set_overflow(r->c, r->v[0]);
	return true;
}

static bool load_clean(struct loaded *r)
{
	(void)r;
	ld.clean = true;
	return true;
}

#define SNAPSHOT 1 /* may stand in the snapshot, */
#define SINCE	 2 /* after it, */
#define CONN	 4 /* is about a connection there is, */
#define NEW_CONN 8 /* or a new one */

static const struct {
	bool (*load)(struct loaded *r);
	unsigned int flags;
} loaders[LOG_TYPES] = {
	[LOG_QUOTA] = {load_quota, SNAPSHOT},
	[LOG_NODE] = {load_node, SNAPSHOT},
	[LOG_WATCH] = {load_watch, SNAPSHOT | CONN},
	[LOG_TXN] = {load_txn, SNAPSHOT | CONN},
	[LOG_STEP] = {load_step, SNAPSHOT | CONN},
	[LOG_PENDING] = {load_pending, SNAPSHOT | CONN},
	[LOG_BEGIN] = {load_begin, SNAPSHOT},
	[LOG_DOMAIN] = {load_domain, SNAPSHOT | SINCE},
	[LOG_DOMAIN_GONE] = {load_domain_event, SINCE},
	[LOG_DOMAIN_SHUTDOWN] = {load_domain_event, SINCE},
	[LOG_OPEN] = {load_open, SNAPSHOT | SINCE | NEW_CONN},
	[LOG_RING] = {load_ring, SNAPSHOT | SINCE | NEW_CONN},
	[LOG_CLOSE] = {load_close, SINCE | CONN},
	[LOG_INPUT] = {load_input, SINCE | CONN},
	[LOG_OVERFLOW] = {load_overflow, SNAPSHOT | SINCE | CONN},
	[LOG_CLEAN] = {load_clean, SINCE},
};

static bool load_record(struct loaded *r)
{
	unsigned int flags = r->type < LOG_TYPES ? loaders[r->type].flags : 0;

	if (!ld.last || ld.last->id != r->id || ld.last->dead)
		ld.last = r->id ? conn_by_id(r->id) : NULL;
	r->c = ld.last;
	ld.clean = false;
	return (flags & (log_loading ? SNAPSHOT : SINCE)) && (!(flags & CONN) || r->c) &&
	       (!(flags & NEW_CONN) || (r->id && !r->c)) && loaders[r->type].load(r);
}

bool state_load(const void *records, size_t len)
{
	const char *p = records;
	bool ok = true;

	memset(&ld, 0, sizeof(ld));
	log_loading = conn_muted = true;
	while (ok && len) {
		struct loaded r = {0};
		struct record h;
		size_t values;

		ok = len >= sizeof(h);
		if (!ok)
			break;
		memcpy(&h, p, sizeof(h));
		p += sizeof(h);
		len -= sizeof(h);
		values = h.count * sizeof(r.v[0]);
		ok = h.count <= LOG_VALUES && values <= len && h.len <= len - values;
		if (!ok)
			break;
		memcpy(r.v, p, values);
		r.type = h.type;
		r.id = h.conn;
		r.data = p + values;
		r.len = h.len;
		p += values + h.len;
		len -= values + h.len;
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
			if (!ring_resume(c))
				conn_close(c);
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
		domain_end(domain0->next);
	for (int i = 0; i < WATCH_SPECIALS; i++) {
		struct permset **ps = watch_special(watch_special_name[i]);

		permset_put(*ps);
		*ps = NULL;
	}
	node_put(store_root);
	store_root = NULL;
	domain_init();
	conn_last_id = txn_last_id = 0;
	tree_gen = store_changes = 0;
}

void state_new(void)
{
	const struct conn self = {.domain = domain0};
	struct permset *ps = permset_new(1);

	ps->p[0].gen = domain0->gen;
	store_root = node_new(content_new("", 0, NULL, 0, ps));
	permset_put(ps);
	store_bill(&store_root, store_root->c, 1);
	store_write(&store_root, &self, "/tool/xenstored", NULL, 0);
}
