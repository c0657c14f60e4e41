/* SPDX-License-Identifier: BSD-2-Clause */
/* Between the files of boot/. */
#ifndef PAVISE_BOOT_INTERNAL_H
#define PAVISE_BOOT_INTERNAL_H

#include "cpu.h"

/* boot/multiboot.c */
void multiboot_parse(u32 magic, u32 info);
void memory_map_print(void);

/* boot/head.S */
extern char boot_cpu_area[CPU_STACK_SIZE];
void boot_switch_stack(u64 stack, void (*next)(void)) __noreturn;

/* boot/main.c, from head.S */
void boot_main(u32 magic, u32 info) __noreturn;
void cpu_entry(struct cpu *c) __noreturn;

#endif
