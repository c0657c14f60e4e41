/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * grant_table_op(cmd, array, count). Mapping, unmapping and copying take an array of
 * requests, of which some are read, worked on and answered at a time; each has its
 * own status. Preempted, the call moves its own array pointer and count along, so
 * that it goes on with the first element not yet done. The rest take one request.
 */
#include "../grant/internal.h"
#include "guest_word.h"
#include "hypercall.h"

/* Frames that there are already cost next to nothing, so a restart begins with the first again. */
static long setup_table(struct domain *d, struct pv_gnttab_setup_table *op)
{
	u32 i, had = d->grant->frames;

	op->status = PV_GNTST_GENERAL_ERROR;
	if (op->nr_frames > d->grant->max_frames)
		return 0;
	for (i = 0; i < op->nr_frames; i++) {
		mfn_t m;
		u64 nr;

		if (i >= had + GRANT_BATCH && preempt_pending())
			return -ERESTART;
		if (grant_shared_frame(d, i, &m))
			return 0;
		nr = mfn_nr(m);
		if (copy_to_guest(op->frame_list + i * sizeof(nr), &nr, sizeof(nr))) {
			op->status = PV_GNTST_BAD_VIRT_ADDR;
			return 0;
		}
	}
	op->status = PV_GNTST_OKAY;
	return 0;
}

union single {
	domid_t dom; /* first in all but set_version */
	struct pv_gnttab_setup_table setup;
	struct pv_gnttab_query_size query;
	struct pv_gnttab_set_version set_version;
	struct pv_gnttab_get_version get_version;
};

/* Version 1 is all there is, and stays. */
static long set_version(struct pv_gnttab_set_version *op)
{
	u32 wanted = op->version;

	op->version = 1;
	return wanted == 1 ? 0 : wanted == 2 ? -ENOSYS : -EINVAL;
}

/* An administrative request is about the caller, or a domain that it controls. */
static long on_subject(u32 cmd, union single *a)
{
	struct domain *d = domain_get(a->dom);
	bool ok = d && may_control(d) && d->grant;
	s16 status = ok ? PV_GNTST_OKAY : d ? PV_GNTST_PERMISSION_DENIED : PV_GNTST_BAD_DOMAIN;
	long rc = 0;

	switch (cmd) {
	case PV_GNTTABOP_SETUP_TABLE:
		a->setup.status = status;
		if (ok)
			rc = setup_table(d, &a->setup);
		break;
	case PV_GNTTABOP_QUERY_SIZE:
		a->query.status = status;
		if (ok) {
			a->query.nr_frames = d->grant->frames;
			a->query.max_nr_frames = d->grant->max_frames;
		}
		break;
	default:
		a->get_version.version = 1;
		rc = ok ? 0 : d ? -EPERM : -ESRCH;
	}
	if (d)
		domain_put(d);
	return rc;
}

static long single_op(u32 cmd, u32 size, u64 at, u64 count)
{
	union single a;
	long rc;

	if (count != 1)
		return REFUSE(-EINVAL);
	if (copy_from_guest(&a, at, size))
		return -EFAULT;
	rc = cmd == PV_GNTTABOP_SET_VERSION ? set_version(&a.set_version) : on_subject(cmd, &a);
	if (rc != -ERESTART && copy_to_guest(at, &a, size))
		rc = -EFAULT;
	return rc;
}

union batch {
	struct pv_gnttab_map_grant_ref map[GRANT_BATCH];
	struct pv_gnttab_unmap_grant_ref unmap[GRANT_BATCH];
	struct pv_gnttab_copy copy[GRANT_BATCH];
};

/* Write the status of each element back, and no other field: the guest may have moved on. */
static int status_put(u64 at, const void *elements, u32 n, u32 size, u32 offset)
{
	const char *from = (const char *)elements + offset;
	u64 to = at + offset, end = at + n * size;

	if (!guest_range_ok(at, n * size))
		return REFUSE(-EFAULT);
	user_access_begin();
	for (; to < end; to += size, from += size)
		guest_put(*(const u16 *)from, to, fault);
	user_access_end();
	return 0;
fault:
	user_access_end();
	return REFUSE(-EFAULT);
}

/* Work on the first \p n elements at \p at; 0 or -EFAULT. */
static int batch_run(u32 cmd, union batch *b, u64 at, u32 n)
{
	switch (cmd) {
	case PV_GNTTABOP_MAP_GRANT_REF:
		grant_map(b->map, n);
		return copy_to_guest(at, b->map, n * sizeof(b->map[0]));
	case PV_GNTTABOP_UNMAP_GRANT_REF:
		grant_unmap(b->unmap, n);
		return status_put(at, b->unmap, n, sizeof(b->unmap[0]),
				  offsetof(struct pv_gnttab_unmap_grant_ref, status));
	default:
		grant_copy(b->copy, n);
		return status_put(at, b->copy, n, sizeof(b->copy[0]),
				  offsetof(struct pv_gnttab_copy, status));
	}
}

static long array_op(struct hypercall *hc, u32 cmd, u32 size)
{
	union batch b;

	while (hc->arg[2]) {
		u32 n = MIN(hc->arg[2], (u64)GRANT_BATCH);
		u64 at = hc->arg[1];

		/* An array that ends in nowhere: do what is there. */
		if (unlikely(copy_from_guest(&b, at, n * size))) {
			n = 1;
			if (copy_from_guest(&b, at, size))
				return -EFAULT;
		}
		if (unlikely(batch_run(cmd, &b, at, n)))
			return -EFAULT;
		hc->arg[1] += n * size;
		hc->arg[2] -= n;
		if (hc->arg[2] && preempt_pending())
			return -ERESTART;
	}
	return 0;
}

HYPERCALL(grant_table_op)
{
	static const u8 sizes[] = {
		[PV_GNTTABOP_MAP_GRANT_REF] = sizeof(struct pv_gnttab_map_grant_ref),
		[PV_GNTTABOP_UNMAP_GRANT_REF] = sizeof(struct pv_gnttab_unmap_grant_ref),
		[PV_GNTTABOP_SETUP_TABLE] = sizeof(struct pv_gnttab_setup_table),
		[PV_GNTTABOP_COPY] = sizeof(struct pv_gnttab_copy),
		[PV_GNTTABOP_QUERY_SIZE] = sizeof(struct pv_gnttab_query_size),
		[PV_GNTTABOP_SET_VERSION] = sizeof(struct pv_gnttab_set_version),
		[PV_GNTTABOP_GET_VERSION] = sizeof(struct pv_gnttab_get_version),
	};
	u32 cmd = hc->arg[0];

	hc->arg[2] = (u32)hc->arg[2];
	if ((s32)hc->arg[2] < 0)
		return REFUSE(-EINVAL);
	if (cmd >= ARRAY_SIZE(sizes) || !sizes[cmd])
		return REFUSE(-ENOSYS);
	if (cmd == PV_GNTTABOP_MAP_GRANT_REF || cmd == PV_GNTTABOP_UNMAP_GRANT_REF ||
	    cmd == PV_GNTTABOP_COPY)
		return array_op(hc, cmd, sizes[cmd]);
	return single_op(cmd, sizes[cmd], hc->arg[1], hc->arg[2]);
}
