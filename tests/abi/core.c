/* SPDX-License-Identifier: BSD-2-Clause */
/* Every name of our headers against its standard counterpart: numbers, identifiers, shared pages
 * and the CPU. */
#include "check.h"
#include "public/pv.h"
#include "public/arch_x86_64.h"
#include "public/errno.h"
#include "public/features.h"
#include "public/version.h"
#include "public/elfnote.h"
#include "public/cpuid.h"
#include "public/nmi.h"

static void pv_h(void)
{
	SAME(PV_HYPERCALL_SET_TRAP_TABLE, __HYPERVISOR_set_trap_table);
	SAME(PV_HYPERCALL_MMU_UPDATE, __HYPERVISOR_mmu_update);
	SAME(PV_HYPERCALL_SET_GDT, __HYPERVISOR_set_gdt);
	SAME(PV_HYPERCALL_STACK_SWITCH, __HYPERVISOR_stack_switch);
	SAME(PV_HYPERCALL_SET_CALLBACKS, __HYPERVISOR_set_callbacks);
	SAME(PV_HYPERCALL_FPU_TASKSWITCH, __HYPERVISOR_fpu_taskswitch);
	SAME(PV_HYPERCALL_SCHED_OP_COMPAT, __HYPERVISOR_sched_op_compat);
	SAME(PV_HYPERCALL_PLATFORM_OP, __HYPERVISOR_platform_op);
	SAME(PV_HYPERCALL_SET_DEBUGREG, __HYPERVISOR_set_debugreg);
	SAME(PV_HYPERCALL_GET_DEBUGREG, __HYPERVISOR_get_debugreg);
	SAME(PV_HYPERCALL_UPDATE_DESCRIPTOR, __HYPERVISOR_update_descriptor);
	SAME(PV_HYPERCALL_MEMORY_OP, __HYPERVISOR_memory_op);
	SAME(PV_HYPERCALL_MULTICALL, __HYPERVISOR_multicall);
	SAME(PV_HYPERCALL_UPDATE_VA_MAPPING, __HYPERVISOR_update_va_mapping);
	SAME(PV_HYPERCALL_SET_TIMER_OP, __HYPERVISOR_set_timer_op);
	SAME(PV_HYPERCALL_EVENT_CHANNEL_OP_COMPAT, __HYPERVISOR_event_channel_op_compat);
	SAME(PV_HYPERCALL_XEN_VERSION, __HYPERVISOR_xen_version);
	SAME(PV_HYPERCALL_CONSOLE_IO, __HYPERVISOR_console_io);
	SAME(PV_HYPERCALL_PHYSDEV_OP_COMPAT, __HYPERVISOR_physdev_op_compat);
	SAME(PV_HYPERCALL_GRANT_TABLE_OP, __HYPERVISOR_grant_table_op);
	SAME(PV_HYPERCALL_VM_ASSIST, __HYPERVISOR_vm_assist);
	SAME(PV_HYPERCALL_UPDATE_VA_MAPPING_OTHERDOMAIN,
	     __HYPERVISOR_update_va_mapping_otherdomain);
	SAME(PV_HYPERCALL_IRET, __HYPERVISOR_iret);
	SAME(PV_HYPERCALL_VCPU_OP, __HYPERVISOR_vcpu_op);
	SAME(PV_HYPERCALL_SET_SEGMENT_BASE, __HYPERVISOR_set_segment_base);
	SAME(PV_HYPERCALL_MMUEXT_OP, __HYPERVISOR_mmuext_op);
	SAME(PV_HYPERCALL_XSM_OP, __HYPERVISOR_xsm_op);
	SAME(PV_HYPERCALL_NMI_OP, __HYPERVISOR_nmi_op);
	SAME(PV_HYPERCALL_SCHED_OP, __HYPERVISOR_sched_op);
	SAME(PV_HYPERCALL_CALLBACK_OP, __HYPERVISOR_callback_op);
	SAME(PV_HYPERCALL_XENOPROF_OP, __HYPERVISOR_xenoprof_op);
	SAME(PV_HYPERCALL_EVENT_CHANNEL_OP, __HYPERVISOR_event_channel_op);
	SAME(PV_HYPERCALL_PHYSDEV_OP, __HYPERVISOR_physdev_op);
	SAME(PV_HYPERCALL_HVM_OP, __HYPERVISOR_hvm_op);
	SAME(PV_HYPERCALL_SYSCTL, __HYPERVISOR_sysctl);
	SAME(PV_HYPERCALL_DOMCTL, __HYPERVISOR_domctl);
	SAME(PV_HYPERCALL_KEXEC_OP, __HYPERVISOR_kexec_op);
	SAME(PV_HYPERCALL_TMEM_OP, __HYPERVISOR_tmem_op);
	SAME(PV_HYPERCALL_ARGO_OP, __HYPERVISOR_argo_op);
	SAME(PV_HYPERCALL_XENPMU_OP, __HYPERVISOR_xenpmu_op);
	SAME(PV_HYPERCALL_DM_OP, __HYPERVISOR_dm_op);
	SAME(PV_HYPERCALL_HYPFS_OP, __HYPERVISOR_hypfs_op);
	SAME(PV_HYPERCALL_ARCH_0, __HYPERVISOR_arch_0);
	SAME(PV_HYPERCALL_ARCH_1, __HYPERVISOR_arch_1);
	SAME(PV_HYPERCALL_ARCH_2, __HYPERVISOR_arch_2);
	SAME(PV_HYPERCALL_ARCH_3, __HYPERVISOR_arch_3);
	SAME(PV_HYPERCALL_ARCH_4, __HYPERVISOR_arch_4);
	SAME(PV_HYPERCALL_ARCH_5, __HYPERVISOR_arch_5);
	SAME(PV_HYPERCALL_ARCH_6, __HYPERVISOR_arch_6);
	SAME(PV_HYPERCALL_ARCH_7, __HYPERVISOR_arch_7);
	SAME(PV_DOMID_FIRST_RESERVED, DOMID_FIRST_RESERVED);
	SAME(PV_DOMID_SELF, DOMID_SELF);
	SAME(PV_DOMID_IO, DOMID_IO);
	SAME(PV_DOMID_XEN, DOMID_XEN);
	SAME(PV_DOMID_COW, DOMID_COW);
	SAME(PV_DOMID_INVALID, DOMID_INVALID);
	SAME(PV_DOMID_IDLE, DOMID_IDLE);
	SAME(PV_DOMID_MASK, DOMID_MASK);
	SAME(PV_VIRQ_TIMER, VIRQ_TIMER);
	SAME(PV_VIRQ_DEBUG, VIRQ_DEBUG);
	SAME(PV_VIRQ_CONSOLE, VIRQ_CONSOLE);
	SAME(PV_VIRQ_DOM_EXC, VIRQ_DOM_EXC);
	SAME(PV_VIRQ_TBUF, VIRQ_TBUF);
	SAME(PV_VIRQ_DEBUGGER, VIRQ_DEBUGGER);
	SAME(PV_VIRQ_XENOPROF, VIRQ_XENOPROF);
	SAME(PV_VIRQ_CON_RING, VIRQ_CON_RING);
	SAME(PV_VIRQ_PCPU_STATE, VIRQ_PCPU_STATE);
	SAME(PV_VIRQ_MEM_EVENT, VIRQ_MEM_EVENT);
	SAME(PV_VIRQ_ARGO, VIRQ_ARGO);
	SAME(PV_VIRQ_ENOMEM, VIRQ_ENOMEM);
	SAME(PV_VIRQ_XENPMU, VIRQ_XENPMU);
	SAME(PV_VIRQ_ARCH_0, VIRQ_ARCH_0);
	SAME(PV_VIRQ_ARCH_1, VIRQ_ARCH_1);
	SAME(PV_VIRQ_ARCH_2, VIRQ_ARCH_2);
	SAME(PV_VIRQ_ARCH_3, VIRQ_ARCH_3);
	SAME(PV_VIRQ_ARCH_4, VIRQ_ARCH_4);
	SAME(PV_VIRQ_ARCH_5, VIRQ_ARCH_5);
	SAME(PV_VIRQ_ARCH_6, VIRQ_ARCH_6);
	SAME(PV_VIRQ_ARCH_7, VIRQ_ARCH_7);
	SAME(PV_NR_VIRQS, NR_VIRQS);
	SAME(PV_CONSOLEIO_WRITE, CONSOLEIO_write);
	SAME(PV_CONSOLEIO_READ, CONSOLEIO_read);
	SAME(PV_VMASST_CMD_ENABLE, VMASST_CMD_enable);
	SAME(PV_VMASST_CMD_DISABLE, VMASST_CMD_disable);
	SAME(PV_VMASST_TYPE_4GB_SEGMENTS, VMASST_TYPE_4gb_segments);
	SAME(PV_VMASST_TYPE_4GB_SEGMENTS_NOTIFY, VMASST_TYPE_4gb_segments_notify);
	SAME(PV_VMASST_TYPE_WRITABLE_PAGETABLES, VMASST_TYPE_writable_pagetables);
	SAME(PV_VMASST_TYPE_PAE_EXTENDED_CR3, VMASST_TYPE_pae_extended_cr3);
	SAME(PV_VMASST_TYPE_ARCHITECTURAL_IOPL, VMASST_TYPE_architectural_iopl);
	SAME(PV_VMASST_TYPE_RUNSTATE_UPDATE_FLAG, VMASST_TYPE_runstate_update_flag);
	SAME(PV_VMASST_TYPE_M2P_STRICT, VMASST_TYPE_m2p_strict);
	SAME(PV_SIF_PRIVILEGED, SIF_PRIVILEGED);
	SAME(PV_SIF_INITDOMAIN, SIF_INITDOMAIN);
	SAME(PV_SIF_MULTIBOOT_MOD, SIF_MULTIBOOT_MOD);
	SAME(PV_SIF_MOD_START_PFN, SIF_MOD_START_PFN);
	SAME(PV_SIF_VIRT_P2M_4TOOLS, SIF_VIRT_P2M_4TOOLS);
	SAME(PV_SIF_PM_MASK, SIF_PM_MASK);
	SAME(PV_MAX_GUEST_CMDLINE, MAX_GUEST_CMDLINE);
	SAME(PV_PVCLOCK_TSC_STABLE_BIT, XEN_PVCLOCK_TSC_STABLE_BIT);
	SAME(PV_PVCLOCK_GUEST_STOPPED, XEN_PVCLOCK_GUEST_STOPPED);
	SAME(PV_VGATYPE_TEXT_MODE_3, XEN_VGATYPE_TEXT_MODE_3);
	SAME(PV_VGATYPE_VESA_LFB, XEN_VGATYPE_VESA_LFB);
	SAME(PV_VGATYPE_EFI_LFB, XEN_VGATYPE_EFI_LFB);
	SAME(PV_HYPERCALL_MCA, __HYPERVISOR_mca);
	SAME(PV_HYPERCALL_PAGING_DOMCTL_CONT, __HYPERVISOR_arch_1);
	SAME(PV_VIRQ_MCA, VIRQ_MCA);

	SIZE(struct pv_multicall_entry, struct multicall_entry);
	FIELD(struct pv_multicall_entry, struct multicall_entry, op);
	FIELD(struct pv_multicall_entry, struct multicall_entry, result);
	FIELD(struct pv_multicall_entry, struct multicall_entry, args);

	SIZE(struct pv_vcpu_time_info, struct vcpu_time_info);
	FIELD(struct pv_vcpu_time_info, struct vcpu_time_info, version);
	FIELD(struct pv_vcpu_time_info, struct vcpu_time_info, pad0);
	FIELD(struct pv_vcpu_time_info, struct vcpu_time_info, tsc_timestamp);
	FIELD(struct pv_vcpu_time_info, struct vcpu_time_info, system_time);
	FIELD(struct pv_vcpu_time_info, struct vcpu_time_info, tsc_to_system_mul);
	FIELD(struct pv_vcpu_time_info, struct vcpu_time_info, tsc_shift);
	FIELD(struct pv_vcpu_time_info, struct vcpu_time_info, flags);
	FIELD(struct pv_vcpu_time_info, struct vcpu_time_info, pad1);

	SIZE(struct pv_vcpu_info, struct vcpu_info);
	FIELD(struct pv_vcpu_info, struct vcpu_info, evtchn_upcall_pending);
	FIELD(struct pv_vcpu_info, struct vcpu_info, evtchn_upcall_mask);
	FIELD(struct pv_vcpu_info, struct vcpu_info, evtchn_pending_sel);
	FIELD(struct pv_vcpu_info, struct vcpu_info, arch);
	FIELD(struct pv_vcpu_info, struct vcpu_info, time);

	SIZE(struct pv_shared_info, struct shared_info);
	FIELD(struct pv_shared_info, struct shared_info, vcpu_info);
	FIELD(struct pv_shared_info, struct shared_info, evtchn_pending);
	FIELD(struct pv_shared_info, struct shared_info, evtchn_mask);
	FIELD(struct pv_shared_info, struct shared_info, wc_version);
	FIELD(struct pv_shared_info, struct shared_info, wc_sec);
	FIELD(struct pv_shared_info, struct shared_info, wc_nsec);
	FIELD(struct pv_shared_info, struct shared_info, wc_sec_hi);
	FIELD(struct pv_shared_info, struct shared_info, arch);

	SIZE(struct pv_start_info, struct start_info);
	FIELD(struct pv_start_info, struct start_info, magic);
	FIELD(struct pv_start_info, struct start_info, nr_pages);
	FIELD(struct pv_start_info, struct start_info, shared_info);
	FIELD(struct pv_start_info, struct start_info, flags);
	FIELD(struct pv_start_info, struct start_info, store_mfn);
	FIELD(struct pv_start_info, struct start_info, store_evtchn);
	FIELD(struct pv_start_info, struct start_info, console);
	FIELD(struct pv_start_info, struct start_info, console.domU);
	FIELD(struct pv_start_info, struct start_info, console.domU.mfn);
	FIELD(struct pv_start_info, struct start_info, console.domU.evtchn);
	FIELD(struct pv_start_info, struct start_info, console.dom0);
	FIELD(struct pv_start_info, struct start_info, console.dom0.info_off);
	FIELD(struct pv_start_info, struct start_info, console.dom0.info_size);
	FIELD(struct pv_start_info, struct start_info, pt_base);
	FIELD(struct pv_start_info, struct start_info, nr_pt_frames);
	FIELD(struct pv_start_info, struct start_info, mfn_list);
	FIELD(struct pv_start_info, struct start_info, mod_start);
	FIELD(struct pv_start_info, struct start_info, mod_len);
	FIELD(struct pv_start_info, struct start_info, cmd_line);
	FIELD(struct pv_start_info, struct start_info, first_p2m_pfn);
	FIELD(struct pv_start_info, struct start_info, nr_p2m_frames);

	SIZE(struct pv_multiboot_mod_list, struct xen_multiboot_mod_list);
	FIELD(struct pv_multiboot_mod_list, struct xen_multiboot_mod_list, mod_start);
	FIELD(struct pv_multiboot_mod_list, struct xen_multiboot_mod_list, mod_end);
	FIELD(struct pv_multiboot_mod_list, struct xen_multiboot_mod_list, cmdline);
	FIELD(struct pv_multiboot_mod_list, struct xen_multiboot_mod_list, pad);

	SIZE(struct pv_dom0_vga_console_info, struct dom0_vga_console_info);
	FIELD(struct pv_dom0_vga_console_info, struct dom0_vga_console_info, video_type);
	FIELD(struct pv_dom0_vga_console_info, struct dom0_vga_console_info, u);
	FIELD(struct pv_dom0_vga_console_info, struct dom0_vga_console_info, u.text_mode_3);
	FIELD(struct pv_dom0_vga_console_info, struct dom0_vga_console_info,
	      u.text_mode_3.font_height);
	FIELD(struct pv_dom0_vga_console_info, struct dom0_vga_console_info,
	      u.text_mode_3.cursor_x);
	FIELD(struct pv_dom0_vga_console_info, struct dom0_vga_console_info,
	      u.text_mode_3.cursor_y);
	FIELD(struct pv_dom0_vga_console_info, struct dom0_vga_console_info, u.text_mode_3.rows);
	FIELD(struct pv_dom0_vga_console_info, struct dom0_vga_console_info, u.text_mode_3.columns);
	FIELD(struct pv_dom0_vga_console_info, struct dom0_vga_console_info, u.vesa_lfb);
	FIELD(struct pv_dom0_vga_console_info, struct dom0_vga_console_info, u.vesa_lfb.width);
	FIELD(struct pv_dom0_vga_console_info, struct dom0_vga_console_info, u.vesa_lfb.height);
	FIELD(struct pv_dom0_vga_console_info, struct dom0_vga_console_info,
	      u.vesa_lfb.bytes_per_line);
	FIELD(struct pv_dom0_vga_console_info, struct dom0_vga_console_info,
	      u.vesa_lfb.bits_per_pixel);
	FIELD(struct pv_dom0_vga_console_info, struct dom0_vga_console_info, u.vesa_lfb.lfb_base);
	FIELD(struct pv_dom0_vga_console_info, struct dom0_vga_console_info, u.vesa_lfb.lfb_size);
	FIELD(struct pv_dom0_vga_console_info, struct dom0_vga_console_info, u.vesa_lfb.red_pos);
	FIELD(struct pv_dom0_vga_console_info, struct dom0_vga_console_info, u.vesa_lfb.red_size);
	FIELD(struct pv_dom0_vga_console_info, struct dom0_vga_console_info, u.vesa_lfb.green_pos);
	FIELD(struct pv_dom0_vga_console_info, struct dom0_vga_console_info, u.vesa_lfb.green_size);
	FIELD(struct pv_dom0_vga_console_info, struct dom0_vga_console_info, u.vesa_lfb.blue_pos);
	FIELD(struct pv_dom0_vga_console_info, struct dom0_vga_console_info, u.vesa_lfb.blue_size);
	FIELD(struct pv_dom0_vga_console_info, struct dom0_vga_console_info, u.vesa_lfb.rsvd_pos);
	FIELD(struct pv_dom0_vga_console_info, struct dom0_vga_console_info, u.vesa_lfb.rsvd_size);
	FIELD(struct pv_dom0_vga_console_info, struct dom0_vga_console_info, u.vesa_lfb.gbl_caps);
	FIELD(struct pv_dom0_vga_console_info, struct dom0_vga_console_info, u.vesa_lfb.mode_attrs);
	FIELD(struct pv_dom0_vga_console_info, struct dom0_vga_console_info, u.vesa_lfb.pad);
	FIELD(struct pv_dom0_vga_console_info, struct dom0_vga_console_info,
	      u.vesa_lfb.ext_lfb_base);

	SIZE(struct pv_xenctl_bitmap, struct xenctl_bitmap);
	FIELD(struct pv_xenctl_bitmap, struct xenctl_bitmap, bitmap);
	FIELD(struct pv_xenctl_bitmap, struct xenctl_bitmap, nr_bits);
}

