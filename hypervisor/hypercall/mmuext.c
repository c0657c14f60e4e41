/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mmuext_op(ops, count, done, foreigndom): pins, roots, flushes and the rest of
 * what a kernel does with page tables. Stops at the first that fails; *done
 * counts those before.
 */
#include "arch.h"
#include "mmu.h"
#include "public/mmu.h"

#define CONTINUED BIT(31) /* as in mmu_update.c */
#define LDT_MAX	  8192
/* Instructions for an operation, less what a walk takes: clearing a page is the longest. */
#define COST_OP 1000

long vcpu_set_cpus(vaddr_t set, struct domain *d, struct cpumask *cpus)
{
	u64 bits[(MAX_VCPUS + 63) / 64];
	u32 words = (d->max_vcpus + 63) / 64;

	if (words > ARRAY_SIZE(bits) || copy_from_guest(bits, set, words * sizeof(bits[0])))
		return REFUSE(-EFAULT);
	*cpus = (struct cpumask){{0}};
	for_each_vcpu(d, v) {
		struct cpu *c = READ_ONCE(v->root_cpu);

		/* Another vCPU's tables were loaded there since: that flushed. */
		if (test_bit(bits, v->id) && c && READ_ONCE(c->root.vcpu) == v)
			set_bit(cpus->bits, c->id);
	}
	return 0;
}

static long flush_set(const struct pv_mmuext_op *op, vaddr_t va)
{
	struct domain *d = current->domain;
	struct cpumask cpus = d->dirty_cpus;
	long rc;

	if (op->cmd == PV_MMUEXT_TLB_FLUSH_MULTI || op->cmd == PV_MMUEXT_INVLPG_MULTI) {
		rc = vcpu_set_cpus(op->arg2.vcpumask, d, &cpus);
		if (rc)
			return rc;
	}
	tlb_flush_mask(&cpus, va);
	return 0;
}

static long flush_cache(void)
{
	if (!current->domain->privileged)
		return REFUSE(-EACCES);
	__asm__ volatile("wbinvd" ::: "memory");
	return 0;
}

static long page_clear_op(const struct pv_mmuext_op *op, struct domain *d)
{
	mfn_t m = mfn(op->arg1.mfn);

	if (!mfn_valid(m) || !frame_get_writable(mfn_frame(m), d))
		return REFUSE(-EINVAL);
	memset(mfn_virt(m), 0, PAGE_SIZE);
	frame_put_writable(mfn_frame(m));
	return 0;
}

static long page_copy_op(const struct pv_mmuext_op *op, struct domain *d)
{
	mfn_t to = mfn(op->arg1.mfn);
	struct frame *from = mfn_get(mfn(op->arg2.src_mfn), d);
	long rc = REFUSE(-EINVAL);

	if (!from)
		return rc;
	if (mfn_valid(to) && frame_get_writable(mfn_frame(to), d)) {
		memcpy(mfn_virt(to), frame_virt(from), PAGE_SIZE);
		frame_put_writable(mfn_frame(to));
		rc = 0;
	}
	frame_put(from);
	return rc;
}

static long ldt_op(const struct pv_mmuext_op *op)
{
	vaddr_t base = op->arg1.linear_addr;
	u32 entries = op->arg2.nr_ents;

	if (entries > LDT_MAX || (base & ~PAGE_MASK) ||
	    (entries && !guest_range_ok(base, entries * 8UL)))
		return REFUSE(-EINVAL);
	return ldt_set(current, base, entries);
}

/* Those that work on the caller itself, whatever domain it names. */
static long op_own(const struct pv_mmuext_op *op)
{
	struct vcpu *v = current;

	switch (op->cmd) {
	case PV_MMUEXT_NEW_BASEPTR:
		return root_set(v, &v->kernel_root, mfn(op->arg1.mfn));
	case PV_MMUEXT_NEW_USER_BASEPTR:
		return root_set(v, &v->user_root, mfn(op->arg1.mfn));
	case PV_MMUEXT_TLB_FLUSH_LOCAL:
		tlb_flush_local();
		return 0;
	case PV_MMUEXT_INVLPG_LOCAL:
		if (guest_range_ok(op->arg1.linear_addr, 1))
			invlpg(op->arg1.linear_addr);
		return 0;
	case PV_MMUEXT_TLB_FLUSH_MULTI:
	case PV_MMUEXT_TLB_FLUSH_ALL:
		return flush_set(op, TLB_ALL);
	case PV_MMUEXT_INVLPG_MULTI:
	case PV_MMUEXT_INVLPG_ALL:
		return flush_set(op, op->arg1.linear_addr & PAGE_MASK);
	case PV_MMUEXT_FLUSH_CACHE:
	case PV_MMUEXT_FLUSH_CACHE_GLOBAL:
		return flush_cache();
	case PV_MMUEXT_SET_LDT:
		return ldt_op(op);
	case PV_MMUEXT_MARK_SUPER:
	case PV_MMUEXT_UNMARK_SUPER:
		return REFUSE(-EOPNOTSUPP);
	}
	return REFUSE(-ENOSYS);
}

static long op_run(const struct pv_mmuext_op *op, struct domain *d)
{
	switch (op->cmd) {
	case PV_MMUEXT_PIN_L1_TABLE:
	case PV_MMUEXT_PIN_L2_TABLE:
	case PV_MMUEXT_PIN_L3_TABLE:
	case PV_MMUEXT_PIN_L4_TABLE:
		return pt_pin(d, mfn(op->arg1.mfn), FRAME_L1 + (op->cmd - PV_MMUEXT_PIN_L1_TABLE));
	case PV_MMUEXT_UNPIN_TABLE:
		return pt_unpin(d, mfn(op->arg1.mfn));
	case PV_MMUEXT_CLEAR_PAGE:
		return page_clear_op(op, d);
	case PV_MMUEXT_COPY_PAGE:
		return page_copy_op(op, d);
	}
	return d == current->domain ? op_own(op) : REFUSE(-EPERM);
}

static long ops_run(struct domain *d, vaddr_t list, u32 count, u32 *done)
{
	struct pv_mmuext_op op;
	long rc = walk_resume(current);

	while (!rc && *done < count) {
		if (copy_from_guest(&op, list + *done * sizeof(op), sizeof(op)))
			return -EFAULT;
		rc = op_run(&op, d);
		if (rc)
			return rc;
		++*done;
		rc = walk_resume(
			current); /* a table that went away may still have to be taken down */
		if (!rc && *done < count && preempt_after(COST_OP))
			rc = -ERESTART;
	}
	return rc;
}

HYPERCALL(mmuext_op)
{
	vaddr_t done_at = hc->arg[2];
	bool continued = hc->arg[1] & CONTINUED;
	u32 count = (u32)(hc->arg[1] & ~CONTINUED), done = 0, before = 0;
	struct domain *d;
	long rc;

	if (continued && done_at && copy_from_guest(&before, done_at, sizeof(before)))
		return -EFAULT;
	rc = foreign_get((domid_t)hc->arg[3], &d);
	if (rc)
		return rc;
	rc = ops_run(d, hc->arg[0], count, &done);
	foreign_put(d);
	before += done;
	if (done_at && copy_to_guest(done_at, &before, sizeof(before)))
		return -EFAULT;
	if (rc == -ERESTART) {
		hc->arg[0] += done * sizeof(struct pv_mmuext_op);
		hc->arg[1] = (count - done) | CONTINUED;
	}
	return rc;
}
