/* SPDX-License-Identifier: BSD-2-Clause */
#include <sys/stat.h>
#include <unistd.h>
#include "harness.h"

static ssize_t buffer_read(struct conn *c, void *data, size_t n)
{
	struct client *cl = c->priv;

	n = n < cl->to.len ? n : cl->to.len;
	if (n) {
		memcpy(data, cl->to.data + cl->to.head, n);
		buf_take(&cl->to, n);
	}
	return (ssize_t)n;
}

static ssize_t buffer_write(struct conn *c, const void *data, size_t n)
{
	static unsigned int order;
	struct client *cl = c->priv;

	if (cl->deaf)
		return 0;
	cl->sent = ++order;
	buf_add(&cl->from, data, n);
	return (ssize_t)n;
}

static void buffer_want(struct conn *c, bool output)
{
	(void)c;
	(void)output;
}

static void buffer_close(struct conn *c)
{
	struct client *cl = c->priv;

	if (cl)
		cl->c = NULL;
}

static const struct transport buffer_transport = {
	.read = buffer_read,
	.write = buffer_write,
	.want = buffer_want,
	.close = buffer_close,
};

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
	txn_last_id = 0;
}

void store_begin(int n)
{
	state_clear();
	xen_present = false;
	state_new();
	for (int i = 1; i <= n; i++)
		domain_get((unsigned int)i);
}

void store_begin_rings(void)
{
	store_begin(0);
	fake_xen_begin();
}

void store_end(void)
{
	state_clear();
	fake_xen_end();
}

struct client *client_new(unsigned int domid)
{
	static uint32_t ids;
	struct client *cl = calloc(1, sizeof(*cl));

	cl->domid = domid;
	cl->c = conn_new(&buffer_transport, domain_get(domid), ++ids);
	cl->c->priv = cl;
	/* Like a ring's, it ends with its domain. */
	if (domid && !cl->c->domain->conn)
		cl->c->domain->conn = cl->c;
	return cl;
}

struct client *client_ring(unsigned int domid)
{
	struct client *cl = calloc(1, sizeof(*cl));

	cl->domid = domid;
	cl->page = fake_page(domid);
	return cl;
}

void client_free(struct client *cl)
{
	if (cl->c) {
		cl->c->priv = NULL;
		conn_close(cl->c);
	}
	buf_free(&cl->to);
	buf_free(&cl->from);
	free(cl);
}

void settle(void)
{
	do {
		conn_more = false;
		while (fake_pending())
			xen_events();
		for (struct conn *c = conns; c; c = c->next)
			if (!c->dead && (c->more || !c->tp->exact))
				conn_service(c);
		conn_flush_all();
		conn_reap();
		log_tidy();
		/* So that a node used too late is one that the sanitizer knows as freed. */
		tree_trim();
	} while (conn_more);
}

/* The guest's half of the ring, which sends no event when it need not. */
static bool ring_exchange(struct client *cl)
{
	struct xenstore_domain_interface *p = cl->page;
	uint32_t prod = p->req_prod;
	bool full = p->rsp_prod - p->rsp_cons == XENSTORE_RING_SIZE, got = false;

	while (cl->to.len && p->req_prod - p->req_cons < XENSTORE_RING_SIZE) {
		p->req[MASK_XENSTORE_IDX(p->req_prod++)] = cl->to.data[cl->to.head];
		buf_take(&cl->to, 1);
	}
	while (!cl->deaf && p->rsp_cons != p->rsp_prod) {
		buf_add(&cl->from, &p->rsp[MASK_XENSTORE_IDX(p->rsp_cons++)], 1);
		got = true;
	}
	if ((p->req_prod != prod && p->req_cons == prod) || (full && got))
		fake_kick(cl->domid);
	return p->req_prod != prod || got;
}

static bool take_message(struct client *cl, struct xsd_sockmsg *h)
{
	if (cl->from.len < sizeof(*h))
		return false;
	memcpy(h, cl->from.data + cl->from.head, sizeof(*h));
	if (cl->from.len < sizeof(*h) + h->len)
		return false;
	memcpy(cl->data, cl->from.data + cl->from.head + sizeof(*h), h->len);
	cl->data[h->len] = '\0';
	cl->len = h->len;
	buf_take(&cl->from, sizeof(*h) + h->len);
	return true;
}

bool pump(struct client *cl)
{
	bool replied = false;
	struct xsd_sockmsg h;

	do {
		settle();
	} while (cl->page && (ring_exchange(cl) || (settle(), ring_exchange(cl))));
	while (!replied && take_message(cl, &h)) {
		if (h.type != XS_WATCH_EVENT) {
			cl->type = h.type;
			replied = true;
		} else {
			/* When there are too many, the last stays. */
			cl->n_events += cl->n_events < 64;
			snprintf(cl->events[cl->n_events - 1], 256, "%.180s %.60s", cl->data,
				 cl->data + strlen(cl->data) + 1);
		}
	}
	return replied;
}

