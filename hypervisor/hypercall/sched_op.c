/* SPDX-License-Identifier: BSD-2-Clause */
/* sched_op: giving up the CPU, waiting, and ending the domain. */
#include "event.h"
#include "hypercall.h"
#include "lib.h"
#include "sched.h"
#include "public/sched.h"

#define POLL_PORTS_MAX 128

union argument {
	struct pv_sched_shutdown shutdown;
	struct pv_sched_poll poll;
	struct pv_sched_watchdog watchdog;
	struct pv_sched_remote_shutdown remote_shutdown;
};

static long op_yield(const union argument *a __unused)
{
	vcpu_yield();
	return 0;
}

static long op_block(const union argument *a __unused)
{
	vcpu_block();
	return 0;
}

static long op_shutdown(const union argument *a)
{
	if (a->shutdown.reason > PV_SHUTDOWN_MAX)
		return REFUSE(-EINVAL);
	domain_shutdown(current->domain, (u8)a->shutdown.reason);
	return 0;
}

static long op_shutdown_code(const union argument *a)
{
	struct domain *d = current->domain;

	if (a->shutdown.reason > PV_SHUTDOWN_MAX)
		return REFUSE(-EINVAL);
	/* For a shutdown that follows otherwise, as when the last vCPU goes down. */
	spin_lock(&d->lock);
	if (!d->shut_down)
		d->shutdown_code = (u8)a->shutdown.reason;
	spin_unlock(&d->lock);
	return 0;
}

/*
 * Returns 0 when a port is pending, when the time has come, and also when neither
 * is so: callers look themselves. The wait itself is the way back to the guest,
 * which does not run this vCPU while its pause flag is up.
 */
static long op_poll(const union argument *a)
{
	struct vcpu *v = current;
	u32 ports[POLL_PORTS_MAX];
	struct pv_sched_poll p = a->poll;

	if (p.nr_ports > POLL_PORTS_MAX)
		return REFUSE(-EINVAL);
	if (copy_from_guest(ports, p.ports, p.nr_ports * sizeof(u32)))
		return REFUSE(-EFAULT);
	for (u32 i = 0; i < p.nr_ports; i++)
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

static long op_watchdog(const union argument *a)
{
	return domain_watchdog(current->domain, a->watchdog.id, a->watchdog.timeout);
}

static long op_remote_shutdown(const union argument *a)
{
	struct domain *d;

	if (!current->domain->privileged)
		return REFUSE(-EPERM);
	if (a->remote_shutdown.reason > PV_SHUTDOWN_MAX)
		return REFUSE(-EINVAL);
	d = domain_get(a->remote_shutdown.domain_id);
	if (!d)
		return REFUSE(-ESRCH);
	domain_shutdown(d, (u8)a->remote_shutdown.reason);
	domain_put(d);
	return 0;
}

static const struct {
	long (*fn)(const union argument *a);
	u8 size;
} ops[] = {
	[PV_SCHEDOP_YIELD] = {op_yield, 0},
	[PV_SCHEDOP_BLOCK] = {op_block, 0},
	[PV_SCHEDOP_SHUTDOWN] = {op_shutdown, sizeof(struct pv_sched_shutdown)},
	[PV_SCHEDOP_POLL] = {op_poll, sizeof(struct pv_sched_poll)},
	[PV_SCHEDOP_REMOTE_SHUTDOWN] = {op_remote_shutdown,
					sizeof(struct pv_sched_remote_shutdown)},
	[PV_SCHEDOP_SHUTDOWN_CODE] = {op_shutdown_code, sizeof(struct pv_sched_shutdown)},
	[PV_SCHEDOP_WATCHDOG] = {op_watchdog, sizeof(struct pv_sched_watchdog)},
};

HYPERCALL(sched_op)
{
	u64 cmd = hc->arg[0];
	union argument a;

	if (cmd >= ARRAY_SIZE(ops) || !ops[cmd].fn)
		return REFUSE(-ENOSYS);
	if (ops[cmd].size && copy_from_guest(&a, hc->arg[1], ops[cmd].size))
		return REFUSE(-EFAULT);
	return ops[cmd].fn(&a);
}
