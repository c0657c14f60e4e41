/* SPDX-License-Identifier: BSD-2-Clause */
/* Further vcpus, each on its own stack with struct cpu at the bottom. */
#include "guest.h"
#include "internal.h"

char cpu_stacks[MAX_CPUS][CPU_STACK_SIZE] __attribute__((aligned(CPU_STACK_SIZE)));

unsigned int vcpu_count(void)
{
	unsigned int n = 0;

	while (n < MAX_CPUS && vcpu_op(IS_UP, n, 0) >= 0)
		n++;
	return n;
}

void vcpu_main(void (*function)(void))
{
	struct cpu *cpu = this_cpu();

	cpu->up = true;
	function();
	cpu->up = false;
	vcpu_op(DOWN, cpu->id, 0);
	failure("vcpu %u goes on after it went down", cpu->id);
	result_exit();
}

void vcpu_context(unsigned int id, void (*function)(void), struct pv_vcpu_guest_context *c)
{
	struct cpu *cpu = cpu_of(id);

	cpu->id = id;
	cpu->info = &shared_info->vcpu_info[id];
	memset(c, 0, sizeof(*c));
	c->flags = PV_VGCF_IN_KERNEL | PV_VGCF_SYSCALL_DISABLES_EVENTS;
	c->user_regs.rip = (uint64_t)vcpu_entry;
	c->user_regs.rsp = (uint64_t)cpu_stacks[id + 1];
	c->user_regs.rdi = (uint64_t)function;
	c->user_regs.rflags = EFLAGS_FIXED | EFLAGS_IF;
	c->user_regs.cs = PV_FLAT_KERNEL_CS;
	c->user_regs.ss = PV_FLAT_KERNEL_SS;
	for (unsigned int vector = 0; vector < 20; vector++) {
		c->trap_ctxt[vector] = (struct pv_trap_info){
			.vector = (uint8_t)vector,
			.flags = trap_flags(vector),
			.cs = PV_FLAT_KERNEL_CS,
			.address = trap_stub(vector),
		};
	}
	c->kernel_ss = PV_FLAT_KERNEL_SS;
	c->kernel_sp = c->user_regs.rsp;
	c->ctrlreg[3] = PV_PFN_TO_CR3(root_mfn());
	c->event_callback_eip = (uint64_t)event_entry;
	c->failsafe_callback_eip = (uint64_t)failsafe_entry;
	c->syscall_callback_eip = (uint64_t)syscall_entry;
}

int64_t vcpu_start(unsigned int id, void (*function)(void))
{
	static struct pv_vcpu_guest_context context;
	int64_t rc;

	vcpu_context(id, function, &context);
	rc = vcpu_op(INITIALISE, id, &context);
	if (!rc)
		rc = vcpu_op(UP, id, 0);
	return rc;
}

void vcpu_join(unsigned int id)
{
	if (!wait_until(vcpu_op(IS_UP, id, 0) == 0, MILLISECONDS(20000)))
		failure("vcpu %u does not come to an end", id);
}
