/* SPDX-License-Identifier: BSD-2-Clause */
/* xenstore: look at and change the store from the command line. */
#include <argz.h>
#include <getopt.h>
#include <stdarg.h>
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

static enum form { TEXT, JSON } form;

__attribute__((format(printf, 2, 3))) static void put(enum form of, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (of == form)
		vprintf(fmt, ap);
	va_end(ap);
}

/* In JSON's quotes, or as text that cannot disturb a terminal: "\n" and the like, else octal. */
static void put_value(const char *s, size_t len)
{
	static const char special[] = "\n\r\t\\\"", letter[] = "nrt\\\"";

	put(JSON, "\"");
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];
		const char *e = memchr(special, c, form == JSON ? 5 : 4);

		if ((form == TEXT && opt['R']) || (!e && c >= ' ' && c < 127))
			putchar(c);
		else if (e)
			printf("\\%c", letter[e - special]);
		else
			printf(form == JSON ? "\\u%04x" : "\\%03o", c);
	}
	put(JSON, "\"");
}

/* ---- the verbs: 0, or 1 after a message; each gets its arguments and NULL behind them ---- */

static int do_read(char **arg)
{
	unsigned int len;
	char *v = xs_read(xsh, txn, *arg, &len);

	if (!v)
		return complain("read", *arg);
	if (opt['p'])
		put(TEXT, "%s: ", *arg);
	put(JSON, "\"%s\": ", *arg);
	put_value(v, len);
	put(TEXT, "\n");
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

/* What to do with a node that is depth levels below a given one; separator is "" for the first. */
typedef int visitor(const char *path, int depth, const char *separator);

static int each_child(const char *path, int depth, visitor *visit)
{
	unsigned int num = 0;
	char **names = xs_directory(xsh, txn, path, &num), *child;
	int rc = 0;

	/* A node that went between listing and looking is simply not there. */
	if (!names && (!depth || (errno != ENOENT && errno != EACCES)))
		return complain("list", path);
	for (unsigned int i = 0; names && i < num && !rc; i++) {
		if (asprintf(&child, "%s/%s", strcmp(path, "/") ? path : "", names[i]) < 0)
			abort();
		rc = visit(child, depth, i ? ", " : "");
		free(child);
	}
	free(names);
	return rc;
}

static int put_name(const char *path, int depth, const char *separator)
{
	(void)depth;
	put(TEXT, "%s\n", opt['p'] ? path : basename(path));
	put(JSON, "%s\"%s\"", separator, basename(path));
	return 0;
}

static int do_list(char **arg)
{
	int rc;

	put(JSON, "\"%s\": [", *arg);
	rc = each_child(*arg, 0, put_name);
	put(JSON, "]");
	return rc;
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
	char *slash = strrchr(path, '/');

	if (slash)
		*slash = '\0';
	return slash && *path;
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

static int set_perms(const char *path, int depth, const char *separator)
{
	(void)separator;
	if (!xs_set_permissions(xsh, txn, path, perms, num_perms))
		return complain("set permissions of", path);
	return opt['r'] && depth >= 0 ? each_child(path, depth + 1, set_perms) : 0;
}

static int do_chmod(char **arg)
{
	char *path = strdupa(*arg);
	int rc;

	for (num_perms = 0; *++arg; num_perms++)
		if (!xs_strings_to_perms(&perms[num_perms], 1, *arg))
			return complain("find n, r, w or b and a domain id in", *arg);
	rc = set_perms(path, 0, "");
	/* Not what else is below those above. */
	while (!rc && opt['u'] && go_up(path))
		rc = set_perms(path, -1, "");
	return rc;
}

static void put_perms(const char *path)
{
	const char *quote = form == JSON ? "\"" : "";
	unsigned int num = 0;
	struct xs_permissions *p = xs_get_permissions(xsh, txn, path, &num);

	put(TEXT, "   (");
	put(JSON, ", \"perms\": [");
	for (unsigned int i = 0; p && i < num; i++)
		printf("%s%s%c%u%s", i ? "," : "", quote, "nrwb"[p[i].perms & 3], p[i].id, quote);
	put(TEXT, ")");
	put(JSON, "]");
	free(p);
}

/* With all that is below; as text with one more space in front for each level. */
static int put_node(const char *path, int depth, const char *separator)
{
	unsigned int len = 0;
	char *v = xs_read(xsh, txn, path, &len);
	int rc;

	put(TEXT, "%*s%s = \"", opt['f'] ? 0 : depth, "", opt['f'] ? path : basename(path));
	put(JSON, "%s\"%s\": {\"value\": ", separator, basename(path));
	put_value(v ? v : "", len);
	put(TEXT, "\"");
	free(v);
	if (opt['p'])
		put_perms(path);
	put(TEXT, "\n");
	put(JSON, ", \"children\": {");
	rc = each_child(path, depth + 1, put_node);
	put(JSON, "}}");
	return rc;
}

static int do_ls(char **arg)
{
	int rc;

	put(JSON, "{");
	rc = each_child(*arg ? *arg : "/", 0, put_node);
	put(JSON, "}\n");
	return rc;
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
		put(JSON, "{\"path\": ");
		put_value(e[XS_WATCH_PATH], strlen(e[XS_WATCH_PATH]));
		put(JSON, ", \"token\": \"%s\"}", e[XS_WATCH_TOKEN]);
		putchar('\n');
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
	if (form == JSON || (len && answer[len - 1] != '\n'))
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

/* Take the options from optind on, those of a verb or, v NULL, those before it; false on others. */
static bool parse_options(const struct verb *v, int argc, char **argv)
{
	static const struct option longs[] = {{"json", no_argument, NULL, 'j'},
					      {"help", no_argument, NULL, 'h'},
					      {NULL, 0, NULL, 0}};
	char shorts[16];
	int c;

	/* -s, the older tools' word for "only by the socket", changes nothing. */
	snprintf(shorts, sizeof(shorts), "+hs%s", v ? v->options : "");
	while ((c = getopt_long(argc, argv, shorts, longs, NULL)) != -1 && c != '?') {
		if (c == 'h')
			exit(usage(stdout, v));
		opt[c] = optarg ? optarg : "";
	}
	return c == -1;
}

static const struct verb *find_verb(const char *name)
{
	for (const struct verb *v = verbs; name && v->name; v++)
		if (!strcmp(v->name, name))
			return v;
	return NULL;
}

static int run_once(const struct verb *v, int n, char **arg)
{
	int i = 0, rc;

	put(JSON, v->shows ? "{" : "");
	do {
		put(JSON, v->shows && i ? ", " : "");
		rc = v->run(arg + i);
		i += v->each;
	} while (!rc && v->each && i < n);
	/* An object that lacks a member is not closed: nobody shall take it for the answer. */
	put(JSON, v->shows && !rc ? "}\n" : "");
	return rc;
}

/* All the arguments' work in one transaction, again as long as others interfere. */
static int run(const struct verb *v, int n, char **arg)
{
	int rc;

	if (!v->whole || n <= v->min)
		return run_once(v, n, arg);
	for (;;) {
		txn = xs_transaction_start(xsh);
		if (txn == XBT_NULL)
			return complain("start", "a transaction");
		rc = run_once(v, n, arg);
		/* What a transaction reads is of one moment, and good whatever has come since. */
		if (xs_transaction_end(xsh, txn, rc || v->shows) || rc)
			return rc;
		if (errno != EAGAIN)
			return complain("end", "the transaction");
	}
}

int main(int argc, char **argv)
{
	const char *own_name = program_invocation_short_name;
	const struct verb *v = NULL;
	int n, rc;

	if (!strncmp(own_name, "xenstore-", 9))
		v = find_verb(own_name + 9);
	else if (parse_options(NULL, argc, argv))
		v = find_verb(argv[optind++]);
	if (!v || !parse_options(v, argc, argv))
		return usage(stderr, v);
	n = argc - optind;
	if (n < v->min || n > v->max || (v->each && n % v->each))
		return usage(stderr, v);
	form = opt['j'] ? JSON : TEXT;
	xsh = xs_open(0);
	if (!xsh)
		return complain("connect to", xs_daemon_socket());
	rc = run(v, n, argv + optind);
	xs_close(xsh);
	if (fflush(stdout) || ferror(stdout))
		rc = complain("write to", "standard output");
	return rc;
}
