/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * INT N by a guest. All gates but those of #BP, #OF and vector 0x80 are closed
 * to ring 3, so it arrives as #GP, and the vector comes from the instruction
 * itself: QEMU before 8.0 reports N * 16 + 2 where hardware reports N * 8 + 2.
 */
#include "internal.h"

/* The gate of vector 0x80 is open, for speed: RIP is behind the instruction already. */
void int_80(struct vcpu *v, struct regs *r)
{
	r->rip -= 2;
	int_n(v, r, 0x80, 2);
}

void int_n(struct vcpu *v, struct regs *r, u8 vector, unsigned int length)
{
	const struct trap_entry *t = &v->trap[vector];
	unsigned int cpl = v->kernel_mode ? 1 : 3;

	if (!t->address || (t->flags & PV_TI_DPL_MASK) < cpl) {
		guest_trap(EXC_GP, vector * 8 + 2);
		return;
	}
	r->rip += length;
	r->rflags &= ~RFLAGS_RF;
	r->vector = vector;
	bounce_int(v, r, vector);
}