static void arch_x86_64_h(void)
{
	const struct trap_info all_flags = {.flags = 0xff};

	SAME(PV_FLAT_RING3_CS32, FLAT_RING3_CS32);
	SAME(PV_FLAT_RING3_DS32, FLAT_RING3_DS32);
	SAME(PV_FLAT_RING3_SS32, FLAT_RING3_SS32);
	SAME(PV_FLAT_RING3_CS64, FLAT_RING3_CS64);
	SAME(PV_FLAT_RING3_DS64, FLAT_RING3_DS64);
	SAME(PV_FLAT_RING3_SS64, FLAT_RING3_SS64);
	SAME(PV_FLAT_KERNEL_CS64, FLAT_KERNEL_CS64);
	SAME(PV_FLAT_KERNEL_CS32, FLAT_KERNEL_CS32);
	SAME(PV_FLAT_KERNEL_CS, FLAT_KERNEL_CS);
	SAME(PV_FLAT_KERNEL_DS64, FLAT_KERNEL_DS64);
	SAME(PV_FLAT_KERNEL_DS32, FLAT_KERNEL_DS32);
	SAME(PV_FLAT_KERNEL_DS, FLAT_KERNEL_DS);
	SAME(PV_FLAT_KERNEL_SS64, FLAT_KERNEL_SS64);
	SAME(PV_FLAT_KERNEL_SS32, FLAT_KERNEL_SS32);
	SAME(PV_FLAT_KERNEL_SS, FLAT_KERNEL_SS);
	SAME(PV_FLAT_USER_CS64, FLAT_USER_CS64);
	SAME(PV_FLAT_USER_CS32, FLAT_USER_CS32);
	SAME(PV_FLAT_USER_CS, FLAT_USER_CS);
	SAME(PV_FLAT_USER_DS64, FLAT_USER_DS64);
	SAME(PV_FLAT_USER_DS32, FLAT_USER_DS32);
	SAME(PV_FLAT_USER_DS, FLAT_USER_DS);
	SAME(PV_FLAT_USER_SS64, FLAT_USER_SS64);
	SAME(PV_FLAT_USER_SS32, FLAT_USER_SS32);
	SAME(PV_FLAT_USER_SS, FLAT_USER_SS);
	SAME(PV_FIRST_RESERVED_GDT_PAGE, FIRST_RESERVED_GDT_PAGE);
	SAME(PV_FIRST_RESERVED_GDT_BYTE, FIRST_RESERVED_GDT_BYTE);
	SAME(PV_FIRST_RESERVED_GDT_ENTRY, FIRST_RESERVED_GDT_ENTRY);
	SAME(PV_HYPERVISOR_VIRT_START, HYPERVISOR_VIRT_START);
	SAME(PV_HYPERVISOR_VIRT_END, HYPERVISOR_VIRT_END);
	SAME(PV_MACH2PHYS_VIRT_START, MACH2PHYS_VIRT_START);
	SAME(PV_MACH2PHYS_VIRT_END, MACH2PHYS_VIRT_END);
	SAME(PV_MACH2PHYS_NR_ENTRIES, MACH2PHYS_NR_ENTRIES);
	SAME(PV_LEGACY_MAX_VCPUS, XEN_LEGACY_MAX_VCPUS);
	SAME(PV_SEGBASE_FS, SEGBASE_FS);
	SAME(PV_SEGBASE_GS_USER, SEGBASE_GS_USER);
	SAME(PV_SEGBASE_GS_KERNEL, SEGBASE_GS_KERNEL);
	SAME(PV_SEGBASE_GS_USER_SEL, SEGBASE_GS_USER_SEL);
	SAME(PV_VGCF_I387_VALID, VGCF_I387_VALID);
	SAME(PV_VGCF_IN_KERNEL, VGCF_IN_KERNEL);
	SAME(PV_VGCF_FAILSAFE_DISABLES_EVENTS, VGCF_failsafe_disables_events);
	SAME(PV_VGCF_SYSCALL_DISABLES_EVENTS, VGCF_syscall_disables_events);
	SAME(PV_VGCF_ONLINE, VGCF_online);
	SAME(PV_VGCF_IN_SYSCALL, VGCF_in_syscall);
	SAME(strcmp(PV_EMULATE_PREFIX, XEN_EMULATE_PREFIX), 0);
	SAME(PV_X86_EMU_LAPIC, XEN_X86_EMU_LAPIC);
	SAME(PV_X86_EMU_HPET, XEN_X86_EMU_HPET);
	SAME(PV_X86_EMU_PM, XEN_X86_EMU_PM);
	SAME(PV_X86_EMU_RTC, XEN_X86_EMU_RTC);
	SAME(PV_X86_EMU_IOAPIC, XEN_X86_EMU_IOAPIC);
	SAME(PV_X86_EMU_PIC, XEN_X86_EMU_PIC);
	SAME(PV_X86_EMU_VGA, XEN_X86_EMU_VGA);
	SAME(PV_X86_EMU_IOMMU, XEN_X86_EMU_IOMMU);
	SAME(PV_X86_EMU_PIT, XEN_X86_EMU_PIT);
	SAME(PV_X86_EMU_USE_PIRQ, XEN_X86_EMU_USE_PIRQ);
	SAME(PV_X86_EMU_VPCI, XEN_X86_EMU_VPCI);
	SAME(PV_X86_MSR_RELAXED, XEN_X86_MSR_RELAXED);
	SAME(PV_X86_MISC_FLAGS_MAX, XEN_X86_MISC_FLAGS_MAX);
	SAME(PV_CPUID_NO_SUBLEAF, XEN_CPUID_NO_SUBLEAF);
	SAME(PV_TI_DPL_MASK, TI_GET_DPL(&all_flags));
	SAME(PV_TI_IF, TI_GET_IF(&all_flags));
	SAME(PV_PFN_TO_CR3(5), xen_pfn_to_cr3(5));
	SAME(PV_CR3_TO_PFN(0x5000), xen_cr3_to_pfn(0x5000));

	SIZE(struct pv_trap_info, struct trap_info);
	FIELD(struct pv_trap_info, struct trap_info, vector);
	FIELD(struct pv_trap_info, struct trap_info, flags);
	FIELD(struct pv_trap_info, struct trap_info, cs);
	FIELD(struct pv_trap_info, struct trap_info, address);

	SIZE(struct pv_cpu_user_regs, struct cpu_user_regs);
	FIELD(struct pv_cpu_user_regs, struct cpu_user_regs, r15);
	FIELD(struct pv_cpu_user_regs, struct cpu_user_regs, r14);
	FIELD(struct pv_cpu_user_regs, struct cpu_user_regs, r13);
	FIELD(struct pv_cpu_user_regs, struct cpu_user_regs, r12);
	FIELD(struct pv_cpu_user_regs, struct cpu_user_regs, rbp);
	FIELD(struct pv_cpu_user_regs, struct cpu_user_regs, rbx);
	FIELD(struct pv_cpu_user_regs, struct cpu_user_regs, r11);
	FIELD(struct pv_cpu_user_regs, struct cpu_user_regs, r10);
	FIELD(struct pv_cpu_user_regs, struct cpu_user_regs, r9);
	FIELD(struct pv_cpu_user_regs, struct cpu_user_regs, r8);
	FIELD(struct pv_cpu_user_regs, struct cpu_user_regs, rax);
	FIELD(struct pv_cpu_user_regs, struct cpu_user_regs, rcx);
	FIELD(struct pv_cpu_user_regs, struct cpu_user_regs, rdx);
	FIELD(struct pv_cpu_user_regs, struct cpu_user_regs, rsi);
	FIELD(struct pv_cpu_user_regs, struct cpu_user_regs, rdi);
	FIELD(struct pv_cpu_user_regs, struct cpu_user_regs, error_code);
	FIELD(struct pv_cpu_user_regs, struct cpu_user_regs, entry_vector);
	FIELD(struct pv_cpu_user_regs, struct cpu_user_regs, rip);
	FIELD(struct pv_cpu_user_regs, struct cpu_user_regs, cs);
	FIELD_AS(struct pv_cpu_user_regs, pad0, struct cpu_user_regs, _pad0);
	FIELD(struct pv_cpu_user_regs, struct cpu_user_regs, saved_upcall_mask);
	FIELD_AS(struct pv_cpu_user_regs, pad1, struct cpu_user_regs, _pad1);
	FIELD(struct pv_cpu_user_regs, struct cpu_user_regs, rflags);
	FIELD(struct pv_cpu_user_regs, struct cpu_user_regs, rsp);
	FIELD(struct pv_cpu_user_regs, struct cpu_user_regs, ss);
	FIELD_AS(struct pv_cpu_user_regs, pad2, struct cpu_user_regs, _pad2);
	FIELD(struct pv_cpu_user_regs, struct cpu_user_regs, es);
	FIELD_AS(struct pv_cpu_user_regs, pad3, struct cpu_user_regs, _pad3);
	FIELD(struct pv_cpu_user_regs, struct cpu_user_regs, ds);
	FIELD_AS(struct pv_cpu_user_regs, pad4, struct cpu_user_regs, _pad4);
	FIELD(struct pv_cpu_user_regs, struct cpu_user_regs, fs);
	FIELD_AS(struct pv_cpu_user_regs, pad5, struct cpu_user_regs, _pad5);
	FIELD(struct pv_cpu_user_regs, struct cpu_user_regs, gs);
	FIELD_AS(struct pv_cpu_user_regs, pad6, struct cpu_user_regs, _pad6);

	SIZE(struct pv_vcpu_guest_context, struct vcpu_guest_context);
	FIELD(struct pv_vcpu_guest_context, struct vcpu_guest_context, fpu_ctxt);
	FIELD(struct pv_vcpu_guest_context, struct vcpu_guest_context, fpu_ctxt.x);
	FIELD(struct pv_vcpu_guest_context, struct vcpu_guest_context, flags);
	FIELD(struct pv_vcpu_guest_context, struct vcpu_guest_context, user_regs);
	FIELD(struct pv_vcpu_guest_context, struct vcpu_guest_context, trap_ctxt);
	FIELD(struct pv_vcpu_guest_context, struct vcpu_guest_context, ldt_base);
	FIELD(struct pv_vcpu_guest_context, struct vcpu_guest_context, ldt_ents);
	FIELD(struct pv_vcpu_guest_context, struct vcpu_guest_context, gdt_frames);
	FIELD(struct pv_vcpu_guest_context, struct vcpu_guest_context, gdt_ents);
	FIELD(struct pv_vcpu_guest_context, struct vcpu_guest_context, kernel_ss);
	FIELD(struct pv_vcpu_guest_context, struct vcpu_guest_context, kernel_sp);
	FIELD(struct pv_vcpu_guest_context, struct vcpu_guest_context, ctrlreg);
	FIELD(struct pv_vcpu_guest_context, struct vcpu_guest_context, debugreg);
	FIELD(struct pv_vcpu_guest_context, struct vcpu_guest_context, event_callback_eip);
	FIELD(struct pv_vcpu_guest_context, struct vcpu_guest_context, failsafe_callback_eip);
	FIELD(struct pv_vcpu_guest_context, struct vcpu_guest_context, syscall_callback_eip);
	FIELD(struct pv_vcpu_guest_context, struct vcpu_guest_context, vm_assist);
	FIELD(struct pv_vcpu_guest_context, struct vcpu_guest_context, fs_base);
	FIELD(struct pv_vcpu_guest_context, struct vcpu_guest_context, gs_base_kernel);
	FIELD(struct pv_vcpu_guest_context, struct vcpu_guest_context, gs_base_user);

	SIZE(struct pv_iret_context, struct iret_context);
	FIELD(struct pv_iret_context, struct iret_context, rax);
	FIELD(struct pv_iret_context, struct iret_context, r11);
	FIELD(struct pv_iret_context, struct iret_context, rcx);
	FIELD(struct pv_iret_context, struct iret_context, flags);
	FIELD(struct pv_iret_context, struct iret_context, rip);
	FIELD(struct pv_iret_context, struct iret_context, cs);
	FIELD(struct pv_iret_context, struct iret_context, rflags);
	FIELD(struct pv_iret_context, struct iret_context, rsp);
	FIELD(struct pv_iret_context, struct iret_context, ss);

	SIZE(struct pv_arch_vcpu_info, struct arch_vcpu_info);
	FIELD(struct pv_arch_vcpu_info, struct arch_vcpu_info, cr2);
	FIELD(struct pv_arch_vcpu_info, struct arch_vcpu_info, pad);

	SIZE(struct pv_arch_shared_info, struct arch_shared_info);
	FIELD(struct pv_arch_shared_info, struct arch_shared_info, max_pfn);
	FIELD(struct pv_arch_shared_info, struct arch_shared_info, pfn_to_mfn_frame_list_list);
	FIELD(struct pv_arch_shared_info, struct arch_shared_info, nmi_reason);
	FIELD(struct pv_arch_shared_info, struct arch_shared_info, p2m_cr3);
	FIELD(struct pv_arch_shared_info, struct arch_shared_info, p2m_vaddr);
	FIELD(struct pv_arch_shared_info, struct arch_shared_info, p2m_generation);

	SIZE(struct pv_arch_domainconfig, struct xen_arch_domainconfig);
	FIELD(struct pv_arch_domainconfig, struct xen_arch_domainconfig, emulation_flags);
	FIELD(struct pv_arch_domainconfig, struct xen_arch_domainconfig, misc_flags);

	SIZE(struct pv_cpuid_leaf, struct xen_cpuid_leaf);
	FIELD(struct pv_cpuid_leaf, struct xen_cpuid_leaf, leaf);
	FIELD(struct pv_cpuid_leaf, struct xen_cpuid_leaf, subleaf);
	FIELD(struct pv_cpuid_leaf, struct xen_cpuid_leaf, a);
	FIELD(struct pv_cpuid_leaf, struct xen_cpuid_leaf, b);
	FIELD(struct pv_cpuid_leaf, struct xen_cpuid_leaf, c);
	FIELD(struct pv_cpuid_leaf, struct xen_cpuid_leaf, d);

	SIZE(struct pv_msr_entry, struct xen_msr_entry);
	FIELD(struct pv_msr_entry, struct xen_msr_entry, idx);
	FIELD(struct pv_msr_entry, struct xen_msr_entry, flags);
	FIELD(struct pv_msr_entry, struct xen_msr_entry, val);
}

