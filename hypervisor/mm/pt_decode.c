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

/* Where a register of the instruction's numbering is in struct regs. */
static u64 *reg_at(struct regs *r, unsigned int n)
{
	static const u8 place[16] = {
		offsetof(struct regs, rax), offsetof(struct regs, rcx), offsetof(struct regs, rdx),
		offsetof(struct regs, rbx), offsetof(struct regs, rsp), offsetof(struct regs, rbp),
		offsetof(struct regs, rsi), offsetof(struct regs, rdi), offsetof(struct regs, r8),
		offsetof(struct regs, r9),  offsetof(struct regs, r10), offsetof(struct regs, r11),
		offsetof(struct regs, r12), offsetof(struct regs, r13), offsetof(struct regs, r14),
		offsetof(struct regs, r15),
	};

	return (u64 *)((char *)r + place[n]);
}

static u64 reg_value(const struct regs *r, unsigned int n)
{
	return *reg_at((struct regs *)r, n);
}

static u64 size_mask(unsigned int size)
{
	return size == 8 ? ~0UL : BIT(size * 8) - 1;
}

/* Bytes still to be decoded. */
struct cursor {
	const u8 *code;
	unsigned int at, n;
	bool short_of;
};

static u64 fetch(struct cursor *c, unsigned int bytes)
{
	u64 v = 0;
	unsigned int i;

	if (c->n - c->at < bytes) {
		c->short_of = true;
		return 0;
	}
	for (i = 0; i < bytes; i++)
		v |= (u64)c->code[c->at++] << 8 * i;
	return v;
}

static u64 sign_extend(u64 v, unsigned int bytes)
{
	unsigned int shift = 64 - 8 * bytes;

	return (u64)((s64)(v << shift) >> shift);
}

/* The memory operand. \p after: bytes of immediate that follow it, for RIP-relative. */
static bool modrm_address(struct cursor *c, u8 modrm, u8 rex, const struct regs *r,
			  unsigned int after, vaddr_t *va)
{
	unsigned int mod = modrm >> 6, rm = modrm & 7, base = rm | (rex & 1) << 3;
	u64 a = 0;

	if (mod == 3)
		return false;
	if (rm == 4) {
		u8 sib = fetch(c, 1);
		unsigned int index = (sib >> 3 & 7) | (rex & 2) << 2;

		base = (sib & 7) | (rex & 1) << 3;
		if (index != 4)
			a = reg_value(r, index) << (sib >> 6);
		if ((sib & 7) == 5 && mod == 0)
			a += sign_extend(fetch(c, 4), 4);
		else
			a += reg_value(r, base);
	} else if (rm == 5 && mod == 0) {
		a = sign_extend(fetch(c, 4), 4);
		a += r->rip + c->at + after;
	} else {
		a = reg_value(r, base);
	}
	if (mod == 1)
		a += sign_extend(fetch(c, 1), 1);
	else if (mod == 2)
		a += sign_extend(fetch(c, 4), 4);
	*va = a;
	return !c->short_of;
}

/* Prefixes, and the first byte of the opcode behind them. False: one is refused. */
static bool prefixes(struct cursor *c, u8 *rex, bool *op16, u8 *opcode)
{
	while (!c->short_of) {
		u8 b = fetch(c, 1);

		switch (b) {
		case 0x66:
			*op16 = true;
			break;
		case 0xf0: /* lock: all is done by compare-exchange */
		case 0x26: /* segments without effect */
		case 0x2e:
		case 0x36:
		case 0x3e:
			break;
		case 0x64:
		case 0x65:
		case 0x67:
		case 0xf2:
		case 0xf3:
			return false;
		default:
			if ((b & 0xf0) == 0x40) {
				*rex = b;
				b = fetch(c, 1);
			}
			*opcode = b;
			return !c->short_of;
		}
	}
	return false;
}

/* What the opcode says, before its operands are known. */
struct opcode {
	bool byte;		/* operand is a byte */
	unsigned int immediate; /* bytes of it; 4 means 2 with a 16-bit operand */
	bool group;		/* ModRM's register field selects the operation */
};

static bool opcode_short(u8 b, struct pt_write *w, struct opcode *o)
{
	o->byte = !(b & 1);
	switch (b) {
	case 0x88:
	case 0x89:
		w->kind = PT_MOV;
		return true;
	case 0xc6:
	case 0xc7:
		w->kind = PT_MOV;
		o->group = true;
		o->immediate = b & 1 ? 4 : 1;
		return true;
	case 0x86:
	case 0x87:
		w->kind = PT_XCHG;
		return true;
	case 0x80:
	case 0x81:
	case 0x83:
		w->kind = PT_ADD; /* and on, by group */
		o->group = true;
		o->immediate = b == 0x81 ? 4 : 1;
		return true;
	case 0x00:
	case 0x01:
		w->kind = PT_ADD;
		return true;
	case 0x08:
	case 0x09:
		w->kind = PT_OR;
		return true;
	case 0x20:
	case 0x21:
		w->kind = PT_AND;
		return true;
	case 0x28:
	case 0x29:
		w->kind = PT_SUB;
		return true;
	case 0x30:
	case 0x31:
		w->kind = PT_XOR;
		return true;
	}
	return false;
}

