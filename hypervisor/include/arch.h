/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The CPU itself: registers, descriptor tables, FPU, and moving a vCPU's state
 * between its structure and the hardware. (arch/, and platform/ interrupts.)
 */
#ifndef PAVISE_ARCH_H
#define PAVISE_ARCH_H

#include "domain.h"

/* --- instructions -------------------------------------------------------------- */

static inline u64 rdmsr(u32 msr)
{
	u32 lo, hi;

	__asm__ volatile("rdmsr" : "=a"(lo), "=d"(hi) : "c"(msr));
	return lo | (u64)hi << 32;
}
static inline void wrmsr(u32 msr, u64 v)
{
	__asm__ volatile("wrmsr" ::"c"(msr), "a"((u32)v), "d"((u32)(v >> 32)) : "memory");
}
/* Of a register that may not exist: 0 or -EFAULT. */
int rdmsr_safe(u32 msr, u64 *v);
static inline u64 rdtsc(void)
{
	u32 lo, hi;

	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi));
	return lo | (u64)hi << 32;
}
static inline u8 inb(u16 p)
{
	u8 v;

	__asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(p));
	return v;
}
static inline u16 inw(u16 p)
{
	u16 v;

	__asm__ volatile("inw %1, %0" : "=a"(v) : "Nd"(p));
	return v;
}
static inline u32 inl(u16 p)
{
	u32 v;

	__asm__ volatile("inl %1, %0" : "=a"(v) : "Nd"(p));
	return v;
}
static inline void outb(u8 v, u16 p)
{
	__asm__ volatile("outb %0, %1" ::"a"(v), "Nd"(p));
}
static inline void outw(u16 v, u16 p)
{
	__asm__ volatile("outw %0, %1" ::"a"(v), "Nd"(p));
}
static inline void outl(u32 v, u16 p)
{
	__asm__ volatile("outl %0, %1" ::"a"(v), "Nd"(p));
}
struct cpuid_leaf {
	u32 a, b, c, d;
};
static inline struct cpuid_leaf cpuid(u32 leaf, u32 sub)
{
	struct cpuid_leaf r;

	__asm__ volatile("cpuid"
			 : "=a"(r.a), "=b"(r.b), "=c"(r.c), "=d"(r.d)
			 : "0"(leaf), "2"(sub));
	return r;
}
static inline u64 read_cr2(void)
{
	u64 v;

	__asm__ volatile("mov %%cr2, %0" : "=r"(v));
	return v;
}
static inline u64 read_cr3(void)
{
	u64 v;

	__asm__ volatile("mov %%cr3, %0" : "=r"(v));
	return v;
}
static inline void write_cr3(u64 v)
{
	__asm__ volatile("mov %0, %%cr3" ::"r"(v) : "memory");
}
static inline void write_cr4(u64 v)
{
	__asm__ volatile("mov %0, %%cr4" ::"r"(v) : "memory");
}
static inline void invlpg(vaddr_t va)
{
	__asm__ volatile("invlpg (%0)" ::"r"(va) : "memory");
}
static inline void cpu_pause(void)
{
	__asm__ volatile("pause" ::: "memory");
}
/*
 * Open and close the hypervisor's door to user-accessible memory (SMAP): no-ops of
 * three bytes, which smap_patch() makes STAC and CLAC where SMAP is used.
 */
#ifdef PAVISE_HOST_TEST
#define SMAP_SITE(nop)
#else
#define SMAP_SITE(nop)                                    \
	__asm__ volatile("1: " nop "\n\t"                 \
			 ".pushsection __smap, \"a\"\n\t" \
			 ".quad 1b\n\t"                   \
			 ".popsection" ::                 \
				 : "memory")
#endif
static inline void user_access_begin(void)
{
	SMAP_SITE("nopl (%%rcx)");
}
static inline void user_access_end(void)
{
	SMAP_SITE("nopl (%%rax)");
}

#define MSR_APIC_BASE	   0x1b
#define MSR_PAT		   0x277
#define MSR_EFER	   0xc0000080
#define MSR_STAR	   0xc0000081
#define MSR_LSTAR	   0xc0000082
#define MSR_CSTAR	   0xc0000083
#define MSR_SYSCALL_MASK   0xc0000084
#define MSR_FS_BASE	   0xc0000100
#define MSR_GS_BASE	   0xc0000101
#define MSR_KERNEL_GS_BASE 0xc0000102
#define MSR_TSC_AUX	   0xc0000103
#define MSR_SYSENTER_CS	   0x174
#define MSR_SYSENTER_ESP   0x175
#define MSR_SYSENTER_EIP   0x176
#define PAT_VALUE	   0x0000050100070406UL /* WB WT UC- UC WC WP UC UC: part of the ABI */

#define RFLAGS_ONE  BIT(1)
#define RFLAGS_TF   BIT(8)
#define RFLAGS_IF   BIT(9)
#define RFLAGS_DF   BIT(10)
#define RFLAGS_IOPL (3UL << 12)
#define RFLAGS_NT   BIT(14)
#define RFLAGS_RF   BIT(16)
#define RFLAGS_VM   BIT(17)
#define RFLAGS_AC   BIT(18)

