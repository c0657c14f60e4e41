/* SPDX-License-Identifier: BSD-2-Clause */
/* Exceptions: handlers, fix-ups of expected faults, and the end of a test for the others. */
#include "guest.h"
#include "internal.h"

struct fixup {
	uint64_t from, to;
};
extern const struct fixup fixup_table[], fixup_table_end[];
extern char trap_stubs[][16];

uint64_t failsafe_selectors[4];
static trap_handler_t handlers[FRAME_FAILSAFE + 1];

trap_handler_t trap_handler(unsigned int vector, trap_handler_t handler)
{
	trap_handler_t old = handlers[vector];

	handlers[vector] = handler;
	return old;
}

uint64_t trap_stub(unsigned int vector)
{
	return (uint64_t)trap_stubs[vector];
}

void trap_register(unsigned int vector, uint8_t flags)
{
	const struct pv_trap_info table[] = {
		{.vector = (uint8_t)vector,
		 .flags = flags,
		 .cs = PV_FLAT_KERNEL_CS,
		 .address = trap_stub(vector)},
		{.address = 0},
	};
	int64_t rc = set_trap_table(table);

	if (rc)
		error("set_trap_table for vector %u: %ld", vector, rc);
}

/* All exceptions mask events on entry; the two that user code may raise by INT have DPL 3. */
uint8_t trap_flags(unsigned int vector)
{
	return vector == TRAP_BP || vector == TRAP_OF ? PV_TI_IF | 3 : PV_TI_IF;
}

void trap_init(void)
{
	for (unsigned int vector = 0; vector < 20; vector++)
		trap_register(vector, trap_flags(vector));
}

static void print_frame(const struct frame *f)
{
	print("vector %lu error 0x%lx at %04x:%016lx (mask %u) flags 0x%lx stack %04lx:%016lx cr2 %016lx\n",
	      f->vector, f->error, FRAME_CS(f), f->rip, FRAME_MASK(f), f->rflags, f->ss, f->rsp,
	      this_cpu()->info->arch.cr2);
	print("rax %016lx rbx %016lx rcx %016lx rdx %016lx\n", f->rax, f->rbx, f->rcx, f->rdx);
	print("rsi %016lx rdi %016lx rbp %016lx r8  %016lx\n", f->rsi, f->rdi, f->rbp, f->r8);
	print("r9  %016lx r10 %016lx r11 %016lx r12 %016lx\n", f->r9, f->r10, f->r11, f->r12);
	print("r13 %016lx r14 %016lx r15 %016lx\n", f->r13, f->r14, f->r15);
}

static void note_fault(const struct frame *frame)
{
	struct cpu *cpu = this_cpu();

	cpu->fault = (struct fault){
		.taken = true,
		.vector = (uint8_t)frame->vector,
		.error = (uint32_t)frame->error,
		.rip = frame->rip,
		.cr2 = cpu->info->arch.cr2,
	};
}

void trap_dispatch(struct frame *frame)
{
	if (frame->vector < ARRAY_SIZE(handlers) && handlers[frame->vector] &&
	    handlers[frame->vector](frame))
		return;
	if (FRAME_USER(frame) && this_cpu()->user_kernel_sp) {
		note_fault(frame);
		user_finish(USER_FAULT);
	}
	for (const struct fixup *f = fixup_table; (uintptr_t)f < (uintptr_t)fixup_table_end; f++) {
		if (f->from == frame->rip) {
			note_fault(frame);
			frame->rip = f->to;
			return;
		}
	}
	print_frame(frame);
	failure("unexpected exception on vcpu %u", this_cpu()->id);
	result_exit();
}

bool try_read(const volatile void *address, uint64_t *value)
{
	uint64_t got = 0;
	bool ok = TRY("movq (%1), %0", : "+r"(got) : "r"(address) : "memory");

	*value = got;
	return ok;
}

bool try_write(volatile void *address, uint64_t value)
{
	return TRY("movq %0, (%1)", : : "r"(value), "r"(address) : "memory");
}

bool try_write8(volatile void *address, uint8_t value)
{
	return TRY("movb %0, (%1)", : : "q"(value), "r"(address) : "memory");
}
