/* SPDX-License-Identifier: BSD-2-Clause */
/* Debug keys: a letter, from sysctl, prints a part of the hypervisor's state. */
#include "event.h"
#include "grant.h"
#include "hypercall.h"
#include "mm.h"
#include "sched.h"

static void dump_grants(void)
{
	for_each_domain(d)
		grant_audit(d);
}

#ifdef PAVISE_DEBUG
/* Ways to break the hypervisor, for a test to see that each ends in a clean panic. */
static void break_by_panic(void)
{
	panic("asked for by a debug key");
}

/* By frames smaller than a page, so that none steps over the guard page. */
static __noinline u64 break_by_depth(u64 depth)
{
	volatile char frame[512];

	frame[0] = (char)depth;
	return depth ? break_by_depth(depth - 1) + (u64)frame[0] : 0;
}

static void break_stack(void)
{
	log_info("depth %lu", break_by_depth(10000));
}

static void break_text(void)
{
	*(volatile u8 *)image_start = 0xcc;
}

static void break_text_alias(void)
{
	*(volatile u8 *)paddr_virt(image_paddr(image_start)) = 0xcc;
}

static void break_data(void)
{
	static u8 code[] = {0xc3};

	((void (*)(void))code)();
}
#endif

static void toggle_trace(void)
{
	hypercall_trace = !hypercall_trace;
	log_info("hypercall trace %s\n", hypercall_trace ? "on" : "off");
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
	{'t', "trace of hypercalls, on or off: arguments and results", toggle_trace},
#ifdef PAVISE_DEBUG
	{'0', "panic", break_by_panic},
	{'1', "overflow the stack", break_stack},
	{'2', "write to the hypervisor's text", break_text},
	{'3', "write to it through the directmap", break_text_alias},
	{'4', "execute data", break_data},
#endif
};

static void help(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(debug_keys); i++)
		log_info("%c  %s\n", debug_keys[i].key, debug_keys[i].what);
}

void debug_key(char key)
{
	for (size_t i = 0; i < ARRAY_SIZE(debug_keys); i++) {
		if (debug_keys[i].key == key) {
			log_info("key '%c': %s\n", key, debug_keys[i].what);
			debug_keys[i].fn();
			return;
		}
	}
	log_info("key '%c' does nothing; 'h' lists those that do\n", key);
}
