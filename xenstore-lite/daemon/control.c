/* SPDX-License-Identifier: BSD-2-Clause */
/* CONTROL: the daemon's own settings and figures, for the privileged domain. */
#include <stdarg.h>
#include <stdio.h>
#include "conn.h"
#include "log.h"
#include "socket.h"

/* Its arguments, and the answer. */
struct command {
	int argc;
	const char *const *argv;
	struct buf *out;
};

static void print(struct command *cmd, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void print(struct command *cmd, const char *fmt, ...)
{
	char line[256];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	buf_add(cmd->out, line, (size_t)n < sizeof(line) ? (size_t)n : sizeof(line) - 1);
}

/* The domain that an argument names; NULL with *err set. */
static struct domain *find_domain(const char *arg, int *err)
{
	struct domain *d = NULL;
	uint64_t domid;

	*err = EINVAL;
	if (wire_number(arg, DOMID_LIMIT - 1, &domid)) {
		d = domain_find((unsigned int)domid);
		*err = d ? 0 : ENOENT;
	}
	return d;
}

/* quota set [DOMID] NAME VALUE */
static int quota_set(struct command *cmd)
{
	const char *const *arg = cmd->argv + cmd->argc - 2;
	struct domain *d = NULL;
	uint64_t value;
	int q, err;

	if (cmd->argc != 3 && cmd->argc != 4)
		return EINVAL;
	if (cmd->argc == 4) {
		d = find_domain(cmd->argv[1], &err);
		if (!d || d == domain0)
			return d ? ENOENT : err;
	}
	q = quota_find(arg[0], strlen(arg[0]));
	if (q < 0 || !wire_number(arg[1], QUOTA_LIMIT_MAX, &value))
		return EINVAL;
	*(d ? &d->limit[q] : &quotas[q].limit) = (int64_t)value;
	print(cmd, "OK");
	return 0;
}

static int cmd_quota(struct command *cmd)
{
	struct domain *d;
	int err;

	if (cmd->argc && !strcmp(cmd->argv[0], "set"))
		return quota_set(cmd);
	if (cmd->argc > 1)
		return EINVAL;
	d = cmd->argc ? find_domain(cmd->argv[0], &err) : NULL;
	if (cmd->argc && !d)
		return err;
	if (d)
		print(cmd, "Domain %u:\n", d->domid);
	for (int q = 0; q < Q_COUNT; q++) {
		print(cmd, "%-18s: ", quotas[q].name);
		if (d)
			print(cmd, "used %lld peak %lld", (long long)d->used[q],
			      (long long)d->peak[q]);
		if (d != domain0)
			print(cmd, d ? " limit %lld" : "%lld",
			      (long long)(d ? quota_limit(d, q) : quotas[q].limit));
		print(cmd, "\n");
	}
	return 0;
}

static int cmd_domains(struct command *cmd)
{
	for (const struct domain *d = domain0; d; d = d->next)
		print(cmd, "%u %s nodes %lld watches %lld transactions %lld memory %lld\n",
		      d->domid, d->introduced ? "introduced" : "-", (long long)d->used[Q_NODES],
		      (long long)d->used[Q_WATCHES], (long long)d->used[Q_TRANSACTIONS],
		      (long long)d->used[Q_MEMORY]);
	return 0;
}

static int cmd_restart(struct command *cmd)
{
	if (cmd->argc)
		return EINVAL;
	/* In a replay it has happened already. */
	if (!log_replaying)
		loop_end = LOOP_RESTART;
	print(cmd, "OK");
	return 0;
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

/* Count the whole store and what hangs on each connection; print what the accounts have wrong. */
static int cmd_check(struct command *cmd)
{
	static const enum quota kinds[3] = {Q_NODES, Q_MEMORY, Q_WATCHES};
	size_t before = cmd->out->len;

	memset(counted, 0, sizeof(counted));
	tree_walk(store_root, "/", count_node, NULL);
	for (const struct conn *c = conns; c; c = c->next) {
		int64_t *count = counted[c->domain->domid];

		for (const struct watch *w = c->watches; w; w = w->next) {
			count[1] += w->bytes;
			count[2]++;
		}
		for (const struct txn *t = c->txns; t; t = t->next)
			count[1] += t->charged;
	}
	for (const struct domain *d = domain0; d; d = d->next)
		for (int i = 0; i < 3; i++)
			if (counted[d->domid][i] != d->used[kinds[i]])
				print(cmd, "domain %u: %s %lld, counted %lld\n", d->domid,
				      quotas[kinds[i]].name, (long long)d->used[kinds[i]],
				      (long long)counted[d->domid][i]);
	if (cmd->out->len == before)
		print(cmd, "OK");
	return 0;
}

static int cmd_print(struct command *cmd)
{
	for (int i = 0; i < cmd->argc && !log_replaying; i++)
		fprintf(stderr, "xenstored: %s\n", cmd->argv[i]);
	print(cmd, "OK");
	return 0;
}

static int cmd_help(struct command *cmd);

static const struct {
	const char *name;
	const char *help;
	int (*run)(struct command *cmd);
} commands[] = {
	{"help", "", cmd_help},
	{"print", "TEXT: write to the daemon's standard error", cmd_print},
	{"quota", "[DOMID] | set [DOMID] NAME VALUE", cmd_quota},
	{"domains", "", cmd_domains},
	{"check", "compare the accounts with a count of the whole store", cmd_check},
	{"live-restart", "go on as a fresh process, from the program file as it is now",
	 cmd_restart},
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static int cmd_help(struct command *cmd)
{
	for (size_t i = 0; i < COMMANDS; i++)
		print(cmd, "%s %s\n", commands[i].name, commands[i].help);
	return 0;
}

int control_run(int argc, const char *const *argv, struct buf *out)
{
	struct command cmd = {argc - 1, argv + 1, out};

	for (size_t i = 0; i < COMMANDS; i++)
		if (!strcmp(commands[i].name, argv[0]))
			return commands[i].run(&cmd);
	return EINVAL;
}
