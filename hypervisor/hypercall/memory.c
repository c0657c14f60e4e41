/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memory_op(cmd, argument): which frames a domain has. Calls that work through a
 * list return how many extents they did, fewer than asked when memory or the
 * domain's limit ran out. Preempted, they keep the number done in the bits of
 * cmd above the operation, so that the repeated call goes on there.
 */
#include "boot.h"
#include "grant.h"
#include "hypercall.h"
#include "public/memory.h"

#define OP_BITS 6
#define OP_MASK ((1UL << OP_BITS) - 1)

#define GUEST_ORDER_MAX	     9	/* 2 MiB: what a guest may ask for itself */
#define PRIVILEGED_ORDER_MAX 18 /* 1 GiB */
#define PREEMPT_EVERY	     32
#define E820_MAX	     128

/* A call on a list of extents, under way. */
struct extents {
	struct pv_memory_reservation r;
	struct domain *domain; /* with a reference */
	u64 done;
};

static unsigned int order_limit(void)
{
	return current->domain->privileged ? PRIVILEGED_ORDER_MAX : GUEST_ORDER_MAX;
}

/* Copy and check the argument, and find the domain. 0 or an errno with nothing held. */
static long extents_begin(struct extents *x, struct hypercall *hc)
{
	if (copy_from_guest(&x->r, hc->arg[1], sizeof(x->r)))
		return -EFAULT;
	x->done = hc->arg[0] >> OP_BITS;
	if (x->r.nr_extents > (1UL << 32) || x->done > x->r.nr_extents)
		return REFUSE(-EINVAL);
	if (x->r.extent_order > order_limit())
		return REFUSE(-EPERM);
	x->domain = domain_get(x->r.domid);
	if (!x->domain)
		return REFUSE(-ESRCH);
	if (!may_control(x->domain)) {
		domain_put(x->domain);
		return REFUSE(-EPERM);
	}
	return 0;
}

static long extents_end(struct extents *x, struct hypercall *hc, long rc)
{
	domain_put(x->domain);
	if (rc == -ERESTART)
		hc->arg[0] = (hc->arg[0] & OP_MASK) | x->done << OP_BITS;
	return rc ? rc : (long)x->done;
}

static u64 extent_address(const struct pv_memory_reservation *r, u64 i)
{
	return r->extent_start + i * sizeof(u64);
}

static bool time_to_yield(u64 done)
{
	return done % PREEMPT_EVERY == 0 && preempt_pending();
}

/* One new extent at pfn (PFN_INVALID: nowhere yet); its first machine frame to the list. */
static bool populate_one(struct extents *x, u64 at, u64 gpfn)
{
	unsigned int order = x->r.extent_order;
	struct frame *f =
		domain_frames_alloc(x->domain, order, PV_XENMEMF_GET_ADDRESS_BITS(x->r.mem_flags));
	u64 i, nr;

	if (!f)
		return false;
	nr = mfn_nr(frame_mfn(f));
	if (gpfn != PFN_INVALID)
		for (i = 0; i < 1UL << order; i++)
			m2p_set(mfn(nr + i), gpfn + i);
	/* The frames are the domain's now; a caller that cannot be told has lost count of them. */
	return !at || !copy_to_guest(at, &nr, sizeof(nr));
}

static long populate_physmap(struct hypercall *hc)
{
	struct extents x;
	long rc = extents_begin(&x, hc);

	if (rc)
		return rc;
	while (x.done < x.r.nr_extents) {
		u64 at = extent_address(&x.r, x.done), gpfn;

		if (copy_from_guest(&gpfn, at, sizeof(gpfn))) {
			rc = x.done ? 0 : -EFAULT;
			break;
		}
		if (gpfn >= 1UL << 40 || !populate_one(&x, at, gpfn))
			break;
		x.done++;
		if (x.done < x.r.nr_extents && time_to_yield(x.done << x.r.extent_order)) {
			rc = -ERESTART;
			break;
		}
	}
	return extents_end(&x, hc, rc);
}

