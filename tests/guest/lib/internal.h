/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the library need of each other, and the entry code of them. */
#ifndef GUEST_INTERNAL_H
#define GUEST_INTERNAL_H

#include "guest.h"

void guest_main(const struct pv_start_info *info);
void vcpu_main(void (*function)(void));
void trap_dispatch(struct frame *frame);
void event_dispatch(struct frame *frame);
void syscall_dispatch(struct frame *frame);

extern char guest_image_end[]; /* of the last object, page-aligned */
extern char vcpu_entry[], event_entry[], syscall_entry[], failsafe_entry[];
uint64_t user_enter(const struct frame *user, uint64_t *kernel_sp);
void __attribute__((noreturn)) user_leave(uint64_t value, uint64_t kernel_sp);

uint8_t trap_flags(unsigned int vector);
void trap_init(void);
void mm_init(const struct pv_start_info *info);
void event_init(void);

#endif
