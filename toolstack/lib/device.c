/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Devices in the store. Both ends start at state 1; what follows is between the
 * guest's driver and the back-end, until the tools ask the back-end to close.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store.h"
#include "store_tx.h"

#define XENBUS_INITIALISING 1
#define XENBUS_INIT_WAIT    2
#define XENBUS_CLOSING	    5
#define XENBUS_CLOSED	    6

/* How long a back-end may take to see a new device, and to let go of an old one. */
#define BACKEND_START_MS 10000
#define BACKEND_CLOSE_MS 3000

static const char *const device_types[] = {"vbd"};

#define NR_DEVICE_TYPES (sizeof(device_types) / sizeof(device_types[0]))

void tx_put_disk(struct store_tx *tx, const struct pav_disk *d)
{
	const unsigned int n = tx->domid;
	char front[128], back[128];

	snprintf(front, sizeof(front), "/local/domain/%u/device/vbd/%u", n, d->devid);
	snprintf(back, sizeof(back), "/local/domain/0/backend/vbd/%u/%u", n, d->devid);
	/* Left by a killed destroy; a back-end must not mistake it for its own state. */
	xs_rm(tx->pav->xs, tx->t, back);

	/* The back-end serves a device whose directory is complete: one transaction. */
	tx_put(tx, TX_TOOLS_GUEST_READS, back, "%s", "");
	tx_put(tx, TX_TOOLS_GUEST_READS, tx_path(tx, "%s/frontend", back), "%s", front);
	tx_put(tx, TX_TOOLS_GUEST_READS, tx_path(tx, "%s/frontend-id", back), "%u", n);
	tx_put(tx, TX_TOOLS_GUEST_READS, tx_path(tx, "%s/online", back), "1");
	tx_put(tx, TX_TOOLS_GUEST_READS, tx_path(tx, "%s/removable", back), d->cdrom ? "1" : "0");
	tx_put(tx, TX_TOOLS_GUEST_READS, tx_path(tx, "%s/bootable", back), "1");
	tx_put(tx, TX_TOOLS_GUEST_READS, tx_path(tx, "%s/dev", back), "%s", d->vdev);
	tx_put(tx, TX_TOOLS_GUEST_READS, tx_path(tx, "%s/type", back), "file");
	tx_put(tx, TX_TOOLS_GUEST_READS, tx_path(tx, "%s/mode", back), d->readonly ? "r" : "w");
	tx_put(tx, TX_TOOLS_GUEST_READS, tx_path(tx, "%s/device-type", back),
	       d->cdrom ? "cdrom" : "disk");
	/* Not for the guest's eyes: a path of the service domain. */
	tx_put(tx, TX_TOOLS, tx_path(tx, "%s/params", back), "%s", d->path);
	tx_put(tx, TX_TOOLS_GUEST_READS, tx_path(tx, "%s/state", back), "%d", XENBUS_INITIALISING);

	tx_put(tx, TX_GUEST_TOOLS_READ, tx_path(tx, "/local/domain/%u/device/vbd", n), "%s", "");
	tx_put(tx, TX_GUEST_TOOLS_READ, front, "%s", "");
	tx_put(tx, TX_GUEST_TOOLS_READ, tx_path(tx, "%s/backend", front), "%s", back);
	tx_put(tx, TX_GUEST_TOOLS_READ, tx_path(tx, "%s/backend-id", front), "0");
	tx_put(tx, TX_GUEST_TOOLS_READ, tx_path(tx, "%s/virtual-device", front), "%u", d->devid);
	tx_put(tx, TX_GUEST_TOOLS_READ, tx_path(tx, "%s/device-type", front),
	       d->cdrom ? "cdrom" : "disk");
	tx_put(tx, TX_GUEST_TOOLS_READ, tx_path(tx, "%s/state", front), "%d", XENBUS_INITIALISING);
}

static long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ll + ts.tv_nsec / 1000000;
}

/* The state a back-end has written; 0 if the node is gone. */
static int backend_state(struct pav *pav, const char *back)
{
	char *value = pav_store_read(pav, "%s/state", back);
	int state = value ? atoi(value) : 0;

	free(value);
	return state;
}

