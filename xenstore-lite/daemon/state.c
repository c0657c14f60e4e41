/* SPDX-License-Identifier: BSD-2-Clause */
/* The whole state as log records, and back. A loaded file is checked like any input. */
#include <stdio.h>
#include <stdlib.h>
#include "log.h"
#include "ring.h"
#include "socket.h"
#include "watch.h"

struct s_state {
	uint64_t tree_gen, domain_gen, watch_seq, changes;
	uint32_t conn_last_id, has_rings;
};
struct s_quota {
	int64_t value;
	uint32_t domid, quota;
};
struct s_domain {
	uint64_t gen, gfn, target_gen;
	uint32_t domid, port, target, flags;
};
#define DOMAIN_INTRODUCED 1
#define DOMAIN_SHUTDOWN	  2
struct s_content {
	uint32_t perms;
	uint32_t name_len;
};
struct s_node {
	uint64_t gen;
	uint32_t content, left, right, children;
};
struct s_root {
	uint32_t node, special[2]; /* special: permission lists */
};
struct s_conn {
	int32_t fd;
	uint32_t domid, ring, port, in_pos, out_pos, last_txn, retries, overflow, in_len;
};
struct s_watch {
	uint64_t seq;
	uint32_t depth, missed;
};
struct s_txn {
	uint64_t started;
	uint32_t id, base, root, expired;
};
struct s_bill {
	uint64_t gen;
	int64_t nodes, bytes;
	uint64_t domid;
};

/* ---- saving ---- */

static struct {
	struct permset **perms;
	struct content **contents;
	struct node **nodes;
	uint32_t n_perms, n_contents, n_nodes;
} seen;

/* Room for one more at a power of two. */
static void *more(void *a, uint32_t n)
{
	return n & (n - 1) ? a : xgrow(a, (n ? 2 * (size_t)n : 1) * sizeof(void *));
}

static uint32_t save_perms(struct permset *ps)
{
	if (!ps->id) {
		seen.perms = more(seen.perms, seen.n_perms);
		seen.perms[seen.n_perms++] = ps;
		ps->id = seen.n_perms;
		log_put(LOG_PERMS, 0, ps->p, ps->n * sizeof(ps->p[0]), NULL, 0);
	}
	return ps->id;
}

static uint32_t save_content(struct content *c)
{
	if (!c->id) {
		struct s_content s = {.perms = save_perms(c->perms), .name_len = c->name_len};

		seen.contents = more(seen.contents, seen.n_contents);
		seen.contents[seen.n_contents++] = c;
		c->id = seen.n_contents;
		log_put(LOG_CONTENT, 0, &s, sizeof(s), c->bytes, c->name_len + c->value_len);
	}
	return c->id;
}

/* Nodes it points to first; several roots share most of theirs, which are saved once. */
static uint32_t save_tree(struct node *top)
{
	struct node **stack = NULL, *n;
	uint32_t depth = 0;

	stack = more(stack, 0);
	stack[depth++] = top;
	while (depth) {
		struct node *todo[3];
		int k = 0;

		n = stack[depth - 1];
		if (n->id) {
			depth--;
			continue;
		}
		if (n->left && !n->left->id)
			todo[k++] = n->left;
		if (n->right && !n->right->id)
			todo[k++] = n->right;
		if (n->children && !n->children->id)
			todo[k++] = n->children;
		if (k) {
			while (k) {
				stack = more(stack, depth);
				stack[depth++] = todo[--k];
			}
			continue;
		}
		struct s_node s = {
			.gen = n->gen,
			.content = save_content(n->c),
			.left = n->left ? n->left->id : 0,
			.right = n->right ? n->right->id : 0,
			.children = n->children ? n->children->id : 0,
		};
		seen.nodes = more(seen.nodes, seen.n_nodes);
		seen.nodes[seen.n_nodes++] = n;
		n->id = seen.n_nodes & 0x3ffffff;
		log_put(LOG_NODE, 0, &s, sizeof(s), NULL, 0);
		depth--;
	}
	free(stack);
	return top->id;
}

