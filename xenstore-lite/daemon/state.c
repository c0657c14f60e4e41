/* SPDX-License-Identifier: BSD-2-Clause */
/* The whole state as log records, and back. A loaded file is checked like any input. */
#include <sys/stat.h>
#include <unistd.h>
#include "log.h"
#include "ring.h"
#include "socket.h"

/* ---- saving ---- */

/* The payload of a request that is being put together. */
static struct buf text;

static void put_request(uint32_t conn, uint32_t type)
{
	log_put(LOG_REQUEST, conn, (uint32_t[4]){type}, text.data, text.len);
	buf_take(&text, text.len);
}

static void save_limit(const struct domain *d, enum quota q, int64_t limit)
{
	buf_printf(&text, "quota%cset%c", 0, 0);
	if (d)
		buf_printf(&text, "%u%c", d->domid, 0);
	buf_printf(&text, "%s%c%lld%c", quotas[q].name, 0, (long long)limit, 0);
	put_request(0, XS_CONTROL);
}

static void save_domain(const struct domain *d)
{
	log_domain(d, false);
	for (unsigned int q = 0; q < Q_COUNT; q++)
		if (d->limit[q] >= 0)
			save_limit(d, q, d->limit[q]);
}

static void save_target(const struct domain *d)
{
	if (!d->target)
		return;
	buf_printf(&text, "%u%c%u%c", d->domid, 0, d->target->domid, 0);
	put_request(0, XS_SET_TARGET);
}

static void save_perms(const char *path, const struct permset *ps)
{
	buf_printf(&text, "%s%c", path, 0);
	perm_print(ps, &text);
	put_request(0, XS_SET_PERMS);
}

/*
 * above: the permissions of the nodes on the way, by level. A node that the privileged domain
 * makes has its parent's.
 */
static void save_node(struct node *n, const char *path, void *above)
{
	struct permset **own = above;

	buf_printf(&text, "%s%c", path, 0);
	buf_add(&text, content_value(n->c), n->c->value_len);
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
	buf_printf(&text, "%s%c%s%c", w->abs + w->skip, 0, w->token, 0);
	if (w->depth != WATCH_ANY_DEPTH)
		buf_printf(&text, "%u%c", w->depth, 0);
	put_request(w->conn->id, XS_WATCH);
}

/* On the store of now, which is the one that is saved, it needs no snapshot of its own. */
static void save_txn(struct txn *t)
{
	const struct step *s;

	log_put(LOG_TXN, t->conn->id, (uint32_t[4]){t->id, t->lost}, NULL, 0);
	for (size_t at = 0; (s = txn_step(t, &at));)
		log_put(LOG_REQUEST, t->conn->id, (uint32_t[4]){s->req.type, t->id}, s->data,
			s->req.len);
}

/* ends: after this snapshot nobody is served any more. */
static void save_conn(struct conn *c, bool ends)
{
	size_t in = c->in.len - c->unlogged;

	log_conn(c);
	for (struct watch *w = c->watches; w; w = w->next)
		save_watch(w);
	for (struct txn *t = c->txns; t; t = t->next)
		save_txn(t);
	/* After a crash no socket goes on that has something under way. */
	if (in && (ends || c->tp->exact))
		log_put(LOG_PENDING, c->id, (uint32_t[4]){0}, c->in.data + c->in.head, in);
	if (c->out.len && (ends || c->tp->exact))
		log_put(LOG_PENDING, c->id, (uint32_t[4]){1}, c->out.data + c->out.head,
			c->out.len);
	log_busy(c, c->in.len || c->out.len);
}

void state_save(bool ends)
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
			save_conn(c, ends);
	log_put(LOG_BEGIN, 0, (uint32_t[4]){txn_last_id, ends}, NULL, 0);
}

/* ---- loading ---- */

static struct conn self;  /* connection 0, the daemon itself */
static struct conn *last; /* that a record was about */
static bool clean;	  /* nothing was under way but LOG_PENDING */

