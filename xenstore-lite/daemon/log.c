/* SPDX-License-Identifier: BSD-2-Clause */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include "log.h"
#include "ring.h"

#define MAGIC	"PAVISE-STORE-03"
#define MAX_FDS (60 << 10)
#define HEAD	(64 << 10)
#define GROW	(4u << 20)
/* A log may grow to this much beyond four times its snapshot, and be worth so much output. */
#define SLACK	   (16u << 20)
#define OUTPUT_MAX (64u << 20)

struct head {
	char magic[16];
	char boot_id[40]; /* a log from before a reboot is worth nothing */
	uint64_t tail;	  /* where the next record goes; moved only once it is complete */
	uint8_t busy[MAX_FDS];
};

static struct log {
	int fd;
	struct head *head; /* the mapping; NULL while nothing is logged */
	size_t size;
	size_t snapshot;
} lg = {.fd = -1};
static char log_path[4096];

bool log_replaying, log_loading, log_has_rings;

static void init_head(struct head *h)
{
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");

	memcpy(h->magic, MAGIC, sizeof(MAGIC));
	if (f && !fgets(h->boot_id, sizeof(h->boot_id), f))
		h->boot_id[0] = '\0';
	if (f)
		fclose(f);
}

static bool map_file(struct log *l, int fd, size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (p == MAP_FAILED)
		return false;
	*l = (struct log){.fd = fd, .head = p, .size = size};
	return true;
}

static void unmap(struct log *l)
{
	if (l->head)
		munmap(l->head, l->size);
	if (l->fd >= 0)
		close(l->fd);
	*l = (struct log){.fd = -1};
}

static bool grow(size_t need)
{
	size_t size = lg.size + (need > lg.size / 4 ? need : lg.size / 4) + GROW;
	void *p;

	/* Blocks are claimed now, so that writing to the mapping cannot fail later. */
	if (posix_fallocate(lg.fd, (off_t)lg.size, (off_t)(size - lg.size)))
		return false;
	p = mremap(lg.head, lg.size, size, MREMAP_MAYMOVE);
	if (p == MAP_FAILED)
		return false;
	lg.head = p;
	lg.size = size;
	return true;
}

void log_put(enum log_type type, uint32_t conn, const uint64_t *val, unsigned int count,
	     const void *data, size_t len)
{
	struct record r = {
		.len = (uint32_t)len, .conn = conn, .type = type, .count = (uint16_t)count};
	size_t values = count * sizeof(*val), need = sizeof(r) + values + len;
	char *p;

	if (!lg.head || log_replaying)
		return;
	if (lg.head->tail + need > lg.size && !grow(need)) {
		fprintf(stderr,
			"xenstored: no space for the log %s: a crash would lose the store\n",
			log_path);
		lg.head->tail = 0;
		unmap(&lg);
		return;
	}
	p = (char *)lg.head + lg.head->tail;
	memcpy(p, &r, sizeof(r));
	if (count)
		memcpy(p + sizeof(r), val, values);
	if (len)
		memcpy(p + sizeof(r) + values, data, len);
	__atomic_store_n(&lg.head->tail, lg.head->tail + need, __ATOMIC_RELEASE);
}

void log_conn(enum log_type type, const struct conn *c)
{
	/* What is not logged yet of a ring's input is still in the ring. */
	uint64_t ring[] = {c->domain->domid, c->domain->port, c->in_pos - (uint32_t)c->unlogged,
			   c->out_pos};
	uint64_t value = type == LOG_OVERFLOW ? c->overflow : (uint64_t)c->fd;

	if (type == LOG_RING)
		log_put(type, c->id, ring, 4, NULL, 0);
	else
		log_put(type, c->id, &value, 1, NULL, 0);
}

void log_domain(enum log_type type, const struct domain *d)
{
	uint64_t v[] = {d->domid, d->introduced, d->shutdown};

	log_put(type, 0, v, 3, NULL, 0);
}

void log_close(struct conn *c)
{
	if (!c->dead)
		log_conn(LOG_CLOSE, c);
	conn_close(c);
}

void log_busy(const struct conn *c, bool busy)
{
	if (lg.head && !log_replaying && c->fd >= 0 && c->fd < MAX_FDS)
		__atomic_store_n(&lg.head->busy[c->fd], busy, __ATOMIC_RELEASE);
}

/* Keep it for a look. */
static void set_aside(const char *suffix)
{
	char name[sizeof(log_path) + 8];

	snprintf(name, sizeof(name), "%s.%s", log_path, suffix);
	if (!rename(log_path, name))
		fprintf(stderr, "xenstored: a log that is of no use is kept as %s\n", name);
}

void log_open(const char *dir)
{
	struct head want = {0};
	off_t size;
	int fd;

	snprintf(log_path, sizeof(log_path), "%s/log", dir);
	fd = open(log_path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return;
	size = lseek(fd, 0, SEEK_END);
	init_head(&want);
	if (size >= HEAD && map_file(&lg, fd, (size_t)size)) {
		want.tail = lg.head->tail;
		if (want.tail > HEAD && want.tail <= lg.size &&
		    !memcmp(lg.head, &want, offsetof(struct head, busy)))
			return;
		fd = -1;
	}
	unmap(&lg);
	if (fd >= 0)
		close(fd);
	/* One of an earlier boot, or damaged. */
	set_aside("old");
}

bool log_load(void)
{
	bool ok;

	if (!lg.head)
		return false;
	log_replaying = true;
	ok = state_load((char *)lg.head + HEAD, lg.head->tail - HEAD);
	log_replaying = false;
	if (ok)
		return true;
	/* Its word on which descriptors are connections counts for nothing. */
	for (struct conn *c = conns; c; c = c->next)
		c->fd = -1;
	fprintf(stderr, "xenstored: the log makes no sense; starting empty\n");
	set_aside("bad");
	unmap(&lg);
	state_clear();
	return false;
}

void log_settle(bool resume)
{
	state_settle(lg.head->busy, resume ? MAX_FDS : 0);
}

void log_stop(void)
{
	unmap(&lg);
}

bool log_compact(bool clean)
{
	char tmp[sizeof(log_path) + 8];
	struct log old = lg;
	int fd;

	snprintf(tmp, sizeof(tmp), "%s.new", log_path);
	fd = open(tmp, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || posix_fallocate(fd, 0, HEAD + GROW) || !map_file(&lg, fd, HEAD + GROW)) {
		fprintf(stderr, "xenstored: cannot write %s: %m\n", tmp);
		if (fd >= 0)
			close(fd);
		return false;
	}
	init_head(lg.head);
	lg.head->tail = HEAD;
	state_save();
	if (clean)
		log_put(LOG_CLEAN, 0, NULL, 0, NULL, 0);
	/* No space: go on with the old one, and try again when it has grown as much once more. */
	if (!lg.head) {
		lg = old;
		lg.snapshot = lg.head ? lg.head->tail : 0;
		unlink(tmp);
		return false;
	}
	for (struct conn *c = conns; c; c = c->next)
		if (!c->dead)
			log_busy(c, c->in.len || c->out.len);
	lg.snapshot = lg.head->tail;
	conn_exact_out = 0;
	if (rename(tmp, log_path))
		fprintf(stderr, "xenstored: cannot rename %s: %m\n", tmp);
	unmap(&old);
	return true;
}

void log_tidy(void)
{
	if (lg.head && (lg.head->tail > 4 * lg.snapshot + SLACK || conn_exact_out > OUTPUT_MAX))
		log_compact(false);
}
