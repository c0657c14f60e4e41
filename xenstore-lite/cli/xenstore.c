/* SPDX-License-Identifier: BSD-2-Clause */
/* xenstore: look at and change the store from the command line. */
#include <argz.h>
#include <ctype.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "xenstore.h"

static const char *opt[128]; /* by its letter, each option given: its argument or "" */
static struct xs_handle *xsh;
static xs_transaction_t txn;

static int complain(const char *what, const char *path)
{
	fprintf(stderr, "xenstore: cannot %s %s: %s\n", what, path, strerror(errno));
	return 1;
}

/*
 * ---- output: each verb tells it as text and as JSON, and one of the two is printed ----
 *
 * Paths are printed as they are: there are none but of letters, digits and -/_@.
 */

static void put(const char *text, const char *json)
{
	fputs(opt['j'] ? json : text, stdout);
}

/* In JSON's quotes, or as text that cannot disturb a terminal: "\n" and the like, else octal. */
static void put_value(const char *s, size_t len)
{
	static const char special[] = "\n\r\t\\\"", letter[] = "nrt\\\"";

	put("", "\"");
	for (const char *e; len--; s++) {
		e = memchr(special, *s, opt['j'] ? 5 : 4);
		if ((opt['R'] && !opt['j']) || (!e && isprint((unsigned char)*s)))
			putchar(*s);
		else if (e)
			printf("\\%c", letter[e - special]);
		else
			printf(opt['j'] ? "\\u%04x" : "\\%03o", (unsigned char)*s);
	}
	put("", "\"");
}

/* ---- the verbs: 0, or 1 after a message; each gets its arguments and NULL behind them ---- */

static int do_read(char **arg)
{
	unsigned int len;
	char *v = xs_read(xsh, txn, *arg, &len);

	if (!v)
		return complain("read", *arg);
	if (opt['p'] || opt['j'])
		printf(opt['j'] ? "\"%s\": " : "%s: ", *arg);
	put_value(v, len);
	put("\n", "");
	free(v);
	return 0;
}

static int do_write(char **arg)
{
	return xs_write(xsh, txn, arg[0], arg[1], strlen(arg[1])) ? 0 : complain("write", arg[0]);
}

static int do_mkdir(char **arg)
{
	return xs_mkdir(xsh, txn, *arg) ? 0 : complain("make", *arg);
}

/* No message: the exit status is the answer. */
static int do_exists(char **arg)
{
	char *v = xs_read(xsh, txn, *arg, NULL);

	free(v);
	return v == NULL;
}

/* What to do with a node that is depth levels below a given one. */
typedef int visitor(const char *path, int depth);

/* In JSON with open before the first and close behind the last, where open is not "". */
static int each_child(const char *path, int depth, visitor *visit, const char *open,
		      const char *close)
{
	unsigned int num = 0;
	char **names = xs_directory(xsh, txn, path, &num), *child;
	int rc = 0;

	/* A node that went between listing and looking is simply not there. */
	if (!names && (!depth || (errno != ENOENT && errno != EACCES)))
		return complain("list", path);
	put("", open);
	for (unsigned int i = 0; i < num && !rc; i++) {
		if (asprintf(&child, "%s/%s", strcmp(path, "/") ? path : "", names[i]) < 0)
			abort();
		put("", *open && i ? ", " : "");
		rc = visit(child, depth);
		free(child);
	}
	put("", close);
	free(names);
	return rc;
}

static int put_name(const char *path, int depth)
{
	(void)depth;
	printf(opt['j'] ? "\"%s\"" : "%s\n", opt['p'] && !opt['j'] ? path : basename(path));
	return 0;
}

static int do_list(char **arg)
{
	if (opt['j'])
		printf("\"%s\": ", *arg);
	return each_child(*arg, 0, put_name, "[", "]");
}

static bool is_empty(const char *path)
{
	unsigned int len = 1, num = 1;

	free(xs_read(xsh, txn, path, &len));
	free(xs_directory(xsh, txn, path, &num));
	return !len && !num;
}

/* Cut the last component off; false at the top. */
static bool go_up(char *path)
{
	*(strrchr(path, '/') ?: path) = '\0';
	return *path;
}

