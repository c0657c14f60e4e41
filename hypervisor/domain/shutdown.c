/* SPDX-License-Identifier: BSD-2-Clause */
/* A domain stops by its own doing: shutdown, crash, and the way back from a suspend. */
#include "internal.h"
#include "arch.h"
#include "boot.h"
#include "errno.h"
#include "event.h"
#include "lib.h"
#include "sched.h"
#include "trap.h"
#include "public/sched.h"

/* dom0 stops, and with it the machine. */
static void __noreturn machine_stop(u8 code)
{
	static const char *const reason[] = {"powered off",	    "reboots",
					     "suspended",	    "crashed",
					     "missed its watchdog", "reset itself"};
	static bool stopping;

	/* The first CPU to come here ends the machine. */
	if (__atomic_exchange_n(&stopping, true, __ATOMIC_SEQ_CST))
		for (;;)
			cpu_relax();
	log_warning("domain 0 %s\n", code <= PV_SHUTDOWN_MAX ? reason[code] : "stopped");
	/* A crash may have come in the middle of a change of frames. */
	if (code != PV_SHUTDOWN_CRASH)
		domain_audit_at_end();
	if (code == PV_SHUTDOWN_POWEROFF || options.noreboot)
		machine_halt();
	machine_reset();
}

void domain_shutdown(struct domain *d, u8 code)
{
	if (d == dom0)
		machine_stop(code);
	spin_lock(&d->lock);
	if (!d->shut_down && d->dying == DOMAIN_ALIVE) {
		d->shut_down = true;
		d->shutdown_code = code;
		domain_pause_update(d);
	}
	spin_unlock(&d->lock);
	event_global_virq(PV_VIRQ_DOM_EXC);
}

int domain_resume(struct domain *d)
{
	int rc = 0;

	spin_lock(&d->lock);
	if (d->shut_down && d->shutdown_code == PV_SHUTDOWN_SUSPEND && !d->dying) {
		d->shut_down = false;
		d->shutdown_code = 0;
		domain_pause_update(d);
	} else {
		rc = (int)REFUSE(-EINVAL);
	}
	spin_unlock(&d->lock);
	return rc;
}

void domain_crash(struct domain *d, const char *fmt, ...)
{
	char text[160];
	va_list ap;
	bool first;

	spin_lock(&d->lock);
	first = !d->crashed;
	d->crashed = true;
	spin_unlock(&d->lock);
	if (first) {
		va_start(ap, fmt);
		vsnprintf(text, sizeof(text), fmt, ap);
		va_end(ap);
		log_error("domain %u crashed: %s\n", d->id, text);
		if (current->domain == d) {
			log_error("vCPU %u in %s mode:\n", current->id,
				  current->kernel_mode ? "kernel" : "user");
			registers_print(&this_cpu()->guest);
		}
	}
	domain_shutdown(d, PV_SHUTDOWN_CRASH);
}