static void errno_h(void)
{
	SAME(PV_EPERM, XEN_EPERM);
	SAME(PV_ENOENT, XEN_ENOENT);
	SAME(PV_ESRCH, XEN_ESRCH);
	SAME(PV_EIO, XEN_EIO);
	SAME(PV_ENXIO, XEN_ENXIO);
	SAME(PV_E2BIG, XEN_E2BIG);
	SAME(PV_ENOEXEC, XEN_ENOEXEC);
	SAME(PV_EBADF, XEN_EBADF);
	SAME(PV_ECHILD, XEN_ECHILD);
	SAME(PV_EAGAIN, XEN_EAGAIN);
	SAME(PV_EWOULDBLOCK, XEN_EWOULDBLOCK);
	SAME(PV_ENOMEM, XEN_ENOMEM);
	SAME(PV_EACCES, XEN_EACCES);
	SAME(PV_EFAULT, XEN_EFAULT);
	SAME(PV_EBUSY, XEN_EBUSY);
	SAME(PV_EEXIST, XEN_EEXIST);
	SAME(PV_EXDEV, XEN_EXDEV);
	SAME(PV_ENODEV, XEN_ENODEV);
	SAME(PV_ENOTDIR, XEN_ENOTDIR);
	SAME(PV_EISDIR, XEN_EISDIR);
	SAME(PV_EINVAL, XEN_EINVAL);
	SAME(PV_ENFILE, XEN_ENFILE);
	SAME(PV_EMFILE, XEN_EMFILE);
	SAME(PV_ENOSPC, XEN_ENOSPC);
	SAME(PV_EROFS, XEN_EROFS);
	SAME(PV_EMLINK, XEN_EMLINK);
	SAME(PV_EDOM, XEN_EDOM);
	SAME(PV_ERANGE, XEN_ERANGE);
	SAME(PV_EDEADLK, XEN_EDEADLK);
	SAME(PV_EDEADLOCK, XEN_EDEADLOCK);
	SAME(PV_ENAMETOOLONG, XEN_ENAMETOOLONG);
	SAME(PV_ENOLCK, XEN_ENOLCK);
	SAME(PV_ENOSYS, XEN_ENOSYS);
	SAME(PV_ENOTEMPTY, XEN_ENOTEMPTY);
	SAME(PV_ENODATA, XEN_ENODATA);
	SAME(PV_ETIME, XEN_ETIME);
	SAME(PV_EBADMSG, XEN_EBADMSG);
	SAME(PV_EOVERFLOW, XEN_EOVERFLOW);
	SAME(PV_EILSEQ, XEN_EILSEQ);
	SAME(PV_ENOTSOCK, XEN_ENOTSOCK);
	SAME(PV_EMSGSIZE, XEN_EMSGSIZE);
	SAME(PV_EOPNOTSUPP, XEN_EOPNOTSUPP);
	SAME(PV_EADDRINUSE, XEN_EADDRINUSE);
	SAME(PV_EADDRNOTAVAIL, XEN_EADDRNOTAVAIL);
	SAME(PV_ENOBUFS, XEN_ENOBUFS);
	SAME(PV_EISCONN, XEN_EISCONN);
	SAME(PV_ENOTCONN, XEN_ENOTCONN);
	SAME(PV_ETIMEDOUT, XEN_ETIMEDOUT);
	SAME(PV_ECONNREFUSED, XEN_ECONNREFUSED);
}

