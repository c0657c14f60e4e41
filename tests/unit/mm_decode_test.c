/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The decoder of page-table writes: each known encoding, each refused one, and
 * what the instructions do, compared with this machine's own CPU.
 */
#include "../../hypervisor/mm/insn.c"
#include "../../hypervisor/mm/pt_decode.c"
#include "unit.h"

#define CHECKED_FLAGS (FLAG_CF | FLAG_PF | FLAG_ZF | FLAG_SF | FLAG_OF)

static const struct regs sample = {
	.rax = 0x1111111111111111,
	.rcx = 0x2222222222222203,
	.rdx = 0x3333333333333333,
	.rbx = 0x4000,
	.rsp = 0x5000,
	.rbp = 0x6000,
	.rsi = 0x7000,
	.rdi = 0x8000,
	.r8 = 0x9000,
	.r9 = 0xa0a0a0a0a0a0a0a0,
	.r10 = 0x10,
	.r12 = 0xc000,
	.r13 = 0xd000,
	.r15 = 0xfedcba9876543210,
	.rip = 0x100000,
};

static const struct {
	const char *text;
	u8 code[15], n;
	enum pt_write_kind kind;
	u8 size;
	u64 source;
	vaddr_t address;
} known[] = {
	{"mov %rax,(%rdi)", {0x48, 0x89, 0x07}, 3, PT_MOV, 8, 0x1111111111111111, 0x8000},
	{"mov %r15,8(%rdi)", {0x4c, 0x89, 0x7f, 0x08}, 4, PT_MOV, 8, 0xfedcba9876543210, 0x8008},
	{"mov %rax,(%r12)", {0x49, 0x89, 0x04, 0x24}, 4, PT_MOV, 8, 0x1111111111111111, 0xc000},
	{"mov %rax,(%r13)", {0x49, 0x89, 0x45, 0x00}, 4, PT_MOV, 8, 0x1111111111111111, 0xd000},
	{"mov %rax,(%rbx,%r10,8)",
	 {0x4a, 0x89, 0x04, 0xd3},
	 4,
	 PT_MOV,
	 8,
	 0x1111111111111111,
	 0x4080},
	{"mov %eax,-8(%rsi)", {0x89, 0x46, 0xf8}, 3, PT_MOV, 4, 0x11111111, 0x6ff8},
	{"mov %ax,(%rsi)", {0x66, 0x89, 0x06}, 3, PT_MOV, 2, 0x1111, 0x7000},
	{"mov %cl,(%rsi)", {0x88, 0x0e}, 2, PT_MOV, 1, 0x03, 0x7000},
	{"mov %bh,(%rsi)", {0x88, 0x3e}, 2, PT_MOV, 1, 0x40, 0x7000},
	{"mov %dil,(%rsi)", {0x40, 0x88, 0x3e}, 3, PT_MOV, 1, 0x00, 0x7000},
	{"movq $-2,(%rdi)", {0x48, 0xc7, 0x07, 0xfe, 0xff, 0xff, 0xff}, 7, PT_MOV, 8, ~1UL, 0x8000},
	{"movw $0x1234,(%rdi)", {0x66, 0xc7, 0x07, 0x34, 0x12}, 5, PT_MOV, 2, 0x1234, 0x8000},
	{"movb $5,(%rdi)", {0xc6, 0x07, 0x05}, 3, PT_MOV, 1, 5, 0x8000},
	{"movq $0,0x10(%rip)",
	 {0x48, 0xc7, 0x05, 0x10, 0, 0, 0, 0, 0, 0, 0},
	 11,
	 PT_MOV,
	 8,
	 0,
	 0x10001b},
	{"movq %rax,0x1000",
	 {0x48, 0x89, 0x04, 0x25, 0x00, 0x10, 0, 0},
	 8,
	 PT_MOV,
	 8,
	 0x1111111111111111,
	 0x1000},
	{"movnti %rax,(%rdi)", {0x48, 0x0f, 0xc3, 0x07}, 4, PT_MOV, 8, 0x1111111111111111, 0x8000},
	{"xchg %rax,(%rdi)", {0x48, 0x87, 0x07}, 3, PT_XCHG, 8, 0x1111111111111111, 0x8000},
	{"lock cmpxchg %rdx,(%rdi)",
	 {0xf0, 0x48, 0x0f, 0xb1, 0x17},
	 5,
	 PT_CMPXCHG,
	 8,
	 0x3333333333333333,
	 0x8000},
	{"ds cmpxchg %rdx,(%rdi)",
	 {0x3e, 0x48, 0x0f, 0xb1, 0x17},
	 5,
	 PT_CMPXCHG,
	 8,
	 0x3333333333333333,
	 0x8000},
	{"lock xadd %rdx,(%rdi)",
	 {0xf0, 0x48, 0x0f, 0xc1, 0x17},
	 5,
	 PT_XADD,
	 8,
	 0x3333333333333333,
	 0x8000},
	{"lock andb $0xfd,(%rdi)", {0xf0, 0x80, 0x27, 0xfd}, 4, PT_AND, 1, 0xfd, 0x8000},
	{"lock andq $-3,(%rdi)", {0xf0, 0x48, 0x83, 0x27, 0xfd}, 5, PT_AND, 8, ~2UL, 0x8000},
	{"lock orq $0x40,(%rdi)", {0xf0, 0x48, 0x83, 0x0f, 0x40}, 5, PT_OR, 8, 0x40, 0x8000},
	{"lock and %rdx,(%rdi)",
	 {0xf0, 0x48, 0x21, 0x17},
	 4,
	 PT_AND,
	 8,
	 0x3333333333333333,
	 0x8000},
	{"xorl $0x1000,(%rdi)", {0x81, 0x37, 0x00, 0x10, 0, 0}, 6, PT_XOR, 4, 0x1000, 0x8000},
	{"lock btrq $5,(%rdi)", {0xf0, 0x48, 0x0f, 0xba, 0x37, 0x05}, 6, PT_BTR, 8, 5, 0x8000},
	{"lock btsq $63,(%rdi)", {0xf0, 0x48, 0x0f, 0xba, 0x2f, 0x3f}, 6, PT_BTS, 8, 63, 0x8000},
	{"btcl $33,(%rdi)", {0x0f, 0xba, 0x3f, 0x21}, 4, PT_BTC, 4, 1, 0x8000},
	{"lock btr %r10,(%rdi)", {0xf0, 0x4c, 0x0f, 0xb3, 0x17}, 5, PT_BTR, 8, 16, 0x8000},
	{"bts %rbx,(%rdi)", {0x48, 0x0f, 0xab, 0x1f}, 4, PT_BTS, 8, 0, 0x8000 + 0x4000 / 64 * 8},
	{"add %al,(%rax,%rcx)", {0x00, 0x04, 0x08}, 3, PT_ADD, 1, 0x11, 0x3333333333333314},
};

