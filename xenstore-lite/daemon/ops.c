/* SPDX-License-Identifier: BSD-2-Clause */
/* The protocol's requests, one function each, and the table that says how to call it. */
#include <stdio.h>
#include "conn.h"
#include "log.h"
#include "ring.h"
#include "socket.h"

#define MAX_ARGS (1 + XENSTORE_PAYLOAD_MAX / 3) /* a path, and permissions like "n0" */

/* One request being run. Handlers return 0 after replying, or an errno value. */
struct op {
	struct conn *conn;
	const struct xsd_sockmsg *req;
	struct txn *txn;
	struct node **root;
	struct outcome *out;
	int64_t cost; /* of keeping it as a step */
	int argc;
	const char *argv[MAX_ARGS];
	const char *value; /* what follows the first argument */
	size_t len;
	char path[ABS_ROOM]; /* of the node the request names */
	struct node *near;   /* that one, or its nearest ancestor that exists, once found */
	const char *rest;    /* what of the path is left below it */
	uint64_t num[3];     /* the arguments of a request that takes numbers */
};

bool ops_abs_path(const struct conn *c, const char *path, char *abs, bool special)
{
	size_t len = strlen(path);

	if (path[0] == '@') {
		if (!special || len > XENSTORE_REL_PATH_MAX)
			return false;
		memcpy(abs, path, len + 1);
		return watch_special(abs);
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
	return true;
}

static int reply(struct op *o, const void *data, size_t len)
{
	if (o->txn)
		o->out->seen = hash_bytes(hash_seed, data, len);
	conn_reply(o->conn, o->req, data, len);
	return 0;
}

static int reply_string(struct op *o, const char *s)
{
	return reply(o, s, strlen(s) + 1);
}

static int ok(struct op *o)
{
	return reply_string(o, "OK");
}

static int reply_buf(struct op *o, struct buf *b)
{
	reply(o, b->data, b->len);
	buf_free(b);
	return 0;
}

/*
 * The node that the request names, if the caller may do with it what `need`
 * says. Whoever may not read the nearest existing ancestor does not learn
 * whether a node exists.
 */
static int find(struct op *o, unsigned int need)
{
	o->near = tree_nearest(*o->root, o->path, &o->rest);
	if ((perm_of(o->near->c->perms, o->conn) & need) != need)
		return EACCES;
	return *o->rest ? ENOENT : 0;
}

/* A change went through: tell watchers, unless it still belongs to a transaction. */
static int changed(struct op *o, const struct content *made)
{
	o->out->changed = true;
	o->out->made = made;
	if (!o->txn) {
		txn_age();
		watch_fire(o->path, made->perms);
	}
	return ok(o);
}

static int op_read(struct op *o)
{
	int err = find(o, PERM_READ);

	return err ? err : reply(o, content_value(o->near->c), o->near->c->value_len);
}

/* Write a value, or with value NULL make sure that the node exists. */
static int write_node(struct op *o, const void *value, size_t len)
{
	int err = find(o, PERM_WRITE);
	const struct content *made;

	if (!err && !value)
		return ok(o);
	if (err && err != ENOENT)
		return err;
	made = store_write(o->root, o->conn, o->near, o->path, o->rest, value, len);
	return made ? changed(o, made) : ENOSPC;
}

static int op_write(struct op *o)
{
	return write_node(o, o->value, o->len);
}

static int op_mkdir(struct op *o)
{
	return write_node(o, NULL, 0);
}

static int op_rm(struct op *o)
{
	struct node *n;
	int err;

	if (!o->path[1])
		return EINVAL;
	err = find(o, PERM_WRITE);
	/* Removing what is not there is fine, below a node that is. */
	if (err == ENOENT && !strchr(o->rest, '/'))
		return ok(o);
	if (err)
		return err;
	n = store_remove(o->root, o->path);
	o->out->changed = true;
	if (!o->txn) {
		txn_age();
		watch_fire_removed(o->path, n);
	}
	node_put(n);
	return ok(o);
}

static int op_directory(struct op *o)
{
	struct buf names = {0};
	int err = find(o, PERM_READ);

	if (!err)
		tree_names(o->near, &names);
	if (!err && names.len <= XENSTORE_PAYLOAD_MAX)
		return reply_buf(o, &names);
	buf_free(&names);
	return err ? err : E2BIG;
}

/*
 * A number that is another one for another list, then as many whole names from the offset on
 * as fit; "" ends the list. The number comes from the names, so a restart changes none.
 */
static int op_directory_part(struct op *o)
{
	char part[XENSTORE_PAYLOAD_MAX];
	struct buf names = {0};
	uint64_t at;
	size_t len;
	int err = find(o, PERM_READ);

	if (!wire_number(o->argv[1], UINT32_MAX, &at))
		return EINVAL;
	if (err)
		return err;
	tree_names(o->near, &names);
	len = (size_t)snprintf(part, sizeof(part), "%llu",
			       (unsigned long long)hash_bytes(1, names.data, names.len)) +
	      1;
	while (at < names.len) {
		size_t size = strlen(names.data + at) + 1;

		if (len + size > sizeof(part))
			break;
		memcpy(part + len, names.data + at, size);
		len += size;
		at += size;
	}
	if (at >= names.len && len < sizeof(part))
		part[len++] = '\0';
	buf_free(&names);
	return reply(o, part, len);
}

/* Permissions of special watches are the tools' alone. */
static int special_perms(struct op *o, struct permset ***slot)
{
	*slot = NULL;
	if (o->path[0] != '@')
		return 0;
	if (strchr(o->path, '/'))
		return EINVAL;
	*slot = watch_special(o->path);
	return o->conn->domain != domain0 ? EACCES : 0;
}

static int op_get_perms(struct op *o)
{
	struct permset **special;
	struct buf out = {0};
	int err = special_perms(o, &special);

	if (!err && !special)
		err = find(o, PERM_READ);
	if (err)
		return err;
	perm_print(special ? *special : o->near->c->perms, &out);
	return reply_buf(o, &out);
}

static int set_node_perms(struct op *o, struct permset *ps)
{
	const struct content *made;
	int err = find(o, PERM_WRITE | PERM_OWNER);

	if (err)
		return err;
	if (o->conn->domain != domain0 && perm_owner(ps) != perm_owner(o->near->c->perms))
		return EPERM;
	made = store_set_perms(o->root, o->conn, o->near, o->path, ps);
	return made ? changed(o, made) : ENOSPC;
}

static int op_set_perms(struct op *o)
{
	struct permset **special, *ps;
	int err = special_perms(o, &special);

	if (!err && special && o->txn)
		err = EACCES;
	if (err)
		return err;
	if (o->argc - 1 > quota_limit(o->conn->domain, Q_PERMS))
		return ENOSPC;
	ps = perm_parse(o->argv + 1, o->argc - 1);
	if (!ps)
		return EINVAL;
	if (!special) {
		err = set_node_perms(o, ps);
		permset_put(ps);
		return err;
	}
	permset_put(*special);
	*special = ps;
	return ok(o);
}

static int op_watch(struct op *o)
{
	struct permset **special = o->path[0] == '@' ? watch_special(o->path) : NULL;
	uint64_t depth = WATCH_ANY_DEPTH;
	struct watch *w;
	int err;

	if (o->argc == 3 && !wire_number(o->argv[2], UINT32_MAX - 1, &depth))
		return EINVAL;
	/* What a snapshot holds was allowed when it was asked for. */
	if (special && !log_loading && !(perm_of(*special, o->conn) & PERM_READ))
		return EACCES;
	w = watch_add(o->conn, o->argv[0], o->path, o->argv[1], (uint32_t)depth, &err);
	if (!w)
		return err;
	ok(o);
	watch_first_event(w);
	return 0;
}

static int op_unwatch(struct op *o)
{
	int err = watch_remove(o->conn, o->path, o->argv[1]);

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
	bool commit = !strcmp(o->argv[0], "T");
	int err = 0;

	if (!commit && strcmp(o->argv[0], "F"))
		return EINVAL;
	if (!o->txn)
		return ENOENT;
	if (commit)
		err = txn_commit(o->txn);
	else
		txn_abort(o->txn);
	return err ? err : ok(o);
}

static int op_introduce(struct op *o)
{
	struct domain *d;
	bool again;
	int err;

	if (!o->num[2] || o->num[2] > UINT32_MAX)
		return EINVAL;
	d = domain_get((unsigned int)o->num[0]);
	if (!d)
		return EINVAL;
	again = d->introduced;
	/* The ring is mapped by its grant, whatever frame it is in. */
	err = ring_introduce(d, (uint32_t)o->num[2]);
	if (err)
		return err;
	d->introduced = true;
	ok(o);
	if (!again)
		watch_fire_special("@introduceDomain", d->domid);
	return 0;
}

static struct domain *introduced(struct op *o)
{
	struct domain *d = domain_find((unsigned int)o->num[0]);

	return d && d->introduced ? d : NULL;
}

static int op_release(struct op *o)
{
	struct domain *d = introduced(o);

	if (!d)
		return ENOENT;
	domain_release(d);
	return ok(o);
}

static int op_resume(struct op *o)
{
	struct domain *d = introduced(o);

	if (!d)
		return ENOENT;
	d->shutdown = false;
	return ok(o);
}

static int op_set_target(struct op *o)
{
	struct domain *d = domain_find((unsigned int)o->num[0]), *target;

	if (!o->num[1] || o->num[1] >= DOMID_LIMIT)
		return EINVAL;
	target = domain_find((unsigned int)o->num[1]);
	if (!d || !target)
		return ENOENT;
	d->target = target->domid;
	d->target_gen = target->gen;
	return ok(o);
}

static int op_is_introduced(struct op *o)
{
	return reply_string(o, !o->num[0] || introduced(o) ? "T" : "F");
}

static int op_domain_path(struct op *o)
{
	char path[40];

	snprintf(path, sizeof(path), "/local/domain/%u", (unsigned int)o->num[0]);
	return reply_string(o, path);
}

static int op_control(struct op *o)
{
	struct buf out = {0};
	int err = control_run(o->argc, o->argv, &out);

	if (err) {
		buf_free(&out);
		return err;
	}
	if (out.len >= XENSTORE_PAYLOAD_MAX)
		out.len = XENSTORE_PAYLOAD_MAX - 1;
	buf_add(&out, "", 1);
	return reply_buf(o, &out);
}

#define IN_TXN	1    /* runs in the transaction that the header names */
#define CHANGE	2    /* outlives its reply: goes to the log */
#define TOOLS	4    /* for the privileged domain alone, and not about that */
#define PATH	8    /* the first argument is the path of a node */
#define SPECIAL 16   /* or a special watch */
#define NUMBERS 32   /* the arguments are numbers, the first a domain id */
#define VALUE	64   /* behind the first argument come bytes of any kind */
#define ANY	(-1) /* any payload will do */

static const struct kind {
	int (*run)(struct op *o);
	unsigned int flags;
	int min, max; /* how many arguments */
} kinds[XS_TYPE_COUNT] = {
	[XS_CONTROL] = {op_control, CHANGE | TOOLS, 1, 16},
	[XS_DIRECTORY] = {op_directory, IN_TXN | PATH, 1, 1},
	[XS_READ] = {op_read, IN_TXN | PATH, 1, 1},
	[XS_GET_PERMS] = {op_get_perms, IN_TXN | PATH | SPECIAL, 1, 1},
	[XS_WATCH] = {op_watch, CHANGE | PATH | SPECIAL, 2, 3},
	[XS_UNWATCH] = {op_unwatch, CHANGE | PATH | SPECIAL, 2, 2},
	[XS_TRANSACTION_START] = {op_transaction_start, CHANGE, ANY, 0},
	[XS_TRANSACTION_END] = {op_transaction_end, IN_TXN | CHANGE, 1, 1},
	[XS_INTRODUCE] = {op_introduce, CHANGE | TOOLS | NUMBERS, 3, 3},
	[XS_RELEASE] = {op_release, CHANGE | TOOLS | NUMBERS, 1, 1},
	[XS_GET_DOMAIN_PATH] = {op_domain_path, NUMBERS, 1, 1},
	[XS_WRITE] = {op_write, IN_TXN | CHANGE | PATH | VALUE, 1, 1},
	[XS_MKDIR] = {op_mkdir, IN_TXN | CHANGE | PATH, 1, 1},
	[XS_RM] = {op_rm, IN_TXN | CHANGE | PATH, 1, 1},
	[XS_SET_PERMS] = {op_set_perms, IN_TXN | CHANGE | PATH | SPECIAL, 2, MAX_ARGS},
	[XS_IS_DOMAIN_INTRODUCED] = {op_is_introduced, NUMBERS, 1, 1},
	[XS_RESUME] = {op_resume, CHANGE | TOOLS | NUMBERS, 1, 1},
	[XS_SET_TARGET] = {op_set_target, CHANGE | TOOLS | NUMBERS, 2, 2},
	[XS_RESET_WATCHES] = {op_reset_watches, CHANGE, ANY, 0},
	[XS_DIRECTORY_PART] = {op_directory_part, IN_TXN | PATH, 2, 2},
};

static unsigned int flags_of(const struct xsd_sockmsg *req)
{
	return req->type < XS_TYPE_COUNT ? kinds[req->type].flags : 0;
}

bool ops_is_change(const struct xsd_sockmsg *req)
{
	/* What a transaction has read decides whether it commits, so that counts too. */
	return flags_of(req) & (req->tx_id ? CHANGE | IN_TXN : CHANGE);
}

bool ops_is_step(const struct xsd_sockmsg *req)
{
	return (flags_of(req) & IN_TXN) && req->type != XS_TRANSACTION_END;
}

/* Take the payload apart as the request's kind says. */
static bool parse(struct op *o, const struct kind *k, const char *data, size_t len)
{
	if (k->flags & VALUE) {
		o->len = strnlen(data, len);
		o->argv[0] = data;
		o->argc = o->len < len;
		o->value = data + o->len + 1;
		o->len = len - o->len - 1;
	} else {
		o->argc = wire_strings(data, len, o->argv, k->max);
	}
	if (o->argc < k->min)
		return false;
	if ((k->flags & PATH) && !ops_abs_path(o->conn, o->argv[0], o->path, k->flags & SPECIAL))
		return false;
	/* What runs again was found valid before. */
	if ((k->flags & PATH) && o->path[0] == '/' && !(o->txn && o->txn->again) &&
	    !path_valid(o->path))
		return false;
	for (int i = 0; (k->flags & NUMBERS) && i < o->argc; i++)
		if (!wire_number(o->argv[i], i ? UINT64_MAX / 16 : DOMID_LIMIT - 1, &o->num[i]))
			return false;
	return (k->flags & (TOOLS | NUMBERS)) != (TOOLS | NUMBERS) || o->num[0];
}

static int run(struct op *o, const char *data)
{
	const struct kind *k;

	/* cppcheck-suppress ctuuninitvar */
	if (o->req->type >= XS_TYPE_COUNT || !kinds[o->req->type].run)
		return ENOSYS;
	k = &kinds[o->req->type];
	if ((k->flags & TOOLS) && o->conn->domain != domain0)
		return EACCES;
	if (o->req->tx_id && (k->flags & IN_TXN)) {
		o->txn = txn_find(o->conn, o->req->tx_id);
		if (!o->txn)
			return ENOENT;
		o->root = o->txn->root;
		o->cost = txn_affords(o->txn, o->req, data);
		if (o->cost < 0 && ops_is_step(o->req))
			return ENOSPC;
	}
	return parse(o, k, data, o->req->len) ? k->run(o) : EINVAL;
}

int ops_run(struct conn *c, const struct xsd_sockmsg *req, const char *data, struct outcome *out)
{
	struct op o;
	int err;

	/* The large arrays are left as they are. */
	o.conn = c;
	o.req = req;
	o.txn = NULL;
	o.root = &store_root;
	o.out = out;
	*out = (struct outcome){0};
	err = run(&o, data);
	if (err) {
		struct xsd_sockmsg h = *req;
		const char *name = wire_errname(err);

		h.type = XS_ERROR;
		out->seen = (uint64_t)err;
		conn_reply(c, &h, name, strlen(name) + 1);
	}
	/* What had no room has not happened. */
	if (o.txn && ops_is_step(req) && err != ENOSPC)
		txn_keep(o.txn, req, data, o.cost, out);
	return err;
}
