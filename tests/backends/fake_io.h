/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A hypervisor made of plain memory: grant references are page numbers in one
 * array, event channels are counters. Everything a back-end does goes through
 * the same table of operations as on a real one.
 */
#ifndef TESTS_FAKE_IO_H
#define TESTS_FAKE_IO_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/xenio.h"

#define FAKE_PAGES 512
#define FAKE_DOMID 7
#define FAKE_PORT  3 /* the back-end's end */

struct fake_io {
	struct xenio io;
	uint8_t *pages; /* FAKE_PAGES of 4096 bytes, the guest's; shared with children */
	bool granted[FAKE_PAGES];
	bool readonly[FAKE_PAGES];
	int event_fd;	       /* an eventfd: readable while the port is pending */
	unsigned int notified; /* times that the guest was */
	unsigned int copies;   /* calls, not segments */
	bool map_fails, bind_fails, bound, masked, copy_fails;
	unsigned int mapped; /* ranges */
};

void fake_io_init(struct fake_io *fake);
void fake_io_fini(struct fake_io *fake);
uint8_t *fake_page(struct fake_io *fake, uint32_t ref);
/* The guest notifies. */
void fake_io_kick(struct fake_io *fake);

#endif