#define CR0_TS	       BIT(3)
#define CR4_TSD	       BIT(2)
#define CR4_DE	       BIT(3)
#define CR4_PAE	       BIT(5)
#define CR4_MCE	       BIT(6)
#define CR4_PGE	       BIT(7)
#define CR4_OSFXSR     BIT(9)
#define CR4_OSXMMEXCPT BIT(10)
#define CR4_FSGSBASE   BIT(16)
#define CR4_OSXSAVE    BIT(18)
#define CR4_SMEP       BIT(20)
#define CR4_SMAP       BIT(21)
/* What every vCPU sees as set and cannot clear. */
#define CR4_VISIBLE (CR4_PAE | CR4_MCE | CR4_OSFXSR | CR4_OSXMMEXCPT)

static inline bool canonical(u64 va)
{
	return (s64)(va << 16) >> 16 == (s64)va;
}

/* --- features (arch/features.c) -------------------------------------------------- */

struct cpu_features {
	bool nx, smep, smap, fsgsbase, xsave, xsaveopt, rdtscp, rdpid, pge, page1g, intel, x2apic,
		tsc_deadline, invariant_tsc;
	u64 xcr0_mask;	/* state components that guests may use */
	u32 xsave_size; /* bytes of a vCPU's FPU area for xcr0_mask */
	u32 paddr_bits;
};
extern struct cpu_features features;
void features_init(void);

/* Leave of \p native only what guests may see. Pure (entry/cpuid.c). */
struct cpuid_leaf cpuid_policy(struct cpuid_leaf native, u32 leaf, u32 sub);

/* --- descriptor tables (arch/descriptors.c) ------------------------------------------ */

#define HV_CS	    0xe008
#define HV_DS	    0xe010
#define GDT_HV_PAGE 14	  /* of a descriptor window: entries 7168.. */
extern u64 hv_gdt_page[]; /* one page, mapped into every window */

/*
 * What entry/entry.S exports. SYSCALL comes with neither a stack nor a free
 * register, so each CPU has a stub of its own (SYSCALL_STUB_SIZE bytes apart):
 * it saves RSP in the CPU's slot and takes its stack from there, both
 * RIP-relative, before it jumps to the common path.
 */
#define SYSCALL_STUB_SIZE 32
struct syscall_slot {
	u64 guest_rsp;
	u64 stack_top; /* right behind the CPU's struct cpu, set by cpu_init() */
} __aligned(64);
extern struct syscall_slot syscall_slots[MAX_CPUS]; /* arch/descriptors.c */
extern const char syscall_stubs[], syscall_stubs_compat[];
extern const char sysenter_entry[];
extern const u64 idt_stubs[256]; /* addresses of the entry points of all vectors */
extern u8 *const smap_sites_start[], *const smap_sites_end[]; /* the no-ops, pavise.lds */
/* Make STAC and CLAC of them where SMAP is used; while the text is still writable. */
void smap_patch(void);

/* GDT, IDT, TSS, SYSCALL registers, CR0/CR4/EFER/PAT of this CPU. */
void cpu_init(struct cpu *c);

/* --- vCPU state (arch/context.c) ------------------------------------------------------ */

/* Save the current vCPU's segments, debug registers and FPU; load the next one's. */
void context_save(struct vcpu *v);
void context_load(struct vcpu *v);
int context_create(struct vcpu *v); /* FPU area and initial values; 0 or -ENOMEM */
void context_destroy(struct vcpu *v);
/*
 * Make the other GS base the live one, when the mode changes. While a vCPU runs
 * the idle base waits in KERNEL_GS_BASE, so this is one instruction.
 */
static inline void context_swap_gs(void)
{
	__asm__ volatile("swapgs" ::: "memory");
}
/* Write the virtual CR4 bits a guest controls, XCR0 (checked by the caller) and so on. */
void context_set_cr4(struct vcpu *v);
int context_set_xcr0(struct vcpu *v, u64 xcr0);
/* Set virtual CR0.TS of the running vCPU: #NM at its next FPU instruction. */
void context_set_ts(struct vcpu *v, bool ts);
/* Segment bases by PV_SEGBASE_FS, _GS_USER, _GS_KERNEL; of the current or of a stopped vCPU. */
u64 context_get_base(struct vcpu *v, unsigned int which);
void context_set_base(struct vcpu *v, unsigned int which, u64 base);
void context_set_gs_selector(struct vcpu *v, u16 sel);
/* Debug registers: value checks are the caller's. */
void context_load_debug(struct vcpu *v);
/* Flush the window's GDT/LDT pages and load GDTR/LDTR for \p v. */
void descriptors_load(struct vcpu *v);
/* This CPU's own tables, which are always there: for when it runs no vCPU. */
void descriptors_load_own(const struct cpu *c);

