/* SPDX-License-Identifier: BSD-2-Clause */
/* The protocol's requests, one function each, and the table that names them. */
#include <stdio.h>
#include <stdlib.h>
#include "conn.h"
#include "log.h"
#include "ring.h"
#include "watch.h"

/* One request being run. Handlers return 0 after replying, or an errno value. */
struct op {
	struct conn *conn;
	const struct xsd_sockmsg *req;
	const char *data;
	size_t len;
	struct txn *txn;
	struct view *view;
	char path[ABS_ROOM]; /* of the node the request names */
};

bool ops_abs_path(const struct conn *c, const char *path, char *abs, bool special)
{
	size_t len = strlen(path);

	if (path[0] == '@') {
		if (!special || len > XENSTORE_REL_PATH_MAX)
			return false;
		memcpy(abs, path, len + 1);
		return true;
	}
	if (path[0] == '/') {
		if (len >= ABS_ROOM)
			return false;
		memcpy(abs, path, len + 1);
	} else {
		if (!len || len > XENSTORE_REL_PATH_MAX)
			return false;
		snprintf(abs, ABS_ROOM, "/local/domain/%u/%s", c->domain->domid, path);
	}
	return path_valid(abs);
}

static int ok(struct op *o)
{
	conn_reply(o->conn, o->req, "OK", 3);
	return 0;
}

static int reply_string(struct op *o, const char *s)
{
	conn_reply(o->conn, o->req, s, strlen(s) + 1);
	return 0;
}

/* Exactly one string as the whole payload, a node's path: resolve it. */
static bool only_path(struct op *o)
{
	const char *arg;

	return wire_strings(o->data, o->len, &arg, 1) == 1 &&
	       ops_abs_path(o->conn, arg, o->path, false);
}

/*
 * The node that the request names, if the caller may do with it what `need`
 * says. Whoever may not read the nearest existing ancestor does not learn
 * whether a node exists.
 */
static int find(struct op *o, unsigned int need, unsigned int access, struct node **out)
{
	const char *rest;
	struct node *n = tree_nearest(o->view->root, o->path, &rest);
	unsigned int may = perm_of(n->c->perms, o->conn);
	int err;

	*out = NULL;
	/* Nothing is noted of nodes that the caller has no business with: notes can hold others up.
	 */
	if ((may & need) != need)
		return EACCES;
	err = txn_touch(o->txn, o->path, access);
	if (err)
		return err;
	if (*rest)
		return ENOENT;
	*out = n;
	return 0;
}

/* A change went through: tell watchers, unless it still belongs to a transaction. */
static int changed(struct op *o)
{
	if (!o->txn) {
		txn_age();
		watch_fire(o->path, tree_find(store_view.root, o->path)->c->perms);
	}
	return ok(o);
}

static int op_read(struct op *o)
{
	struct node *n;
	int err = only_path(o) ? find(o, PERM_READ, ACCESS_VALUE, &n) : EINVAL;

	if (!err)
		conn_reply(o->conn, o->req, content_value(n->c), n->c->value_len);
	return err;
}

/* Write a value, or with value NULL make sure that the node exists. */
static int write_node(struct op *o, const void *value, size_t len)
{
	const char *rest;
	struct node *n;
	int err = find(o, PERM_WRITE, value ? ACCESS_WRITE : ACCESS_VALUE, &n);

	if (err && err != ENOENT)
		return err;
	if (!err && !value)
		return ok(o);
	if (err) {
		/* It is made with its parent's permissions, so these must still hold at the end. */
		char parent[ABS_ROOM];

		n = tree_nearest(o->view->root, o->path, &rest);
		snprintf(parent, sizeof(parent), "%.*s", (int)(rest - o->path), o->path);
		if (parent[1] && parent[strlen(parent) - 1] == '/')
			parent[strlen(parent) - 1] = '\0';
		err = txn_touch(o->txn, parent, ACCESS_PERMS);
		if (!err)
			err = txn_touch(o->txn, o->path, ACCESS_WRITE);
	}
	if (!err)
		err = view_write(o->view, o->conn, o->path, value, len);
	return err ? err : changed(o);
}

static int op_write(struct op *o)
{
	size_t n = strnlen(o->data, o->len);

	if (n == o->len || !ops_abs_path(o->conn, o->data, o->path, false))
		return EINVAL;
	return write_node(o, o->data + n + 1, o->len - n - 1);
}

static int op_mkdir(struct op *o)
{
	return only_path(o) ? write_node(o, NULL, 0) : EINVAL;
}