static const struct {
	const char *text;
	u8 code[15], n;
} refused[] = {
	{"mov %rax,%gs:(%rdi)", {0x65, 0x48, 0x89, 0x07}, 4},
	{"mov %rax,%fs:(%rdi)", {0x64, 0x48, 0x89, 0x07}, 4},
	{"mov %rax,(%edi)", {0x67, 0x48, 0x89, 0x07}, 4},
	{"rep stos", {0xf3, 0x48, 0xab}, 3},
	{"mov %rax,%rdi", {0x48, 0x89, 0xc7}, 3},
	{"mov (%rdi),%rax", {0x48, 0x8b, 0x07}, 3},
	{"push", {0x50}, 1},
	{"adc $1,(%rdi)", {0x48, 0x83, 0x17, 0x01}, 4},
	{"cmp $1,(%rdi)", {0x48, 0x83, 0x3f, 0x01}, 4},
	{"bt $1,(%rdi)", {0x48, 0x0f, 0xba, 0x27, 0x01}, 5},
	{"cmpxchg16b (%rdi)", {0x48, 0x0f, 0xc7, 0x0f}, 4},
	{"c7 /1", {0x48, 0xc7, 0x0f, 0, 0, 0, 0}, 7},
	{"prefixes alone",
	 {0xf0, 0xf0, 0xf0, 0xf0, 0xf0, 0xf0, 0xf0, 0xf0, 0xf0, 0xf0, 0xf0, 0xf0, 0xf0, 0xf0, 0xf0},
	 15},
};

