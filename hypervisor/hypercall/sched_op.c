/* SPDX-License-Identifier: BSD-2-Clause */
/* sched_op: giving up the CPU, waiting, and ending the domain. */
#include "event.h"
#include "hypercall.h"
#include "lib.h"
#include "sched.h"
#include "public/sched.h"

#define POLL_PORTS_MAX 128

static long op_yield(vaddr_t arg)
{
	(void)arg;
	vcpu_yield();
	return 0;
}

static long op_block(vaddr_t arg)
{
	(void)arg;
	vcpu_block();
	return 0;
}

/* The reason that is the first word of several arguments; negative errno. */
static long shutdown_reason(vaddr_t arg)
{
	struct pv_sched_shutdown s;

	if (copy_from_guest(&s, arg, sizeof(s)))
		return REFUSE(-EFAULT);
	return s.reason > PV_SHUTDOWN_MAX ? REFUSE(-EINVAL) : (long)s.reason;
}

static long op_shutdown(vaddr_t arg)
{
	long reason = shutdown_reason(arg);

	if (reason < 0)
		return reason;
	domain_shutdown(current->domain, (u8)reason);
	return 0;
}

static long op_shutdown_code(vaddr_t arg)
{
	struct domain *d = current->domain;
	long reason = shutdown_reason(arg);

	if (reason < 0)
		return reason;
	/* For a shutdown that follows otherwise, as when the last vCPU goes down. */
	spin_lock(&d->lock);
	if (!d->shut_down)
		d->shutdown_code = (u8)reason;
	spin_unlock(&d->lock);
	return 0;
}

/*
 * Returns 0 when a port is pending, when the time has come, and also when neither
 * is so: callers look themselves. The wait itself is the way back to the guest,
 * which does not run this vCPU while its pause flag is up.
 */
static long op_poll(vaddr_t arg)
{
	struct vcpu *v = current;
	u32 ports[POLL_PORTS_MAX], i;
	struct pv_sched_poll p;

	if (copy_from_guest(&p, arg, sizeof(p)))
		return REFUSE(-EFAULT);
	if (p.nr_ports > POLL_PORTS_MAX)
		return REFUSE(-EINVAL);
	if (copy_from_guest(ports, p.ports, p.nr_ports * sizeof(u32)))
		return REFUSE(-EFAULT);
	for (i = 0; i < p.nr_ports; i++)
		if (!event_port_valid(v->domain, ports[i]))
			return REFUSE(-EINVAL);

	if (event_poll_begin(v, ports, p.nr_ports) || (p.timeout && p.timeout <= system_time())) {
		event_poll_end(v);
		return 0;
	}
	vcpu_poll_timeout(v, p.timeout);
	softirq_raise(this_cpu(), SOFTIRQ_SCHEDULE);
	return 0;
}

static long op_watchdog(vaddr_t arg)
{
	struct pv_sched_watchdog w;

	if (copy_from_guest(&w, arg, sizeof(w)))
		return REFUSE(-EFAULT);
	return domain_watchdog(current->domain, w.id, w.timeout);
}

static long op_remote_shutdown(vaddr_t arg)
{
	struct pv_sched_remote_shutdown s;
	struct domain *d;

	if (!current->domain->privileged)
		return REFUSE(-EPERM);
	if (copy_from_guest(&s, arg, sizeof(s)))
		return REFUSE(-EFAULT);
	if (s.reason > PV_SHUTDOWN_MAX)
		return REFUSE(-EINVAL);
	d = domain_get(s.domain_id);
	if (!d)
		return REFUSE(-ESRCH);
	domain_shutdown(d, (u8)s.reason);
	domain_put(d);
	return 0;
}

static long (*const ops[])(vaddr_t arg) = {
	[PV_SCHEDOP_YIELD] = op_yield,
	[PV_SCHEDOP_BLOCK] = op_block,
	[PV_SCHEDOP_SHUTDOWN] = op_shutdown,
	[PV_SCHEDOP_POLL] = op_poll,
	[PV_SCHEDOP_REMOTE_SHUTDOWN] = op_remote_shutdown,
	[PV_SCHEDOP_SHUTDOWN_CODE] = op_shutdown_code,
	[PV_SCHEDOP_WATCHDOG] = op_watchdog,
};

HYPERCALL(sched_op)
{
	u64 cmd = hc->arg[0];

	if (cmd >= ARRAY_SIZE(ops) || !ops[cmd])
		return REFUSE(-ENOSYS);
	return ops[cmd](hc->arg[1]);
}
