/* SPDX-License-Identifier: BSD-2-Clause */
/* sched_op(cmd, argument): giving up the CPU, and stopping the domain. */
#ifndef PV_PUBLIC_SCHED_H
#define PV_PUBLIC_SCHED_H

#include <stdint.h>

#define PV_SCHEDOP_YIELD	   0 /* let others run; no argument */
#define PV_SCHEDOP_BLOCK	   1 /* unmask events and sleep until one comes; no argument */
#define PV_SCHEDOP_SHUTDOWN	   2 /* sched_shutdown: stop the whole domain */
#define PV_SCHEDOP_POLL		   3 /* sched_poll: sleep until a port is pending */
#define PV_SCHEDOP_REMOTE_SHUTDOWN 4 /* sched_remote_shutdown; needs control of the target */
#define PV_SCHEDOP_SHUTDOWN_CODE   5 /* sched_shutdown: set the reason, go on running */
#define PV_SCHEDOP_WATCHDOG	   6 /* sched_watchdog */
#define PV_SCHEDOP_PIN_OVERRIDE	   7 /* sched_pin_override; first domain only */

#define PV_SHUTDOWN_POWEROFF   0
#define PV_SHUTDOWN_REBOOT     1
#define PV_SHUTDOWN_SUSPEND    2
#define PV_SHUTDOWN_CRASH      3
#define PV_SHUTDOWN_WATCHDOG   4
#define PV_SHUTDOWN_SOFT_RESET 5
#define PV_SHUTDOWN_MAX	       5

struct pv_sched_shutdown {
	uint32_t reason; /* PV_SHUTDOWN_* */
};

struct pv_sched_poll {
	uint64_t ports;	   /* guest virtual address of uint32_t[nr_ports] */
	uint32_t nr_ports; /* at most 128 */
	uint64_t timeout;  /* absolute system time, ns; 0 for none */
};

struct pv_sched_remote_shutdown {
	uint16_t domain_id;
	uint32_t reason; /* PV_SHUTDOWN_* */
};

/* id 0: start a watchdog, its id is returned; otherwise rearm it, or stop it with timeout 0. */
struct pv_sched_watchdog {
	uint32_t id;
	uint32_t timeout; /* seconds */
};

struct pv_sched_pin_override {
	int32_t pcpu; /* negative: end the override */
};

#endif
