/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libpav's part of the store.
 *
 *   /local/domain/N            what the guest and its drivers read (name, memory/, cpu/, ...)
 *   /local/domain/N/device/T/D front-end of device D, owned by the guest
 *   /local/domain/0/backend/T/N/D  back-end of the same device, owned by the service domain
 *   /vm/UUID                   name and uuid, for the guest's /sys/hypervisor/uuid
 *   /pav/domain/N              for the tools alone: the configuration's text, back-end paths
 *
 * Decisions are made from /pav and from the hypervisor, never from what a guest
 * can write.
 */
#ifndef PAV_STORE_H
#define PAV_STORE_H

#include <xenstore.h>

#include "build.h"

/* The connection, opened when first needed; NULL with the reason recorded. */
struct xs_handle *pav_store(struct pav *pav);

/* Read a node as text for free(); NULL if it cannot be read, with no reason recorded. */
char *pav_store_read(struct pav *pav, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The name the store has for a domain, or empty. */
void pav_store_name(struct pav *pav, unsigned int domid, char name[65]);

/* All that is written before the domain runs: one transaction, so all or nothing. */
int pav_store_create(struct pav *pav, unsigned int domid, const struct pav_config *config,
		     const char *text, const uint8_t uuid[16]);

/* Ring frames and ports, once they are known; then the store's own introduction. */
int pav_store_introduce(struct pav *pav, unsigned int domid, const struct pav_rings *rings);

/* Wait until each block back-end has answered its new device. */
int pav_store_await_backends(struct pav *pav, unsigned int domid, const struct pav_config *config,
			     const struct pav_create_options *options);

/* Tell the domain's back-ends to let go, wait for them a little, and remove every node. */
void pav_store_remove(struct pav *pav, unsigned int domid);

/* True if the store holds anything of the domain. */
bool pav_store_knows(struct pav *pav, unsigned int domid);

/* The text the domain was created from, for free(); NULL if there is none. */
char *pav_store_config(struct pav *pav, unsigned int domid);

/* Wait up to ms for a watch event and swallow it. 1: there was one, 0: none,
 * -1: the store is gone, and so is whoever could send one. */
int pav_store_wait(struct pav *pav, int ms);

#endif