static void features_h(void)
{
	SAME(PV_XENFEAT_WRITABLE_PAGE_TABLES, XENFEAT_writable_page_tables);
	SAME(PV_XENFEAT_WRITABLE_DESCRIPTOR_TABLES, XENFEAT_writable_descriptor_tables);
	SAME(PV_XENFEAT_AUTO_TRANSLATED_PHYSMAP, XENFEAT_auto_translated_physmap);
	SAME(PV_XENFEAT_SUPERVISOR_MODE_KERNEL, XENFEAT_supervisor_mode_kernel);
	SAME(PV_XENFEAT_PAE_PGDIR_ABOVE_4GB, XENFEAT_pae_pgdir_above_4gb);
	SAME(PV_XENFEAT_MMU_PT_UPDATE_PRESERVE_AD, XENFEAT_mmu_pt_update_preserve_ad);
	SAME(PV_XENFEAT_HIGHMEM_ASSIST, XENFEAT_highmem_assist);
	SAME(PV_XENFEAT_GNTTAB_MAP_AVAIL_BITS, XENFEAT_gnttab_map_avail_bits);
	SAME(PV_XENFEAT_HVM_CALLBACK_VECTOR, XENFEAT_hvm_callback_vector);
	SAME(PV_XENFEAT_HVM_SAFE_PVCLOCK, XENFEAT_hvm_safe_pvclock);
	SAME(PV_XENFEAT_HVM_PIRQS, XENFEAT_hvm_pirqs);
	SAME(PV_XENFEAT_DOM0, XENFEAT_dom0);
	SAME(PV_XENFEAT_MEMORY_OP_VNODE_SUPPORTED, XENFEAT_memory_op_vnode_supported);
	SAME(PV_XENFEAT_ARM_SMCCC_SUPPORTED, XENFEAT_ARM_SMCCC_supported);
	SAME(PV_XENFEAT_LINUX_RSDP_UNRESTRICTED, XENFEAT_linux_rsdp_unrestricted);
	SAME(PV_XENFEAT_NOT_DIRECT_MAPPED, XENFEAT_not_direct_mapped);
	SAME(PV_XENFEAT_DIRECT_MAPPED, XENFEAT_direct_mapped);
	SAME(PV_XENFEAT_NR_SUBMAPS, XENFEAT_NR_SUBMAPS);
}

