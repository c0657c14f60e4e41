/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * grants: what moving data costs a user-space back-end, by grant copy and by
 * mapping and unmapping, for one page and for 32. The service domain grants
 * pages to itself. Needs xen-gntalloc and xen-gntdev.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "lib/log.h"
#include "lib/xenio.h"
#include "mark.h"

#define PAGES  32
#define ROUNDS 500u

static struct xenio *io;
static uint32_t refs[PAGES];
static uint8_t *shared, *buffer;

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static int by_copy(unsigned int pages)
{
	xengnttab_grant_copy_segment_t seg[PAGES];

	memset(seg, 0, sizeof(seg));
	for (unsigned int i = 0; i < pages; i++) {
		seg[i].source.foreign.ref = refs[i];
		seg[i].dest.virt = buffer + i * 4096;
		seg[i].len = 4096;
		seg[i].flags = GNTCOPY_source_gref;
	}
	if (io->ops->copy(io, pages, seg))
		return -1;
	for (unsigned int i = 0; i < pages; i++)
		if (seg[i].status != GNTST_okay)
			return -1;
	return 0;
}

/* The data is read once, as a disk or a socket would. */
static int by_map(unsigned int pages)
{
	uint8_t *addr = io->ops->map(io, 0, pages, refs);

	if (!addr)
		return -1;
	memcpy(buffer, addr, (size_t)pages * 4096);
	io->ops->unmap(io, addr, pages);
	return 0;
}

static int measure(const char *name, int (*move)(unsigned int), unsigned int pages)
{
	uint64_t start;

	for (unsigned int i = 0; i < 20; i++)
		if (move(pages)) {
			log_err("%s of %u pages fails: %s", name, pages, strerror(errno));
			return 1;
		}
	start = now_ns();
	MARK(3);
	for (unsigned int i = 0; i < ROUNDS; i++)
		move(pages);
	MARK(4);
	printf("TRIAL %s pages=%u rounds=%u ns_per_round=%llu\n", name, pages, ROUNDS,
	       (unsigned long long)((now_ns() - start) / ROUNDS));
	fflush(stdout);
	return 0;
}

int main(void)
{
	xengntshr_handle *share = xengntshr_open(NULL, 0);

	log_open("grants", LOG_TO_STDERR, NULL);
	io = xenio_open(0);
	buffer = mmap(NULL, PAGES * 4096, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (!share || !io || buffer == MAP_FAILED)
		return 1;
	shared = xengntshr_share_pages(share, 0, PAGES, refs, 1);
	if (!shared) {
		log_err("cannot grant pages to ourselves: %s", strerror(errno));
		return 1;
	}
	memset(shared, 0x5a, PAGES * 4096);
	return measure("copy", by_copy, 1) || measure("map", by_map, 1) ||
	       measure("copy", by_copy, PAGES) || measure("map", by_map, PAGES);
}
