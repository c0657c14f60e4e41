/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * grant_table_op(cmd, array, count): works through an array of requests and
 * writes each one's status back before it looks at the next. Preempted, it moves
 * its own array pointer and count along, so that the repeated call goes on with
 * the first element not yet done.
 */
#include "../grant/internal.h"
#include "hypercall.h"

static int op_map(u64 at)
{
	struct pv_gnttab_map_grant_ref op;

	if (copy_from_guest(&op, at, sizeof(op)))
		return -EFAULT;
	grant_map(&op);
	return copy_to_guest(at, &op, sizeof(op));
}

static int op_copy(u64 at)
{
	struct pv_gnttab_copy op;

	if (copy_from_guest(&op, at, sizeof(op)))
		return -EFAULT;
	grant_copy(&op);
	return copy_field_to_guest(at, &op, status);
}

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

static const struct {
	int (*fn)(u64 at); /* one element: 0, or what ends the call */
	u32 size;
	bool single; /* takes exactly one element */
} grant_ops[] = {
	[PV_GNTTABOP_MAP_GRANT_REF] = {op_map, sizeof(struct pv_gnttab_map_grant_ref), false},
	[PV_GNTTABOP_COPY] = {op_copy, sizeof(struct pv_gnttab_copy), false},
	[PV_GNTTABOP_SETUP_TABLE] = {op_setup_table, sizeof(struct pv_gnttab_setup_table), true},
	[PV_GNTTABOP_QUERY_SIZE] = {op_query_size, sizeof(struct pv_gnttab_query_size), true},
	[PV_GNTTABOP_SET_VERSION] = {op_set_version, sizeof(struct pv_gnttab_set_version), true},
	[PV_GNTTABOP_GET_VERSION] = {op_get_version, sizeof(struct pv_gnttab_get_version), true},
};

static void advance(struct hypercall *hc, u32 elements, u32 size)
{
	hc->arg[1] += (u64)elements * size;
	hc->arg[2] -= elements;
}

/* Unmapping goes in batches, since each batch costs one TLB flush. */
static long unmap_all(struct hypercall *hc)
{
	struct pv_gnttab_unmap_grant_ref op[GRANT_UNMAP_BATCH];

	while (hc->arg[2]) {
		u32 i, n = MIN(hc->arg[2], (u64)GRANT_UNMAP_BATCH);
		u64 at = hc->arg[1];
		int fault = 0;

		if (copy_from_guest(op, at, n * sizeof(op[0])))
			return -EFAULT;
		grant_unmap(op, n);
		for (i = 0; i < n; i++)
			fault |= copy_field_to_guest(at + i * sizeof(op[0]), &op[i], status);
		if (fault)
			return -EFAULT;
		advance(hc, n, sizeof(op[0]));
		if (hc->arg[2] && preempt_pending())
			return -ERESTART;
	}
	return 0;
}

HYPERCALL(grant_table_op)
{
	u32 cmd = hc->arg[0];
	u32 done = 0;
	int rc;

	hc->arg[2] = (u32)hc->arg[2];
	if ((s32)hc->arg[2] < 0)
		return REFUSE(-EINVAL);
	if (cmd == PV_GNTTABOP_UNMAP_GRANT_REF)
		return unmap_all(hc);
	if (cmd >= ARRAY_SIZE(grant_ops) || !grant_ops[cmd].fn)
		return REFUSE(-ENOSYS);
	if (grant_ops[cmd].single && hc->arg[2] != 1)
		return REFUSE(-EINVAL);
	while (hc->arg[2]) {
		rc = grant_ops[cmd].fn(hc->arg[1]);
		if (rc)
			return rc;
		advance(hc, 1, grant_ops[cmd].size);
		if (hc->arg[2] && (++done & 31) == 0 && preempt_pending())
			return -ERESTART;
	}
	return 0;
}
