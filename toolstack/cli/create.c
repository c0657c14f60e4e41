/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "verb.h"

#define CONFIG_MAX (64u << 10)

static volatile int interrupted;

static void on_signal(int sig)
{
	(void)sig;
	interrupted = 1;
}

/* The library looks at the flag between steps and undoes what it began. */
static void catch_signals(void (*handler)(int))
{
	const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction sa = {.sa_handler = handler};
	size_t i;

	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &sa, NULL);
}

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

/* The file's text, for free(), with the command line's settings behind it. */
static char *read_config(const char *file, int nr_extra, char **extra)
{
	size_t size = CONFIG_MAX + 1, len;
	FILE *f = fopen(file, "re");
	char *text, *value;
	int i, quoted;

	if (!f) {
		complain("configuration %s: open: %s", file, strerror(errno));
		return NULL;
	}
	for (i = 0; i < nr_extra; i++)
		size += strlen(extra[i]) + 8;
	text = malloc(size);
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
	for (i = 0; i < nr_extra; i++) {
		/* A shell takes the quotes off; put them back around what is plain text. */
		value = strchr(extra[i], '=') + 1;
		quoted = *value == '"' || *value == '\'' || *value == '[' ||
			 strspn(value, "0123456789") == strlen(value);
		len += (size_t)snprintf(text + len, size - len, "\n%.*s%s%s%s",
					(int)(value - extra[i]), extra[i], quoted ? "" : "\"",
					value, quoted ? "" : "\"");
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
static int run_console(struct pav *pav, unsigned int domid, bool paused)
{
	struct ready r = {pav, domid};

	catch_signals(SIG_DFL);
	if (pav_console(pav, domid, paused ? NULL : unpause_ready, &r) == 0)
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
	struct pav_create_options create = {.cancel = &interrupted};
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
	catch_signals(on_signal);
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
	return console ? run_console(pav, domid, paused) : 0;
}
