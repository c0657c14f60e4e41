/* SPDX-License-Identifier: BSD-2-Clause */
/* xenstore: look at and change the store from the command line. */
#include <ctype.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "xenstore.h"

static bool opt[256]; /* letters given as options; --json is 'j' */
static int opt_number = -1;

static struct xs_handle *xsh;
static xs_transaction_t txn;

static int complain(const char *what, const char *path)
{
	fprintf(stderr, "xenstore: cannot %s %s: %s\n", what, path, strerror(errno));
	return 1;
}

/* ---- JSON: with --json alone ---- */

static bool first = true; /* nothing stands yet in the innermost bracket */

static void bracket(char c)
{
	first = strchr("{[", c);
	if (opt['j'])
		putchar(c);
}

static void json_string(const char *s, size_t len)
{
	putchar('"');
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < 32 || c > 126)
			printf("\\u%04x", c);
		else
			putchar(c);
	}
	putchar('"');
}

/* Next in an array. */
static void json_item(const char *s)
{
	if (!first)
		printf(", ");
	first = false;
	json_string(s, strlen(s));
}

/* Next in an object; its value follows. */
static void json_key(const char *key)
{
	if (!opt['j'])
		return;
	json_item(key);
	printf(": ");
}

static void end_json(void)
{
	if (opt['j'])
		putchar('\n');
}

/* A value, as text that cannot disturb a terminal: "\n" and the like, else octal. */
static void print_value(const char *s, size_t len)
{
	static const char from[] = "\n\r\t\\", to[] = "nrt\\";

	if (opt['j']) {
		json_string(s, len);
		return;
	}
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];
		const char *e = c ? strchr(from, c) : NULL;

		if (opt['R'] || (c < 128 && isprint(c) && c != '\\'))
			putchar(c);
		else
			printf(e ? "\\%c" : "\\%03o", e ? to[e - from] : c);
	}
}

/* ---- the verbs, each for its arguments ---- */

static int do_read(int n, char **arg)
{
	bracket('{');
	for (int i = 0; i < n; i++) {
		unsigned int len;
		char *v = xs_read(xsh, txn, arg[i], &len);

		if (!v)
			return complain("read", arg[i]);
		json_key(arg[i]);
		if (opt['p'] && !opt['j'])
			printf("%s: ", arg[i]);
		print_value(v, len);
		if (!opt['j'])
			putchar('\n');
		free(v);
	}
	bracket('}');
	end_json();
	return 0;
}

static int do_write(int n, char **arg)
{
	if (n % 2) {
		fputs("xenstore: write takes pairs of PATH and VALUE\n", stderr);
		return 1;
	}
	for (int i = 0; i < n; i += 2)
		if (!xs_write(xsh, txn, arg[i], arg[i + 1], (unsigned int)strlen(arg[i + 1])))
			return complain("write", arg[i]);
	return 0;
}

static int do_mkdir(int n, char **arg)
{
	for (int i = 0; i < n; i++)
		if (!xs_mkdir(xsh, txn, arg[i]))
			return complain("make", arg[i]);
	return 0;
}

static bool exists(const char *path)
{
	char *v = xs_read(xsh, txn, path, NULL);

	free(v);
	return v != NULL;
}

static int do_exists(int n, char **arg)
{
	for (int i = 0; i < n; i++)
		if (!exists(arg[i]))
			return 1;
	return 0;
}

static char *join(const char *dir, const char *name)
{
	char *p = malloc(strlen(dir) + strlen(name) + 2);

	if (!p)
		abort();
	sprintf(p, "%s%s%s", dir, !*dir || dir[strlen(dir) - 1] == '/' ? "" : "/", name);
	return p;
}

static int do_list(int n, char **arg)
{
	bracket('{');
	for (int i = 0; i < n; i++) {
		unsigned int num;
		char **names = xs_directory(xsh, txn, arg[i], &num);

		if (!names)
			return complain("list", arg[i]);
		json_key(arg[i]);
		bracket('[');
		for (unsigned int k = 0; k < num; k++) {
			char *path = opt['p'] && !opt['j'] ? join(arg[i], names[k]) : NULL;

			if (opt['j'])
				json_item(names[k]);
			else
				puts(path ? path : names[k]);
			free(path);
		}
		bracket(']');
		free(names);
	}
	bracket('}');
	end_json();
	return 0;
}

static bool is_empty(const char *path)
{
	unsigned int len = 1, num = 1;
	char *v = xs_read(xsh, txn, path, &len);
	char **names = v && !len ? xs_directory(xsh, txn, path, &num) : NULL;

	free(v);
	free(names);
	return names && !num;
}

/* Cut the last component off; false at the top. */
static bool go_up(char *path)
{
	char *slash = strrchr(path, '/');

	if (!slash || slash == path)
		return false;
	*slash = '\0';
	return true;
}

