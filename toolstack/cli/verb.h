/* SPDX-License-Identifier: BSD-2-Clause */
/* One verb of the command line: a row in main.c's table, a file of its own. */
#ifndef PAV_VERB_H
#define PAV_VERB_H

#include <stdbool.h>

#include "pav.h"

enum verb_flags {
	VERB_CHANGES = 1 << 0, /* changes the state of a domain or of the machine */
	VERB_SERVICE = 1 << 1, /* for start-up scripts; listed apart */
};

struct verb {
	const char *name;
	int (*run)(struct pav *pav, int argc, char **argv); /* exit status */
	const char *usage;				    /* arguments, for the first line */
	const char *summary;				    /* one line */
	const char *details;				    /* options and an example */
	unsigned int flags;
};

/* The verb being run, for messages. */
extern const struct verb *this_verb;

/* Print "pav VERB: message" for the library's last failure; always returns 1. */
int report(const struct pav *pav);

/* The same for a message of the command itself. */
int complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A wrong command line: message and usage; always returns 2. */
int misuse(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * From now on SIGINT, SIGTERM and SIGHUP set the flag that is returned: the
 * library looks at it between steps and undoes what it began.
 */
const volatile int *catch_signals(void);

/*
 * For verbs with one option, a flag: *set when it is given, and optind at the
 * first argument. 0, or the exit status after a message.
 */
int one_flag(int argc, char **argv, char letter, const char *name, bool *set);

/*
 * For verbs whose only argument is a domain: its number in *domid. 0, or the
 * exit status after a message.
 */
int one_domain(struct pav *pav, int argc, char **argv, unsigned int *domid);

int verb_create(struct pav *pav, int argc, char **argv);
int verb_list(struct pav *pav, int argc, char **argv);
int verb_console(struct pav *pav, int argc, char **argv);
int verb_shutdown(struct pav *pav, int argc, char **argv);
int verb_reboot(struct pav *pav, int argc, char **argv);
int verb_destroy(struct pav *pav, int argc, char **argv);
int verb_pause(struct pav *pav, int argc, char **argv);
int verb_unpause(struct pav *pav, int argc, char **argv);
int verb_info(struct pav *pav, int argc, char **argv);
int verb_dmesg(struct pav *pav, int argc, char **argv);
int verb_domid(struct pav *pav, int argc, char **argv);
int verb_domname(struct pav *pav, int argc, char **argv);
int verb_monitor(struct pav *pav, int argc, char **argv);
int verb_unpack_kernel(struct pav *pav, int argc, char **argv);
int verb_init_dom0(struct pav *pav, int argc, char **argv);

/* Start `pav monitor` in the background unless one runs. */
void start_monitor(void);

#endif