static int op_rm(struct op *o)
{
	struct node *n, *old;
	int err;

	if (!only_path(o) || !o->path[1])
		return EINVAL;
	err = find(o, PERM_WRITE, ACCESS_VALUE, &n);
	if (err == ENOENT) {
		/* Removing what is not there is fine, below a node that is. */
		char parent[ABS_ROOM];

		memcpy(parent, o->path, sizeof(parent));
		strrchr(parent, '/')[strrchr(parent, '/') == parent] = '\0';
		if (!tree_find(o->view->root, parent))
			return ENOENT;
		err = txn_touch(o->txn, parent, ACCESS_PERMS);
		return err ? err : ok(o);
	}
	if (!err)
		err = txn_touch(o->txn, o->path, ACCESS_REMOVE);
	if (err)
		return err;
	view_remove(o->view, o->path, &old);
	if (!o->txn) {
		txn_age();
		watch_fire_removed(o->path, old);
	}
	node_put(old);
	return ok(o);
}

static void add_child(const struct content *c, void *arg)
{
	buf_add(arg, c->bytes, c->name_len);
	buf_add(arg, "", 1);
}

static int op_directory(struct op *o)
{
	struct buf names = {0};
	struct node *n;
	int err = only_path(o) ? find(o, PERM_READ, ACCESS_VALUE | ACCESS_LIST, &n) : EINVAL;

	if (err)
		return err;
	tree_list(n, add_child, &names);
	if (names.len > XENSTORE_PAYLOAD_MAX)
		err = E2BIG;
	else
		conn_reply(o->conn, o->req, names.data, names.len);
	buf_free(&names);
	return err;
}

/* A generation number, then as many whole names from the offset on as fit; "" ends the list. */
static int op_directory_part(struct op *o)
{
	struct buf names = {0};
	const char *argv[2];
	char part[XENSTORE_PAYLOAD_MAX];
	uint64_t from;
	size_t len, at;
	struct node *n;
	int err;

	if (wire_strings(o->data, o->len, argv, 2) != 2 ||
	    !ops_abs_path(o->conn, argv[0], o->path, false) ||
	    !wire_number(argv[1], UINT32_MAX, &from))
		return EINVAL;
	err = find(o, PERM_READ, ACCESS_VALUE | ACCESS_LIST, &n);
	if (err)
		return err;
	tree_list(n, add_child, &names);
	len = (size_t)snprintf(part, sizeof(part), "%llu", (unsigned long long)n->gen) + 1;
	for (at = from; at < names.len; at += strlen(names.data + at) + 1) {
		size_t size = strlen(names.data + at) + 1;

		if (len + size > sizeof(part))
			break;
		memcpy(part + len, names.data + at, size);
		len += size;
	}
	if (at >= names.len && len < sizeof(part))
		part[len++] = '\0';
	conn_reply(o->conn, o->req, part, len);
	buf_free(&names);
	return 0;
}

static int op_get_perms(struct op *o)
{
	struct buf out = {0};
	const char *arg;
	struct permset **special;
	struct node *n;
	int err = 0;

	if (wire_strings(o->data, o->len, &arg, 1) != 1)
		return EINVAL;
	special = watch_special(arg);
	if (special && o->conn->domain != domain0)
		return EACCES;
	if (special)
		perm_print(*special, &out);
	else
		err = ops_abs_path(o->conn, arg, o->path, false)
			      ? find(o, PERM_READ, ACCESS_VALUE, &n)
			      : EINVAL;
	if (err)
		return err;
	if (!special)
		perm_print(n->c->perms, &out);
	conn_reply(o->conn, o->req, out.data, out.len);
	buf_free(&out);
	return 0;
}

static int set_special_perms(struct op *o, struct permset **special, struct permset *ps)
{
	if (o->conn->domain != domain0 || o->txn)
		return EACCES;
	permset_put(*special);
	*special = permset_get(ps);
	return ok(o);
}

static int set_node_perms(struct op *o, const char *path, struct permset *ps)
{
	bool guest = o->conn->domain != domain0;
	struct node *n;
	int err;

	if (!ops_abs_path(o->conn, path, o->path, false))
		return EINVAL;
	err = find(o, PERM_WRITE | PERM_OWNER, ACCESS_WRITE, &n);
	if (err)
		return err;
	if (guest && perm_owner(ps) != perm_owner(n->c->perms))
		return EPERM;
	err = view_set_perms(o->view, o->conn, o->path, ps);
	return err ? err : changed(o);
}

static int op_set_perms(struct op *o)
{
	const char *argv[1 + XENSTORE_PAYLOAD_MAX / 3];
	int n = wire_strings(o->data, o->len, argv, sizeof(argv) / sizeof(argv[0])), err;
	struct permset **special, *ps;

	if (n < 2)
		return EINVAL;
	if (n - 1 > quota_limit(o->conn->domain, Q_PERMS))
		return ENOSPC;
	ps = perm_parse(argv + 1, n - 1, &err);
	if (!ps)
		return err;
	special = watch_special(argv[0]);
	err = special ? set_special_perms(o, special, ps) : set_node_perms(o, argv[0], ps);
	permset_put(ps);
	return err;
}