static long increase_reservation(struct hypercall *hc)
{
	struct extents x;
	long rc = extents_begin(&x, hc);

	if (rc)
		return rc;
	while (x.done < x.r.nr_extents) {
		u64 at = x.r.extent_start ? extent_address(&x.r, x.done) : 0;

		if (!populate_one(&x, at, PFN_INVALID))
			break;
		x.done++;
		if (x.done < x.r.nr_extents && time_to_yield(x.done << x.r.extent_order)) {
			rc = -ERESTART;
			break;
		}
	}
	return extents_end(&x, hc, rc);
}

static bool release_extent(struct domain *d, u64 first, unsigned int order)
{
	u64 i;

	for (i = 0; i < 1UL << order; i++) {
		struct frame *f = mfn_get(mfn(first + i), d);
		bool ok = f && frame_release(f, d);

		if (f)
			frame_put(f);
		if (!ok)
			return false;
	}
	return true;
}

static long decrease_reservation(struct hypercall *hc)
{
	struct extents x;
	long rc = extents_begin(&x, hc);

	if (rc)
		return rc;
	while (x.done < x.r.nr_extents) {
		u64 first;

		if (copy_from_guest(&first, extent_address(&x.r, x.done), sizeof(first)) ||
		    first + (1UL << x.r.extent_order) < first ||
		    !release_extent(x.domain, first, x.r.extent_order))
			break;
		x.done++;
		if (x.done < x.r.nr_extents && time_to_yield(x.done << x.r.extent_order)) {
			rc = -ERESTART;
			break;
		}
	}
	return extents_end(&x, hc, rc);
}

/* --- exchange -------------------------------------------------------------------------- */

/*
 * Frames are traded a chunk at a time, a chunk being one extent of the larger
 * order. A chunk is all or nothing: what was taken is given back if the new
 * frames cannot be had.
 */
#define EXCHANGE_ORDER_MAX 9
#define EXCHANGE_MAX	   (1U << EXCHANGE_ORDER_MAX)

struct exchange {
	struct pv_memory_exchange op;
	struct domain *domain;
	u64 in_chunk, out_chunk; /* extents in a chunk */
	u32 *taken;		 /* machine frames of the current chunk */
	u32 nr_taken;
};

static long exchange_check(struct exchange *e)
{
	const struct pv_memory_reservation *in = &e->op.in, *out = &e->op.out;

	if (in->extent_order > EXCHANGE_ORDER_MAX || out->extent_order > EXCHANGE_ORDER_MAX)
		return REFUSE(-EPERM);
	if (in->nr_extents > 1UL << 32 || out->nr_extents > 1UL << 32 ||
	    in->nr_extents << in->extent_order != out->nr_extents << out->extent_order)
		return REFUSE(-EINVAL);
	if (in->domid != out->domid || e->op.nr_exchanged > in->nr_extents)
		return REFUSE(-EINVAL);
	e->in_chunk = in->extent_order < out->extent_order
			      ? 1UL << (out->extent_order - in->extent_order)
			      : 1;
	e->out_chunk = out->extent_order < in->extent_order
			       ? 1UL << (in->extent_order - out->extent_order)
			       : 1;
	if (in->nr_extents % e->in_chunk || e->op.nr_exchanged % e->in_chunk)
		return REFUSE(-EINVAL);
	return 0;
}

static void exchange_give_back(struct exchange *e)
{
	while (e->nr_taken)
		frame_give(mfn_frame(mfn(e->taken[--e->nr_taken])), e->domain);
}

/* Take the frames of one chunk out of the domain. */
static long exchange_take(struct exchange *e)
{
	const struct pv_memory_reservation *in = &e->op.in;
	u64 i, j, first;

	for (i = 0; i < e->in_chunk; i++) {
		if (copy_from_guest(&first, extent_address(in, e->op.nr_exchanged + i),
				    sizeof(first)))
			return -EFAULT;
		for (j = 0; j < 1UL << in->extent_order; j++) {
			mfn_t m = mfn(first + j);

			if (!mfn_valid(m) || !frame_steal(mfn_frame(m), e->domain))
				return REFUSE(-EINVAL);
			e->taken[e->nr_taken++] = mfn_nr(m);
		}
	}
	return 0;
}

