/* SPDX-License-Identifier: BSD-2-Clause */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include "log.h"

#define MAGIC	"PAVISE-STORE-01"
#define MAX_FDS (60 << 10)
#define HEAD	(64 << 10)
#define GROW	(4u << 20)
/* A log may grow to this much beyond four times its snapshot. */
#define SLACK (16u << 20)

struct head {
	char magic[16];
	char boot_id[40]; /* a log from before a reboot is worth nothing */
	uint64_t tail;	  /* where the next record goes; moved only once it is complete */
	uint32_t end;	  /* enum log_end */
	uint32_t seed;
	uint8_t fd[MAX_FDS];
};

static struct {
	char path[4096];
	int fd;
	struct head *head; /* the mapping; NULL while nothing is logged */
	size_t size;
	size_t snapshot;
} lg = {.fd = -1};

bool log_replaying;
bool log_has_rings;
uint32_t log_seed = 2166136261u;

static void boot_id(char id[40])
{
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");

	memset(id, 0, 40);
	if (f && !fgets(id, 40, f))
		id[0] = '\0';
	if (f)
		fclose(f);
}

static bool map_file(int fd, size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (p == MAP_FAILED)
		return false;
	lg.fd = fd;
	lg.head = p;
	lg.size = size;
	return true;
}

