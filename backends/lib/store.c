/* SPDX-License-Identifier: BSD-2-Clause */
#include "store.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

static void store_ready(struct loop_source *src, uint32_t events)
{
	struct store *store = (struct store *)((char *)src - offsetof(struct store, src));
	char **event;

	(void)events;
	/* Every event that is queued now: the loop is level-triggered on the
	 * file descriptor, but the library may hold more than one per byte. */
	while (store->loop->running && (event = xs_check_watch(store->xs))) {
		store->watch(store, event[XS_WATCH_PATH], event[XS_WATCH_TOKEN]);
		free(event);
	}
	if (!store->loop->running || errno == EAGAIN || errno == EINTR)
		return;
	log_err("the store went away: %s", strerror(errno));
	loop_stop(store->loop, -EPIPE);
}

int store_open(struct store *store, struct loop *loop,
	       void (*watch)(struct store *, const char *, const char *))
{
	int rc;

	store->loop = loop;
	store->watch = watch;
	store->tx = XBT_NULL;
	store->xs = xs_open(0);
	if (!store->xs) {
		rc = errno ? -errno : -ECONNREFUSED;
		log_err("cannot reach the store: %s; is xenstored running?", strerror(-rc));
		return rc;
	}
	/* The file descriptor reports watches: it has to be asked for before
	 * the first watch is set, or that one's event may go unreported. */
	store->src = (struct loop_source){.fd = xs_fileno(store->xs), .ready = store_ready};
	rc = loop_add(loop, &store->src, EPOLLIN);
	if (rc)
		xs_close(store->xs);
	return rc;
}

void store_close(struct store *store)
{
	loop_del(store->loop, &store->src);
	xs_close(store->xs);
	store->xs = NULL;
}

int store_watch(struct store *store, const char *path, const char *token)
{
	return xs_watch(store->xs, path, token) ? 0 : -errno;
}

void store_unwatch(struct store *store, const char *path, const char *token)
{
	xs_unwatch(store->xs, path, token);
}

static int store_path(char *buf, const char *dir, const char *node)
{
	int n = *node ? snprintf(buf, STORE_PATH_MAX, "%s/%s", dir, node)
		      : snprintf(buf, STORE_PATH_MAX, "%s", dir);

	return n < 0 || n >= STORE_PATH_MAX ? -E2BIG : 0;
}

int store_read(struct store *store, const char *dir, const char *node, char *buf, size_t size)
{
	char path[STORE_PATH_MAX];
	unsigned int len;
	char *value;
	int rc = store_path(path, dir, node);

	if (rc)
		return rc;
	value = xs_read(store->xs, store->tx, path, &len);
	if (!value)
		return errno ? -errno : -ENOENT;
	if (len >= size) {
		rc = -E2BIG;
	} else {
		memcpy(buf, value, len);
		buf[len] = '\0';
	}
	free(value);
	return rc;
}

int parse_uint(const char *text, uint64_t max, uint64_t *value)
{
	uint64_t sum = 0;

	if (!*text)
		return -EINVAL;
	for (; *text; text++) {
		uint64_t digit = (uint64_t)(unsigned char)*text - '0';

		if (digit > 9 || sum > (UINT64_MAX - digit) / 10)
			return -EINVAL;
		sum = sum * 10 + digit;
	}
	if (sum > max)
		return -EINVAL;
	*value = sum;
	return 0;
}

int store_read_uint(struct store *store, const char *dir, const char *node, uint64_t max,
		    uint64_t *value)
{
	char text[24] = "";
	int rc = store_read(store, dir, node, text, sizeof(text));

	if (rc)
		return rc == -E2BIG ? -EINVAL : rc;
	return parse_uint(text, max, value);
}

int store_write(struct store *store, const char *dir, const char *node, const char *fmt, ...)
{
	char path[STORE_PATH_MAX], value[STORE_PATH_MAX];
	va_list ap;
	int n, rc = store_path(path, dir, node);

	if (rc)
		return rc;
	va_start(ap, fmt);
	n = vsnprintf(value, sizeof(value), fmt, ap);
	va_end(ap);
	if (n < 0 || n >= (int)sizeof(value))
		return -E2BIG;
	return xs_write(store->xs, store->tx, path, value, (unsigned int)n) ? 0 : -errno;
}

int store_begin(struct store *store, const char *dir, const char *guard)
{
	char value[STORE_PATH_MAX];
	int rc;

	store->tx = xs_transaction_start(store->xs);
	if (store->tx == XBT_NULL)
		return -errno;
	rc = store_read(store, dir, guard, value, sizeof(value));
	if (rc) {
		xs_transaction_end(store->xs, store->tx, true);
		store->tx = XBT_NULL;
	}
	return rc;
}

int store_commit(struct store *store)
{
	xs_transaction_t tx = store->tx;

	store->tx = XBT_NULL;
	return xs_transaction_end(store->xs, tx, false) ? 0 : -errno;
}

int store_update(struct store *store, const char *dir, const char *guard, const char *node,
		 const char *value)
{
	int rc, written;

	do {
		rc = store_begin(store, dir, guard);
		if (rc)
			return rc;
		written = store_write(store, dir, node, "%s", value);
		rc = store_commit(store);
	} while (rc == -EAGAIN);
	return written ? written : rc;
}
