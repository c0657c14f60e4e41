/* SPDX-License-Identifier: BSD-2-Clause */
/* Non-maskable interrupts: the reason bits in shared_info, and nmi_op(cmd, argument). */
#ifndef PV_PUBLIC_NMI_H
#define PV_PUBLIC_NMI_H

#include <stdint.h>

#define PV_NMIREASON_IO_ERROR 1ul /* I/O channel check; arch_shared_info.nmi_reason */
#define PV_NMIREASON_PCI_SERR 2ul /* PCI system error */
#define PV_NMIREASON_UNKNOWN  4ul

#define PV_XENNMI_REGISTER_CALLBACK   0 /* xennmi_callback; vcpu 0 of the first domain only */
#define PV_XENNMI_UNREGISTER_CALLBACK 1

struct pv_xennmi_callback {
	uint64_t handler_address; /* guest virtual */
	uint64_t pad;
};

#endif
