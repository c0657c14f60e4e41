/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * blkd: finds block devices in the store, publishes what they can do, and
 * starts a worker for each that a guest connects. Touches no ring itself.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <public/io/blkif.h>
#include <public/io/xenbus.h>

#include "disk.h"
#include "lib/daemon.h"
#include "lib/log.h"
#include "lib/xenbus.h"
#include "request.h"
#include "worker.h"

#define DEFAULT_RUN_DIR "/run/pavise/blkd"
#define RUN_DIR_MAX	100

/* A worker that crashes is started again, but not for ever: a request that
 * kills it would come back with each start. And a guest may connect anew, which
 * costs us a process each time, but not without end. */
#define MAX_CRASHES  5
#define MAX_CONNECTS 60
#define PERIOD_SEC   60

struct tally {
	unsigned int count;
	time_t since;
};

struct vbd {
	struct xenbus_device *dev;
	char image[1024];
	char journal[128];
	bool readonly;
	struct ring_id ring;

	pid_t worker; /* 0: none */
	struct loop_source control;
	bool stopping; /* its control socket was closed by us */
	bool answered; /* it said that it serves, or why not */
	struct tally crashes, connects;
};

static struct {
	const char *run_dir;
	struct loop loop;
	struct store store;
	struct xenbus bus;
} d = {
	.run_dir = DEFAULT_RUN_DIR,
};

/* ---- workers ---- */

static void close_control(struct vbd *vbd)
{
	if (vbd->control.fd < 0)
		return;
	loop_del(&d.loop, &vbd->control);
	close(vbd->control.fd);
	vbd->control.fd = -1;
}

static void control_ready(struct loop_source *src, uint32_t events)
{
	struct vbd *vbd = (struct vbd *)((char *)src - offsetof(struct vbd, control));
	char text[200];
	ssize_t n = recv(src->fd, text, sizeof(text) - 1, 0);

	(void)events;
	if (n < 0)
		return;
	/* When it exits, SIGCHLD says how. */
	if (n == 0) {
		close_control(vbd);
		return;
	}
	text[n] = '\0';
	vbd->answered = true;
	if (!strcmp(text, "ok")) {
		log_info("%s: %s connected", vbd->dev->back, vbd->image);
		xenbus_connected(vbd->dev);
	} else {
		xenbus_fail(vbd->dev, "%s", text);
	}
}

static int start_worker(struct vbd *vbd, bool resume)
{
	const struct worker_args args = {
		.ring = vbd->ring,
		.readonly = vbd->readonly,
		.resume = resume,
		.journal = vbd->journal,
		.image = vbd->image,
	};
	pid_t pid;
	int rc;

	vbd->answered = vbd->stopping = false;
	pid = worker_spawn(&args, &vbd->control.fd);
	if (pid < 0)
		return (int)pid;
	vbd->worker = pid;
	vbd->control.ready = control_ready;
	rc = loop_add(&d.loop, &vbd->control, EPOLLIN);
	if (rc) {
		close(vbd->control.fd);
		vbd->control.fd = -1;
	}
	return rc;
}

/* One more; whether they are still at most `max` in a period. */
static bool count_up(struct tally *tally, unsigned int max)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (!tally->count || now.tv_sec - tally->since > PERIOD_SEC) {
		tally->count = 0;
		tally->since = now.tv_sec;
	}
	return ++tally->count <= max;
}

static void worker_ended(struct vbd *vbd, int status)
{
	struct xenbus_device *dev = vbd->dev;

	/* Its last words may still be in the socket. */
	if (!vbd->answered && vbd->control.fd >= 0)
		control_ready(&vbd->control, EPOLLIN);
	close_control(vbd);
	vbd->worker = 0;
	if (vbd->stopping) {
		unlink(vbd->journal);
		log_info("%s: disconnected", dev->back);
		xenbus_disconnected(dev);
	} else if (WIFEXITED(status) && WEXITSTATUS(status) == WORKER_BROKEN) {
		xenbus_fail(dev, "the front-end's ring index is nonsense: it is not served "
				 "any more");
	} else if (WIFEXITED(status) && WEXITSTATUS(status) == WORKER_REFUSED) {
		xenbus_fail(dev, "the worker did not start");
	} else if (count_up(&vbd->crashes, MAX_CRASHES)) {
		log_err("%s: the worker died (%s %d) and is started again", dev->back,
			WIFSIGNALED(status) ? "signal" : "status",
			WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
		if (start_worker(vbd, true))
			xenbus_fail(dev, "the worker cannot be started again");
	} else {
		xenbus_fail(dev, "the worker died %d times in %d seconds", MAX_CRASHES + 1,
			    PERIOD_SEC);
	}
}

static void children_ended(void)
{
	pid_t pid;
	int status;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		struct xenbus_device *dev;

		for (dev = d.bus.devices; dev; dev = dev->next) {
			struct vbd *vbd = dev->priv;

			if (vbd && vbd->worker == pid) {
				worker_ended(vbd, status);
				break;
			}
		}
	}
}

