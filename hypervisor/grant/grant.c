/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Grant tables: their storage, and the life of one grant from its first use to
 * its last. The shared entry is the granter's to write at any moment, so it is
 * read as one 64-bit word, checked, and marked in use by a compare-exchange on
 * that same word; from then on only the active entry is believed.
 */
#include "errno.h"
#include "internal.h"

static bool active_idle(const struct active_entry *a)
{
	return !(a->readers | a->writers);
}

/* The in-use bits that must not be set with these uses. */
static u16 bits_unused(const struct active_entry *a)
{
	return a->writers ? 0 : PV_GTF_WRITING | (a->readers ? 0 : PV_GTF_READING);
}

static u64 *shared_word(struct grant_table *gt, u32 ref)
{
	return (u64 *)&gt->shared[ref / ENTRIES_PER_FRAME][ref % ENTRIES_PER_FRAME];
}

/* Of a version 1 entry read as one word: flags below, then the domain. */
static u32 word_frame(u64 word)
{
	return word >> 32;
}

/* Grow to \p frames shared frames; lock held. 0, -ENOSPC over the limit, -ENOMEM. */
static int table_grow(struct domain *d, struct grant_table *gt, u32 frames)
{
	if (frames > gt->max_frames)
		return -ENOSPC;
	if (gt->withdrawn)
		return -ESRCH;
	while (gt->frames < frames) {
		void *shared = pages_alloc(0), *active = pages_alloc(ACTIVE_ORDER);

		if (!shared || !active) {
			pages_free(shared, 0);
			pages_free(active, ACTIVE_ORDER);
			return -ENOMEM;
		}
		frame_share(shared, d, true);
		gt->shared[gt->frames] = shared;
		gt->active[gt->frames++] = active;
	}
	return 0;
}

/* The arrays, when nothing is left in them. */
static void table_free(struct grant_table *gt)
{
	heap_free(gt->shared);
	heap_free(gt->active);
	heap_free(gt->track);
	heap_free(gt);
}

int grant_table_create(struct domain *d, s32 max_frames, s32 max_maptrack_frames)
{
	u32 frames = max_frames < 0 ? GRANT_FRAMES_DEFAULT : (u32)max_frames;
	u32 tracks = max_maptrack_frames < 0 ? TRACK_FRAMES_DEFAULT : (u32)max_maptrack_frames;
	struct grant_table *gt;

	if (frames == 0 || frames > GRANT_FRAMES_LIMIT || tracks > TRACK_FRAMES_LIMIT)
		return -EINVAL;
	gt = heap_alloc(sizeof(*gt));
	if (!gt)
		return -ENOMEM;
	gt->max_frames = frames;
	gt->max_track_pages = tracks;
	gt->track_free = TRACK_END;
	gt->shared = heap_alloc(frames * sizeof(*gt->shared));
	gt->active = heap_alloc(frames * sizeof(*gt->active));
	gt->track = tracks ? heap_alloc(tracks * sizeof(*gt->track)) : NULL;
	/* The first frame is there from the start: the builder fills in two entries. */
	if (!gt->shared || !gt->active || (tracks && !gt->track) || table_grow(d, gt, 1)) {
		table_free(gt);
		return -ENOMEM;
	}
	/* The domain can be found already: the table when all of it is there. */
	__atomic_store_n(&d->grant, gt, __ATOMIC_RELEASE);
	return 0;
}

int grant_table_withdraw(struct domain *d)
{
	struct grant_table *gt = d->grant;

	spin_lock(&gt->lock);
	gt->withdrawn = true;
	spin_unlock(&gt->lock);
	while (gt->unshared < gt->frames) {
		frame_unshare(gt->shared[gt->unshared++], d);
		if (preempt_after(UNSHARE_COST))
			return -ERESTART;
	}
	return 0;
}

bool grant_table_destroy(struct domain *d)
{
	struct grant_table *gt = d->grant;
	u32 n = 0;

	if (!gt)
		return true;
	for (; gt->track_pages && n < FREED_AT_ONCE; n++)
		pages_free(gt->track[--gt->track_pages], 0);
	for (; gt->frames && n < FREED_AT_ONCE; n++)
		pages_free(gt->active[--gt->frames], ACTIVE_ORDER);
	if (gt->track_pages || gt->frames)
		return false;
	table_free(gt);
	d->grant = NULL;
	return true;
}

