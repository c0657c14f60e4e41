/* SPDX-License-Identifier: BSD-2-Clause */
#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define JOURNAL_MAGIC 0x314c4e524a4b4c42ull /* "BLKJRNL1" */

static struct journal *map_journal(const char *path, int flags)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
	void *addr = MAP_FAILED;
	struct stat st;

	if (fd < 0)
		return NULL;
	if ((flags & O_CREAT) && ftruncate(fd, sizeof(struct journal)) < 0) {
		close(fd);
		return NULL;
	}
	if (fstat(fd, &st) == 0 && st.st_size == (off_t)sizeof(struct journal))
		addr = mmap(NULL, sizeof(struct journal), PROT_READ | PROT_WRITE, MAP_SHARED, fd,
			    0);
	else
		errno = ESTALE;
	close(fd);
	return addr == MAP_FAILED ? NULL : addr;
}

struct journal *journal_create(const char *path, const struct ring_id *ring)
{
	struct journal *journal = map_journal(path, O_CREAT | O_TRUNC);

	if (!journal)
		return NULL;
	journal->ring = *ring;
	__atomic_store_n(&journal->magic, JOURNAL_MAGIC, __ATOMIC_RELEASE);
	return journal;
}

struct journal *journal_open(const char *path, const struct ring_id *ring)
{
	struct journal *journal = map_journal(path, 0);

	if (!journal)
		return NULL;
	if (journal->magic == JOURNAL_MAGIC && !memcmp(&journal->ring, ring, sizeof(*ring)))
		return journal;
	journal_close(journal);
	errno = ESTALE;
	return NULL;
}

void journal_close(struct journal *journal)
{
	munmap(journal, sizeof(*journal));
}

static void set_state(struct journal_slot *slot, enum journal_state state)
{
	__atomic_store_n(&slot->state, (uint32_t)state, __ATOMIC_RELEASE);
}

void journal_take(struct journal *journal, unsigned int n, uint32_t req_index,
		  const struct pv_blkif_request *request)
{
	struct journal_slot *slot = &journal->slot[n];

	slot->request = *request;
	slot->req_index = req_index;
	set_state(slot, JOURNAL_TAKEN);
	__atomic_store_n(&journal->req_cons, req_index + 1, __ATOMIC_RELEASE);
}

void journal_answer(struct journal *journal, unsigned int n, uint32_t rsp_index)
{
	struct journal_slot *slot = &journal->slot[n];

	slot->rsp_index = rsp_index;
	set_state(slot, JOURNAL_ANSWERED);
	/* The caller writes the response next: that store must not come first. */
	__atomic_thread_fence(__ATOMIC_RELEASE);
}

void journal_done(struct journal *journal, unsigned int n)
{
	set_state(&journal->slot[n], JOURNAL_FREE);
}

/* Whether free-running index a comes before b. */
static bool before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

int journal_recover(struct journal *journal, uint32_t rsp_prod)
{
	uint32_t unanswered = 0;

	for (unsigned int i = 0; i < MAX_REQUESTS; i++) {
		struct journal_slot *slot = &journal->slot[i];

		if (slot->state == JOURNAL_FREE)
			continue;
		if (!before(slot->req_index, journal->req_cons) ||
		    (slot->state == JOURNAL_ANSWERED && before(slot->rsp_index, rsp_prod))) {
			set_state(slot, JOURNAL_FREE);
			continue;
		}
		set_state(slot, JOURNAL_TAKEN);
		unanswered++;
	}
	return unanswered == journal->req_cons - rsp_prod ? (int)unanswered : -EPROTO;
}
