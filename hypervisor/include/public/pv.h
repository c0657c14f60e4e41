/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The core of the guest-visible interface: hypercall numbers, domain
 * identifiers, virtual interrupts, the pages a guest shares with the
 * hypervisor, and the information a kernel finds at start.
 *
 * How to call: from kernel mode, SYSCALL with the number in RAX and the
 * arguments in RDI, RSI, RDX, R10, R8; the result comes back in RAX, an error
 * as a negated PV_E*. RCX and R11 are lost, argument registers may be.
 * Guest pointers are uint64_t fields that hold guest virtual addresses.
 * Usable from assembly (constants only).
 */
#ifndef PV_PUBLIC_PV_H
#define PV_PUBLIC_PV_H

#include "arch_x86_64.h"

#define PV_HYPERCALL_SET_TRAP_TABLE		   0
#define PV_HYPERCALL_MMU_UPDATE			   1
#define PV_HYPERCALL_SET_GDT			   2
#define PV_HYPERCALL_STACK_SWITCH		   3
#define PV_HYPERCALL_SET_CALLBACKS		   4
#define PV_HYPERCALL_FPU_TASKSWITCH		   5
#define PV_HYPERCALL_SCHED_OP_COMPAT		   6
#define PV_HYPERCALL_PLATFORM_OP		   7
#define PV_HYPERCALL_SET_DEBUGREG		   8
#define PV_HYPERCALL_GET_DEBUGREG		   9
#define PV_HYPERCALL_UPDATE_DESCRIPTOR		   10
#define PV_HYPERCALL_MEMORY_OP			   12
#define PV_HYPERCALL_MULTICALL			   13
#define PV_HYPERCALL_UPDATE_VA_MAPPING		   14
#define PV_HYPERCALL_SET_TIMER_OP		   15
#define PV_HYPERCALL_EVENT_CHANNEL_OP_COMPAT	   16
#define PV_HYPERCALL_XEN_VERSION		   17
#define PV_HYPERCALL_CONSOLE_IO			   18
#define PV_HYPERCALL_PHYSDEV_OP_COMPAT		   19
#define PV_HYPERCALL_GRANT_TABLE_OP		   20
#define PV_HYPERCALL_VM_ASSIST			   21
#define PV_HYPERCALL_UPDATE_VA_MAPPING_OTHERDOMAIN 22
#define PV_HYPERCALL_IRET			   23
#define PV_HYPERCALL_VCPU_OP			   24
#define PV_HYPERCALL_SET_SEGMENT_BASE		   25
#define PV_HYPERCALL_MMUEXT_OP			   26
#define PV_HYPERCALL_XSM_OP			   27
#define PV_HYPERCALL_NMI_OP			   28
#define PV_HYPERCALL_SCHED_OP			   29
#define PV_HYPERCALL_CALLBACK_OP		   30
#define PV_HYPERCALL_XENOPROF_OP		   31
#define PV_HYPERCALL_EVENT_CHANNEL_OP		   32
#define PV_HYPERCALL_PHYSDEV_OP			   33
#define PV_HYPERCALL_HVM_OP			   34
#define PV_HYPERCALL_SYSCTL			   35
#define PV_HYPERCALL_DOMCTL			   36
#define PV_HYPERCALL_KEXEC_OP			   37
#define PV_HYPERCALL_TMEM_OP			   38
#define PV_HYPERCALL_ARGO_OP			   39
#define PV_HYPERCALL_XENPMU_OP			   40
#define PV_HYPERCALL_DM_OP			   41
#define PV_HYPERCALL_HYPFS_OP			   42
#define PV_HYPERCALL_ARCH_0			   48
#define PV_HYPERCALL_MCA			   PV_HYPERCALL_ARCH_0
#define PV_HYPERCALL_ARCH_1			   49
#define PV_HYPERCALL_PAGING_DOMCTL_CONT		   PV_HYPERCALL_ARCH_1
#define PV_HYPERCALL_ARCH_2			   50
#define PV_HYPERCALL_ARCH_3			   51
#define PV_HYPERCALL_ARCH_4			   52
#define PV_HYPERCALL_ARCH_5			   53
#define PV_HYPERCALL_ARCH_6			   54
#define PV_HYPERCALL_ARCH_7			   55

/* Domain identifiers are 15 bits; the values from here on name no domain. */
#define PV_DOMID_FIRST_RESERVED 0x7ff0
#define PV_DOMID_SELF		0x7ff0 /* the caller */
#define PV_DOMID_IO		0x7ff1 /* owner of device memory */
#define PV_DOMID_XEN		0x7ff2 /* owner of the frames the hypervisor shares, e.g. the M2P */
#define PV_DOMID_COW		0x7ff3
#define PV_DOMID_INVALID	0x7ff4
#define PV_DOMID_IDLE		0x7fff
#define PV_DOMID_MASK		0x7fff

