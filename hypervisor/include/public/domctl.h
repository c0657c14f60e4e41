/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * domctl(argument): how the tools of a privileged domain make, inspect and
 * end other domains. Interface version 0x15; another version in the argument
 * is answered with -PV_EACCES. Pointers are guest virtual addresses of the
 * calling domain.
 */
#ifndef PV_PUBLIC_DOMCTL_H
#define PV_PUBLIC_DOMCTL_H

#include "pv.h"
#include "event.h"

#define PV_DOMCTL_INTERFACE_VERSION 0x00000015

#define PV_DOMCTL_CREATEDOMAIN		  1
#define PV_DOMCTL_DESTROYDOMAIN		  2 /* repeat until it does not say -EAGAIN */
#define PV_DOMCTL_PAUSEDOMAIN		  3 /* counted */
#define PV_DOMCTL_UNPAUSEDOMAIN		  4
#define PV_DOMCTL_GETDOMAININFO		  5
#define PV_DOMCTL_SETVCPUAFFINITY	  9
#define PV_DOMCTL_SHADOW_OP		  10
#define PV_DOMCTL_MAX_MEM		  11
#define PV_DOMCTL_SETVCPUCONTEXT	  12
#define PV_DOMCTL_GETVCPUCONTEXT	  13
#define PV_DOMCTL_GETVCPUINFO		  14
#define PV_DOMCTL_MAX_VCPUS		  15
#define PV_DOMCTL_SCHEDULER_OP		  16
#define PV_DOMCTL_SETDOMAINHANDLE	  17
#define PV_DOMCTL_SETDEBUGGING		  18
#define PV_DOMCTL_IRQ_PERMISSION	  19
#define PV_DOMCTL_IOMEM_PERMISSION	  20
#define PV_DOMCTL_IOPORT_PERMISSION	  21
#define PV_DOMCTL_HYPERCALL_INIT	  22
#define PV_DOMCTL_SETTIMEOFFSET		  24
#define PV_DOMCTL_GETVCPUAFFINITY	  25
#define PV_DOMCTL_REAL_MODE_AREA	  26
#define PV_DOMCTL_RESUMEDOMAIN		  27
#define PV_DOMCTL_SENDTRIGGER		  28
#define PV_DOMCTL_SUBSCRIBE		  29
#define PV_DOMCTL_GETHVMCONTEXT		  33
#define PV_DOMCTL_SETHVMCONTEXT		  34
#define PV_DOMCTL_SET_ADDRESS_SIZE	  35
#define PV_DOMCTL_GET_ADDRESS_SIZE	  36
#define PV_DOMCTL_ASSIGN_DEVICE		  37
#define PV_DOMCTL_BIND_PT_IRQ		  38
#define PV_DOMCTL_MEMORY_MAPPING	  39
#define PV_DOMCTL_IOPORT_MAPPING	  40
#define PV_DOMCTL_SET_EXT_VCPUCONTEXT	  42
#define PV_DOMCTL_GET_EXT_VCPUCONTEXT	  43
#define PV_DOMCTL_SET_OPT_FEATURE	  44
#define PV_DOMCTL_TEST_ASSIGN_DEVICE	  45
#define PV_DOMCTL_SET_TARGET		  46
#define PV_DOMCTL_DEASSIGN_DEVICE	  47
#define PV_DOMCTL_UNBIND_PT_IRQ		  48
#define PV_DOMCTL_GET_DEVICE_GROUP	  50
#define PV_DOMCTL_DEBUG_OP		  54
#define PV_DOMCTL_GETHVMCONTEXT_PARTIAL	  55
#define PV_DOMCTL_VM_EVENT_OP		  56
#define PV_DOMCTL_MEM_SHARING_OP	  57
#define PV_DOMCTL_GETTSCINFO		  59
#define PV_DOMCTL_SETTSCINFO		  60
#define PV_DOMCTL_GETPAGEFRAMEINFO3	  61
#define PV_DOMCTL_SETVCPUEXTSTATE	  62
#define PV_DOMCTL_GETVCPUEXTSTATE	  63
#define PV_DOMCTL_SET_ACCESS_REQUIRED	  64
#define PV_DOMCTL_AUDIT_P2M		  65
#define PV_DOMCTL_SET_VIRQ_HANDLER	  66
#define PV_DOMCTL_SET_BROKEN_PAGE_P2M	  67
#define PV_DOMCTL_SETNODEAFFINITY	  68
#define PV_DOMCTL_GETNODEAFFINITY	  69
#define PV_DOMCTL_CACHEFLUSH		  71
#define PV_DOMCTL_GET_VCPU_MSRS		  72
#define PV_DOMCTL_SET_VCPU_MSRS		  73
#define PV_DOMCTL_SETVNUMAINFO		  74
#define PV_DOMCTL_PSR_CMT_OP		  75
#define PV_DOMCTL_MONITOR_OP		  77
#define PV_DOMCTL_PSR_ALLOC		  78
#define PV_DOMCTL_SOFT_RESET		  79
#define PV_DOMCTL_VUART_OP		  81
#define PV_DOMCTL_GET_CPU_POLICY	  82
#define PV_DOMCTL_SET_CPU_POLICY	  83
#define PV_DOMCTL_VMTRACE_OP		  84
#define PV_DOMCTL_GET_PAGING_MEMPOOL_SIZE 85
#define PV_DOMCTL_SET_PAGING_MEMPOOL_SIZE 86
#define PV_DOMCTL_GDBSX_GUESTMEMIO	  1000
#define PV_DOMCTL_GDBSX_PAUSEVCPU	  1001
#define PV_DOMCTL_GDBSX_UNPAUSEVCPU	  1002
#define PV_DOMCTL_GDBSX_DOMSTATUS	  1003

