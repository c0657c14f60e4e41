/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a 64-bit x86 PV guest sees of the CPU: selectors, the reserved address
 * range, traps, the register file and the context a vcpu starts with.
 *
 * Guest pointers are uint64_t fields that hold guest virtual addresses.
 * Usable from assembly (constants only).
 */
#ifndef PV_PUBLIC_ARCH_X86_64_H
#define PV_PUBLIC_ARCH_X86_64_H

/*
 * Selectors that are loadable at any time, before and after a guest installs
 * its own GDT. The guest kernel and its user programs both run in ring 3.
 */
#define PV_FLAT_RING3_CS32 0xe023
#define PV_FLAT_RING3_DS32 0xe02b
#define PV_FLAT_RING3_SS32 0xe02b
#define PV_FLAT_RING3_CS64 0xe033
#define PV_FLAT_RING3_DS64 0x0000
#define PV_FLAT_RING3_SS64 0xe02b

#define PV_FLAT_KERNEL_CS64 PV_FLAT_RING3_CS64
#define PV_FLAT_KERNEL_CS32 PV_FLAT_RING3_CS32
#define PV_FLAT_KERNEL_CS   PV_FLAT_KERNEL_CS64
#define PV_FLAT_KERNEL_DS64 PV_FLAT_RING3_DS64
#define PV_FLAT_KERNEL_DS32 PV_FLAT_RING3_DS32
#define PV_FLAT_KERNEL_DS   PV_FLAT_KERNEL_DS64
#define PV_FLAT_KERNEL_SS64 PV_FLAT_RING3_SS64
#define PV_FLAT_KERNEL_SS32 PV_FLAT_RING3_SS32
#define PV_FLAT_KERNEL_SS   PV_FLAT_KERNEL_SS64

#define PV_FLAT_USER_CS64 PV_FLAT_RING3_CS64
#define PV_FLAT_USER_CS32 PV_FLAT_RING3_CS32
#define PV_FLAT_USER_CS	  PV_FLAT_USER_CS64
#define PV_FLAT_USER_DS64 PV_FLAT_RING3_DS64
#define PV_FLAT_USER_DS32 PV_FLAT_RING3_DS32
#define PV_FLAT_USER_DS	  PV_FLAT_USER_DS64
#define PV_FLAT_USER_SS64 PV_FLAT_RING3_SS64
#define PV_FLAT_USER_SS32 PV_FLAT_RING3_SS32
#define PV_FLAT_USER_SS	  PV_FLAT_USER_SS64

/*
 * The GDT is shared: pages 0..13 hold the guest's frames (entries 0..7167),
 * the rest is the hypervisor's.
 */
#define PV_FIRST_RESERVED_GDT_PAGE  14
#define PV_FIRST_RESERVED_GDT_BYTE  (PV_FIRST_RESERVED_GDT_PAGE * 4096)
#define PV_FIRST_RESERVED_GDT_ENTRY (PV_FIRST_RESERVED_GDT_BYTE / 8)

/*
 * Level-4 slots 256..271 of every address space belong to the hypervisor: a
 * guest may neither write those entries nor pass addresses inside. The window
 * at its start is the read-only machine-to-physical table (M2P): one uint64_t
 * per machine frame, indexed by frame number, holding the owner's own frame
 * number; bit 63 set means that the entry is not valid.
 */
#ifdef __ASSEMBLER__
#define PV_UINT64_(x) x
#else
#define PV_UINT64_(x) x##ULL
#endif
#define PV_HYPERVISOR_VIRT_START PV_UINT64_(0xffff800000000000)
#define PV_HYPERVISOR_VIRT_END	 PV_UINT64_(0xffff880000000000)
#define PV_MACH2PHYS_VIRT_START	 PV_UINT64_(0xffff800000000000)
#define PV_MACH2PHYS_VIRT_END	 PV_UINT64_(0xffff804000000000)
#define PV_MACH2PHYS_NR_ENTRIES	 ((PV_MACH2PHYS_VIRT_END - PV_MACH2PHYS_VIRT_START) >> 3)

