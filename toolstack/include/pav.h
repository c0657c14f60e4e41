/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libpav: what the pav command does, for programs. Every function that can fail
 * returns 0, or -1 with one line for people in pav_error(). One handle serves
 * one thread; handles are independent.
 */
#ifndef PAV_H
#define PAV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pav;

/* Open the hypervisor's and the store's interfaces. Never NULL unless memory is short; */
/* a failure shows at the first call that needs what could not be opened. */
struct pav *pav_open(void);
void pav_close(struct pav *pav);

/* The reason of the last call that returned -1. */
const char *pav_error(const struct pav *pav);

enum pav_state {
	PAV_STATE_RUNNING = 1 << 0,
	PAV_STATE_BLOCKED = 1 << 1,
	PAV_STATE_PAUSED = 1 << 2,
	PAV_STATE_SHUTDOWN = 1 << 3, /* stopped by itself; see shutdown_reason */
	PAV_STATE_CRASHED = 1 << 4,  /* stopped, and the reason is a crash */
	PAV_STATE_DYING = 1 << 5,
};

struct pav_domain {
	unsigned int domid;
	char name[65]; /* empty if the store has none */
	uint8_t uuid[16];
	unsigned int state;	      /* PAV_STATE_* */
	unsigned int shutdown_reason; /* PV_SHUTDOWN_*, if PAV_STATE_SHUTDOWN */
	uint64_t memory_kib;	      /* now */
	uint64_t maxmem_kib;
	unsigned int vcpus; /* on line */
	uint64_t cpu_time_ns;
};

/* All domains in the order of their ids. *list is for free(). */
int pav_list(struct pav *pav, struct pav_domain **list, size_t *count);

/* One domain. A domain that does not exist is a failure. */
int pav_get(struct pav *pav, unsigned int domid, struct pav_domain *domain);

/* A domain's number from its name or from decimal digits. */
int pav_find(struct pav *pav, const char *name, unsigned int *domid);

struct pav_create_options {
	bool paused; /* leave the new domain paused */
	/* Set from a signal handler to stop; what was begun is undone. May be NULL. */
	const volatile int *cancel;
	/* Called as parts complete, done and total in frames. May be NULL. */
	void (*progress)(void *arg, uint64_t done, uint64_t total);
	void *progress_arg;
};

/*
 * The text of a configuration with one more setting, KEY=VALUE, behind it: for
 * free(), NULL when memory is short. What is neither a number nor a list nor
 * quoted is taken for plain text.
 */
char *pav_config_add(const char *text, const char *setting);

/*
 * Make a domain from the text of a configuration (file names it in messages).
 * A failure, or a cancellation, leaves no domain and no store entry behind.
 */
int pav_create(struct pav *pav, const char *text, const char *file,
	       const struct pav_create_options *options, unsigned int *domid);

/* Remove a domain and all that belongs to it, also what a killed create left. */
int pav_destroy(struct pav *pav, unsigned int domid);

int pav_pause(struct pav *pav, unsigned int domid);
int pav_unpause(struct pav *pav, unsigned int domid);

/* Ask the guest through the store: "poweroff" or "reboot". */
int pav_request(struct pav *pav, unsigned int domid, const char *what);

/* Wait until the domain is gone or has stopped. seconds < 0: for ever. */
int pav_wait_stopped(struct pav *pav, unsigned int domid, int seconds);

struct pav_host {
	unsigned int version_major, version_minor;
	char version_extra[16];
	char capabilities[1024];
	char compiler[64];
	char changeset[64];
	char command_line[1024];
	unsigned int nr_cpus;
	unsigned int nr_nodes;
	unsigned int cores_per_socket;
	unsigned int threads_per_core;
	uint64_t cpu_khz;
	uint64_t total_kib;
	uint64_t free_kib;
	unsigned int nr_domains;
};

int pav_host(struct pav *pav, struct pav_host *host);

/* The hypervisor's console ring, oldest first; *text is for free(). */
int pav_dmesg(struct pav *pav, bool clear, char **text, size_t *size);

/*
 * The ELF file inside a kernel file, as a private mapping: munmap(*elf, *size).
 * Fails for what could not be started as a PV guest or service domain.
 */
int pav_unpack_kernel(struct pav *pav, const char *path, void **elf, size_t *size);

/* Write the service domain's own store entries, as tools and drivers expect them. */
int pav_init_dom0(struct pav *pav);

/*
 * Join the caller's terminal to a domain's console until the domain goes, the
 * person types Ctrl-] or a signal handler sets *stop (which may be NULL); the
 * terminal is put back as it was. on_ready, which may be NULL, is called once the
 * console is open; when it returns non-zero the session ends with that failure.
 */
int pav_console(struct pav *pav, unsigned int domid, const volatile int *stop,
		int (*on_ready)(void *arg), void *arg);

/*
 * Serve domains that stop by themselves: do to each what its configuration
 * says. Runs until the store connection breaks or *stop is set. With a monitor
 * running already it returns 0 at once. log gets one line per event.
 */
int pav_monitor(struct pav *pav, const volatile int *stop, void (*log)(const char *line));

/* True if a monitor is running. */
bool pav_monitor_running(void);

#endif
