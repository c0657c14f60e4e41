/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The hypervisor's own mappings: walking to their entries, and those after start-up,
 * in slot 260. The level 3 tables of all its slots exist from the start and are shared
 * by every root, so that a new mapping is there on all CPUs at once.
 */
#include "internal.h"
#include "arch.h"

static struct spinlock lock;
static vaddr_t device_next = DEVICE_VIRT;

#define TABLE_FLAGS (PTE_PRESENT | PTE_RW | PTE_ACCESSED | PTE_DIRTY)

u64 *hv_entry(vaddr_t va, unsigned int level, void *(*make)(void))
{
	u64 *slot = &hv_root[va >> 39 & (ENTRIES - 1)];
	u64 flags = TABLE_FLAGS | (va < M2P_GUEST_END ? PTE_USER : 0);

	for (unsigned int l = 3; l >= level; l--) {
		if (!(*slot & PTE_PRESENT)) {
			void *table = make ? make() : NULL;

			if (!table)
				return NULL;
			WRITE_ONCE(*slot, virt_paddr(table) | flags);
		}
		slot = (u64 *)paddr_virt(*slot & PTE_ADDR) +
		       (va >> (PAGE_SHIFT + 9 * (l - 1)) & (ENTRIES - 1));
	}
	return slot;
}

mfn_t hv_chunk(vaddr_t va)
{
	const u64 *e = hv_entry(va, 2, NULL);

	return e && (*e & PTE_PRESENT) ? pte_mfn(*e) : MFN_NONE;
}

static void *table_new(void)
{
	return pages_alloc(0);
}

int hv_map(vaddr_t va, mfn_t m, u64 pte_flags)
{
	u64 *e;

	spin_lock(&lock);
	e = hv_entry(va, 1, table_new);
	if (e)
		WRITE_ONCE(*e, mfn_paddr(m) | pte_flags | PTE_ACCESSED | PTE_DIRTY);
	spin_unlock(&lock);
	return e ? 0 : -ENOMEM;
}

void hv_unmap(vaddr_t va, unsigned int pages)
{
	u64 *e;

	spin_lock(&lock);
	for (unsigned int i = 0; i < pages; i++) {
		e = hv_entry(va + i * PAGE_SIZE, 1, NULL);
		if (e)
			WRITE_ONCE(*e, 0);
	}
	spin_unlock(&lock);
	if (pages)
		tlb_flush_mask(&cpus_online, TLB_ALL);
}

static void *range_map(paddr_t p, size_t size, u64 flags)
{
	paddr_t first = ROUND_DOWN(p, PAGE_SIZE), end = ROUND_UP(p + size, PAGE_SIZE);
	vaddr_t va;

	spin_lock(&lock);
	va = device_next;
	device_next += end - first + PAGE_SIZE; /* a hole behind each */
	spin_unlock(&lock);
	for (paddr_t at = first; at < end; at += PAGE_SIZE)
		if (hv_map(va + (at - first), paddr_mfn(at), flags | PTE_PRESENT | PTE_NX))
			return NULL;
	return (void *)(va + (p - first));
}

volatile void *device_map(paddr_t p, size_t size)
{
	return range_map(p, size, PTE_RW | PTE_PCD | PTE_PWT);
}

const void *firmware_map(paddr_t p, size_t size)
{
	return range_map(p, size, 0);
}
