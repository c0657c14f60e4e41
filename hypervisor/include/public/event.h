/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * event_channel_op(cmd, argument): ports, one bit of news each. A port is
 * bound to a port of another domain, a virtual interrupt, a physical
 * interrupt or another vcpu of its own domain. Port 0 is never used.
 */
#ifndef PV_PUBLIC_EVENT_H
#define PV_PUBLIC_EVENT_H

#include <stdint.h>

#define PV_EVTCHNOP_BIND_INTERDOMAIN 0
#define PV_EVTCHNOP_BIND_VIRQ	     1
#define PV_EVTCHNOP_BIND_PIRQ	     2
#define PV_EVTCHNOP_CLOSE	     3
#define PV_EVTCHNOP_SEND	     4
#define PV_EVTCHNOP_STATUS	     5
#define PV_EVTCHNOP_ALLOC_UNBOUND    6
#define PV_EVTCHNOP_BIND_IPI	     7
#define PV_EVTCHNOP_BIND_VCPU	     8
#define PV_EVTCHNOP_UNMASK	     9
#define PV_EVTCHNOP_RESET	     10
#define PV_EVTCHNOP_INIT_CONTROL     11
#define PV_EVTCHNOP_EXPAND_ARRAY     12
#define PV_EVTCHNOP_SET_PRIORITY     13

typedef uint32_t pv_evtchn_port_t;

/* Give dom a port that remote_dom may bind to. */
struct pv_evtchn_alloc_unbound {
	uint16_t dom, remote_dom; /* in */
	pv_evtchn_port_t port;	  /* out */
};

/* Bind a new local port to a port that the other domain keeps unbound for the caller. */
struct pv_evtchn_bind_interdomain {
	uint16_t remote_dom;	      /* in */
	pv_evtchn_port_t remote_port; /* in */
	pv_evtchn_port_t local_port;  /* out; pending once from the start */
};

/* Bind a new port to a virtual interrupt of a vcpu (0 for the global ones). */
struct pv_evtchn_bind_virq {
	uint32_t virq;	       /* in: PV_VIRQ_* */
	uint32_t vcpu;	       /* in */
	pv_evtchn_port_t port; /* out */
};

/* Bind a new port to a mapped physical interrupt, and let the line through. */
#define PV_BIND_PIRQ_WILL_SHARE 1
struct pv_evtchn_bind_pirq {
	uint32_t pirq;	       /* in */
	uint32_t flags;	       /* in: PV_BIND_PIRQ_WILL_SHARE */
	pv_evtchn_port_t port; /* out */
};

/* Bind a new port by which the domain interrupts one of its own vcpus. */
struct pv_evtchn_bind_ipi {
	uint32_t vcpu;	       /* in */
	pv_evtchn_port_t port; /* out */
};

/* Free a port; the other end becomes unbound again. */
struct pv_evtchn_close {
	pv_evtchn_port_t port; /* in */
};

/* Set the other end pending. */
struct pv_evtchn_send {
	pv_evtchn_port_t port; /* in */
};

#define PV_EVTCHNSTAT_CLOSED	  0
#define PV_EVTCHNSTAT_UNBOUND	  1
#define PV_EVTCHNSTAT_INTERDOMAIN 2
#define PV_EVTCHNSTAT_PIRQ	  3
#define PV_EVTCHNSTAT_VIRQ	  4
#define PV_EVTCHNSTAT_IPI	  5

/* What a port is bound to. */
struct pv_evtchn_status {
	uint16_t dom;	       /* in */
	pv_evtchn_port_t port; /* in */
	uint32_t status;       /* out: PV_EVTCHNSTAT_* */
	uint32_t vcpu;	       /* out: the vcpu it notifies */
	union {
		struct {
			uint16_t dom;
		} unbound;
		struct {
			uint16_t dom;
			pv_evtchn_port_t port;
		} interdomain;
		uint32_t pirq;
		uint32_t virq;
	} u; /* out */
};

/* Choose the vcpu that a port notifies. */
struct pv_evtchn_bind_vcpu {
	pv_evtchn_port_t port; /* in */
	uint32_t vcpu;	       /* in */
};

/* Clear the mask bit, delivering what is pending. */
struct pv_evtchn_unmask {
	pv_evtchn_port_t port; /* in */
};

/* Close all ports of a domain and go back to the two-level form. */
struct pv_evtchn_reset {
	uint16_t dom; /* in */
};

/* Two-level form: pending and mask bits in shared_info, 64 words of 64 bits. */
#define PV_EVTCHN_2L_NR_CHANNELS 4096

/*
 * FIFO form. One control block per vcpu, one 32-bit word per port in pages
 * the guest adds. The hypervisor links pending ports into a queue per
 * priority; the guest takes them off the head.
 */
#define PV_EVTCHN_FIFO_PRIORITY_MAX	0
#define PV_EVTCHN_FIFO_PRIORITY_DEFAULT 7
#define PV_EVTCHN_FIFO_PRIORITY_MIN	15
#define PV_EVTCHN_FIFO_MAX_QUEUES	(PV_EVTCHN_FIFO_PRIORITY_MIN + 1)

#define PV_EVTCHN_FIFO_PENDING	   31 /* bit numbers in an event word */
#define PV_EVTCHN_FIFO_MASKED	   30
#define PV_EVTCHN_FIFO_LINKED	   29
#define PV_EVTCHN_FIFO_BUSY	   28
#define PV_EVTCHN_FIFO_LINK_BITS   17 /* low bits: next port in the queue, 0 at its end */
#define PV_EVTCHN_FIFO_LINK_MASK   ((1 << PV_EVTCHN_FIFO_LINK_BITS) - 1)
#define PV_EVTCHN_FIFO_NR_CHANNELS (1 << PV_EVTCHN_FIFO_LINK_BITS)

/* Start the FIFO form for a vcpu. */
struct pv_evtchn_init_control {
	uint64_t control_gfn; /* in: frame that holds the control block */
	uint32_t offset;      /* in: byte offset in it, multiple of 8 */
	uint32_t vcpu;	      /* in */
	uint8_t link_bits;    /* out: PV_EVTCHN_FIFO_LINK_BITS */
	uint8_t pad[7];
};

/* Add a page of 1024 event words. */
struct pv_evtchn_expand_array {
	uint64_t array_gfn; /* in */
};

struct pv_evtchn_set_priority {
	pv_evtchn_port_t port; /* in */
	uint32_t priority;     /* in: 0 (first) to 15 */
};

struct pv_evtchn_fifo_control_block {
	uint32_t ready; /* bit per priority with a new head; hypervisor sets, guest clears */
	uint32_t rsvd;
	uint32_t head[PV_EVTCHN_FIFO_MAX_QUEUES]; /* first port of each queue */
};

#endif
