/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frame words, entry validation against a slow reference, and walks with a
 * preemption at every point. After each test the audit counts everything again.
 */
#include "../../hypervisor/mm/frame.c"
#include "../../hypervisor/mm/buddy.c"
#include "../../hypervisor/mm/pagetable.c"
#include "../../hypervisor/mm/type.c"
#include "../../hypervisor/mm/walk.c"
#include "../../hypervisor/mm/io.c"
#include "../../hypervisor/mm/audit.c"
#include "mm_machine.h"
#include "unit.h"

#define FLAGS_RW (PTE_PRESENT | PTE_RW)

static void audit_clean(void)
{
	CU_ASSERT_EQUAL(frame_audit(), 0);
}

static void release(struct frame *f, struct domain *d)
{
	CU_ASSERT_TRUE(frame_release(f, d));
}

/* An update by the way that is for tables of this level. */
static int entry_set(struct frame *table, unsigned int level, unsigned int index, u64 e,
		     struct domain *owner, struct domain *foreign, bool preserve_ad)
{
	int rc;

	if (level > 1)
		return pt_update(table, level, index, e, owner, foreign, preserve_ad);
	rc = table_lock(table, 1);
	if (rc)
		return rc;
	rc = pt_update_locked(table, index, e, owner, foreign, preserve_ad);
	pt_unlock(table);
	return rc;
}

/* --- the frame word ------------------------------------------------------------- */

static void test_references(void)
{
	u64 before = frames_free();
	struct frame *f = ram_get(&guest);

	CU_ASSERT_EQUAL(guest.references, 2); /* held by its frames */
	CU_ASSERT_TRUE(frame_get(f, &guest));
	CU_ASSERT_FALSE(frame_get(f, &other));
	CU_ASSERT_EQUAL(refs(f), 2);
	release(f, &guest);
	CU_ASSERT_FALSE(frame_release(f, &guest)); /* once only */
	CU_ASSERT_EQUAL(frames_free(), before - 1);
	frame_put(f);
	CU_ASSERT_EQUAL(frames_free(), before);
	CU_ASSERT_FALSE(frame_get(f, &guest));
	CU_ASSERT_EQUAL(guest.references, 1);
	CU_ASSERT_EQUAL(guest.frames, 0);
}

static void test_types_exclude(void)
{
	struct frame *f = ram_get(&guest);

	CU_ASSERT_TRUE(frame_get_writable(f, &guest));
	CU_ASSERT_EQUAL(frame_get_typed(f, &guest, FRAME_L1), -EINVAL);
	CU_ASSERT_EQUAL(frame_get_typed(f, &guest, FRAME_L4), -EINVAL);
	CU_ASSERT_EQUAL(frame_get_typed(f, &guest, FRAME_SEGDESC), -EINVAL);
	CU_ASSERT_FALSE(frame_get_writable(f, &other));
	CU_ASSERT_EQUAL(refs(f), 2);
	CU_ASSERT_EQUAL(frame_type(f), FRAME_WRITABLE);
	frame_put_writable(f);
	CU_ASSERT_EQUAL(frame_type(f), FRAME_NONE);

	flushes = 0;
	CU_ASSERT_EQUAL(frame_get_typed(f, &guest, FRAME_L1), 0);
	CU_ASSERT_EQUAL(flushes, 1); /* it was writable before */
	CU_ASSERT_FALSE(frame_get_writable(f, &guest));
	CU_ASSERT_EQUAL(frame_get_typed(f, &guest, FRAME_L2), -EINVAL);
	CU_ASSERT_EQUAL(frame_get_typed(f, &guest, FRAME_L1), 0);
	CU_ASSERT_EQUAL(uses(f), 2);
	frame_put_typed(f);
	frame_put_typed(f);
	flushes = 0;
	CU_ASSERT_TRUE(frame_get_writable(f, &guest));
	CU_ASSERT_EQUAL(flushes, 1); /* and a table before that */
	frame_put_writable(f);
	flushes = 0;
	CU_ASSERT_TRUE(frame_get_writable(f, &guest));
	CU_ASSERT_EQUAL(flushes, 0); /* no change of type */
	frame_put_writable(f);
	release(f, &guest);
}

