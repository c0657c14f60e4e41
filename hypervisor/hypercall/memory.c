/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memory_op(cmd, argument): which frames a domain has. Calls that work through a
 * list return how many extents they did, fewer than asked when memory or the
 * domain's limit ran out. Preempted, they keep the number of frames done in the bits
 * of cmd above the operation, so that the repeated call goes on there.
 */
#include "boot.h"
#include "grant.h"
#include "hypercall.h"
#include "public/memory.h"

#define OP_BITS 6
#define OP_MASK ((1UL << OP_BITS) - 1)

#define COST_FRAME 200 /* instructions for one given or taken, less what clearing takes */
#define E820_MAX   128
#define PFN_LIMIT  (1UL << 40)

/* The domain that a call names, with a reference, if the caller may control it. */
static long controlled_get(domid_t id, struct domain **out)
{
	struct domain *d = domain_get(id);

	if (!d)
		return REFUSE(-ESRCH);
	if (!may_control(d)) {
		domain_put(d);
		return REFUSE(-EPERM);
	}
	*out = d;
	return 0;
}

/* --- extents -------------------------------------------------------------------------- */

/* A call on a list of extents, under way. */
struct extents {
	struct pv_memory_reservation r;
	struct domain *domain;
	u64 done, total; /* frames */
};

#define NO_MORE 1

/* Where the list's entry is that is to be done now. */
static u64 entry_address(const struct extents *x)
{
	return x->r.extent_start + (x->done >> x->r.extent_order) * sizeof(u64);
}

/* A new extent at pfn (PFN_INVALID: nowhere yet); its first machine frame to the list. */
static long populate_at(struct extents *x, u64 pfn)
{
	u64 n = 1UL << x->r.extent_order, nr;
	struct frame *f;
	int rc = domain_frames_alloc(x->domain, x->r.extent_order,
				     PV_XENMEMF_GET_ADDRESS_BITS(x->r.mem_flags), &f);

	if (rc)
		return rc == -ERESTART ? rc : NO_MORE;
	nr = mfn_nr(frame_mfn(f));
	for (u64 i = 0; i < n && pfn != PFN_INVALID; i++)
		m2p_set(mfn(nr + i), pfn + i);
	/* The frames are the domain's now; a caller that cannot be told has lost count of them. */
	if (x->r.extent_start && copy_to_guest(entry_address(x), &nr, sizeof(nr)))
		return NO_MORE;
	x->done += n;
	return 0;
}

static long populate(struct extents *x)
{
	u64 pfn;

	if (copy_from_guest(&pfn, entry_address(x), sizeof(pfn)))
		return x->done ? NO_MORE : -EFAULT;
	return pfn < PFN_LIMIT ? populate_at(x, pfn) : NO_MORE;
}

static long increase(struct extents *x)
{
	return populate_at(x, PFN_INVALID);
}

/* One frame of an extent: to give back many takes long. */
static long decrease(struct extents *x)
{
	u64 first, nr;
	struct frame *f;
	bool ok;

	if (copy_from_guest(&first, entry_address(x), sizeof(first)))
		return NO_MORE;
	nr = first + (x->done & ((1UL << x->r.extent_order) - 1));
	f = nr >= first ? mfn_get(mfn(nr), x->domain) : NULL;
	if (!f)
		return NO_MORE;
	ok = frame_release(f, x->domain);
	frame_put(f);
	x->done += ok;
	return ok ? 0 : NO_MORE;
}

static long extents_run(struct hypercall *hc, long (*step)(struct extents *x))
{
	struct extents x = {.done = hc->arg[0] >> OP_BITS};
	long rc;

	if (copy_from_guest(&x.r, hc->arg[1], sizeof(x.r)))
		return -EFAULT;
	if (x.r.extent_order > EXTENT_ORDER_MAX)
		return REFUSE(-EPERM);
	x.total = x.r.nr_extents << x.r.extent_order;
	if (x.r.nr_extents > (1UL << 32) || x.done > x.total)
		return REFUSE(-EINVAL);
	rc = controlled_get(x.r.domid, &x.domain);
	if (rc)
		return rc;
	while (!rc && x.done < x.total) {
		u64 before = x.done;

		rc = step(&x);
		if (!rc && x.done < x.total && preempt_after((u32)(x.done - before) * COST_FRAME))
			rc = -ERESTART;
	}
	domain_put(x.domain);
	if (rc == -ERESTART)
		hc->arg[0] = (hc->arg[0] & OP_MASK) | x.done << OP_BITS;
	return rc < 0 ? rc : (long)(x.done >> x.r.extent_order);
}

