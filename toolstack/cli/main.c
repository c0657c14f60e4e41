/* SPDX-License-Identifier: BSD-2-Clause */
/* pav: find the verb, open the library, run the verb. */
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "verb.h"

static const struct verb verbs[] = {
	{"create", verb_create, "[-c] [-p] [-q] FILE [KEY=VALUE...]", "create a domain from a file",
	 "  -c, --console   join this terminal to the new domain's console\n"
	 "  -p, --paused    leave the domain paused\n"
	 "  -q, --quiet     no progress, no closing line\n"
	 "KEY=VALUE settings are added to the file's, which is in xl.cfg syntax. Known keys:\n"
	 "  name type uuid kernel ramdisk root extra cmdline memory maxmem vcpus maxvcpus\n"
	 "  disk vif console on_poweroff on_reboot on_crash on_watchdog builder\n"
	 "Example: pav create -c demo.cfg memory=256",
	 VERB_CHANGES},
	{"list", verb_list, "[--json] [DOMAIN...]", "list domains",
	 "  -j, --json      machine-readable\n"
	 "State letters: r running, b blocked, p paused, s stopped, c crashed, d dying.\n"
	 "Example: pav list --json | jq '.[].name'",
	 0},
	{"console", verb_console, "DOMAIN", "join this terminal to a domain's console",
	 "Leave with Ctrl-].\n"
	 "Example: pav console demo",
	 0},
	{"shutdown", verb_shutdown, "[-w] [-t SECONDS] DOMAIN...", "ask guests to power off",
	 "  -w, --wait      return when they have stopped\n"
	 "  -t, --timeout   with -w: give up after so many seconds\n"
	 "Example: pav shutdown -w demo",
	 VERB_CHANGES},
	{"reboot", verb_reboot, "DOMAIN...", "ask guests to reboot", "Example: pav reboot demo",
	 VERB_CHANGES},
	{"destroy", verb_destroy, "DOMAIN...", "end domains at once and remove all they have",
	 "Also removes what a killed create left behind; such a domain has a number only.\n"
	 "Example: pav destroy demo",
	 VERB_CHANGES},
	{"pause", verb_pause, "DOMAIN...", "stop running domains without their knowing",
	 "Example: pav pause demo", VERB_CHANGES},
	{"unpause", verb_unpause, "DOMAIN...", "let paused domains run",
	 "Example: pav unpause demo", VERB_CHANGES},
	{"info", verb_info, "[--json]", "print facts about the machine and the hypervisor",
	 "  -j, --json      machine-readable\n"
	 "Example: pav info | grep free_memory",
	 0},
	{"dmesg", verb_dmesg, "[-c]", "print the hypervisor's messages",
	 "  -c, --clear     empty the ring afterwards\n"
	 "Example: pav dmesg | tail",
	 0},
	{"domid", verb_domid, "NAME", "print a domain's number", "Example: pav domid demo", 0},
	{"domname", verb_domname, "NUMBER", "print a domain's name", "Example: pav domname 3", 0},
	{"init-dom0", verb_init_dom0, "", "write the service domain's own store entries",
	 "Example: pav init-dom0   (once, when xenstored has started)",
	 VERB_CHANGES | VERB_SERVICE},
	{"monitor", verb_monitor, "[-F]", "serve domains that stop by themselves",
	 "  -F, --foreground  do not become a daemon; messages go to stderr\n"
	 "Does what on_poweroff, on_reboot and on_crash say. `pav create` starts one if\n"
	 "none is running; there is never more than one.\n"
	 "Example: pav monitor",
	 VERB_CHANGES | VERB_SERVICE},
	{"unpack-kernel", verb_unpack_kernel, "KERNEL OUT",
	 "write the ELF file inside a kernel file",
	 "The hypervisor starts the service domain from a plain ELF kernel.\n"
	 "Example: pav unpack-kernel /boot/vmlinuz-6.1.0-56-amd64 /boot/vmlinux-6.1.0-56-amd64",
	 VERB_SERVICE},
};

#define NR_VERBS (sizeof(verbs) / sizeof(verbs[0]))

const struct verb *this_verb;

static volatile int interrupted;

static void on_signal(int sig)
{
	(void)sig;
	interrupted = 1;
}

const volatile int *catch_signals(void)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction sa = {.sa_handler = on_signal};
	size_t i;

	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &sa, NULL);
	return &interrupted;
}

int report(const struct pav *pav)
{
	fflush(stdout);
	fprintf(stderr, "pav %s: %s\n", this_verb->name, pav_error(pav));
	return 1;
}

int complain(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fprintf(stderr, "pav %s: ", this_verb->name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return 1;
}

int misuse(const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "pav %s: ", this_verb->name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "; usage: pav %s %s\n", this_verb->name, this_verb->usage);
	return 2;
}

int one_flag(int argc, char **argv, char letter, const char *name, bool *set)
{
	const struct option options[] = {{name, no_argument, NULL, letter}, {NULL, 0, NULL, 0}};
	const char letters[] = {letter, '\0'};
	int opt;

	opterr = 0;
	while ((opt = getopt_long(argc, argv, letters, options, NULL)) != -1) {
		if (opt != letter)
			return misuse("unknown option %s", argv[optind - 1]);
		*set = true;
	}
	return 0;
}

int one_domain(struct pav *pav, int argc, char **argv, unsigned int *domid)
{
	if (argc != 2 || argv[1][0] == '-')
		return misuse("expected one domain");
	return pav_find(pav, argv[1], domid) ? report(pav) : 0;
}

static void print_row(const struct verb *v)
{
	printf("  %-13s %s\n", v->name, v->summary);
}

static int print_help(void)
{
	size_t i;

	puts("usage: pav VERB [ARGUMENTS]\n");
	for (i = 0; i < NR_VERBS; i++)
		if (!(verbs[i].flags & VERB_SERVICE))
			print_row(&verbs[i]);
	puts("\nfor start-up scripts:");
	for (i = 0; i < NR_VERBS; i++)
		if (verbs[i].flags & VERB_SERVICE)
			print_row(&verbs[i]);
	puts("\nA DOMAIN is a name or a number. `pav VERB --help` tells more about a verb.\n"
	     "Exit status: 0 done, 1 refused or failed, 2 wrong command line.");
	return 0;
}

static int print_verb_help(const struct verb *v)
{
	printf("usage: pav %s%s%s\n\n%s.\n\n%s\n", v->name, *v->usage ? " " : "", v->usage,
	       v->summary, v->details);
	return 0;
}

static const struct verb *find_verb(const char *name)
{
	size_t i;

	for (i = 0; i < NR_VERBS; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

static int no_such_verb(const char *name)
{
	fprintf(stderr, "pav: there is no verb '%s'; `pav help` lists them\n", name);
	return 2;
}

int main(int argc, char **argv)
{
	const struct verb *v;
	struct pav *pav;
	int i, rc;

	if (argc < 2) {
		fputs("pav: no verb given; `pav help` lists them\n", stderr);
		return 2;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "help") == 0) {
		if (argc == 2)
			return print_help();
		v = find_verb(argv[2]);
		return v ? print_verb_help(v) : no_such_verb(argv[2]);
	}
	v = find_verb(argv[1]);
	if (!v)
		return no_such_verb(argv[1]);
	for (i = 2; i < argc; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return print_verb_help(v);
	this_verb = v;
	pav = pav_open();
	if (!pav) {
		fputs("pav: out of memory\n", stderr);
		return 1;
	}
	rc = v->run(pav, argc - 1, argv + 1);
	pav_close(pav);
	if (fflush(stdout) != 0)
		rc = complain("write to standard output failed");
	return rc;
}
