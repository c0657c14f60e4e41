/* SPDX-License-Identifier: BSD-2-Clause */
/* User mode: a root of its own, one excursion at a time per vcpu. */
#include "guest.h"
#include "internal.h"

#define USER_STACK 4096

bool (*user_syscall)(struct frame *frame);
static char user_stacks[MAX_CPUS][USER_STACK] __attribute__((aligned(16)));
static uint64_t user_root;

bool user_init(void)
{
	uint64_t *root;
	int64_t rc;

	if (!user_root) {
		root = page_alloc();
		root[511] = *pte_of((void *)VIRT_BASE, 4);
		user_root = va_to_mfn(root);
		rc = set_readonly(root);
		if (!rc)
			rc = mmuext(PV_MMUEXT_PIN_L4_TABLE, user_root, 0);
		if (rc) {
			error("no user root: %ld", rc);
			return false;
		}
	}
	rc = mmuext(PV_MMUEXT_NEW_USER_BASEPTR, user_root, 0);
	if (rc)
		error("the user root is refused: %ld", rc);
	return !rc;
}

void user_frame(struct frame *frame, void (*function)(uint64_t), uint64_t argument)
{
	*frame = (struct frame){
		.rdi = argument,
		.rip = (uint64_t)function,
		.cs = PV_FLAT_USER_CS,
		.rflags = EFLAGS_FIXED | EFLAGS_IF,
		/* As after a call: 8 off the alignment. */
		.rsp = (uint64_t)(user_stacks[this_cpu()->id] + USER_STACK - 8),
		.ss = PV_FLAT_USER_SS,
	};
}

uint64_t user_run_frame(const struct frame *frame)
{
	struct cpu *cpu = this_cpu();
	uint8_t mask = cpu->info->evtchn_upcall_mask;
	uint64_t value;

	cpu->fault.taken = false;
	value = user_enter(frame, &cpu->user_kernel_sp);
	cpu->user_kernel_sp = 0;
	WRITE_ONCE(cpu->info->evtchn_upcall_mask, mask);
	return value;
}

uint64_t user_run(void (*function)(uint64_t), uint64_t argument)
{
	struct frame frame;

	user_frame(&frame, function, argument);
	return user_run_frame(&frame);
}

void user_finish(uint64_t value)
{
	user_leave(value, this_cpu()->user_kernel_sp);
}

void syscall_dispatch(struct frame *frame)
{
	if (user_syscall && user_syscall(frame))
		return;
	user_finish(frame->rax);
}