static void test_saturation(void)
{
	struct frame *f = ram_get(&guest);
	u64 word = f->state;

	f->state = (word & ~FRAME_REF_MASK) | (FRAME_REF_MASK - 1);
	CU_ASSERT_TRUE(frame_get(f, &guest));
	CU_ASSERT_FALSE(frame_get(f, &guest));
	CU_ASSERT_FALSE(frame_get_writable(f, &guest));
	CU_ASSERT_EQUAL(frame_get_typed(f, &guest, FRAME_L1), -EINVAL);
	CU_ASSERT_EQUAL(refs(f), FRAME_REF_MASK);
	CU_ASSERT_EQUAL(uses(f), 0);
	f->state = word;
	release(f, &guest);
}

static void test_shared_never_table(void)
{
	void *p = pages_alloc(0), *q = pages_alloc(0);
	struct frame *f = mfn_frame(virt_mfn(p)), *g = mfn_frame(virt_mfn(q));

	frame_share(p, &guest, true);
	frame_share(q, &guest, false);
	CU_ASSERT_TRUE(frame_get_writable(f, &guest));
	CU_ASSERT_FALSE(frame_get_writable(g, &guest));
	CU_ASSERT_EQUAL(frame_get_typed(f, &guest, FRAME_L1), -EINVAL);
	CU_ASSERT_EQUAL(frame_get_typed(g, &guest, FRAME_L1), -EINVAL);
	CU_ASSERT_FALSE(frame_release(f, &guest));
	frame_unshare(p, &guest);
	CU_ASSERT_EQUAL(refs(f), 1); /* still mapped */
	frame_put_writable(f);
	CU_ASSERT_EQUAL(f->owner, PV_DOMID_INVALID);
	frame_unshare(q, &guest);
	CU_ASSERT_EQUAL(guest.references, 1);
}

static void test_steal(void)
{
	struct frame *f = ram_get(&guest);

	CU_ASSERT_TRUE(frame_get(f, &guest));
	CU_ASSERT_FALSE(frame_steal(f, &guest)); /* mapped */
	frame_put(f);
	CU_ASSERT_FALSE(frame_steal(f, &other));
	CU_ASSERT_TRUE(frame_steal(f, &guest));
	CU_ASSERT_FALSE(frame_get(f, &guest));
	frame_give(f, &guest);
	CU_ASSERT_EQUAL(guest.frames, 1);
	flushes = 0;
	CU_ASSERT_EQUAL(frame_get_typed(f, &guest, FRAME_L1), 0);
	CU_ASSERT_EQUAL(flushes, 1); /* nothing is known about its past */
	frame_put_typed(f);
	release(f, &guest);
}

/* --- entries, against a slow reference ----------------------------------------------- */

static const u64 tried_bits[] = {PTE_PRESENT,  PTE_RW,	  PTE_USER, PTE_PWT,	PTE_PCD,
				 PTE_ACCESSED, PTE_DIRTY, PTE_PSE,  PTE_GLOBAL, BIT(9),
				 BIT(51),      BIT(52),	  BIT(62),  PTE_NX};

/* What a frame may be named by an entry of the guest for. */
enum target { OWN_DATA, OWN_TABLE, FOREIGN, HOLE, TARGETS };

static bool reference_accepts(unsigned int level, u64 flags, enum target t, bool privileged)
{
	u64 cache = PTE_PWT | PTE_PCD | PTE_PSE;

	if (!(flags & PTE_PRESENT))
		return true;
	if (flags & BIT(51)) /* no RAM there, and more than the machine has address bits */
		return false;
	if (level == 1) {
		if ((flags & cache) && !privileged)
			return false;
		switch (t) {
		case OWN_DATA:
			return true;
		case OWN_TABLE:
			return !(flags & PTE_RW);
		case HOLE:
			return privileged;
		default:
			return false;
		}
	}
	return !(flags & (cache | PTE_GLOBAL)) && t == OWN_TABLE;
}

