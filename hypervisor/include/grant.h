/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Grant tables, version 1. The granter writes entries into frames that it
 * shares with the hypervisor; a mapping domain names an entry. What is in use is
 * recorded in two tables the guests cannot see: the granter's active entries
 * (who uses reference N, how, how often) and the mapper's track entries (what
 * handle H stands for), so that an unmap undoes exactly what a map did.
 */
#ifndef PAVISE_GRANT_H
#define PAVISE_GRANT_H

#include "domain.h"

/* Limits in frames; negative means the default. 0 or -ENOMEM/-EINVAL. */
int grant_table_create(struct domain *d, s32 max_frames, s32 max_maptrack_frames);
/*
 * Teardown, in this order: release every mapping \p d holds of others' frames
 * (-ERESTART to be called again); then, when its own frames go, the table.
 */
int grant_release_mappings(struct domain *d);
/*
 * \p d is dying: take the shared frames back. The table itself has to stay, for
 * others may have mappings to end, until the domain's last reference goes.
 * -ERESTART, or false of the other, to be called again.
 */
int grant_table_withdraw(struct domain *d);
bool grant_table_destroy(struct domain *d);
/* Frame \p index of the shared table, grown on demand; for dom0's builder. 0 or negative errno. */
int grant_shared_frame(struct domain *d, u32 index, mfn_t *out);
/* How many frames the shared table may grow to. */
u32 grant_frames_max(const struct domain *d);
void grant_audit(struct domain *d);
/* Name what the grants in use hold to a frame audit. */
void grant_audit_frames(struct domain *d);

#endif