/* vcpus that have a slot in shared_info; the others register one of their own. */
#define PV_LEGACY_MAX_VCPUS 32

/* First argument of set_segment_base. */
#define PV_SEGBASE_FS	       0 /* base of FS */
#define PV_SEGBASE_GS_USER     1 /* base of GS while user code runs */
#define PV_SEGBASE_GS_KERNEL   2 /* base of GS while the guest kernel runs */
#define PV_SEGBASE_GS_USER_SEL 3 /* load a selector into user GS; a bad one loads null */

/* vcpu_guest_context.flags; bit 8 is only used in iret_context.flags. */
#define PV_VGCF_I387_VALID		 (1 << 0) /* fpu_ctxt holds a state to load */
#define PV_VGCF_IN_KERNEL		 (1 << 2) /* start in kernel mode */
#define PV_VGCF_FAILSAFE_DISABLES_EVENTS (1 << 3) /* failsafe callback masks events */
#define PV_VGCF_SYSCALL_DISABLES_EVENTS	 (1 << 4) /* syscall callback masks events */
#define PV_VGCF_ONLINE			 (1 << 5) /* the vcpu is to run at once */
#define PV_VGCF_IN_SYSCALL		 (1 << 8) /* iret may lose RCX and R11, as SYSRET does */

/* trap_info.flags: bits 0-1 are the lowest privilege that may raise the vector by INT n
 * (user is 3, the guest kernel counts as 1); bit 2 masks events on entry. */
#define PV_TI_DPL_MASK 3
#define PV_TI_IF       4

#ifndef __ASSEMBLER__
#include <stdint.h>

/* The bytes of UD2 followed by "xen": a CPUID with this prefix is answered from
 * the guest's own policy, in kernel and in user mode. */
#define PV_EMULATE_PREFIX ".byte 0x0f,0x0b,0x78,0x65,0x6e ; "

/*
 * One gate of the virtual interrupt table, for set_trap_table and
 * vcpu_guest_context. Written by the guest. A list ends with address 0.
 */
struct pv_trap_info {
	uint8_t vector;
	uint8_t flags;	  /* PV_TI_* */
	uint16_t cs;	  /* code selector; its RPL is forced to 3 */
	uint64_t address; /* handler, guest virtual */
};

/*
 * The integer register file as the control interface and vcpu start-up carry
 * it. error_code and entry_vector say how the vcpu last entered the
 * hypervisor; saved_upcall_mask is the event mask that return would restore.
 */
struct pv_cpu_user_regs {
	uint64_t r15;
	uint64_t r14;
	uint64_t r13;
	uint64_t r12;
	uint64_t rbp;
	uint64_t rbx;
	uint64_t r11;
	uint64_t r10;
	uint64_t r9;
	uint64_t r8;
	uint64_t rax;
	uint64_t rcx;
	uint64_t rdx;
	uint64_t rsi;
	uint64_t rdi;
	uint32_t error_code;
	uint32_t entry_vector;
	uint64_t rip;
	uint16_t cs, pad0[1];
	uint8_t saved_upcall_mask;
	uint8_t pad1[3];
	uint64_t rflags;
	uint64_t rsp;
	uint16_t ss, pad2[3];
	uint16_t es, pad3[3];
	uint16_t ds, pad4[3];
	uint16_t fs, pad5[3];
	uint16_t gs, pad6[3];
};

/*
 * What a vcpu starts with: VCPUOP_initialise (guest to hypervisor) and
 * domctl set/getvcpucontext (tools, both directions). 5168 bytes.
 */
