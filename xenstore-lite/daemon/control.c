/* SPDX-License-Identifier: BSD-2-Clause */
/* CONTROL: the daemon's own settings and figures, for the privileged domain. */
#include <stdio.h>
#include "log.h"
#include "socket.h"

/* The domain that an argument names. */
static int find_domain(const char *arg, struct domain **d)
{
	uint64_t domid;

	if (!wire_number(arg, DOMID_LIMIT - 1, &domid))
		return EINVAL;
	*d = domain_find((unsigned int)domid);
	return *d ? 0 : ENOENT;
}

/* quota set [DOMID] NAME VALUE */
static int quota_set(int argc, const char *const *argv)
{
	struct domain *d = NULL;
	uint64_t value;
	int q = 0, err;

	if (argc != 4 && argc != 5)
		return EINVAL;
	err = argc == 5 ? find_domain(argv[2], &d) : 0;
	if (err || d == domain0)
		return err ? err : ENOENT;
	while (q < Q_COUNT && strcmp(quotas[q].name, argv[argc - 2]))
		q++;
	if (q == Q_COUNT || !wire_number(argv[argc - 1], QUOTA_LIMIT_MAX, &value))
		return EINVAL;
	*(d ? &d->limit[q] : &quotas[q].limit) = (int64_t)value;
	return 0;
}

/* quota [DOMID] */
static int quota_show(int argc, const char *const *argv, struct buf *out)
{
	struct domain *d = NULL;
	int err = argc == 2 ? find_domain(argv[1], &d) : 0;

	if (argc > 2 || err)
		return err ? err : EINVAL;
	if (d)
		buf_printf(out, "Domain %u:\n", d->domid);
	for (int q = 0; q < Q_COUNT; q++) {
		buf_printf(out, "%-18s: ", quotas[q].name);
		if (d)
			buf_printf(out, "used %lld peak %lld", (long long)d->used[q],
				   (long long)d->peak[q]);
		if (d != domain0)
			buf_printf(out, d ? " limit %lld" : "%lld",
				   (long long)(d ? quota_limit(d, q) : quotas[q].limit));
		buf_printf(out, "\n");
	}
	return 0;
}

static void show_domains(struct buf *out)
{
	for (const struct domain *d = domain0; d; d = d->next)
		buf_printf(out, "%u %s nodes %lld watches %lld transactions %lld memory %lld\n",
			   d->domid, d->introduced ? "introduced" : "-",
			   (long long)d->used[Q_NODES], (long long)d->used[Q_WATCHES],
			   (long long)d->used[Q_TRANSACTIONS], (long long)d->used[Q_MEMORY]);
}

static const char help[] =
	"help \n"
	"print TEXT: write to the daemon's standard error\n"
	"quota [DOMID] | set [DOMID] NAME VALUE\n"
	"domains \n"
	"live-restart go on as a fresh process, from the program file as it is now\n";

int control_run(int argc, const char *const *argv, struct buf *out)
{
	const char *command = argv[0];
	int err = 0;

	if (!strcmp(command, "help")) {
		buf_printf(out, "%s", help);
	} else if (!strcmp(command, "print")) {
		for (int i = 1; i < argc && !log_replaying; i++)
			fprintf(stderr, "xenstored: %s\n", argv[i]);
	} else if (!strcmp(command, "domains")) {
		show_domains(out);
	} else if (!strcmp(command, "quota")) {
		if (argc > 1 && !strcmp(argv[1], "set"))
			err = quota_set(argc, argv);
		else
			err = quota_show(argc, argv, out);
	} else if (!strcmp(command, "live-restart") && argc == 1) {
		/* In a replay it has happened already. */
		if (!log_replaying)
			loop_end = LOOP_RESTART;
	} else {
		err = EINVAL;
	}
	if (!err && !out->len)
		buf_printf(out, "OK");
	return err;
}