bool call(struct client *cl, uint32_t type, uint32_t tx, const void *data, size_t len)
{
	struct xsd_sockmsg h = {.type = type, .req_id = 42, .tx_id = tx, .len = (uint32_t)len};

	buf_add(&cl->to, &h, sizeof(h));
	buf_add(&cl->to, data, len);
	cl->type = XS_INVALID;
	if (!pump(cl))
		return false;
	return cl->type == type;
}

bool is_error(const struct client *cl, const char *name)
{
	return cl->type == XS_ERROR && !strcmp(cl->data, name);
}

bool do_read(struct client *c, uint32_t tx, const char *path)
{
	return call(c, XS_READ, tx, path, strlen(path) + 1);
}

bool do_write(struct client *c, uint32_t tx, const char *path, const char *value)
{
	char msg[XENSTORE_PAYLOAD_MAX];
	int n = snprintf(msg, sizeof(msg), "%s", path) + 1;

	return call(c, XS_WRITE, tx, msg,
		    (size_t)n + (size_t)snprintf(msg + n, sizeof(msg) - (size_t)n, "%s", value));
}

bool do_rm(struct client *c, uint32_t tx, const char *path)
{
	return call(c, XS_RM, tx, path, strlen(path) + 1);
}

bool do_perms(struct client *c, uint32_t tx, const char *path, const char *perms)
{
	char msg[XENSTORE_PAYLOAD_MAX];
	int n = snprintf(msg, sizeof(msg), "%s %s", path, perms) + 1;

	for (char *p = msg; p < msg + n; p++)
		if (*p == ' ')
			*p = '\0';
	return call(c, XS_SET_PERMS, tx, msg, (size_t)n);
}

bool do_watch(struct client *c, const char *path, const char *token)
{
	char msg[XENSTORE_PAYLOAD_MAX];
	int n = snprintf(msg, sizeof(msg), "%s%c%s", path, 0, token) + 1;

	return call(c, XS_WATCH, 0, msg, (size_t)n);
}

bool do_introduce(struct client *c, unsigned int domid, unsigned int port)
{
	char msg[64];
	int n = snprintf(msg, sizeof(msg), "%u%c1%c%u", domid, 0, 0, port) + 1;

	return call(c, XS_INTRODUCE, 0, msg, (size_t)n);
}

uint32_t do_begin(struct client *c)
{
	return call(c, XS_TRANSACTION_START, 0, "", 1) ? (uint32_t)atoi(c->data) : 0;
}

bool do_end(struct client *c, uint32_t tx, bool commit)
{
	return call(c, XS_TRANSACTION_END, tx, commit ? "T" : "F", 2);
}

const char *event(struct client *c)
{
	static char last[256];

	pump(c);
	if (!c->n_events)
		return "";
	memcpy(last, c->events[0], sizeof(last));
	memmove(c->events[0], c->events[1], sizeof(c->events) - sizeof(c->events[0]));
	c->n_events--;
	return last;
}

void ask_reconnect(struct client *c)
{
	CU_ASSERT(do_watch(c, "data", "tok"));
	EQ_STR(event(c), "data tok");
	buf_add(&c->to, "half a message", 14);
	pump(c);
	c->page->connection = XENSTORE_RECONNECT;
}

/* What there is, by owner's domain id: nodes, bytes, watches. */
static int64_t counted[DOMID_LIMIT][3];

static void count_node(struct node *n, const char *path, void *arg)
{
	int64_t *count = counted[perm_owner(n->c->perms)->domid];

	(void)path;
	(void)arg;
	count[0]++;
	count[1] += content_bytes(n->c);
}

static void count_conn(const struct conn *c)
{
	int64_t *count = counted[c->domain->domid];

	for (const struct watch *w = c->watches; w; w = w->next) {
		count[1] += w->bytes;
		count[2]++;
	}
	for (const struct txn *t = c->txns; t; t = t->next)
		count[1] += t->charged;
}

bool accounts_right(void)
{
	static const enum quota kinds[3] = {Q_NODES, Q_MEMORY, Q_WATCHES};
	bool right = true;

	memset(counted, 0, sizeof(counted));
	tree_walk(store_root, "/", count_node, NULL);
	for (const struct conn *c = conns; c; c = c->next)
		count_conn(c);
	for (const struct domain *d = domain0; d; d = d->next)
		for (int i = 0; i < 3; i++)
			if (counted[d->domid][i] != d->used[kinds[i]]) {
				printf("domain %u: %s %lld, counted %lld\n", d->domid,
				       quotas[kinds[i]].name, (long long)d->used[kinds[i]],
				       (long long)counted[d->domid][i]);
				right = false;
			}
	return right;
}

void crash_and_load(const char *dir)
{
	state_clear();
	log_open(dir);
	if (!log_load(false))
		abort();
	log_compact(false);
}
