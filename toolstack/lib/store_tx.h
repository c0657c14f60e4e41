/* SPDX-License-Identifier: BSD-2-Clause */
/* Writing nodes with their permissions inside one transaction. */
#ifndef PAV_STORE_TX_H
#define PAV_STORE_TX_H

#include <xenstore.h>

#include "config.h"
#include "hv.h"

struct store_tx {
	struct pav *pav;
	xs_transaction_t t;
	unsigned int domid; /* the guest in TX_* below */
	bool failed;	    /* a write failed; the rest is skipped, the reason is recorded */
	char path[256];
};

enum tx_owner {
	TX_TOOLS,	      /* the guest sees nothing */
	TX_TOOLS_GUEST_READS, /* the guest reads, cannot write */
	TX_GUEST,	      /* the guest's own */
	TX_GUEST_TOOLS_READ,  /* the guest's own, listed for the service domain */
	TX_OWNERS
};

/* Run body in a transaction, again as long as it conflicts with others. */
int tx_run(struct pav *pav, const char *what, int (*body)(struct store_tx *tx, void *arg),
	   void *arg);

void tx_put(struct store_tx *tx, enum tx_owner owner, const char *path, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Format a path into tx->path. */
const char *tx_path(struct store_tx *tx, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Front-end and back-end nodes of one disk of tx->domid. */
void tx_put_disk(struct store_tx *tx, const struct pav_disk *disk);

#endif
