/* SPDX-License-Identifier: BSD-2-Clause */
/* Work that waits for the way back to a guest, and what long operations and spin loops ask. */
#include "arch.h"
#include "event.h"
#include "lib.h"

static void (*handler[SOFTIRQ_COUNT])(void);
void (*cpu_relax_hook)(void);

void softirq_register(enum softirq nr, void (*fn)(void))
{
	handler[nr] = fn;
}

/* VECTOR_KICK has an empty handler: to have been interrupted is the message. */
void softirq_raise(struct cpu *cpu, enum softirq nr)
{
	u32 before = __atomic_fetch_or(&cpu->softirqs, 1u << nr, __ATOMIC_SEQ_CST);

	if (!(before & 1u << nr) && cpu != this_cpu())
		apic_send_ipi(cpu, VECTOR_KICK);
}

void softirq_run(void)
{
	struct cpu *c = this_cpu();
	u32 pending = __atomic_exchange_n(&c->softirqs, 0, __ATOMIC_SEQ_CST);

	for (unsigned int nr = 0; nr < SOFTIRQ_COUNT; nr++)
		if ((pending & 1u << nr) && handler[nr])
			handler[nr]();
}

bool preempt_pending(void)
{
	/* STI takes effect after the next instruction. */
	__asm__ volatile("sti; nop; cli" ::: "memory");
	return READ_ONCE(this_cpu()->softirqs) || event_deliverable(current);
}

void cpu_relax(void)
{
	cpu_pause();
	if (cpu_relax_hook)
		cpu_relax_hook();
}