static void entries_all(unsigned int level, struct domain *d)
{
	struct frame *table = ram_get(d), *child = ram_get(d), *data = ram_get(d);
	struct frame *foreign = ram_get(&other);
	unsigned int wrong = 0, combos = 1u << ARRAY_SIZE(tried_bits), i, b, t;

	vcpu.domain = d;
	CU_ASSERT_TRUE(frame_get_writable(data, d)); /* so it can't become a table */
	CU_ASSERT_EQUAL(pt_pin(d, frame_mfn(child), level > 1 ? level - 1 : 1), 0);
	CU_ASSERT_EQUAL(pt_pin(d, frame_mfn(table), level), 0);
	for (t = 0; t < TARGETS; t++) {
		u64 address = t == HOLE	       ? 5 << PAGE_SHIFT
			      : t == OWN_DATA  ? entry_of(data, 0)
			      : t == OWN_TABLE ? entry_of(child, 0)
					       : entry_of(foreign, 0);

		for (i = 0; i < combos; i++) {
			u64 e = address;
			bool ok;

			for (b = 0; b < ARRAY_SIZE(tried_bits); b++)
				if (i >> b & 1)
					e |= tried_bits[b];
			/* The old entry stays in place now and then, so that changes are tried too.
			 */
			ok = !entry_set(table, level, 7, e, d, d, i & 1);
			wrong += ok != reference_accepts(level, e, t, d->privileged);
			if (ok && (e & PTE_PRESENT)) {
				u64 now = table_of(table)[7];

				wrong += !(now & PTE_USER) || (now & PTE_GLOBAL);
				wrong += level == 4 && !(now & PTE_ACCESSED);
				wrong += (now ^ e) & PTE_RW && true;
			}
			if (i % 3 == 0)
				entry_set(table, level, 7, 0, d, d, false);
		}
		entry_set(table, level, 7, 0, d, d, false);
	}
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_EQUAL(refs(data), 2);
	frame_put_writable(data);
	CU_ASSERT_EQUAL(uses(child), 1);
	CU_ASSERT_EQUAL(table->entries, 0);
	audit_clean();
	pt_unpin(d, frame_mfn(table));
	pt_unpin(d, frame_mfn(child));
	release(table, d);
	release(child, d);
	release(data, d);
	release(foreign, &other);
	vcpu.domain = &guest;
}

static void test_entries(void)
{
	for (unsigned int level = 1; level <= 4; level++) {
		entries_all(level, &guest);
		entries_all(level, &service);
	}
}

static void test_reserved_slots(void)
{
	struct frame *l4 = ram_get(&guest), *l3 = ram_get(&guest);
	unsigned int slot;

	renewals = 0;
	table_of(l4)[300] = 0;
	for (slot = HV_SLOT_FIRST; slot <= HV_SLOT_LAST; slot++)
		table_of(l4)[slot] = ~0UL; /* ignored when it is validated */
	CU_ASSERT_EQUAL(pt_pin(&guest, frame_mfn(l4), FRAME_L4), 0);
	CU_ASSERT_EQUAL(l4->entries, 0);
	for (slot = HV_SLOT_FIRST; slot <= HV_SLOT_LAST; slot++)
		CU_ASSERT_EQUAL(
			entry_set(l4, 4, slot, entry_of(l3, FLAGS_RW), &guest, &guest, false),
			-EPERM);
	CU_ASSERT_EQUAL(entry_set(l4, 4, 272, entry_of(l3, FLAGS_RW), &guest, &guest, false), 0);
	CU_ASSERT_TRUE(test_bit(l4_slots(l4), 272));
	/* No table of its own level, itself least of all. */
	CU_ASSERT_EQUAL(entry_set(l4, 4, 273, entry_of(l4, PTE_PRESENT), &guest, &guest, false),
			-EINVAL);
	audit_clean();
	CU_ASSERT_EQUAL(entry_set(l4, 4, 272, 0, &guest, &guest, false), 0);
	CU_ASSERT_FALSE(test_bit(l4_slots(l4), 272));
	CU_ASSERT_EQUAL(renewals, 2); /* CPUs with a copy were told of both, */
	pt_unpin(&guest, frame_mfn(l4));
	CU_ASSERT_EQUAL(renewals, 3); /* and that there is nothing left to copy */
	release(l4, &guest);
	release(l3, &guest);
}

