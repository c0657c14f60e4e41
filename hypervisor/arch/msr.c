/* SPDX-License-Identifier: BSD-2-Clause */
/* Model-specific registers that may not exist, and the CPU look-up. */
#include "arch.h"
#include "errno.h"
#include "extable.h"

int rdmsr_safe(u32 msr, u64 *v)
{
	u32 lo = 0, hi = 0;
	int err = -EFAULT;

	__asm__ volatile("1: rdmsr\n\t"
			 "xorl %0, %0\n"
			 "2:\n\t" EXTABLE("1b", "2b")
			 : "+r"(err), "+a"(lo), "+d"(hi)
			 : "c"(msr));
	*v = lo | (u64)hi << 32;
	return err;
}

unsigned int nr_cpus = 1;

struct cpu *cpu_get(unsigned int id)
{
	return CPU_OF(CPU_STACK_VIRT + id * CPU_STACK_SIZE);
}