static int op_watch(struct op *o)
{
	const char *argv[3];
	int n = wire_strings(o->data, o->len, argv, 3), err;
	struct conn *c = o->conn;
	uint64_t depth = WATCH_ANY_DEPTH;

	if (n < 2 || !ops_abs_path(c, argv[0], o->path, true) ||
	    (n == 3 && !wire_number(argv[2], UINT32_MAX - 1, &depth)))
		return EINVAL;
	if (o->path[0] == '@') {
		struct permset *ps = watch_special_of(o->path);

		if (!ps)
			return EINVAL;
		if (!(perm_of(ps, c) & PERM_READ))
			return EACCES;
	}
	err = watch_add(c, argv[0], o->path, argv[1], (uint32_t)depth);
	if (err)
		return err;
	ok(o);
	watch_first_event(c, o->path, argv[1]);
	return 0;
}

static int op_unwatch(struct op *o)
{
	const char *argv[2];
	int err;

	if (wire_strings(o->data, o->len, argv, 2) != 2 ||
	    !ops_abs_path(o->conn, argv[0], o->path, true))
		return EINVAL;
	err = watch_remove(o->conn, o->path, argv[1]);
	return err ? err : ok(o);
}

static int op_reset_watches(struct op *o)
{
	watch_forget(o->conn);
	txn_forget(o->conn);
	return ok(o);
}

static int op_transaction_start(struct op *o)
{
	char s[16];
	uint32_t id;
	int err = o->req->tx_id ? EBUSY : txn_start(o->conn, &id);

	if (err)
		return err;
	snprintf(s, sizeof(s), "%u", id);
	return reply_string(o, s);
}

static int op_transaction_end(struct op *o)
{
	struct txn *t = o->txn;
	const char *arg;
	int err = 0;

	if (wire_strings(o->data, o->len, &arg, 1) != 1 || (strcmp(arg, "T") && strcmp(arg, "F")))
		return EINVAL;
	if (!t)
		return ENOENT;
	if (*arg == 'T')
		err = txn_commit(t);
	else
		txn_abort(t);
	return err ? err : ok(o);
}

/* The arguments of a request for the toolstack: n numbers, the first a domain id. */
static bool numbers(struct op *o, int n, uint64_t *val)
{
	const char *argv[3];

	if (wire_strings(o->data, o->len, argv, 3) != n)
		return false;
	for (int i = 0; i < n; i++)
		if (!wire_number(argv[i], i ? UINT64_MAX / 16 : DOMID_LIMIT - 1, &val[i]))
			return false;
	return true;
}

static int op_introduce(struct op *o)
{
	struct domain *d;
	uint64_t v[3];
	bool again;
	int err;

	if (!numbers(o, 3, v) || !v[0] || !v[2] || v[2] > UINT32_MAX)
		return EINVAL;
	d = domain_get((unsigned int)v[0]);
	if (!d)
		return EINVAL;
	again = d->introduced;
	err = ring_introduce(d, v[1], (uint32_t)v[2]);
	if (err)
		return err;
	d->introduced = true;
	d->gfn = v[1];
	d->port = (uint32_t)v[2];
	ok(o);
	if (!again)
		domain_fire("@introduceDomain", d->domid);
	return 0;
}

static int op_release(struct op *o)
{
	uint64_t id;
	struct domain *d;

	if (!numbers(o, 1, &id) || !id)
		return EINVAL;
	d = domain_find((unsigned int)id);
	if (!d || !d->introduced)
		return ENOENT;
	domain_release(d);
	return ok(o);
}

static int op_resume(struct op *o)
{
	uint64_t id;
	struct domain *d;

	if (!numbers(o, 1, &id) || !id)
		return EINVAL;
	d = domain_find((unsigned int)id);
	if (!d || !d->introduced)
		return ENOENT;
	d->shutdown = false;
	return ok(o);
}

static int op_set_target(struct op *o)
{
	uint64_t v[2];
	struct domain *d, *target;

	if (!numbers(o, 2, v) || !v[0] || !v[1] || v[1] >= DOMID_LIMIT)
		return EINVAL;
	d = domain_find((unsigned int)v[0]);
	target = domain_find((unsigned int)v[1]);
	if (!d || !target)
		return ENOENT;
	d->target = target->domid;
	d->target_gen = target->gen;
	return ok(o);
}