static void test_read_only_and_back(void)
{
	struct frame *l1 = ram_get(&guest), *f = ram_get(&guest);

	pt_pin(&guest, frame_mfn(l1), FRAME_L1);
	CU_ASSERT_EQUAL(entry_set(l1, 1, 3, entry_of(f, FLAGS_RW), &guest, &guest, false), 0);
	CU_ASSERT_EQUAL(uses(f), 1);
	table_of(l1)[3] |= PTE_ACCESSED | PTE_DIRTY; /* the CPU */
	CU_ASSERT_EQUAL(entry_set(l1, 1, 3, entry_of(f, PTE_PRESENT), &guest, &guest, true), 0);
	CU_ASSERT_EQUAL(uses(f), 0);
	CU_ASSERT_EQUAL(refs(f), 2);
	CU_ASSERT_TRUE(table_of(l1)[3] & PTE_DIRTY);
	CU_ASSERT_EQUAL(frame_get_typed(f, &guest, FRAME_L1),
			0); /* mapped read-only, it may be a table */
	CU_ASSERT_EQUAL(entry_set(l1, 1, 3, entry_of(f, FLAGS_RW), &guest, &guest, false), -EINVAL);
	frame_put_typed(f);
	CU_ASSERT_EQUAL(entry_set(l1, 1, 3, entry_of(f, FLAGS_RW), &guest, &guest, false), 0);
	CU_ASSERT_EQUAL(refs(f), 2);
	CU_ASSERT_EQUAL(uses(f), 1);
	audit_clean();
	pt_unpin(&guest, frame_mfn(l1));
	CU_ASSERT_EQUAL(refs(f), 1);
	release(f, &guest);
	release(l1, &guest);
}

/* --- walks ------------------------------------------------------------------------------ */

#define L3S 2
#define L2S 3
#define L1S 3
static struct frame *tree[1 + L3S + L3S * L2S + L3S * L2S * L1S], *data_frame;
static unsigned int tree_size;

static struct frame *tree_add(void)
{
	return tree[tree_size++] = ram_get(&guest);
}

/* A tree with some empty, some shared and some not-present entries. */
static struct frame *tree_build(void)
{
	struct frame *l4, *l3, *l2, *l1 = NULL;
	unsigned int i, j, k;

	tree_size = 0;
	l4 = tree_add();
	for (i = 0; i < L3S; i++) {
		l3 = tree_add();
		table_of(l4)[i * 300] = entry_of(l3, FLAGS_RW);
		for (j = 0; j < L2S; j++) {
			l2 = tree_add();
			table_of(l3)[j * 255] = entry_of(l2, FLAGS_RW);
			for (k = 0; k < L1S; k++) {
				if (k == 0 && l1)
					table_of(l2)[511] = entry_of(l1, FLAGS_RW);
				l1 = tree_add();
				table_of(l2)[k] = entry_of(l1, FLAGS_RW);
				table_of(l1)[k] = entry_of(data_frame, FLAGS_RW);
				table_of(l1)[511] = entry_of(data_frame, PTE_PRESENT);
				table_of(l1)[100] = 0x123000; /* swapped out */
			}
			table_of(l2)[200] = 0x456000;
		}
	}
	return l4;
}

static void tree_check_free(void)
{
	unsigned int i, bad = 0;

	for (i = 0; i < tree_size; i++)
		bad += refs(tree[i]) != 1 || uses(tree[i]) != 0 ||
		       (tree[i]->state & (FRAME_VALID | FRAME_PARTIAL | FRAME_LOCKED));
	CU_ASSERT_EQUAL(bad, 0);
	CU_ASSERT_EQUAL(refs(data_frame), 1);
	CU_ASSERT_EQUAL(uses(data_frame), 0);
	CU_ASSERT_EQUAL(vcpu.walk.depth, 0);
	CU_ASSERT_EQUAL(vcpu.walk.result_type, 0);
}

static void tree_release(void)
{
	while (tree_size)
		release(tree[--tree_size], &guest);
}