static void save_set(enum log_type type, const struct conn *c, const struct access_set *set)
{
	for (const struct access *a = set->first; a; a = a->next) {
		uint32_t flags = a->flags;

		log_put(type, c->id, &flags, sizeof(flags), a->path, strlen(a->path) + 1);
	}
}

static void save_txn(const struct conn *c, const struct txn *t)
{
	struct s_txn s = {
		.started = t->started,
		.id = t->id,
		.base = save_tree(t->base),
		.root = save_tree(t->view.root),
		.expired = t->expired,
	};

	log_put(LOG_TXN, c->id, &s, sizeof(s), NULL, 0);
	for (const struct delta *e = t->view.deltas; e; e = e->next) {
		struct s_bill b = {e->gen, e->nodes, e->bytes, e->domid};

		log_put(LOG_BILL, c->id, &b, sizeof(b), NULL, 0);
	}
	save_set(LOG_ACCESS, c, &t->set);
}

static void save_conn(const struct conn *c)
{
	/* What is not logged yet of a ring's input is still in the ring. */
	size_t in = c->in.len - c->unlogged;
	struct s_conn s = {
		.fd = c->fd,
		.domid = c->domain->domid,
		.ring = c->tp == &ring_transport,
		.port = c->domain->port,
		.in_pos = c->in_pos - (uint32_t)c->unlogged,
		.out_pos = c->out_pos,
		.last_txn = c->last_txn,
		.retries = c->retries,
		.overflow = c->overflow,
		.in_len = (uint32_t)in,
	};
	struct buf data = {0};

	buf_add(&data, c->in.data ? c->in.data + c->in.head : NULL, in);
	buf_add(&data, c->out.data ? c->out.data + c->out.head : NULL, c->out.len);
	log_put(LOG_CONN, c->id, &s, sizeof(s), data.data, data.len);
	buf_free(&data);
	for (const struct watch *w = c->watches; w; w = w->conn_next) {
		struct s_watch sw = {w->seq, w->depth, w->missed};
		char text[3 * XENSTORE_PAYLOAD_MAX];
		size_t n;

		watch_abs_path(w, text);
		n = strlen(text) + 1;
		memcpy(text + n, w->path, strlen(w->path) + 1);
		n += strlen(w->path) + 1;
		memcpy(text + n, w->token, strlen(w->token) + 1);
		n += strlen(w->token) + 1;
		log_put(LOG_WATCH, c->id, &sw, sizeof(sw), text, n);
	}
	for (const struct txn *t = c->txns; t; t = t->next)
		save_txn(c, t);
	save_set(LOG_FAILED, c, &c->failed);
}

void state_save(void)
{
	struct s_state st = {tree_gen,	    domain_gen,	  watch_seq,
			     store_changes, conn_last_id, log_has_rings};
	struct s_root root;

	memset(&seen, 0, sizeof(seen));
	log_put(LOG_STATE, 0, &st, sizeof(st), NULL, 0);
	for (uint32_t q = 0; q < Q_COUNT; q++) {
		struct s_quota s = {quota_default[q], 0, q};

		log_put(LOG_QUOTA, 0, &s, sizeof(s), NULL, 0);
	}
	for (const struct domain *d = domain0->next; d; d = d->next) {
		struct s_domain s = {
			.gen = d->gen,
			.gfn = d->gfn,
			.target_gen = d->target_gen,
			.domid = d->domid,
			.port = d->port,
			.target = d->target,
			.flags = (d->introduced ? DOMAIN_INTRODUCED : 0) |
				 (d->shutdown ? DOMAIN_SHUTDOWN : 0),
		};

		log_put(LOG_DOMAIN, 0, &s, sizeof(s), NULL, 0);
		for (uint32_t q = 0; q < Q_COUNT; q++) {
			struct s_quota sq = {d->limit[q], d->domid, q};

			if (d->limit[q] >= 0)
				log_put(LOG_QUOTA, 0, &sq, sizeof(sq), NULL, 0);
		}
	}
	root.node = save_tree(store_view.root);
	root.special[0] = save_perms(*watch_special("@introduceDomain"));
	root.special[1] = save_perms(*watch_special("@releaseDomain"));
	log_put(LOG_ROOT, 0, &root, sizeof(root), NULL, 0);
	for (const struct conn *c = conns; c; c = c->next)
		if (!c->dead)
			save_conn(c);
	log_put(LOG_SNAPSHOT_END, 0, NULL, 0, NULL, 0);
	for (uint32_t i = 0; i < seen.n_perms; i++)
		seen.perms[i]->id = 0;
	for (uint32_t i = 0; i < seen.n_contents; i++)
		seen.contents[i]->id = 0;
	for (uint32_t i = 0; i < seen.n_nodes; i++)
		seen.nodes[i]->id = 0;
	free(seen.perms);
	free(seen.contents);
	free(seen.nodes);
}

