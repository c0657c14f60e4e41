/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The frame allocator: free blocks of 2^order frames, aligned to their size, on
 * lists by zone and order. A block's zone is the bit length of its frame number,
 * so a zone is an address width: a request for addresses below 2^bits takes from
 * the zones up to that, and others take from the highest, to spare the low ones.
 *
 * A free frame is owned by PV_DOMID_INVALID and has no references. The first of
 * a block carries the order and the links. Its stamp is the newest of all frames
 * in the block: who allocates waits until no TLB can hold an old translation,
 * and clears the pages after that. A free frame that has been cleared already says
 * so (FRAME_CLEAN), and stays it until it is handed out.
 */
#include "internal.h"

#define ZONES	   36
#define COST_CLEAR 600	  /* instructions */
#define NOT_HEAD   0xffff /* in `entries` of a free frame that is not the first of its block */

static struct spinlock lock;
static u32 free_list[ZONES][MAX_ORDER + 1];
static u32 zone_orders[ZONES]; /* bit per order: list is not empty */
static u64 free_count, total_count;

static unsigned int zone_of(u64 nr)
{
	return nr ? 64 - (unsigned int)__builtin_clzl(nr) : 0;
}

static void block_link(struct frame *f, unsigned int order)
{
	unsigned int z = zone_of(mfn_nr(frame_mfn(f)));

	f->entries = order;
	frames_link(&free_list[z][order], f);
	zone_orders[z] |= 1u << order;
}

static void block_unlink(struct frame *f, unsigned int order)
{
	unsigned int z = zone_of(mfn_nr(frame_mfn(f)));

	frames_unlink(&free_list[z][order], f);
	if (!free_list[z][order])
		zone_orders[z] &= ~(1u << order);
	f->entries = NOT_HEAD;
}

/* Put a block in, joined with its free neighbours as far as they go. Under the lock. */
static void block_insert(struct frame *f, unsigned int order)
{
	u64 nr = mfn_nr(frame_mfn(f));

	for (; order < MAX_ORDER; order++) {
		struct frame *other = frame_lookup(nr ^ (1UL << order));

		if (!other || other->owner != PV_DOMID_INVALID || other->entries != order)
			break;
		block_unlink(other, order);
		if ((s32)(other->flush_stamp - f->flush_stamp) > 0)
			f->flush_stamp = other->flush_stamp;
		if (other < f) {
			other->flush_stamp = f->flush_stamp;
			f->entries = NOT_HEAD;
			f = other;
			nr ^= 1UL << order;
		}
	}
	block_link(f, order);
}

void extent_free(struct frame *f, unsigned int order)
{
	spin_lock(&lock);
	block_insert(f, order);
	free_count += 1UL << order;
	spin_unlock(&lock);
}

void buddy_free(struct frame *f, unsigned int order)
{
	for (u64 i = 0; i < 1UL << order; i++) {
		f[i].state = 0;
		f[i].entries = NOT_HEAD;
		f[i].owner = PV_DOMID_INVALID;
	}
	extent_free(f, order);
}

void buddy_add(u64 first, u64 nr)
{
	while (nr) {
		unsigned int order = first ? (unsigned int)__builtin_ctzl(first) : MAX_ORDER;

		if (order > MAX_ORDER)
			order = MAX_ORDER;
		while (1UL << order > nr)
			order--;
		mfn_frame(mfn(first))->flush_stamp = tlb_clock();
		buddy_free(mfn_frame(mfn(first)), order);
		total_count += 1UL << order;
		first += 1UL << order;
		nr -= 1UL << order;
	}
}

/* A block of at least this order from the highest zone up to \p zone. Under the lock. */
static struct frame *block_find(unsigned int order, int zone, unsigned int *found)
{
	u32 orders;

	for (; zone >= 0; zone--) {
		orders = zone_orders[zone] & ~((1u << order) - 1);
		if (!orders)
			continue;
		*found = (unsigned int)__builtin_ctz(orders);
		return mfn_frame(mfn(free_list[zone][*found]));
	}
	return NULL;
}

struct frame *buddy_alloc(unsigned int order, unsigned int bits)
{
	int zone = ZONES - 1;
	unsigned int found;
	struct frame *f;

	if (order > MAX_ORDER || (bits && bits <= PAGE_SHIFT))
		return NULL;
	if (bits && (int)bits - PAGE_SHIFT < zone)
		zone = (int)bits - PAGE_SHIFT;
	spin_lock(&lock);
	f = block_find(order, zone, &found);
	if (f) {
		block_unlink(f, found);
		while (found > order) { /* the upper halves go back */
			found--;
			f[1UL << found].flush_stamp = f->flush_stamp;
			block_link(f + (1UL << found), found);
		}
		free_count -= 1UL << order;
	}
	spin_unlock(&lock);
	if (f)
		tlb_flush_stamp(&cpus_online, f->flush_stamp);
	return f;
}

static void page_clear(void *page)
{
	u64 n = PAGE_SIZE / 8;

	__asm__ volatile("rep stosq" : "+D"(page), "+c"(n) : "a"(0UL) : "memory");
}

int extent_alloc(unsigned int order, unsigned int bits, struct frame **out)
{
	struct frame *f = buddy_alloc(order, bits);

	if (!f)
		return -ENOMEM;
	*out = f;
	for (u64 i = 0; i < 1UL << order; i++) {
		if (f[i].state & FRAME_CLEAN)
			continue;
		page_clear(frame_virt(f + i));
		f[i].state = FRAME_CLEAN;
		if (preempt_after(COST_CLEAR)) {
			extent_free(f, order);
			return -ERESTART;
		}
	}
	return 0;
}

void *pages_alloc(unsigned int order)
{
	struct frame *f = buddy_alloc(order, 0);

	if (!f)
		return NULL;
	for (u64 i = 0; i < 1UL << order; i++) {
		page_clear(frame_virt(f + i));
		f[i].entries = 0;
		f[i].owner = PV_DOMID_XEN;
		f[i].state = FRAME_REF;
	}
	return frame_virt(f);
}

void pages_free(void *virt, unsigned int order)
{
	struct frame *f;
	u64 i, x;

	if (!virt)
		return;
	f = mfn_frame(virt_mfn(virt));
	for (i = 0; i < 1UL << order; i++) {
		/* A guest that tries frame numbers may hold one for a moment. */
		while (x = FRAME_REF, !frame_cas(&f[i], &x, 0))
			cpu_relax();
	}
	f->flush_stamp = tlb_clock();
	buddy_free(f, order);
}

u64 frames_free(void)
{
	return READ_ONCE(free_count);
}

u64 frames_total(void)
{
	return total_count;
}
