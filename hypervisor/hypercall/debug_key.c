/* SPDX-License-Identifier: BSD-2-Clause */
/* Debug keys: a letter, from sysctl, prints a part of the hypervisor's state. */
#include "event.h"
#include "grant.h"
#include "hypercall.h"
#include "sched.h"

static void dump_grants(void)
{
	struct domain *d = domain_get_next(0);

	while (d) {
		domid_t next = d->id + 1;

		grant_audit(d);
		domain_put(d);
		d = domain_get_next(next);
	}
}

static void help(void);

static const struct {
	char key;
	const char *what;
	void (*fn)(void);
} debug_keys[] = {
	{'A', "walk all frames and event channels and check every count", domain_audit_all},
	{'c', "hypercalls so far, by number", hypercall_dump},
	{'e', "event channels", event_dump_all},
	{'g', "grant tables", dump_grants},
	{'h', "this list", help},
	{'q', "domains and their vCPUs", domain_dump_all},
	{'r', "run queues", sched_dump},
};

static void help(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(debug_keys); i++)
		log_info("%c  %s\n", debug_keys[i].key, debug_keys[i].what);
}

void debug_key(char key)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(debug_keys); i++) {
		if (debug_keys[i].key == key) {
			log_info("key '%c': %s\n", key, debug_keys[i].what);
			debug_keys[i].fn();
			return;
		}
	}
	log_info("key '%c' does nothing; 'h' lists those that do\n", key);
}
