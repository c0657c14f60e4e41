/* SPDX-License-Identifier: BSD-2-Clause */
/* What single keys print: from the serial console or from the tools. */
#include "domain.h"
#include "event.h"
#include "hypercall.h"
#include "lib.h"
#include "mm.h"
#include "sched.h"

static void audit(void)
{
	struct domain *d;
	unsigned long wrong = frame_audit();
	u32 id = 0;

	while (id < DOMID_LIMIT && (d = domain_get_next((domid_t)id)) != NULL) {
		wrong += event_audit(d);
		id = d->id + 1U;
		domain_put(d);
	}
	printk(LOG_ERROR, "audit: %lu wrong\n", wrong);
}

static void help(void);

static const struct {
	char key;
	const char *text;
	void (*fn)(void);
} keys[] = {
	{'h', "this list", help},
	{'A', "audit all frames and event channels", audit},
	{'c', "hypercall counters", hypercall_dump},
	{'e', "event channels", event_dump_all},
	{'q', "domains and vCPUs", domain_dump_all},
	{'r', "run queues", sched_dump},
};

static void help(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(keys); i++)
		printk(LOG_ERROR, " %c  %s\n", keys[i].key, keys[i].text);
}

void debug_key(char key)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		if (keys[i].key != key)
			continue;
		printk(LOG_ERROR, "debug key '%c': %s\n", key, keys[i].text);
		keys[i].fn();
	}
}

void domain_dump_all(void)
{
	struct domain *d;
	struct vcpu *v;
	u32 id = 0, i;

	while (id < DOMID_LIMIT && (d = domain_get_next((domid_t)id)) != NULL) {
		printk(LOG_ERROR, "d%u: %llu of %llu frames, %u references, paused %u%s%s%s\n", d->id,
		       (unsigned long long)d->frames, (unsigned long long)d->max_frames,
		       d->references, d->pause_count, d->shut_down ? ", shut down" : "",
		       d->crashed ? ", crashed" : "", d->dying ? ", dying" : "");
		for_each_vcpu(d, v, i) {
			const struct regs *r = v == current ? &this_cpu()->guest : &v->regs;

			printk(LOG_ERROR,
			       " v%u %s%s%s rip %016llx rsp %016llx pending %u mask %u pause %x\n", i,
			       v->initialised ? "" : "uninitialised ", v->running ? "running " : "",
			       v->kernel_mode ? "kernel" : "user", (unsigned long long)r->rip,
			       (unsigned long long)r->rsp, v->info->evtchn_upcall_pending,
			       v->info->evtchn_upcall_mask, v->pause_flags);
		}
		id = d->id + 1U;
		domain_put(d);
	}
}
