/* SPDX-License-Identifier: BSD-2-Clause */
/* xenstore: look at and change the store from the command line. */
#include <ctype.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "xenstore.h"

static struct {
	bool json, prefix, full, perms, raw, tidy, upward, recurse;
	int number;
} opt;

static struct xs_handle *xsh;
static xs_transaction_t txn;

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

/* A value as text that cannot disturb a terminal: "\n" and the like, else octal. */
static void print_value(const char *s, size_t len)
{
	static const char from[] = "\n\r\t\\", to[] = "nrt\\";

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];
		const char *e = c ? strchr(from, c) : NULL;

		if (opt.raw || (c < 128 && isprint(c) && c != '\\'))
			putchar(c);
		else if (e)
			printf("\\%c", to[e - from]);
		else
			printf("\\%03o", c);
	}
}

static int complain(const char *what, const char *path)
{
	fprintf(stderr, "xenstore: cannot %s %s: %s\n", what, path, strerror(errno));
	return 1;
}

static int do_read(int n, char **arg)
{
	if (opt.json)
		putchar('{');
	for (int i = 0; i < n; i++) {
		unsigned int len;
		char *v = xs_read(xsh, txn, arg[i], &len);

		if (!v)
			return complain("read", arg[i]);
		if (opt.json) {
			printf(i ? ", " : "");
			json_string(arg[i], strlen(arg[i]));
			printf(": ");
			json_string(v, len);
		} else {
			if (opt.prefix)
				printf("%s: ", arg[i]);
			print_value(v, len);
			putchar('\n');
		}
		free(v);
	}
	if (opt.json)
		puts("}");
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

static int do_exists(int n, char **arg)
{
	for (int i = 0; i < n; i++) {
		char *v = xs_read(xsh, txn, arg[i], NULL);

		if (!v)
			return 1;
		free(v);
	}
	return 0;
}

static int do_list(int n, char **arg)
{
	if (opt.json)
		putchar('{');
	for (int i = 0; i < n; i++) {
		unsigned int num;
		char **names = xs_directory(xsh, txn, arg[i], &num);

		if (!names)
			return complain("list", arg[i]);
		if (opt.json) {
			printf(i ? ", " : "");
			json_string(arg[i], strlen(arg[i]));
			printf(": [");
		}
		for (unsigned int k = 0; k < num; k++) {
			if (opt.json) {
				printf(k ? ", " : "");
				json_string(names[k], strlen(names[k]));
			} else if (opt.prefix) {
				printf("%s/%s\n", strcmp(arg[i], "/") ? arg[i] : "", names[k]);
			} else {
				puts(names[k]);
			}
		}
		if (opt.json)
			putchar(']');
		free(names);
	}
	if (opt.json)
		puts("}");
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

static int do_rm(int n, char **arg)
{
	for (int i = 0; i < n; i++) {
		char *slash, *v = xs_read(xsh, txn, arg[i], NULL);

		/* The daemon takes removing nothing for success; a person wants to know. */
		if (!v || !xs_rm(xsh, txn, arg[i]))
			return complain("remove", arg[i]);
		free(v);
		/* With -t, parents that this has left empty go too. */
		while (opt.tidy && (slash = strrchr(arg[i], '/')) && slash != arg[i]) {
			*slash = '\0';
			if (!is_empty(arg[i]) || !xs_rm(xsh, txn, arg[i]))
				break;
		}
	}
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

static int chmod_one(char *path, struct xs_permissions *perms, unsigned int num)
{
	unsigned int n;
	char **names;
	int rc = 0;

	if (!xs_set_permissions(xsh, txn, path, perms, num))
		return complain("set permissions of", path);
	names = opt.recurse ? xs_directory(xsh, txn, path, &n) : NULL;
	for (unsigned int i = 0; names && i < n && !rc; i++) {
		char *child = join(path, names[i]);

		rc = chmod_one(child, perms, num);
		free(child);
	}
	free(names);
	return rc;
}

static int do_chmod(int n, char **arg)
{
	struct xs_permissions *perms = calloc((size_t)n, sizeof(*perms));
	int rc = 0;

	if (!perms)
		abort();
	for (int i = 1; i < n && !rc; i++)
		if (!xs_strings_to_perms(&perms[i - 1], 1, arg[i])) {
			fprintf(stderr,
				"xenstore: not a permission: %s (n, r, w or b, then a domain id)\n",
				arg[i]);
			rc = 1;
		}
	if (!rc)
		rc = chmod_one(arg[0], perms, (unsigned int)n - 1);
	for (char *slash; !rc && opt.upward && (slash = strrchr(arg[0], '/')) && slash != arg[0];) {
		*slash = '\0';
		if (!xs_set_permissions(xsh, txn, arg[0], perms, (unsigned int)n - 1))
			rc = complain("set permissions of", arg[0]);
	}
	free(perms);
	return rc;
}

static void print_perms(const char *path)
{
	unsigned int num;
	struct xs_permissions *p = xs_get_permissions(xsh, txn, path, &num);

	if (opt.json)
		printf(", \"perms\": [");
	else
		printf("   (");
	for (unsigned int i = 0; p && i < num; i++)
		printf(opt.json ? "%s\"%c%u\"" : "%s%c%u",
		       !i	  ? ""
		       : opt.json ? ", "
				  : ",",
		       "nrwb"[p[i].perms & 3], p[i].id);
	putchar(opt.json ? ']' : ')');
	free(p);
}

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

		if (opt.json) {
			printf(i ? ", " : "");
			json_string(names[i], strlen(names[i]));
			printf(": {\"value\": ");
			json_string(v ? v : "", v ? len : 0);
		} else {
			printf("%*s%s = \"", opt.full ? 0 : depth, "", opt.full ? child : names[i]);
			print_value(v ? v : "", v ? len : 0);
			putchar('"');
		}
		if (opt.perms)
			print_perms(child);
		if (opt.json)
			printf(", \"children\": {");
		else
			putchar('\n');
		list_tree(child, depth + 1);
		if (opt.json)
			printf("}}");
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

	if (!n) {
		arg = all;
		n = 1;
	}
	for (int i = 0; i < n && !rc; i++) {
		printf(opt.json ? "{" : "");
		rc = list_tree(arg[i], 0);
		printf(opt.json ? "}\n" : "");
	}
	return rc;
}

static int do_watch(int n, char **arg)
{
	for (int i = 0; i < n; i++)
		if (!xs_watch(xsh, arg[i], arg[i]))
			return complain("watch", arg[i]);
	for (int left = opt.number; left; left -= left > 0) {
		unsigned int num;
		char **e = xs_read_watch(xsh, &num);

		if (!e)
			return complain("wait for", "an event");
		if (opt.json) {
			printf("{\"path\": ");
			json_string(e[XS_WATCH_PATH], strlen(e[XS_WATCH_PATH]));
			printf(", \"token\": ");
			json_string(e[XS_WATCH_TOKEN], strlen(e[XS_WATCH_TOKEN]));
			puts("}");
		} else {
			puts(e[XS_WATCH_PATH]);
		}
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
	if (opt.json)
		json_string(answer, strlen(answer));
	else
		fputs(answer, stdout);
	if (*answer && answer[strlen(answer) - 1] != '\n')
		putchar('\n');
	free(answer);
	return 0;
}

static const struct verb {
	const char *name;
	int (*run)(int n, char **arg);
	const char *options;
	int min, max;
	bool in_txn; /* all of it or nothing */
	const char *args, *help;
} verbs[] = {
	{"read", do_read, "pR", 1, 1 << 20, true, "[-p] [-R] PATH...",
	 "print values; -p: with their paths, -R: as they are.  xenstore read domid"},
	{"write", do_write, "", 2, 1 << 20, true, "PATH VALUE...",
	 "set values, all or none.  xenstore write /tool/x 1"},
	{"ls", do_ls, "fp", 0, 1 << 20, false, "[-f] [-p] [PATH...]",
	 "print subtrees; -f: full paths, -p: permissions.  xenstore ls -f /local"},
	{"list", do_list, "p", 1, 1 << 20, true, "[-p] PATH...",
	 "print children's names; -p: with paths.  xenstore list /local/domain"},
	{"rm", do_rm, "t", 1, 1 << 20, true, "[-t] PATH...",
	 "remove subtrees; -t: and parents left empty.  xenstore rm /tool/x"},
	{"mkdir", do_mkdir, "", 1, 1 << 20, true, "PATH...",
	 "make empty nodes.  xenstore mkdir /tool/dir"},
	{"chmod", do_chmod, "ur", 2, 64, true, "[-u] [-r] PATH PERM...",
	 "set permissions; -r: downward, -u: upward too.  xenstore chmod /tool/x n0 r5"},
	{"exists", do_exists, "", 1, 1 << 20, true, "PATH...",
	 "exit status 0 if all exist.  xenstore exists /tool/x"},
	{"watch", do_watch, "n:", 1, 1 << 20, false, "[-n COUNT] PATH...",
	 "print changed paths as they change.  xenstore watch -n 2 /local"},
	{"control", do_control, "", 1, 16, false, "COMMAND [ARG...]",
	 "talk to the daemon itself.  xenstore control help"},
};

static int usage(FILE *f, const struct verb *only)
{
	if (!only)
		fputs("Usage: xenstore [--json] COMMAND [OPTION]... [ARG]...\n\n", f);
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (!only || only == &verbs[i])
			fprintf(f, "  %s %s\n      %s\n", verbs[i].name, verbs[i].args,
				verbs[i].help);
	return f == stderr;
}

static const struct verb *find_verb(const char *name)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (!strcmp(verbs[i].name, name))
			return &verbs[i];
	return NULL;
}

static int parse_options(const struct verb *v, int argc, char **argv)
{
	static const struct option longs[] = {{"json", no_argument, NULL, 'j'},
					      {"help", no_argument, NULL, 'h'},
					      {NULL, 0, NULL, 0}};
	char shorts[16];
	int c;

	/* -s, the older tools' word for "only by the socket", changes nothing. */
	snprintf(shorts, sizeof(shorts), "+hs%s", v->options);
	optind = 1;
	while ((c = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		switch (c) {
		case 'j':
			opt.json = true;
			break;
		case 'p':
			opt.prefix = opt.perms = true;
			break;
		case 'f':
			opt.full = true;
			break;
		case 'R':
			opt.raw = true;
			break;
		case 't':
			opt.tidy = true;
			break;
		case 'u':
			opt.upward = true;
			break;
		case 'r':
			opt.recurse = true;
			break;
		case 'n':
			opt.number = atoi(optarg);
			break;
		case 's':
			break;
		case 'h':
			exit(usage(stdout, v));
		default:
			return -1;
		}
	}
	return optind;
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
	int first, rc;

	base = base ? base + 1 : argv[0];
	opt.number = -1;
	if (!strncmp(base, "xenstore-", 9)) {
		v = find_verb(base + 9);
	} else {
		for (; argc > 1 && !strcmp(argv[1], "--json"); argc--, argv++)
			opt.json = true;
		if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")))
			return usage(stdout, NULL);
		v = argc > 1 ? find_verb(argv[1]) : NULL;
		argc--;
		argv++;
	}
	if (!v)
		return usage(stderr, NULL);
	first = parse_options(v, argc, argv);
	if (first < 0 || argc - first < v->min || argc - first > v->max)
		return usage(stderr, v);
	xsh = xs_open(0);
	if (!xsh)
		return complain("connect to", xs_daemon_socket());
	rc = run(v, argc - first, argv + first);
	xs_close(xsh);
	if (fflush(stdout))
		rc = complain("write to", "standard output");
	return rc;
}
