/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A decoder for instructions that write to memory through a ModRM operand: mov,
 * xchg, cmpxchg, xadd, the two-operand arithmetic, and the bit operations. Only
 * 64-bit code, no FS or GS override, no address-size override.
 */
#include "lib.h"
#include "pt_write.h"

#define FLAG_CF BIT(0)
#define FLAG_PF BIT(2)
#define FLAG_AF BIT(4)
#define FLAG_ZF BIT(6)
#define FLAG_SF BIT(7)
#define FLAG_OF BIT(11)

static u64 reg_value(const struct regs *r, unsigned int n)
{
	return *insn_register((struct regs *)r, n);
}

static u64 size_mask(unsigned int size)
{
	return size == 8 ? ~0UL : BIT(size * 8) - 1;
}

static u64 sign_extend(u64 v, unsigned int bytes)
{
	unsigned int shift = 64 - 8 * bytes;

	return (u64)((s64)(v << shift) >> shift);
}

static u64 take_signed(struct insn *i, unsigned int bytes)
{
	return sign_extend(insn_take(i, bytes), bytes);
}

/* The memory operand. \p after: bytes of immediate that follow it, for RIP-relative. */
static bool modrm_address(struct insn *i, u8 modrm, const struct regs *r, unsigned int after,
			  vaddr_t *va)
{
	unsigned int mod = modrm >> 6, rm = modrm & 7, base = rm | (i->rex & 1) << 3;
	u64 a = 0;

	if (mod == 3)
		return false;
	if (rm == 4) {
		u8 sib = insn_take(i, 1);
		unsigned int index = (sib >> 3 & 7) | (i->rex & 2) << 2;

		base = (sib & 7) | (i->rex & 1) << 3;
		if (index != 4)
			a = reg_value(r, index) << (sib >> 6);
		if ((sib & 7) == 5 && mod == 0)
			a += take_signed(i, 4);
		else
			a += reg_value(r, base);
	} else if (rm == 5 && mod == 0) {
		a = take_signed(i, 4);
		a += r->rip + i->length + after;
	} else {
		a = reg_value(r, base);
	}
	if (mod)
		a += take_signed(i, mod == 1 ? 1 : 4);
	*va = a;
	return !i->cut_off;
}

/* What an opcode says, before its operands are known. */
struct opcode {
	u16 code; /* 0x0fxx: of two bytes */
	u8 kind;
	bool pair;    /* this one is for a byte operand, the next for a larger one */
	bool group;   /* ModRM's register field selects the operation */
	u8 immediate; /* bytes of it; 4 means 1 with a byte operand, and 2 with one of 16 bits */
};

static const struct opcode opcodes[] = {
	{0x88, PT_MOV, .pair = true},
	{0x86, PT_XCHG, .pair = true},
	{0xc6, PT_MOV, .pair = true, .group = true, .immediate = 4},
	{0x0fc3, PT_MOV, .pair = false}, /* movnti */
	{0x0fb0, PT_CMPXCHG, .pair = true},
	{0x0fc0, PT_XADD, .pair = true},
	{0x00, PT_ADD, .pair = true},
	{0x08, PT_OR, .pair = true},
	{0x20, PT_AND, .pair = true},
	{0x28, PT_SUB, .pair = true},
	{0x30, PT_XOR, .pair = true},
	{0x80, PT_ADD, .pair = true, .group = true, .immediate = 4}, /* and on, by group */
	{0x83, PT_ADD, .group = true, .immediate = 1},
	{0x0fab, PT_BTS, .pair = false},
	{0x0fb3, PT_BTR, .pair = false},
	{0x0fbb, PT_BTC, .pair = false},
	{0x0fba, PT_BTS, .group = true, .immediate = 1}, /* and on, by group */
};

static const struct opcode *opcode_find(u16 code)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(opcodes); i++)
		if (opcodes[i].code == code || (opcodes[i].pair && opcodes[i].code + 1 == code))
			return &opcodes[i];
	return NULL;
}

/* ModRM's register field as part of the opcode. */
static bool group_select(struct pt_write *w, unsigned int field)
{
	static const enum pt_write_kind arithmetic[8] = {PT_ADD, PT_OR,	 PT_MOV, PT_MOV,
							 PT_AND, PT_SUB, PT_XOR, PT_MOV};

	if (w->kind == PT_MOV)
		return field == 0;
	if (w->kind == PT_BTS) {
		w->kind = PT_BTS + (field - 5);
		return field >= 5;
	}
	w->kind = arithmetic[field];
	return w->kind != PT_MOV; /* adc, sbb, cmp */
}

static bool is_bit_operation(const struct pt_write *w)
{
	return w->kind >= PT_BTS;
}

