/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uuid/uuid.h>

#include "store.h"
#include "store_tx.h"

/* A conflict means somebody else made progress; this many in a row means trouble. */
#define MAX_RETRIES 100

/* Values of one store message are at most 4096 bytes with their path. */
#define CONFIG_CHUNK 2048

struct xs_handle *pav_store(struct pav *pav)
{
	if (!pav->xs) {
		/* The kernel's device would wait for a store that is not there. */
		pav->xs = xs_open(XS_OPEN_SOCKETONLY);
		if (!pav->xs)
			pav_fail_errno(&pav->err, "connect to the store (is xenstored running?)");
	}
	return pav->xs;
}

char *pav_store_read(struct pav *pav, const char *fmt, ...)
{
	char path[256], *value;
	unsigned int len;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	if (!pav_store(pav))
		return NULL;
	/* The library puts a NUL behind the value. */
	value = xs_read(pav->xs, XBT_NULL, path, &len);
	if (value && strlen(value) != len) {
		free(value);
		return NULL;
	}
	return value;
}

void pav_store_name(struct pav *pav, unsigned int domid, char name[65])
{
	char *value = pav_store_read(pav, "/local/domain/%u/name", domid);

	snprintf(name, 65, "%s", value ? value : "");
	free(value);
}

/* --- one transaction --- */

int tx_run(struct pav *pav, const char *what, int (*body)(struct store_tx *tx, void *arg),
	   void *arg)
{
	struct store_tx tx = {.pav = pav};
	unsigned int i;

	if (!pav_store(pav))
		return -1;
	for (i = 0; i < MAX_RETRIES; i++) {
		tx.failed = false;
		tx.t = xs_transaction_start(pav->xs);
		if (tx.t == XBT_NULL)
			return pav_fail_errno(&pav->err, "%s: start a store transaction", what);
		if (body(&tx, arg) || tx.failed) {
			xs_transaction_end(pav->xs, tx.t, true);
			return pav_fail(&pav->err, "%s: store write failed", what);
		}
		if (xs_transaction_end(pav->xs, tx.t, false))
			return 0;
		if (errno != EAGAIN)
			return pav_fail_errno(&pav->err, "%s: end a store transaction", what);
	}
	return pav_fail(&pav->err, "%s: the store is too busy: %d conflicts in a row", what,
			MAX_RETRIES);
}

/* Path and value of a node whose writing failed are what a person needs to know. */
static void tx_failed(struct store_tx *tx, const char *path)
{
	if (!tx->failed)
		pav_fail_errno(&tx->pav->err, "store: write %s", path);
	tx->failed = true;
}

void tx_put(struct store_tx *tx, enum tx_owner owner, const char *path, const char *fmt, ...)
{
	/* The first entry names the owner and what everyone else may do. */
	const struct xs_permissions perms[TX_OWNERS][2] = {
		[TX_TOOLS] = {{0, XS_PERM_NONE}, {0, XS_PERM_NONE}},
		[TX_TOOLS_GUEST_READS] = {{0, XS_PERM_NONE}, {tx->domid, XS_PERM_READ}},
		[TX_GUEST] = {{tx->domid, XS_PERM_NONE}, {0, XS_PERM_NONE}},
		[TX_GUEST_TOOLS_READ] = {{tx->domid, XS_PERM_NONE}, {0, XS_PERM_READ}},
	};
	const unsigned int nr[TX_OWNERS] = {[TX_TOOLS] = 1,
					    [TX_TOOLS_GUEST_READS] = 2,
					    [TX_GUEST] = 1,
					    [TX_GUEST_TOOLS_READ] = 2};
	struct xs_permissions p[2];
	char *value = NULL;
	va_list ap;
	int len;

	if (tx->failed)
		return;
	va_start(ap, fmt);
	len = vasprintf(&value, fmt, ap);
	va_end(ap);
	if (len < 0) {
		errno = ENOMEM;
		tx_failed(tx, path);
		return;
	}
	memcpy(p, perms[owner], sizeof(p));
	if (!xs_write(tx->pav->xs, tx->t, path, value, (unsigned int)len) ||
	    !xs_set_permissions(tx->pav->xs, tx->t, path, p, nr[owner]))
		tx_failed(tx, path);
	free(value);
}

const char *tx_path(struct store_tx *tx, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(tx->path, sizeof(tx->path), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(tx->path)) {
		errno = ENAMETOOLONG;
		tx_failed(tx, "path");
	}
	return tx->path;
}

/* --- what a new domain finds --- */

struct create {
	unsigned int domid;
	const struct pav_config *config;
	const char *text;
	char uuid[37];
};

/* Two domains of one name could not be told apart by any tool. */
static int name_is_free(struct store_tx *tx, const struct create *c)
{
	struct pav *pav = tx->pav;
	unsigned int nr = 0, i, len;
	char path[64], *name, **domains;
	int rc = 0;

	domains = xs_directory(pav->xs, tx->t, "/local/domain", &nr);
	for (i = 0; i < nr && rc == 0; i++) {
		if (strtoul(domains[i], NULL, 10) == c->domid)
			continue;
		snprintf(path, sizeof(path), "/local/domain/%s/name", domains[i]);
		name = xs_read(pav->xs, tx->t, path, &len);
		if (name && strcmp(name, c->config->name) == 0)
			rc = pav_fail(&pav->err,
				      "name: a domain named %s exists already, as domain %s", name,
				      domains[i]);
		free(name);
	}
	free(domains);
	return rc;
}