static long exchange(u64 arg)
{
	struct pv_memory_exchange op;
	struct domain *d;
	long rc;

	if (copy_from_guest(&op, arg, sizeof(op)))
		return -EFAULT;
	rc = controlled_get(op.in.domid, &d);
	if (rc)
		return rc;
	rc = d == current->domain ? exchange_frames(d, &op) : REFUSE(-EPERM);
	domain_put(d);
	/* nr_exchanged is also where a preempted call goes on. */
	return copy_field_to_guest(arg, &op, nr_exchanged) ? -EFAULT : rc;
}

/* --- what there is ------------------------------------------------------------------------ */

/* A number that is known of a domain: its frames, its limit, or the highest pfn it told. */
static long domain_number(u64 arg, unsigned int cmd)
{
	struct pv_memory_domain op;
	struct domain *d;
	long rc;
	u64 n;

	if (copy_from_guest(&op, arg, sizeof(op)))
		return -EFAULT;
	rc = controlled_get(op.domid, &d);
	if (rc)
		return rc;
	switch (cmd) {
	case PV_XENMEM_CURRENT_RESERVATION:
		n = d->frames;
		break;
	case PV_XENMEM_MAXIMUM_RESERVATION:
		n = d->max_frames;
		break;
	default:
		/*
		 * The guest writes how many there are; it is handed on, never used. A
		 * dying one's page goes.
		 */
		n = d->dying ? 0 : READ_ONCE(d->shared->arch.max_pfn);
		n -= n != 0;
		break;
	}
	domain_put(d);
	return MIN(n, (u64)INT32_MAX);
}

static long machphys_mapping(u64 arg)
{
	struct pv_machphys_mapping map = {
		.v_start = M2P_GUEST_VIRT, .v_end = M2P_GUEST_END, .max_mfn = max_mfn - 1};

	return copy_to_guest(arg, &map, sizeof(map));
}

/* The first \p n entries of a map, and how many they are. */
static long put_map(u64 arg, struct pv_memory_map *map, const struct pv_e820_entry *e820, u32 n)
{
	map->nr_entries = n;
	if (copy_to_guest(map->buffer, e820, n * sizeof(*e820)))
		return -EFAULT;
	return copy_field_to_guest(arg, map, nr_entries);
}

static long memory_map(u64 arg)
{
	struct domain *d = current->domain;
	struct pv_memory_map map;
	long rc;

	if (copy_from_guest(&map, arg, sizeof(map)))
		return -EFAULT;
	spin_lock(&d->lock);
	rc = d->e820_entries ? put_map(arg, &map, d->e820, MIN(map.nr_entries, d->e820_entries))
			     : REFUSE(-ENOSYS);
	spin_unlock(&d->lock);
	return rc;
}

static long machine_memory_map(u64 arg)
{
	struct pv_memory_map map;

	if (!current->domain->privileged)
		return REFUSE(-EPERM);
	if (copy_from_guest(&map, arg, sizeof(map)))
		return -EFAULT;
	if (map.nr_entries < boot_info.e820_entries)
		return REFUSE(-EINVAL);
	return put_map(arg, &map, boot_info.e820, boot_info.e820_entries);
}

static long set_memory_map(u64 arg)
{
	struct pv_foreign_memory_map op;
	void *e820, *old;
	struct domain *d;
	size_t size;
	long rc;

	if (!current->domain->privileged)
		return REFUSE(-EPERM);
	if (copy_from_guest(&op, arg, sizeof(op)))
		return -EFAULT;
	if (op.map.nr_entries > E820_MAX)
		return REFUSE(-EINVAL);
	rc = controlled_get(op.domid, &d);
	if (rc)
		return rc;
	size = op.map.nr_entries * sizeof(struct pv_e820_entry);
	old = e820 = heap_alloc(MAX(size, 1UL));
	rc = e820 ? copy_from_guest(e820, op.map.buffer, size) : -ENOMEM;
	if (!rc) {
		spin_lock(&d->lock);
		old = d->e820;
		d->e820 = e820;
		d->e820_entries = op.map.nr_entries;
		spin_unlock(&d->lock);
	}
	heap_free(old);
	domain_put(d);
	return rc;
}