int grant_shared_frame(struct domain *d, u32 index, mfn_t *out)
{
	int rc;

	if (index >= d->grant->max_frames)
		return REFUSE(-EINVAL);
	spin_lock(&d->grant->lock);
	rc = d->dying ? -EINVAL : table_grow(d, d->grant, index + 1);
	if (!rc)
		*out = virt_mfn(d->grant->shared[index]);
	spin_unlock(&d->grant->lock);
	return rc;
}

u32 grant_frames_max(const struct domain *d)
{
	return d->grant->max_frames;
}

/*
 * Check the entry and set its in-use bits, as one step as far as the granter can
 * see. The compare-exchange fails only if the granter wrote meanwhile; a granter
 * that keeps writing is refused rather than waited for.
 */
static s16 entry_mark(u64 *word, const struct domain *mapper, bool readonly, u64 *marked)
{
	const u64 want = PV_GTF_PERMIT_ACCESS | (u64)mapper->id << 16;
	const u64 care =
		PV_GTF_TYPE_MASK | PV_GTF_SUB_PAGE | 0xffff0000 | (readonly ? 0 : PV_GTF_READONLY);
	const u64 bits = PV_GTF_READING | (readonly ? 0 : PV_GTF_WRITING);
	u64 seen = READ_ONCE(*word);
	int tries = 5;

	do {
		if (unlikely((seen ^ want) & care))
			break; /* invalid, for another, or read-only and to be written */
		*marked = seen | bits;
		if (likely(__atomic_compare_exchange_n(word, &seen, *marked, false,
						       __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)))
			return PV_GNTST_OKAY;
	} while (--tries);
	return PV_GNTST_GENERAL_ERROR;
}

/* Clear in-use bits in the flags alone: the rest of the entry may have been rewritten. */
static void entry_unmark(u64 *word, u16 bits)
{
	__atomic_fetch_and((u16 *)word, (u16)~bits, __ATOMIC_SEQ_CST);
}

/*
 * A further use by the same mapper, of the frame that was latched at the first.
 * The entry's own permission counts again only when the first writer comes.
 */
static s16 further_use(struct active_entry *a, u64 *word, const struct domain *mapper,
		       bool readonly)
{
	u64 marked;
	s16 status;

	if (a->mapper != mapper->id)
		return PV_GNTST_GENERAL_ERROR;
	if (readonly || a->writers)
		return PV_GNTST_OKAY;
	status = entry_mark(word, mapper, false, &marked);
	if (status != PV_GNTST_OKAY)
		return status;
	if (word_frame(marked) == a->frame)
		return PV_GNTST_OKAY;
	entry_unmark(word, PV_GTF_WRITING);
	return PV_GNTST_GENERAL_ERROR;
}

static u32 *uses_of(struct active_entry *a, bool readonly)
{
	return readonly ? &a->readers : &a->writers;
}

/* Count uses; the first of its kind holds the frame. */
static bool use_count(struct active_entry *a, struct domain *granter, bool readonly, u32 uses)
{
	u32 *counted = uses_of(a, readonly);

	if (!*counted && !mfn_get_use(mfn(a->frame), granter, !readonly))
		return false;
	*counted += uses;
	return true;
}

s16 grant_acquire(struct domain *granter, u32 ref, const struct domain *mapper, bool readonly,
		  u32 uses, struct frame **frame)
{
	struct grant_table *gt = granter->grant;
	s16 status = PV_GNTST_BAD_GNTREF;
	struct active_entry *a;
	u64 *word, marked;

	spin_lock(&gt->lock);
	if (unlikely(ref >= gt->frames * ENTRIES_PER_FRAME))
		goto out;
	status = PV_GNTST_BAD_DOMAIN;
	if (unlikely(granter->dying))
		goto out;
	a = active_entry(gt, ref);
	word = shared_word(gt, ref);
	if (likely(active_idle(a))) {
		status = entry_mark(word, mapper, readonly, &marked);
		if (unlikely(status != PV_GNTST_OKAY))
			goto out;
		a->frame = word_frame(marked);
		a->mapper = mapper->id;
	} else {
		status = further_use(a, word, mapper, readonly);
		if (status != PV_GNTST_OKAY)
			goto out;
	}
	if (unlikely(!use_count(a, granter, readonly, uses))) {
		status = PV_GNTST_GENERAL_ERROR;
		entry_unmark(word, bits_unused(a));
		goto out;
	}
	*frame = mfn_frame(mfn(a->frame));
out:
	spin_unlock(&gt->lock);
	return status;
}

