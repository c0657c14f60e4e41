/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Descriptor tables and the registers that lead into the hypervisor. The
 * hypervisor's segments stand at the same selectors in two places: in
 * hv_gdt_page, which every vCPU's descriptor window ends with, and in each CPU's
 * own page, which also has what one CPU alone needs (its TSS, the LDT in use)
 * and serves until a vCPU with a window runs.
 */
#include "arch.h"
#include "lib.h"
#include "boot.h"

#define GDT_FIRST_BYTE (GDT_HV_PAGE * PAGE_SIZE)
#define GDT_LIMIT      (GDT_FIRST_BYTE + PAGE_SIZE - 1)
#define TSS_SELECTOR   (GDT_FIRST_BYTE + 0x40)
#define LDT_SELECTOR   (GDT_FIRST_BYTE + 0x50)

#define SEG_HV_CODE    0x00af9b000000ffffUL
#define SEG_HV_DATA    0x00cf93000000ffffUL
#define SEG_GUEST_CS32 0x00cffb000000ffffUL
#define SEG_GUEST_DATA 0x00cff3000000ffffUL
#define SEG_GUEST_CS64 0x00affb000000ffffUL

struct tss {
	u32 reserved0;
	u64 rsp[3];
	u64 reserved1;
	u64 ist[7];
	u64 reserved2;
	u16 reserved3;
	u16 io_bitmap;
} __packed;

/* A CPU's page of its own (layout.h CPU_TABLES_PAGE). */
struct cpu_tables {
	u64 gdt[16]; /* of page 14: what is at selector 0xe000 and up */
	struct tss tss;
};

struct table_register {
	u16 limit;
	u64 base;
} __packed;

struct gate {
	u16 offset0, selector;
	u8 ist, type;
	u16 offset1;
	u32 offset2, reserved;
};

enum { IST_NONE, IST_MCE, IST_NMI, IST_DF, IST_DB };

u64 hv_gdt_page[PAGE_SIZE / 8] __aligned(PAGE_SIZE) = {
	[HV_CS % PAGE_SIZE / 8] = SEG_HV_CODE,
	[HV_DS % PAGE_SIZE / 8] = SEG_HV_DATA,
	[PV_FLAT_RING3_CS32 % PAGE_SIZE / 8] = SEG_GUEST_CS32,
	[PV_FLAT_RING3_DS32 % PAGE_SIZE / 8] = SEG_GUEST_DATA,
	[PV_FLAT_RING3_CS64 % PAGE_SIZE / 8] = SEG_GUEST_CS64,
};
struct syscall_slot syscall_slots[MAX_CPUS];
static struct gate idt[256] __aligned(PAGE_SIZE);

static char *cpu_page(const struct cpu *c, unsigned int page)
{
	return (char *)((u64)c & ~(CPU_STACK_SIZE - 1)) + page * PAGE_SIZE;
}

static struct cpu_tables *tables_of(const struct cpu *c)
{
	return (struct cpu_tables *)cpu_page(c, CPU_TABLES_PAGE);
}

/* A system descriptor takes two entries. */
static void set_system_descriptor(u64 *gdt, u16 selector, u64 base, u32 limit, u8 type)
{
	u64 *d = gdt + (selector - GDT_FIRST_BYTE) / 8;

	d[1] = base >> 32;
	d[0] = (limit & 0xffff) | (base & 0xffffff) << 16 | (u64)(0x80 | type) << 40 |
	       (u64)(limit >> 16 & 0xf) << 48 | (base >> 24 & 0xff) << 56;
}

static void load_gdt(u64 base, u16 limit)
{
	struct table_register r = {limit, base};

	__asm__ volatile("lgdt %0" ::"m"(r));
}

/* Also for an idle CPU: the window it had loaded goes when its vCPU does. */
void descriptors_load_own(const struct cpu *c)
{
	load_gdt((u64)tables_of(c)->gdt - GDT_FIRST_BYTE, GDT_FIRST_BYTE + sizeof(u64[16]) - 1);
}

/* Guests may raise the breakpoint vectors and their system-call vector with INT n. */
static void make_idt(void)
{
	static const u8 ist[256] = {[1] = IST_DB, [2] = IST_NMI, [8] = IST_DF, [18] = IST_MCE};

	for (unsigned int i = 0; i < 256; i++) {
		u64 to = idt_stubs[i];
		u8 dpl = i == 3 || i == 4 || i == 0x80 ? 3 : 0;

		idt[i] = (struct gate){
			.offset0 = to,
			.selector = HV_CS,
			.ist = ist[i],
			.type = 0x8e | dpl << 5,
			.offset1 = to >> 16,
			.offset2 = to >> 32,
		};
	}
}

