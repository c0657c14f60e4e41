/* SPDX-License-Identifier: BSD-2-Clause */
#include "xenbus.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <public/io/xenbus.h>

#include "log.h"

#define DOMID_MAX 0x7fef

/* A front-end's directory, or its domain, that is no more. */
#define FRONT_GONE PV_XENBUS_STATE_CLOSED

static void publish(struct xenbus_device *dev, unsigned int state)
{
	char text[4];
	int rc;

	if (dev->published == state)
		return;
	dev->published = state;
	snprintf(text, sizeof(text), "%u", state % 10);
	rc = store_update(dev->bus->store, dev->back, "frontend", "state", text);
	if (rc && rc != -ENOENT)
		log_err("%s: cannot write state %u: %s", dev->back, state, strerror(-rc));
}

static unsigned int front_state(struct xenbus_device *dev)
{
	uint64_t state;
	int rc;

	/* A toolstack may set up devices before it introduces the domain. */
	if (dev->phase != XENBUS_WAITING && dev->published == PV_XENBUS_STATE_CONNECTED &&
	    !xs_is_domain_introduced(dev->bus->store->xs, dev->domid))
		return FRONT_GONE;
	rc = store_read_uint(dev->bus->store, dev->front, "state", PV_XENBUS_STATE_RECONFIGURED,
			     &state);
	if (rc == -ENOENT)
		return FRONT_GONE;
	return rc ? PV_XENBUS_STATE_UNKNOWN : (unsigned int)state;
}

/* The state in the back-end's own directory: -1 when there is none. */
static int back_state(struct xenbus_device *dev)
{
	uint64_t state;

	return store_read_uint(dev->bus->store, dev->back, "state", PV_XENBUS_STATE_RECONFIGURED,
			       &state)
		       ? -1
		       : (int)state;
}

static bool online(struct xenbus_device *dev)
{
	uint64_t value;

	return store_read_uint(dev->bus->store, dev->back, "online", 1, &value) || value;
}

static void stop(struct xenbus_device *dev)
{
	dev->phase = XENBUS_STOPPING;
	publish(dev, PV_XENBUS_STATE_CLOSING);
	if (dev->bus->drv->disconnect(dev))
		dev->phase = XENBUS_CLOSED;
}