/* ---- loading ---- */

/* Of each loaded node: how long the paths below it get, and how many nodes that is. */
struct extent {
	uint32_t path;
	uint32_t nodes;
};

static struct {
	struct extent *extent;
	uint32_t extent_room;
	bool ended;
	struct txn *txn; /* that accesses and bills belong to */
	struct conn *last;
} ld;

static bool load_perms(const void *data, size_t len)
{
	uint32_t n = (uint32_t)(len / sizeof(struct perm));
	struct permset *ps;

	if (!n || len % sizeof(struct perm))
		return false;
	ps = permset_new(n);
	memcpy(ps->p, data, len);
	seen.perms = more(seen.perms, seen.n_perms);
	seen.perms[seen.n_perms++] = ps;
	for (uint32_t i = 0; i < n; i++)
		if (ps->p[i].domid >= DOMID_LIMIT || ps->p[i].flags > (PERM_READ | PERM_WRITE))
			return false;
	return true;
}

static bool load_content(const void *data, size_t len)
{
	const char *bytes = (const char *)data + sizeof(struct s_content);
	char name[XENSTORE_ABS_PATH_MAX + 2] = "/";
	struct s_content s;

	if (len < sizeof(s))
		return false;
	memcpy(&s, data, sizeof(s));
	len -= sizeof(s);
	if (!s.perms || s.perms > seen.n_perms || s.name_len > len ||
	    s.name_len >= XENSTORE_ABS_PATH_MAX || len - s.name_len > XENSTORE_PAYLOAD_MAX)
		return false;
	memcpy(name + 1, bytes, s.name_len);
	if (strlen(name) != s.name_len + 1 || strchr(name + 1, '/') || !path_valid(name))
		return false;
	seen.contents = more(seen.contents, seen.n_contents);
	seen.contents[seen.n_contents++] = content_new(bytes, s.name_len, bytes + s.name_len,
						       len - s.name_len, seen.perms[s.perms - 1]);
	return true;
}

static bool name_less(const struct content *a, const struct content *b)
{
	return name_cmp(a->bytes, a->name_len, b->bytes, b->name_len) < 0;
}

/* A node that may be another's child or sibling: NULL for 0, else one with a name. */
static bool load_link(uint32_t id, struct node **out, struct extent *e)
{
	*out = id ? seen.nodes[id - 1] : NULL;
	memset(e, 0, sizeof(*e));
	if (!*out)
		return true;
	*e = ld.extent[id - 1];
	return (*out)->c->name_len;
}

static bool load_node(const void *data, size_t len)
{
	struct extent l, r, c, *e;
	struct s_node s;
	struct node *n, *left, *right, *children, *m;

	if (len != sizeof(s))
		return false;
	memcpy(&s, data, sizeof(s));
	if (!s.content || s.content > seen.n_contents || s.left > seen.n_nodes ||
	    s.right > seen.n_nodes || s.children > seen.n_nodes || !load_link(s.left, &left, &l) ||
	    !load_link(s.right, &right, &r) || !load_link(s.children, &children, &c))
		return false;
	n = node_new(seen.contents[s.content - 1], children, s.gen);
	n->c->ref++;
	n->left = node_get(left);
	n->right = node_get(right);
	seen.nodes = more(seen.nodes, seen.n_nodes);
	if (seen.n_nodes == ld.extent_room) {
		ld.extent_room = 2 * ld.extent_room + 64;
		ld.extent = xgrow(ld.extent, ld.extent_room * sizeof(*ld.extent));
	}
	e = &ld.extent[seen.n_nodes];
	seen.nodes[seen.n_nodes++] = n;
	e->nodes = 1 + l.nodes + r.nodes + c.nodes;
	e->path = 1u + n->c->name_len + c.path;
	e->path = e->path > l.path ? e->path : l.path;
	e->path = e->path > r.path ? e->path : r.path;
	/* The first bounds time and memory, whatever sharing the file claims. */
	if (e->nodes >= 1u << 26 || e->path > XENSTORE_ABS_PATH_MAX + 1 || !node_fix_height(n) ||
	    n->height > 40)
		return false;
	for (m = left; m && m->right; m = m->right)
		;
	if (m && !name_less(m->c, n->c))
		return false;
	for (m = right; m && m->left; m = m->left)
		;
	return !m || name_less(n->c, m->c);
}