/* Make a domain. In the outer structure, domain 0 or a reserved number = choose one. */
#define PV_DOMCTL_CDF_HVM	     (1u << 0) /* clear: a PV domain */
#define PV_DOMCTL_CDF_HAP	     (1u << 1)
#define PV_DOMCTL_CDF_S3_INTEGRITY   (1u << 2)
#define PV_DOMCTL_CDF_OOS_OFF	     (1u << 3)
#define PV_DOMCTL_CDF_XS_DOMAIN	     (1u << 4) /* runs the store */
#define PV_DOMCTL_CDF_IOMMU	     (1u << 5)
#define PV_DOMCTL_CDF_NESTED_VIRT    (1u << 6)
#define PV_DOMCTL_CDF_VPMU	     (1u << 7)
#define PV_DOMCTL_CDF_MAX	     PV_DOMCTL_CDF_VPMU
#define PV_DOMCTL_IOMMU_NO_SHAREPT   (1u << 0)
#define PV_DOMCTL_GRANT_VERSION_MASK 0xf
#define PV_DOMCTL_GRANT_VERSION(v)   ((v)&PV_DOMCTL_GRANT_VERSION_MASK)
struct pv_domctl_createdomain {
	uint32_t ssidref; /* 0 */
	pv_domain_handle_t handle;
	uint32_t flags; /* PV_DOMCTL_CDF_* */
	uint32_t iommu_opts;
	uint32_t max_vcpus;	     /* at least 1 */
	uint32_t max_evtchn_port;    /* highest port the domain may have */
	int32_t max_grant_frames;    /* negative: the default */
	int32_t max_maptrack_frames; /* negative: the default */
	uint32_t grant_opts;	     /* low 4 bits: highest grant table version, 0 = default */
	uint32_t vmtrace_size;	     /* 0 */
	uint32_t cpupool_id;	     /* 0 */
	struct pv_arch_domainconfig arch;
};

/* State of a domain; if domain does not exist, of the next one that does. Written by the
 * hypervisor. */
#define PV_DOMINF_DYING		(1u << 0)
#define PV_DOMINF_HVM_GUEST	(1u << 1)
#define PV_DOMINF_SHUTDOWN	(1u << 2)
#define PV_DOMINF_PAUSED	(1u << 3) /* by the tools */
#define PV_DOMINF_BLOCKED	(1u << 4) /* all vcpus wait */
#define PV_DOMINF_RUNNING	(1u << 5) /* a vcpu is on a CPU */
#define PV_DOMINF_DEBUGGED	(1u << 6)
#define PV_DOMINF_XS_DOMAIN	(1u << 7)
#define PV_DOMINF_HAP		(1u << 8)
#define PV_DOMINF_SHUTDOWNMASK	255
#define PV_DOMINF_SHUTDOWNSHIFT 16 /* PV_SHUTDOWN_* from this bit */
#define PV_INVALID_MAX_VCPU_ID	0xffffffffu
struct pv_domctl_getdomaininfo {
	uint16_t domain;
	uint16_t pad1;
	uint32_t flags; /* PV_DOMINF_* */
	uint64_t tot_pages;
	uint64_t max_pages;
	uint64_t outstanding_pages;
	uint64_t shr_pages;
	uint64_t paged_pages;
	uint64_t shared_info_frame; /* machine frame */
	uint64_t cpu_time;	    /* ns, all vcpus */
	uint32_t nr_online_vcpus;
	uint32_t max_vcpu_id; /* highest existing, or PV_INVALID_MAX_VCPU_ID */
	uint32_t ssidref;
	pv_domain_handle_t handle;
	uint32_t cpupool;
	uint8_t gpaddr_bits; /* width of a guest physical address */
	uint8_t pad2[7];
	struct pv_arch_domainconfig arch_config;
};