/* Allocate the chunk's new extents; \p got holds their first frames. */
static long exchange_allocate(struct exchange *e, struct frame **got)
{
	const struct pv_memory_reservation *out = &e->op.out;
	u64 i, j;

	for (i = 0; i < e->out_chunk; i++) {
		got[i] = domain_frames_alloc(e->domain, out->extent_order,
					     PV_XENMEMF_GET_ADDRESS_BITS(out->mem_flags));
		if (!got[i])
			break;
	}
	if (i == e->out_chunk)
		return 0;
	while (i--)
		for (j = 0; j < 1UL << out->extent_order; j++)
			frame_release(got[i] + j, e->domain);
	return -ENOMEM;
}

static long exchange_publish(struct exchange *e, struct frame **got)
{
	const struct pv_memory_reservation *out = &e->op.out;
	u64 base = (e->op.nr_exchanged / e->in_chunk) * e->out_chunk;
	u64 i, j, gpfn;
	long rc = 0;

	for (i = 0; i < e->out_chunk; i++) {
		u64 at = extent_address(out, base + i), nr = mfn_nr(frame_mfn(got[i]));

		if (copy_from_guest(&gpfn, at, sizeof(gpfn)) || gpfn >= 1UL << 40) {
			rc = -EFAULT;
			continue;
		}
		for (j = 0; j < 1UL << out->extent_order; j++)
			m2p_set(mfn(nr + j), gpfn + j);
		if (copy_to_guest(at, &nr, sizeof(nr)))
			rc = -EFAULT;
	}
	return rc;
}

static long exchange_chunk(struct exchange *e, struct frame **got)
{
	long rc;

	e->nr_taken = 0;
	rc = exchange_take(e);
	if (!rc)
		rc = exchange_allocate(e, got);
	if (rc) {
		exchange_give_back(e);
		return rc;
	}
	/* From here on the trade is done; a fault while telling is the caller's loss. */
	while (e->nr_taken) {
		mfn_t m = mfn(e->taken[--e->nr_taken]);

		m2p_set(m, PFN_INVALID);
		frame_free(mfn_frame(m));
	}
	rc = exchange_publish(e, got);
	e->op.nr_exchanged += e->in_chunk;
	return rc;
}

static long exchange_run(struct exchange *e, u64 arg)
{
	struct frame **got = heap_alloc(e->out_chunk * sizeof(*got));
	long rc = got ? 0 : -ENOMEM;

	while (!rc && e->op.nr_exchanged < e->op.in.nr_extents) {
		rc = exchange_chunk(e, got);
		if (!rc && e->op.nr_exchanged < e->op.in.nr_extents && preempt_pending())
			rc = -ERESTART;
	}
	heap_free(got);
	/* nr_exchanged is also where a preempted call goes on. */
	if (copy_field_to_guest(arg, &e->op, nr_exchanged))
		return -EFAULT;
	return rc;
}

static long exchange(struct hypercall *hc)
{
	struct exchange e = {0};
	long rc;

	if (copy_from_guest(&e.op, hc->arg[1], sizeof(e.op)))
		return -EFAULT;
	rc = exchange_check(&e);
	if (rc)
		return rc;
	e.domain = domain_get(e.op.in.domid);
	if (!e.domain)
		return REFUSE(-ESRCH);
	if (e.domain != current->domain) {
		rc = REFUSE(-EPERM);
	} else {
		e.taken = heap_alloc(EXCHANGE_MAX * sizeof(*e.taken));
		rc = e.taken ? exchange_run(&e, hc->arg[1]) : -ENOMEM;
		heap_free(e.taken);
	}
	domain_put(e.domain);
	return rc;
}

/* --- what there is ------------------------------------------------------------------------ */