/* A node that may be a root: no name and no siblings. */
static struct node *root_node(uint32_t id)
{
	struct node *n = id && id <= seen.n_nodes ? seen.nodes[id - 1] : NULL;

	return n && !n->c->name_len && !n->left && !n->right ? n : NULL;
}

static bool load_root(const void *data, size_t len)
{
	struct s_root s;

	if (len != sizeof(s) || store_view.root)
		return false;
	memcpy(&s, data, sizeof(s));
	for (int i = 0; i < 2; i++) {
		struct permset **ps = watch_special(i ? "@releaseDomain" : "@introduceDomain");

		if (!s.special[i] || s.special[i] > seen.n_perms)
			return false;
		permset_put(*ps);
		*ps = permset_get(seen.perms[s.special[i] - 1]);
	}
	store_view.root = node_get(root_node(s.node));
	if (store_view.root)
		view_bill_all();
	return store_view.root;
}

static bool load_state(const void *data, size_t len)
{
	struct s_state s;

	if (len != sizeof(s))
		return false;
	memcpy(&s, data, sizeof(s));
	tree_gen = s.tree_gen;
	domain_gen = s.domain_gen;
	watch_seq = s.watch_seq;
	store_changes = s.changes;
	conn_last_id = s.conn_last_id;
	log_has_rings = s.has_rings;
	return true;
}

static bool load_quota(const void *data, size_t len)
{
	struct s_quota s;
	struct domain *d;

	if (len != sizeof(s))
		return false;
	memcpy(&s, data, sizeof(s));
	d = domain_find(s.domid);
	if (s.quota >= Q_COUNT || !d || s.value < 0 || s.value > 1ll << 40)
		return false;
	(s.domid ? d->limit : quota_default)[s.quota] = s.value;
	return true;
}

static bool load_domain(const void *data, size_t len)
{
	struct s_domain s;
	struct domain *d;

	if (len != sizeof(s))
		return false;
	memcpy(&s, data, sizeof(s));
	if (!s.domid || s.domid >= DOMID_LIMIT || domain_find(s.domid) || s.target >= DOMID_LIMIT)
		return false;
	d = domain_add(s.domid, s.gen);
	d->gfn = s.gfn;
	d->port = s.port;
	d->target = s.target;
	d->target_gen = s.target_gen;
	d->introduced = s.flags & DOMAIN_INTRODUCED;
	d->shutdown = s.flags & DOMAIN_SHUTDOWN;
	return true;
}

static bool load_conn(uint32_t id, const void *data, size_t len)
{
	const char *bytes = (const char *)data + sizeof(struct s_conn);
	struct s_conn s;
	struct domain *d;
	struct conn *c;

	if (len < sizeof(s))
		return false;
	memcpy(&s, data, sizeof(s));
	len -= sizeof(s);
	d = domain_find(s.domid);
	if (!id || !d || conn_by_id(id) || s.in_len > len || (s.ring && d->conn) ||
	    s.in_len > sizeof(struct xsd_sockmsg) + XENSTORE_PAYLOAD_MAX + 8192)
		return false;
	if (s.ring) {
		c = ring_attach(d, id, s.port, s.in_pos, s.out_pos);
	} else {
		c = socket_new(s.fd, id);
	}
	conn_restore(c, bytes, s.in_len, bytes + s.in_len, len - s.in_len);
	c->last_txn = s.last_txn;
	c->retries = s.retries;
	c->overflow = s.overflow;
	return true;
}