static int await_disk(struct pav *pav, unsigned int domid, const struct pav_disk *d,
		      const struct pav_create_options *options)
{
	const long long end = now_ms() + BACKEND_START_MS;
	char back[128], *why;
	int state, rc = 0;

	snprintf(back, sizeof(back), "/local/domain/0/backend/vbd/%u/%u", domid, d->devid);
	if (!xs_watch(pav->xs, back, "await"))
		return pav_fail_errno(&pav->err, "store: watch %s", back);
	for (;;) {
		state = backend_state(pav, back);
		if (state >= XENBUS_INIT_WAIT && state < XENBUS_CLOSING)
			break;
		why = pav_store_read(pav, "%s/error", back);
		if (why || state >= XENBUS_CLOSING) {
			rc = pav_fail(&pav->err, "disk %s (%s): the block back-end refused it: %s",
				      d->vdev, d->path, why ? why : "no reason given");
			free(why);
			break;
		}
		if (options->cancel && *options->cancel) {
			rc = pav_fail(&pav->err, "interrupted");
			break;
		}
		if (now_ms() > end) {
			rc = pav_fail(&pav->err,
				      "disk %s (%s): no block back-end answered in %d "
				      "seconds; is blkd running?",
				      d->vdev, d->path, BACKEND_START_MS / 1000);
			break;
		}
		if (pav_store_wait(pav, 200) < 0) {
			rc = -1;
			break;
		}
	}
	xs_unwatch(pav->xs, back, "await");
	return rc;
}

int pav_store_await_backends(struct pav *pav, unsigned int domid, const struct pav_config *config,
			     const struct pav_create_options *options)
{
	unsigned int i;

	for (i = 0; i < config->nr_disks; i++)
		if (await_disk(pav, domid, &config->disk[i], options))
			return -1;
	return 0;
}

/* Ask one back-end to close, without a guest that would answer. */
static void close_backend(struct pav *pav, const char *back)
{
	char path[192];

	snprintf(path, sizeof(path), "%s/online", back);
	xs_write(pav->xs, XBT_NULL, path, "0", 1);
	snprintf(path, sizeof(path), "%s/state", back);
	xs_write(pav->xs, XBT_NULL, path, "5", 1);
}

static void await_closed(struct pav *pav, const char *back, long long end)
{
	int state;

	for (;;) {
		state = backend_state(pav, back);
		if (state == 0 || state == XENBUS_CLOSED || now_ms() > end ||
		    pav_store_wait(pav, 100) < 0)
			return;
	}
}

static void remove_devices(struct pav *pav, unsigned int domid, const char *type)
{
	const long long end = now_ms() + BACKEND_CLOSE_MS;
	char dir[96], back[160], **devices;
	unsigned int nr = 0, i;

	snprintf(dir, sizeof(dir), "/local/domain/0/backend/%s/%u", type, domid);
	devices = xs_directory(pav->xs, XBT_NULL, dir, &nr);
	if (!devices)
		return;
	xs_watch(pav->xs, dir, "close");
	for (i = 0; i < nr; i++) {
		snprintf(back, sizeof(back), "%s/%s", dir, devices[i]);
		/*
		 * Also one that has not answered yet: it may be about to, and would
		 * write into the directory after it is gone.
		 */
		close_backend(pav, back);
	}
	for (i = 0; i < nr; i++) {
		snprintf(back, sizeof(back), "%s/%s", dir, devices[i]);
		await_closed(pav, back, end);
	}
	xs_unwatch(pav->xs, dir, "close");
	xs_rm(pav->xs, XBT_NULL, dir);
	free(devices);
}

void pav_store_remove(struct pav *pav, unsigned int domid)
{
	char path[96], *uuid;
	size_t i;

	if (domid == 0 || !pav_store(pav))
		return;
	for (i = 0; i < NR_DEVICE_TYPES; i++)
		remove_devices(pav, domid, device_types[i]);
	uuid = pav_store_read(pav, "/pav/domain/%u/uuid", domid);
	if (uuid && strlen(uuid) == 36) {
		snprintf(path, sizeof(path), "/vm/%s", uuid);
		xs_rm(pav->xs, XBT_NULL, path);
	}
	free(uuid);
	snprintf(path, sizeof(path), "/local/domain/%u", domid);
	xs_rm(pav->xs, XBT_NULL, path);
	/* Last: as long as it is there, a second destroy finds the rest. */
	snprintf(path, sizeof(path), "/pav/domain/%u", domid);
	xs_rm(pav->xs, XBT_NULL, path);
}
