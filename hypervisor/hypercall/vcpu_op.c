/* SPDX-License-Identifier: BSD-2-Clause */
/* vcpu_op and set_timer_op: what a guest does with its own vCPUs and their timers. */
#include "arch.h"
#include "event.h"
#include "hypercall.h"
#include "lib.h"
#include "sched.h"
#include "public/vcpu.h"

#define PERIOD_MIN 1000000UL /* ns */

/* Only once, only while down: the vCPU does not run, and nobody else sets it up. */
static long op_initialise(struct vcpu *v, vaddr_t arg)
{
	bool *busy = &v->domain->initialising;
	struct pv_vcpu_guest_context *c;
	long rc;

	/* It could not tell its events from another's: register first. */
	if (v->info == &v->spare_info)
		return REFUSE(-EINVAL);
	c = heap_alloc(sizeof(*c));
	if (!c)
		return -ENOMEM;
	if (copy_from_guest(c, arg, sizeof(*c))) {
		rc = REFUSE(-EFAULT);
	} else if (__atomic_exchange_n(busy, true, __ATOMIC_ACQUIRE)) {
		rc = -ERESTART;
	} else {
		rc = v->initialised ? REFUSE(-EEXIST) : vcpu_context_set(v, c);
		__atomic_store_n(busy, false, __ATOMIC_RELEASE);
	}
	heap_free(c);
	return rc;
}

static long op_up(struct vcpu *v, vaddr_t arg __unused)
{
	return vcpu_up(v);
}

static long op_down(struct vcpu *v, vaddr_t arg __unused)
{
	vcpu_down(v);
	return 0;
}

static long op_is_up(struct vcpu *v, vaddr_t arg __unused)
{
	return !(READ_ONCE(v->pause_flags) & VCPU_PAUSE_DOWN);
}

static long op_get_runstate(struct vcpu *v, vaddr_t arg)
{
	struct pv_vcpu_runstate_info r;

	runstate_get(v, &r);
	return copy_to_guest(arg, &r, sizeof(r)) ? REFUSE(-EFAULT) : 0;
}

/* The guest-kernel address of \p size bytes that both kinds of area are registered by. */
static long area_get(vaddr_t arg, size_t size, vaddr_t *area)
{
	vaddr_t at;

	if (copy_from_guest(&at, arg, sizeof(at)) || !guest_range_ok(at, size))
		return REFUSE(-EFAULT);
	WRITE_ONCE(*area, at);
	return 0;
}

static long op_register_runstate(struct vcpu *v, vaddr_t arg)
{
	long rc = area_get(arg, sizeof(struct pv_vcpu_runstate_info), &v->runstate_area);

	if (!rc && v == current)
		runstate_publish(v);
	return rc;
}

static long op_register_time(struct vcpu *v, vaddr_t arg)
{
	long rc = area_get(arg, sizeof(struct pv_vcpu_time_info), &v->time_area);

	if (!rc && v == current)
		time_update_vcpu(v);
	else if (!rc)
		sched_time_stale(v);
	return rc;
}

static long op_set_periodic(struct vcpu *v, vaddr_t arg)
{
	struct pv_vcpu_set_periodic_timer s;

	if (v != current)
		return REFUSE(-EINVAL);
	if (copy_from_guest(&s, arg, sizeof(s)))
		return REFUSE(-EFAULT);
	/* Far below what wraps when it is added to the time of day. */
	if (s.period_ns < PERIOD_MIN || s.period_ns > ~0UL >> 2)
		return REFUSE(-EINVAL);
	vcpu_periodic(v, s.period_ns);
	return 0;
}

static long op_stop_periodic(struct vcpu *v, vaddr_t arg __unused)
{
	vcpu_periodic(v, 0);
	return 0;
}

static long op_set_singleshot(struct vcpu *v, vaddr_t arg)
{
	struct pv_vcpu_set_singleshot_timer s;

	if (v != current)
		return REFUSE(-EINVAL);
	if (copy_from_guest(&s, arg, sizeof(s)))
		return REFUSE(-EFAULT);
	if ((s.flags & PV_VCPU_SSHOTTMR_FUTURE) && s.timeout_abs_ns <= system_time())
		return -PV_ETIME;
	vcpu_singleshot(v, s.timeout_abs_ns ? s.timeout_abs_ns : 1);
	return 0;
}

static long op_stop_singleshot(struct vcpu *v, vaddr_t arg __unused)
{
	if (v != current)
		return REFUSE(-EINVAL);
	vcpu_singleshot(v, 0);
	return 0;
}

static long op_register_info(struct vcpu *v, vaddr_t arg)
{
	struct pv_vcpu_register_vcpu_info r;

	if (copy_from_guest(&r, arg, sizeof(r)))
		return REFUSE(-EFAULT);
	return vcpu_info_register(v, mfn(r.mfn), r.offset);
}

static long op_send_nmi(struct vcpu *v, vaddr_t arg __unused)
{
	if (!v->trap[2].address)
		return REFUSE(-EINVAL);
	if (__atomic_exchange_n(&v->nmi_pending, true, __ATOMIC_SEQ_CST))
		return 0;
	vcpu_wake(v, VCPU_PAUSE_BLOCKED);
	if (v != current && READ_ONCE(v->running))
		softirq_raise(v->cpu, SOFTIRQ_EVENT);
	return 0;
}

/* Any of the domain's own vCPUs may be named; what must be the caller says so itself. */
static long (*const ops[])(struct vcpu *v, vaddr_t arg) = {
	[PV_VCPUOP_INITIALISE] = op_initialise,
	[PV_VCPUOP_UP] = op_up,
	[PV_VCPUOP_DOWN] = op_down,
	[PV_VCPUOP_IS_UP] = op_is_up,
	[PV_VCPUOP_GET_RUNSTATE_INFO] = op_get_runstate,
	[PV_VCPUOP_REGISTER_RUNSTATE_MEMORY_AREA] = op_register_runstate,
	[PV_VCPUOP_SET_PERIODIC_TIMER] = op_set_periodic,
	[PV_VCPUOP_STOP_PERIODIC_TIMER] = op_stop_periodic,
	[PV_VCPUOP_SET_SINGLESHOT_TIMER] = op_set_singleshot,
	[PV_VCPUOP_STOP_SINGLESHOT_TIMER] = op_stop_singleshot,
	[PV_VCPUOP_REGISTER_VCPU_INFO] = op_register_info,
	[PV_VCPUOP_SEND_NMI] = op_send_nmi,
	[PV_VCPUOP_REGISTER_VCPU_TIME_MEMORY_AREA] = op_register_time,
};

HYPERCALL(vcpu_op)
{
	u64 cmd = hc->arg[0];
	struct vcpu *v;

	if (cmd >= ARRAY_SIZE(ops) || !ops[cmd])
		return REFUSE(-ENOSYS);
	/* -ENOENT also ends the loop by which kernels count their CPUs. */
	if (hc->arg[1] >= MAX_VCPUS)
		return -ENOENT;
	v = domain_vcpu(current->domain, (u32)hc->arg[1]);
	return v ? ops[cmd](v, hc->arg[2]) : -ENOENT;
}

HYPERCALL(set_timer_op)
{
	vcpu_singleshot(current, hc->arg[0]);
	return 0;
}