/* What a killed destroy may have left of an earlier domain of this number. */
static void remove_leftovers(struct store_tx *tx, const struct create *c)
{
	struct pav *pav = tx->pav;
	unsigned int len;
	char *uuid;

	uuid = xs_read(pav->xs, tx->t, tx_path(tx, "/pav/domain/%u/uuid", c->domid), &len);
	if (uuid && strlen(uuid) == 36)
		xs_rm(pav->xs, tx->t, tx_path(tx, "/vm/%s", uuid));
	free(uuid);
	xs_rm(pav->xs, tx->t, tx_path(tx, "/local/domain/%u", c->domid));
	xs_rm(pav->xs, tx->t, tx_path(tx, "/pav/domain/%u", c->domid));
}

/* The directory of a UUID goes with its domain: two of one would lose it with
 * the first that goes. */
static int uuid_is_free(struct store_tx *tx, const struct create *c)
{
	unsigned int len;
	char *name = xs_read(tx->pav->xs, tx->t, tx_path(tx, "/vm/%s/name", c->uuid), &len);

	if (!name)
		return 0;
	pav_fail(&tx->pav->err, "uuid: %s is that of the domain %s", c->uuid, name);
	free(name);
	return -1;
}

static void put_guest_area(struct store_tx *tx, const struct create *c)
{
	static const char *const guest_owned[] = {"control/shutdown",
						  "control/feature-poweroff",
						  "control/feature-reboot",
						  "control/feature-suspend",
						  "control/sysrq",
						  "device/suspend/event-channel",
						  "data",
						  "drivers",
						  "feature",
						  "attr",
						  "error"};
	static const char *const shared[] = {"control", "device", "device/suspend", "memory",
					     "cpu"};
	const struct pav_config *cfg = c->config;
	const unsigned int n = c->domid;
	unsigned int i;

	tx_put(tx, TX_TOOLS_GUEST_READS, tx_path(tx, "/local/domain/%u", n), "%s", "");
	tx_put(tx, TX_TOOLS_GUEST_READS, tx_path(tx, "/local/domain/%u/vm", n), "/vm/%s", c->uuid);
	tx_put(tx, TX_TOOLS_GUEST_READS, tx_path(tx, "/local/domain/%u/name", n), "%s", cfg->name);
	tx_put(tx, TX_TOOLS_GUEST_READS, tx_path(tx, "/local/domain/%u/domid", n), "%u", n);
	for (i = 0; i < sizeof(shared) / sizeof(shared[0]); i++)
		tx_put(tx, TX_TOOLS_GUEST_READS, tx_path(tx, "/local/domain/%u/%s", n, shared[i]),
		       "%s", "");
	for (i = 0; i < sizeof(guest_owned) / sizeof(guest_owned[0]); i++)
		tx_put(tx, TX_GUEST, tx_path(tx, "/local/domain/%u/%s", n, guest_owned[i]), "%s",
		       "");
	tx_put(tx, TX_TOOLS_GUEST_READS,
	       tx_path(tx,
		       "/local/domain/%u/control/platform-feature-"
		       "multiprocessor-suspend",
		       n),
	       "1");
	tx_put(tx, TX_TOOLS_GUEST_READS, tx_path(tx, "/local/domain/%u/memory/static-max", n),
	       "%llu", (unsigned long long)cfg->maxmem_kib);
	tx_put(tx, TX_TOOLS_GUEST_READS, tx_path(tx, "/local/domain/%u/memory/target", n), "%llu",
	       (unsigned long long)cfg->memory_kib);
	tx_put(tx, TX_TOOLS_GUEST_READS, tx_path(tx, "/local/domain/%u/memory/videoram", n), "0");
	for (i = 0; i < cfg->maxvcpus; i++)
		tx_put(tx, TX_TOOLS_GUEST_READS,
		       tx_path(tx, "/local/domain/%u/cpu/%u/availability", n, i), "%s",
		       i < cfg->vcpus ? "online" : "offline");
}

static void put_tools_area(struct store_tx *tx, const struct create *c)
{
	const size_t len = strlen(c->text);
	size_t off;

	tx_put(tx, TX_TOOLS_GUEST_READS, tx_path(tx, "/vm/%s", c->uuid), "%s", "");
	tx_put(tx, TX_TOOLS_GUEST_READS, tx_path(tx, "/vm/%s/uuid", c->uuid), "%s", c->uuid);
	tx_put(tx, TX_TOOLS_GUEST_READS, tx_path(tx, "/vm/%s/name", c->uuid), "%s",
	       c->config->name);
	tx_put(tx, TX_TOOLS, tx_path(tx, "/pav"), "%s", "");
	tx_put(tx, TX_TOOLS, tx_path(tx, "/pav/domain"), "%s", "");
	tx_put(tx, TX_TOOLS, tx_path(tx, "/pav/domain/%u", c->domid), "%s", "");
	tx_put(tx, TX_TOOLS, tx_path(tx, "/pav/domain/%u/uuid", c->domid), "%s", c->uuid);
	for (off = 0; off < len; off += CONFIG_CHUNK)
		tx_put(tx, TX_TOOLS,
		       tx_path(tx, "/pav/domain/%u/config/%zu", c->domid, off / CONFIG_CHUNK),
		       "%.*s", CONFIG_CHUNK, c->text + off);
}