static bool load_watch(struct conn *c, const void *data, size_t len)
{
	const char *text[3];
	struct s_watch s;
	size_t alen, plen;
	struct watch *w;

	if (!c || len < sizeof(s))
		return false;
	memcpy(&s, data, sizeof(s));
	if (wire_strings((const char *)data + sizeof(s), len - sizeof(s), text, 3) != 3)
		return false;
	alen = strlen(text[0]);
	plen = strlen(text[1]);
	/* What the client wrote is the end of the absolute path, or all of it. */
	if (!(text[0][0] == '@' ? watch_special_of(text[0]) != NULL : path_valid(text[0])) ||
	    !plen || plen > alen || strcmp(text[0] + alen - plen, text[1]) ||
	    strlen(text[2]) > XENSTORE_PAYLOAD_MAX)
		return false;
	w = watch_restore(c, text[1], text[0], text[2], s.depth, s.seq);
	w->missed = s.missed;
	return true;
}

static bool load_txn(struct conn *c, const void *data, size_t len)
{
	struct s_txn s;

	if (!c || len != sizeof(s))
		return false;
	memcpy(&s, data, sizeof(s));
	if (!s.id || txn_find(c, s.id) || !root_node(s.base) || !root_node(s.root))
		return false;
	ld.txn = txn_restore(c, s.id, root_node(s.base), root_node(s.root), s.started);
	ld.txn->expired = s.expired;
	return true;
}

static bool load_bill(const void *data, size_t len)
{
	struct s_bill s;

	if (!ld.txn || len != sizeof(s))
		return false;
	memcpy(&s, data, sizeof(s));
	if (s.domid >= DOMID_LIMIT)
		return false;
	view_restore_bill(&ld.txn->view, (unsigned int)s.domid, s.gen, s.nodes, s.bytes);
	return true;
}

static bool load_access(struct conn *c, bool failed, const void *data, size_t len)
{
	const char *path;
	uint32_t flags;

	if (!c || len < sizeof(flags) || (!failed && (!ld.txn || ld.txn->conn != c)))
		return false;
	memcpy(&flags, data, sizeof(flags));
	if (wire_strings((const char *)data + sizeof(flags), len - sizeof(flags), &path, 1) != 1 ||
	    !path_valid(path))
		return false;
	txn_restore_access(c, failed ? NULL : ld.txn, path, flags & 31);
	return true;
}

/* What happened after the snapshot. */
static bool load_event(const struct record *r, struct conn *c, const void *data)
{
	uint32_t v[4] = {0};
	struct domain *d;

	memcpy(v, data, r->len < sizeof(v) ? r->len : sizeof(v));
	switch (r->type) {
	case LOG_OPEN:
		if (c || !r->conn)
			return false;
		socket_new((int)v[0], r->conn);
		return true;
	case LOG_CLOSE:
		if (c)
			conn_close(c);
		return c;
	case LOG_INPUT:
		if (c)
			conn_replay(c, data, r->len);
		return c;
	case LOG_OVERFLOW:
	case LOG_CAUGHT_UP:
		if (c)
			conn_set_overflow(c, r->type == LOG_OVERFLOW);
		return c;
	default:
		break;
	}
	if (v[0] >= DOMID_LIMIT)
		return false;
	d = domain_find(v[0]);
	switch (r->type) {
	case LOG_DOMAIN_NEW:
		if (!d)
			domain_add(v[0], domain_gen + 1);
		return !d;
	case LOG_DOMAIN_GONE:
		if (d && d != domain0)
			domain_release(d);
		return d && d != domain0;
	case LOG_DOMAIN_SHUTDOWN:
		if (d)
			domain_shutdown(d);
		return d;
	case LOG_RING:
		if (!d || d->conn || c || !r->conn)
			return false;
		log_has_rings = true;
		ring_attach(d, r->conn, v[1], v[2], v[3]);
		return true;
	default:
		return false;
	}
}

