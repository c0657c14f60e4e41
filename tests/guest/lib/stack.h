/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers that the entry code and the C code share. */
#ifndef GUEST_STACK_H
#define GUEST_STACK_H

/* Each vcpu's stack is this large and aligned, with struct cpu at its bottom. */
#define CPU_STACK_SIZE 16384

#define FRAME_SIZE (22 * 8)

/* frame.vector of the entries that are not vectors. */
#define FRAME_EVENT    256
#define FRAME_SYSCALL  257
#define FRAME_FAILSAFE 258

#endif
