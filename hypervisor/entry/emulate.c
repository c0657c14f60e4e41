/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Privileged instructions that a guest executes natively: fetched once, decoded
 * by a decoder that knows exactly those that the ABI promises, done on the
 * vCPU's virtual registers. Anything else is the guest's own fault.
 */
#include "internal.h"
#include "hypercall.h"

/* --- the instruction and its registers ---------------------------------------- */

static unsigned int insn_fetch(const struct regs *r, u8 *bytes)
{
	unsigned int first = MIN(PAGE_SIZE - (r->rip & ~PAGE_MASK), (u64)INSN_MAX);

	if (copy_from_guest(bytes, r->rip, first))
		return 0;
	if (first < INSN_MAX && !copy_from_guest(bytes + first, r->rip + first, INSN_MAX - first))
		return INSN_MAX;
	return first;
}

/*
 * Is the guest's code segment a 64-bit one? A 16-bit one gives -EINVAL. A base of a 32-bit code
 * segment is taken for 0, as all guests have it; where it is not, the bytes seen are not the ones
 * executed, and at worst the guest gets a fault that it would not get on the bare CPU.
 */
static int code_segment_is_64(const struct regs *r)
{
	u32 rights;
	bool ok;

	if (likely((r->cs | 3) == PV_FLAT_RING3_CS64))
		return true;
	__asm__("lar %2, %0" : "=r"(rights), "=@ccz"(ok) : "r"((u32)r->cs));
	if (!ok)
		return -EINVAL;
	if (rights & BIT(21))
		return true;
	return rights & BIT(22) ? false : -EINVAL;
}

static u64 *insn_register(struct regs *r, unsigned int n)
{
	static const u8 offset[16] = {
		offsetof(struct regs, rax), offsetof(struct regs, rcx), offsetof(struct regs, rdx),
		offsetof(struct regs, rbx), offsetof(struct regs, rsp), offsetof(struct regs, rbp),
		offsetof(struct regs, rsi), offsetof(struct regs, rdi), offsetof(struct regs, r8),
		offsetof(struct regs, r9),  offsetof(struct regs, r10), offsetof(struct regs, r11),
		offsetof(struct regs, r12), offsetof(struct regs, r13), offsetof(struct regs, r14),
		offsetof(struct regs, r15),
	};

	return (u64 *)((u8 *)r + offset[n & 15]);
}

static void insn_retire(struct vcpu *v, struct regs *r, unsigned int length)
{
	r->rip += length;
	r->rflags &= ~RFLAGS_RF;
	if (unlikely(r->rflags & RFLAGS_TF)) {
		v->dr[6] |= DR6_DEFAULT | DR6_BS;
		guest_trap(EXC_DB, 0);
	}
}

/* --- control registers -------------------------------------------------------------- */

#define CR0_GUEST 0x80050033UL /* PG AM WP NE ET MP PE */

static bool cr_read(struct vcpu *v, unsigned int n, u64 *value)
{
	switch (n) {
	case 0:
		*value = CR0_GUEST | (v->cr0_ts ? CR0_TS : 0);
		return true;
	case 2:
		*value = v->cr2;
		return true;
	case 3:
		*value = mfn_paddr(v->kernel_root);
		return true;
	case 4:
		*value = v->cr4;
		return true;
	default:
		return false;
	}
}

/* What the guest may not choose stays as it is and does not fault: kernels turn PGE off and on. */
static u64 cr4_merge(u64 old, u64 wanted)
{
	u64 choice = CR4_TSD | CR4_DE;

	if (features.fsgsbase)
		choice |= CR4_FSGSBASE;
	if (features.xsave)
		choice |= CR4_OSXSAVE;
	return (old & ~choice) | (wanted & choice);
}

static bool cr_write(struct vcpu *v, unsigned int n, u64 value, bool *again)
{
	int rc;

	switch (n) {
	case 0:
		if ((value ^ CR0_GUEST) & ~CR0_TS)
			return false;
		context_set_ts(v, value & CR0_TS);
		return true;
	case 2:
		v->cr2 = value;
		WRITE_ONCE(v->info->arch.cr2, value);
		return true;
	case 3:
		rc = root_set_kernel(v, paddr_mfn(value));
		*again = rc == -ERESTART;
		return !rc || *again;
	case 4:
		v->cr4 = cr4_merge(v->cr4, value);
		context_set_cr4(v);
		return true;
	default:
		return false;
	}
}

