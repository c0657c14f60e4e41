/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Privileged instructions that a guest executes natively: fetched once, and exactly
 * those that the ABI promises done on the vCPU's virtual registers. Anything else is
 * the guest's own fault.
 */
#include "internal.h"
#include "hypercall.h"

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

static enum insn_result cr_write(struct vcpu *v, unsigned int n, u64 value)
{
	int rc;

	switch (n) {
	case 0:
		if ((value ^ CR0_GUEST) & ~CR0_TS)
			return INSN_FAULT;
		context_set_ts(v, value & CR0_TS);
		return INSN_DONE;
	case 2:
		v->cr2 = value;
		WRITE_ONCE(v->info->arch.cr2, value);
		return INSN_DONE;
	case 3:
		rc = root_set(v, &v->kernel_root, paddr_mfn(value));
		return rc == -ERESTART ? INSN_AGAIN : rc ? INSN_FAULT : INSN_DONE;
	case 4:
		v->cr4 = cr4_merge(v->cr4, value);
		context_set_cr4(v);
		return INSN_DONE;
	default:
		return INSN_FAULT;
	}
}

/* --- instructions --------------------------------------------------------------------- */

static enum insn_result control_register(struct vcpu *v, struct regs *r, struct insn *i)
{
	u8 modrm = insn_take(i, 1);
	unsigned int n = (modrm >> 3 & 7) | (i->rex & 4 ? 8 : 0);
	u64 *reg = insn_register(r, (modrm & 7) | (i->rex & 1 ? 8 : 0));
	bool ok;

	if (i->cut_off)
		return INSN_FAULT;
	if (i->opcode == 0x0f22)
		return cr_write(v, n, *reg);
	if (i->opcode == 0x0f20)
		ok = cr_read(v, n, reg);
	else if (i->opcode == 0x0f21)
		ok = !debugreg_get(v, n, reg);
	else
		ok = !debugreg_set(v, n, *reg);
	return ok ? INSN_DONE : INSN_FAULT;
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

static enum insn_result msr_instruction(struct vcpu *v, struct regs *r, bool write)
{
	/* Before the guest kernel can take a #GP, an MSR it probes for reads as 0. */
	bool early = !v->trap[EXC_GP].address;
	u64 value = write ? edx_eax(r) : 0;
	int rc = write ? msr_guest_write(v, (u32)r->rcx, value)
		       : msr_guest_read(v, (u32)r->rcx, &value);

	if (rc && !early)
		return INSN_FAULT;
	if (!write)
		set_edx_eax(r, value);
	return INSN_DONE;
}

static enum insn_result xsetbv_rdtscp(struct vcpu *v, struct regs *r, u8 modrm)
{
	if (modrm == 0xd1)
		return (u32)r->rcx || !(v->cr4 & CR4_OSXSAVE) || context_set_xcr0(v, edx_eax(r))
			       ? INSN_FAULT
			       : INSN_DONE;
	if (modrm != 0xf9 || !features.rdtscp)
		return INSN_FAULT;
	set_edx_eax(r, rdtsc());
	r->rcx = v->tsc_aux;
	return INSN_DONE;
}

static void cpuid_emulate(struct vcpu *v, struct regs *r)
{
	struct cpuid_leaf l = cpuid_guest(v, (u32)r->rax, (u32)r->rcx);

	r->rax = l.a;
	r->rbx = l.b;
	r->rcx = l.c;
	r->rdx = l.d;
}

/* All there is; what follows the first switch only the guest kernel may. */
static enum insn_result execute(struct vcpu *v, struct regs *r, struct insn *i)
{
	u16 port;

	switch (i->opcode) {
	case 0xe4 ... 0xe7: /* IN, OUT by number */
		port = insn_take(i, 1);
		return i->cut_off ? INSN_FAULT : port_instruction(v, r, i, port);
	case 0xec ... 0xef: /* and by DX */
	case 0x6c ... 0x6f: /* INS, OUTS */
		return port_instruction(v, r, i, (u16)r->rdx);
	case 0xfa: /* CLI, STI: the virtual IF is the event mask, which they do not change */
	case 0xfb:
		return iopl_sufficient(v) ? INSN_DONE : INSN_FAULT;
	case 0x0fa2: /* CPUID faulting */
		cpuid_emulate(v, r);
		return INSN_DONE;
	}
	if (!v->kernel_mode)
		return INSN_FAULT;
	switch (i->opcode) {
	case 0x0f01:
		return xsetbv_rdtscp(v, r, (u8)insn_take(i, 1));
	case 0x0f06: /* CLTS */
		context_set_ts(v, false);
		return INSN_DONE;
	case 0x0f09:
		if (v->domain->privileged)
			__asm__ volatile("wbinvd" ::: "memory");
		return INSN_DONE;
	case 0x0f20 ... 0x0f23: /* MOV from and to CRn, DRn */
		return control_register(v, r, i);
	case 0x0f30: /* WRMSR */
	case 0x0f32: /* RDMSR */
		return msr_instruction(v, r, i->opcode == 0x0f30);
	case 0x0f31:
		set_edx_eax(r, rdtsc());
		return INSN_DONE;
	default:
		return INSN_FAULT;
	}
}

void general_protection(struct vcpu *v, struct regs *r)
{
	u32 error_code = r->error_code;
	enum insn_result result = INSN_FAULT;
	struct insn i;
	int code64;
	u8 vector;

	/* A selector was at fault; bit 1 marks a gate instead, as after INT N. */
	if ((error_code & 0xffff) && !(error_code & 2))
		goto fault;
	code64 = code_segment_is_64(r);
	if (code64 < 0 || !insn_fetch(&i, r) || !insn_start(&i, code64) || i.lock)
		goto fault;
	if (i.opcode == 0xcd) { /* INT N: whatever the error code */
		vector = insn_take(&i, 1);
		if (i.cut_off)
			goto fault;
		int_n(v, r, vector, i.length);
		return;
	}
	if (!error_code)
		result = execute(v, r, &i);
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
	cpuid_emulate(v, r);
	insn_retire(v, r, sizeof(magic));
}