static void new_root(void)
{
	struct permset *ps = permset_new(1);

	self.domain = domain0;
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
static bool load_request(struct conn *c, const struct record *r, const char *data)
{
	struct xsd_sockmsg req = {.type = r->v[0], .tx_id = r->v[1], .len = r->len};
	struct outcome out;
	bool fit;

	if (c)
		fit = req.tx_id ? ops_is_step(&req) : req.type == XS_WATCH;
	else
		fit = !r->conn && (req.type == XS_WRITE || req.type == XS_SET_PERMS ||
				   req.type == XS_CONTROL || req.type == XS_SET_TARGET);
	if (!fit || req.len > 2 * XENSTORE_PAYLOAD_MAX)
		return false;
	return !ops_run(c ? c : &self, &req, data, &out) || req.tx_id;
}

static bool load_txn(struct conn *c, const struct record *r)
{
	if (!r->v[0] || txn_find(c, r->v[0]))
		return false;
	txn_new(c, r->v[0])->lost = r->v[1];
	return true;
}

static bool load_close(struct conn *c)
{
	conn_close(c);
	last = NULL;
	/* A long log opens and closes many. */
	conn_flush_all();
	conn_reap();
	return true;
}

static bool load_domain(const struct record *r)
{
	struct domain *d = domain_find(r->v[0]);

	if (d == domain0 || r->v[0] >= DOMID_LIMIT)
		return false;
	if (!d)
		d = domain_add(r->v[0]);
	d->introduced |= r->v[2];
	if (r->v[1] || r->v[3])
		domain_ends(d, r->v[1]);
	return true;
}

static bool load_conn(struct conn *c, const struct record *r)
{
	struct domain *d = domain_find(r->conn - CONN_RING);

	/* A ring whose input does not go on where it was is a fresh one in the old one's place. */
	if (c && d && c->in_pos != r->v[1]) {
		load_close(c);
		c = NULL;
	}
	if (!c && d) {
		d->port = r->v[0];
		c = d->conn ? NULL : ring_new(d, r->v[1], r->v[2]);
	} else if (!c && r->conn && r->conn < CONN_RING) {
		c = conn_new(&socket_transport, domain0, r->conn);
	}
	if (c)
		conn_set_overflow(c, r->v[3]);
	return c;
}

static bool load_record(const struct record *r, const char *data)
{
	struct conn *c;

	if (!last || last->id != r->conn || last->dead)
		last = r->conn ? conn_by_id(r->conn) : NULL;
	c = last;
	if (log_loading ? r->type > LOG_CONN : r->type < LOG_DOMAIN)
		return false;
	clean = false;
	switch ((enum log_type)r->type) {
	case LOG_REQUEST:
		return load_request(c, r, data);
	case LOG_TXN:
		return c && load_txn(c, r);
	case LOG_PENDING:
		if (c)
			buf_add(r->v[0] ? &c->out : &c->in, data, r->len);
		return c;
	case LOG_BEGIN:
		txn_last_id = r->v[0];
		clean = r->v[1];
		log_loading = conn_muted = false;
		return true;
	case LOG_DOMAIN:
		return load_domain(r);
	case LOG_CONN:
		return load_conn(c, r);
	case LOG_RENEW:
		txn_renew_all();
		return true;
	case LOG_INPUT:
		log_answer = (int)r->v[0];
		if (c)
			conn_replay(c, data, r->len);
		return c;
	case LOG_CLOSE:
		return c && load_close(c);
	}
	return false;
}

bool state_load(const void *records, size_t len)
{
	const char *p = records, *end = p + len;
	struct record r;
	bool ok = true;

	last = NULL;
	clean = false;
	new_root();
	log_loading = conn_muted = true;
	while (ok && (size_t)(end - p) >= sizeof(r)) {
		memcpy(&r, p, sizeof(r));
		p += sizeof(r);
		ok = r.len <= (size_t)(end - p) && load_record(&r, p);
		if (ok)
			p += r.len;
	}
	ok = ok && p == end && !log_loading;
	log_loading = conn_muted = false;
	return ok;
}

void state_settle(const uint8_t *busy, size_t fds)
{
	struct stat st;
	bool open;

	for (struct conn *c = conns; c; c = c->next) {
		if (c->dead)
			continue;
		conn_again(c);
		if (c->tp->exact) {
			ring_resume(c);
			continue;
		}
		open = c->id < fds && !fstat((int)c->id, &st) && S_ISSOCK(st.st_mode);
		/* What a crash cut short cannot be made whole; what was quiet lost nothing. */
		if (open && (clean || !busy[c->id]) && socket_start(c))
			continue;
		conn_close(c);
		/* A replay leaves descriptors alone. */
		if (open)
			close((int)c->id);
	}
}

void state_new(void)
{
	static const char path[] = "/tool/xenstored";

	new_root();
	store_write(&store_root, &self, store_root, path, path + 1, NULL, 0);
}
