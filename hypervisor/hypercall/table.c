/* SPDX-License-Identifier: BSD-2-Clause */
/* The hypercall table, and the two ways through it: alone, and in a multicall's list. */
#include "guest_word.h"
#include "hypercall.h"
#include "trap.h"

struct hypercall_row {
	const char *name;
	long (*fn)(struct hypercall *hc);
	u8 nr_args; /* for traces */
	u8 flags;
};

#define ROW(NUMBER, name, args, flags) \
	[PV_HYPERCALL_##NUMBER] = {#name, hypercall_##name, args, flags},

static const struct hypercall_row table[] = {HYPERCALLS(ROW)};

/* How often each was called: a debugging aid, off by a few when CPUs count at once. */
static u64 hits[ARRAY_SIZE(table)];

bool hypercall_trace;

static void trace(const struct hypercall_row *row, const struct hypercall *before, long rc)
{
	char args[6 * 20] = "";
	size_t at = 0;

	for (unsigned int i = 0; i < row->nr_args && at < sizeof(args); i++)
		at += snprintf(args + at, sizeof(args) - at, i ? ", 0x%lx" : "0x%lx",
			       before->arg[i]);
	log_info("d%uv%u %s(%s) = %ld", current->domain->id, current->id, row->name, args, rc);
}

static __noinline long call_traced(const struct hypercall_row *row, struct hypercall *hc)
{
	struct hypercall before = *hc;
	long rc = row->fn(hc);

	trace(row, &before, rc);
	return rc;
}

/* \p flags: a row with one of these is refused. */
static __inlined long call(u64 number, struct hypercall *hc, u8 flags)
{
	/* Clamped, so that a mispredicted bound does not read what a guest chose. */
	u64 in_range = -(u64)(number < ARRAY_SIZE(table));
	const struct hypercall_row *row;

	number &= in_range;
	__asm__("" : "+r"(number));
	row = &table[number];
	if (unlikely(!in_range || !row->fn))
		return REFUSE(-ENOSYS);
	if (flags && unlikely(row->flags & flags))
		return REFUSE(-EINVAL);
	hits[number]++;
	return unlikely(hypercall_trace) ? call_traced(row, hc) : row->fn(hc);
}

void hypercall_entry(struct regs *r)
{
	struct hypercall hc;
	u64 number = r->rax;
	long rc;

	if (number == PV_HYPERCALL_IRET) {
		hits[PV_HYPERCALL_IRET]++;
		guest_iret(r);
		return;
	}
	hc.arg[0] = r->rdi;
	hc.arg[1] = r->rsi;
	hc.arg[2] = r->rdx;
	hc.arg[3] = r->r10;
	rc = call(number, &hc, 0);
	if (likely(rc != -ERESTART)) {
		r->rax = rc;
		return;
	}
	/* Preempted: the guest's SYSCALL (2 bytes) runs again, with what is left to do. */
	r->rdi = hc.arg[0];
	r->rsi = hc.arg[1];
	r->rdx = hc.arg[2];
	r->r10 = hc.arg[3];
	r->rip -= 2;
}

/* --- multicall(list, count) ------------------------------------------------------- */

#define CALLS_BETWEEN_CHECKS 8
#define ARG(n)		     (offsetof(struct pv_multicall_entry, args) + (n) * sizeof(u64))

/* One entry, read once. 0, or -EFAULT; -ERESTART with what is left to do in the entry. */
static inline long entry_run(vaddr_t at)
{
	struct hypercall hc;
	u64 op, result;

	if (unlikely(!guest_range_ok(at, sizeof(struct pv_multicall_entry))))
		return REFUSE(-EFAULT);
	user_access_begin();
	guest_get(op, at + offsetof(struct pv_multicall_entry, op), fault);
	guest_get(hc.arg[0], at + ARG(0), fault);
	guest_get(hc.arg[1], at + ARG(1), fault);
	guest_get(hc.arg[2], at + ARG(2), fault);
	guest_get(hc.arg[3], at + ARG(3), fault);
	user_access_end();
	result = (u64)call(op, &hc, NO_BATCH);
	user_access_begin();
	if (unlikely(result == (u64)-ERESTART)) {
		guest_put(hc.arg[0], at + ARG(0), fault);
		guest_put(hc.arg[1], at + ARG(1), fault);
		guest_put(hc.arg[2], at + ARG(2), fault);
		guest_put(hc.arg[3], at + ARG(3), fault);
		user_access_end();
		return -ERESTART;
	}
	guest_put(result, at + offsetof(struct pv_multicall_entry, result), fault);
	user_access_end();
	return 0;
fault:
	user_access_end();
	return REFUSE(-EFAULT);
}

/*
 * Calls in order, each result into its entry. A call that is preempted puts its
 * changed arguments back into its entry, and the multicall itself is restarted
 * from there.
 */
HYPERCALL(multicall)
{
	u32 count = (u32)hc->arg[1];
	vaddr_t at = hc->arg[0];
	long rc;

	if (hc->arg[1] >> 32)
		return REFUSE(-EINVAL);
	for (u32 done = 1; count; done++) {
		rc = entry_run(at);
		if (unlikely(rc)) {
			if (rc == -ERESTART)
				goto restart;
			return rc;
		}
		at += sizeof(struct pv_multicall_entry);
		if (--count && done % CALLS_BETWEEN_CHECKS == 0 && preempt_pending())
			goto restart;
	}
	return 0;
restart:
	hc->arg[0] = at;
	hc->arg[1] = count;
	return -ERESTART;
}

void hypercall_dump(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(table); i++)
		if (hits[i])
			log_info("%3u %-30s %lu", i, table[i].name, hits[i]);
}
