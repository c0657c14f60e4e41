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

/* The domain an administrative request is about: the caller, or one it controls. */
static struct domain *subject(domid_t id, s16 *status)
{
	struct domain *d = domain_get(id);

	*status = PV_GNTST_BAD_DOMAIN;
	if (!d)
		return NULL;
	if (!may_control(d) || !d->grant) {
		*status = PV_GNTST_PERMISSION_DENIED;
		domain_put(d);
		return NULL;
	}
	*status = PV_GNTST_OKAY;
	return d;
}

static s16 setup_table(struct domain *d, const struct pv_gnttab_setup_table *op)
{
	u32 i;

	if (op->nr_frames > d->grant->max_frames)
		return PV_GNTST_GENERAL_ERROR;
	for (i = 0; i < op->nr_frames; i++) {
		mfn_t m;
		u64 nr;

		if (grant_shared_frame(d, i, &m))
			return PV_GNTST_GENERAL_ERROR;
		nr = mfn_nr(m);
		if (copy_to_guest(op->frame_list + i * sizeof(nr), &nr, sizeof(nr)))
			return PV_GNTST_BAD_VIRT_ADDR;
	}
	return PV_GNTST_OKAY;
}

static int op_setup_table(u64 at)
{
	struct pv_gnttab_setup_table op;
	struct domain *d;

	if (copy_from_guest(&op, at, sizeof(op)))
		return -EFAULT;
	d = subject(op.dom, &op.status);
	if (d) {
		op.status = setup_table(d, &op);
		domain_put(d);
	}
	return copy_field_to_guest(at, &op, status);
}

static int op_query_size(u64 at)
{
	struct pv_gnttab_query_size op;
	struct domain *d;

	if (copy_from_guest(&op, at, sizeof(op)))
		return -EFAULT;
	d = subject(op.dom, &op.status);
	if (d) {
		op.nr_frames = d->grant->frames;
		op.max_nr_frames = d->grant->max_frames;
		domain_put(d);
	}
	return copy_to_guest(at, &op, sizeof(op));
}

static int op_set_version(u64 at)
{
	struct pv_gnttab_set_version op;
	int rc;

	if (copy_from_guest(&op, at, sizeof(op)))
		return -EFAULT;
	rc = op.version == 1 ? 0 : op.version == 2 ? -ENOSYS : -EINVAL;
	op.version = 1;
	return copy_to_guest(at, &op, sizeof(op)) ? -EFAULT : rc;
}

static int op_get_version(u64 at)
{
	struct pv_gnttab_get_version op;
	struct domain *d;
	s16 status;

	if (copy_from_guest(&op, at, sizeof(op)))
		return -EFAULT;
	d = subject(op.dom, &status);
	if (!d)
		return status == PV_GNTST_BAD_DOMAIN ? -ESRCH : -EPERM;
	domain_put(d);
	op.version = 1;
	return copy_field_to_guest(at, &op, version);
}

/* The operations on one request: 0, or what the call returns. */
static int (*const single_ops[])(u64 at) = {
	[PV_GNTTABOP_SETUP_TABLE] = op_setup_table,
	[PV_GNTTABOP_QUERY_SIZE] = op_query_size,
	[PV_GNTTABOP_SET_VERSION] = op_set_version,
	[PV_GNTTABOP_GET_VERSION] = op_get_version,
};

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
	u32 cmd = hc->arg[0];

	hc->arg[2] = (u32)hc->arg[2];
	if ((s32)hc->arg[2] < 0)
		return REFUSE(-EINVAL);
	switch (cmd) {
	case PV_GNTTABOP_MAP_GRANT_REF:
		return array_op(hc, cmd, sizeof(struct pv_gnttab_map_grant_ref));
	case PV_GNTTABOP_UNMAP_GRANT_REF:
		return array_op(hc, cmd, sizeof(struct pv_gnttab_unmap_grant_ref));
	case PV_GNTTABOP_COPY:
		return array_op(hc, cmd, sizeof(struct pv_gnttab_copy));
	}
	if (cmd >= ARRAY_SIZE(single_ops) || !single_ops[cmd])
		return REFUSE(-ENOSYS);
	return hc->arg[2] == 1 ? single_ops[cmd](hc->arg[1]) : REFUSE(-EINVAL);
}