int copy_from_guest(void *dst, vaddr_t src, size_t n) /* insn_fetch()'s, which is not used here */
{
	(void)dst;
	(void)src;
	(void)n;
	return -EFAULT;
}

/* Decode \p n bytes as if they had been fetched. */
static bool decode(const u8 *code, unsigned int n, struct pt_write *w, unsigned int *length)
{
	struct insn i = {.fetched = (u8)n};
	bool ok;

	memcpy(i.bytes, code, n);
	ok = pt_write_decode(&i, &sample, w);
	*length = i.length;
	return ok;
}

static void test_known(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		struct pt_write w;
		unsigned int n, length;
		bool ok = decode(known[i].code, 15, &w, &length);

		ok = ok && w.kind == known[i].kind && w.size == known[i].size &&
		     length == known[i].n && w.source == known[i].source &&
		     w.address == known[i].address;
		for (n = 0; n < known[i].n; n++) /* cut off: refused, wherever */
			ok = ok && !decode(known[i].code, n, &w, &length);
		if (!ok)
			printf("\n  %s", known[i].text);
		CU_ASSERT_TRUE(ok);
	}
}

static void test_refused(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		struct pt_write w;
		unsigned int length;
		bool ok = !decode(refused[i].code, 15, &w, &length);

		if (!ok)
			printf("\n  %s", refused[i].text);
		CU_ASSERT_TRUE(ok);
	}
}

/* The same instruction on the CPU: memory at RDI, source in RDX, RAX for cmpxchg. */
#define NATIVE(name, type, text)                                                           \
	static void native_##name(u64 *m, u64 *rdx, u64 *rax, u64 *flags)                  \
	{                                                                                  \
		__asm__ volatile(text "\n\tpushfq\n\tpop %3"                               \
				 : "+m"(*(type *)m), "+d"(*rdx), "+a"(*rax), "=&r"(*flags) \
				 :                                                         \
				 : "cc", "memory");                                        \
	}
NATIVE(add8, u64, "addq %1, %0")
NATIVE(or8, u64, "orq %1, %0")
NATIVE(and8, u64, "andq %1, %0")
NATIVE(sub8, u64, "subq %1, %0")
NATIVE(xor8, u64, "xorq %1, %0")
NATIVE(xchg8, u64, "xchgq %1, %0")
NATIVE(xadd8, u64, "lock xaddq %1, %0")
NATIVE(cmpxchg8, u64, "lock cmpxchgq %1, %0")
NATIVE(add4, u32, "addl %k1, %0")
NATIVE(or4, u32, "orl %k1, %0")
NATIVE(and4, u32, "andl %k1, %0")
NATIVE(sub4, u32, "subl %k1, %0")
NATIVE(xchg4, u32, "xchgl %k1, %0")
NATIVE(xadd4, u32, "lock xaddl %k1, %0")
NATIVE(cmpxchg4, u32, "lock cmpxchgl %k1, %0")
NATIVE(xor2, u16, "xorw %w1, %0")
NATIVE(add2, u16, "addw %w1, %0")
NATIVE(sub1, u8, "subb %b1, %0")
NATIVE(and1, u8, "andb %b1, %0")
NATIVE(xadd1, u8, "lock xaddb %b1, %0")
NATIVE(cmpxchg1, u8, "lock cmpxchgb %b1, %0")

static const struct {
	enum pt_write_kind kind;
	u8 size;
	void (*native)(u64 *m, u64 *rdx, u64 *rax, u64 *flags);
} executed[] = {
	{PT_ADD, 8, native_add8},	  {PT_OR, 8, native_or8},
	{PT_AND, 8, native_and8},	  {PT_SUB, 8, native_sub8},
	{PT_XOR, 8, native_xor8},	  {PT_XCHG, 8, native_xchg8},
	{PT_XADD, 8, native_xadd8},	  {PT_CMPXCHG, 8, native_cmpxchg8},
	{PT_ADD, 4, native_add4},	  {PT_OR, 4, native_or4},
	{PT_AND, 4, native_and4},	  {PT_SUB, 4, native_sub4},
	{PT_XCHG, 4, native_xchg4},	  {PT_XADD, 4, native_xadd4},
	{PT_CMPXCHG, 4, native_cmpxchg4}, {PT_XOR, 2, native_xor2},
	{PT_ADD, 2, native_add2},	  {PT_SUB, 1, native_sub1},
	{PT_AND, 1, native_and1},	  {PT_XADD, 1, native_xadd1},
	{PT_CMPXCHG, 1, native_cmpxchg1},
};