static void version_h(void)
{
	SAME(PV_XENVER_VERSION, XENVER_version);
	SAME(PV_XENVER_EXTRAVERSION, XENVER_extraversion);
	SAME(PV_XENVER_COMPILE_INFO, XENVER_compile_info);
	SAME(PV_XENVER_CAPABILITIES, XENVER_capabilities);
	SAME(PV_XENVER_CHANGESET, XENVER_changeset);
	SAME(PV_XENVER_PLATFORM_PARAMETERS, XENVER_platform_parameters);
	SAME(PV_XENVER_GET_FEATURES, XENVER_get_features);
	SAME(PV_XENVER_PAGESIZE, XENVER_pagesize);
	SAME(PV_XENVER_GUEST_HANDLE, XENVER_guest_handle);
	SAME(PV_XENVER_COMMANDLINE, XENVER_commandline);
	SAME(PV_XENVER_BUILD_ID, XENVER_build_id);
	SAME(PV_EXTRAVERSION_LEN, XEN_EXTRAVERSION_LEN);
	SAME(PV_CAPABILITIES_INFO_LEN, XEN_CAPABILITIES_INFO_LEN);
	SAME(PV_CHANGESET_INFO_LEN, XEN_CHANGESET_INFO_LEN);
	SAME(PV_COMMANDLINE_LEN, sizeof(xen_commandline_t));

	SIZE(struct pv_compile_info, struct xen_compile_info);
	FIELD(struct pv_compile_info, struct xen_compile_info, compiler);
	FIELD(struct pv_compile_info, struct xen_compile_info, compile_by);
	FIELD(struct pv_compile_info, struct xen_compile_info, compile_domain);
	FIELD(struct pv_compile_info, struct xen_compile_info, compile_date);

	SIZE(struct pv_platform_parameters, struct xen_platform_parameters);
	FIELD(struct pv_platform_parameters, struct xen_platform_parameters, virt_start);

	SIZE(struct pv_feature_info, struct xen_feature_info);
	FIELD(struct pv_feature_info, struct xen_feature_info, submap_idx);
	FIELD(struct pv_feature_info, struct xen_feature_info, submap);

	SIZE(struct pv_build_id, struct xen_build_id);
	FIELD(struct pv_build_id, struct xen_build_id, len);
}

