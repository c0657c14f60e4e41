/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Instructions that may fault on what a guest gave: each has an entry in the
 * exception table, {instruction, where to go on}, and a fault in hypervisor mode
 * at such an instruction goes there instead of stopping the machine.
 */
#ifndef PAVISE_EXTABLE_H
#define PAVISE_EXTABLE_H

#ifdef __ASSEMBLER__
#define EXTABLE(from, to)             \
	.pushsection __ex_table, "a"; \
	.balign 8;                    \
	.quad from, to;               \
	.popsection
#else
/* In inline assembly, with labels of that statement: EXTABLE("1b", "2f"). */
#define EXTABLE(from, to)                    \
	".pushsection __ex_table, \"a\"\n\t" \
	".balign 8\n\t"                      \
	".quad " from ", " to "\n\t"         \
	".popsection\n\t"

struct extable_entry {
	unsigned long from, to;
};
extern const struct extable_entry extable_start[], extable_end[];
#endif

#endif
