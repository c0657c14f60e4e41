/* SPDX-License-Identifier: BSD-2-Clause */
/* Which function an interrupt vector belongs to. */
#include "arch.h"
#include "lib.h"

static void (*handler[256])(void);

void interrupt_register(u8 vector, void (*fn)(void))
{
	handler[vector] = fn;
}

/*
 * The APIC is told first: handlers run with interrupts off anyway, and one of
 * them may not come back soon (it may switch to another vCPU).
 */
void interrupt_dispatch(u8 vector)
{
	if (vector == VECTOR_SPURIOUS)
		return;
	if (vector >= VECTOR_DEVICE_FIRST && vector <= VECTOR_DEVICE_LAST) {
		line_interrupt(vector);
		return;
	}
	apic_eoi();
	if (handler[vector])
		handler[vector]();
	else if (printk_ratelimit())
		log_warning("CPU %u: interrupt at vector 0x%x, which nobody asked for",
			    this_cpu()->id, vector);
}
