/* SPDX-License-Identifier: BSD-2-Clause */
/* The protocol's requests, one function each, and the table that says how to call it. */
#include <stdio.h>
#include "log.h"
#include "ring.h"

#define MAX_ARGS (1 + XENSTORE_PAYLOAD_MAX / 3) /* a path, and permissions like "n0" */

/* One request being run. Handlers add to the answer and return 0, or an errno value. */
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
	const char *path;    /* of the node the request names */
	char room[ABS_ROOM]; /* for it, if it is relative */
	struct node *near;   /* that one, or its nearest ancestor that exists, once found */
	const char *rest;    /* what of the path is left below it */
	uint64_t num[3];     /* the arguments of a request that takes numbers */
	struct watch *watch; /* a new one, whose first event follows the answer */
};

/* What the request is answered. A handler that runs other requests adds to it only after them. */
static struct buf answer;

const char *ops_abs_path(const struct conn *c, const char *path, char *room)
{
	size_t len = strlen(path);

	if (!len || len > (path[0] == '/' ? XENSTORE_ABS_PATH_MAX : XENSTORE_REL_PATH_MAX))
		return NULL;
	if (path[0] == '/' || path[0] == '@')
		return path;
	snprintf(room, ABS_ROOM, "/local/domain/%u/%s", c->domain->domid, path);
	return room;
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
static void changed(struct op *o, const struct content *made, struct node *removed)
{
	o->out->changed = true;
	o->out->made = made;
	if (o->txn || o->path[0] == '@')
		return;
	if (made)
		watch_fire(o->path, made->perms);
	else
		watch_fire_removed(o->path, removed);
}

static int op_read(struct op *o)
{
	buf_add(&answer, content_value(o->near->c), o->near->c->value_len);
	return 0;
}

static int write_node(struct op *o, const void *value, size_t len)
{
	const struct content *made =
		store_write(o->root, o->conn, o->near, o->path, o->rest, value, len);

	if (!made)
		return ENOSPC;
	changed(o, made, NULL);
	return 0;
}

static int op_write(struct op *o)
{
	return write_node(o, o->value, o->len);
}

static int op_mkdir(struct op *o)
{
	return *o->rest ? write_node(o, NULL, 0) : 0;
}

static int op_rm(struct op *o)
{
	struct node *n;

	if (!o->path[1])
		return EINVAL;
	/* Removing what is not there is fine, below a node that is. */
	if (*o->rest)
		return strchr(o->rest, '/') ? ENOENT : 0;
	n = store_remove(o->root, o->path);
	changed(o, NULL, n);
	node_put(n);
	return 0;
}

static int op_directory(struct op *o)
{
	tree_names(o->near->children, &answer);
	return answer.len > XENSTORE_PAYLOAD_MAX ? E2BIG : 0;
}

/*
 * A number that is another one for another list, then as many whole names from the offset on
 * as fit; "" ends the list. The number comes from the names, so a restart changes none.
 */
static int op_directory_part(struct op *o)
{
	struct buf names = {0};
	size_t at, len;

	if (!wire_number(o->argv[1], UINT32_MAX, &o->num[1]))
		return EINVAL;
	tree_names(o->near->children, &names);
	buf_printf(&answer, "%llu%c", (unsigned long long)hash_bytes(1, names.data, names.len), 0);
	for (at = o->num[1]; at < names.len; at += len) {
		len = strlen(names.data + at) + 1;
		if (answer.len + len > XENSTORE_PAYLOAD_MAX)
			break;
		buf_add(&answer, names.data + at, len);
	}
	if (at >= names.len && answer.len < XENSTORE_PAYLOAD_MAX)
		buf_add(&answer, "", 1);
	buf_free(&names);
	return 0;
}

static int op_get_perms(struct op *o)
{
	perm_print(o->near->c->perms, &answer);
	return 0;
}

static int op_set_perms(struct op *o)
{
	const struct content *made = NULL;
	struct permset *ps;
	bool allowed;

	/* Permissions of special watches are the tools' alone, and no part of a transaction. */
	if (o->path[0] == '@' && (o->txn || o->conn->domain != domain0))
		return EACCES;
	if (o->argc - 1 > quota_limit(o->conn->domain, Q_PERMS))
		return ENOSPC;
	ps = perm_parse(o->argv + 1, o->argc - 1);
	if (!ps)
		return EINVAL;
	allowed = o->conn->domain == domain0 || perm_owner(ps) == perm_owner(o->near->c->perms);
	if (allowed)
		made = store_set_perms(o->root, o->conn, o->near, o->path, ps);
	if (made)
		changed(o, made, NULL);
	permset_put(ps);
	return !allowed ? EPERM : made ? 0 : ENOSPC;
}

static int op_watch(struct op *o)
{
	uint64_t depth = WATCH_ANY_DEPTH;
	int err;

	if (o->argc == 3 && !wire_number(o->argv[2], UINT32_MAX - 1, &depth))
		return EINVAL;
	/* What a snapshot holds was allowed when it was asked for. */
	if (o->path[0] == '@' && !log_loading && find(o, PERM_READ) == EACCES)
		return EACCES;
	o->watch = watch_add(o->conn, o->argv[0], o->path, o->argv[1], (uint32_t)depth, &err);
	return o->watch ? 0 : err;
}

static int op_unwatch(struct op *o)
{
	return watch_remove(o->conn, o->path, o->argv[1]);
}

static int op_reset_watches(struct op *o)
{
	watch_forget(o->conn);
	txn_forget(o->conn);
	return 0;
}

static int op_transaction_start(struct op *o)
{
	uint32_t id;
	int err = o->req->tx_id ? EBUSY : txn_start(o->conn, &id);

	if (!err)
		buf_printf(&answer, "%u%c", id, 0);
	return err;
}

static int op_transaction_end(struct op *o)
{
	bool commit = !strcmp(o->argv[0], "T");

	if (!commit && strcmp(o->argv[0], "F"))
		return EINVAL;
	if (!o->txn)
		return ENOENT;
	if (commit)
		return txn_commit(o->txn);
	txn_abort(o->txn);
	return 0;
}

static int op_introduce(struct op *o)
{
	struct domain *d;
	bool again;

	if (!o->num[2] || o->num[2] > UINT32_MAX)
		return EINVAL;
	d = domain_get((unsigned int)o->num[0]);
	if (!d)
		return EINVAL;
	again = d->introduced;
	/* The ring is mapped by its grant, whatever frame it is in. */
	if (!ring_introduce(d, (uint32_t)o->num[2]))
		return EINVAL;
	d->introduced = true;
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
	return 0;
}

static int op_resume(struct op *o)
{
	struct domain *d = introduced(o);

	if (!d)
		return ENOENT;
	d->shutdown = false;
	return 0;
}

static int op_set_target(struct op *o)
{
	struct domain *d = domain_find((unsigned int)o->num[0]), *target;

	if (!o->num[1] || o->num[1] >= DOMID_LIMIT)
		return EINVAL;
	target = domain_find((unsigned int)o->num[1]);
	if (!d || !target)
		return ENOENT;
	d->target = target;
	return 0;
}

static int op_is_introduced(struct op *o)
{
	buf_printf(&answer, "%c%c", !o->num[0] || introduced(o) ? 'T' : 'F', 0);
	return 0;
}

static int op_domain_path(struct op *o)
{
	buf_printf(&answer, "/local/domain/%u%c", (unsigned int)o->num[0], 0);
	return 0;
}

static int op_control(struct op *o)
{
	int err = control_run(o->argc, o->argv, &answer);

	if (answer.len >= XENSTORE_PAYLOAD_MAX)
		answer.len = XENSTORE_PAYLOAD_MAX - 1;
	buf_add(&answer, "", 1);
	return err;
}

#define IN_TXN	1    /* runs in the transaction that the header names */
#define CHANGE	2    /* outlives its reply: goes to the log */
#define TOOLS	4    /* for the privileged domain alone, and not about that */
#define PATH	8    /* the first argument is the path of a node */
#define SPECIAL 16   /* or a special watch */
#define NEW	32   /* there need not be such a node */
#define NUMBERS 64   /* the arguments are numbers, the first a domain id */
#define VALUE	128  /* behind the first argument come bytes of any kind */
#define ACK	256  /* is answered "OK" */
#define ANY	(-1) /* any payload will do */

static const struct kind {
	int (*run)(struct op *o);
	unsigned int flags;
	int min, max;	   /* how many arguments */
	unsigned int need; /* what the caller must be allowed to do with the node */
} kinds[XS_TYPE_COUNT] = {
	[XS_CONTROL] = {op_control, CHANGE | TOOLS, 1, 16, 0},
	[XS_DIRECTORY] = {op_directory, IN_TXN | PATH, 1, 1, PERM_READ},
	[XS_READ] = {op_read, IN_TXN | PATH, 1, 1, PERM_READ},
	[XS_GET_PERMS] = {op_get_perms, IN_TXN | PATH | SPECIAL, 1, 1, PERM_READ},
	[XS_WATCH] = {op_watch, CHANGE | PATH | SPECIAL | ACK, 2, 3, 0},
	[XS_UNWATCH] = {op_unwatch, CHANGE | PATH | SPECIAL | ACK, 2, 2, 0},
	[XS_TRANSACTION_START] = {op_transaction_start, CHANGE, ANY, 0, 0},
	[XS_TRANSACTION_END] = {op_transaction_end, IN_TXN | CHANGE | ACK, 1, 1, 0},
	[XS_INTRODUCE] = {op_introduce, CHANGE | TOOLS | NUMBERS | ACK, 3, 3, 0},
	[XS_RELEASE] = {op_release, CHANGE | TOOLS | NUMBERS | ACK, 1, 1, 0},
	[XS_GET_DOMAIN_PATH] = {op_domain_path, NUMBERS, 1, 1, 0},
	[XS_WRITE] = {op_write, IN_TXN | CHANGE | PATH | NEW | VALUE | ACK, 1, 1, PERM_WRITE},
	[XS_MKDIR] = {op_mkdir, IN_TXN | CHANGE | PATH | NEW | ACK, 1, 1, PERM_WRITE},
	[XS_RM] = {op_rm, IN_TXN | CHANGE | PATH | NEW | ACK, 1, 1, PERM_WRITE},
	[XS_SET_PERMS] = {op_set_perms, IN_TXN | CHANGE | PATH | SPECIAL | ACK, 2, MAX_ARGS,
			  PERM_WRITE | PERM_OWNER},
	[XS_IS_DOMAIN_INTRODUCED] = {op_is_introduced, NUMBERS, 1, 1, 0},
	[XS_RESUME] = {op_resume, CHANGE | TOOLS | NUMBERS | ACK, 1, 1, 0},
	[XS_SET_TARGET] = {op_set_target, CHANGE | TOOLS | NUMBERS | ACK, 2, 2, 0},
	[XS_RESET_WATCHES] = {op_reset_watches, CHANGE | ACK, ANY, 0, 0},
	[XS_DIRECTORY_PART] = {op_directory_part, IN_TXN | PATH, 2, 2, PERM_READ},
};

static unsigned int flags_of(const struct xsd_sockmsg *req)
{
	return req->type < XS_TYPE_COUNT ? kinds[req->type].flags : 0;
}

bool ops_is_change(const struct xsd_sockmsg *req)
{
	return flags_of(req) & CHANGE;
}

bool ops_is_step(const struct xsd_sockmsg *req)
{
	return (flags_of(req) & IN_TXN) && req->type != XS_TRANSACTION_END;
}

/* The path that a request names, in its absolute form; false if it is none. */
static bool parse_path(struct op *o, bool special)
{
	o->path = ops_abs_path(o->conn, o->argv[0], o->room);
	if (!o->path)
		return false;
	if (o->path[0] == '@') {
		o->root = &watch_specials;
		return special && watch_special(o->path);
	}
	/* What runs again was found valid before. */
	return (o->txn && o->txn->again) || path_valid(o->path);
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
	if (o->argc < k->min || ((k->flags & PATH) && !parse_path(o, k->flags & SPECIAL)))
		return false;
	for (int i = 0; (k->flags & NUMBERS) && i < o->argc; i++)
		if (!wire_number(o->argv[i], i ? UINT64_MAX / 16 : DOMID_LIMIT - 1, &o->num[i]))
			return false;
	return (k->flags & (TOOLS | NUMBERS)) != (TOOLS | NUMBERS) || o->num[0];
}

static int run(struct op *o, const char *data)
{
	const struct kind *k;
	int err = 0;

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
	if (!parse(o, k, data, o->req->len))
		return EINVAL;
	if (k->need)
		err = find(o, k->need);
	return err && !(err == ENOENT && (k->flags & NEW)) ? err : k->run(o);
}

int ops_run(struct conn *c, const struct xsd_sockmsg *req, const char *data, struct outcome *out)
{
	struct xsd_sockmsg head = *req;
	struct op o;
	int err;

	/* The large arrays are left as they are. */
	o.conn = c;
	o.req = req;
	o.txn = NULL;
	o.root = &store_root;
	o.out = out;
	o.watch = NULL;
	*out = (struct outcome){0};
	err = run(&o, data);
	if (err) {
		const char *name = wire_errname(err);

		head.type = XS_ERROR;
		answer.len = 0;
		buf_add(&answer, name, strlen(name) + 1);
	} else if (flags_of(req) & ACK) {
		buf_add(&answer, "OK", 3);
	}
	out->seen = o.txn ? hash_bytes(hash_seed, answer.data, answer.len) : 0;
	conn_reply(c, &head, answer.data, answer.len);
	buf_take(&answer, answer.len);
	if (o.watch)
		watch_first_event(o.watch);
	/* What had no room has not happened. */
	if (o.txn && ops_is_step(req) && err != ENOSPC)
		txn_keep(o.txn, req, data, o.cost, out);
	return err;
}
