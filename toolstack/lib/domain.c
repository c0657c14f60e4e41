/* SPDX-License-Identifier: BSD-2-Clause */
/* A domain's life: create, look up, ask, wait, destroy. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <uuid/uuid.h>

#include "build.h"
#include "public/sched.h"
#include "store.h"

/* What a domain costs the hypervisor beyond its memory, generously: page tables, tables, vcpus. */
#define DOMAIN_OVERHEAD_KIB 2048

/* How long frames may stay with back-ends that still have them mapped. */
#define RELEASE_MS 5000

struct pav *pav_open(void)
{
	return calloc(1, sizeof(struct pav));
}

void pav_close(struct pav *pav)
{
	if (pav->xs)
		xs_close(pav->xs);
	hv_close(pav);
	free(pav);
}

const char *pav_error(const struct pav *pav)
{
	return pav->err.text;
}

static void sleep_ms(unsigned int ms)
{
	const struct timespec ts = {ms / 1000, (long)(ms % 1000) * 1000000};

	nanosleep(&ts, NULL);
}

/* --- looking --- */

static void describe(struct pav *pav, const struct pv_domctl_getdomaininfo *info,
		     struct pav_domain *d)
{
	memset(d, 0, sizeof(*d));
	d->domid = info->domain;
	pav_store_name(pav, d->domid, d->name);
	memcpy(d->uuid, info->handle, sizeof(d->uuid));
	d->shutdown_reason = info->flags >> PV_DOMINF_SHUTDOWNSHIFT & PV_DOMINF_SHUTDOWNMASK;
	d->state = (info->flags & PV_DOMINF_RUNNING ? PAV_STATE_RUNNING : 0) |
		   (info->flags & PV_DOMINF_BLOCKED ? PAV_STATE_BLOCKED : 0) |
		   (info->flags & PV_DOMINF_PAUSED ? PAV_STATE_PAUSED : 0) |
		   (info->flags & PV_DOMINF_SHUTDOWN ? PAV_STATE_SHUTDOWN : 0) |
		   (info->flags & PV_DOMINF_DYING ? PAV_STATE_DYING : 0);
	if (info->flags & PV_DOMINF_SHUTDOWN &&
	    (d->shutdown_reason == PV_SHUTDOWN_CRASH || d->shutdown_reason == PV_SHUTDOWN_WATCHDOG))
		d->state |= PAV_STATE_CRASHED;
	d->memory_kib = info->tot_pages << 2;
	d->maxmem_kib = info->max_pages == UINT64_MAX ? UINT64_MAX : info->max_pages << 2;
	d->vcpus = info->nr_online_vcpus;
	d->cpu_time_ns = info->cpu_time;
}

int pav_list(struct pav *pav, struct pav_domain **list, size_t *count)
{
	struct pv_domctl_getdomaininfo *infos;
	size_t i;

	pav_error_clear(&pav->err);
	if (hv_domain_list(pav, &infos, count))
		return -1;
	*list = calloc(*count + 1, sizeof(**list));
	if (!*list) {
		free(infos);
		return pav_fail(&pav->err, "out of memory");
	}
	for (i = 0; i < *count; i++)
		describe(pav, &infos[i], &(*list)[i]);
	free(infos);
	return 0;
}

int pav_get(struct pav *pav, unsigned int domid, struct pav_domain *domain)
{
	struct pv_domctl_getdomaininfo info;
	int r;

	pav_error_clear(&pav->err);
	r = hv_domain_info(pav, domid, &info);
	if (r == 0)
		return pav_fail(&pav->err, "there is no domain %u", domid);
	if (r < 0)
		return -1;
	describe(pav, &info, domain);
	return 0;
}

int pav_find(struct pav *pav, const char *name, unsigned int *domid)
{
	struct pav_domain *list;
	size_t count, i;
	int rc = -1;

	pav_error_clear(&pav->err);
	if (*name && strspn(name, "0123456789") == strlen(name)) {
		if (strlen(name) > 5 || strtoul(name, NULL, 10) >= PV_DOMID_FIRST_RESERVED)
			return pav_fail(&pav->err, "%s is not a domain number", name);
		*domid = (unsigned int)strtoul(name, NULL, 10);
		return 0;
	}
	if (!pav_store(pav) || pav_list(pav, &list, &count))
		return -1;
	for (i = 0; i < count && rc; i++) {
		if (strcmp(list[i].name, name) != 0)
			continue;
		*domid = list[i].domid;
		rc = 0;
	}
	free(list);
	return rc ? pav_fail(&pav->err,
			     "there is no domain named %s; `pav list` shows those there are", name)
		  : 0;
}

