/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One process serves all domains that stop by themselves. It keeps nothing of
 * its own: the hypervisor knows who has stopped and why, the store has the text
 * each domain was created from. So it may be killed and started at any time;
 * when it starts it looks at every domain once.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "public/sched.h"
#include "store.h"

#define RUN_DIR	  "/run/pav"
#define LOCK_FILE RUN_DIR "/monitor.lock"

/* An event may be lost with a restarted store; look again at least this often. */
#define SWEEP_MS 5000

/* The lock file; a descriptor of our own, so that the lock goes with it. */
static int open_lock(void)
{
	mkdir(RUN_DIR, 0755);
	return open(LOCK_FILE, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

/* Asking must not take the lock, or a monitor that starts just then would give up. */
bool pav_monitor_running(void)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd = open_lock();
	bool running;

	if (fd < 0)
		return false;
	running = fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
	close(fd);
	return running;
}

static const char *reason_name(unsigned int reason)
{
	static const char *const names[] = {[PV_SHUTDOWN_POWEROFF] = "powered off",
					    [PV_SHUTDOWN_REBOOT] = "asked for a reboot",
					    [PV_SHUTDOWN_SUSPEND] = "suspended",
					    [PV_SHUTDOWN_CRASH] = "crashed",
					    [PV_SHUTDOWN_WATCHDOG] = "missed its watchdog"};

	return reason < sizeof(names) / sizeof(names[0]) ? names[reason] : "stopped";
}

static enum pav_action action_for(const struct pav_config *config, unsigned int reason)
{
	switch (reason) {
	case PV_SHUTDOWN_POWEROFF:
		return config->on_poweroff;
	case PV_SHUTDOWN_REBOOT:
		return config->on_reboot;
	case PV_SHUTDOWN_CRASH:
		return config->on_crash;
	case PV_SHUTDOWN_WATCHDOG:
		return config->on_watchdog;
	default:
		return PAV_PRESERVE;
	}
}

static void __attribute__((format(printf, 2, 3)))
say(void (*log)(const char *line), const char *fmt, ...)
{
	char line[900];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	log(line);
}

static void act(struct pav *pav, unsigned int domid, enum pav_action action, const char *text,
		void (*log)(const char *line))
{
	const struct pav_create_options options = {.paused = false};
	char path[64];
	unsigned int new_id;

	if (action == PAV_PRESERVE) {
		snprintf(path, sizeof(path), "/pav/domain/%u/preserved", domid);
		xs_write(pav->xs, XBT_NULL, path, "1", 1);
		return;
	}
	if (pav_destroy(pav, domid))
		say(log, "domain %u: %s", domid, pav_error(pav));
	if (action != PAV_RESTART)
		return;
	/* A guest that reboots in a loop must not take the service domain with it. */
	sleep(1);
	if (pav_create(pav, text, "restart", &options, &new_id))
		say(log, "domain %u: not restarted: %s", domid, pav_error(pav));
	else
		say(log, "domain %u: restarted as domain %u", domid, new_id);
}

/* Serve one stopped domain, unless it was served or is none of ours. */
static void serve(struct pav *pav, const struct pv_domctl_getdomaininfo *info,
		  void (*log)(const char *line))
{
	const unsigned int reason = info->flags >> PV_DOMINF_SHUTDOWNSHIFT & PV_DOMINF_SHUTDOWNMASK;
	struct pav_config config;
	enum pav_action action;
	char *text, *served;

	served = pav_store_read(pav, "/pav/domain/%u/preserved", info->domain);
	text = served ? NULL : pav_store_config(pav, info->domain);
	free(served);
	if (!text)
		return;
	pav_error_clear(&pav->err);
	if (pav_config_parse(text, "stored configuration", &config, &pav->err) == 0) {
		action = action_for(&config, reason);
		say(log, "domain %u (%s) %s: %s", info->domain, config.name, reason_name(reason),
		    pav_action_name(action));
		act(pav, info->domain, action, text, log);
	}
	pav_config_free(&config);
	free(text);
}

static int sweep(struct pav *pav, void (*log)(const char *line))
{
	struct pv_domctl_getdomaininfo *list;
	size_t count, i;

	pav_error_clear(&pav->err);
	if (hv_domain_list(pav, &list, &count))
		return -1;
	for (i = 0; i < count; i++)
		if (list[i].flags & PV_DOMINF_SHUTDOWN && !(list[i].flags & PV_DOMINF_DYING) &&
		    list[i].domain != 0)
			serve(pav, &list[i], log);
	free(list);
	return 0;
}

int pav_monitor(struct pav *pav, const volatile int *stop, void (*log)(const char *line))
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int lock = open_lock(), rc = 0;

	pav_error_clear(&pav->err);
	if (lock < 0)
		return pav_fail_errno(&pav->err, "monitor: open %s", LOCK_FILE);
	if (fcntl(lock, F_OFD_SETLK, &whole) < 0) {
		close(lock);
		return 0;
	}
	if (!pav_store(pav))
		rc = -1;
	else if (!xs_watch(pav->xs, "@releaseDomain", "monitor"))
		rc = pav_fail_errno(&pav->err, "monitor: watch @releaseDomain");
	while (rc == 0 && !*stop) {
		rc = sweep(pav, log);
		if (rc == 0 && pav_store_wait(pav, SWEEP_MS) < 0)
			rc = -1;
	}
	close(lock);
	return rc;
}