/* Call again until it is through, as a continuation does. */
static int pin_through(struct frame *f)
{
	int rc;

	do {
		rc = walk_resume(&vcpu);
		if (!rc)
			rc = pt_pin(&guest, frame_mfn(f), FRAME_L4);
	} while (rc == -ERESTART);
	return rc;
}

static int unpin_through(struct frame *f)
{
	int rc = pt_unpin(&guest, frame_mfn(f));

	while (walk_resume(&vcpu) == -ERESTART)
		;
	return rc;
}

static void test_walk_preempted(void)
{
	struct frame *l4;
	unsigned long points, at;

	data_frame = ram_get(&guest);
	l4 = tree_build();
	preempt_calls = 0;
	CU_ASSERT_EQUAL(pin_through(l4), 0);
	audit_clean();
	CU_ASSERT_EQUAL(unpin_through(l4), 0);
	points = preempt_calls;
	CU_ASSERT_TRUE(points > 8);
	tree_check_free();
	for (at = 1; at <= points + 1; at++) {
		preempt_calls = 0;
		preempt_at = at;
		CU_ASSERT_EQUAL(pin_through(l4), 0);
		CU_ASSERT_EQUAL(pin_through(l4), -EINVAL); /* is pinned */
		CU_ASSERT_EQUAL(unpin_through(l4), 0);
		tree_check_free();
	}
	preempt_at = 0;
	preempt_always = true;
	CU_ASSERT_EQUAL(pin_through(l4), 0);
	CU_ASSERT_EQUAL(unpin_through(l4), 0);
	preempt_always = false;
	tree_check_free();
	tree_release();
	release(data_frame, &guest);
	audit_clean();
}

/* One bad entry, anywhere: everything is undone, however often it is preempted. */
static void test_walk_undone(void)
{
	struct frame *l4, *foreign = ram_get(&other);
	unsigned int i, bad = 0;
	int rc;

	data_frame = ram_get(&guest);
	l4 = tree_build();
	for (i = 0; i < tree_size; i++) {
		u64 *slot = table_of(tree[i]) + 509;

		*slot = entry_of(foreign, PTE_PRESENT);
		for (int always = 0; always < 2; always++) {
			preempt_always = always;
			rc = pin_through(l4);
			preempt_always = false;
			bad += rc != -EINVAL;
			tree_check_free();
		}
		*slot = 0;
	}
	CU_ASSERT_EQUAL(bad, 0);
	CU_ASSERT_EQUAL(refs(foreign), 1);
	CU_ASSERT_EQUAL(pin_through(l4), 0);
	unpin_through(l4);
	tree_check_free();
	tree_release();
	release(data_frame, &guest);
	release(foreign, &other);
	audit_clean();
}

/* The vCPU never calls again: teardown finishes what it left, from every point. */
static void test_walk_abandoned(void)
{
	struct frame *l4;
	unsigned long at;
	bool through = false;

	data_frame = ram_get(&guest);
	l4 = tree_build();
	for (at = 1; !through; at++) {
		preempt_calls = 0;
		preempt_at = at;
		through = pt_pin(&guest, frame_mfn(l4), FRAME_L4) != -ERESTART;
		preempt_at = 0;
		if (through)
			break;
		/* Half of the times, it had come to an end unclaimed. */
		if (at & 1)
			CU_ASSERT_EQUAL(walk_resume(&vcpu), 0);
		CU_ASSERT_EQUAL(walk_abandon(&vcpu), 0);
		tree_check_free();
	}
	CU_ASSERT_TRUE(at > 4);
	unpin_through(l4);
	tree_check_free();
	tree_release();
	release(data_frame, &guest);
	audit_clean();
}

/* A finished walk whose operation was not repeated is put by the next one. */
static void test_walk_unclaimed(void)
{
	struct frame *l4, *another = ram_get(&guest);

	data_frame = ram_get(&guest);
	l4 = tree_build();
	preempt_calls = 0;
	preempt_at = 1;
	CU_ASSERT_EQUAL(pt_pin(&guest, frame_mfn(l4), FRAME_L4), -ERESTART);
	preempt_at = 0;
	CU_ASSERT_EQUAL(walk_resume(&vcpu), 0);
	CU_ASSERT_EQUAL(vcpu.walk.result_type, FRAME_L4);
	CU_ASSERT_EQUAL(pin_through(another), 0);
	tree_check_free();
	unpin_through(another);
	release(another, &guest);
	tree_release();
	release(data_frame, &guest);
	audit_clean();
}