static void elfnote_h(void)
{
	SAME(PV_ELFNOTE_INFO, XEN_ELFNOTE_INFO);
	SAME(PV_ELFNOTE_ENTRY, XEN_ELFNOTE_ENTRY);
	SAME(PV_ELFNOTE_HYPERCALL_PAGE, XEN_ELFNOTE_HYPERCALL_PAGE);
	SAME(PV_ELFNOTE_VIRT_BASE, XEN_ELFNOTE_VIRT_BASE);
	SAME(PV_ELFNOTE_PADDR_OFFSET, XEN_ELFNOTE_PADDR_OFFSET);
	SAME(PV_ELFNOTE_XEN_VERSION, XEN_ELFNOTE_XEN_VERSION);
	SAME(PV_ELFNOTE_GUEST_OS, XEN_ELFNOTE_GUEST_OS);
	SAME(PV_ELFNOTE_GUEST_VERSION, XEN_ELFNOTE_GUEST_VERSION);
	SAME(PV_ELFNOTE_LOADER, XEN_ELFNOTE_LOADER);
	SAME(PV_ELFNOTE_PAE_MODE, XEN_ELFNOTE_PAE_MODE);
	SAME(PV_ELFNOTE_FEATURES, XEN_ELFNOTE_FEATURES);
	SAME(PV_ELFNOTE_BSD_SYMTAB, XEN_ELFNOTE_BSD_SYMTAB);
	SAME(PV_ELFNOTE_HV_START_LOW, XEN_ELFNOTE_HV_START_LOW);
	SAME(PV_ELFNOTE_L1_MFN_VALID, XEN_ELFNOTE_L1_MFN_VALID);
	SAME(PV_ELFNOTE_SUSPEND_CANCEL, XEN_ELFNOTE_SUSPEND_CANCEL);
	SAME(PV_ELFNOTE_INIT_P2M, XEN_ELFNOTE_INIT_P2M);
	SAME(PV_ELFNOTE_MOD_START_PFN, XEN_ELFNOTE_MOD_START_PFN);
	SAME(PV_ELFNOTE_SUPPORTED_FEATURES, XEN_ELFNOTE_SUPPORTED_FEATURES);
	SAME(PV_ELFNOTE_PHYS32_ENTRY, XEN_ELFNOTE_PHYS32_ENTRY);
	SAME(PV_ELFNOTE_MAX, XEN_ELFNOTE_MAX);
}

