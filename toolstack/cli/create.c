/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "verb.h"

#define CONFIG_MAX (64u << 10)

static void show_progress(void *arg, uint64_t done, uint64_t total)
{
	unsigned int *shown = arg;
	const unsigned int percent = total ? (unsigned int)(done * 100 / total) : 100;

	if (percent == *shown)
		return;
	*shown = percent;
	fprintf(stderr, "\rbuilding [%-25.*s] %3u%%%s", (int)(percent / 4),
		"#########################", percent, percent >= 100 ? "\n" : "");
}

/* The file's text, for free(). */
static char *read_file(const char *file)
{
	FILE *f = fopen(file, "re");
	char *text;
	size_t len;

	if (!f) {
		complain("configuration %s: open: %s", file, strerror(errno));
		return NULL;
	}
	text = malloc(CONFIG_MAX + 1);
	if (!text)
		complain("out of memory");
	len = text ? fread(text, 1, CONFIG_MAX, f) : 0;
	if (text && (ferror(f) || !feof(f))) {
		complain("configuration %s: %s", file,
			 ferror(f) ? strerror(errno) : "larger than 64 KiB");
		free(text);
		text = NULL;
	}
	fclose(f);
	if (!text)
		return NULL;
	text[len] = '\0';
	if (strlen(text) != len) {
		complain("configuration %s: not a text file", file);
		free(text);
		return NULL;
	}
	return text;
}

/* The same with the command line's settings behind it. */
static char *read_config(const char *file, int nr_extra, char **extra)
{
	char *text = read_file(file), *longer;
	int i;

	for (i = 0; text && i < nr_extra; i++) {
		longer = pav_config_add(text, extra[i]);
		if (!longer)
			complain("out of memory");
		free(text);
		text = longer;
	}
	return text;
}

struct ready {
	struct pav *pav;
	unsigned int domid;
};

static int unpause_ready(void *arg)
{
	const struct ready *r = arg;

	return pav_unpause(r->pav, r->domid);
}

/* The console is joined before the guest runs, so that its first line is seen. */
static int run_console(struct pav *pav, unsigned int domid, bool paused,
		       const volatile int *interrupted)
{
	struct ready r = {pav, domid};

	if (pav_console(pav, domid, interrupted, paused ? NULL : unpause_ready, &r) == 0)
		return 0;
	report(pav);
	return 1;
}

int verb_create(struct pav *pav, int argc, char **argv)
{
	static const struct option options[] = {{"console", no_argument, NULL, 'c'},
						{"paused", no_argument, NULL, 'p'},
						{"quiet", no_argument, NULL, 'q'},
						{NULL, 0, NULL, 0}};
	struct pav_create_options create = {0};
	bool console = false, paused = false, quiet = false;
	unsigned int domid, shown = 101;
	char *text;
	int opt, i;

	opterr = 0;
	while ((opt = getopt_long(argc, argv, "cpq", options, NULL)) != -1) {
		if (opt == 'c')
			console = true;
		else if (opt == 'p')
			paused = true;
		else if (opt == 'q')
			quiet = true;
		else
			return misuse("unknown option %s", argv[optind - 1]);
	}
	if (optind >= argc)
		return misuse("no configuration file given");
	for (i = optind + 1; i < argc; i++)
		if (!strchr(argv[i], '='))
			return misuse("'%s' is not KEY=VALUE", argv[i]);
	text = read_config(argv[optind], argc - optind - 1, argv + optind + 1);
	if (!text)
		return 1;
	start_monitor();
	create.cancel = catch_signals();
	create.paused = paused || console;
	if (!quiet && isatty(2)) {
		create.progress = show_progress;
		create.progress_arg = &shown;
	}
	if (pav_create(pav, text, argv[optind], &create, &domid)) {
		if (shown < 100)
			fputc('\n', stderr);
		free(text);
		return report(pav);
	}
	free(text);
	if (!quiet)
		fprintf(stderr, "created domain %u\n", domid);
	return console ? run_console(pav, domid, paused, create.cancel) : 0;
}
