/* SPDX-License-Identifier: BSD-2-Clause */
/* The hypercall table, and the way of every hypercall through it. */
#include "hypercall.h"
#include "trap.h"

#define NO_BATCH BIT(0) /* not inside a multicall: nesting, or a change of mode */

struct hypercall_row {
	const char *name;
	long (*fn)(struct hypercall *hc);
	u8 nr_args; /* for traces */
	u8 flags;
};

#define ROW(NUMBER, name, args, flags) \
	[PV_HYPERCALL_##NUMBER] = {#name, hypercall_##name, args, flags}

/* clang-format off */
static const struct hypercall_row table[] = {
	ROW(SET_TRAP_TABLE,	set_trap_table,	  1, 0),
	ROW(MMU_UPDATE,		mmu_update,	  4, 0),
	ROW(SET_GDT,		set_gdt,	  2, 0),
	ROW(STACK_SWITCH,	stack_switch,	  2, 0),
	ROW(FPU_TASKSWITCH,	fpu_taskswitch,	  1, 0),
	ROW(PLATFORM_OP,	platform_op,	  1, 0),
	ROW(SET_DEBUGREG,	set_debugreg,	  2, 0),
	ROW(GET_DEBUGREG,	get_debugreg,	  1, 0),
	ROW(UPDATE_DESCRIPTOR,	update_descriptor, 2, 0),
	ROW(MEMORY_OP,		memory_op,	  2, 0),
	ROW(MULTICALL,		multicall,	  2, NO_BATCH),
	ROW(UPDATE_VA_MAPPING,	update_va_mapping, 3, 0),
	ROW(SET_TIMER_OP,	set_timer_op,	  1, 0),
	ROW(XEN_VERSION,	xen_version,	  2, 0),
	ROW(CONSOLE_IO,		console_io,	  3, 0),
	ROW(GRANT_TABLE_OP,	grant_table_op,	  3, 0),
	ROW(VM_ASSIST,		vm_assist,	  2, 0),
	ROW(UPDATE_VA_MAPPING_OTHERDOMAIN, update_va_mapping_otherdomain, 4, 0),
	ROW(IRET,		iret,		  0, NO_BATCH),
	ROW(VCPU_OP,		vcpu_op,	  3, 0),
	ROW(SET_SEGMENT_BASE,	set_segment_base, 2, 0),
	ROW(MMUEXT_OP,		mmuext_op,	  4, 0),
	ROW(NMI_OP,		nmi_op,		  2, 0),
	ROW(SCHED_OP,		sched_op,	  3, 0),
	ROW(CALLBACK_OP,	callback_op,	  2, 0),
	ROW(EVENT_CHANNEL_OP,	event_channel_op, 2, 0),
	ROW(PHYSDEV_OP,		physdev_op,	  2, 0),
	ROW(SYSCTL,		sysctl,		  1, 0),
	ROW(DOMCTL,		domctl,		  1, 0),
};
/* clang-format on */

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

static const struct hypercall_row *row_find(u64 number)
{
	/* Clamped, so that a mispredicted bound does not read what a guest chose. */
	u64 in_range = -(u64)(number < ARRAY_SIZE(table));
	const struct hypercall_row *row = &table[number & in_range];

	__asm__("" : "+r"(row));
	return in_range && row->fn ? row : NULL;
}

static inline long call(const struct hypercall_row *row, struct hypercall *hc)
{
	struct hypercall before;
	long rc;

	hits[row - table]++;
	if (likely(!hypercall_trace))
		return row->fn(hc);
	before = *hc;
	rc = row->fn(hc);
	trace(row, &before, rc);
	return rc;
}

long hypercall_call(u64 number, struct hypercall *hc)
{
	const struct hypercall_row *row = row_find(number);

	if (unlikely(!row))
		return REFUSE(-ENOSYS);
	if (unlikely(row->flags & NO_BATCH))
		return REFUSE(-EINVAL);
	return call(row, hc);
}

void hypercall_entry(struct regs *r)
{
	const struct hypercall_row *row;
	struct hypercall hc;
	u64 number = r->rax;
	long rc;

	if (number == PV_HYPERCALL_IRET) {
		hits[PV_HYPERCALL_IRET]++;
		guest_iret(r);
		return;
	}
	row = row_find(number);
	if (unlikely(!row)) {
		r->rax = REFUSE(-ENOSYS);
		return;
	}
	hc.arg[0] = r->rdi;
	hc.arg[1] = r->rsi;
	hc.arg[2] = r->rdx;
	hc.arg[3] = r->r10;
	hc.arg[4] = r->r8;
	hc.arg[5] = r->r9;
	rc = call(row, &hc);
	if (likely(rc != -ERESTART)) {
		r->rax = rc;
		return;
	}
	/* Preempted: the guest's SYSCALL (2 bytes) runs again, with what is left to do. */
	r->rdi = hc.arg[0];
	r->rsi = hc.arg[1];
	r->rdx = hc.arg[2];
	r->r10 = hc.arg[3];
	r->r8 = hc.arg[4];
	r->r9 = hc.arg[5];
	r->rip -= 2;
}

void hypercall_dump(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(table); i++)
		if (hits[i])
			log_info("%3u %-30s %lu", i, table[i].name, hits[i]);
}
