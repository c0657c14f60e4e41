/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Spin locks. Interrupts are always off while one is held (cpu.h), so there is
 * one kind only. Order, outermost first; nobody takes them the other way round:
 *   domain list > domain life-cycle > event (lower domid first) > grant (mapper's
 *   before granter's) > scheduler > timer > frame allocator > console
 * Page-table frames have a lock bit of their own in the frame word (mm/type.c),
 * taken outside the frame allocator's and inside all others.
 */
#ifndef PAVISE_SPINLOCK_H
#define PAVISE_SPINLOCK_H

#include "cpu.h"

struct spinlock {
	u32 held; /* all zero: free */
};

static inline bool spin_trylock(struct spinlock *l)
{
	return !READ_ONCE(l->held) && !__atomic_exchange_n(&l->held, 1, __ATOMIC_ACQUIRE);
}

static inline void spin_lock(struct spinlock *l)
{
	while (!spin_trylock(l))
		cpu_relax();
}

static inline void spin_unlock(struct spinlock *l)
{
	__atomic_store_n(&l->held, 0, __ATOMIC_RELEASE);
}

#endif