/* --- interrupts and platform (platform/) -------------------------------------------------- */

#define VECTOR_DEVICE_FIRST 0x30 /* those of interrupt lines */
#define VECTOR_DEVICE_LAST  0xdf
#define VECTOR_SPURIOUS	    0xff
#define VECTOR_TIMER	    0xf0
#define VECTOR_FLUSH	    0xf1
#define VECTOR_KICK	    0xf2 /* softirqs to do */
#define VECTOR_SERIAL	    0xe0

/* Set the handler of a vector; it runs with interrupts off and the APIC already told. */
void interrupt_register(u8 vector, void (*fn)(void));
void interrupt_dispatch(u8 vector); /* from entry */

/*
 * Interrupt lines by their global number (platform/ioapic.c). Each is held back
 * as long as there is a reason to. A line that the hypervisor uses itself can't be
 * connected. Callable with any lock held; where no error is returned, the number is
 * one of a line.
 */
#define LINE_UNUSED	1 /* not connected */
#define LINE_UNANSWERED 2 /* level-triggered, and its last interrupt is not yet handled */
#define LINE_STORM	4
bool line_exists(u32 gsi);
bool line_is_level(u32 gsi);
/* How it is wired: 0, -EINVAL for no such line, -EBUSY when it is in use and wired otherwise. */
int line_configure(u32 gsi, bool level, bool active_low);
/* Let interrupts through to \p c, as calls of line_hook. 0, -EINVAL, -EBUSY, -ENOSPC (vectors). */
int line_connect(u32 gsi, const struct cpu *c);
void line_move(u32 gsi, const struct cpu *c);
/* Set or clear a reason to hold the line back. */
void line_hold(u32 gsi, u8 why, bool hold);
/* Who is told: in the interrupt, the APIC told already, no lock held. */
extern void (*line_hook)(u32 gsi);
/* From interrupt_dispatch(): a vector of the lines'. */
void line_interrupt(u8 vector);
/* What dom0 may read of the IO-APIC at \p address: 0, -EINVAL (no such), -EPERM. */
int ioapic_probe(paddr_t address, u32 reg, u32 *value);

void apic_init_cpu(void);
u32 apic_id(void);
void apic_eoi(void);
void apic_send_ipi(const struct cpu *c, u8 vector);
/* One-shot local timer: interrupt after \p ticks TSC cycles; 0 stops it. */
void apic_timer_arm(u64 tsc_deadline);
u64 tsc_calibrate(void); /* kHz, against the PM timer, HPET or PIT */
u64 rtc_read(void);	 /* seconds since 1970 from the CMOS clock */
void acpi_init(void);
struct acpi_info {
	u32 nr_cpus;
	u32 apic_id[MAX_CPUS];
	paddr_t hpet;
	u32 nr_ioapics;
	struct {
		paddr_t address;
		u32 gsi_base;
		u8 id;
	} ioapic[8];
	u32 nr_overrides; /* ISA interrupts that are not wired to the GSI of their number */
	struct {
		u32 gsi;
		u16 flags; /* MADT: polarity in bits 0-1, trigger in bits 2-3 */
		u8 irq;
	} override[16];
	u16 pm1a_control, pm1b_control, pm_timer;
	bool pm_timer_32bit;
	u16 reset_port; /* 0: none */
	u8 reset_value;
	paddr_t efi_tables; /* UEFI's list of tables, for dom0; 0: another firmware */
	u32 nr_efi_tables, efi_revision;
};
extern struct acpi_info acpi;
/* Enter S5 with the values dom0's ACPI code computed. Returns only on failure. */
void acpi_enter_sleep(u16 pm1a, u16 pm1b);
void machine_reset(void) __noreturn;
void machine_halt(void) __noreturn;
/* Nothing can go on and the log says why: reset, or halt if `noreboot` was asked for. */
void machine_end(void) __noreturn;
/* Halt every other CPU for good, by NMI; no way back. */
void smp_stop_others(void);
/* From the NMI handler: halts this CPU if it was told to; after a panic it first says where it was.
 */
void smp_stop_check(const struct regs *r);
/* Start all other processors, in parallel; each calls boot's cpu_entry(). */
void smp_start(void);

/* Serial console (platform/serial.c) */
void serial_init(const char *spec);
void serial_write(const char *s, size_t n);
void serial_enable_interrupt(void);
/* Next input byte for dom0, or -1; dom0's read drains it. */
int console_read(void);
/* Log ring for XEN_SYSCTL_readconsole: copies from \p index on; returns bytes, updates *index. */
size_t console_log_read(char *buf, size_t size, u32 *index, bool clear);
/* The event floor sets this: dom0's VIRQ_CONSOLE. */
extern void (*console_input_hook)(void);

/* Port guard (platform/ports.c): IN or OUT of *value; what may not be reads all ones. */
void guest_port(struct vcpu *v, u16 port, unsigned int bytes, bool out, u32 *value);

#endif