/* --- instructions --------------------------------------------------------------------- */

static enum insn_result control_register(struct vcpu *v, struct regs *r, const struct insn *i)
{
	unsigned int n = (i->operand >> 3 & 7) | (i->rex & 4 ? 8 : 0);
	u64 *reg = insn_register(r, (i->operand & 7) | (i->rex & 1 ? 8 : 0));
	bool again = false, ok;

	switch (i->opcode) {
	case 0x0f20:
		ok = cr_read(v, n, reg);
		break;
	case 0x0f22:
		ok = cr_write(v, n, *reg, &again);
		break;
	case 0x0f21:
		ok = !debugreg_get(v, n, reg);
		break;
	default:
		ok = !debugreg_set(v, n, *reg);
		break;
	}
	return again ? INSN_AGAIN : ok ? INSN_DONE : INSN_FAULT;
}

static void set_edx_eax(struct regs *r, u64 value)
{
	r->rax = (u32)value;
	r->rdx = value >> 32;
}

static u64 edx_eax(const struct regs *r)
{
	return (u32)r->rax | r->rdx << 32;
}

static enum insn_result msr_instruction(struct vcpu *v, struct regs *r, const struct insn *i)
{
	/* Before the guest kernel can take a #GP, an MSR it probes for reads as 0. */
	bool early = !v->trap[EXC_GP].address, write = i->opcode == 0x0f30;
	u64 value = write ? edx_eax(r) : 0;
	int rc = write ? msr_guest_write(v, (u32)r->rcx, value)
		       : msr_guest_read(v, (u32)r->rcx, &value);

	if (rc && !early)
		return INSN_FAULT;
	if (!write)
		set_edx_eax(r, value);
	return INSN_DONE;
}

static enum insn_result xsetbv_rdtscp(struct vcpu *v, struct regs *r, const struct insn *i)
{
	if (i->operand == 0xd1)
		return (u32)r->rcx || !(v->cr4 & CR4_OSXSAVE) || context_set_xcr0(v, edx_eax(r))
			       ? INSN_FAULT
			       : INSN_DONE;
	if (i->operand != 0xf9 || !features.rdtscp)
		return INSN_FAULT;
	set_edx_eax(r, rdtsc());
	r->rcx = v->tsc_aux;
	return INSN_DONE;
}

static enum insn_result rdtsc_instruction(struct vcpu *v, struct regs *r, const struct insn *i)
{
	(void)v;
	(void)i;
	set_edx_eax(r, rdtsc());
	return INSN_DONE;
}

static enum insn_result cpuid_instruction(struct vcpu *v, struct regs *r, const struct insn *i)
{
	struct cpuid_leaf l = cpuid_guest(v, (u32)r->rax, (u32)r->rcx);

	(void)i;
	r->rax = l.a;
	r->rbx = l.b;
	r->rcx = l.c;
	r->rdx = l.d;
	return INSN_DONE;
}

static enum insn_result clts(struct vcpu *v, struct regs *r, const struct insn *i)
{
	(void)r;
	(void)i;
	context_set_ts(v, false);
	return INSN_DONE;
}

static enum insn_result wbinvd(struct vcpu *v, struct regs *r, const struct insn *i)
{
	(void)r;
	(void)i;
	if (v->domain->privileged)
		__asm__ volatile("wbinvd" ::: "memory");
	return INSN_DONE;
}

/* The virtual IF is the event mask, which these have nothing to do with. */
static enum insn_result cli_sti(struct vcpu *v, struct regs *r, const struct insn *i)
{
	(void)r;
	(void)i;
	return iopl_sufficient(v) ? INSN_DONE : INSN_FAULT;
}

/* --- decoder ------------------------------------------------------------------------ */

enum operand { OP_BARE, OP_IMM8, OP_MODRM };

/* All there is: opcodes, what follows them, and what they do. */
struct insn_row {
	u16 first, last;
	u8 operand;
	bool kernel; /* only the guest kernel may */
	enum insn_result (*fn)(struct vcpu *v, struct regs *r, const struct insn *i);
};