/* Types of frames. In: uint64_t frame numbers; out: the type in bits 28-31 of the low half. */
#define PV_DOMCTL_PFINFO_LTAB_SHIFT    28
#define PV_DOMCTL_PFINFO_NOTAB	       (0x0u << 28)
#define PV_DOMCTL_PFINFO_L1TAB	       (0x1u << 28)
#define PV_DOMCTL_PFINFO_L2TAB	       (0x2u << 28)
#define PV_DOMCTL_PFINFO_L3TAB	       (0x3u << 28)
#define PV_DOMCTL_PFINFO_L4TAB	       (0x4u << 28)
#define PV_DOMCTL_PFINFO_LTABTYPE_MASK (0x7u << 28)
#define PV_DOMCTL_PFINFO_LPINTAB       (0x1u << 31) /* pinned */
#define PV_DOMCTL_PFINFO_XTAB	       (0xfu << 28) /* not a frame of the domain */
#define PV_DOMCTL_PFINFO_XALLOC	       (0xeu << 28)
#define PV_DOMCTL_PFINFO_BROKEN	       (0xdu << 28)
#define PV_DOMCTL_PFINFO_LTAB_MASK     (0xfu << 28)
struct pv_domctl_getpageframeinfo3 {
	uint64_t num;	/* at most 1024 */
	uint64_t array; /* uint64_t[num] */
};

/* Log of written frames, for live migration. */
#define PV_DOMCTL_SHADOW_OP_OFF		    0
#define PV_DOMCTL_SHADOW_OP_ENABLE_TEST	    1
#define PV_DOMCTL_SHADOW_OP_ENABLE_LOGDIRTY 2
#define PV_DOMCTL_SHADOW_OP_CLEAN	    11 /* copy the bitmap and clear it */
#define PV_DOMCTL_SHADOW_OP_PEEK	    12 /* copy the bitmap */
#define PV_DOMCTL_SHADOW_OP_GET_ALLOCATION  30
#define PV_DOMCTL_SHADOW_OP_SET_ALLOCATION  31
#define PV_DOMCTL_SHADOW_OP_ENABLE	    32
#define PV_DOMCTL_SHADOW_ENABLE_LOG_DIRTY   (1 << 2)
#define PV_DOMCTL_SHADOW_LOGDIRTY_FINAL	    (1 << 0)
struct pv_domctl_shadow_op_stats {
	uint32_t fault_count;
	uint32_t dirty_count;
};
struct pv_domctl_shadow_op {
	uint32_t op;				/* PV_DOMCTL_SHADOW_OP_* */
	uint32_t mode;				/* flags of the operation */
	uint32_t mb;				/* allocation, MiB */
	uint64_t dirty_bitmap;			/* one bit per frame of the domain */
	uint64_t pages;				/* in: bits; out: bits written */
	struct pv_domctl_shadow_op_stats stats; /* out */
};

struct pv_domctl_max_mem {
	uint64_t max_memkb; /* KiB */
};

/* Whole state of a vcpu, both directions. A null context on set resets the vcpu. */
struct pv_domctl_vcpucontext {
	uint32_t vcpu;
	uint64_t ctxt; /* struct pv_vcpu_guest_context */
};

struct pv_domctl_getvcpuinfo {
	uint32_t vcpu;	/* in */
	uint8_t online; /* out: all of the rest */
	uint8_t blocked;
	uint8_t running;
	uint64_t cpu_time; /* ns */
	uint32_t cpu;	   /* where it runs or last ran */
};

struct pv_domctl_nodeaffinity {
	struct pv_xenctl_bitmap nodemap;
};

#define PV_VCPUAFFINITY_HARD  (1u << 0)
#define PV_VCPUAFFINITY_SOFT  (1u << 1)
#define PV_VCPUAFFINITY_FORCE (1u << 2) /* override a temporary pin */
struct pv_domctl_vcpuaffinity {
	uint32_t vcpu;			     /* in */
	uint32_t flags;			     /* in: which maps */
	struct pv_xenctl_bitmap cpumap_hard; /* in; out: what is in force */
	struct pv_xenctl_bitmap cpumap_soft;
};