void grant_release(struct domain *granter, u32 ref, bool readonly, u32 uses)
{
	struct grant_table *gt = granter->grant;
	struct active_entry *a;
	u32 *counted;
	u16 clear;

	spin_lock(&gt->lock);
	a = active_entry(gt, ref);
	counted = uses_of(a, readonly);
	*counted -= uses;
	if (!*counted)
		frame_put_use(mfn_frame(mfn(a->frame)), !readonly);
	clear = bits_unused(a);
	if (clear && !gt->withdrawn)
		entry_unmark(shared_word(gt, ref), clear);
	spin_unlock(&gt->lock);
}

/* --- track entries: what a domain's handles stand for --------------------------- */

struct track_entry *track_lookup(struct grant_table *gt, u32 handle)
{
	if (handle >= gt->track_pages * TRACKS_PER_PAGE)
		return NULL;
	return &gt->track[handle / TRACKS_PER_PAGE][handle % TRACKS_PER_PAGE];
}

/* One more page of track entries, all free. */
static bool track_grow(struct grant_table *gt)
{
	u32 i, base = gt->track_pages * TRACKS_PER_PAGE;
	struct track_entry *page;

	if (gt->track_pages == gt->max_track_pages)
		return false;
	page = pages_alloc(0);
	if (!page)
		return false;
	for (i = 0; i < TRACKS_PER_PAGE; i++)
		page[i].ref = i + 1 < TRACKS_PER_PAGE ? base + i + 1 : gt->track_free;
	gt->track[gt->track_pages++] = page;
	gt->track_free = base;
	return true;
}

struct track_entry *track_alloc(struct grant_table *gt, u32 *handle)
{
	struct track_entry *t = NULL;

	spin_lock(&gt->track_lock);
	if (gt->track_free != TRACK_END || track_grow(gt)) {
		*handle = gt->track_free;
		t = track_lookup(gt, *handle);
		gt->track_free = t->ref;
		t->state = TRACK_BUSY;
	}
	spin_unlock(&gt->track_lock);
	return t;
}

void track_free(struct grant_table *gt, u32 handle)
{
	struct track_entry *t;

	spin_lock(&gt->track_lock);
	t = track_lookup(gt, handle);
	t->state = TRACK_FREE;
	t->flags = 0;
	t->granter = NULL;
	t->ref = gt->track_free;
	gt->track_free = handle;
	spin_unlock(&gt->track_lock);
}

int grant_release_mappings(struct domain *d)
{
	struct grant_table *gt = d->grant;
	u32 end;

	if (!gt)
		return 0;
	end = gt->track_pages * TRACKS_PER_PAGE;
	for (; gt->release_next < end; gt->release_next++) {
		struct track_entry *t = track_lookup(gt, gt->release_next);

		if ((gt->release_next & 63) == 63 && preempt_pending())
			return -ERESTART;
		if (t->state != TRACK_MAPPED)
			continue;
		grant_release(t->granter, t->ref, t->flags & PV_GNTMAP_READONLY,
			      map_uses(t->flags));
		domain_put(t->granter);
		track_free(gt, gt->release_next);
	}
	return 0;
}

void grant_audit(struct domain *d)
{
	struct grant_table *gt = d->grant;
	u32 ref, used = 0, maps = 0, handle;

	if (!gt)
		return;
	for (ref = 0; ref < gt->frames * ENTRIES_PER_FRAME; ref++) {
		struct active_entry *a = active_entry(gt, ref);

		if (active_idle(a))
			continue;
		used++;
		log_info("d%u grant %u: frame %x, d%u, %u readers, %u writers\n", d->id, ref,
			 a->frame, a->mapper, a->readers, a->writers);
	}
	for (handle = 0; handle < gt->track_pages * TRACKS_PER_PAGE; handle++)
		maps += track_lookup(gt, handle)->state != TRACK_FREE;
	log_info("d%u: %u frames of grants, %u in use, maps %u of others\n", d->id, gt->frames,
		 used, maps);
}

void grant_audit_frames(struct domain *d)
{
	const struct grant_table *gt = d->grant;

	for (u32 ref = 0; gt && ref < gt->frames * ENTRIES_PER_FRAME; ref++) {
		const struct active_entry *a = active_entry(gt, ref);

		if (a->readers)
			frame_audit_use(mfn_frame(mfn(a->frame)), false);
		if (a->writers)
			frame_audit_use(mfn_frame(mfn(a->frame)), true);
	}
}
