/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupt lines as ports of dom0: the number of one is its line's. A level line
 * is held back from the interrupt until dom0 has said that it handled it. A line
 * that fires without end is held back for a while: it is broken, and the rest of
 * the machine goes on.
 */
#include "internal.h"
#include "arch.h"
#include "errno.h"
#include "mm.h"
#include "sched.h"
#include "public/physdev.h"

#define STORM_WINDOW (NSEC_PER_SEC / 100)
#define STORM_LIMIT  500U /* interrupts in a window: ten times what the busiest such device has */

static struct timer storm_timer;

static struct pirq *pirq_at(const struct domain *d, u32 n)
{
	return d->event->pirq && n < MAX_PIRQS ? &d->event->pirq[n] : NULL;
}

/* From the interrupt itself: no lock is held on this CPU. */
static void line_fired(u32 gsi)
{
	struct pirq *q = pirq_at(dom0, gsi);
	u64 now = system_time();

	if (now - q->window >= STORM_WINDOW) {
		q->window = now;
		q->count = 0;
	}
	if (++q->count > STORM_LIMIT) {
		line_hold(gsi, LINE_STORM, true);
		timer_set(&storm_timer, now + STORM_WINDOW);
		if (printk_ratelimit())
			log_warning("interrupt %u: a storm, held back", gsi);
	}
	event_send_pirq(READ_ONCE(q->port), gsi);
}

static void storm_over(struct timer *t __unused)
{
	for (u32 n = 0; n < MAX_PIRQS; n++)
		if (line_exists(n))
			line_hold(n, LINE_STORM, false);
}

int event_pirq_map(struct domain *d, u32 n, bool map)
{
	struct pirq *q = pirq_at(d, n);
	int rc = 0;

	if (!q || !line_exists(n))
		return (int)REFUSE(-EINVAL);
	spin_lock(&d->event->lock);
	if (!map && !q->mapped)
		rc = (int)REFUSE(-EINVAL);
	else if (!map && q->port)
		rc = (int)REFUSE(-EBUSY);
	else
		q->mapped = map;
	spin_unlock(&d->event->lock);
	return rc;
}

int event_pirq_eoi(struct domain *d, u32 n)
{
	const struct pirq *q = pirq_at(d, n);

	/* One that is being closed just now stays held back, as it is not in use. */
	if (!q || !READ_ONCE(q->port))
		return (int)REFUSE(-EINVAL);
	line_hold(n, LINE_UNANSWERED, false);
	return 0;
}

int event_pirq_status(struct domain *d, u32 n, u32 *flags)
{
	struct pirq *q = pirq_at(d, n);

	if (!q || !q->mapped)
		return (int)REFUSE(-EINVAL);
	*flags = line_is_level(n) ? PV_XENIRQSTAT_NEEDS_EOI : 0;
	return 0;
}

void pirq_init(void)
{
	timer_init(&storm_timer, storm_over, this_cpu());
	line_hook = line_fired;
}
