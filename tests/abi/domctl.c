/* SPDX-License-Identifier: BSD-2-Clause */
/* Every name of our headers against its standard counterpart: domain control. */
#include "check.h"
#include "public/domctl.h"

static void domctl_h(void)
{
	SAME(PV_DOMCTL_INTERFACE_VERSION, XEN_DOMCTL_INTERFACE_VERSION);
	SAME(PV_DOMCTL_CREATEDOMAIN, XEN_DOMCTL_createdomain);
	SAME(PV_DOMCTL_DESTROYDOMAIN, XEN_DOMCTL_destroydomain);
	SAME(PV_DOMCTL_PAUSEDOMAIN, XEN_DOMCTL_pausedomain);
	SAME(PV_DOMCTL_UNPAUSEDOMAIN, XEN_DOMCTL_unpausedomain);
	SAME(PV_DOMCTL_GETDOMAININFO, XEN_DOMCTL_getdomaininfo);
	SAME(PV_DOMCTL_SETVCPUAFFINITY, XEN_DOMCTL_setvcpuaffinity);
	SAME(PV_DOMCTL_SHADOW_OP, XEN_DOMCTL_shadow_op);
	SAME(PV_DOMCTL_MAX_MEM, XEN_DOMCTL_max_mem);
	SAME(PV_DOMCTL_SETVCPUCONTEXT, XEN_DOMCTL_setvcpucontext);
	SAME(PV_DOMCTL_GETVCPUCONTEXT, XEN_DOMCTL_getvcpucontext);
	SAME(PV_DOMCTL_GETVCPUINFO, XEN_DOMCTL_getvcpuinfo);
	SAME(PV_DOMCTL_MAX_VCPUS, XEN_DOMCTL_max_vcpus);
	SAME(PV_DOMCTL_SCHEDULER_OP, XEN_DOMCTL_scheduler_op);
	SAME(PV_DOMCTL_SETDOMAINHANDLE, XEN_DOMCTL_setdomainhandle);
	SAME(PV_DOMCTL_SETDEBUGGING, XEN_DOMCTL_setdebugging);
	SAME(PV_DOMCTL_IRQ_PERMISSION, XEN_DOMCTL_irq_permission);
	SAME(PV_DOMCTL_IOMEM_PERMISSION, XEN_DOMCTL_iomem_permission);
	SAME(PV_DOMCTL_IOPORT_PERMISSION, XEN_DOMCTL_ioport_permission);
	SAME(PV_DOMCTL_HYPERCALL_INIT, XEN_DOMCTL_hypercall_init);
	SAME(PV_DOMCTL_SETTIMEOFFSET, XEN_DOMCTL_settimeoffset);
	SAME(PV_DOMCTL_GETVCPUAFFINITY, XEN_DOMCTL_getvcpuaffinity);
	SAME(PV_DOMCTL_REAL_MODE_AREA, XEN_DOMCTL_real_mode_area);
	SAME(PV_DOMCTL_RESUMEDOMAIN, XEN_DOMCTL_resumedomain);
	SAME(PV_DOMCTL_SENDTRIGGER, XEN_DOMCTL_sendtrigger);
	SAME(PV_DOMCTL_SUBSCRIBE, XEN_DOMCTL_subscribe);
	SAME(PV_DOMCTL_GETHVMCONTEXT, XEN_DOMCTL_gethvmcontext);
	SAME(PV_DOMCTL_SETHVMCONTEXT, XEN_DOMCTL_sethvmcontext);
	SAME(PV_DOMCTL_SET_ADDRESS_SIZE, XEN_DOMCTL_set_address_size);
	SAME(PV_DOMCTL_GET_ADDRESS_SIZE, XEN_DOMCTL_get_address_size);
	SAME(PV_DOMCTL_ASSIGN_DEVICE, XEN_DOMCTL_assign_device);
	SAME(PV_DOMCTL_BIND_PT_IRQ, XEN_DOMCTL_bind_pt_irq);
	SAME(PV_DOMCTL_MEMORY_MAPPING, XEN_DOMCTL_memory_mapping);
	SAME(PV_DOMCTL_IOPORT_MAPPING, XEN_DOMCTL_ioport_mapping);
	SAME(PV_DOMCTL_SET_EXT_VCPUCONTEXT, XEN_DOMCTL_set_ext_vcpucontext);
	SAME(PV_DOMCTL_GET_EXT_VCPUCONTEXT, XEN_DOMCTL_get_ext_vcpucontext);
	SAME(PV_DOMCTL_SET_OPT_FEATURE, XEN_DOMCTL_set_opt_feature);
	SAME(PV_DOMCTL_TEST_ASSIGN_DEVICE, XEN_DOMCTL_test_assign_device);
	SAME(PV_DOMCTL_SET_TARGET, XEN_DOMCTL_set_target);
	SAME(PV_DOMCTL_DEASSIGN_DEVICE, XEN_DOMCTL_deassign_device);
	SAME(PV_DOMCTL_UNBIND_PT_IRQ, XEN_DOMCTL_unbind_pt_irq);
	SAME(PV_DOMCTL_GET_DEVICE_GROUP, XEN_DOMCTL_get_device_group);
	SAME(PV_DOMCTL_DEBUG_OP, XEN_DOMCTL_debug_op);
	SAME(PV_DOMCTL_GETHVMCONTEXT_PARTIAL, XEN_DOMCTL_gethvmcontext_partial);
	SAME(PV_DOMCTL_VM_EVENT_OP, XEN_DOMCTL_vm_event_op);
	SAME(PV_DOMCTL_MEM_SHARING_OP, XEN_DOMCTL_mem_sharing_op);
	SAME(PV_DOMCTL_GETTSCINFO, XEN_DOMCTL_gettscinfo);
	SAME(PV_DOMCTL_SETTSCINFO, XEN_DOMCTL_settscinfo);
	SAME(PV_DOMCTL_GETPAGEFRAMEINFO3, XEN_DOMCTL_getpageframeinfo3);
	SAME(PV_DOMCTL_SETVCPUEXTSTATE, XEN_DOMCTL_setvcpuextstate);
	SAME(PV_DOMCTL_GETVCPUEXTSTATE, XEN_DOMCTL_getvcpuextstate);
	SAME(PV_DOMCTL_SET_ACCESS_REQUIRED, XEN_DOMCTL_set_access_required);
	SAME(PV_DOMCTL_AUDIT_P2M, XEN_DOMCTL_audit_p2m);
	SAME(PV_DOMCTL_SET_VIRQ_HANDLER, XEN_DOMCTL_set_virq_handler);
	SAME(PV_DOMCTL_SET_BROKEN_PAGE_P2M, XEN_DOMCTL_set_broken_page_p2m);
	SAME(PV_DOMCTL_SETNODEAFFINITY, XEN_DOMCTL_setnodeaffinity);
	SAME(PV_DOMCTL_GETNODEAFFINITY, XEN_DOMCTL_getnodeaffinity);
	SAME(PV_DOMCTL_CACHEFLUSH, XEN_DOMCTL_cacheflush);
	SAME(PV_DOMCTL_GET_VCPU_MSRS, XEN_DOMCTL_get_vcpu_msrs);
	SAME(PV_DOMCTL_SET_VCPU_MSRS, XEN_DOMCTL_set_vcpu_msrs);
	SAME(PV_DOMCTL_SETVNUMAINFO, XEN_DOMCTL_setvnumainfo);
	SAME(PV_DOMCTL_PSR_CMT_OP, XEN_DOMCTL_psr_cmt_op);
	SAME(PV_DOMCTL_MONITOR_OP, XEN_DOMCTL_monitor_op);
	SAME(PV_DOMCTL_PSR_ALLOC, XEN_DOMCTL_psr_alloc);
	SAME(PV_DOMCTL_SOFT_RESET, XEN_DOMCTL_soft_reset);
	SAME(PV_DOMCTL_VUART_OP, XEN_DOMCTL_vuart_op);
	SAME(PV_DOMCTL_GET_CPU_POLICY, XEN_DOMCTL_get_cpu_policy);
	SAME(PV_DOMCTL_SET_CPU_POLICY, XEN_DOMCTL_set_cpu_policy);
	SAME(PV_DOMCTL_VMTRACE_OP, XEN_DOMCTL_vmtrace_op);
	SAME(PV_DOMCTL_GET_PAGING_MEMPOOL_SIZE, XEN_DOMCTL_get_paging_mempool_size);
	SAME(PV_DOMCTL_SET_PAGING_MEMPOOL_SIZE, XEN_DOMCTL_set_paging_mempool_size);
	SAME(PV_DOMCTL_GDBSX_GUESTMEMIO, XEN_DOMCTL_gdbsx_guestmemio);
	SAME(PV_DOMCTL_GDBSX_PAUSEVCPU, XEN_DOMCTL_gdbsx_pausevcpu);
	SAME(PV_DOMCTL_GDBSX_UNPAUSEVCPU, XEN_DOMCTL_gdbsx_unpausevcpu);
	SAME(PV_DOMCTL_GDBSX_DOMSTATUS, XEN_DOMCTL_gdbsx_domstatus);
	SAME(PV_DOMCTL_CDF_HVM, XEN_DOMCTL_CDF_hvm);
	SAME(PV_DOMCTL_CDF_HAP, XEN_DOMCTL_CDF_hap);
	SAME(PV_DOMCTL_CDF_S3_INTEGRITY, XEN_DOMCTL_CDF_s3_integrity);
	SAME(PV_DOMCTL_CDF_OOS_OFF, XEN_DOMCTL_CDF_oos_off);
	SAME(PV_DOMCTL_CDF_XS_DOMAIN, XEN_DOMCTL_CDF_xs_domain);
	SAME(PV_DOMCTL_CDF_IOMMU, XEN_DOMCTL_CDF_iommu);
	SAME(PV_DOMCTL_CDF_NESTED_VIRT, XEN_DOMCTL_CDF_nested_virt);
	SAME(PV_DOMCTL_CDF_VPMU, XEN_DOMCTL_CDF_vpmu);
	SAME(PV_DOMCTL_CDF_MAX, XEN_DOMCTL_CDF_MAX);
	SAME(PV_DOMCTL_IOMMU_NO_SHAREPT, XEN_DOMCTL_IOMMU_no_sharept);
	SAME(PV_DOMCTL_GRANT_VERSION_MASK, XEN_DOMCTL_GRANT_version_mask);
	SAME(PV_DOMINF_DYING, XEN_DOMINF_dying);
	SAME(PV_DOMINF_HVM_GUEST, XEN_DOMINF_hvm_guest);
	SAME(PV_DOMINF_SHUTDOWN, XEN_DOMINF_shutdown);
	SAME(PV_DOMINF_PAUSED, XEN_DOMINF_paused);
	SAME(PV_DOMINF_BLOCKED, XEN_DOMINF_blocked);
	SAME(PV_DOMINF_RUNNING, XEN_DOMINF_running);
	SAME(PV_DOMINF_DEBUGGED, XEN_DOMINF_debugged);
	SAME(PV_DOMINF_XS_DOMAIN, XEN_DOMINF_xs_domain);
	SAME(PV_DOMINF_HAP, XEN_DOMINF_hap);
	SAME(PV_DOMINF_SHUTDOWNMASK, XEN_DOMINF_shutdownmask);
	SAME(PV_DOMINF_SHUTDOWNSHIFT, XEN_DOMINF_shutdownshift);
	SAME(PV_INVALID_MAX_VCPU_ID, XEN_INVALID_MAX_VCPU_ID);
	SAME(PV_DOMCTL_PFINFO_LTAB_SHIFT, XEN_DOMCTL_PFINFO_LTAB_SHIFT);
	SAME(PV_DOMCTL_PFINFO_NOTAB, XEN_DOMCTL_PFINFO_NOTAB);
	SAME(PV_DOMCTL_PFINFO_L1TAB, XEN_DOMCTL_PFINFO_L1TAB);
	SAME(PV_DOMCTL_PFINFO_L2TAB, XEN_DOMCTL_PFINFO_L2TAB);
	SAME(PV_DOMCTL_PFINFO_L3TAB, XEN_DOMCTL_PFINFO_L3TAB);
	SAME(PV_DOMCTL_PFINFO_L4TAB, XEN_DOMCTL_PFINFO_L4TAB);
	SAME(PV_DOMCTL_PFINFO_LTABTYPE_MASK, XEN_DOMCTL_PFINFO_LTABTYPE_MASK);
	SAME(PV_DOMCTL_PFINFO_LPINTAB, XEN_DOMCTL_PFINFO_LPINTAB);
	SAME(PV_DOMCTL_PFINFO_XTAB, XEN_DOMCTL_PFINFO_XTAB);
	SAME(PV_DOMCTL_PFINFO_XALLOC, XEN_DOMCTL_PFINFO_XALLOC);
	SAME(PV_DOMCTL_PFINFO_BROKEN, XEN_DOMCTL_PFINFO_BROKEN);
	SAME(PV_DOMCTL_PFINFO_LTAB_MASK, XEN_DOMCTL_PFINFO_LTAB_MASK);
	SAME(PV_DOMCTL_SHADOW_OP_OFF, XEN_DOMCTL_SHADOW_OP_OFF);
	SAME(PV_DOMCTL_SHADOW_OP_ENABLE_TEST, XEN_DOMCTL_SHADOW_OP_ENABLE_TEST);
	SAME(PV_DOMCTL_SHADOW_OP_ENABLE_LOGDIRTY, XEN_DOMCTL_SHADOW_OP_ENABLE_LOGDIRTY);
	SAME(PV_DOMCTL_SHADOW_OP_CLEAN, XEN_DOMCTL_SHADOW_OP_CLEAN);
	SAME(PV_DOMCTL_SHADOW_OP_PEEK, XEN_DOMCTL_SHADOW_OP_PEEK);
	SAME(PV_DOMCTL_SHADOW_OP_GET_ALLOCATION, XEN_DOMCTL_SHADOW_OP_GET_ALLOCATION);
	SAME(PV_DOMCTL_SHADOW_OP_SET_ALLOCATION, XEN_DOMCTL_SHADOW_OP_SET_ALLOCATION);
	SAME(PV_DOMCTL_SHADOW_OP_ENABLE, XEN_DOMCTL_SHADOW_OP_ENABLE);
	SAME(PV_DOMCTL_SHADOW_ENABLE_LOG_DIRTY, XEN_DOMCTL_SHADOW_ENABLE_LOG_DIRTY);
	SAME(PV_DOMCTL_SHADOW_LOGDIRTY_FINAL, XEN_DOMCTL_SHADOW_LOGDIRTY_FINAL);
	SAME(PV_VCPUAFFINITY_HARD, XEN_VCPUAFFINITY_HARD);
	SAME(PV_VCPUAFFINITY_SOFT, XEN_VCPUAFFINITY_SOFT);
	SAME(PV_VCPUAFFINITY_FORCE, XEN_VCPUAFFINITY_FORCE);
	SAME(PV_SCHEDULER_CREDIT, XEN_SCHEDULER_CREDIT);
	SAME(PV_SCHEDULER_CREDIT2, XEN_SCHEDULER_CREDIT2);
	SAME(PV_SCHEDULER_ARINC653, XEN_SCHEDULER_ARINC653);
	SAME(PV_SCHEDULER_RTDS, XEN_SCHEDULER_RTDS);
	SAME(PV_SCHEDULER_NULL, XEN_SCHEDULER_NULL);
	SAME(PV_DOMCTL_SCHEDOP_PUTINFO, XEN_DOMCTL_SCHEDOP_putinfo);
	SAME(PV_DOMCTL_SCHEDOP_GETINFO, XEN_DOMCTL_SCHEDOP_getinfo);
	SAME(PV_DOMCTL_SCHEDOP_PUTVCPUINFO, XEN_DOMCTL_SCHEDOP_putvcpuinfo);
	SAME(PV_DOMCTL_SCHEDOP_GETVCPUINFO, XEN_DOMCTL_SCHEDOP_getvcpuinfo);
	SAME(PV_DOMCTL_SENDTRIGGER_NMI, XEN_DOMCTL_SENDTRIGGER_NMI);
	SAME(PV_DOMCTL_SENDTRIGGER_RESET, XEN_DOMCTL_SENDTRIGGER_RESET);
	SAME(PV_DOMCTL_SENDTRIGGER_INIT, XEN_DOMCTL_SENDTRIGGER_INIT);
	SAME(PV_DOMCTL_SENDTRIGGER_POWER, XEN_DOMCTL_SENDTRIGGER_POWER);
	SAME(PV_DOMCTL_SENDTRIGGER_SLEEP, XEN_DOMCTL_SENDTRIGGER_SLEEP);
	SAME(PV_DOMCTL_DEBUG_OP_SINGLE_STEP_OFF, XEN_DOMCTL_DEBUG_OP_SINGLE_STEP_OFF);
	SAME(PV_DOMCTL_DEBUG_OP_SINGLE_STEP_ON, XEN_DOMCTL_DEBUG_OP_SINGLE_STEP_ON);
	SAME(PV_DOMCTL_GRANT_VERSION(0xf5), XEN_DOMCTL_GRANT_version(0xf5));

	SIZE(struct pv_domctl_createdomain, struct xen_domctl_createdomain);
	FIELD(struct pv_domctl_createdomain, struct xen_domctl_createdomain, ssidref);
	FIELD(struct pv_domctl_createdomain, struct xen_domctl_createdomain, handle);
	FIELD(struct pv_domctl_createdomain, struct xen_domctl_createdomain, flags);
	FIELD(struct pv_domctl_createdomain, struct xen_domctl_createdomain, iommu_opts);
	FIELD(struct pv_domctl_createdomain, struct xen_domctl_createdomain, max_vcpus);
	FIELD(struct pv_domctl_createdomain, struct xen_domctl_createdomain, max_evtchn_port);
	FIELD(struct pv_domctl_createdomain, struct xen_domctl_createdomain, max_grant_frames);
	FIELD(struct pv_domctl_createdomain, struct xen_domctl_createdomain, max_maptrack_frames);
	FIELD(struct pv_domctl_createdomain, struct xen_domctl_createdomain, grant_opts);
	FIELD(struct pv_domctl_createdomain, struct xen_domctl_createdomain, vmtrace_size);
	FIELD(struct pv_domctl_createdomain, struct xen_domctl_createdomain, cpupool_id);
	FIELD(struct pv_domctl_createdomain, struct xen_domctl_createdomain, arch);

	SIZE(struct pv_domctl_getdomaininfo, struct xen_domctl_getdomaininfo);
	FIELD(struct pv_domctl_getdomaininfo, struct xen_domctl_getdomaininfo, domain);
	FIELD(struct pv_domctl_getdomaininfo, struct xen_domctl_getdomaininfo, pad1);
	FIELD(struct pv_domctl_getdomaininfo, struct xen_domctl_getdomaininfo, flags);
	FIELD(struct pv_domctl_getdomaininfo, struct xen_domctl_getdomaininfo, tot_pages);
	FIELD(struct pv_domctl_getdomaininfo, struct xen_domctl_getdomaininfo, max_pages);
	FIELD(struct pv_domctl_getdomaininfo, struct xen_domctl_getdomaininfo, outstanding_pages);
	FIELD(struct pv_domctl_getdomaininfo, struct xen_domctl_getdomaininfo, shr_pages);
	FIELD(struct pv_domctl_getdomaininfo, struct xen_domctl_getdomaininfo, paged_pages);
	FIELD(struct pv_domctl_getdomaininfo, struct xen_domctl_getdomaininfo, shared_info_frame);
	FIELD(struct pv_domctl_getdomaininfo, struct xen_domctl_getdomaininfo, cpu_time);
	FIELD(struct pv_domctl_getdomaininfo, struct xen_domctl_getdomaininfo, nr_online_vcpus);
	FIELD(struct pv_domctl_getdomaininfo, struct xen_domctl_getdomaininfo, max_vcpu_id);
	FIELD(struct pv_domctl_getdomaininfo, struct xen_domctl_getdomaininfo, ssidref);
	FIELD(struct pv_domctl_getdomaininfo, struct xen_domctl_getdomaininfo, handle);
	FIELD(struct pv_domctl_getdomaininfo, struct xen_domctl_getdomaininfo, cpupool);
	FIELD(struct pv_domctl_getdomaininfo, struct xen_domctl_getdomaininfo, gpaddr_bits);
	FIELD(struct pv_domctl_getdomaininfo, struct xen_domctl_getdomaininfo, pad2);
	FIELD(struct pv_domctl_getdomaininfo, struct xen_domctl_getdomaininfo, arch_config);

	SIZE(struct pv_domctl_getpageframeinfo3, struct xen_domctl_getpageframeinfo3);
	FIELD(struct pv_domctl_getpageframeinfo3, struct xen_domctl_getpageframeinfo3, num);
	FIELD(struct pv_domctl_getpageframeinfo3, struct xen_domctl_getpageframeinfo3, array);

	SIZE(struct pv_domctl_shadow_op_stats, struct xen_domctl_shadow_op_stats);
	FIELD(struct pv_domctl_shadow_op_stats, struct xen_domctl_shadow_op_stats, fault_count);
	FIELD(struct pv_domctl_shadow_op_stats, struct xen_domctl_shadow_op_stats, dirty_count);

	SIZE(struct pv_domctl_shadow_op, struct xen_domctl_shadow_op);
	FIELD(struct pv_domctl_shadow_op, struct xen_domctl_shadow_op, op);
	FIELD(struct pv_domctl_shadow_op, struct xen_domctl_shadow_op, mode);
	FIELD(struct pv_domctl_shadow_op, struct xen_domctl_shadow_op, mb);
	FIELD(struct pv_domctl_shadow_op, struct xen_domctl_shadow_op, dirty_bitmap);
	FIELD(struct pv_domctl_shadow_op, struct xen_domctl_shadow_op, pages);
	FIELD(struct pv_domctl_shadow_op, struct xen_domctl_shadow_op, stats);

	SIZE(struct pv_domctl_max_mem, struct xen_domctl_max_mem);
	FIELD(struct pv_domctl_max_mem, struct xen_domctl_max_mem, max_memkb);

	SIZE(struct pv_domctl_vcpucontext, struct xen_domctl_vcpucontext);
	FIELD(struct pv_domctl_vcpucontext, struct xen_domctl_vcpucontext, vcpu);
	FIELD(struct pv_domctl_vcpucontext, struct xen_domctl_vcpucontext, ctxt);

	SIZE(struct pv_domctl_getvcpuinfo, struct xen_domctl_getvcpuinfo);
	FIELD(struct pv_domctl_getvcpuinfo, struct xen_domctl_getvcpuinfo, vcpu);
	FIELD(struct pv_domctl_getvcpuinfo, struct xen_domctl_getvcpuinfo, online);
	FIELD(struct pv_domctl_getvcpuinfo, struct xen_domctl_getvcpuinfo, blocked);
	FIELD(struct pv_domctl_getvcpuinfo, struct xen_domctl_getvcpuinfo, running);
	FIELD(struct pv_domctl_getvcpuinfo, struct xen_domctl_getvcpuinfo, cpu_time);
	FIELD(struct pv_domctl_getvcpuinfo, struct xen_domctl_getvcpuinfo, cpu);

	SIZE(struct pv_domctl_nodeaffinity, struct xen_domctl_nodeaffinity);
	FIELD(struct pv_domctl_nodeaffinity, struct xen_domctl_nodeaffinity, nodemap);

	SIZE(struct pv_domctl_vcpuaffinity, struct xen_domctl_vcpuaffinity);
	FIELD(struct pv_domctl_vcpuaffinity, struct xen_domctl_vcpuaffinity, vcpu);
	FIELD(struct pv_domctl_vcpuaffinity, struct xen_domctl_vcpuaffinity, flags);
	FIELD(struct pv_domctl_vcpuaffinity, struct xen_domctl_vcpuaffinity, cpumap_hard);
	FIELD(struct pv_domctl_vcpuaffinity, struct xen_domctl_vcpuaffinity, cpumap_soft);

	SIZE(struct pv_domctl_max_vcpus, struct xen_domctl_max_vcpus);
	FIELD(struct pv_domctl_max_vcpus, struct xen_domctl_max_vcpus, max);

	SIZE(struct pv_domctl_sched_credit, struct xen_domctl_sched_credit);
	FIELD(struct pv_domctl_sched_credit, struct xen_domctl_sched_credit, weight);
	FIELD(struct pv_domctl_sched_credit, struct xen_domctl_sched_credit, cap);

	SIZE(struct pv_domctl_sched_credit2, struct xen_domctl_sched_credit2);
	FIELD(struct pv_domctl_sched_credit2, struct xen_domctl_sched_credit2, weight);
	FIELD(struct pv_domctl_sched_credit2, struct xen_domctl_sched_credit2, cap);

	SIZE(struct pv_domctl_sched_rtds, struct xen_domctl_sched_rtds);
	FIELD(struct pv_domctl_sched_rtds, struct xen_domctl_sched_rtds, period);
	FIELD(struct pv_domctl_sched_rtds, struct xen_domctl_sched_rtds, budget);
	FIELD(struct pv_domctl_sched_rtds, struct xen_domctl_sched_rtds, flags);

	SIZE(struct pv_domctl_schedparam_vcpu, struct xen_domctl_schedparam_vcpu);
	FIELD(struct pv_domctl_schedparam_vcpu, struct xen_domctl_schedparam_vcpu, u);
	FIELD(struct pv_domctl_schedparam_vcpu, struct xen_domctl_schedparam_vcpu, u.credit);
	FIELD(struct pv_domctl_schedparam_vcpu, struct xen_domctl_schedparam_vcpu, u.credit2);
	FIELD(struct pv_domctl_schedparam_vcpu, struct xen_domctl_schedparam_vcpu, u.rtds);
	FIELD(struct pv_domctl_schedparam_vcpu, struct xen_domctl_schedparam_vcpu, vcpuid);

	SIZE(struct pv_domctl_scheduler_op, struct xen_domctl_scheduler_op);
	FIELD(struct pv_domctl_scheduler_op, struct xen_domctl_scheduler_op, sched_id);
	FIELD(struct pv_domctl_scheduler_op, struct xen_domctl_scheduler_op, cmd);
	FIELD(struct pv_domctl_scheduler_op, struct xen_domctl_scheduler_op, u);
	FIELD(struct pv_domctl_scheduler_op, struct xen_domctl_scheduler_op, u.credit);
	FIELD(struct pv_domctl_scheduler_op, struct xen_domctl_scheduler_op, u.credit2);
	FIELD(struct pv_domctl_scheduler_op, struct xen_domctl_scheduler_op, u.rtds);
	FIELD(struct pv_domctl_scheduler_op, struct xen_domctl_scheduler_op, u.v);
	FIELD(struct pv_domctl_scheduler_op, struct xen_domctl_scheduler_op, u.v.vcpus);
	FIELD(struct pv_domctl_scheduler_op, struct xen_domctl_scheduler_op, u.v.nr_vcpus);
	FIELD(struct pv_domctl_scheduler_op, struct xen_domctl_scheduler_op, u.v.padding);

	SIZE(struct pv_domctl_setdomainhandle, struct xen_domctl_setdomainhandle);
	FIELD(struct pv_domctl_setdomainhandle, struct xen_domctl_setdomainhandle, handle);

	SIZE(struct pv_domctl_setdebugging, struct xen_domctl_setdebugging);
	FIELD(struct pv_domctl_setdebugging, struct xen_domctl_setdebugging, enable);

	SIZE(struct pv_domctl_irq_permission, struct xen_domctl_irq_permission);
	FIELD(struct pv_domctl_irq_permission, struct xen_domctl_irq_permission, pirq);
	FIELD(struct pv_domctl_irq_permission, struct xen_domctl_irq_permission, allow_access);
	FIELD(struct pv_domctl_irq_permission, struct xen_domctl_irq_permission, pad);

	SIZE(struct pv_domctl_iomem_permission, struct xen_domctl_iomem_permission);
	FIELD(struct pv_domctl_iomem_permission, struct xen_domctl_iomem_permission, first_mfn);
	FIELD(struct pv_domctl_iomem_permission, struct xen_domctl_iomem_permission, nr_mfns);
	FIELD(struct pv_domctl_iomem_permission, struct xen_domctl_iomem_permission, allow_access);

	SIZE(struct pv_domctl_ioport_permission, struct xen_domctl_ioport_permission);
	FIELD(struct pv_domctl_ioport_permission, struct xen_domctl_ioport_permission, first_port);
	FIELD(struct pv_domctl_ioport_permission, struct xen_domctl_ioport_permission, nr_ports);
	FIELD(struct pv_domctl_ioport_permission, struct xen_domctl_ioport_permission,
	      allow_access);

	SIZE(struct pv_domctl_hypercall_init, struct xen_domctl_hypercall_init);
	FIELD(struct pv_domctl_hypercall_init, struct xen_domctl_hypercall_init, gmfn);

	SIZE(struct pv_domctl_settimeoffset, struct xen_domctl_settimeoffset);
	FIELD(struct pv_domctl_settimeoffset, struct xen_domctl_settimeoffset, time_offset_seconds);

	SIZE(struct pv_domctl_address_size, struct xen_domctl_address_size);
	FIELD(struct pv_domctl_address_size, struct xen_domctl_address_size, size);

	SIZE(struct pv_domctl_sendtrigger, struct xen_domctl_sendtrigger);
	FIELD(struct pv_domctl_sendtrigger, struct xen_domctl_sendtrigger, trigger);
	FIELD(struct pv_domctl_sendtrigger, struct xen_domctl_sendtrigger, vcpu);

	SIZE(struct pv_domctl_ext_vcpucontext, struct xen_domctl_ext_vcpucontext);
	FIELD(struct pv_domctl_ext_vcpucontext, struct xen_domctl_ext_vcpucontext, vcpu);
	FIELD(struct pv_domctl_ext_vcpucontext, struct xen_domctl_ext_vcpucontext, size);
	FIELD(struct pv_domctl_ext_vcpucontext, struct xen_domctl_ext_vcpucontext,
	      syscall32_callback_eip);
	FIELD(struct pv_domctl_ext_vcpucontext, struct xen_domctl_ext_vcpucontext,
	      sysenter_callback_eip);
	FIELD(struct pv_domctl_ext_vcpucontext, struct xen_domctl_ext_vcpucontext,
	      syscall32_callback_cs);
	FIELD(struct pv_domctl_ext_vcpucontext, struct xen_domctl_ext_vcpucontext,
	      sysenter_callback_cs);
	FIELD(struct pv_domctl_ext_vcpucontext, struct xen_domctl_ext_vcpucontext,
	      syscall32_disables_events);
	FIELD(struct pv_domctl_ext_vcpucontext, struct xen_domctl_ext_vcpucontext,
	      sysenter_disables_events);
	FIELD(struct pv_domctl_ext_vcpucontext, struct xen_domctl_ext_vcpucontext, vmce);
	FIELD(struct pv_domctl_ext_vcpucontext, struct xen_domctl_ext_vcpucontext, vmce.caps);
	FIELD(struct pv_domctl_ext_vcpucontext, struct xen_domctl_ext_vcpucontext,
	      vmce.mci_ctl2_bank0);
	FIELD(struct pv_domctl_ext_vcpucontext, struct xen_domctl_ext_vcpucontext,
	      vmce.mci_ctl2_bank1);
	FIELD(struct pv_domctl_ext_vcpucontext, struct xen_domctl_ext_vcpucontext,
	      vmce.mcg_ext_ctl);

	SIZE(struct pv_domctl_set_target, struct xen_domctl_set_target);
	FIELD(struct pv_domctl_set_target, struct xen_domctl_set_target, target);

	SIZE(struct pv_domctl_cpu_policy, struct xen_domctl_cpu_policy);
	FIELD(struct pv_domctl_cpu_policy, struct xen_domctl_cpu_policy, nr_leaves);
	FIELD(struct pv_domctl_cpu_policy, struct xen_domctl_cpu_policy, nr_msrs);
	FIELD(struct pv_domctl_cpu_policy, struct xen_domctl_cpu_policy, leaves);
	FIELD(struct pv_domctl_cpu_policy, struct xen_domctl_cpu_policy, msrs);
	FIELD(struct pv_domctl_cpu_policy, struct xen_domctl_cpu_policy, err_leaf);
	FIELD(struct pv_domctl_cpu_policy, struct xen_domctl_cpu_policy, err_subleaf);
	FIELD(struct pv_domctl_cpu_policy, struct xen_domctl_cpu_policy, err_msr);

	SIZE(struct pv_domctl_subscribe, struct xen_domctl_subscribe);
	FIELD(struct pv_domctl_subscribe, struct xen_domctl_subscribe, port);

	SIZE(struct pv_domctl_debug_op, struct xen_domctl_debug_op);
	FIELD(struct pv_domctl_debug_op, struct xen_domctl_debug_op, op);
	FIELD(struct pv_domctl_debug_op, struct xen_domctl_debug_op, vcpu);

	SIZE(struct pv_domctl_tsc_info, struct xen_domctl_tsc_info);
	FIELD(struct pv_domctl_tsc_info, struct xen_domctl_tsc_info, tsc_mode);
	FIELD(struct pv_domctl_tsc_info, struct xen_domctl_tsc_info, gtsc_khz);
	FIELD(struct pv_domctl_tsc_info, struct xen_domctl_tsc_info, incarnation);
	FIELD(struct pv_domctl_tsc_info, struct xen_domctl_tsc_info, pad);
	FIELD(struct pv_domctl_tsc_info, struct xen_domctl_tsc_info, elapsed_nsec);

	SIZE(struct pv_domctl_gdbsx_memio, struct xen_domctl_gdbsx_memio);
	FIELD(struct pv_domctl_gdbsx_memio, struct xen_domctl_gdbsx_memio, pgd3val);
	FIELD(struct pv_domctl_gdbsx_memio, struct xen_domctl_gdbsx_memio, gva);
	FIELD(struct pv_domctl_gdbsx_memio, struct xen_domctl_gdbsx_memio, uva);
	FIELD(struct pv_domctl_gdbsx_memio, struct xen_domctl_gdbsx_memio, len);
	FIELD(struct pv_domctl_gdbsx_memio, struct xen_domctl_gdbsx_memio, gwr);
	FIELD(struct pv_domctl_gdbsx_memio, struct xen_domctl_gdbsx_memio, remain);

	SIZE(struct pv_domctl_gdbsx_pauseunp_vcpu, struct xen_domctl_gdbsx_pauseunp_vcpu);
	FIELD(struct pv_domctl_gdbsx_pauseunp_vcpu, struct xen_domctl_gdbsx_pauseunp_vcpu, vcpu);

	SIZE(struct pv_domctl_gdbsx_domstatus, struct xen_domctl_gdbsx_domstatus);
	FIELD(struct pv_domctl_gdbsx_domstatus, struct xen_domctl_gdbsx_domstatus, paused);
	FIELD(struct pv_domctl_gdbsx_domstatus, struct xen_domctl_gdbsx_domstatus, vcpu_id);
	FIELD(struct pv_domctl_gdbsx_domstatus, struct xen_domctl_gdbsx_domstatus, vcpu_ev);

	SIZE(struct pv_domctl_set_virq_handler, struct xen_domctl_set_virq_handler);
	FIELD(struct pv_domctl_set_virq_handler, struct xen_domctl_set_virq_handler, virq);

	SIZE(struct pv_domctl_vcpuextstate, struct xen_domctl_vcpuextstate);
	FIELD(struct pv_domctl_vcpuextstate, struct xen_domctl_vcpuextstate, vcpu);
	FIELD(struct pv_domctl_vcpuextstate, struct xen_domctl_vcpuextstate, xfeature_mask);
	FIELD(struct pv_domctl_vcpuextstate, struct xen_domctl_vcpuextstate, size);
	FIELD(struct pv_domctl_vcpuextstate, struct xen_domctl_vcpuextstate, buffer);

	SIZE(struct pv_domctl_vcpu_msr, struct xen_domctl_vcpu_msr);
	FIELD(struct pv_domctl_vcpu_msr, struct xen_domctl_vcpu_msr, index);
	FIELD(struct pv_domctl_vcpu_msr, struct xen_domctl_vcpu_msr, reserved);
	FIELD(struct pv_domctl_vcpu_msr, struct xen_domctl_vcpu_msr, value);

	SIZE(struct pv_domctl_vcpu_msrs, struct xen_domctl_vcpu_msrs);
	FIELD(struct pv_domctl_vcpu_msrs, struct xen_domctl_vcpu_msrs, vcpu);
	FIELD(struct pv_domctl_vcpu_msrs, struct xen_domctl_vcpu_msrs, msr_count);
	FIELD(struct pv_domctl_vcpu_msrs, struct xen_domctl_vcpu_msrs, msrs);

	SIZE(struct pv_domctl_paging_mempool, struct xen_domctl_paging_mempool);
	FIELD(struct pv_domctl_paging_mempool, struct xen_domctl_paging_mempool, size);

	SIZE(struct pv_domctl, struct xen_domctl);
	FIELD(struct pv_domctl, struct xen_domctl, cmd);
	FIELD(struct pv_domctl, struct xen_domctl, interface_version);
	FIELD(struct pv_domctl, struct xen_domctl, domain);
	FIELD_AS(struct pv_domctl, pad, struct xen_domctl, _pad);
	FIELD(struct pv_domctl, struct xen_domctl, u);
	FIELD(struct pv_domctl, struct xen_domctl, u.createdomain);
	FIELD(struct pv_domctl, struct xen_domctl, u.getdomaininfo);
	FIELD(struct pv_domctl, struct xen_domctl, u.getpageframeinfo3);
	FIELD(struct pv_domctl, struct xen_domctl, u.nodeaffinity);
	FIELD(struct pv_domctl, struct xen_domctl, u.vcpuaffinity);
	FIELD(struct pv_domctl, struct xen_domctl, u.shadow_op);
	FIELD(struct pv_domctl, struct xen_domctl, u.max_mem);
	FIELD(struct pv_domctl, struct xen_domctl, u.vcpucontext);
	FIELD(struct pv_domctl, struct xen_domctl, u.getvcpuinfo);
	FIELD(struct pv_domctl, struct xen_domctl, u.max_vcpus);
	FIELD(struct pv_domctl, struct xen_domctl, u.scheduler_op);
	FIELD(struct pv_domctl, struct xen_domctl, u.setdomainhandle);
	FIELD(struct pv_domctl, struct xen_domctl, u.setdebugging);
	FIELD(struct pv_domctl, struct xen_domctl, u.irq_permission);
	FIELD(struct pv_domctl, struct xen_domctl, u.iomem_permission);
	FIELD(struct pv_domctl, struct xen_domctl, u.ioport_permission);
	FIELD(struct pv_domctl, struct xen_domctl, u.hypercall_init);
	FIELD(struct pv_domctl, struct xen_domctl, u.settimeoffset);
	FIELD(struct pv_domctl, struct xen_domctl, u.tsc_info);
	FIELD(struct pv_domctl, struct xen_domctl, u.address_size);
	FIELD(struct pv_domctl, struct xen_domctl, u.sendtrigger);
	FIELD(struct pv_domctl, struct xen_domctl, u.ext_vcpucontext);
	FIELD(struct pv_domctl, struct xen_domctl, u.set_target);
	FIELD(struct pv_domctl, struct xen_domctl, u.subscribe);
	FIELD(struct pv_domctl, struct xen_domctl, u.debug_op);
	FIELD(struct pv_domctl, struct xen_domctl, u.cpu_policy);
	FIELD(struct pv_domctl, struct xen_domctl, u.vcpuextstate);
	FIELD(struct pv_domctl, struct xen_domctl, u.vcpu_msrs);
	FIELD(struct pv_domctl, struct xen_domctl, u.set_virq_handler);
	FIELD(struct pv_domctl, struct xen_domctl, u.gdbsx_guest_memio);
	FIELD(struct pv_domctl, struct xen_domctl, u.gdbsx_pauseunp_vcpu);
	FIELD(struct pv_domctl, struct xen_domctl, u.gdbsx_domstatus);
	FIELD(struct pv_domctl, struct xen_domctl, u.paging_mempool);
	FIELD(struct pv_domctl, struct xen_domctl, u.pad);
}

void check_domctl(void)
{
	domctl_h();
}
