/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Port instructions. Two questions in turn: does the guest kernel let this code
 * do it (virtual IOPL, then the vCPU's bitmap), and does the domain have the
 * hardware. A domain without it reads ones and writes into nothing.
 */
#include "internal.h"
#include "errno.h"

/* Elements of a string operation done at once, before interrupts get their turn. */
#define STRING_ELEMENTS 64

/* The guest kernel counts as ring 1, or as ring 0 when it asked for the architectural IOPL. */
bool iopl_sufficient(const struct vcpu *v)
{
	unsigned int cpl = 3;

	if (v->kernel_mode)
		cpl = v->domain->vm_assist & BIT(PV_VMASST_TYPE_ARCHITECTURAL_IOPL) ? 0 : 1;
	return v->iopl >= cpl;
}

/* The bitmap is kernel memory, which is not there in user mode. */
static bool bitmap_read(struct vcpu *v, void *dst, vaddr_t at, size_t n)
{
	bool ok;

	if (!v->kernel_mode)
		root_enter_kernel();
	ok = !copy_from_guest(dst, at, n);
	if (!v->kernel_mode)
		root_enter_user(v);
	return ok;
}

static bool port_permitted(struct vcpu *v, u16 port, unsigned int bytes)
{
	u16 map = 0;

	if (iopl_sufficient(v))
		return true;
	if (!v->iobitmap || (u32)port + bytes > v->iobitmap_ports)
		return false;
	if (!bitmap_read(v, &map, v->iobitmap + port / 8, (port % 8 + bytes + 7) / 8))
		return false;
	return !(map >> port % 8 & ((1u << bytes) - 1));
}

static enum insn_result in_out(struct vcpu *v, struct regs *r, u16 port, unsigned int bytes,
			       bool out)
{
	u64 mask = bytes == 4 ? ~0UL : (1UL << bytes * 8) - 1; /* 4 bytes clear the upper half */
	u64 keep = bytes == 4 ? 0 : r->rax & ~mask;
	u32 value = r->rax;

	guest_port(v, port, bytes, out, &value);
	if (!out)
		r->rax = keep | (value & mask);
	return INSN_DONE;
}

/* One element; false when the guest's memory faulted and it has been told. */
static bool string_element(struct vcpu *v, u16 port, unsigned int bytes, vaddr_t at, bool out)
{
	u32 value = 0;
	/* The device's data must not be lost to a fault: probe before reading it. */
	bool ok = out ? !copy_from_guest(&value, at, bytes) : !copy_to_guest(at, &value, bytes);

	if (ok)
		guest_port(v, port, bytes, out, &value);
	if (ok && !out)
		ok = !copy_to_guest(at, &value, bytes);
	if (!ok)
		guest_page_fault(at, out ? 0 : PF_WRITE);
	return ok;
}

static enum insn_result string_io(struct vcpu *v, struct regs *r, const struct insn *i, u16 port,
				  unsigned int bytes, bool out)
{
	u64 mask = i->code64 && !i->address_override ? ~0UL : 0xffffffff;
	u64 *index = out ? &r->rsi : &r->rdi;
	u64 count = i->rep ? r->rcx & mask : 1;
	u64 step = r->rflags & RFLAGS_DF ? -(u64)bytes : bytes;

	if ((i->segment && out) || (!i->code64 && i->address_override))
		return INSN_FAULT;
	for (unsigned int done = 0; done < STRING_ELEMENTS && count; done++) {
		if (!string_element(v, port, bytes, *index & mask, out))
			return INSN_AGAIN;
		*index = (*index + step) & mask;
		count--;
		if (i->rep)
			r->rcx = count;
	}
	return count ? INSN_AGAIN : INSN_DONE;
}

enum insn_result port_instruction(struct vcpu *v, struct regs *r, const struct insn *i, u16 port)
{
	unsigned int bytes = !(i->opcode & 1) ? 1 : i->operand16 ? 2 : 4;
	bool out = i->opcode & 2, string = i->opcode < 0x70;

	if (!port_permitted(v, port, bytes))
		return INSN_FAULT;
	if (string)
		return string_io(v, r, i, port, bytes, out);
	return in_out(v, r, port, bytes, out);
}