static void load_tables(struct cpu *c)
{
	struct cpu_tables *t = tables_of(c);
	struct table_register r = {sizeof(idt) - 1, (u64)idt};

	memcpy(t->gdt, hv_gdt_page, sizeof(t->gdt));
	memset(&t->tss, 0, sizeof(t->tss));
	t->tss.rsp[0] = (u64)(c + 1);
	t->tss.ist[IST_MCE - 1] = (u64)cpu_page(c, CPU_IST_MCE_PAGE + 1);
	t->tss.ist[IST_NMI - 1] = (u64)cpu_page(c, CPU_IST_NMI_PAGE + 1);
	t->tss.ist[IST_DF - 1] = (u64)cpu_page(c, CPU_IST_DF_PAGE + 1);
	t->tss.ist[IST_DB - 1] = (u64)cpu_page(c, CPU_IST_DB_PAGE + 1);
	t->tss.io_bitmap = sizeof(t->tss);
	set_system_descriptor(t->gdt, TSS_SELECTOR, (u64)&t->tss, sizeof(t->tss) - 1, 9);

	descriptors_load_own(c);
	__asm__ volatile("pushq %0\n\t"
			 "leaq 1f(%%rip), %%rax\n\t"
			 "pushq %%rax\n\t"
			 "lretq\n"
			 "1:\n\t"
			 "movl %1, %%ss\n\t"
			 "movl %2, %%ds\n\t"
			 "movl %2, %%es\n\t"
			 "movl %2, %%fs\n\t"
			 "movl %2, %%gs\n\t"
			 "lldt %w2"
			 :
			 : "i"(HV_CS), "r"(HV_DS), "r"(0)
			 : "rax", "memory");
	__asm__ volatile("ltr %w0" ::"r"((u16)TSS_SELECTOR));
	__asm__ volatile("lidt %0" ::"m"(r));
}

/* SYSCALL clears these; a guest's own values are in R11. */
#define SYSCALL_CLEARS                                                                         \
	(RFLAGS_TF | RFLAGS_IF | RFLAGS_DF | RFLAGS_IOPL | RFLAGS_NT | RFLAGS_RF | RFLAGS_VM | \
	 RFLAGS_AC)

static void set_syscall_registers(struct cpu *c)
{
	syscall_slots[c->id].stack_top = (u64)(c + 1);
	wrmsr(MSR_STAR, (u64)PV_FLAT_RING3_CS32 << 48 | (u64)HV_CS << 32);
	wrmsr(MSR_LSTAR, (u64)syscall_stubs + c->id * SYSCALL_STUB_SIZE);
	wrmsr(MSR_CSTAR, (u64)syscall_stubs_compat + c->id * SYSCALL_STUB_SIZE);
	wrmsr(MSR_SYSCALL_MASK, SYSCALL_CLEARS);
	/* Other processors than Intel's know no SYSENTER in long mode. */
	if (features.intel) {
		wrmsr(MSR_SYSENTER_CS, HV_CS);
		wrmsr(MSR_SYSENTER_ESP, (u64)(c + 1));
		wrmsr(MSR_SYSENTER_EIP, (u64)sysenter_entry);
	}
}

static void set_control_registers(struct cpu *c)
{
	/* Paging, write protection and native FPU errors on; caches on, no emulation. */
	u64 cr0 = BIT(31) | BIT(16) | BIT(5) | BIT(4) | BIT(1) | BIT(0);

	c->cr4 = CR4_DE | CR4_PAE | CR4_MCE | CR4_OSFXSR | CR4_OSXMMEXCPT;
	if (features.pge)
		c->cr4 |= CR4_PGE;
	if (features.smep && options.smep)
		c->cr4 |= CR4_SMEP;
	if (features.smap && options.smap)
		c->cr4 |= CR4_SMAP;
	if (features.xsave)
		c->cr4 |= CR4_OSXSAVE;
	__asm__ volatile("mov %0, %%cr0" ::"r"(cr0));
	write_cr4(c->cr4);
	c->cr4_base = c->cr4;
	if (features.xsave) {
		c->xcr0 = 3;
		__asm__ volatile("xsetbv" ::"c"(0), "a"(3), "d"(0));
	}
	wrmsr(MSR_EFER, rdmsr(MSR_EFER) | BIT(0) | (features.nx ? BIT(11) : 0));
	wrmsr(MSR_PAT, PAT_VALUE);
}

/*
 * Gates leave AC as the guest had it, so entry.S has a CLAC on each path, and all
 * accesses to guest memory have a pair: no-ops of the same length until it is known
 * that the CPU has the instructions. 0f 1f 00 becomes CLAC (0f 01 ca) and 0f 1f 01
 * STAC (0f 01 cb). Call while the text can still be written.
 */
void smap_patch(void)
{
	if (!features.smap || !options.smap)
		return;
	for (u8 *const *site = smap_sites_start; site < smap_sites_end; site++) {
		(*site)[1] = 0x01;
		(*site)[2] += 0xca;
	}
}

void cpu_init(struct cpu *c)
{
	if (!c->id)
		make_idt();
	load_tables(c);
	set_control_registers(c);
	set_syscall_registers(c);
	__asm__ volatile("mov %0, %%dr7" ::"r"(0x400UL));
}

/*
 * LLDT needs its descriptor in the table that is loaded, and the window's last
 * page is everybody's: so load the LDT from the CPU's own table first.
 */
void descriptors_load(struct vcpu *v)
{
	struct cpu *c = this_cpu();

	if (v->ldt_entries) {
		set_system_descriptor(tables_of(c)->gdt, LDT_SELECTOR,
				      v->desc_window + DESC_WINDOW_LDT, v->ldt_entries * 8 - 1, 2);
		descriptors_load_own(c);
		__asm__ volatile("lldt %w0" ::"r"((u16)LDT_SELECTOR));
		c->ldt_loaded = true;
	} else if (c->ldt_loaded) {
		__asm__ volatile("lldt %w0" ::"r"(0));
		c->ldt_loaded = false;
	}
	load_gdt(v->desc_window, GDT_LIMIT);
}