/* ---- the device, as xenbus drives it ---- */

static int read_config(struct vbd *vbd)
{
	struct xenbus_device *dev = vbd->dev;
	char mode[8] = "w", type[16] = "file";
	int rc;

	rc = store_read(dev->bus->store, dev->back, "params", vbd->image, sizeof(vbd->image));
	if (rc) {
		xenbus_fail(dev, "no disk image: params is %s",
			    rc == -ENOENT ? "missing" : "unreadable");
		return rc;
	}
	store_read(dev->bus->store, dev->back, "mode", mode, sizeof(mode));
	store_read(dev->bus->store, dev->back, "type", type, sizeof(type));
	if (strcmp(mode, "r") && strcmp(mode, "w")) {
		xenbus_fail(dev, "mode is '%s': it must be r or w", mode);
		return -EINVAL;
	}
	if (strcmp(type, "file") && strcmp(type, "phy")) {
		xenbus_fail(dev, "type is '%s': it must be file or phy", type);
		return -EINVAL;
	}
	if (vbd->image[0] != '/') {
		xenbus_fail(dev, "%s: not an absolute path", vbd->image);
		return -EINVAL;
	}
	vbd->readonly = mode[0] == 'r';
	return 0;
}

static int write_features(struct vbd *vbd, const struct disk *disk)
{
	struct store *store = vbd->dev->bus->store;
	const char *back = vbd->dev->back;
	char type[16] = "";
	unsigned int info = vbd->readonly ? PV_VDISK_READONLY : 0;
	uint64_t discard = disk->regular && !vbd->readonly;
	int rc;

	store_read(store, back, "device-type", type, sizeof(type));
	if (!strcmp(type, "cdrom"))
		info |= PV_VDISK_CDROM | PV_VDISK_READONLY;
	store_read_uint(store, back, "discard-enable", discard, &discard);
	rc = store_write(store, back, "sectors", "%llu", (unsigned long long)disk->sectors);
	rc |= store_write(store, back, "sector-size", "%u", disk->sector_size);
	rc |= store_write(store, back, "info", "%u", info);
	rc |= store_write(store, back, "feature-flush-cache", "1");
	rc |= store_write(store, back, "feature-max-indirect-segments", "%d", MAX_SEGMENTS);
	rc |= store_write(store, back, "max-ring-page-order", "%d", MAX_RING_ORDER);
	rc |= store_write(store, back, "feature-discard", "%d", (int)discard);
	if (discard)
		rc |= store_write(store, back, "discard-granularity", "%u", PAGE_BYTES);
	return rc ? -EIO : 0;
}

static int publish_features(struct vbd *vbd, const struct disk *disk)
{
	struct store *store = vbd->dev->bus->store;
	int rc, written = 0;

	do {
		rc = store_begin(store, vbd->dev->back, "frontend");
		if (rc)
			break;
		written = write_features(vbd, disk);
		rc = store_commit(store);
	} while (rc == -EAGAIN);
	if (!rc)
		rc = written;
	if (rc)
		xenbus_fail(vbd->dev, "cannot publish the disk's features: %s", strerror(-rc));
	return rc;
}

static int vbd_probe(struct xenbus_device *dev)
{
	struct vbd *vbd = dev->priv;
	struct disk disk;
	int rc;

	if (!vbd) {
		vbd = dev->priv = calloc(1, sizeof(*vbd));
		if (!vbd)
			return -ENOMEM;
		vbd->dev = dev;
		vbd->control.fd = -1;
		snprintf(vbd->journal, sizeof(vbd->journal), "%s/%u-%u", d.run_dir, dev->domid,
			 dev->devid);
	}
	rc = read_config(vbd);
	if (rc)
		return rc;
	rc = disk_open(&disk, vbd->image, vbd->readonly, 0);
	/* After a restart the killed daemon's worker may not have ended yet. The
	 * worker waits for it; the features are in the store already. */
	if (rc == -EBUSY && dev->published == PV_XENBUS_STATE_CONNECTED)
		return 0;
	if (rc) {
		xenbus_fail(dev, "%s: %s", vbd->image,
			    rc == -EBUSY     ? "in use by another guest"
			    : rc == -ENODATA ? "smaller than a sector"
			    : rc == -ENOTBLK ? "neither a file nor a block device"
					     : strerror(-rc));
		return rc;
	}
	rc = publish_features(vbd, &disk);
	disk_close(&disk);
	return rc;
}

