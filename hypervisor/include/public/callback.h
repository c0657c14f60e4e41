/* SPDX-License-Identifier: BSD-2-Clause */
/* callback_op(cmd, argument): where the hypervisor enters the guest kernel. */
#ifndef PV_PUBLIC_CALLBACK_H
#define PV_PUBLIC_CALLBACK_H

#include <stdint.h>

#define PV_CALLBACKOP_REGISTER	 0 /* callback_register */
#define PV_CALLBACKOP_UNREGISTER 1 /* callback_unregister */

#define PV_CALLBACKTYPE_EVENT		    0 /* an event is pending */
#define PV_CALLBACKTYPE_FAILSAFE	    1 /* guest state could not be loaded */
#define PV_CALLBACKTYPE_SYSCALL		    2 /* SYSCALL in 64-bit user mode */
#define PV_CALLBACKTYPE_SYSENTER_DEPRECATED 3
#define PV_CALLBACKTYPE_NMI		    4
#define PV_CALLBACKTYPE_SYSENTER	    5 /* SYSENTER in 32-bit user mode */
#define PV_CALLBACKTYPE_SYSCALL32	    7 /* SYSCALL in 32-bit user mode */

#define PV_CALLBACKF_MASK_EVENTS (1u << 0) /* mask events on entry */

struct pv_callback_register {
	uint16_t type;	  /* PV_CALLBACKTYPE_* */
	uint16_t flags;	  /* PV_CALLBACKF_* */
	uint64_t address; /* guest virtual, canonical */
};

struct pv_callback_unregister {
	uint16_t type; /* PV_CALLBACKTYPE_* */
	uint16_t unused;
};

#endif
