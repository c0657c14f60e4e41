/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Small objects: pages cut into pieces of one size each, a power of two. A
 * page's header names its size; a larger object is a block of whole pages, and
 * is the only one that starts at a page boundary. Pieces of 64 bytes and more
 * are aligned to 64.
 */
#include "internal.h"
#include "list.h"

#define CLASSES 7 /* from 16 bytes on, the largest: 1024 */

struct piece {
	struct piece *next;
};

struct heap_page {
	struct list link; /* in `partial`, while it has a free piece */
	struct piece *free;
	u32 used;
	u32 class;
} __aligned(64);

static struct spinlock lock;
static struct list partial[CLASSES]; /* all zero until its class is used */

static unsigned int class_of(size_t size)
{
	unsigned int c = 0;

	while (16UL << c < size)
		c++;
	return c;
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
	list_insert_after(&partial[class], &p->link);
	return p;
}

static void *large_alloc(size_t size)
{
	unsigned int order = order_of(size);
	void *p = pages_alloc(order);

	if (p)
		mfn_frame(virt_mfn(p))->entries = order;
	return p;
}

void *heap_alloc(size_t size)
{
	unsigned int class = class_of(size);
	struct piece *piece = NULL;
	struct heap_page *p;

	if (class >= CLASSES)
		return large_alloc(size);
	spin_lock(&lock);
	if (!partial[class].next)
		list_init(&partial[class]);
	if (list_empty(&partial[class]))
		p = page_cut(class);
	else
		p = list_entry(partial[class].next, struct heap_page, link);
	if (p) {
		piece = p->free;
		p->free = piece->next;
		p->used++;
		if (!p->free)
			list_remove(&p->link);
	}
	spin_unlock(&lock);
	if (piece)
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
		list_insert_after(&partial[p->class], &p->link);
	piece->next = p->free;
	p->free = piece;
	if (--p->used == 0)
		list_remove(&p->link);
	else
		p = NULL;
	spin_unlock(&lock);
	pages_free(p, 0);
}