static int do_rm(char **arg)
{
	char *path = strdupa(*arg);

	/* The daemon takes removing nothing for success; a person wants to know. */
	if (do_exists(arg) || !xs_rm(xsh, txn, path))
		return complain("remove", path);
	/* With -t, parents that this has left empty go too. */
	while (opt['t'] && go_up(path) && is_empty(path) && xs_rm(xsh, txn, path))
		;
	return 0;
}

static struct xs_permissions perms[64];
static unsigned int num_perms;

static int set_perms(const char *path, int depth)
{
	if (!xs_set_permissions(xsh, txn, path, perms, num_perms))
		return complain("set permissions of", path);
	return opt['r'] && depth >= 0 ? each_child(path, depth + 1, set_perms, "", "") : 0;
}

static int do_chmod(char **arg)
{
	char *path = strdupa(*arg);
	int rc;

	for (num_perms = 0; *++arg; num_perms++)
		if (!xs_strings_to_perms(&perms[num_perms], 1, *arg))
			return complain("find n, r, w or b and a domain id in", *arg);
	rc = set_perms(path, 0);
	/* Not what else is below those above. */
	while (!rc && opt['u'] && go_up(path))
		rc = set_perms(path, -1);
	return rc;
}

static void put_perms(const char *path)
{
	unsigned int num = 0;
	struct xs_permissions *p = xs_get_permissions(xsh, txn, path, &num);

	put("   (", ", \"perms\": [");
	for (unsigned int i = 0; p && i < num; i++)
		printf(opt['j'] ? "%s\"%c%u\"" : "%s%c%u", i ? "," : "", "nrwb"[p[i].perms & 3],
		       p[i].id);
	put(")", "]");
	free(p);
}

/* With all that is below; as text with one more space in front for each level. */
static int put_node(const char *path, int depth)
{
	unsigned int len = 0;
	char *v = xs_read(xsh, txn, path, &len);

	if (opt['j'])
		printf("\"%s\": {\"value\": ", basename(path));
	else
		printf("%*s%s = \"", opt['f'] ? 0 : depth, "", opt['f'] ? path : basename(path));
	put_value(v ? v : "", len);
	put("\"", "");
	free(v);
	if (opt['p'])
		put_perms(path);
	put("\n", "");
	return each_child(path, depth + 1, put_node, ", \"children\": {", "}}");
}

static int do_ls(char **arg)
{
	return each_child(*arg ? *arg : "/", 0, put_node, "{", "}\n");
}

static int do_watch(char **arg)
{
	unsigned int num;
	char **e;

	for (; *arg; arg++)
		if (!xs_watch(xsh, *arg, *arg))
			return complain("watch", *arg);
	for (int left = opt['n'] ? atoi(opt['n']) : -1; left; left -= left > 0) {
		e = xs_read_watch(xsh, &num);
		if (!e)
			return complain("wait for", "an event");
		put("", "{\"path\": ");
		put_value(e[XS_WATCH_PATH], strlen(e[XS_WATCH_PATH]));
		printf(opt['j'] ? ", \"token\": \"%s\"}\n" : "\n", e[XS_WATCH_TOKEN]);
		fflush(stdout);
		free(e);
	}
	return 0;
}

static int do_control(char **arg)
{
	char *data, *answer;
	size_t len;

	if (argz_create(arg + 1, &data, &len))
		abort();
	answer = xs_control_command(xsh, *arg, data, (unsigned int)len);
	free(data);
	if (!answer)
		return complain("run the control command", *arg);
	/* It is lines, and the daemon's own. */
	opt['R'] = "";
	len = strlen(answer);
	put_value(answer, len);
	if (opt['j'] || (len && answer[len - 1] != '\n'))
		putchar('\n');
	free(answer);
	return 0;
}