static int op_is_introduced(struct op *o)
{
	uint64_t id;
	struct domain *d;

	if (!numbers(o, 1, &id))
		return EINVAL;
	d = domain_find((unsigned int)id);
	return reply_string(o, !id || (d && d->introduced) ? "T" : "F");
}

static int op_domain_path(struct op *o)
{
	char path[40];
	uint64_t id;

	if (!numbers(o, 1, &id))
		return EINVAL;
	snprintf(path, sizeof(path), "/local/domain/%u", (unsigned int)id);
	return reply_string(o, path);
}

static int op_control(struct op *o)
{
	const char *argv[16];
	struct buf out = {0};
	int argc = wire_strings(o->data, o->len, argv, 16), err;

	if (argc < 1)
		return EINVAL;
	err = control_run(o->conn, argc, argv, &out);
	if (!err) {
		if (out.len >= XENSTORE_PAYLOAD_MAX)
			out.len = XENSTORE_PAYLOAD_MAX - 1;
		buf_add(&out, "", 1);
		conn_reply(o->conn, o->req, out.data, out.len);
	}
	buf_free(&out);
	return err;
}

#define IN_TXN 1 /* runs in the transaction that the header names */
#define CHANGE 2 /* outlives its reply: goes to the log */
#define TOOLS  4 /* for the privileged domain alone */

static const struct {
	const char *name;
	int (*run)(struct op *o);
	unsigned int flags;
} ops[XS_TYPE_COUNT] = {
	[XS_CONTROL] = {"control", op_control, CHANGE | TOOLS},
	[XS_DIRECTORY] = {"directory", op_directory, IN_TXN},
	[XS_READ] = {"read", op_read, IN_TXN},
	[XS_GET_PERMS] = {"get-perms", op_get_perms, IN_TXN},
	[XS_WATCH] = {"watch", op_watch, CHANGE},
	[XS_UNWATCH] = {"unwatch", op_unwatch, CHANGE},
	[XS_TRANSACTION_START] = {"transaction-start", op_transaction_start, CHANGE},
	[XS_TRANSACTION_END] = {"transaction-end", op_transaction_end, IN_TXN | CHANGE},
	[XS_INTRODUCE] = {"introduce", op_introduce, CHANGE | TOOLS},
	[XS_RELEASE] = {"release", op_release, CHANGE | TOOLS},
	[XS_GET_DOMAIN_PATH] = {"get-domain-path", op_domain_path, 0},
	[XS_WRITE] = {"write", op_write, IN_TXN | CHANGE},
	[XS_MKDIR] = {"mkdir", op_mkdir, IN_TXN | CHANGE},
	[XS_RM] = {"rm", op_rm, IN_TXN | CHANGE},
	[XS_SET_PERMS] = {"set-perms", op_set_perms, IN_TXN | CHANGE},
	[XS_IS_DOMAIN_INTRODUCED] = {"is-domain-introduced", op_is_introduced, 0},
	[XS_RESUME] = {"resume", op_resume, CHANGE | TOOLS},
	[XS_SET_TARGET] = {"set-target", op_set_target, CHANGE | TOOLS},
	[XS_RESET_WATCHES] = {"reset-watches", op_reset_watches, CHANGE},
	[XS_DIRECTORY_PART] = {"directory-part", op_directory_part, IN_TXN},
};

bool ops_is_change(const struct xsd_sockmsg *req)
{
	/* What a transaction has read decides whether it commits, so that counts too. */
	return req->type < XS_TYPE_COUNT &&
	       ((ops[req->type].flags & CHANGE) || (req->tx_id && (ops[req->type].flags & IN_TXN)));
}

bool ops_must_wait(struct conn *c, const struct xsd_sockmsg *req, const char *data)
{
	char abs[ABS_ROOM] = "";

	if (!txn_held() && req->type != XS_TRANSACTION_START)
		return false;
	if (strnlen(data, req->len) == req->len || !ops_abs_path(c, data, abs, false))
		abs[0] = '\0';
	return txn_must_wait(c, req->type, req->tx_id, abs);
}

void ops_run(struct conn *c, const struct xsd_sockmsg *req, const char *data)
{
	struct op o = {.conn = c, .req = req, .data = data, .len = req->len, .view = &store_view};
	int err = 0;

	if (req->type >= XS_TYPE_COUNT || !ops[req->type].run)
		err = ENOSYS;
	else if ((ops[req->type].flags & TOOLS) && c->domain != domain0)
		err = EACCES;
	else if (req->tx_id && (ops[req->type].flags & IN_TXN)) {
		o.txn = txn_find(c, req->tx_id);
		err = o.txn ? 0 : ENOENT;
		o.view = o.txn ? &o.txn->view : NULL;
	}
	if (!err)
		err = ops[req->type].run(&o);
	if (err)
		conn_reply_error(c, req, err);
}