static bool opcode_0f(u8 b, struct pt_write *w, struct opcode *o)
{
	switch (b) {
	case 0xb0:
	case 0xb1:
		w->kind = PT_CMPXCHG;
		o->byte = b == 0xb0;
		return true;
	case 0xc0:
	case 0xc1:
		w->kind = PT_XADD;
		o->byte = b == 0xc0;
		return true;
	case 0xc3: /* movnti */
		w->kind = PT_MOV;
		return true;
	case 0xab:
		w->kind = PT_BTS;
		return true;
	case 0xb3:
		w->kind = PT_BTR;
		return true;
	case 0xbb:
		w->kind = PT_BTC;
		return true;
	case 0xba:
		w->kind = PT_BTS; /* and on, by group */
		o->group = true;
		o->immediate = 1;
		return true;
	}
	return false;
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

/* The register or immediate operand. */
static void source_get(struct cursor *c, const struct opcode *o, u8 modrm, u8 rex, bool op16,
		       const struct regs *r, struct pt_write *w)
{
	unsigned int bytes = o->immediate == 4 && op16 ? 2 : o->immediate;

	if (bytes) {
		w->source = sign_extend(fetch(c, bytes), bytes);
		if (is_bit_operation(w))
			w->source &= w->size * 8 - 1;
	} else {
		w->reg = (modrm >> 3 & 7) | (rex & 4) << 1;
		w->high_byte = w->size == 1 && !rex && w->reg >= 4;
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

bool pt_write_decode(const u8 *code, unsigned int n, const struct regs *r, struct pt_write *w)
{
	struct cursor c = {.code = code, .n = MIN(n, 15u)};
	struct opcode o = {0};
	bool op16 = false;
	u8 rex = 0, b, modrm;
	bool known;

	*w = (struct pt_write){0};
	if (!prefixes(&c, &rex, &op16, &b))
		return false;
	known = b == 0x0f ? opcode_0f(fetch(&c, 1), w, &o) : opcode_short(b, w, &o);
	modrm = fetch(&c, 1);
	if (!known || c.short_of)
		return false;
	if (o.group && !group_select(w, modrm >> 3 & 7))
		return false;
	w->size = o.byte ? 1 : rex & 8 ? 8 : op16 ? 2 : 4;
	if (rex & 8)
		op16 = false;
	if (!modrm_address(&c, modrm, rex, r, o.immediate == 4 && op16 ? 2 : o.immediate,
			   &w->address))
		return false;
	source_get(&c, &o, modrm, rex, op16, r, w);
	w->length = c.at;
	return !c.short_of;
}

/* --- execution ------------------------------------------------------------------- */

static void reg_write(struct regs *r, const struct pt_write *w, unsigned int reg, bool high, u64 v)
{
	u64 *p = reg_at(r, reg), mask = size_mask(w->size);

	if (high)
		*p = (*p & ~0xff00UL) | (v & 0xff) << 8;
	else if (w->size >= 4)
		*p = v & mask; /* 32-bit results clear the upper half */
	else
		*p = (*p & ~mask) | (v & mask);
}

static u64 flags_of(u64 v, unsigned int size)
{
	u64 f = 0;

	v &= size_mask(size);
	if (!v)
		f |= FLAG_ZF;
	if (v >> (size * 8 - 1))
		f |= FLAG_SF;
	if (!__builtin_parity((unsigned int)v & 0xff))
		f |= FLAG_PF;
	return f;
}

static u64 flags_add(u64 a, u64 b, unsigned int size)
{
	u64 sum = (a + b) & size_mask(size), f = flags_of(sum, size);

	if (sum < a)
		f |= FLAG_CF;
	if ((a ^ b ^ sum) & 0x10)
		f |= FLAG_AF;
	if ((~(a ^ b) & (a ^ sum)) >> (size * 8 - 1) & 1)
		f |= FLAG_OF;
	return f;
}

static u64 flags_sub(u64 a, u64 b, unsigned int size)
{
	u64 diff = (a - b) & size_mask(size), f = flags_of(diff, size);

	if (a < b)
		f |= FLAG_CF;
	if ((a ^ b ^ diff) & 0x10)
		f |= FLAG_AF;
	if (((a ^ b) & (a ^ diff)) >> (size * 8 - 1) & 1)
		f |= FLAG_OF;
	return f;
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
		flags_set(r, flags_sub(rax, old, w->size));
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
		flags_set(r, flags_add(old, src, w->size));
		break;
	case PT_SUB:
		out = old - src;
		flags_set(r, flags_sub(old, src, w->size));
		break;
	case PT_OR:
		out = old | src;
		flags_set(r, flags_of(out, w->size));
		break;
	case PT_AND:
		out = old & src;
		flags_set(r, flags_of(out, w->size));
		break;
	case PT_XOR:
		out = old ^ src;
		flags_set(r, flags_of(out, w->size));
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