static const struct verb {
	const char *name;
	int (*run)(char **arg);
	const char *options;
	int min, max, each; /* arguments; how many it takes at a time, 0: all */
	bool whole, shows;  /* in one transaction; JSON is one object, a member for each argument */
	const char *args, *help;
} verbs[] = {
	{"read", do_read, "pR", 1, INT_MAX, 1, true, true, "[-p] [-R] PATH...",
	 "print values; -p: with their paths, -R: as they are.  xenstore read domid"},
	{"write", do_write, "", 2, INT_MAX, 2, true, false, "PATH VALUE [PATH VALUE]...",
	 "set values, all or none.  xenstore write /tool/x 1"},
	{"ls", do_ls, "fp", 0, INT_MAX, 1, false, false, "[-f] [-p] [PATH...]",
	 "print subtrees; -f: full paths, -p: permissions.  xenstore ls -f /local"},
	{"list", do_list, "p", 1, INT_MAX, 1, true, true, "[-p] PATH...",
	 "print children's names; -p: with paths.  xenstore list /local/domain"},
	{"rm", do_rm, "t", 1, INT_MAX, 1, true, false, "[-t] PATH...",
	 "remove subtrees; -t: and parents left empty.  xenstore rm /tool/x"},
	{"mkdir", do_mkdir, "", 1, INT_MAX, 1, true, false, "PATH...",
	 "make empty nodes.  xenstore mkdir /tool/dir"},
	{"chmod", do_chmod, "ur", 2, 64, 0, true, false, "[-u] [-r] PATH PERM...",
	 "set permissions; -r: downward, -u: upward too.  xenstore chmod /tool/x n0 r5"},
	{"exists", do_exists, "", 1, INT_MAX, 1, true, false, "PATH...",
	 "exit status 0 if all exist.  xenstore exists /tool/x"},
	{"watch", do_watch, "n:", 1, INT_MAX, 0, false, false, "[-n COUNT] PATH...",
	 "print changed paths as they change.  xenstore watch -n 2 /local"},
	{"control", do_control, "", 1, INT_MAX, 0, false, false, "COMMAND [ARG...]",
	 "talk to the daemon itself.  xenstore control help"},
	{.name = NULL},
};

static int usage(FILE *f, const struct verb *only)
{
	if (!only)
		fputs("Usage: xenstore [--json] COMMAND [OPTION]... [ARG]...\n\n", f);
	for (const struct verb *v = verbs; v->name; v++)
		if (!only || only == v)
			fprintf(f, "  %s %s\n      %s\n", v->name, v->args, v->help);
	return f == stderr;
}

static const struct verb *find_verb(const char *name)
{
	for (const struct verb *v = verbs; name && v->name; v++)
		if (!strcmp(v->name, name))
			return v;
	return NULL;
}

/*
 * The work of all arguments; if it takes several, in one transaction, and again as long as
 * others interfere.
 */
static int run(const struct verb *v, int n, char **arg)
{
	bool whole = v->whole && n > v->min;
	int i, rc;

	do {
		if (whole && !(txn = xs_transaction_start(xsh)))
			return complain("start", "a transaction");
		put("", v->shows ? "{" : "");
		for (i = rc = 0; !rc && (!i || i < n); i += v->each ? v->each : n) {
			put("", v->shows && i ? ", " : "");
			rc = v->run(arg + i);
		}
		/* One that lacks a member is not closed: nobody shall take it for the answer. */
		put("", v->shows && !rc ? "}\n" : "");
		/* What a transaction reads is of one moment, and good whatever has come since. */
		if (!whole || xs_transaction_end(xsh, txn, rc || v->shows) || rc)
			return rc;
	} while (errno == EAGAIN);
	return complain("end", "the transaction");
}

int main(int argc, char **argv)
{
	static const struct option longs[] = {{"json", no_argument, NULL, 'j'},
					      {"help", no_argument, NULL, 'h'},
					      {NULL, 0, NULL, 0}};
	const char *own_name = program_invocation_short_name;
	const struct verb *v = strncmp(own_name, "xenstore-", 9) ? NULL : find_verb(own_name + 9);
	char shorts[16];
	int c, n, rc;

	/* Options of all verbs, the verb's name if it is not ours, and its own options. */
	do {
		/* -s, the older tools' word for "only by the socket", changes nothing. */
		snprintf(shorts, sizeof(shorts), "+hs%s", v ? v->options : "");
		while ((c = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
			if (c == 'h' || c == '?')
				return usage(c == 'h' ? stdout : stderr, v);
			opt[c] = optarg ? optarg : "";
		}
	} while (!v && (v = find_verb(argv[optind++])));
	n = argc - optind;
	if (!v || n < v->min || n > v->max || (v->each && n % v->each))
		return usage(stderr, v);
	xsh = xs_open(0);
	if (!xsh)
		return complain("connect to", xs_daemon_socket());
	rc = run(v, n, argv + optind);
	xs_close(xsh);
	if (fflush(stdout) || ferror(stdout))
		rc = complain("write to", "standard output");
	return rc;
}