static bool load_record(const struct record *r, const void *data)
{
	struct conn *c = ld.last;

	if (r->conn && (!c || c->id != r->conn || c->dead))
		c = ld.last = conn_by_id(r->conn);
	if (!r->conn)
		c = NULL;
	if (ld.ended)
		return load_event(r, c, data);
	switch (r->type) {
	case LOG_STATE:
		return load_state(data, r->len);
	case LOG_QUOTA:
		return load_quota(data, r->len);
	case LOG_DOMAIN:
		return load_domain(data, r->len);
	case LOG_PERMS:
		return load_perms(data, r->len);
	case LOG_CONTENT:
		return load_content(data, r->len);
	case LOG_NODE:
		return load_node(data, r->len);
	case LOG_ROOT:
		return load_root(data, r->len);
	case LOG_CONN:
		return load_conn(r->conn, data, r->len);
	case LOG_WATCH:
		return load_watch(c, data, r->len);
	case LOG_TXN:
		return load_txn(c, data, r->len);
	case LOG_BILL:
		return load_bill(data, r->len);
	case LOG_ACCESS:
		return load_access(c, false, data, r->len);
	case LOG_FAILED:
		return load_access(c, true, data, r->len);
	case LOG_SNAPSHOT_END:
		ld.ended = true;
		return store_view.root;
	default:
		return false;
	}
}

void state_settle(bool clean, enum fd_state (*fd_state)(int fd))
{
	for (struct conn *c = conns; c; c = c->next) {
		enum fd_state st = fd_state(c->fd);

		if (c->dead)
			continue;
		c->more = conn_more = true;
		if (c->tp->exact) {
			if (!c->priv)
				conn_close(c);
			continue;
		}
		/* What a crash interrupted cannot be made whole; what was quiet has lost nothing.
		 */
		if (st == FD_OTHER)
			c->fd = -1;
		if (st == FD_OTHER || (!clean && st == FD_BUSY)) {
			conn_close(c);
			continue;
		}
		if (!clean) {
			buf_free(&c->in);
			buf_free(&c->out);
		}
		socket_start(c);
	}
}

bool state_load(const void *records, size_t len)
{
	const char *p = records;
	struct record r;
	bool ok = true;

	memset(&ld, 0, sizeof(ld));
	memset(&seen, 0, sizeof(seen));
	while (ok && len) {
		ok = len >= sizeof(r);
		if (ok)
			memcpy(&r, p, sizeof(r));
		ok = ok && r.len <= len - sizeof(r) && load_record(&r, p + sizeof(r));
		if (ok) {
			p += sizeof(r) + r.len;
			len -= sizeof(r) + r.len;
		}
		/* A long log opens and closes many. */
		if (ok && r.type == LOG_CLOSE) {
			ld.last = NULL;
			conn_flush_all();
			conn_reap();
		}
	}
	for (uint32_t i = 0; i < seen.n_nodes; i++)
		node_put(seen.nodes[i]);
	for (uint32_t i = 0; i < seen.n_contents; i++)
		content_put(seen.contents[i]);
	for (uint32_t i = 0; i < seen.n_perms; i++)
		permset_put(seen.perms[i]);
	free(seen.nodes);
	free(seen.contents);
	free(seen.perms);
	free(ld.extent);
	return ok && ld.ended;
}

void state_clear(void)
{
	for (struct conn *c = conns; c; c = c->next)
		conn_close(c);
	conn_flush_all();
	conn_reap();
	while (domain0->next)
		domain_end(domain0->next);
	for (int i = 0; i < 2; i++) {
		struct permset **ps = watch_special(i ? "@releaseDomain" : "@introduceDomain");

		permset_put(*ps);
		*ps = NULL;
	}
	if (store_view.root)
		node_put(store_view.root);
	store_view.root = NULL;
	domain_init();
	conn_last_id = 0;
	tree_gen = watch_seq = store_changes = 0;
}

void state_new(void)
{
	const struct conn self = {.domain = domain0};
	struct permset *ps = permset_new(1);

	ps->p[0].gen = domain0->gen;
	store_view.root = node_new(content_new("", 0, NULL, 0, ps), NULL, ++tree_gen);
	permset_put(ps);
	view_bill_all();
	view_write(&store_view, &self, "/tool/xenstored", NULL, 0);
}
