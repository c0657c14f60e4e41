/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Small objects: pages cut into pieces of one size each, a power of two. A
 * page's header names its size; a larger object is a block of whole pages, and
 * is the only one that starts at a page boundary. Pieces of 64 bytes and more
 * are aligned to 64.
 */
#include "internal.h"

#define CLASS_SHIFT 4 /* smallest: 16 bytes */
#define CLASSES	    7 /* largest: 1024 */

struct piece {
	struct piece *next;
};

struct heap_page {
	struct heap_page *next, *prev; /* pages of this class with a free piece */
	struct piece *free;
	u32 used;
	u32 class;
} __aligned(64);

static struct spinlock lock;
static struct heap_page *partial[CLASSES];

static unsigned int class_of(size_t size)
{
	unsigned int c = 0;

	while (16UL << c < size)
		c++;
	return c;
}

static void page_link(struct heap_page *p)
{
	p->prev = NULL;
	p->next = partial[p->class];
	if (p->next)
		p->next->prev = p;
	partial[p->class] = p;
}

static void page_unlink(struct heap_page *p)
{
	if (p->next)
		p->next->prev = p->prev;
	if (p->prev)
		p->prev->next = p->next;
	else
		partial[p->class] = p->next;
}

static struct heap_page *page_cut(unsigned int class)
{
	struct heap_page *p = pages_alloc(0);
	size_t size = 16UL << class, at = MAX(sizeof(*p), size);

	if (!p)
		return NULL;
	p->class = class;
	for (; at + size <= PAGE_SIZE; at += size) {
		struct piece *piece = (struct piece *)((char *)p + at);

		piece->next = p->free;
		p->free = piece;
	}
	page_link(p);
	return p;
}

static void *large_alloc(size_t size)
{
	unsigned int order = 0;
	void *p;

	while (PAGE_SIZE << order < size)
		if (++order > MAX_ORDER)
			return NULL;
	p = pages_alloc(order);
	if (p)
		mfn_frame(virt_mfn(p))->entries = order;
	return p;
}

void *heap_alloc(size_t size)
{
	unsigned int class = class_of(size);
	struct heap_page *p;
	struct piece *piece;

	if (class >= CLASSES)
		return large_alloc(size);
	spin_lock(&lock);
	p = partial[class];
	if (!p)
		p = page_cut(class);
	if (!p) {
		spin_unlock(&lock);
		return NULL;
	}
	piece = p->free;
	p->free = piece->next;
	p->used++;
	if (!p->free)
		page_unlink(p);
	spin_unlock(&lock);
	memset(piece, 0, 16UL << class);
	return piece;
}

void heap_free(void *object)
{
	struct heap_page *p = (struct heap_page *)((u64)object & PAGE_MASK);
	struct piece *piece = object;

	if (!object)
		return;
	if ((void *)p == object) {
		pages_free(object, mfn_frame(virt_mfn(object))->entries);
		return;
	}
	spin_lock(&lock);
	if (!p->free)
		page_link(p);
	piece->next = p->free;
	p->free = piece;
	if (--p->used == 0)
		page_unlink(p);
	else
		p = NULL;
	spin_unlock(&lock);
	pages_free(p, 0);
}
