/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The domain's frames and its own page tables. Everything the library hands
 * out lies in the region that the builder mapped, where virtual = VIRT_BASE +
 * physical, so each table can be read in place.
 */
#include "guest.h"
#include "internal.h"

#define HEAP_PAGES 384

const struct pv_start_info *start_info;
struct pv_shared_info *shared_info;
static char heap[HEAP_PAGES][PAGE_SIZE] __attribute__((aligned(4096)));
static unsigned int heap_used;
static char shared_info_window[PAGE_SIZE] __attribute__((aligned(4096)));

static const uint64_t *p2m(void)
{
	return (const uint64_t *)start_info->mfn_list;
}

uint64_t va_to_pfn(const volatile void *va)
{
	return ((uint64_t)va - VIRT_BASE) >> 12;
}

uint64_t va_to_mfn(const volatile void *va)
{
	return p2m()[va_to_pfn(va)];
}

void *mfn_to_va(uint64_t mfn)
{
	return (void *)(VIRT_BASE + (M2P[mfn] << 12));
}

void *page_alloc(void)
{
	if (heap_used == HEAP_PAGES) {
		error("the heap of the test kernel is used up");
		result_exit();
	}
	return heap[heap_used++];
}

uint64_t unmapped_mfn(void)
{
	static uint64_t next;

	/* From the top of the domain's memory down, far from the initial region. */
	return p2m()[start_info->nr_pages - 1 - next++];
}

uint64_t root_mfn(void)
{
	uint64_t cr3;

	asm volatile("mov %%cr3, %0" : "=r"(cr3));
	return cr3 >> 12;
}

uint64_t pte_maddr(const volatile void *va, unsigned int level)
{
	uint64_t table = root_mfn();

	for (unsigned int l = 4;; l--) {
		uint64_t index = (uint64_t)va >> (12 + 9 * (l - 1)) & 511;
		const volatile uint64_t *entry =
			(const volatile uint64_t *)mfn_to_va(table) + index;

		if (l == level)
			return table << 12 | index * 8;
		if (!(*entry & PTE_P))
			return 0;
		table = PTE_MFN(*entry);
	}
}

const volatile uint64_t *pte_of(const volatile void *va, unsigned int level)
{
	uint64_t maddr = pte_maddr(va, level);

	if (!maddr)
		return NULL;
	return (const volatile uint64_t *)((char *)mfn_to_va(maddr >> 12) + maddr % PAGE_SIZE);
}

int64_t mmu_update_one(uint64_t ptr, uint64_t val)
{
	struct pv_mmu_update request = {.ptr = ptr, .val = val};

	return CALL4(MMU_UPDATE, &request, 1, 0, PV_DOMID_SELF);
}

int64_t mmuext(uint32_t cmd, uint64_t arg1, uint64_t arg2)
{
	struct pv_mmuext_op op = {.cmd = cmd, .arg1.mfn = arg1, .arg2.src_mfn = arg2};

	return CALL4(MMUEXT_OP, &op, 1, 0, PV_DOMID_SELF);
}

int64_t map_va(const volatile void *va, uint64_t pte)
{
	return update_va_mapping(va, pte, PV_UVMF_INVLPG);
}

int64_t set_readonly(const volatile void *va)
{
	return map_va(va, PTE(va_to_mfn(va), PTE_FLAGS_RO));
}

int64_t set_writable(const volatile void *va)
{
	return map_va(va, PTE(va_to_mfn(va), PTE_FLAGS_RW));
}

void *map_mfn(uint64_t mfn, uint64_t flags)
{
	void *va = page_alloc();

	return map_va(va, PTE(mfn, flags)) ? NULL : va;
}

void mm_init(const struct pv_start_info *info)
{
	int64_t rc;

	start_info = info;
	shared_info = (struct pv_shared_info *)shared_info_window;
	rc = map_va(shared_info, info->shared_info | PTE_FLAGS_RW);
	if (rc) {
		error("shared_info cannot be mapped: %ld", rc);
		result_exit();
	}
}