static int do_rm(int n, char **arg)
{
	for (int i = 0; i < n; i++) {
		/* The daemon takes removing nothing for success; a person wants to know. */
		if (!exists(arg[i]) || !xs_rm(xsh, txn, arg[i]))
			return complain("remove", arg[i]);
		/* With -t, parents that this has left empty go too. */
		while (opt['t'] && go_up(arg[i]) && is_empty(arg[i]) && xs_rm(xsh, txn, arg[i]))
			;
	}
	return 0;
}

static int chmod_one(char *path, struct xs_permissions *perms, unsigned int num)
{
	unsigned int n = 0;
	char **names;
	int rc = 0;

	if (!xs_set_permissions(xsh, txn, path, perms, num))
		return complain("set permissions of", path);
	names = opt['r'] ? xs_directory(xsh, txn, path, &n) : NULL;
	for (unsigned int i = 0; i < n && !rc; i++) {
		char *child = join(path, names[i]);

		rc = chmod_one(child, perms, num);
		free(child);
	}
	free(names);
	return rc;
}

static int do_chmod(int n, char **arg)
{
	struct xs_permissions perms[64];
	int rc;

	for (int i = 1; i < n; i++)
		if (!xs_strings_to_perms(&perms[i - 1], 1, arg[i])) {
			fprintf(stderr,
				"xenstore: not a permission: %s (n, r, w or b, then a domain id)\n",
				arg[i]);
			return 1;
		}
	rc = chmod_one(arg[0], perms, (unsigned int)n - 1);
	opt['r'] = false;
	while (!rc && opt['u'] && go_up(arg[0]))
		rc = chmod_one(arg[0], perms, (unsigned int)n - 1);
	return rc;
}

static void print_perms(const char *path)
{
	unsigned int num = 0;
	struct xs_permissions *p = xs_get_permissions(xsh, txn, path, &num);

	json_key("perms");
	bracket('[');
	printf(opt['j'] ? "" : "   (");
	for (unsigned int i = 0; p && i < num; i++) {
		char s[16];

		snprintf(s, sizeof(s), "%c%u", "nrwb"[p[i].perms & 3], p[i].id);
		if (opt['j'])
			json_item(s);
		else
			printf(i ? ",%s" : "%s", s);
	}
	printf(opt['j'] ? "" : ")");
	bracket(']');
	free(p);
}

/* What is below path, indented by depth. */
static int list_tree(const char *path, int depth)
{
	unsigned int num = 0, len;
	char **names = xs_directory(xsh, txn, path, &num);

	/* A node that went between listing and looking is simply not there. */
	if (!names && (!depth || (errno != ENOENT && errno != EACCES)))
		return complain("list", path);
	for (unsigned int i = 0; i < num; i++) {
		char *child = join(path, names[i]);
		char *v = xs_read(xsh, txn, child, &len);

		json_key(names[i]);
		bracket('{');
		json_key("value");
		if (!opt['j'])
			printf("%*s%s = \"", opt['f'] ? 0 : depth, "", opt['f'] ? child : names[i]);
		print_value(v ? v : "", v ? len : 0);
		printf(opt['j'] ? "" : "\"");
		if (opt['p'])
			print_perms(child);
		printf(opt['j'] ? "" : "\n");
		json_key("children");
		bracket('{');
		list_tree(child, depth + 1);
		bracket('}');
		bracket('}');
		free(v);
		free(child);
	}
	free(names);
	return 0;
}

static int do_ls(int n, char **arg)
{
	char root[] = "/", *all[] = {root};
	int rc = 0;

	for (int i = 0; i < (n ? n : 1) && !rc; i++) {
		bracket('{');
		rc = list_tree(n ? arg[i] : all[i], 0);
		bracket('}');
		end_json();
	}
	return rc;
}

static int do_watch(int n, char **arg)
{
	for (int i = 0; i < n; i++)
		if (!xs_watch(xsh, arg[i], arg[i]))
			return complain("watch", arg[i]);
	for (int left = opt_number; left; left -= left > 0) {
		unsigned int num;
		char **e = xs_read_watch(xsh, &num);

		if (!e)
			return complain("wait for", "an event");
		bracket('{');
		json_key("path");
		print_value(e[XS_WATCH_PATH], strlen(e[XS_WATCH_PATH]));
		json_key("token");
		if (opt['j'])
			print_value(e[XS_WATCH_TOKEN], strlen(e[XS_WATCH_TOKEN]));
		bracket('}');
		putchar('\n');
		fflush(stdout);
		free(e);
	}
	return 0;
}

static int do_control(int n, char **arg)
{
	char data[XENSTORE_PAYLOAD_MAX];
	unsigned int len = 0;
	char *answer;

	for (int i = 1; i < n; i++) {
		size_t size = strlen(arg[i]) + 1;

		if (len + size > sizeof(data)) {
			fputs("xenstore: control arguments too long\n", stderr);
			return 1;
		}
		memcpy(data + len, arg[i], size);
		len += (unsigned int)size;
	}
	answer = xs_control_command(xsh, arg[0], data, len);
	if (!answer)
		return complain("run the control command", arg[0]);
	if (opt['j'])
		json_string(answer, strlen(answer));
	else
		fputs(answer, stdout);
	if (*answer && answer[strlen(answer) - 1] != '\n')
		putchar('\n');
	free(answer);
	return 0;
}

