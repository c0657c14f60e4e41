/* SPDX-License-Identifier: BSD-2-Clause */
/* The frame allocator and the heap: nothing twice, everything back, widths kept. */
#include "../../hypervisor/mm/frame.c"
/* each has a lock of its own by that name */
#define lock buddy_lock
#include "../../hypervisor/mm/buddy.c"
#undef lock
#define lock heap_lock
#include "../../hypervisor/mm/heap.c"
#undef lock
#include "../../hypervisor/mm/pagetable.c"
#include "../../hypervisor/mm/type.c"
#include "../../hypervisor/mm/walk.c"
#include "../../hypervisor/mm/io.c"
#include "mm_machine.h"
#include "unit.h"

static u32 seed = 1;
static u32 random_below(u32 n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

/* The lists as they are: each free frame in one block, each block alone. */
static u64 lists_check(void)
{
	static u8 seen_free[RAM_END];
	u64 sum = 0, bad = 0;

	memset(seen_free, 0, sizeof(seen_free));
	for (unsigned int z = 0; z < ZONES; z++) {
		for (unsigned int o = 0; o <= MAX_ORDER; o++) {
			u32 prev = 0;

			bad += !free_list[z][o] != !(zone_orders[z] >> o & 1);
			for (u32 nr = free_list[z][o]; nr; nr = mfn_frame(mfn(nr))->next) {
				struct frame *f = mfn_frame(mfn(nr));

				bad += f->prev != prev || f->entries != o || zone_of(nr) != z ||
				       (nr & ((1u << o) - 1));
				prev = nr;
				for (u32 i = 0; i < 1u << o; i++) {
					bad += seen_free[nr + i]++;
					bad += mfn_frame(mfn(nr + i))->owner != PV_DOMID_INVALID;
				}
				sum += 1u << o;
			}
		}
	}
	CU_ASSERT_EQUAL(bad, 0);
	CU_ASSERT_EQUAL(sum, frames_free());
	return sum;
}

static void test_random(void)
{
	static struct {
		u8 *p;
		unsigned int order;
	} held[64];
	u64 all = lists_check();
	unsigned int i, bad = 0;

	for (i = 0; i < 20000; i++) {
		unsigned int k = random_below(ARRAY_SIZE(held));

		if (held[k].p) {
			size_t size = PAGE_SIZE << held[k].order;

			/* Still its owner's mark at both ends: given to nobody else. */
			bad += held[k].p[0] != k + 1 || held[k].p[size - 1] != k + 1;
			pages_free(held[k].p, held[k].order);
			held[k].p = NULL;
			continue;
		}
		held[k].order = random_below(6);
		held[k].p = pages_alloc(held[k].order);
		if (held[k].p) {
			size_t size = PAGE_SIZE << held[k].order;

			bad += held[k].p[0] || held[k].p[size / 2] || held[k].p[size - 1];
			bad += (u64)virt_paddr(held[k].p) & (size - 1);
			held[k].p[0] = held[k].p[size - 1] = k + 1;
		}
		if (i % 1000 == 0)
			lists_check();
	}
	CU_ASSERT_EQUAL(bad, 0);
	for (i = 0; i < ARRAY_SIZE(held); i++)
		pages_free(held[i].p, held[i].order);
	CU_ASSERT_EQUAL(lists_check(), all);
}

static void test_widths(void)
{
	struct frame *f;
	u64 got = 0;

	CU_ASSERT_PTR_NULL(buddy_alloc(0, 12));
	CU_ASSERT_PTR_NULL(buddy_alloc(0, 21)); /* below 2 MiB there is no RAM */
	f = buddy_alloc(0, 22);
	CU_ASSERT_TRUE(mfn_nr(frame_mfn(f)) < 1024);
	buddy_free(f, 0);
	f = buddy_alloc(0, 0); /* low ones are spared */
	CU_ASSERT_TRUE(mfn_nr(frame_mfn(f)) >= 1024);
	buddy_free(f, 0);
	while ((f = buddy_alloc(0, 22))) {
		CU_ASSERT_TRUE(mfn_nr(frame_mfn(f)) < 1024);
		f->next = (u32)got;
		got = mfn_nr(frame_mfn(f));
	}
	CU_ASSERT_EQUAL(frames_free(), RAM_END - 1024);
	while (got) {
		f = mfn_frame(mfn(got));
		got = f->next;
		buddy_free(f, 0);
	}
	lists_check();
	CU_ASSERT_PTR_NULL(buddy_alloc(11, 0)); /* more than there is in one piece */
	CU_ASSERT_PTR_NULL(buddy_alloc(MAX_ORDER + 1, 0));
}

static void test_limits(void)
{
	u64 before = frames_free();
	struct frame *f;

	guest.max_frames = 4;
	CU_ASSERT_EQUAL(domain_frames_alloc(&guest, 3, 0, &f), -ENOMEM);
	CU_ASSERT_EQUAL(domain_frames_alloc(&guest, 2, 0, &f), 0);
	CU_ASSERT_EQUAL(domain_frames_alloc(&guest, 0, 0, &f), -ENOMEM);
	CU_ASSERT_EQUAL(domain_frames_alloc(&guest, 64, 0, &f), -ENOMEM);
	guest.dying = DOMAIN_DYING;
	guest.max_frames = 100;
	CU_ASSERT_EQUAL(domain_frames_alloc(&guest, 0, 0, &f), -ENOMEM);
	CU_ASSERT_EQUAL(domain_frames_release(&guest), 0);
	guest.dying = DOMAIN_ALIVE;
	CU_ASSERT_EQUAL(frames_free(), before);
	CU_ASSERT_EQUAL(lists_check(), before);
}

/* What a domain leaves in its memory is gone when the next one gets it. */
static void test_scrubbed(void)
{
	unsigned int round, dirty = 0;
	u64 n;

	other.max_frames = 4096;
	for (round = 0; round < 3; round++) {
		struct frame *f;

		for (n = 0; (f = ram_get(&other)); n++) {
			for (unsigned int i = 0; i < PAGE_SIZE / 8; i++)
				dirty += table_of(f)[i] != 0;
			memset(frame_virt(f), 0xa5, PAGE_SIZE);
		}
		CU_ASSERT_TRUE(n > 1000);
		other.release_stage = 0;
		CU_ASSERT_EQUAL(domain_frames_release(&other), 0);
	}
	CU_ASSERT_EQUAL(dirty, 0);
}

/* Preempted while it is cleared, an extent goes back, and what was done counts the next time. */
static void test_scrub_preempted(void)
{
	unsigned int tries = 0, dirty = 0;
	u64 before = frames_free();
	struct frame *f;
	int rc;

	CU_ASSERT_PTR_NOT_NULL_FATAL(f = buddy_alloc(9, 0));
	memset(frame_virt(f), 0xa5, PAGE_SIZE << 9);
	buddy_free(f, 9);
	preempt_always = true;
	other.max_frames = 4096;
	while ((rc = domain_frames_alloc(&other, 9, 0, &f)) == -ERESTART && tries++ < 100)
		CU_ASSERT_EQUAL(frames_free(), before);
	preempt_always = false;
	CU_ASSERT_EQUAL(rc, 0);
	CU_ASSERT_TRUE(tries > 5 && tries < 40);
	CU_ASSERT_EQUAL(other.frames, 512);
	for (unsigned int i = 0; i < 512 * PAGE_SIZE / 8; i++)
		dirty += table_of(f)[i] != 0;
	CU_ASSERT_EQUAL(dirty, 0);
	/* What a domain has had is dirty again. */
	memset(frame_virt(f), 0xa5, PAGE_SIZE << 9);
	other.release_stage = 0;
	CU_ASSERT_EQUAL(domain_frames_release(&other), 0);
	CU_ASSERT_EQUAL(extent_alloc(9, 0, &f), 0);
	for (unsigned int i = 0; i < 512 * PAGE_SIZE / 8; i++)
		dirty += table_of(f)[i] != 0;
	CU_ASSERT_EQUAL(dirty, 0);
	extent_free(f, 9);
	CU_ASSERT_EQUAL(lists_check(), before);
}

static void test_heap(void)
{
	static struct {
		u8 *p;
		size_t size;
	} held[200];
	u64 before = frames_free();
	unsigned int i, bad = 0;

	for (i = 0; i < 30000; i++) {
		unsigned int k = random_below(ARRAY_SIZE(held));
		size_t j;

		if (held[k].p) {
			for (j = 0; j < held[k].size; j++)
				bad += held[k].p[j] != (u8)k;
			heap_free(held[k].p);
			held[k].p = NULL;
			continue;
		}
		held[k].size = 1 + random_below(random_below(10) ? 300 : 9000);
		held[k].p = heap_alloc(held[k].size);
		if (!held[k].p)
			continue;
		bad += held[k].size >= 64 && ((u64)held[k].p & 63);
		for (j = 0; j < held[k].size; j++)
			bad += held[k].p[j];
		memset(held[k].p, (int)k, held[k].size);
	}
	for (i = 0; i < ARRAY_SIZE(held); i++)
		heap_free(held[i].p);
	CU_ASSERT_EQUAL(bad, 0);
	CU_ASSERT_EQUAL(frames_free(), before);
	lists_check();
}

UNIT_MAIN("mm: allocator", UNIT_TEST(test_random), UNIT_TEST(test_widths), UNIT_TEST(test_limits),
	  UNIT_TEST(test_scrubbed), UNIT_TEST(test_scrub_preempted), UNIT_TEST(test_heap))