static void cpuid_h(void)
{
	SAME(PV_CPUID_FIRST_LEAF, XEN_CPUID_FIRST_LEAF);
	SAME(PV_CPUID_SIGNATURE_EBX, XEN_CPUID_SIGNATURE_EBX);
	SAME(PV_CPUID_SIGNATURE_ECX, XEN_CPUID_SIGNATURE_ECX);
	SAME(PV_CPUID_SIGNATURE_EDX, XEN_CPUID_SIGNATURE_EDX);
	SAME(PV_CPUID_FEAT1_MMU_PT_UPDATE_PRESERVE_AD, XEN_CPUID_FEAT1_MMU_PT_UPDATE_PRESERVE_AD);
	SAME(PV_CPUID_MACHINE_ADDRESS_WIDTH_MASK, XEN_CPUID_MACHINE_ADDRESS_WIDTH_MASK);
	SAME(PV_CPUID_MAX_NUM_LEAVES, XEN_CPUID_MAX_NUM_LEAVES);
	SAME(PV_CPUID_LEAF(3), XEN_CPUID_LEAF(3));
}

static void nmi_h(void)
{
	SAME(PV_NMIREASON_IO_ERROR, XEN_NMIREASON_io_error);
	SAME(PV_NMIREASON_PCI_SERR, XEN_NMIREASON_pci_serr);
	SAME(PV_NMIREASON_UNKNOWN, XEN_NMIREASON_unknown);
	SAME(PV_XENNMI_REGISTER_CALLBACK, XENNMI_register_callback);
	SAME(PV_XENNMI_UNREGISTER_CALLBACK, XENNMI_unregister_callback);

	SIZE(struct pv_xennmi_callback, struct xennmi_callback);
	FIELD(struct pv_xennmi_callback, struct xennmi_callback, handler_address);
	FIELD(struct pv_xennmi_callback, struct xennmi_callback, pad);
}

void check_core(void)
{
	pv_h();
	arch_x86_64_h();
	errno_h();
	features_h();
	version_h();
	elfnote_h();
	cpuid_h();
	nmi_h();
}