void xenbus_fail(struct xenbus_device *dev, const char *fmt, ...)
{
	char text[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_err("%s: %s", dev->back, text);
	store_update(dev->bus->store, dev->back, "frontend", "error", text);
	dev->failed = true;
	if (dev->phase == XENBUS_STARTING || dev->phase == XENBUS_RUNNING)
		stop(dev);
	else if (dev->phase != XENBUS_STOPPING)
		dev->phase = XENBUS_CLOSED;
	if (dev->phase == XENBUS_CLOSED)
		publish(dev, PV_XENBUS_STATE_CLOSED);
}

static void start(struct xenbus_device *dev, bool resumed)
{
	dev->phase = XENBUS_STARTING;
	if (dev->bus->drv->connect(dev, resumed) && !dev->failed)
		xenbus_fail(dev, "cannot be connected");
}

static void offer(struct xenbus_device *dev)
{
	if (dev->bus->drv->probe(dev))
		return;
	dev->phase = XENBUS_WAITING;
	publish(dev, PV_XENBUS_STATE_INITWAIT);
}

/* A device that this daemon has not seen before: fresh from the toolstack, or
 * served by a daemon before us. `published` is what the store says. */
static void first_look(struct xenbus_device *dev, unsigned int front)
{
	switch (dev->published) {
	case PV_XENBUS_STATE_CLOSED:
		dev->phase = XENBUS_CLOSED;
		break;
	case PV_XENBUS_STATE_CLOSING:
		dev->phase = XENBUS_CLOSED;
		publish(dev, PV_XENBUS_STATE_CLOSED);
		break;
	case PV_XENBUS_STATE_CONNECTED:
		if (front == PV_XENBUS_STATE_CONNECTED || front == PV_XENBUS_STATE_INITIALISED) {
			if (!dev->bus->drv->probe(dev))
				start(dev, true);
		} else {
			dev->phase = XENBUS_CLOSED;
			publish(dev, PV_XENBUS_STATE_CLOSED);
		}
		break;
	default:
		offer(dev);
	}
}

/* Brings a device in line with both ends' states. */
static void evaluate(struct xenbus_device *dev)
{
	unsigned int front = front_state(dev);
	int back = back_state(dev);

	if (dev->phase == XENBUS_NEW)
		first_look(dev, front);
	switch (dev->phase) {
	case XENBUS_WAITING:
		if (front == PV_XENBUS_STATE_INITIALISED || front == PV_XENBUS_STATE_CONNECTED) {
			start(dev, false);
		} else if (front >= PV_XENBUS_STATE_CLOSING || back == PV_XENBUS_STATE_CLOSING) {
			dev->phase = XENBUS_CLOSED;
			publish(dev, PV_XENBUS_STATE_CLOSED);
		}
		break;
	case XENBUS_STARTING:
	case XENBUS_RUNNING:
		/* The toolstack asks to close by writing state 5 to our node;
		 * a guest that still uses the device decides when. A front-end
		 * that begins anew, as a kernel that replaced another, has let
		 * go of its ring without a word. */
		if (front != PV_XENBUS_STATE_CLOSING && front != FRONT_GONE &&
		    front != PV_XENBUS_STATE_INITIALISING)
			break;
		stop(dev);
		if (dev->phase != XENBUS_CLOSED)
			break;
		/* fall through */
	case XENBUS_CLOSED:
		if (back == PV_XENBUS_STATE_CLOSING)
			dev->published = PV_XENBUS_STATE_CLOSING;
		if (front == PV_XENBUS_STATE_INITIALISING && online(dev) && !dev->failed)
			offer(dev);
		else if (front == PV_XENBUS_STATE_CLOSED || dev->failed || !online(dev))
			publish(dev, PV_XENBUS_STATE_CLOSED);
		break;
	case XENBUS_NEW:
	case XENBUS_STOPPING:
		break;
	}
}

void xenbus_connected(struct xenbus_device *dev)
{
	if (dev->phase != XENBUS_STARTING)
		return;
	dev->phase = XENBUS_RUNNING;
	publish(dev, PV_XENBUS_STATE_CONNECTED);
	evaluate(dev);
}

static void forget(struct xenbus_device *dev)
{
	struct xenbus_device **link = &dev->bus->devices;
	char path[STORE_PATH_MAX];

	while (*link != dev)
		link = &(*link)->next;
	*link = dev->next;
	snprintf(path, sizeof(path), "%s/state", dev->front);
	store_unwatch(dev->bus->store, path, dev->back);
	dev->bus->drv->release(dev);
	free(dev);
}

void xenbus_disconnected(struct xenbus_device *dev)
{
	dev->phase = XENBUS_CLOSED;
	if (back_state(dev) < 0)
		forget(dev);
	else
		evaluate(dev);
}

/* A device whose directory is complete; NULL and no word when it is not yet. */
static struct xenbus_device *create(struct xenbus *bus, uint32_t domid, uint32_t devid)
{
	struct xenbus_device *dev = calloc(1, sizeof(*dev));
	char path[STORE_PATH_MAX];
	uint64_t front_id;
	int state;

	if (!dev)
		return NULL;
	dev->bus = bus;
	dev->domid = domid;
	dev->devid = devid;
	snprintf(dev->back, sizeof(dev->back), "%s/%u/%u", bus->root, domid, devid);
	state = back_state(dev);
	if (state < 0 ||
	    store_read(bus->store, dev->back, "frontend", dev->front, sizeof(dev->front)) ||
	    store_read_uint(bus->store, dev->back, "frontend-id", DOMID_MAX, &front_id) ||
	    front_id != domid) {
		free(dev);
		return NULL;
	}
	dev->published = (unsigned int)state;
	dev->next = bus->devices;
	bus->devices = dev;
	snprintf(path, sizeof(path), "%s/state", dev->front);
	store_watch(bus->store, path, dev->back);
	return dev;
}

static void look_at(struct xenbus *bus, uint32_t domid, uint32_t devid)
{
	struct xenbus_device *dev;

	for (dev = bus->devices; dev; dev = dev->next)
		if (dev->domid == domid && dev->devid == devid)
			break;
	if (!dev && !(dev = create(bus, domid, devid)))
		return;
	if (back_state(dev) >= 0) {
		evaluate(dev);
		return;
	}
	if (dev->phase == XENBUS_STARTING || dev->phase == XENBUS_RUNNING)
		stop(dev);
	if (dev->phase != XENBUS_STOPPING)
		forget(dev);
}

static void look_at_domain(struct xenbus *bus, uint32_t domid)
{
	char dir[96];
	unsigned int nr = 0;
	char **names;
	uint64_t devid;

	snprintf(dir, sizeof(dir), "%s/%u", bus->root, domid);
	names = xs_directory(bus->store->xs, XBT_NULL, dir, &nr);
	for (unsigned int i = 0; names && i < nr; i++)
		if (!parse_uint(names[i], UINT32_MAX, &devid))
			look_at(bus, domid, (uint32_t)devid);
	free(names);
}

/* Devices that may have gone: each look can take one out of the list. */
static void look_at_known(struct xenbus *bus)
{
	struct xenbus_device *dev, *next;

	for (dev = bus->devices; dev; dev = next) {
		next = dev->next;
		look_at(bus, dev->domid, dev->devid);
	}
}

static void look_at_all(struct xenbus *bus)
{
	unsigned int nr = 0;
	char **names = xs_directory(bus->store->xs, XBT_NULL, bus->root, &nr);
	uint64_t domid;

	for (unsigned int i = 0; names && i < nr; i++)
		if (!parse_uint(names[i], DOMID_MAX, &domid))
			look_at_domain(bus, (uint32_t)domid);
	free(names);
	look_at_known(bus);
}

void xenbus_event(struct xenbus *bus, const char *path, const char *token)
{
	size_t root = strlen(bus->root);
	unsigned int domid, devid;
	int n;

	/* The token of a front-end's watch is the back-end's directory. */
	if (!strncmp(token, bus->root, root) && token[root])
		path = token;
	if (!strcmp(path, "@releaseDomain")) {
		look_at_known(bus);
		return;
	}
	if (strncmp(path, bus->root, root))
		return;
	n = sscanf(path + root, "/%u/%u", &domid, &devid);
	if (n == 2) {
		look_at(bus, domid, devid);
	} else if (n == 1) {
		look_at_domain(bus, domid);
		look_at_known(bus);
	} else {
		look_at_all(bus);
	}
}

int xenbus_init(struct xenbus *bus, struct store *store, const struct xenbus_driver *drv)
{
	uint64_t self = 0;
	int rc;

	bus->store = store;
	bus->drv = drv;
	bus->devices = NULL;
	if (store_read_uint(store, "domid", "", DOMID_MAX, &self))
		self = 0;
	snprintf(bus->root, sizeof(bus->root), "/local/domain/%u/backend/%s", (unsigned int)self,
		 drv->type);
	rc = store_watch(store, bus->root, bus->root);
	if (!rc)
		rc = store_watch(store, "@releaseDomain", "@releaseDomain");
	return rc;
}
