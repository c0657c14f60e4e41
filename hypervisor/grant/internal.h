/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two tables behind grants, and who may touch them.
 *
 *   granter's side                          mapper's side
 *   shared[ref]   8 bytes, guest-writable   track[handle]  which granter, which
 *   active[ref]   ours: frame, mapper,      reference, how mapped, what is left
 *                 readers, writers          to unmap
 *
 * While a grant has readers they hold one reference on the frame between them, and
 * while it has writers these hold a writable one. A page-table entry made by a map
 * holds references of its own like any other entry, so whatever the mapper does
 * to that entry, the frame outlives every mapping.
 *
 * Locks: `lock` guards shared and active, `track_lock` guards track. They are
 * never held together, and only one granter's lock is held at a time.
 */
#ifndef PAVISE_GRANT_INTERNAL_H
#define PAVISE_GRANT_INTERNAL_H

#include "grant.h"
#include "mm.h"
#include "public/grant.h"

#define GRANT_FRAMES_DEFAULT 64
#define TRACK_FRAMES_DEFAULT 1024
#define GRANT_FRAMES_LIMIT   1024
#define TRACK_FRAMES_LIMIT   4096
#define FREED_AT_ONCE	     64	 /* pages of a table that ends */
#define UNSHARE_COST	     500 /* instructions */

#define ENTRIES_PER_FRAME (PAGE_SIZE / sizeof(struct pv_grant_entry_v1))
#define ACTIVE_ORDER	  1 /* pages of active entries for a frame of shared ones */
#define TRACKS_PER_PAGE	  (PAGE_SIZE / sizeof(struct track_entry))

/* Use counts stay far below overflow: one track entry each, and those are limited. */
struct active_entry {
	u32 frame; /* latched from the shared entry when the first use began */
	domid_t mapper;
	u32 readers; /* uses that may only read */
	u32 writers; /* uses that may write */
};

enum track_state {
	TRACK_FREE,
	TRACK_BUSY,   /* being set up or taken down by one hypercall */
	TRACK_MAPPED, /* complete; may be unmapped */
};

struct track_entry {
	struct domain *granter; /* with a reference */
	u32 ref;		/* of the grant; while free: next free handle */
	u8 state;
	u8 flags; /* PV_GNTMAP_HOST_MAP, DEVICE_MAP: still to be undone; READONLY, CONTAINS_PTE */
};
STATIC_ASSERT(sizeof(struct track_entry) == 16);

struct grant_table {
	struct spinlock lock;
	u32 frames, max_frames;
	u32 unshared;	/* frames that are, of those to be */
	bool withdrawn; /* the shared frames are gone: nothing is written to them any more */
	struct pv_grant_entry_v1 **shared; /* ENTRIES_PER_FRAME at each of these */
	struct active_entry **active;

	struct spinlock track_lock;
	u32 track_pages, max_track_pages;
	struct track_entry **track;
	u32 track_free;	  /* first free handle, TRACK_END when none is left */
	u32 release_next; /* teardown: first handle not yet released */
};
#define TRACK_END (~0u)
STATIC_ASSERT(ENTRIES_PER_FRAME * sizeof(struct active_entry) == PAGE_SIZE << ACTIVE_ORDER);

static inline struct active_entry *active_entry(const struct grant_table *gt, u32 ref)
{
	return &gt->active[ref / ENTRIES_PER_FRAME][ref % ENTRIES_PER_FRAME];
}

/* Each half of a mapping is undone by itself, so each is a use of its own. */
static inline u32 map_uses(u32 flags)
{
	return !!(flags & PV_GNTMAP_HOST_MAP) + !!(flags & PV_GNTMAP_DEVICE_MAP);
}

/*
 * Begin so many uses of \p granter's entry \p ref by \p mapper: checks the entry, marks
 * it in use, counts them, and holds the frame. PV_GNTST_OKAY and *frame, or the
 * status to report.
 */
s16 grant_acquire(struct domain *granter, u32 ref, const struct domain *mapper, bool readonly,
		  u32 uses, struct frame **frame);
/* End them. The in-use bits are cleared last, when the frame has been let go. */
void grant_release(struct domain *granter, u32 ref, bool readonly, u32 uses);

/* The track entry behind a handle that \p d was given, or NULL; track_lock held. */
struct track_entry *track_lookup(struct grant_table *gt, u32 handle);
/* A BUSY track entry, or NULL when the limit is reached. */
struct track_entry *track_alloc(struct grant_table *gt, u32 *handle);
void track_free(struct grant_table *gt, u32 handle);

/*
 * The domain \p id, which has grants, or NULL. *held is the one that the element
 * before named, with a reference that serves for this one too if it is the same,
 * and is exchanged if not. Who a domain is, is all that elements share.
 */
static inline struct domain *granter_select(struct domain **held, domid_t id)
{
	struct domain *d = *held;

	if (unlikely(!d || d->id != id)) {
		if (d)
			domain_put(d);
		*held = d = domain_get(id);
	}
	/* A domain that is being made can be found before it has its table. */
	return likely(d && READ_ONCE(d->grant)) ? d : NULL;
}

/*
 * The operations on \p n elements (map.c, copy.c), at most GRANT_BATCH, status
 * inside. Unmapping them takes one TLB flush.
 */
#define GRANT_BATCH 16
void grant_map(struct pv_gnttab_map_grant_ref *op, u32 n);
void grant_unmap(struct pv_gnttab_unmap_grant_ref *op, u32 n);
void grant_copy(struct pv_gnttab_copy *op, u32 n);

#endif