/* --- creating --- */

static int check_disks(const struct pav_config *config, struct pav_error *err)
{
	const struct pav_disk *d;
	struct stat st;
	unsigned int i;
	int fd;

	for (i = 0; i < config->nr_disks; i++) {
		d = &config->disk[i];
		fd = open(d->path, (d->readonly ? O_RDONLY : O_RDWR) | O_CLOEXEC | O_NONBLOCK);
		if (fd < 0)
			return pav_fail_errno(err, "disk %s: open %s %s", d->vdev, d->path,
					      d->readonly ? "for reading" : "for writing");
		if (fstat(fd, &st) < 0)
			pav_fail_errno(err, "disk %s: stat %s", d->vdev, d->path);
		else if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
			pav_fail(err, "disk %s: %s is neither a file nor a block device", d->vdev,
				 d->path);
		else if (S_ISREG(st.st_mode) && st.st_size < 512)
			pav_fail(err, "disk %s: %s is smaller than one sector", d->vdev, d->path);
		close(fd);
		if (err->text[0])
			return -1;
	}
	return 0;
}

static int check_memory(struct pav *pav, const struct pav_config *config)
{
	struct pv_sysctl_physinfo phys;
	uint64_t free_kib;

	if (hv_physinfo(pav, &phys))
		return -1;
	free_kib = (phys.free_pages - phys.outstanding_pages) << 2;
	if (phys.outstanding_pages > phys.free_pages ||
	    free_kib < config->memory_kib + DOMAIN_OVERHEAD_KIB)
		return pav_fail(&pav->err,
				"memory: %llu MiB asked for (and 2 MiB for the domain "
				"itself), the hypervisor has %llu MiB free; choose less or destroy "
				"a domain",
				(unsigned long long)(config->memory_kib >> 10),
				(unsigned long long)(free_kib >> 10));
	return 0;
}

static int cancelled(struct pav *pav, const struct pav_create_options *options)
{
	if (options->cancel && *options->cancel)
		return pav_fail(&pav->err, "interrupted");
	return 0;
}

/* The steps behind createdomain; a failure is undone by the caller. */
static int populate(struct pav *pav, unsigned int domid, const struct pav_config *config,
		    const char *text, const uint8_t uuid[16], const struct pav_image *image,
		    const struct pav_create_options *options)
{
	struct pav_rings rings;

	if (pav_store_create(pav, domid, config, text, uuid) || cancelled(pav, options) ||
	    pav_build(pav, domid, config, image, options, &rings) ||
	    pav_store_introduce(pav, domid, &rings) ||
	    pav_store_await_backends(pav, domid, config, options) || cancelled(pav, options))
		return -1;
	return options->paused ? 0 : hv_unpause(pav, domid);
}

/* Somebody may have destroyed the domain while it was built, and its number may
 * be another's by now. */
static bool is_anothers(struct pav *pav, unsigned int domid, const uint8_t uuid[16])
{
	struct pv_domctl_getdomaininfo info;

	return hv_domain_info(pav, domid, &info) == 1 &&
	       memcmp(info.handle, uuid, sizeof(info.handle)) != 0;
}

static int create_checked(struct pav *pav, const struct pav_config *config, const char *text,
			  const struct pav_image *image, const struct pav_create_options *options,
			  unsigned int *domid)
{
	struct hv_create create = {.max_vcpus = config->maxvcpus, .max_kib = config->maxmem_kib};
	struct pav_error reason;
	unsigned int id = 0;

	memcpy(create.uuid, config->uuid, sizeof(create.uuid));
	if (!config->has_uuid)
		uuid_generate(create.uuid);
	if (cancelled(pav, options))
		return -1;
	if (hv_create_domain(pav, &create, &id) == 0 &&
	    populate(pav, id, config, text, create.uuid, image, options) == 0) {
		*domid = id;
		return 0;
	}
	if (id) {
		/* Undoing must not replace the reason. */
		reason = pav->err;
		if (!is_anothers(pav, id, create.uuid))
			pav_destroy(pav, id);
		pav->err = reason;
	}
	return -1;
}

int pav_create(struct pav *pav, const char *text, const char *file,
	       const struct pav_create_options *options, unsigned int *domid)
{
	struct pav_config config;
	struct pav_image image = {0};
	int rc;

	pav_error_clear(&pav->err);
	/* Everything that can be known beforehand is, before a domain exists. */
	rc = pav_config_parse(text, file, &config, &pav->err);
	if (rc == 0)
		rc = check_disks(&config, &pav->err);
	if (rc == 0)
		rc = check_memory(pav, &config);
	if (rc == 0)
		rc = pav_store(pav) ? 0 : -1;
	if (rc == 0)
		rc = pav_image_load(&config, &image, &pav->err);
	if (rc == 0)
		rc = create_checked(pav, &config, text, &image, options, domid);
	pav_image_free(&image);
	pav_config_free(&config);
	return rc;
}

