/* SPDX-License-Identifier: BSD-2-Clause */
/* Doubly linked circular list with a head. */
#ifndef PAVISE_LIST_H
#define PAVISE_LIST_H

#include "types.h"

struct list {
	struct list *next, *prev;
};

static inline void list_init(struct list *l)
{
	l->next = l->prev = l;
}

static inline bool list_empty(const struct list *l)
{
	return l->next == l;
}

static inline void list_insert_after(struct list *at, struct list *e)
{
	e->next = at->next;
	e->prev = at;
	at->next->prev = e;
	at->next = e;
}

/* Take \p e out and leave it an empty list, so that a second removal does no harm. */
static inline void list_remove(struct list *e)
{
	e->prev->next = e->next;
	e->next->prev = e->prev;
	list_init(e);
}

#define list_entry(p, t, m)    container_of(p, t, m)
#define list_for_each(p, head) for (struct list *p = (head)->next; p != (head); p = p->next)

#endif
