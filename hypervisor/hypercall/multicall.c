/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * multicall(list, count): hypercalls in order, each result into its entry. A
 * call that is preempted puts its changed arguments back into its entry, and the
 * multicall itself is restarted from there.
 */
#include "hypercall.h"

#define CALLS_BETWEEN_CHECKS 8

HYPERCALL(multicall)
{
	u32 count = (u32)hc->arg[1];
	vaddr_t at = hc->arg[0];
	struct pv_multicall_entry e;
	struct hypercall call;
	u64 result;
	long rc;

	if (hc->arg[1] >> 32)
		return REFUSE(-EINVAL);
	for (u32 done = 1; count; done++) {
		if (copy_from_guest(&e, at, sizeof(e)))
			return REFUSE(-EFAULT);
		memcpy(call.arg, e.args, sizeof(call.arg));
		rc = hypercall_call(e.op, &call);
		if (rc == -ERESTART) {
			if (copy_to_guest(at + offsetof(struct pv_multicall_entry, args), call.arg,
					  sizeof(call.arg)))
				return REFUSE(-EFAULT);
			goto restart;
		}
		result = rc;
		if (copy_to_guest(at + offsetof(struct pv_multicall_entry, result), &result,
				  sizeof(result)))
			return REFUSE(-EFAULT);
		at += sizeof(e);
		if (--count && done % CALLS_BETWEEN_CHECKS == 0 && preempt_pending())
			goto restart;
	}
	return 0;
restart:
	hc->arg[0] = at;
	hc->arg[1] = count;
	return -ERESTART;
}
