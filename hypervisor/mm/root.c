/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The root table of each physical CPU. A guest's L4 is validated but never
 * loaded: the CPU's own root holds a copy of its slots, beside the hypervisor's.
 *
 * In guest-kernel mode the root is a copy of the vCPU's kernel L4 plus the M2P;
 * in guest-user mode, of its user L4. A kernel's L4 nearly always has all that
 * the user's has and some slots more. So a plan is made, once per pair of tables:
 * which slots the kernel has and the user has not, with their contents.
 *
 *   user to kernel  writes the planned slots. They were not present, and a CPU
 *                   remembers nothing about what is not present: no flush.
 *   kernel to user  clears them and writes CR3, which flushes.
 *
 * One slot may be present in both with different contents (Linux: 511, where
 * the user's table maps at most the vsyscall page). It is exchanged both ways.
 * Entering the kernel then leaves translations of the user's content behind. If
 * that content maps at most one page, INVLPG of the page removes them: the page's
 * translation, and with it all cached upper-level entries whatever their address
 * (both vendors; AMD as EFER.TCE stays off). Otherwise CR3 is written. That it
 * maps one page at most is read off the tables' counts, and the tables are marked
 * FRAME_SOLE: who adds an entry to one takes swap_ok from every CPU before the
 * entry is written, so a CPU that still reads it true cannot have cached the new
 * one. Were this ever wrong, a guest kernel would see its own user's page for a
 * while: isolation between guests rests on the stamps (tlb.c), not on this.
 *
 * Changing an L4 that a CPU has copied, or taking one down: the CPU is told to
 * copy again, and the caller waits (root_renew). The loader announces
 * in root.kernel and root.user what it is going to copy before it reads, and the
 * changer writes before it looks at these, each with a full barrier between: one
 * of the two sees the other.
 *
 * Linux's kernel L4 has some seventy slots and uses seven: the rest are there so
 * that vmalloc need not touch every table later. So of the slots that only the
 * kernel has, a root holds the hot ones, those which this vCPU has used before. A
 * fault in another one adds it (root_fault) and the access is tried again: not
 * present to present, so no flush. When too many have become hot the set starts
 * anew.
 *
 * An idle CPU keeps the last root. It still answers flushes, by dropping it.
 */
#include "internal.h"
#include "arch.h"

static bool root_none(mfn_t m)
{
	return !mfn_nr(m);
}

static void barrier_full(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static void load_cr3(struct cpu *c)
{
	tlb_stamp_local(c);
	write_cr3(c->root.paddr);
}

static const u64 *slots_of(mfn_t m)
{
	static const u64 none[8];

	return root_none(m) ? none : l4_slots(mfn_frame(m));
}

/* Make the guest slots of the root those of its table in force, as far as wanted there. */
static void slots_copy(struct cpu_root *r)
{
	mfn_t m = r->kernel_mode ? r->kernel : r->user;
	const u64 *l4 = root_none(m) ? NULL : mfn_virt(m);
	const u64 *slots = slots_of(m), *user = slots_of(r->user);
	unsigned int w, i;

	for (w = 0; w < 8; w++) {
		u64 want = slots[w], bits;

		if (r->kernel_mode && r->vcpu)
			want &= user[w] | r->vcpu->hot_slots[w];
		for (bits = want | r->present[w]; bits; bits &= bits - 1) {
			i = w * 64 + (unsigned int)__builtin_ctzl(bits);
			r->table[i] = l4 && (want >> (i % 64) & 1) ? l4[i] : 0;
		}
		r->present[w] = want;
	}
}

/* Copy again what the root says it is a copy of, and flush. */
static void root_copy(struct cpu *c)
{
	struct cpu_root *r = &c->root;

	r->plan_valid = false;
	barrier_full(); /* announced; now read */
	slots_copy(r);
	r->table[HV_SLOT_FIRST] = r->kernel_mode ? hv_root[HV_SLOT_FIRST] : 0;
	load_cr3(c);
}

void root_rebuild(void)
{
	struct cpu *c = this_cpu();
	struct cpu_root *r = &c->root;
	struct vcpu *v = r->vcpu;

	if (v && v == c->vcpu) {
		root_copy(c);
		return;
	}
	/* Nothing runs on it. */
	r->kernel = r->user = mfn(0);
	r->kernel_mode = false;
	r->vcpu = NULL;
	root_copy(c);
	if (v)
		atomic_test_and_clear_bit(v->domain->dirty_cpus.bits, c->id);
}

void root_load(struct vcpu *v)
{
	struct cpu *c = this_cpu();
	struct cpu_root *r = &c->root;
	struct vcpu *old = r->vcpu;

	if (v == c->idle)
		return;
	if (old == v && v->root_cpu == c && mfn_eq(r->kernel, v->kernel_root) &&
	    mfn_eq(r->user, v->user_root) && r->kernel_mode == v->kernel_mode)
		return;
	atomic_test_and_set_bit(v->domain->dirty_cpus.bits, c->id);
	v->root_cpu = c;
	r->vcpu = v;
	r->kernel = v->kernel_root;
	r->user = v->user_root;
	r->kernel_mode = v->kernel_mode;
	root_copy(c);
	if (old && old->domain != v->domain)
		atomic_test_and_clear_bit(old->domain->dirty_cpus.bits, c->id);
}

/* --- the plan --------------------------------------------------------------------- */

/*
 * Mark a table as one that swap_ok relies on, if it maps at most one thing, and
 * say at which index. Never waits: the lock's holder may be waiting for this CPU.
 */
static bool sole_mark(struct frame *f, unsigned int level, unsigned int *index)
{
	u64 x = READ_ONCE(f->state), *t = frame_virt(f);

	if (x >> FRAME_TYPE_SHIFT != level || !(x & FRAME_VALID) || (x & FRAME_LOCKED) ||
	    !frame_cas(f, &x, x | FRAME_SOLE))
		return false;
	if (READ_ONCE(f->entries) > 1)
		return false;
	for (unsigned int i = f->first; i <= f->last && i < ENTRIES; i++) {
		if (READ_ONCE(t[i])) {
			*index = i;
			return true;
		}
	}
	*index = 0;
	return true;
}

/* The user's content of the exchanged slot: does it map one page at most, and where? */
static bool swap_sole(struct cpu_root *r)
{
	u64 e = r->swap_user;
	unsigned int level, i;

	r->swap_va = (u64)((s64)((u64)r->swap_slot << 55) >> 16); /* canonical */
	for (level = 3; level >= 1; level--) {
		struct frame *f = frame_lookup_ram(pte_nr(e));

		if (!f || !sole_mark(f, level, &i))
			return false;
		r->swap_va |= (u64)i << (PAGE_SHIFT + 9 * (level - 1));
		e = READ_ONCE(((u64 *)frame_virt(f))[i]);
		if (!(e & PTE_PRESENT))
			return true;
	}
	return true;
}

static bool plan_add(struct cpu_root *r, unsigned int slot, u64 entry)
{
	if (r->kernel_only == PLAN_SLOTS)
		return false;
	r->slot[r->kernel_only] = slot;
	r->entry[r->kernel_only++] = entry;
	set_bit(r->present, slot); /* from the next entry on */
	return true;
}

/*
 * In user mode, the root holding just the user's slots. These two tables may have
 * no plan; then every mode switch copies.
 */
static void plan_make(struct cpu_root *r)
{
	const u64 *k = mfn_virt(r->kernel), *u = mfn_virt(r->user);
	const u64 *kslots = l4_slots(mfn_frame(r->kernel));
	const u64 *uslots = l4_slots(mfn_frame(r->user));
	unsigned int w, i;

	r->kernel_only = 0;
	r->swap = false;
	plan_add(r, HV_SLOT_FIRST, hv_root[HV_SLOT_FIRST]);
	for (w = 0; w < 8; w++) {
		u64 bits = kslots[w] & (uslots[w] | r->vcpu->hot_slots[w]);

		if (uslots[w] & ~kslots[w])
			return;
		for (; bits; bits &= bits - 1) {
			i = w * 64 + (unsigned int)__builtin_ctzl(bits);
			if (!test_bit(uslots, i)) {
				if (!plan_add(r, i, k[i]))
					return;
			} else if (k[i] != u[i]) {
				if (r->swap)
					return;
				r->swap = true;
				r->swap_slot = i;
				r->swap_kernel = k[i];
				r->swap_user = u[i];
			}
		}
	}
	if (r->swap) {
		WRITE_ONCE(r->swap_ok, true); /* first, as marking may take it away again */
		barrier_full();
		if (!swap_sole(r))
			WRITE_ONCE(r->swap_ok, false);
	}
	r->plan_valid = true;
}

bool root_fault(vaddr_t va)
{
	struct cpu_root *r = &this_cpu()->root;
	unsigned int slot = va >> 39 & (ENTRIES - 1);
	u64 entry;

	if (!r->vcpu || !r->kernel_mode || root_none(r->kernel) || !guest_range_ok(va, 1))
		return false;
	entry = ((u64 *)mfn_virt(r->kernel))[slot];
	if ((r->table[slot] & PTE_PRESENT) || !test_bit(slots_of(r->kernel), slot))
		return false;
	set_bit(r->vcpu->hot_slots, slot);
	set_bit(r->present, slot);
	r->table[slot] = entry;
	if (r->plan_valid && (test_bit(slots_of(r->user), slot) || !plan_add(r, slot, entry))) {
		memset(r->vcpu->hot_slots, 0, sizeof(r->vcpu->hot_slots));
		set_bit(r->vcpu->hot_slots, slot);
		r->plan_valid = false;
	}
	return true;
}

void root_enter_kernel(void)
{
	struct cpu *c = this_cpu();
	struct cpu_root *r = &c->root;

	r->kernel_mode = true;
	if (unlikely(!r->plan_valid)) {
		root_copy(c);
		return;
	}
	for (unsigned int i = 0; i < r->kernel_only; i++)
		r->table[r->slot[i]] = r->entry[i];
	if (r->swap) {
		r->table[r->swap_slot] = r->swap_kernel;
		if (likely(READ_ONCE(r->swap_ok)))
			invlpg(r->swap_va);
		else
			load_cr3(c);
	}
}

void root_enter_user(struct vcpu *v)
{
	struct cpu *c = this_cpu();
	struct cpu_root *r = &c->root;

	if (unlikely(root_none(v->user_root))) {
		domain_crash(v->domain, "vcpu %u goes to user mode without a user table\n", v->id);
		return;
	}
	r->kernel_mode = false;
	if (unlikely(!r->plan_valid)) {
		root_copy(c);
		plan_make(r);
		return;
	}
	for (unsigned int i = 0; i < r->kernel_only; i++)
		r->table[r->slot[i]] = 0;
	if (r->swap)
		r->table[r->swap_slot] = r->swap_user;
	load_cr3(c);
}

void root_sole_broken(struct frame *table)
{
	__atomic_fetch_and(&table->state, ~FRAME_SOLE, __ATOMIC_SEQ_CST);
	for_each_cpu(c)
		WRITE_ONCE(c->root.swap_ok, false);
}

/* --- changes ------------------------------------------------------------------------ */

void root_renew(mfn_t m)
{
	struct cpumask mask = {{0}};

	barrier_full(); /* changed; now look who has it */
	for_each_cpu(c)
		if (mfn_eq(c->root.kernel, m) || mfn_eq(c->root.user, m))
			set_bit(mask.bits, c->id);
	tlb_rebuild_roots(&mask);
}

/* The caller has a use of the new one for it; what that of the old one leaves is returned. */
static int root_replace(struct vcpu *v, mfn_t *root, mfn_t m)
{
	struct cpu *c = this_cpu();
	mfn_t old = *root;

	*root = m;
	if (c->root.vcpu == v && c->vcpu == v) {
		c->root.plan_valid = false;
		if (root == &v->user_root) {
			c->root.user = m; /* in kernel mode: nothing to load now */
			barrier_full();
		} else {
			c->root.kernel = m;
			root_copy(c);
		}
	}
	return root_none(old) ? 0 : frame_put_typed(mfn_frame(old));
}

int root_set(struct vcpu *v, mfn_t *root, mfn_t m)
{
	int rc = walk_resume(current);

	if (!rc && !(root == &v->user_root && root_none(m))) {
		struct frame *f = frame_lookup(mfn_nr(m));

		rc = f ? frame_get_typed(f, v->domain, FRAME_L4) : (int)REFUSE(-EINVAL);
	}
	if (!rc)
		root_replace(v, root, m);
	return rc;
}

int root_drop(struct vcpu *v)
{
	int rc = walk_resume(current);

	if (!rc)
		rc = root_replace(v, &v->kernel_root, mfn(0));
	return rc ? rc : root_replace(v, &v->user_root, mfn(0));
}

void root_init_cpu(struct cpu *c)
{
	struct cpu_root *r = &c->root;

	r->table = pages_alloc(0);
	if (!r->table)
		panic("no memory for the root table of CPU %u", c->id);
	for (unsigned int i = HV_SLOT_FIRST + 1; i <= HV_SLOT_LAST; i++)
		r->table[i] = hv_root[i];
	r->paddr = virt_paddr(r->table);
	load_cr3(c);
	atomic_test_and_set_bit(cpus_online.bits, c->id);
}