/* What the guest published: one ring page, or a power of two of them. */
static int read_ring(struct vbd *vbd)
{
	struct xenbus_device *dev = vbd->dev;
	struct store *store = dev->bus->store;
	char protocol[32] = PV_IO_PROTO_ABI_X86_64, node[24];
	uint64_t value, order = 0;
	int rc;

	memset(&vbd->ring, 0, sizeof(vbd->ring));
	vbd->ring.domid = dev->domid;
	store_read(store, dev->front, "protocol", protocol, sizeof(protocol));
	if (strcmp(protocol, PV_IO_PROTO_ABI_X86_64)) {
		xenbus_fail(dev, "the front-end speaks '%s': it must be %s", protocol,
			    PV_IO_PROTO_ABI_X86_64);
		return -EINVAL;
	}
	rc = store_read_uint(store, dev->front, "event-channel", INT32_MAX, &value);
	vbd->ring.port = (uint32_t)value;
	if (!rc && store_read_uint(store, dev->front, "ring-page-order", MAX_RING_ORDER, &order) ==
			   -EINVAL)
		rc = -EINVAL;
	vbd->ring.nr_pages = 1u << order;
	for (unsigned int i = 0; !rc && i < vbd->ring.nr_pages; i++) {
		snprintf(node, sizeof(node), "ring-ref%u", i);
		/* A front-end that knows one page alone leaves the number out. */
		rc = store_read_uint(store, dev->front, node, UINT32_MAX, &value);
		if (rc == -ENOENT && vbd->ring.nr_pages == 1)
			rc = store_read_uint(store, dev->front, "ring-ref", UINT32_MAX, &value);
		vbd->ring.refs[i] = (uint32_t)value;
	}
	if (rc)
		xenbus_fail(dev, "the front-end's ring-ref, ring-page-order or event-channel "
				 "cannot be used");
	return rc;
}

static int vbd_connect(struct xenbus_device *dev, bool resumed)
{
	struct vbd *vbd = dev->priv;
	int rc;

	if (!count_up(&vbd->connects, MAX_CONNECTS)) {
		xenbus_fail(dev, "the front-end connected more than %d times in %d seconds",
			    MAX_CONNECTS, PERIOD_SEC);
		return -EBUSY;
	}
	rc = read_ring(vbd);
	return rc ? rc : start_worker(vbd, resumed);
}

static bool vbd_disconnect(struct xenbus_device *dev)
{
	struct vbd *vbd = dev->priv;

	vbd->stopping = true;
	close_control(vbd);
	if (vbd->worker)
		return false;
	unlink(vbd->journal);
	return true;
}

static void vbd_release(struct xenbus_device *dev)
{
	free(dev->priv);
}

static const struct xenbus_driver vbd_driver = {
	.type = "vbd",
	.probe = vbd_probe,
	.connect = vbd_connect,
	.disconnect = vbd_disconnect,
	.release = vbd_release,
};

/* ---- the daemon ---- */

static void store_event(struct store *store, const char *path, const char *token)
{
	(void)store;
	xenbus_event(&d.bus, path, token);
}

/* The directory and its parent: /run is empty after each boot. */
static int make_run_dir(void)
{
	char parent[128];
	char *slash;

	snprintf(parent, sizeof(parent), "%s", d.run_dir);
	slash = strrchr(parent, '/');
	if (slash && slash != parent) {
		*slash = '\0';
		mkdir(parent, 0755);
	}
	if (mkdir(d.run_dir, 0700) == 0 || errno == EEXIST)
		return 0;
	log_err("cannot make the directory %s: %s", d.run_dir, strerror(errno));
	return -errno;
}

static int start(void)
{
	int rc = loop_init(&d.loop);

	if (!rc)
		rc = daemon_signals(&d.loop, children_ended, NULL);
	if (rc) {
		log_err("cannot start: %s", strerror(-rc));
		return rc;
	}
	rc = make_run_dir();
	if (!rc)
		rc = store_open(&d.store, &d.loop, store_event);
	if (rc)
		return rc;
	rc = xenbus_init(&d.bus, &d.store, &vbd_driver);
	if (rc)
		log_err("the store refuses a watch: %s", strerror(-rc));
	return rc;
}

static int set_run_dir(const char *value)
{
	d.run_dir = value;
	if (value[0] == '/' && strlen(value) <= RUN_DIR_MAX)
		return 0;
	fprintf(stderr, "blkd: --run-dir must be an absolute path of at most %d bytes\n",
		RUN_DIR_MAX);
	return -1;
}

static const struct daemon_option own_options[] = {
	{'r', "run-dir=DIR",
	 "journals of requests in flight, in memory\n(default: " DEFAULT_RUN_DIR ")", set_run_dir},
	{0, NULL, NULL, NULL},
};

static struct daemon_options options = {
	.program = "blkd",
	.about = "Serves disks to guests from raw image files and block devices.\n"
		 "For example: blkd --pid-file=/run/blkd.pid\n",
	.own = own_options,
};

int main(int argc, char **argv)
{
	int rc;

	if (argc > 1 && !strcmp(argv[1], "--worker"))
		return worker_main(argc, argv);
	if (daemon_parse(&options, argc, argv) || daemon_begin(&options) || start())
		return 1;
	daemon_ready(&options);
	rc = loop_run(&d.loop);
	/* The workers see their control sockets close, answer what they hold and
	 * exit; the devices stay connected for the daemon that comes next. */
	store_close(&d.store);
	daemon_end(&options);
	return rc ? 1 : 0;
}