static int put_domain(struct store_tx *tx, void *arg)
{
	const struct create *c = arg;
	unsigned int i;

	tx->domid = c->domid;
	remove_leftovers(tx, c);
	if (name_is_free(tx, c) || uuid_is_free(tx, c))
		return -1;
	put_guest_area(tx, c);
	put_tools_area(tx, c);
	for (i = 0; i < c->config->nr_disks; i++)
		tx_put_disk(tx, &c->config->disk[i]);
	return 0;
}

int pav_store_create(struct pav *pav, unsigned int domid, const struct pav_config *config,
		     const char *text, const uint8_t uuid[16])
{
	struct create c = {.domid = domid, .config = config, .text = text};

	uuid_unparse_lower(uuid, c.uuid);
	return tx_run(pav, "create", put_domain, &c);
}

struct introduce {
	unsigned int domid;
	const struct pav_rings *rings;
};

static int put_rings(struct store_tx *tx, void *arg)
{
	const struct introduce *in = arg;
	const struct {
		const char *node;
		unsigned long long value;
	} numbers[] = {
		{"store/port", in->rings->store_port},
		{"store/ring-ref", in->rings->store_frame},
		{"console/port", in->rings->console_port},
		{"console/ring-ref", in->rings->console_frame},
		{"console/limit", 1048576},
		{"console/backend-id", 0},
	};
	unsigned int i;

	tx->domid = in->domid;
	tx_put(tx, TX_TOOLS_GUEST_READS, tx_path(tx, "/local/domain/%u/store", in->domid), "%s",
	       "");
	tx_put(tx, TX_TOOLS_GUEST_READS, tx_path(tx, "/local/domain/%u/console", in->domid), "%s",
	       "");
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		tx_put(tx, TX_TOOLS_GUEST_READS,
		       tx_path(tx, "/local/domain/%u/%s", in->domid, numbers[i].node), "%llu",
		       numbers[i].value);
	tx_put(tx, TX_TOOLS_GUEST_READS, tx_path(tx, "/local/domain/%u/console/type", in->domid),
	       "xenconsoled");
	tx_put(tx, TX_TOOLS_GUEST_READS, tx_path(tx, "/local/domain/%u/console/output", in->domid),
	       "pty");
	tx_put(tx, TX_TOOLS_GUEST_READS, tx_path(tx, "/local/domain/%u/console/tty", in->domid),
	       "%s", "");
	return 0;
}

int pav_store_introduce(struct pav *pav, unsigned int domid, const struct pav_rings *rings)
{
	struct introduce in = {domid, rings};

	if (tx_run(pav, "create", put_rings, &in))
		return -1;
	if (!xs_introduce_domain(pav->xs, domid, rings->store_frame, rings->store_port))
		return pav_fail_errno(&pav->err, "store: introduce domain %u", domid);
	return 0;
}

bool pav_store_knows(struct pav *pav, unsigned int domid)
{
	static const char *const roots[] = {"/local/domain/%u", "/pav/domain/%u",
					    "/local/domain/0/backend/vbd/%u"};
	char path[64], **list;
	unsigned int nr, i;

	if (domid == 0 || !pav_store(pav))
		return false;
	for (i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
		snprintf(path, sizeof(path), roots[i], domid);
		list = xs_directory(pav->xs, XBT_NULL, path, &nr);
		free(list);
		if (list && nr > 0)
			return true;
	}
	return false;
}

char *pav_store_config(struct pav *pav, unsigned int domid)
{
	char *all = NULL, *part, *grown;
	size_t len = 0, add;
	unsigned int i;

	for (i = 0;; i++) {
		part = pav_store_read(pav, "/pav/domain/%u/config/%u", domid, i);
		if (!part)
			return all;
		add = strlen(part);
		grown = realloc(all, len + add + 1);
		if (grown) {
			memcpy(grown + len, part, add + 1);
			all = grown;
			len += add;
		}
		free(part);
		if (!grown) {
			free(all);
			return NULL;
		}
	}
}

int pav_store_wait(struct pav *pav, int ms)
{
	struct pollfd pfd = {.fd = xs_fileno(pav->xs), .events = POLLIN};
	char **event;

	/* An event that came with an earlier reply is queued in the library, not in the socket. */
	event = xs_check_watch(pav->xs);
	if (!event && errno == EAGAIN) {
		if (poll(&pfd, 1, ms) <= 0)
			return 0;
		event = xs_check_watch(pav->xs);
	}
	if (!event)
		return errno == EAGAIN ? 0 : pav_fail_errno(&pav->err, "the store went away");
	free(event);
	return 1;
}
