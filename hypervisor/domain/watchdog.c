/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Watchdogs: timers that a guest has to set again and again, or its domain ends.
 * They count on while the domain is paused, as a dead one looks just like that.
 */
#include "internal.h"
#include "errno.h"
#include "lib.h"
#include "mm.h"
#include "sched.h"
#include "public/sched.h"

#define WATCHDOGS 2

struct watchdog {
	struct timer timer;
	struct domain *domain;
	bool used; /* under the domain's lock */
};

static void watchdog_fired(struct timer *t)
{
	struct domain *d = container_of(t, struct watchdog, timer)->domain;

	if (d != dom0)
		log_warning("domain %u missed its watchdog\n", d->id);
	domain_shutdown(d, PV_SHUTDOWN_WATCHDOG);
}

int watchdog_create(struct domain *d)
{
	d->watchdog = heap_alloc(WATCHDOGS * sizeof(*d->watchdog));
	if (!d->watchdog)
		return -ENOMEM;
	for (unsigned int i = 0; i < WATCHDOGS; i++) {
		d->watchdog[i].domain = d;
		timer_init(&d->watchdog[i].timer, watchdog_fired, this_cpu());
	}
	return 0;
}

void watchdog_stop(struct domain *d)
{
	for (unsigned int i = 0; i < WATCHDOGS; i++)
		timer_stop(&d->watchdog[i].timer);
}

/* The first that is not in use; its id, or -ENOSPC. */
static int start(struct domain *d, u64 when)
{
	for (unsigned int i = 0; i < WATCHDOGS; i++) {
		struct watchdog *w = &d->watchdog[i];

		if (w->used)
			continue;
		w->used = true;
		timer_set(&w->timer, when);
		return (int)i + 1;
	}
	return (int)REFUSE(-ENOSPC);
}

int domain_watchdog(struct domain *d, u32 id, u32 seconds)
{
	u64 when = system_time() + seconds * NSEC_PER_SEC;
	struct watchdog *w, *stop = NULL;
	int rc = 0;

	if (id > WATCHDOGS || (id == 0 && seconds == 0))
		return (int)REFUSE(-EINVAL);
	spin_lock(&d->lock);
	w = &d->watchdog[id ? id - 1 : 0];
	if (d->dying) {
		rc = (int)REFUSE(-ESRCH);
	} else if (id == 0) {
		rc = start(d, when);
	} else if (!w->used) {
		rc = (int)REFUSE(-EINVAL);
	} else if (seconds) {
		timer_set(&w->timer, when);
	} else {
		w->used = false;
		stop = w;
	}
	spin_unlock(&d->lock);
	/* Not under the lock, which its function takes when its time is up this moment. */
	if (stop)
		timer_stop(&stop->timer);
	return rc;
}
