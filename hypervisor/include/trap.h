/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Between the hypervisor and a guest: the frames that exceptions, events and
 * system calls leave on the guest-kernel stack, and the way back (entry/).
 */
#ifndef PAVISE_TRAP_H
#define PAVISE_TRAP_H

#include "domain.h"

/* Deliver exception \p vector to the current guest kernel; crashes the domain if it can't be. */
void guest_trap(u8 vector, u32 error_code);
void guest_page_fault(vaddr_t va, u32 error_code);
/* Trap from guest or hypervisor, from entry.S. */
void trap_entry(struct regs *r);
/* SYSCALL or SYSENTER: a hypercall, or the guest kernel's system call entry. */
void syscall_entry(struct regs *r);
/* The IRETQ to the guest faulted; \p fault holds the guest's GPRs and the reason. */
void iret_failed(const struct regs *fault);
/*
 * The last C before the guest: softirqs, idling, pending NMI and events. When it
 * returns, this_cpu()->guest is what is to be loaded.
 */
void return_to_guest(void);
/* Go to the guest for the first time on this CPU; never returns. */
void guest_start(void) __noreturn;
/* An address in the exception table: where to go instead, or 0. */
u64 exception_fixup(u64 rip);
/* Is \p r from guest mode (ring 3)? */
static inline bool from_guest(const struct regs *r)
{
	return (r->cs & 3) == 3;
}
void registers_print(const struct regs *r);
void backtrace_print(u64 rip, u64 rbp, u64 rsp);

#endif