struct pv_domctl_max_vcpus {
	uint32_t max;
};

#define PV_SCHEDULER_CREDIT   5
#define PV_SCHEDULER_CREDIT2  6
#define PV_SCHEDULER_ARINC653 7
#define PV_SCHEDULER_RTDS     8
#define PV_SCHEDULER_NULL     9

#define PV_DOMCTL_SCHEDOP_PUTINFO     0
#define PV_DOMCTL_SCHEDOP_GETINFO     1
#define PV_DOMCTL_SCHEDOP_PUTVCPUINFO 2
#define PV_DOMCTL_SCHEDOP_GETVCPUINFO 3
struct pv_domctl_sched_credit {
	uint16_t weight; /* relative share; 0 = unchanged */
	uint16_t cap;	 /* percent of one CPU; 0 = none, 0xffff = unchanged */
};
struct pv_domctl_sched_credit2 {
	uint16_t weight;
	uint16_t cap;
};
struct pv_domctl_sched_rtds {
	uint32_t period; /* us */
	uint32_t budget; /* us */
	uint32_t flags;
};
struct pv_domctl_schedparam_vcpu {
	union {
		struct pv_domctl_sched_credit credit;
		struct pv_domctl_sched_credit2 credit2;
		struct pv_domctl_sched_rtds rtds;
	} u;
	uint32_t vcpuid;
};
struct pv_domctl_scheduler_op {
	uint32_t sched_id; /* must be the one in use */
	uint32_t cmd;	   /* PV_DOMCTL_SCHEDOP_* */
	union {
		struct pv_domctl_sched_credit credit;
		struct pv_domctl_sched_credit2 credit2;
		struct pv_domctl_sched_rtds rtds;
		struct {
			uint64_t vcpus; /* struct pv_domctl_schedparam_vcpu[] */
			uint32_t nr_vcpus;
			uint32_t padding;
		} v;
	} u;
};

struct pv_domctl_setdomainhandle {
	pv_domain_handle_t handle;
};

struct pv_domctl_setdebugging {
	uint8_t enable;
};

struct pv_domctl_irq_permission {
	uint32_t pirq;
	uint8_t allow_access;
	uint8_t pad[3];
};

struct pv_domctl_iomem_permission {
	uint64_t first_mfn;
	uint64_t nr_mfns;
	uint8_t allow_access;
};

struct pv_domctl_ioport_permission {
	uint32_t first_port;
	uint32_t nr_ports;
	uint8_t allow_access;
};

/* Fill a frame with hypercall stubs. */
struct pv_domctl_hypercall_init {
	uint64_t gmfn;
};

struct pv_domctl_settimeoffset {
	int64_t time_offset_seconds; /* added to the wall clock the domain sees */
};

struct pv_domctl_address_size {
	uint32_t size; /* 64 */
};

#define PV_DOMCTL_SENDTRIGGER_NMI   0
#define PV_DOMCTL_SENDTRIGGER_RESET 1
#define PV_DOMCTL_SENDTRIGGER_INIT  2
#define PV_DOMCTL_SENDTRIGGER_POWER 3
#define PV_DOMCTL_SENDTRIGGER_SLEEP 4
struct pv_domctl_sendtrigger {
	uint32_t trigger;
	uint32_t vcpu;
};

/* What vcpu_guest_context has no room for. */
struct pv_domctl_ext_vcpucontext {
	uint32_t vcpu; /* in */
	uint32_t size; /* set: bytes that are valid; get: out */
	uint64_t syscall32_callback_eip;
	uint64_t sysenter_callback_eip;
	uint16_t syscall32_callback_cs;
	uint16_t sysenter_callback_cs;
	uint8_t syscall32_disables_events;
	uint8_t sysenter_disables_events;
	struct {
		uint64_t caps; /* MCG_CAP */
		uint64_t mci_ctl2_bank0;
		uint64_t mci_ctl2_bank1;
		uint64_t mcg_ext_ctl;
	} vmce;
};

struct pv_domctl_set_target {
	uint16_t target; /* domain that the addressed one may control */
};

/* CPUID leaves and MSRs of a domain. With null arrays, get reports how many there are. */
struct pv_domctl_cpu_policy {
	uint32_t nr_leaves; /* in: room or count; out: written */
	uint32_t nr_msrs;
	uint64_t leaves;			 /* struct pv_cpuid_leaf[] */
	uint64_t msrs;				 /* struct pv_msr_entry[] */
	uint32_t err_leaf, err_subleaf, err_msr; /* out, set: what was refused, or ~0 */
};

