/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Numbers that assembly needs. Compiled to assembly only; the build makes a
 * header of the strings that start with "->".
 */
#include "arch.h"
#include "platform.h"

#define DEFINE(name, value) __asm__ volatile("\n.ascii \"->" #name " %c0\"" ::"i"(value))

void asm_offsets(void);

void asm_offsets(void)
{
	DEFINE(REGS_CS, offsetof(struct regs, cs));
	DEFINE(REGS_RIP, offsetof(struct regs, rip));
	DEFINE(REGS_SIZEOF, sizeof(struct regs));
	DEFINE(CPU_GUEST, offsetof(struct cpu, guest));
	DEFINE(CPU_SIZEOF, sizeof(struct cpu));
	DEFINE(SMP_BOOT_COUNT, offsetof(struct smp_boot, count));
	DEFINE(SMP_BOOT_APIC_ID, offsetof(struct smp_boot, apic_id));
}