#define MANY (1 << 20)

static const struct verb {
	const char *name;
	int (*run)(int n, char **arg);
	const char *options;
	int min, max;
	bool in_txn; /* all of it or nothing */
	const char *args, *help;
} verbs[] = {
	{"read", do_read, "pR", 1, MANY, true, "[-p] [-R] PATH...",
	 "print values; -p: with their paths, -R: as they are.  xenstore read domid"},
	{"write", do_write, "", 2, MANY, true, "PATH VALUE...",
	 "set values, all or none.  xenstore write /tool/x 1"},
	{"ls", do_ls, "fp", 0, MANY, false, "[-f] [-p] [PATH...]",
	 "print subtrees; -f: full paths, -p: permissions.  xenstore ls -f /local"},
	{"list", do_list, "p", 1, MANY, true, "[-p] PATH...",
	 "print children's names; -p: with paths.  xenstore list /local/domain"},
	{"rm", do_rm, "t", 1, MANY, true, "[-t] PATH...",
	 "remove subtrees; -t: and parents left empty.  xenstore rm /tool/x"},
	{"mkdir", do_mkdir, "", 1, MANY, true, "PATH...",
	 "make empty nodes.  xenstore mkdir /tool/dir"},
	{"chmod", do_chmod, "ur", 2, 64, true, "[-u] [-r] PATH PERM...",
	 "set permissions; -r: downward, -u: upward too.  xenstore chmod /tool/x n0 r5"},
	{"exists", do_exists, "", 1, MANY, true, "PATH...",
	 "exit status 0 if all exist.  xenstore exists /tool/x"},
	{"watch", do_watch, "n:", 1, MANY, false, "[-n COUNT] PATH...",
	 "print changed paths as they change.  xenstore watch -n 2 /local"},
	{"control", do_control, "", 1, 16, false, "COMMAND [ARG...]",
	 "talk to the daemon itself.  xenstore control help"},
};
#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

static int usage(FILE *f, const struct verb *only)
{
	if (!only)
		fputs("Usage: xenstore [--json] COMMAND [OPTION]... [ARG]...\n\n", f);
	for (const struct verb *v = verbs; v < verbs + VERBS; v++)
		if (!only || only == v)
			fprintf(f, "  %s %s\n      %s\n", v->name, v->args, v->help);
	return f == stderr;
}

static const struct verb *find_verb(const char *name)
{
	for (const struct verb *v = verbs; name && v < verbs + VERBS; v++)
		if (!strcmp(v->name, name))
			return v;
	return NULL;
}

static const struct option longs[] = {
	{"json", no_argument, NULL, 'j'}, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};

/* Index of the first argument, or -1. */
static int parse_options(const struct verb *v, int argc, char **argv)
{
	char shorts[16];
	int c;

	/* -s, the older tools' word for "only by the socket", changes nothing. */
	snprintf(shorts, sizeof(shorts), "+hs%s", v->options);
	while ((c = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		if (c == '?')
			return -1;
		if (c == 'h')
			exit(usage(stdout, v));
		if (c == 'n')
			opt_number = atoi(optarg);
		opt[c] = true;
	}
	return argc - optind < v->min || argc - optind > v->max ? -1 : optind;
}

/* All the arguments' work in one transaction, again as long as others interfere. */
static int run(const struct verb *v, int n, char **arg)
{
	int rc;

	if (!v->in_txn || n <= v->min)
		return v->run(n, arg);
	for (;;) {
		txn = xs_transaction_start(xsh);
		if (txn == XBT_NULL)
			return complain("start", "a transaction");
		rc = v->run(n, arg);
		if (xs_transaction_end(xsh, txn, rc) || rc)
			return rc;
		if (errno != EAGAIN)
			return complain("end", "the transaction");
	}
}

int main(int argc, char **argv)
{
	const char *base = strrchr(argv[0], '/');
	const struct verb *v;
	int first_arg, rc;

	base = base ? base + 1 : argv[0];
	if (!strncmp(base, "xenstore-", 9)) {
		v = find_verb(base + 9);
	} else {
		for (; argc > 1 && !strcmp(argv[1], "--json"); argc--, argv++)
			opt['j'] = true;
		if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")))
			return usage(stdout, NULL);
		v = find_verb(argv[1]);
		argc--;
		argv++;
	}
	first_arg = v ? parse_options(v, argc, argv) : -1;
	if (first_arg < 0)
		return usage(stderr, v);
	xsh = xs_open(0);
	if (!xsh)
		return complain("connect to", xs_daemon_socket());
	rc = run(v, argc - first_arg, argv + first_arg);
	xs_close(xsh);
	if (fflush(stdout))
		rc = complain("write to", "standard output");
	return rc;
}