/* Port to notify when the domain suspends. */
struct pv_domctl_subscribe {
	uint32_t port;
};

#define PV_DOMCTL_DEBUG_OP_SINGLE_STEP_OFF 0
#define PV_DOMCTL_DEBUG_OP_SINGLE_STEP_ON  1
struct pv_domctl_debug_op {
	uint32_t op;
	uint32_t vcpu;
};

struct pv_domctl_tsc_info {
	uint32_t tsc_mode; /* 0 default, 1 always emulate, 2 never emulate */
	uint32_t gtsc_khz;
	uint32_t incarnation;
	uint32_t pad;
	uint64_t elapsed_nsec;
};

struct pv_domctl_gdbsx_memio {
	uint64_t pgd3val; /* root of the space, 0 for the vcpu's own */
	uint64_t gva;
	uint64_t uva;	 /* buffer of the caller */
	uint32_t len;	 /* bytes */
	uint8_t gwr;	 /* 1: write to the guest */
	uint32_t remain; /* out: bytes not done */
};

struct pv_domctl_gdbsx_pauseunp_vcpu {
	uint32_t vcpu;
};

struct pv_domctl_gdbsx_domstatus {
	uint8_t paused;
	uint32_t vcpu_id;
	uint32_t vcpu_ev;
};

struct pv_domctl_set_virq_handler {
	uint32_t virq; /* global one, to be delivered to the addressed domain */
};

/* XSAVE state of a vcpu. With a null buffer, get reports the size. */
struct pv_domctl_vcpuextstate {
	uint32_t vcpu;
	uint64_t xfeature_mask;
	uint64_t size;	 /* bytes */
	uint64_t buffer; /* XCR0, accumulated XCR0, then the XSAVE image */
};

struct pv_domctl_vcpu_msr {
	uint32_t index;
	uint32_t reserved; /* 0 */
	uint64_t value;
};

/* MSRs of a vcpu. With a null array, get reports the count. */
struct pv_domctl_vcpu_msrs {
	uint32_t vcpu;
	uint32_t msr_count;
	uint64_t msrs; /* struct pv_domctl_vcpu_msr[] */
};

struct pv_domctl_paging_mempool {
	uint64_t size; /* bytes */
};

struct pv_domctl {
	uint32_t cmd; /* PV_DOMCTL_* */
	uint32_t interface_version;
	uint16_t domain; /* target */
	uint16_t pad[3];
	union {
		struct pv_domctl_createdomain createdomain;
		struct pv_domctl_getdomaininfo getdomaininfo;
		struct pv_domctl_getpageframeinfo3 getpageframeinfo3;
		struct pv_domctl_nodeaffinity nodeaffinity;
		struct pv_domctl_vcpuaffinity vcpuaffinity;
		struct pv_domctl_shadow_op shadow_op;
		struct pv_domctl_max_mem max_mem;
		struct pv_domctl_vcpucontext vcpucontext;
		struct pv_domctl_getvcpuinfo getvcpuinfo;
		struct pv_domctl_max_vcpus max_vcpus;
		struct pv_domctl_scheduler_op scheduler_op;
		struct pv_domctl_setdomainhandle setdomainhandle;
		struct pv_domctl_setdebugging setdebugging;
		struct pv_domctl_irq_permission irq_permission;
		struct pv_domctl_iomem_permission iomem_permission;
		struct pv_domctl_ioport_permission ioport_permission;
		struct pv_domctl_hypercall_init hypercall_init;
		struct pv_domctl_settimeoffset settimeoffset;
		struct pv_domctl_tsc_info tsc_info;
		struct pv_domctl_address_size address_size;
		struct pv_domctl_sendtrigger sendtrigger;
		struct pv_domctl_ext_vcpucontext ext_vcpucontext;
		struct pv_domctl_set_target set_target;
		struct pv_domctl_subscribe subscribe;
		struct pv_domctl_debug_op debug_op;
		struct pv_domctl_cpu_policy cpu_policy;
		struct pv_domctl_vcpuextstate vcpuextstate;
		struct pv_domctl_vcpu_msrs vcpu_msrs;
		struct pv_domctl_set_virq_handler set_virq_handler;
		struct pv_domctl_gdbsx_memio gdbsx_guest_memio;
		struct pv_domctl_gdbsx_pauseunp_vcpu gdbsx_pauseunp_vcpu;
		struct pv_domctl_gdbsx_domstatus gdbsx_domstatus;
		struct pv_domctl_paging_mempool paging_mempool;
		uint8_t pad[128];
	} u;
};

#endif
