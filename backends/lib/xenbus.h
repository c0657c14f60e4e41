/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The life of back-end devices, the same for every kind of device.
 *
 *             probe()            connect()            disconnect()
 *   NEW ──────────────► WAITING ──────────► STARTING ─┐
 *    │   (state 2)         ▲     front 3 or 4   │     │
 *    │                     │                    │ xenbus_connected(): state 4
 *    │ we were restarted:  │ front at 1 again   ▼     │
 *    └───────────────────► │                 RUNNING  │
 *      connect(resumed)    │      front 1, 5, 6 │     │
 *      when both were 4    │      gone, or dead ▼     ▼
 *                        CLOSED ◄────────── STOPPING (state 5)
 *                      (state 6)   xenbus_disconnected()
 *
 * The toolstack writes a device's directory in one transaction. What it wrote
 * is trusted; what the guest writes (the front-end's directory) is not, and
 * only decides about that guest's own device.
 */
#ifndef BACKENDS_XENBUS_H
#define BACKENDS_XENBUS_H

#include <stdbool.h>
#include <stdint.h>

#include "store.h"

enum xenbus_phase {
	XENBUS_NEW,
	XENBUS_WAITING,
	XENBUS_STARTING,
	XENBUS_RUNNING,
	XENBUS_STOPPING,
	XENBUS_CLOSED,
};

struct xenbus_device {
	struct xenbus_device *next;
	struct xenbus *bus;
	uint32_t domid, devid;
	char back[96]; /* the device's directories in the store */
	char front[STORE_PATH_MAX - 64];
	enum xenbus_phase phase;
	unsigned int published; /* the state that we wrote last */
	bool failed;		/* closed with an error: not offered again */
	void *priv;		/* the driver's */
};

struct xenbus_driver {
	const char *type; /* the directory under backend/ */
	/* Publishes what the device can do. 0, or a negative errno after
	 * xenbus_fail(). */
	int (*probe)(struct xenbus_device *dev);
	/* The front-end is ready: begin to serve, then call xenbus_connected().
	 * `resumed`: the rings are in use since before this daemon started. */
	int (*connect)(struct xenbus_device *dev, bool resumed);
	/* Stop serving. True: nothing is being served any more. False: not yet,
	 * xenbus_disconnected() will be called, from the main loop. */
	bool (*disconnect)(struct xenbus_device *dev);
	/* The device is forgotten: free priv. It is not being served. */
	void (*release)(struct xenbus_device *dev);
};

struct xenbus {
	struct store *store;
	const struct xenbus_driver *drv;
	char root[64]; /* /local/domain/SELF/backend/TYPE */
	struct xenbus_device *devices;
};

/* Begins to watch for devices; those that are there are found through the
 * watch's first event. Give every event of the store to xenbus_event(). */
int xenbus_init(struct xenbus *bus, struct store *store, const struct xenbus_driver *drv);
void xenbus_event(struct xenbus *bus, const char *path, const char *token);

void xenbus_connected(struct xenbus_device *dev);
/* May free the device. */
void xenbus_disconnected(struct xenbus_device *dev);
/* Says why a device cannot be served, in the log and in its `error` node, and
 * closes it. While it is being served: also stops it. */
void xenbus_fail(struct xenbus_device *dev, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
