/* SPDX-License-Identifier: BSD-2-Clause */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include "log.h"

#define MAGIC	"PAVISE-STORE-04"
#define MAX_FDS (60 << 10)
#define HEAD	(64 << 10)
#define GROW	(4u << 20)
/* Addresses set aside for a log, so that it never moves. */
#define ROOM (1ull << 36)
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
	struct head *head; /* the mapping; NULL while nothing is logged */
	int fd;
	size_t size; /* of the file */
	size_t snapshot;
} lg;
static char log_path[4096];

bool log_replaying, log_loading;
int log_answer;

static void init_head(struct head *h)
{
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");

	memcpy(h->magic, MAGIC, sizeof(MAGIC));
	if (f && !fgets(h->boot_id, sizeof(h->boot_id), f))
		h->boot_id[0] = '\0';
	if (f)
		fclose(f);
}

static void drop(struct log *l)
{
	if (l->head) {
		munmap(l->head, ROOM);
		close(l->fd);
	}
	l->head = NULL;
}

/* Go on with this file. */
static bool open_file(const char *name, int flags)
{
	int fd = open(name, O_RDWR | O_CLOEXEC | flags, 0600);
	void *p = MAP_FAILED;

	if (fd >= 0)
		p = mmap(NULL, ROOM, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p != MAP_FAILED)
		lg = (struct log){.head = p, .fd = fd, .size = (size_t)lseek(fd, 0, SEEK_END)};
	else if (fd >= 0)
		close(fd);
	return p != MAP_FAILED;
}

/* Blocks up to there are claimed, so that writing to the mapping cannot fail later. */
static bool reserve(size_t end)
{
	size_t size = end + end / 4 + GROW;

	if (end <= lg.size)
		return true;
	errno = size > ROOM ? ENOSPC
			    : posix_fallocate(lg.fd, (off_t)lg.size, (off_t)(size - lg.size));
	if (errno) {
		warn("no space for the log %s: a crash would lose the store", log_path);
		/* What follows is in it no more. */
		if (lg.size)
			lg.head->tail = 0;
		drop(&lg);
		return false;
	}
	lg.size = size;
	return true;
}

void log_put(enum log_type type, uint32_t conn, const uint32_t v[4], const void *data, size_t len)
{
	struct record r = {.type = type, .conn = conn, .len = (uint32_t)len};
	size_t end;
	char *p;

	if (!lg.head || log_replaying)
		return;
	end = lg.head->tail + sizeof(r) + len;
	if (!reserve(end))
		return;
	memcpy(r.v, v, sizeof(r.v));
	p = (char *)lg.head + lg.head->tail;
	memcpy(p, &r, sizeof(r));
	if (len)
		memcpy(p + sizeof(r), data, len);
	__atomic_store_n(&lg.head->tail, end, __ATOMIC_RELEASE);
}

void log_conn(const struct conn *c)
{
	/* What is not logged yet of a ring's input is still in the ring. */
	const uint32_t v[4] = {c->domain->port, c->in_pos - (uint32_t)c->unlogged, c->out_pos,
			       c->overflow};

	log_put(LOG_CONN, c->id, v, NULL, 0);
}

void log_domain(const struct domain *d, bool gone)
{
	const uint32_t v[4] = {d->domid, gone, d->introduced, d->shutdown};

	log_put(LOG_DOMAIN, 0, v, NULL, 0);
}

void log_close(struct conn *c)
{
	if (!c->dead)
		log_put(LOG_CLOSE, c->id, (uint32_t[4]){0}, NULL, 0);
	conn_close(c);
}

void log_busy(const struct conn *c, bool busy)
{
	if (lg.head && !log_replaying && c->id < MAX_FDS)
		__atomic_store_n(&lg.head->busy[c->id], busy, __ATOMIC_RELEASE);
}

/* Keep it for a look. */
static void set_aside(const char *suffix)
{
	char name[sizeof(log_path) + 8];

	snprintf(name, sizeof(name), "%s.%s", log_path, suffix);
	if (!rename(log_path, name))
		warnx("a log that is of no use is kept as %s", name);
}

bool log_open(const char *dir)
{
	struct head want = {0};

	drop(&lg);
	snprintf(log_path, sizeof(log_path), "%s/log", dir);
	if (!open_file(log_path, 0))
		return false;
	init_head(&want);
	if (lg.size > HEAD)
		want.tail = lg.head->tail;
	if (want.tail > HEAD && want.tail <= lg.size &&
	    !memcmp(lg.head, &want, offsetof(struct head, busy)))
		return true;
	drop(&lg);
	/* One of an earlier boot, or damaged. */
	set_aside("old");
	return false;
}

bool log_load(bool resume)
{
	if (!lg.head)
		return false;
	log_replaying = true;
	if (!state_load((char *)lg.head + HEAD, lg.head->tail - HEAD)) {
		set_aside("bad");
		exit(1);
	}
	state_settle(lg.head->busy, resume ? MAX_FDS : 0);
	log_replaying = false;
	return true;
}

bool log_compact(bool clean)
{
	char tmp[sizeof(log_path) + 8];
	struct log old;

	/* The old log tells of it, for it may have to go on. */
	log_put(LOG_RENEW, 0, (uint32_t[4]){0}, NULL, 0);
	txn_renew_all();
	old = lg;
	lg.head = NULL;
	snprintf(tmp, sizeof(tmp), "%s.new", log_path);
	if (open_file(tmp, O_CREAT | O_TRUNC) && reserve(HEAD)) {
		init_head(lg.head);
		lg.head->tail = HEAD;
		state_save(clean);
	}
	/* Go on with the old one, and try again when it has grown as much once more. */
	if (!lg.head || rename(tmp, log_path)) {
		warn("cannot write %s", tmp);
		unlink(tmp);
		drop(&lg);
		lg = old;
		lg.snapshot = lg.head ? lg.head->tail : 0;
		return false;
	}
	drop(&old);
	lg.snapshot = lg.head->tail;
	conn_exact_out = 0;
	return true;
}

void log_tidy(void)
{
	if (lg.head && (lg.head->tail > 4 * lg.snapshot + SLACK || conn_exact_out > OUTPUT_MAX))
		log_compact(false);
}
