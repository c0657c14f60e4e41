/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Guest configuration in the syntax of xl.cfg(5): `key = value` lines where a
 * value is a number, a quoted string or a list of such. Parsing is pure; files
 * that the configuration names are not looked at here.
 */
#ifndef PAV_CONFIG_H
#define PAV_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"

#define PAV_MAX_VCPUS 128
#define PAV_MAX_DISKS 16

/* The store takes a little less than 4096 bytes, blkd this with the NUL. */
#define PAV_DISK_PATH_MAX 1024

/* What to do with a domain that stopped by itself. */
enum pav_action { PAV_DESTROY, PAV_RESTART, PAV_PRESERVE };

struct pav_disk {
	char *path;	    /* image file or block device in the service domain */
	char vdev[16];	    /* xvda */
	unsigned int devid; /* the number the guest's driver takes it from */
	bool readonly;
	bool cdrom;
};

struct pav_config {
	char *name;
	char *kernel;
	char *ramdisk;	       /* NULL: none */
	char *cmdline;	       /* never NULL */
	uint64_t memory_kib;   /* what the guest starts with */
	uint64_t maxmem_kib;   /* what it may grow to */
	unsigned int vcpus;    /* on line at start */
	unsigned int maxvcpus; /* may be brought on line */
	bool has_uuid;
	uint8_t uuid[16];
	enum pav_action on_poweroff, on_reboot, on_crash, on_watchdog;
	unsigned int nr_disks;
	struct pav_disk disk[PAV_MAX_DISKS];
};

/*
 * Parse text (NUL-terminated) that was read from `name`. Returns 0, or -1 with
 * file, line and reason in err; either way pav_config_free() is called after.
 */
int pav_config_parse(const char *text, const char *name, struct pav_config *config,
		     struct pav_error *err);

void pav_config_free(struct pav_config *config);

const char *pav_action_name(enum pav_action action);

/*
 * One entry of `disk = [ ... ]`: xl's positional form target,format,vdev,access
 * or its key=value form, or both. Pure.
 */
int pav_disk_parse(const char *spec, struct pav_disk *disk, struct pav_error *err);

/* The device number Linux gives to xvd*, sd* and hd* names; -1 if it is none. */
int pav_disk_number(const char *vdev);

#endif