static void unmap(void)
{
	if (lg.head)
		munmap(lg.head, lg.size);
	if (lg.fd >= 0)
		close(lg.fd);
	lg.head = NULL;
	lg.fd = -1;
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

void log_put(enum log_type type, uint32_t conn, const void *a, size_t alen, const void *b,
	     size_t blen)
{
	struct record r = {.len = (uint32_t)(alen + blen), .type = type, .conn = conn};
	size_t need = sizeof(r) + alen + blen;
	char *p;

	if (!lg.head || log_replaying)
		return;
	if (lg.head->tail + need > lg.size && !grow(need)) {
		fprintf(stderr,
			"xenstored: no space for the log %s: a crash would lose the store\n",
			lg.path);
		lg.head->tail = 0;
		unmap();
		return;
	}
	p = (char *)lg.head + lg.head->tail;
	memcpy(p, &r, sizeof(r));
	if (alen)
		memcpy(p + sizeof(r), a, alen);
	if (blen)
		memcpy(p + sizeof(r) + alen, b, blen);
	__atomic_store_n(&lg.head->tail, lg.head->tail + need, __ATOMIC_RELEASE);
}

void log_conn(enum log_type type, const struct conn *c)
{
	log_put(type, c->id, &c->fd, sizeof(c->fd), NULL, 0);
}

void log_ring(const struct conn *c)
{
	uint32_t v[4] = {c->domain->domid, c->domain->port, c->in_pos, c->out_pos};

	log_has_rings = true;
	log_put(LOG_RING, c->id, v, sizeof(v), NULL, 0);
}

void log_input(const struct conn *c, const void *data, size_t len)
{
	log_put(LOG_INPUT, c->id, data, len, NULL, 0);
}

void log_domain(enum log_type type, unsigned int domid)
{
	uint32_t id = domid;

	log_put(type, 0, &id, sizeof(id), NULL, 0);
}

void log_close(struct conn *c)
{
	if (!c->dead)
		log_conn(LOG_CLOSE, c);
	conn_close(c);
}

static void set_fd(int fd, enum fd_state st)
{
	if (lg.head && fd >= 0 && fd < MAX_FDS)
		__atomic_store_n(&lg.head->fd[fd], st, __ATOMIC_RELEASE);
}

void log_idle(const struct conn *c, bool idle)
{
	if (!log_replaying)
		set_fd(c->fd, c->dead ? FD_OTHER : idle ? FD_IDLE : FD_BUSY);
}

static bool valid_head(const struct head *h, size_t size)
{
	char id[40];

	boot_id(id);
	return !memcmp(h->magic, MAGIC, sizeof(MAGIC)) && !memcmp(h->boot_id, id, sizeof(id)) &&
	       h->tail > HEAD && h->tail <= size;
}

/* Map an existing log; false when there is none of this boot. */
static bool open_existing(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	off_t size = fd >= 0 ? lseek(fd, 0, SEEK_END) : -1;

	if (size < HEAD || !map_file(fd, (size_t)size)) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	if (valid_head(lg.head, lg.size))
		return true;
	unmap();
	return false;
}

enum log_end log_peek(const char *dir)
{
	char path[4096];
	enum log_end end = LOG_CRASHED;

	snprintf(path, sizeof(path), "%s/log", dir);
	if (open_existing(path))
		end = lg.head->end;
	unmap();
	return end;
}

static void close_leftovers(int last_fd)
{
	DIR *d = opendir("/proc/self/fd");
	struct dirent *e;

	while (d && (e = readdir(d))) {
		int fd = atoi(e->d_name);

		if (fd > last_fd && fd != dirfd(d) && fd != lg.fd &&
		    (!lg.head || fd >= MAX_FDS || lg.head->fd[fd] == FD_OTHER))
			close(fd);
	}
	if (d)
		closedir(d);
}

void log_open(const char *dir, bool resume, int last_fd)
{
	char old[4096 + 8];

	snprintf(lg.path, sizeof(lg.path), "%s/log", dir);
	open_existing(lg.path);
	if (resume)
		close_leftovers(last_fd);
	if (!lg.head) {
		/* One of an earlier boot is in the way, or damaged: keep it for a look. */
		snprintf(old, sizeof(old), "%s.old", lg.path);
		rename(lg.path, old);
		return;
	}
	if (!resume)
		memset(lg.head->fd, FD_OTHER, MAX_FDS);
	log_seed = lg.head->seed;
}

static enum fd_state fd_state(int fd)
{
	return fd >= 0 && fd < MAX_FDS ? (enum fd_state)lg.head->fd[fd] : FD_OTHER;
}

bool log_load(void)
{
	char bad[4096 + 8];
	bool ok;

	if (!lg.head)
		return false;
	log_replaying = true;
	ok = state_load((char *)lg.head + HEAD, lg.head->tail - HEAD);
	log_replaying = false;
	if (ok) {
		state_settle(lg.head->end != LOG_CRASHED, fd_state);
		return true;
	}
	/* Its word on which descriptors are connections counts for nothing. */
	for (struct conn *c = conns; c; c = c->next)
		if (fd_state(c->fd) == FD_OTHER)
			c->fd = -1;
	snprintf(bad, sizeof(bad), "%s.bad", lg.path);
	fprintf(stderr, "xenstored: the log makes no sense; kept as %s, starting empty\n", bad);
	rename(lg.path, bad);
	state_clear();
	return false;
}

void log_stop(void)
{
	unmap();
}

bool log_compact(enum log_end end)
{
	char tmp[4096 + 8];
	struct head *old = lg.head;
	size_t old_size = lg.size;
	int old_fd = lg.fd, fd;

	snprintf(tmp, sizeof(tmp), "%s.new", lg.path);
	fd = open(tmp, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || posix_fallocate(fd, 0, HEAD + GROW) || !map_file(fd, HEAD + GROW)) {
		fprintf(stderr, "xenstored: cannot write %s: %m\n", tmp);
		if (fd >= 0)
			close(fd);
		lg.head = old;
		lg.size = old_size;
		lg.fd = old_fd;
		return false;
	}
	memcpy(lg.head->magic, MAGIC, sizeof(MAGIC));
	boot_id(lg.head->boot_id);
	lg.head->seed = log_seed;
	lg.head->tail = HEAD;
	state_save();
	if (!lg.head)
		return false;
	for (struct conn *c = conns; c; c = c->next)
		if (!c->dead)
			log_idle(c, !c->in.len && !c->out.len);
	lg.snapshot = lg.head->tail;
	lg.head->end = end;
	conn_exact_out = 0;
	if (rename(tmp, lg.path))
		fprintf(stderr, "xenstored: cannot rename %s: %m\n", tmp);
	if (old)
		munmap(old, old_size);
	if (old_fd >= 0)
		close(old_fd);
	return true;
}

void log_tidy(void)
{
	if (lg.head && (lg.head->tail > 4 * lg.snapshot + SLACK || conn_exact_out > 1u << 30))
		log_compact(LOG_CRASHED);
}