/* The register operand, or an immediate of so many bytes. */
static void source_get(struct insn *i, unsigned int bytes, u8 modrm, const struct regs *r,
		       struct pt_write *w)
{
	if (bytes) {
		w->source = take_signed(i, bytes);
		if (is_bit_operation(w))
			w->source &= w->size * 8 - 1;
	} else {
		w->reg = (modrm >> 3 & 7) | (i->rex & 4) << 1;
		w->high_byte = w->size == 1 && !i->rex && w->reg >= 4;
		if (w->high_byte)
			w->reg -= 4;
		w->source = reg_value(r, w->reg) >> (w->high_byte ? 8 : 0);
		if (is_bit_operation(w)) { /* the register may point at a bit far away */
			s64 bit = (s64)sign_extend(w->source, w->size);
			unsigned int shift = (unsigned int)__builtin_ctz(w->size * 8);

			w->address += (u64)(bit >> shift) * w->size;
			w->source = (u64)bit & (w->size * 8 - 1);
		}
	}
	if (!is_bit_operation(w))
		w->source &= size_mask(w->size);
}

bool pt_write_decode(struct insn *i, const struct regs *r, struct pt_write *w)
{
	const struct opcode *o;
	unsigned int immediate;
	u8 modrm;

	*w = (struct pt_write){0};
	/* LOCK may stand there or not: all is done by compare-exchange. */
	if (!insn_start(i, true) || i->segment || i->address_override || i->rep)
		return false;
	modrm = insn_take(i, 1);
	o = opcode_find(i->opcode);
	if (!o || i->cut_off)
		return false;
	w->kind = o->kind;
	if (o->group && !group_select(w, modrm >> 3 & 7))
		return false;
	w->size = o->pair && o->code == i->opcode ? 1 : i->rex & 8 ? 8 : i->operand16 ? 2 : 4;
	immediate = o->immediate == 4 ? MIN(w->size, 4) : o->immediate;
	if (!modrm_address(i, modrm, r, immediate, &w->address))
		return false;
	source_get(i, immediate, modrm, r, w);
	return !i->cut_off;
}

/* --- execution ------------------------------------------------------------------- */

static void reg_write(struct regs *r, const struct pt_write *w, unsigned int reg, bool high, u64 v)
{
	u64 *p = insn_register(r, reg), mask = size_mask(w->size);

	if (high)
		*p = (*p & ~0xff00UL) | (v & 0xff) << 8;
	else if (w->size >= 4)
		*p = v & mask; /* 32-bit results clear the upper half */
	else
		*p = (*p & ~mask) | (v & mask);
}

/* Flags of a + b, or a - b; carry and overflow are those of the operands' uppermost bits. */
static u64 flags_of(u64 a, u64 b, unsigned int size, bool subtract)
{
	unsigned int shift = 64 - 8 * size;
	s64 x = (s64)(a << shift), y = (s64)(b << shift), result;
	bool overflow = subtract ? __builtin_sub_overflow(x, y, &result)
				 : __builtin_add_overflow(x, y, &result);
	u64 r = (u64)result, low = r >> shift, f = overflow ? FLAG_OF : 0;

	if (subtract ? (u64)x < (u64)y : r < (u64)x)
		f |= FLAG_CF;
	if (!r)
		f |= FLAG_ZF;
	if (r >> 63)
		f |= FLAG_SF;
	if (!__builtin_parity((unsigned int)low & 0xff))
		f |= FLAG_PF;
	return f | ((a ^ b ^ low) & FLAG_AF);
}

static void flags_set(struct regs *r, u64 f)
{
	const u64 all = FLAG_CF | FLAG_PF | FLAG_AF | FLAG_ZF | FLAG_SF | FLAG_OF;

	r->rflags = (r->rflags & ~all) | f;
}

bool pt_write_apply(const struct pt_write *w, u64 old, u64 *result, struct regs *r)
{
	u64 mask = size_mask(w->size), src = w->source, out = src, rax;

	old &= mask;
	switch (w->kind) {
	case PT_MOV:
		break;
	case PT_XCHG:
		reg_write(r, w, w->reg, w->high_byte, old);
		break;
	case PT_CMPXCHG:
		rax = r->rax & mask;
		flags_set(r, flags_of(rax, old, w->size, true));
		if (rax != old) {
			reg_write(r, w, 0, false, old);
			return false;
		}
		break;
	case PT_XADD:
		reg_write(r, w, w->reg, w->high_byte, old);
		/* fallthrough */
	case PT_ADD:
		out = old + src;
		flags_set(r, flags_of(old, src, w->size, false));
		break;
	case PT_SUB:
		out = old - src;
		flags_set(r, flags_of(old, src, w->size, true));
		break;
	case PT_OR:
	case PT_AND:
	case PT_XOR:
		out = w->kind == PT_OR ? old | src : w->kind == PT_AND ? old & src : old ^ src;
		flags_set(r, flags_of(out, 0, w->size, false));
		break;
	case PT_BTS:
	case PT_BTR:
	case PT_BTC:
		out = w->kind == PT_BTS	  ? old | BIT(src)
		      : w->kind == PT_BTR ? old & ~BIT(src)
					  : old ^ BIT(src);
		r->rflags = (r->rflags & ~FLAG_CF) | (old >> src & 1);
		break;
	}
	*result = out & mask;
	return true;
}