/*
 * Virtual interrupts, bound with EVTCHNOP_bind_virq. [v] per vcpu; [g] one
 * per machine, bound on vcpu 0 by a privileged domain.
 */
#define PV_VIRQ_TIMER	   0  /* [v] a timer of this vcpu fired */
#define PV_VIRQ_DEBUG	   1  /* [v] asks the guest to print its state */
#define PV_VIRQ_CONSOLE	   2  /* [g] input on the hypervisor's console */
#define PV_VIRQ_DOM_EXC	   3  /* [g] a domain stopped or is gone */
#define PV_VIRQ_TBUF	   4  /* [g] trace buffer has data */
#define PV_VIRQ_DEBUGGER   6  /* [g] a domain is stopped for its debugger */
#define PV_VIRQ_XENOPROF   7  /* [v] profiler has samples */
#define PV_VIRQ_CON_RING   8  /* [g] text was added to the console ring */
#define PV_VIRQ_PCPU_STATE 9  /* [g] a physical CPU went up or down */
#define PV_VIRQ_MEM_EVENT  10 /* [g] */
#define PV_VIRQ_ARGO	   11 /* [g] */
#define PV_VIRQ_ENOMEM	   12 /* [g] little memory left */
#define PV_VIRQ_XENPMU	   13 /* [v] performance counter */
#define PV_VIRQ_ARCH_0	   16 /* [g] x86: machine check */
#define PV_VIRQ_MCA	   PV_VIRQ_ARCH_0
#define PV_VIRQ_ARCH_1	   17
#define PV_VIRQ_ARCH_2	   18
#define PV_VIRQ_ARCH_3	   19
#define PV_VIRQ_ARCH_4	   20
#define PV_VIRQ_ARCH_5	   21
#define PV_VIRQ_ARCH_6	   22
#define PV_VIRQ_ARCH_7	   23
#define PV_NR_VIRQS	   24

/* console_io(cmd, count, buffer): bytes to or from the hypervisor's console. */
#define PV_CONSOLEIO_WRITE 0 /* returns 0 */
#define PV_CONSOLEIO_READ  1 /* returns the number of bytes read */

/* vm_assist(cmd, type) */
#define PV_VMASST_CMD_ENABLE		    0
#define PV_VMASST_CMD_DISABLE		    1
#define PV_VMASST_TYPE_4GB_SEGMENTS	    0  /* 32-bit guests only; accepted, no effect */
#define PV_VMASST_TYPE_4GB_SEGMENTS_NOTIFY  1  /* 32-bit guests only */
#define PV_VMASST_TYPE_WRITABLE_PAGETABLES  2  /* writes to level-1 tables are emulated */
#define PV_VMASST_TYPE_PAE_EXTENDED_CR3	    3  /* 32-bit guests only; accepted, no effect */
#define PV_VMASST_TYPE_ARCHITECTURAL_IOPL   4  /* IOPL behaves as on the bare CPU */
#define PV_VMASST_TYPE_RUNSTATE_UPDATE_FLAG 5  /* see PV_RUNSTATE_UPDATE */
#define PV_VMASST_TYPE_M2P_STRICT	    32 /* M2P not visible to user mode */

/* start_info.flags */
#define PV_SIF_PRIVILEGED      (1 << 0) /* may use privileged operations */
#define PV_SIF_INITDOMAIN      (1 << 1) /* the initial (service) domain */
#define PV_SIF_MULTIBOOT_MOD   (1 << 2) /* mod_start is a list of multiboot modules */
#define PV_SIF_MOD_START_PFN   (1 << 3) /* mod_start is a frame number, not an address */
#define PV_SIF_VIRT_P2M_4TOOLS (1 << 4) /* tools understand p2m_vaddr */
#define PV_SIF_PM_MASK	       (0xff << 8)

#define PV_MAX_GUEST_CMDLINE 1024

#ifndef __ASSEMBLER__
typedef uint16_t pv_domid_t;
/* 16 bytes that name a domain over its whole life, chosen by the tools. */
typedef uint8_t pv_domain_handle_t[16];

/*
 * One call of a multicall(list, count). The guest fills op and args; the
 * hypervisor writes result. An error in one call does not stop the next.
 */
struct pv_multicall_entry {
	uint64_t op, result;
	uint64_t args[6];
};

/*
 * Clock of one vcpu; the hypervisor writes, the guest reads. version is odd
 * while the rest changes: read it, the fields, and it again, until both
 * readings are equal and even. Nanoseconds since the hypervisor started =
 *   system_time + (((TSC - tsc_timestamp) << tsc_shift) * tsc_to_system_mul >> 32)
 * where a negative shift is a shift right.
 */
