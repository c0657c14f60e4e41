/* SPDX-License-Identifier: BSD-2-Clause */
/* CONTROL: the daemon's own settings and figures, for the privileged domain. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "conn.h"
#include "log.h"
#include "watch.h"

static void print(struct buf *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void print(struct buf *out, const char *fmt, ...)
{
	char line[256];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	buf_add(out, line, (size_t)n < sizeof(line) ? (size_t)n : sizeof(line) - 1);
}

static int find_quota(const char *name)
{
	for (int q = 0; q < Q_COUNT; q++)
		if (!strcmp(quota_name[q], name))
			return q;
	return -1;
}

static void print_domain(struct buf *out, const struct domain *d)
{
	print(out, "Domain %u:\n", d->domid);
	for (int q = 0; q < Q_COUNT; q++)
		if (quota_limit(d, q) == INT64_MAX)
			print(out, "%-18s: used %lld peak %lld\n", quota_name[q],
			      (long long)d->used[q], (long long)d->peak[q]);
		else
			print(out, "%-18s: used %lld peak %lld limit %lld\n", quota_name[q],
			      (long long)d->used[q], (long long)d->peak[q],
			      (long long)quota_limit(d, q));
}

/* quota set [DOMID] NAME VALUE */
static int quota_set(int argc, const char *const *argv, struct buf *out)
{
	uint64_t domid = 0, value;
	struct domain *d = NULL;
	int q;

	if (argc == 3) {
		if (!wire_number(argv[0], DOMID_LIMIT - 1, &domid))
			return EINVAL;
		d = domain_find((unsigned int)domid);
		if (!d || d == domain0)
			return ENOENT;
		argv++;
	} else if (argc != 2) {
		return EINVAL;
	}
	q = find_quota(argv[0]);
	if (q < 0 || !wire_number(argv[1], 1ull << 40, &value))
		return EINVAL;
	(d ? d->limit : quota_default)[q] = (int64_t)value;
	print(out, "OK");
	return 0;
}

static int cmd_quota(int argc, const char *const *argv, struct buf *out)
{
	uint64_t domid;
	struct domain *d;

	if (argc && !strcmp(argv[0], "set"))
		return quota_set(argc - 1, argv + 1, out);
	if (argc > 1)
		return EINVAL;
	if (!argc) {
		for (int q = 0; q < Q_COUNT; q++)
			print(out, "%-18s: %lld\n", quota_name[q], (long long)quota_default[q]);
		return 0;
	}
	if (!wire_number(argv[0], DOMID_LIMIT - 1, &domid))
		return EINVAL;
	d = domain_find((unsigned int)domid);
	if (!d)
		return ENOENT;
	print_domain(out, d);
	return 0;
}

static int cmd_domains(int argc, const char *const *argv, struct buf *out)
{
	(void)argc;
	(void)argv;
	for (const struct domain *d = domains; d; d = d->next)
		print(out, "%u %s nodes %lld watches %lld transactions %lld memory %lld\n",
		      d->domid, d->introduced ? "introduced" : "-", (long long)d->used[Q_NODES],
		      (long long)d->used[Q_WATCHES], (long long)d->used[Q_TRANSACTIONS],
		      (long long)d->used[Q_MEMORY]);
	return 0;
}

bool control_restart;

static int cmd_restart(int argc, const char *const *argv, struct buf *out)
{
	(void)argv;
	if (argc)
		return EINVAL;
	/* In a replay it has happened already. */
	control_restart = !log_replaying;
	print(out, "OK");
	return 0;
}

static void count_node(struct node *n, void *arg)
{
	struct domain *d = perm_owner(n->c->perms);

	(void)arg;
	d->counted_nodes++;
	d->counted_bytes += content_bytes(n->c);
}

/* Count the whole store and what hangs on each connection; print what the accounts have wrong. */
static int cmd_check(int argc, const char *const *argv, struct buf *out)
{
	int wrong = 0;

	(void)argc;
	(void)argv;
	for (struct domain *d = domains; d; d = d->next)
		d->counted_nodes = d->counted_bytes = d->counted_watches = 0;
	tree_walk(store_view.root, count_node, NULL);
	for (const struct conn *c = conns; c; c = c->next) {
		if (c->dead)
			continue;
		for (const struct watch *w = c->watches; w; w = w->conn_next) {
			c->domain->counted_watches++;
			c->domain->counted_bytes += w->bytes;
		}
		for (const struct txn *t = c->txns; t; t = t->next)
			c->domain->counted_bytes += t->charged;
		c->domain->counted_bytes += c->failed.bytes;
	}
	for (const struct domain *d = domains; d; d = d->next)
		if (d->counted_nodes != d->used[Q_NODES] || d->counted_bytes != d->used[Q_MEMORY] ||
		    d->counted_watches != d->used[Q_WATCHES]) {
			wrong++;
			print(out,
			      "domain %u: nodes %lld/%lld memory %lld/%lld watches %lld/%lld\n",
			      d->domid, (long long)d->used[Q_NODES], (long long)d->counted_nodes,
			      (long long)d->used[Q_MEMORY], (long long)d->counted_bytes,
			      (long long)d->used[Q_WATCHES], (long long)d->counted_watches);
		}
	if (!wrong)
		print(out, "OK");
	return 0;
}

static int cmd_print(int argc, const char *const *argv, struct buf *out)
{
	for (int i = 0; i < argc && !log_replaying; i++)
		fprintf(stderr, "xenstored: %s\n", argv[i]);
	print(out, "OK");
	return 0;
}

static int cmd_help(int argc, const char *const *argv, struct buf *out);

static const struct {
	const char *name;
	const char *help;
	int (*run)(int argc, const char *const *argv, struct buf *out);
} commands[] = {
	{"help", "", cmd_help},
	{"print", "TEXT: write to the daemon's standard error", cmd_print},
	{"quota", "[DOMID] | set [DOMID] NAME VALUE", cmd_quota},
	{"domains", "", cmd_domains},
	{"check", "compare the accounts with a count of the whole store", cmd_check},
	{"live-restart", "go on as a fresh process, from the program file as it is now",
	 cmd_restart},
};

static int cmd_help(int argc, const char *const *argv, struct buf *out)
{
	(void)argc;
	(void)argv;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		print(out, "%s %s\n", commands[i].name, commands[i].help);
	return 0;
}

int control_run(struct conn *c, int argc, const char *const *argv, struct buf *out)
{
	(void)c;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(commands[i].name, argv[0]))
			return commands[i].run(argc - 1, argv + 1, out);
	return EINVAL;
}