struct pv_vcpu_guest_context {
	struct {
		char x[512];
	} fpu_ctxt;	/* FXSAVE image, used if PV_VGCF_I387_VALID */
	uint64_t flags; /* PV_VGCF_* */
	struct pv_cpu_user_regs user_regs;
	struct pv_trap_info trap_ctxt[256]; /* indexed by vector; address 0 = no handler */
	uint64_t ldt_base;		    /* guest virtual, page aligned */
	uint64_t ldt_ents;		    /* descriptors, at most 8192 */
	uint64_t gdt_frames[16];	    /* machine frames */
	uint64_t gdt_ents;		    /* descriptors */
	uint64_t kernel_ss;		    /* stack to switch to on entry from user mode */
	uint64_t kernel_sp;
	uint64_t ctrlreg[8];  /* [3] kernel root, [1] user root (bit 0 set if given), [4] CR4 */
	uint64_t debugreg[8]; /* DR0-3, 6, 7 */
	uint64_t event_callback_eip;
	uint64_t failsafe_callback_eip;
	uint64_t syscall_callback_eip;
	uint64_t vm_assist; /* bit set of PV_VMASST_TYPE_* */
	uint64_t fs_base;
	uint64_t gs_base_kernel;
	uint64_t gs_base_user;
};

/* Where RSP points when the guest issues the iret hypercall. Guest to hypervisor. */
struct pv_iret_context {
	uint64_t rax, r11, rcx, flags, rip, cs, rflags, rsp, ss;
};

/* Root table frame to and from the form that CR3 fields carry (no PCID, no flags). */
#define PV_PFN_TO_CR3(pfn) ((uint64_t)(pfn) << 12)
#define PV_CR3_TO_PFN(cr3) ((uint64_t)(cr3) >> 12)

/* x86 part of vcpu_info. The hypervisor writes cr2 before it delivers a page fault. */
struct pv_arch_vcpu_info {
	uint64_t cr2; /* faulting guest virtual address */
	uint64_t pad;
};

/* x86 part of shared_info. Written by the guest for save tools, but for nmi_reason. */
struct pv_arch_shared_info {
	uint64_t max_pfn;		     /* size of the guest's frame list, in frames */
	uint64_t pfn_to_mfn_frame_list_list; /* frame of the three-level frame list, or ~0 */
	uint64_t nmi_reason;		     /* PV_NMIREASON_*; hypervisor writes */
	uint64_t p2m_cr3;	 /* root of the space in which p2m_vaddr is valid, or 0 */
	uint64_t p2m_vaddr;	 /* guest virtual address of the linear frame list */
	uint64_t p2m_generation; /* odd while the guest changes the list */
};

/* x86 part of domain creation: nothing of it is offered to PV guests but misc_flags bit 0. */
#define PV_X86_EMU_LAPIC    (1u << 0)
#define PV_X86_EMU_HPET	    (1u << 1)
#define PV_X86_EMU_PM	    (1u << 2)
#define PV_X86_EMU_RTC	    (1u << 3)
#define PV_X86_EMU_IOAPIC   (1u << 4)
#define PV_X86_EMU_PIC	    (1u << 5)
#define PV_X86_EMU_VGA	    (1u << 6)
#define PV_X86_EMU_IOMMU    (1u << 7)
#define PV_X86_EMU_PIT	    (1u << 8)
#define PV_X86_EMU_USE_PIRQ (1u << 9)
#define PV_X86_EMU_VPCI	    (1u << 10)

#define PV_X86_MSR_RELAXED    (1u << 0) /* unknown MSRs read as 0, writes are dropped */
#define PV_X86_MISC_FLAGS_MAX PV_X86_MSR_RELAXED

struct pv_arch_domainconfig {
	uint32_t emulation_flags; /* PV_X86_EMU_*: 0 for a PV domain */
	uint32_t misc_flags;	  /* PV_X86_MSR_RELAXED */
};

/* One leaf of a CPUID policy, as tools read and write it. */
#define PV_CPUID_NO_SUBLEAF 0xffffffffu
struct pv_cpuid_leaf {
	uint32_t leaf, subleaf; /* subleaf: PV_CPUID_NO_SUBLEAF if the leaf has none */
	uint32_t a, b, c, d;
};

/* One MSR of a CPU policy. flags must be 0. */
struct pv_msr_entry {
	uint32_t idx;
	uint32_t flags;
	uint64_t val;
};
#endif

#endif