/* --- frames that the hypervisor keeps for a domain ---------------------------------------- */

/* From frame \p *done of the list on. */
static long grant_frames_to_list(struct domain *d, const struct pv_mem_acquire_resource *op,
				 u64 *done)
{
	for (; *done < op->nr_frames; ++*done) {
		mfn_t m;
		u64 nr;
		int rc = grant_shared_frame(d, op->frame + *done, &m);

		if (rc)
			return rc;
		nr = mfn_nr(m);
		if (copy_to_guest(op->frame_list + *done * sizeof(nr), &nr, sizeof(nr)))
			return -EFAULT;
		if (preempt_after(4 * COST_FRAME)) {
			++*done;
			return -ERESTART;
		}
	}
	return 0;
}

static long acquire_resource(struct hypercall *hc)
{
	struct pv_mem_acquire_resource op;
	u64 arg = hc->arg[1], done = hc->arg[0] >> OP_BITS;
	struct domain *d;
	long rc;

	if (!current->domain->privileged)
		return REFUSE(-EPERM);
	if (copy_from_guest(&op, arg, sizeof(op)))
		return -EFAULT;
	if (op.pad || op.frame > UINT32_MAX - op.nr_frames)
		return REFUSE(-EINVAL);
	if (op.type != PV_XENMEM_RESOURCE_GRANT_TABLE ||
	    op.id != PV_XENMEM_RESOURCE_GRANT_TABLE_ID_SHARED)
		return REFUSE(-EOPNOTSUPP);
	d = domain_get(op.domid);
	if (!d)
		return REFUSE(-ESRCH);
	if (d == current->domain || !d->grant || (!op.frame_list && op.nr_frames)) {
		rc = REFUSE(-EINVAL);
	} else if (!op.frame_list) {
		op.nr_frames = grant_frames_max(d);
		rc = copy_field_to_guest(arg, &op, nr_frames);
	} else {
		rc = grant_frames_to_list(d, &op, &done);
		hc->arg[0] = (hc->arg[0] & OP_MASK) | done << OP_BITS;
	}
	domain_put(d);
	return rc;
}

HYPERCALL(memory_op)
{
	u64 arg = hc->arg[1];

	switch (hc->arg[0] & OP_MASK) {
	case PV_XENMEM_INCREASE_RESERVATION:
		return extents_run(hc, increase);
	case PV_XENMEM_DECREASE_RESERVATION:
		return extents_run(hc, decrease);
	case PV_XENMEM_POPULATE_PHYSMAP:
		return extents_run(hc, populate);
	case PV_XENMEM_EXCHANGE:
		return exchange(arg);
	case PV_XENMEM_MAXIMUM_RAM_PAGE:
		return max_mfn - 1;
	case PV_XENMEM_CURRENT_RESERVATION:
	case PV_XENMEM_MAXIMUM_RESERVATION:
	case PV_XENMEM_MAXIMUM_GPFN:
		return domain_number(arg, hc->arg[0] & OP_MASK);
	case PV_XENMEM_MACHPHYS_MAPPING:
		return machphys_mapping(arg);
	case PV_XENMEM_MEMORY_MAP:
		return memory_map(arg);
	case PV_XENMEM_MACHINE_MEMORY_MAP:
		return machine_memory_map(arg);
	case PV_XENMEM_SET_MEMORY_MAP:
		return set_memory_map(arg);
	case PV_XENMEM_ACQUIRE_RESOURCE:
		return acquire_resource(hc);
	case PV_XENMEM_GET_SHARING_FREED_PAGES:
	case PV_XENMEM_GET_SHARING_SHARED_PAGES:
		return 0; /* nothing is ever shared between domains */
	default:
		return REFUSE(-ENOSYS);
	}
}