/* --- removing --- */

static int domain_exists(struct pav *pav, unsigned int domid)
{
	struct pv_domctl_getdomaininfo info;

	return hv_domain_info(pav, domid, &info);
}

static int await_release(struct pav *pav, unsigned int domid)
{
	unsigned int waited;
	int r = 1;

	for (waited = 0; waited < RELEASE_MS; waited += 20) {
		r = domain_exists(pav, domid);
		if (r <= 0)
			return r;
		sleep_ms(20);
	}
	return pav_fail(&pav->err,
			"domain %u is destroyed, but another process still holds some of "
			"its memory; is a back-end stuck?",
			domid);
}

int pav_destroy(struct pav *pav, unsigned int domid)
{
	int exists;

	pav_error_clear(&pav->err);
	if (domid == 0)
		return pav_fail(&pav->err, "destroy: domain 0 is the service domain itself");
	exists = domain_exists(pav, domid);
	if (exists < 0)
		return -1;
	if (!exists && !pav_store_knows(pav, domid))
		return pav_fail(&pav->err, "there is no domain %u", domid);
	if (exists)
		hv_pause(pav, domid);
	pav_error_clear(&pav->err);
	/*
	 * The store first: as long as the domain exists its number is not given to
	 * another one, whose nodes these would be.
	 */
	pav_store_remove(pav, domid);
	if (!exists)
		return 0;
	if (hv_destroy(pav, domid))
		return -1;
	return await_release(pav, domid);
}

/* --- asking --- */

int pav_pause(struct pav *pav, unsigned int domid)
{
	pav_error_clear(&pav->err);
	if (domid == 0)
		return pav_fail(&pav->err, "pause: domain 0 is the service domain itself");
	return hv_pause(pav, domid);
}

int pav_unpause(struct pav *pav, unsigned int domid)
{
	pav_error_clear(&pav->err);
	return hv_unpause(pav, domid);
}

int pav_request(struct pav *pav, unsigned int domid, const char *what)
{
	char path[64];
	struct pav_domain d;

	if (pav_get(pav, domid, &d))
		return -1;
	if (domid == 0)
		return pav_fail(&pav->err, "%s: domain 0 is the service domain itself", what);
	if (d.state & (PAV_STATE_SHUTDOWN | PAV_STATE_DYING))
		return pav_fail(&pav->err,
				"%s: domain %u has stopped already; `pav destroy` removes it", what,
				domid);
	if (!pav_store(pav))
		return -1;
	snprintf(path, sizeof(path), "/local/domain/%u/control/shutdown", domid);
	if (!xs_write(pav->xs, XBT_NULL, path, what, (unsigned int)strlen(what)))
		return pav_fail_errno(&pav->err, "store: write %s", path);
	return 0;
}

int pav_wait_stopped(struct pav *pav, unsigned int domid, int seconds)
{
	struct pv_domctl_getdomaininfo info;
	const time_t end = time(NULL) + seconds;
	int r, rc = 0;

	pav_error_clear(&pav->err);
	if (!pav_store(pav))
		return -1;
	if (!xs_watch(pav->xs, "@releaseDomain", "stopped"))
		return pav_fail_errno(&pav->err, "store: watch @releaseDomain");
	for (;;) {
		r = hv_domain_info(pav, domid, &info);
		if (r <= 0) {
			rc = r;
			break;
		}
		/* A domain that its configuration keeps has stopped all the same. */
		if (info.flags & PV_DOMINF_SHUTDOWN && !pav_monitor_running())
			break;
		if (seconds >= 0 && time(NULL) >= end) {
			rc = pav_fail(&pav->err,
				      "domain %u did not stop within %d seconds; `pav "
				      "destroy` ends it without asking",
				      domid, seconds);
			break;
		}
		if (pav_store_wait(pav, 500) < 0) {
			rc = -1;
			break;
		}
		if (info.flags & PV_DOMINF_SHUTDOWN) {
			char *kept = pav_store_read(pav, "/pav/domain/%u/preserved", domid);

			if (kept) {
				free(kept);
				break;
			}
		}
	}
	xs_unwatch(pav->xs, "@releaseDomain", "stopped");
	return rc;
}
