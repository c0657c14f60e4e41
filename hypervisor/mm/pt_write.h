/* SPDX-License-Identifier: BSD-2-Clause */
/* The instructions a guest kernel uses to write into a page table, decoded (mm/pt_decode.c). */
#ifndef PAVISE_PT_WRITE_H
#define PAVISE_PT_WRITE_H

#include "insn.h"

enum pt_write_kind {
	PT_MOV,
	PT_XCHG,
	PT_CMPXCHG,
	PT_ADD, /* these six in the order of the opcodes' bits 3-5 */
	PT_OR,
	PT_AND,
	PT_SUB,
	PT_XOR,
	PT_XADD,
	PT_BTS,
	PT_BTR,
	PT_BTC
};

struct pt_write {
	enum pt_write_kind kind;
	u8 size;	 /* of the operand, bytes: 1, 2, 4 or 8 */
	u8 reg;		 /* register operand, for XCHG and XADD */
	bool high_byte;	 /* it is AH, CH, DH or BH */
	u64 source;	 /* value of the register or immediate operand; a bit's number */
	vaddr_t address; /* of the memory operand */
};

/* Decode what was fetched at r->rip. False: none of the known ones, or cut off. */
bool pt_write_decode(struct insn *i, const struct regs *r, struct pt_write *w);
/*
 * What \p w makes of \p old. Sets result registers and flags in \p r. False: the
 * memory operand does not change.
 */
bool pt_write_apply(const struct pt_write *w, u64 old, u64 *result, struct regs *r);

#endif