static const struct insn_row insn_rows[] = {
	{0x6c, 0x6f, OP_BARE, false, port_instruction}, /* INS, OUTS */
	{0xcd, 0xcd, OP_IMM8, false, NULL},		/* INT N: whatever the error code */
	{0xe4, 0xe7, OP_IMM8, false, port_instruction}, /* IN, OUT by number */
	{0xec, 0xef, OP_BARE, false, port_instruction}, /* and by DX */
	{0xfa, 0xfb, OP_BARE, false, cli_sti},
	{0x0f01, 0x0f01, OP_MODRM, true, xsetbv_rdtscp},
	{0x0f06, 0x0f06, OP_BARE, true, clts},
	{0x0f09, 0x0f09, OP_BARE, true, wbinvd},
	{0x0f20, 0x0f23, OP_MODRM, true, control_register}, /* MOV from and to CRn, DRn */
	{0x0f30, 0x0f30, OP_BARE, true, msr_instruction},   /* WRMSR */
	{0x0f31, 0x0f31, OP_BARE, true, rdtsc_instruction},
	{0x0f32, 0x0f32, OP_BARE, true, msr_instruction},    /* RDMSR */
	{0x0fa2, 0x0fa2, OP_BARE, false, cpuid_instruction}, /* CPUID faulting */
};

static bool prefix(u8 byte, struct insn *i)
{
	switch (byte) {
	case 0x66:
		i->operand16 = true;
		return true;
	case 0x67:
		i->address_override = true;
		return true;
	case 0xf2:
	case 0xf3:
		i->rep = true;
		return true;
	case 0x64:
	case 0x65:
		i->segment = byte;
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

static bool insn_decode(const u8 *bytes, unsigned int n, bool code64, struct insn *i)
{
	const struct insn_row *row = insn_rows;
	unsigned int at = 0;

	*i = (struct insn){.code64 = code64};
	while (at < n && prefix(bytes[at], i))
		at++;
	if (code64 && at < n && (bytes[at] & 0xf0) == 0x40)
		i->rex = bytes[at++];
	if (at < n && bytes[at] == 0x0f)
		i->opcode = bytes[at++] << 8;
	if (at >= n)
		return false;
	i->opcode |= bytes[at++];
	while (i->opcode < row->first || i->opcode > row->last)
		if (++row == insn_rows + ARRAY_SIZE(insn_rows))
			return false;
	if (row->operand != OP_BARE) {
		if (at >= n)
			return false;
		i->operand = bytes[at++];
	}
	i->row = row;
	i->length = at;
	return true;
}

void general_protection(struct vcpu *v, struct regs *r)
{
	u32 error_code = r->error_code;
	enum insn_result result = INSN_FAULT;
	u8 bytes[INSN_MAX];
	struct insn i;
	int code64;

	/* A selector was at fault; bit 1 marks a gate instead, as after INT N. */
	if ((error_code & 0xffff) && !(error_code & 2))
		goto fault;
	code64 = code_segment_is_64(r);
	if (code64 < 0 || !insn_decode(bytes, insn_fetch(r, bytes), code64, &i))
		goto fault;
	if (i.opcode == 0xcd) {
		int_n(v, r, i.operand, i.length);
		return;
	}
	if (!error_code && (v->kernel_mode || !i.row->kernel))
		result = i.row->fn(v, r, &i);
	if (result == INSN_DONE)
		insn_retire(v, r, i.length);
	if (result != INSN_FAULT)
		return;
fault:
	guest_trap(EXC_GP, error_code);
}

void invalid_opcode(struct vcpu *v, struct regs *r)
{
	static const u8 magic[] = {0x0f, 0x0b, 'x', 'e', 'n', 0x0f, 0xa2};
	u8 bytes[sizeof(magic)];

	if (copy_from_guest(bytes, r->rip, sizeof(bytes)) ||
	    memcmp(bytes, magic, sizeof(magic)) != 0) {
		guest_trap(EXC_UD, 0);
		return;
	}
	cpuid_instruction(v, r, NULL);
	insn_retire(v, r, sizeof(magic));
}