/* --- random, and teardown ------------------------------------------------------------------ */

static u32 seed;
static u32 random_below(u32 n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

#define POOL 24
static void random_step(struct frame **pool)
{
	struct frame *f = pool[random_below(POOL)], *g = pool[random_below(POOL)];
	unsigned int level = 1 + random_below(4), index = random_below(4) * 170;
	u64 flags = random_below(8) | (random_below(9) ? 0 : PTE_PSE);

	preempt_always = !random_below(3);
	switch (random_below(5)) {
	case 0:
		pt_pin(&guest, frame_mfn(f), level);
		break;
	case 1:
		if (!walk_resume(&vcpu))
			pt_unpin(&guest, frame_mfn(f));
		break;
	case 2:
	case 3:
		if (!walk_resume(&vcpu) && frame_get(f, &guest)) {
			if (frame_type(f) >= FRAME_L1 && frame_type(f) <= FRAME_L4 &&
			    !(f->state & FRAME_PARTIAL))
				entry_set(f, frame_type(f), index,
					  random_below(4) ? entry_of(g, flags) : 0, &guest, &guest,
					  random_below(2));
			frame_put(f);
		}
		break;
	case 4: /* a guest writes what it likes into what it has mapped writable */
		if (frame_get_writable(f, &guest)) {
			table_of(f)[index] = entry_of(g, flags);
			frame_put_writable(f);
		}
		break;
	}
	preempt_always = false;
}

static void test_random(void)
{
	struct frame *pool[POOL];
	u64 free_before = frames_free();
	unsigned int round, i;

	for (round = 0; round < 200; round++) {
		seed = round;
		for (i = 0; i < POOL; i++)
			pool[i] = ram_get(&guest);
		for (i = 0; i < 600; i++)
			random_step(pool);
		if (!vcpu.walk.depth)
			audit_clean();
		guest.dying = DOMAIN_DYING;
		preempt_always = round & 1;
		for (i = 0; domain_frames_release(&guest) == -ERESTART && i < 100000; i++)
			;
		preempt_always = false;
		CU_ASSERT_EQUAL(guest.frames, 0);
		CU_ASSERT_EQUAL(frames_free(), free_before);
		guest.dying = DOMAIN_ALIVE;
		guest.release_stage = 0;
		guest.walk_frame = 0;
	}
	CU_ASSERT_EQUAL(guest.references, 1);
}

/* A frame that another domain maps outlives its owner's teardown, and holds the owner. */
static void test_teardown_mapped(void)
{
	struct frame *f = ram_get(&guest);

	CU_ASSERT_TRUE(frame_hold_writable(f, &guest, FRAME_FOREIGN));
	guest.dying = DOMAIN_DYING;
	CU_ASSERT_EQUAL(domain_frames_release(&guest), 0);
	CU_ASSERT_EQUAL(guest.frames, 1);
	CU_ASSERT_EQUAL(guest.references, 2);
	frame_put_writable(f);
	CU_ASSERT_EQUAL(guest.frames, 0);
	CU_ASSERT_EQUAL(guest.references, 1);
	guest.dying = DOMAIN_ALIVE;
	guest.release_stage = 0;
}

UNIT_MAIN("mm: frames, entries and walks", UNIT_TEST(test_references),
	  UNIT_TEST(test_types_exclude), UNIT_TEST(test_saturation),
	  UNIT_TEST(test_shared_never_table), UNIT_TEST(test_steal), UNIT_TEST(test_entries),
	  UNIT_TEST(test_reserved_slots), UNIT_TEST(test_read_only_and_back),
	  UNIT_TEST(test_walk_preempted), UNIT_TEST(test_walk_undone),
	  UNIT_TEST(test_walk_abandoned), UNIT_TEST(test_walk_unclaimed), UNIT_TEST(test_random),
	  UNIT_TEST(test_teardown_mapped))