static const u64 operands[] = {0,
			       1,
			       2,
			       0x7f,
			       0x80,
			       0xff,
			       0x7fff,
			       0x8000,
			       0x7fffffff,
			       0x80000000,
			       0xffffffff,
			       0x7fffffffffffffff,
			       0x8000000000000000,
			       ~0UL,
			       0x123456789abcdef0};
#define OPERANDS ARRAY_SIZE(operands)

static void test_executed(void)
{
	for (size_t k = 0; k < ARRAY_SIZE(executed); k++) {
		unsigned int wrong = 0;

		for (size_t i = 0; i < OPERANDS * OPERANDS * 4; i++) {
			u64 old = operands[i % OPERANDS], src = operands[i / OPERANDS % OPERANDS];
			u64 mask = size_mask(executed[k].size);
			u64 m = old, rdx = src, rax = i / OPERANDS / OPERANDS & 1 ? old : ~old,
			    flags;
			struct regs r = {.rdx = rdx, .rax = rax};
			struct pt_write w = {.kind = executed[k].kind,
					     .size = executed[k].size,
					     .reg = 2,
					     .source = src & mask};
			u64 part = old & mask, result;

			executed[k].native(&m, &rdx, &rax, &flags);
			if (pt_write_apply(&w, old, &part, &r))
				result = (old & ~mask) | part;
			else
				result = old;
			wrong += result != m || r.rdx != rdx || r.rax != rax;
			if (w.kind != PT_XCHG)
				wrong += ((r.rflags ^ flags) & CHECKED_FLAGS) != 0;
		}
		if (wrong)
			printf("\n  kind %d size %d", executed[k].kind, executed[k].size);
		CU_ASSERT_EQUAL(wrong, 0);
	}
}

static void test_bits(void)
{
	for (u64 bit = 0; bit < 64; bit++) {
		for (int set = 0; set < 2; set++) {
			u64 old = set ? ~0UL : 0, out;
			struct regs r = {.rflags = FLAG_ZF | FLAG_OF};
			struct pt_write w = {.kind = PT_BTR, .size = 8, .source = bit};

			CU_ASSERT_TRUE(pt_write_apply(&w, old, &out, &r));
			CU_ASSERT_EQUAL(out, old & ~BIT(bit));
			CU_ASSERT_EQUAL(r.rflags, FLAG_ZF | FLAG_OF | (u64)set);
			w.kind = PT_BTS;
			CU_ASSERT_TRUE(pt_write_apply(&w, old, &out, &r));
			CU_ASSERT_EQUAL(out, old | BIT(bit));
			w.kind = PT_BTC;
			CU_ASSERT_TRUE(pt_write_apply(&w, old, &out, &r));
			CU_ASSERT_EQUAL(out, old ^ BIT(bit));
		}
	}
}

/* Whatever bytes come: no read beyond them (the sanitizer sees), no length beyond 15. */
static void test_any_bytes(void)
{
	u32 seed = 1;

	for (unsigned int i = 0; i < 1000000; i++) {
		u8 code[15];
		struct pt_write w;
		unsigned int n = 1 + i % 15, length;

		for (unsigned int j = 0; j < n; j++) {
			seed = seed * 1664525 + 1013904223;
			code[j] = (u8)(seed >> 16);
		}
		if (decode(code, n, &w, &length)) {
			struct regs r = sample;
			u64 out = 0;

			CU_ASSERT_TRUE_FATAL(length <= n && (w.size & (w.size - 1)) == 0);
			pt_write_apply(&w, seed, &out, &r);
			CU_ASSERT_TRUE_FATAL(!(out & ~size_mask(w.size)));
		}
	}
}

UNIT_MAIN("mm: page-table writes", UNIT_TEST(test_known), UNIT_TEST(test_refused),
	  UNIT_TEST(test_executed), UNIT_TEST(test_bits), UNIT_TEST(test_any_bytes))