struct pv_vcpu_time_info {
	uint32_t version;
	uint32_t pad0;
	uint64_t tsc_timestamp; /* TSC value at the moment of system_time */
	uint64_t system_time;	/* ns */
	uint32_t tsc_to_system_mul;
	int8_t tsc_shift;
	uint8_t flags; /* PV_PVCLOCK_* */
	uint8_t pad1[2];
};
#define PV_PVCLOCK_TSC_STABLE_BIT (1 << 0) /* TSCs of all CPUs agree */
#define PV_PVCLOCK_GUEST_STOPPED  (1 << 1)

/*
 * Event state of one vcpu, in shared_info or wherever the vcpu registered it.
 * The hypervisor sets upcall_pending and bits of pending_sel; the guest clears
 * them. The guest owns upcall_mask (its virtual interrupt flag, inverted); the
 * hypervisor sets it on an upcall and reads it at every return to the guest.
 */
struct pv_vcpu_info {
	uint8_t evtchn_upcall_pending;
	uint8_t evtchn_upcall_mask;
	uint8_t pad0[6];
	uint64_t evtchn_pending_sel; /* bit i: word i of evtchn_pending has something new */
	struct pv_arch_vcpu_info arch;
	struct pv_vcpu_time_info time;
};

/*
 * The page a domain shares with the hypervisor; the guest maps it by the
 * machine address in start_info. Wall clock = wc_sec:wc_nsec (since 1970) +
 * system time, under the version rule of vcpu_time_info.
 */
struct pv_shared_info {
	struct pv_vcpu_info vcpu_info[PV_LEGACY_MAX_VCPUS];
	uint64_t evtchn_pending[64]; /* one bit per port; hypervisor sets, guest clears */
	uint64_t evtchn_mask[64];    /* one bit per port; guest sets and clears */
	uint32_t wc_version;
	uint32_t wc_sec; /* low half of the seconds */
	uint32_t wc_nsec;
	uint32_t wc_sec_hi;
	struct pv_arch_shared_info arch;
};

/*
 * What a kernel finds at RSI when it starts; written by the domain builder.
 * "Virtual" below means in the initial address space.
 */
struct pv_start_info {
	char magic[32];	      /* "xen-3.0-x86_64" */
	uint64_t nr_pages;    /* frames of the domain */
	uint64_t shared_info; /* machine address of shared_info */
	uint32_t flags;	      /* PV_SIF_* */
	uint64_t store_mfn;   /* machine frame of the store ring; 0 in the first domain */
	uint32_t store_evtchn;
	union {
		struct {
			uint64_t mfn;	 /* machine frame of the console ring */
			uint32_t evtchn; /* local port of the console */
		} domU;
		struct {
			uint32_t info_off;  /* of dom0_vga_console_info, from here */
			uint32_t info_size; /* bytes; 0 if there is none */
		} dom0;
	} console;
	uint64_t pt_base;      /* virtual address of the level-4 table */
	uint64_t nr_pt_frames; /* initial page-table frames, contiguous from pt_base */
	uint64_t mfn_list;     /* virtual address of the frame list, one uint64_t per frame */
	uint64_t mod_start;    /* initrd: virtual address, or frame with SIF_MOD_START_PFN */
	uint64_t mod_len;      /* bytes */
	int8_t cmd_line[PV_MAX_GUEST_CMDLINE];
	uint64_t first_p2m_pfn; /* frames that hold the frame list, if mapped by INIT_P2M */
	uint64_t nr_p2m_frames;
};

/* One element of mod_start when SIF_MULTIBOOT_MOD is set. */
struct pv_multiboot_mod_list {
	uint32_t mod_start; /* relative to the start of the list */
	uint32_t mod_end;
	uint32_t cmdline;
	uint32_t pad;
};

/* The machine's display as firmware left it, for the first domain. */
#define PV_VGATYPE_TEXT_MODE_3 0x03
#define PV_VGATYPE_VESA_LFB    0x23
#define PV_VGATYPE_EFI_LFB     0x70
struct pv_dom0_vga_console_info {
	uint8_t video_type; /* PV_VGATYPE_*; says which member of u counts */
	union {
		struct {
			uint16_t font_height;	     /* pixels */
			uint16_t cursor_x, cursor_y; /* characters */
			uint16_t rows, columns;	     /* characters */
		} text_mode_3;
		struct {
			uint16_t width, height; /* pixels */
			uint16_t bytes_per_line;
			uint16_t bits_per_pixel;
			uint32_t lfb_base; /* physical address, low half */
			uint32_t lfb_size; /* units of 64 KiB */
			uint8_t red_pos, red_size;
			uint8_t green_pos, green_size;
			uint8_t blue_pos, blue_size;
			uint8_t rsvd_pos, rsvd_size;
			uint32_t gbl_caps;
			uint16_t mode_attrs;
			uint16_t pad;
			uint32_t ext_lfb_base; /* physical address, high half */
		} vesa_lfb;
	} u;
};

/* A bit set passed by the tools: guest virtual address of bytes, bit 0 of byte 0 first. */
struct pv_xenctl_bitmap {
	uint64_t bitmap;
	uint32_t nr_bits;
};
#endif

#endif
