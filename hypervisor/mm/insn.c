/* SPDX-License-Identifier: BSD-2-Clause */
/* What all instructions have in common. What those that trap do is emulate.c's and pt_decode.c's.
 */
#include "internal.h"
#include "insn.h"

bool insn_fetch(struct insn *i, const struct regs *r)
{
	size_t in_page = PAGE_SIZE - (r->rip & ~PAGE_MASK);

	*i = (struct insn){.fetched = INSN_MAX};
	if (!copy_from_guest(i->bytes, r->rip, INSN_MAX))
		return true;
	i->fetched = MIN(in_page, (size_t)INSN_MAX);
	return in_page < INSN_MAX && !copy_from_guest(i->bytes, r->rip, in_page);
}

/* One prefix but REX; false: it is none. */
static bool prefix(struct insn *i, u8 b)
{
	switch (b) {
	case 0x66:
		i->operand16 = true;
		return true;
	case 0x67:
		i->address_override = true;
		return true;
	case 0xf0:
		i->lock = true;
		return true;
	case 0xf2:
	case 0xf3:
		i->rep = true;
		return true;
	case 0x64:
	case 0x65:
		i->segment = b;
		return true;
	case 0x26:
	case 0x2e:
	case 0x36:
	case 0x3e:
		return true;
	default:
		return false;
	}
}

bool insn_start(struct insn *i, bool code64)
{
	u8 b;

	i->code64 = code64;
	do {
		b = insn_take(i, 1);
	} while (prefix(i, b));
	if (code64 && (b & 0xf0) == 0x40) {
		i->rex = b;
		b = insn_take(i, 1);
	}
	i->opcode = b == 0x0f ? 0x0f00 | insn_take(i, 1) : b;
	return !i->cut_off;
}

const u8 insn_register_offset[16] = {
	offsetof(struct regs, rax), offsetof(struct regs, rcx), offsetof(struct regs, rdx),
	offsetof(struct regs, rbx), offsetof(struct regs, rsp), offsetof(struct regs, rbp),
	offsetof(struct regs, rsi), offsetof(struct regs, rdi), offsetof(struct regs, r8),
	offsetof(struct regs, r9),  offsetof(struct regs, r10), offsetof(struct regs, r11),
	offsetof(struct regs, r12), offsetof(struct regs, r13), offsetof(struct regs, r14),
	offsetof(struct regs, r15),
};