/* A number that is known of a domain: its frames, its limit, or the highest pfn it told. */
static long domain_number(u64 arg, unsigned int cmd)
{
	struct pv_memory_domain op;
	struct domain *d;
	u64 n;

	if (copy_from_guest(&op, arg, sizeof(op)))
		return -EFAULT;
	d = domain_get(op.domid);
	if (!d)
		return REFUSE(-ESRCH);
	if (!may_control(d)) {
		domain_put(d);
		return REFUSE(-EPERM);
	}
	switch (cmd) {
	case PV_XENMEM_CURRENT_RESERVATION:
		n = d->frames;
		break;
	case PV_XENMEM_MAXIMUM_RESERVATION:
		n = d->max_frames;
		break;
	default:
		/* The guest writes it; it is handed on, never used. A dying one's page goes. */
		n = d->dying ? 0 : READ_ONCE(d->shared->arch.max_pfn);
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

static long memory_map(u64 arg)
{
	struct domain *d = current->domain;
	struct pv_memory_map map;
	long rc;

	if (copy_from_guest(&map, arg, sizeof(map)))
		return -EFAULT;
	spin_lock(&d->lock);
	if (d->e820_entries) {
		map.nr_entries = MIN(map.nr_entries, d->e820_entries);
		rc = copy_to_guest(map.buffer, d->e820,
				   map.nr_entries * sizeof(struct pv_e820_entry));
	} else {
		rc = REFUSE(-ENOSYS);
	}
	spin_unlock(&d->lock);
	return rc ? rc : copy_to_guest(arg, &map, sizeof(map));
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
	map.nr_entries = boot_info.e820_entries;
	if (copy_to_guest(map.buffer, boot_info.e820,
			  map.nr_entries * sizeof(struct pv_e820_entry)))
		return -EFAULT;
	return copy_to_guest(arg, &map, sizeof(map));
}

static long set_memory_map(u64 arg)
{
	struct pv_foreign_memory_map op;
	struct pv_e820_entry *e820;
	struct domain *d;
	void *old;
	long rc = 0;

	if (!current->domain->privileged)
		return REFUSE(-EPERM);
	if (copy_from_guest(&op, arg, sizeof(op)))
		return -EFAULT;
	if (op.map.nr_entries > E820_MAX)
		return REFUSE(-EINVAL);
	d = domain_get(op.domid);
	if (!d)
		return REFUSE(-ESRCH);
	e820 = heap_alloc(MAX(op.map.nr_entries, 1U) * sizeof(*e820));
	if (!e820)
		rc = -ENOMEM;
	else if (copy_from_guest(e820, op.map.buffer, op.map.nr_entries * sizeof(*e820)))
		rc = -EFAULT;
	old = e820;
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

static long grant_frames_to_list(struct domain *d, struct pv_mem_acquire_resource *op)
{
	u64 i;

	for (i = 0; i < op->nr_frames; i++) {
		mfn_t m;
		u64 nr;
		int rc = grant_shared_frame(d, op->frame + i, &m);

		if (rc)
			return rc;
		nr = mfn_nr(m);
		if (copy_to_guest(op->frame_list + i * sizeof(nr), &nr, sizeof(nr)))
			return -EFAULT;
	}
	return 0;
}

static long acquire_resource(u64 arg)
{
	struct pv_mem_acquire_resource op;
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
	if (d == current->domain || !d->grant) {
		rc = REFUSE(-EINVAL);
	} else if (!op.frame_list) {
		op.nr_frames = grant_frames_max(d);
		rc = copy_field_to_guest(arg, &op, nr_frames);
	} else {
		rc = grant_frames_to_list(d, &op);
	}
	domain_put(d);
	return rc;
}

HYPERCALL(memory_op)
{
	u64 arg = hc->arg[1];

	switch (hc->arg[0] & OP_MASK) {
	case PV_XENMEM_INCREASE_RESERVATION:
		return increase_reservation(hc);
	case PV_XENMEM_DECREASE_RESERVATION:
		return decrease_reservation(hc);
	case PV_XENMEM_POPULATE_PHYSMAP:
		return populate_physmap(hc);
	case PV_XENMEM_EXCHANGE:
		return exchange(hc);
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
		return acquire_resource(arg);
	case PV_XENMEM_GET_SHARING_FREED_PAGES:
	case PV_XENMEM_GET_SHARING_SHARED_PAGES:
		return 0; /* nothing is ever shared between domains */
	default:
		return REFUSE(-ENOSYS);
	}
}
