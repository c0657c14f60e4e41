/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An instruction of a guest's that the hypervisor does in its place: the bytes, fetched
 * once, and what prefixes and opcode say (mm/insn.c). Its operands are for who knows the
 * opcode to take.
 */
#ifndef PAVISE_INSN_H
#define PAVISE_INSN_H

#include "cpu.h"

#define INSN_MAX 15 /* bytes; the CPU refuses longer ones */

struct insn {
	u8 bytes[INSN_MAX];
	u8 fetched;   /* so many are there */
	u8 length;    /* and so many taken */
	bool cut_off; /* more were asked for */
	u16 opcode;   /* 0x0f00 | second byte for the two-byte ones */
	u8 rex;
	u8 segment; /* FS or GS prefix byte, 0: none (others have no base in 64-bit mode) */
	bool code64, operand16, address_override, rep, lock;
};

/* The bytes at RIP: all, or those up to the page's end if the next page is missing. */
bool insn_fetch(struct insn *i, const struct regs *r);
/* Take prefixes and opcode of what was fetched. False: cut off. */
bool insn_start(struct insn *i, bool code64);
/* Take so many bytes as a number; 0 when it is cut off. */
static inline u64 insn_take(struct insn *i, unsigned int bytes)
{
	const u8 *at = i->bytes + i->length;
	u64 v = 0;

	if (i->fetched - i->length < (int)bytes) {
		i->cut_off = true;
		return 0;
	}
	i->length += bytes;
	while (bytes--)
		v = v << 8 | at[bytes];
	return v;
}
/* Where a register of the instruction's numbering is in struct regs. */
extern const u8 insn_register_offset[16];
static inline u64 *insn_register(struct regs *r, unsigned int n)
{
	return (u64 *)((u8 *)r + insn_register_offset[n & 15]);
}

#endif
