/* SPDX-License-Identifier: BSD-2-Clause */
/* Every name of our headers against its standard counterpart: the hypercalls any guest may use. */
#include "check.h"
#include "public/mmu.h"
#include "public/memory.h"
#include "public/event.h"
#include "public/grant.h"
#include "public/sched.h"
#include "public/vcpu.h"
#include "public/callback.h"

static void mmu_h(void)
{
	SAME(PV_MMU_NORMAL_PT_UPDATE, MMU_NORMAL_PT_UPDATE);
	SAME(PV_MMU_MACHPHYS_UPDATE, MMU_MACHPHYS_UPDATE);
	SAME(PV_MMU_PT_UPDATE_PRESERVE_AD, MMU_PT_UPDATE_PRESERVE_AD);
	SAME(PV_MMU_PT_UPDATE_NO_TRANSLATE, MMU_PT_UPDATE_NO_TRANSLATE);
	SAME(PV_MMUEXT_PIN_L1_TABLE, MMUEXT_PIN_L1_TABLE);
	SAME(PV_MMUEXT_PIN_L2_TABLE, MMUEXT_PIN_L2_TABLE);
	SAME(PV_MMUEXT_PIN_L3_TABLE, MMUEXT_PIN_L3_TABLE);
	SAME(PV_MMUEXT_PIN_L4_TABLE, MMUEXT_PIN_L4_TABLE);
	SAME(PV_MMUEXT_UNPIN_TABLE, MMUEXT_UNPIN_TABLE);
	SAME(PV_MMUEXT_NEW_BASEPTR, MMUEXT_NEW_BASEPTR);
	SAME(PV_MMUEXT_TLB_FLUSH_LOCAL, MMUEXT_TLB_FLUSH_LOCAL);
	SAME(PV_MMUEXT_INVLPG_LOCAL, MMUEXT_INVLPG_LOCAL);
	SAME(PV_MMUEXT_TLB_FLUSH_MULTI, MMUEXT_TLB_FLUSH_MULTI);
	SAME(PV_MMUEXT_INVLPG_MULTI, MMUEXT_INVLPG_MULTI);
	SAME(PV_MMUEXT_TLB_FLUSH_ALL, MMUEXT_TLB_FLUSH_ALL);
	SAME(PV_MMUEXT_INVLPG_ALL, MMUEXT_INVLPG_ALL);
	SAME(PV_MMUEXT_FLUSH_CACHE, MMUEXT_FLUSH_CACHE);
	SAME(PV_MMUEXT_SET_LDT, MMUEXT_SET_LDT);
	SAME(PV_MMUEXT_NEW_USER_BASEPTR, MMUEXT_NEW_USER_BASEPTR);
	SAME(PV_MMUEXT_CLEAR_PAGE, MMUEXT_CLEAR_PAGE);
	SAME(PV_MMUEXT_COPY_PAGE, MMUEXT_COPY_PAGE);
	SAME(PV_MMUEXT_FLUSH_CACHE_GLOBAL, MMUEXT_FLUSH_CACHE_GLOBAL);
	SAME(PV_MMUEXT_MARK_SUPER, MMUEXT_MARK_SUPER);
	SAME(PV_MMUEXT_UNMARK_SUPER, MMUEXT_UNMARK_SUPER);
	SAME(PV_UVMF_NONE, UVMF_NONE);
	SAME(PV_UVMF_TLB_FLUSH, UVMF_TLB_FLUSH);
	SAME(PV_UVMF_INVLPG, UVMF_INVLPG);
	SAME(PV_UVMF_FLUSHTYPE_MASK, UVMF_FLUSHTYPE_MASK);
	SAME(PV_UVMF_MULTI, UVMF_MULTI);
	SAME(PV_UVMF_LOCAL, UVMF_LOCAL);
	SAME(PV_UVMF_ALL, UVMF_ALL);

	SIZE(struct pv_mmu_update, struct mmu_update);
	FIELD(struct pv_mmu_update, struct mmu_update, ptr);
	FIELD(struct pv_mmu_update, struct mmu_update, val);

	SIZE(struct pv_mmuext_op, struct mmuext_op);
	FIELD(struct pv_mmuext_op, struct mmuext_op, cmd);
	FIELD(struct pv_mmuext_op, struct mmuext_op, arg1);
	FIELD(struct pv_mmuext_op, struct mmuext_op, arg1.mfn);
	FIELD(struct pv_mmuext_op, struct mmuext_op, arg1.linear_addr);
	FIELD(struct pv_mmuext_op, struct mmuext_op, arg2);
	FIELD(struct pv_mmuext_op, struct mmuext_op, arg2.nr_ents);
	FIELD(struct pv_mmuext_op, struct mmuext_op, arg2.vcpumask);
	FIELD(struct pv_mmuext_op, struct mmuext_op, arg2.src_mfn);
}

static void memory_h(void)
{
	SAME(PV_XENMEM_INCREASE_RESERVATION, XENMEM_increase_reservation);
	SAME(PV_XENMEM_DECREASE_RESERVATION, XENMEM_decrease_reservation);
	SAME(PV_XENMEM_MAXIMUM_RAM_PAGE, XENMEM_maximum_ram_page);
	SAME(PV_XENMEM_CURRENT_RESERVATION, XENMEM_current_reservation);
	SAME(PV_XENMEM_MAXIMUM_RESERVATION, XENMEM_maximum_reservation);
	SAME(PV_XENMEM_MACHPHYS_MFN_LIST, XENMEM_machphys_mfn_list);
	SAME(PV_XENMEM_POPULATE_PHYSMAP, XENMEM_populate_physmap);
	SAME(PV_XENMEM_ADD_TO_PHYSMAP, XENMEM_add_to_physmap);
	SAME(PV_XENMEM_MEMORY_MAP, XENMEM_memory_map);
	SAME(PV_XENMEM_MACHINE_MEMORY_MAP, XENMEM_machine_memory_map);
	SAME(PV_XENMEM_EXCHANGE, XENMEM_exchange);
	SAME(PV_XENMEM_MACHPHYS_MAPPING, XENMEM_machphys_mapping);
	SAME(PV_XENMEM_SET_MEMORY_MAP, XENMEM_set_memory_map);
	SAME(PV_XENMEM_MAXIMUM_GPFN, XENMEM_maximum_gpfn);
	SAME(PV_XENMEM_REMOVE_FROM_PHYSMAP, XENMEM_remove_from_physmap);
	SAME(PV_XENMEM_SET_POD_TARGET, XENMEM_set_pod_target);
	SAME(PV_XENMEM_GET_POD_TARGET, XENMEM_get_pod_target);
	SAME(PV_XENMEM_GET_SHARING_FREED_PAGES, XENMEM_get_sharing_freed_pages);
	SAME(PV_XENMEM_GET_SHARING_SHARED_PAGES, XENMEM_get_sharing_shared_pages);
	SAME(PV_XENMEM_PAGING_OP, XENMEM_paging_op);
	SAME(PV_XENMEM_ACCESS_OP, XENMEM_access_op);
	SAME(PV_XENMEM_SHARING_OP, XENMEM_sharing_op);
	SAME(PV_XENMEM_ADD_TO_PHYSMAP_BATCH, XENMEM_add_to_physmap_batch);
	SAME(PV_XENMEM_CLAIM_PAGES, XENMEM_claim_pages);
	SAME(PV_XENMEM_MACHPHYS_COMPAT_MFN_LIST, XENMEM_machphys_compat_mfn_list);
	SAME(PV_XENMEM_GET_VNUMAINFO, XENMEM_get_vnumainfo);
	SAME(PV_XENMEM_RESERVED_DEVICE_MEMORY_MAP, XENMEM_reserved_device_memory_map);
	SAME(PV_XENMEM_ACQUIRE_RESOURCE, XENMEM_acquire_resource);
	SAME(PV_XENMEMF_POPULATE_ON_DEMAND, XENMEMF_populate_on_demand);
	SAME(PV_XENMEMF_EXACT_NODE_REQUEST, XENMEMF_exact_node_request);
	SAME(PV_XENMEMF_VNODE, XENMEMF_vnode);
	SAME(PV_XENMAPSPACE_SHARED_INFO, XENMAPSPACE_shared_info);
	SAME(PV_XENMAPSPACE_GRANT_TABLE, XENMAPSPACE_grant_table);
	SAME(PV_XENMAPSPACE_GMFN, XENMAPSPACE_gmfn);
	SAME(PV_XENMAPSPACE_GMFN_RANGE, XENMAPSPACE_gmfn_range);
	SAME(PV_XENMAPSPACE_GMFN_FOREIGN, XENMAPSPACE_gmfn_foreign);
	SAME(PV_XENMAPSPACE_DEV_MMIO, XENMAPSPACE_dev_mmio);
	SAME(PV_XENMEM_RESOURCE_IOREQ_SERVER, XENMEM_resource_ioreq_server);
	SAME(PV_XENMEM_RESOURCE_GRANT_TABLE, XENMEM_resource_grant_table);
	SAME(PV_XENMEM_RESOURCE_VMTRACE_BUF, XENMEM_resource_vmtrace_buf);
	SAME(PV_XENMEM_RESOURCE_GRANT_TABLE_ID_SHARED, XENMEM_resource_grant_table_id_shared);
	SAME(PV_XENMEM_RESOURCE_GRANT_TABLE_ID_STATUS, XENMEM_resource_grant_table_id_status);
	SAME(PV_XENMEMF_ADDRESS_BITS(32), XENMEMF_address_bits(32));
	SAME(PV_XENMEMF_GET_ADDRESS_BITS(0x1234), XENMEMF_get_address_bits(0x1234));
	SAME(PV_XENMEMF_NODE(3), XENMEMF_node(3));
	SAME(PV_XENMEMF_GET_NODE(0x400), XENMEMF_get_node(0x400));

	SIZE(struct pv_memory_reservation, struct xen_memory_reservation);
	FIELD(struct pv_memory_reservation, struct xen_memory_reservation, extent_start);
	FIELD(struct pv_memory_reservation, struct xen_memory_reservation, nr_extents);
	FIELD(struct pv_memory_reservation, struct xen_memory_reservation, extent_order);
	FIELD(struct pv_memory_reservation, struct xen_memory_reservation, mem_flags);
	FIELD(struct pv_memory_reservation, struct xen_memory_reservation, domid);

	SIZE(struct pv_memory_exchange, struct xen_memory_exchange);
	FIELD(struct pv_memory_exchange, struct xen_memory_exchange, in);
	FIELD(struct pv_memory_exchange, struct xen_memory_exchange, out);
	FIELD(struct pv_memory_exchange, struct xen_memory_exchange, nr_exchanged);

	SIZE(struct pv_memory_domain, struct xen_memory_domain);
	FIELD(struct pv_memory_domain, struct xen_memory_domain, domid);

	SIZE(struct pv_machphys_mfn_list, struct xen_machphys_mfn_list);
	FIELD(struct pv_machphys_mfn_list, struct xen_machphys_mfn_list, max_extents);
	FIELD(struct pv_machphys_mfn_list, struct xen_machphys_mfn_list, extent_start);
	FIELD(struct pv_machphys_mfn_list, struct xen_machphys_mfn_list, nr_extents);

	SIZE(struct pv_machphys_mapping, struct xen_machphys_mapping);
	FIELD(struct pv_machphys_mapping, struct xen_machphys_mapping, v_start);
	FIELD(struct pv_machphys_mapping, struct xen_machphys_mapping, v_end);
	FIELD(struct pv_machphys_mapping, struct xen_machphys_mapping, max_mfn);

	SIZE(struct pv_memory_map, struct xen_memory_map);
	FIELD(struct pv_memory_map, struct xen_memory_map, nr_entries);
	FIELD(struct pv_memory_map, struct xen_memory_map, buffer);

	SIZE(struct pv_foreign_memory_map, struct xen_foreign_memory_map);
	FIELD(struct pv_foreign_memory_map, struct xen_foreign_memory_map, domid);
	FIELD(struct pv_foreign_memory_map, struct xen_foreign_memory_map, map);

	SIZE(struct pv_mem_acquire_resource, struct xen_mem_acquire_resource);
	FIELD(struct pv_mem_acquire_resource, struct xen_mem_acquire_resource, domid);
	FIELD(struct pv_mem_acquire_resource, struct xen_mem_acquire_resource, type);
	FIELD(struct pv_mem_acquire_resource, struct xen_mem_acquire_resource, id);
	FIELD(struct pv_mem_acquire_resource, struct xen_mem_acquire_resource, nr_frames);
	FIELD(struct pv_mem_acquire_resource, struct xen_mem_acquire_resource, pad);
	FIELD(struct pv_mem_acquire_resource, struct xen_mem_acquire_resource, frame);
	FIELD(struct pv_mem_acquire_resource, struct xen_mem_acquire_resource, frame_list);
}

static void event_h(void)
{
	SAME(PV_EVTCHNOP_BIND_INTERDOMAIN, EVTCHNOP_bind_interdomain);
	SAME(PV_EVTCHNOP_BIND_VIRQ, EVTCHNOP_bind_virq);
	SAME(PV_EVTCHNOP_BIND_PIRQ, EVTCHNOP_bind_pirq);
	SAME(PV_EVTCHNOP_CLOSE, EVTCHNOP_close);
	SAME(PV_EVTCHNOP_SEND, EVTCHNOP_send);
	SAME(PV_EVTCHNOP_STATUS, EVTCHNOP_status);
	SAME(PV_EVTCHNOP_ALLOC_UNBOUND, EVTCHNOP_alloc_unbound);
	SAME(PV_EVTCHNOP_BIND_IPI, EVTCHNOP_bind_ipi);
	SAME(PV_EVTCHNOP_BIND_VCPU, EVTCHNOP_bind_vcpu);
	SAME(PV_EVTCHNOP_UNMASK, EVTCHNOP_unmask);
	SAME(PV_EVTCHNOP_RESET, EVTCHNOP_reset);
	SAME(PV_EVTCHNOP_INIT_CONTROL, EVTCHNOP_init_control);
	SAME(PV_EVTCHNOP_EXPAND_ARRAY, EVTCHNOP_expand_array);
	SAME(PV_EVTCHNOP_SET_PRIORITY, EVTCHNOP_set_priority);
	SAME(PV_BIND_PIRQ_WILL_SHARE, BIND_PIRQ__WILL_SHARE);
	SAME(PV_EVTCHNSTAT_CLOSED, EVTCHNSTAT_closed);
	SAME(PV_EVTCHNSTAT_UNBOUND, EVTCHNSTAT_unbound);
	SAME(PV_EVTCHNSTAT_INTERDOMAIN, EVTCHNSTAT_interdomain);
	SAME(PV_EVTCHNSTAT_PIRQ, EVTCHNSTAT_pirq);
	SAME(PV_EVTCHNSTAT_VIRQ, EVTCHNSTAT_virq);
	SAME(PV_EVTCHNSTAT_IPI, EVTCHNSTAT_ipi);
	SAME(PV_EVTCHN_2L_NR_CHANNELS, EVTCHN_2L_NR_CHANNELS);
	SAME(PV_EVTCHN_FIFO_PRIORITY_MAX, EVTCHN_FIFO_PRIORITY_MAX);
	SAME(PV_EVTCHN_FIFO_PRIORITY_DEFAULT, EVTCHN_FIFO_PRIORITY_DEFAULT);
	SAME(PV_EVTCHN_FIFO_PRIORITY_MIN, EVTCHN_FIFO_PRIORITY_MIN);
	SAME(PV_EVTCHN_FIFO_MAX_QUEUES, EVTCHN_FIFO_MAX_QUEUES);
	SAME(PV_EVTCHN_FIFO_PENDING, EVTCHN_FIFO_PENDING);
	SAME(PV_EVTCHN_FIFO_MASKED, EVTCHN_FIFO_MASKED);
	SAME(PV_EVTCHN_FIFO_LINKED, EVTCHN_FIFO_LINKED);
	SAME(PV_EVTCHN_FIFO_BUSY, EVTCHN_FIFO_BUSY);
	SAME(PV_EVTCHN_FIFO_LINK_BITS, EVTCHN_FIFO_LINK_BITS);
	SAME(PV_EVTCHN_FIFO_LINK_MASK, EVTCHN_FIFO_LINK_MASK);
	SAME(PV_EVTCHN_FIFO_NR_CHANNELS, EVTCHN_FIFO_NR_CHANNELS);

	SIZE(struct pv_evtchn_alloc_unbound, struct evtchn_alloc_unbound);
	FIELD(struct pv_evtchn_alloc_unbound, struct evtchn_alloc_unbound, dom);
	FIELD(struct pv_evtchn_alloc_unbound, struct evtchn_alloc_unbound, remote_dom);
	FIELD(struct pv_evtchn_alloc_unbound, struct evtchn_alloc_unbound, port);

	SIZE(struct pv_evtchn_bind_interdomain, struct evtchn_bind_interdomain);
	FIELD(struct pv_evtchn_bind_interdomain, struct evtchn_bind_interdomain, remote_dom);
	FIELD(struct pv_evtchn_bind_interdomain, struct evtchn_bind_interdomain, remote_port);
	FIELD(struct pv_evtchn_bind_interdomain, struct evtchn_bind_interdomain, local_port);

	SIZE(struct pv_evtchn_bind_virq, struct evtchn_bind_virq);
	FIELD(struct pv_evtchn_bind_virq, struct evtchn_bind_virq, virq);
	FIELD(struct pv_evtchn_bind_virq, struct evtchn_bind_virq, vcpu);
	FIELD(struct pv_evtchn_bind_virq, struct evtchn_bind_virq, port);

	SIZE(struct pv_evtchn_bind_pirq, struct evtchn_bind_pirq);
	FIELD(struct pv_evtchn_bind_pirq, struct evtchn_bind_pirq, pirq);
	FIELD(struct pv_evtchn_bind_pirq, struct evtchn_bind_pirq, flags);
	FIELD(struct pv_evtchn_bind_pirq, struct evtchn_bind_pirq, port);

	SIZE(struct pv_evtchn_bind_ipi, struct evtchn_bind_ipi);
	FIELD(struct pv_evtchn_bind_ipi, struct evtchn_bind_ipi, vcpu);
	FIELD(struct pv_evtchn_bind_ipi, struct evtchn_bind_ipi, port);

	SIZE(struct pv_evtchn_close, struct evtchn_close);
	FIELD(struct pv_evtchn_close, struct evtchn_close, port);

	SIZE(struct pv_evtchn_send, struct evtchn_send);
	FIELD(struct pv_evtchn_send, struct evtchn_send, port);

	SIZE(struct pv_evtchn_status, struct evtchn_status);
	FIELD(struct pv_evtchn_status, struct evtchn_status, dom);
	FIELD(struct pv_evtchn_status, struct evtchn_status, port);
	FIELD(struct pv_evtchn_status, struct evtchn_status, status);
	FIELD(struct pv_evtchn_status, struct evtchn_status, vcpu);
	FIELD(struct pv_evtchn_status, struct evtchn_status, u);
	FIELD(struct pv_evtchn_status, struct evtchn_status, u.unbound);
	FIELD(struct pv_evtchn_status, struct evtchn_status, u.unbound.dom);
	FIELD(struct pv_evtchn_status, struct evtchn_status, u.interdomain);
	FIELD(struct pv_evtchn_status, struct evtchn_status, u.interdomain.dom);
	FIELD(struct pv_evtchn_status, struct evtchn_status, u.interdomain.port);
	FIELD(struct pv_evtchn_status, struct evtchn_status, u.pirq);
	FIELD(struct pv_evtchn_status, struct evtchn_status, u.virq);

	SIZE(struct pv_evtchn_bind_vcpu, struct evtchn_bind_vcpu);
	FIELD(struct pv_evtchn_bind_vcpu, struct evtchn_bind_vcpu, port);
	FIELD(struct pv_evtchn_bind_vcpu, struct evtchn_bind_vcpu, vcpu);

	SIZE(struct pv_evtchn_unmask, struct evtchn_unmask);
	FIELD(struct pv_evtchn_unmask, struct evtchn_unmask, port);

	SIZE(struct pv_evtchn_reset, struct evtchn_reset);
	FIELD(struct pv_evtchn_reset, struct evtchn_reset, dom);

	SIZE(struct pv_evtchn_init_control, struct evtchn_init_control);
	FIELD(struct pv_evtchn_init_control, struct evtchn_init_control, control_gfn);
	FIELD(struct pv_evtchn_init_control, struct evtchn_init_control, offset);
	FIELD(struct pv_evtchn_init_control, struct evtchn_init_control, vcpu);
	FIELD(struct pv_evtchn_init_control, struct evtchn_init_control, link_bits);
	FIELD_AS(struct pv_evtchn_init_control, pad, struct evtchn_init_control, _pad);

	SIZE(struct pv_evtchn_expand_array, struct evtchn_expand_array);
	FIELD(struct pv_evtchn_expand_array, struct evtchn_expand_array, array_gfn);

	SIZE(struct pv_evtchn_set_priority, struct evtchn_set_priority);
	FIELD(struct pv_evtchn_set_priority, struct evtchn_set_priority, port);
	FIELD(struct pv_evtchn_set_priority, struct evtchn_set_priority, priority);

	SIZE(struct pv_evtchn_fifo_control_block, struct evtchn_fifo_control_block);
	FIELD(struct pv_evtchn_fifo_control_block, struct evtchn_fifo_control_block, ready);
	FIELD_AS(struct pv_evtchn_fifo_control_block, rsvd, struct evtchn_fifo_control_block,
		 _rsvd);
	FIELD(struct pv_evtchn_fifo_control_block, struct evtchn_fifo_control_block, head);
}

static void grant_h(void)
{
	SAME(PV_GNTTAB_NR_RESERVED_ENTRIES, GNTTAB_NR_RESERVED_ENTRIES);
	SAME(PV_GNTTAB_RESERVED_CONSOLE, GNTTAB_RESERVED_CONSOLE);
	SAME(PV_GNTTAB_RESERVED_XENSTORE, GNTTAB_RESERVED_XENSTORE);
	SAME(PV_GTF_INVALID, GTF_invalid);
	SAME(PV_GTF_PERMIT_ACCESS, GTF_permit_access);
	SAME(PV_GTF_ACCEPT_TRANSFER, GTF_accept_transfer);
	SAME(PV_GTF_TRANSITIVE, GTF_transitive);
	SAME(PV_GTF_TYPE_MASK, GTF_type_mask);
	SAME(PV_GTF_READONLY, GTF_readonly);
	SAME(PV_GTF_READING, GTF_reading);
	SAME(PV_GTF_WRITING, GTF_writing);
	SAME(PV_GTF_PWT, GTF_PWT);
	SAME(PV_GTF_PCD, GTF_PCD);
	SAME(PV_GTF_PAT, GTF_PAT);
	SAME(PV_GTF_SUB_PAGE, GTF_sub_page);
	SAME(PV_GTF_TRANSFER_COMMITTED, GTF_transfer_committed);
	SAME(PV_GTF_TRANSFER_COMPLETED, GTF_transfer_completed);
	SAME(PV_GNTTABOP_MAP_GRANT_REF, GNTTABOP_map_grant_ref);
	SAME(PV_GNTTABOP_UNMAP_GRANT_REF, GNTTABOP_unmap_grant_ref);
	SAME(PV_GNTTABOP_SETUP_TABLE, GNTTABOP_setup_table);
	SAME(PV_GNTTABOP_DUMP_TABLE, GNTTABOP_dump_table);
	SAME(PV_GNTTABOP_TRANSFER, GNTTABOP_transfer);
	SAME(PV_GNTTABOP_COPY, GNTTABOP_copy);
	SAME(PV_GNTTABOP_QUERY_SIZE, GNTTABOP_query_size);
	SAME(PV_GNTTABOP_UNMAP_AND_REPLACE, GNTTABOP_unmap_and_replace);
	SAME(PV_GNTTABOP_SET_VERSION, GNTTABOP_set_version);
	SAME(PV_GNTTABOP_GET_STATUS_FRAMES, GNTTABOP_get_status_frames);
	SAME(PV_GNTTABOP_GET_VERSION, GNTTABOP_get_version);
	SAME(PV_GNTTABOP_SWAP_GRANT_REF, GNTTABOP_swap_grant_ref);
	SAME(PV_GNTTABOP_CACHE_FLUSH, GNTTABOP_cache_flush);
	SAME(PV_GNTMAP_DEVICE_MAP, GNTMAP_device_map);
	SAME(PV_GNTMAP_HOST_MAP, GNTMAP_host_map);
	SAME(PV_GNTMAP_READONLY, GNTMAP_readonly);
	SAME(PV_GNTMAP_APPLICATION_MAP, GNTMAP_application_map);
	SAME(PV_GNTMAP_CONTAINS_PTE, GNTMAP_contains_pte);
	SAME(PV_GNTMAP_GUEST_AVAIL_MASK, GNTMAP_guest_avail_mask);
	SAME(PV_GNTST_OKAY, GNTST_okay);
	SAME(PV_GNTST_GENERAL_ERROR, GNTST_general_error);
	SAME(PV_GNTST_BAD_DOMAIN, GNTST_bad_domain);
	SAME(PV_GNTST_BAD_GNTREF, GNTST_bad_gntref);
	SAME(PV_GNTST_BAD_HANDLE, GNTST_bad_handle);
	SAME(PV_GNTST_BAD_VIRT_ADDR, GNTST_bad_virt_addr);
	SAME(PV_GNTST_BAD_DEV_ADDR, GNTST_bad_dev_addr);
	SAME(PV_GNTST_NO_DEVICE_SPACE, GNTST_no_device_space);
	SAME(PV_GNTST_PERMISSION_DENIED, GNTST_permission_denied);
	SAME(PV_GNTST_BAD_PAGE, GNTST_bad_page);
	SAME(PV_GNTST_BAD_COPY_ARG, GNTST_bad_copy_arg);
	SAME(PV_GNTST_ADDRESS_TOO_BIG, GNTST_address_too_big);
	SAME(PV_GNTST_EAGAIN, GNTST_eagain);
	SAME(PV_GNTST_NO_SPACE, GNTST_no_space);
	SAME(PV_GNTCOPY_SOURCE_GREF, GNTCOPY_source_gref);
	SAME(PV_GNTCOPY_DEST_GREF, GNTCOPY_dest_gref);
	SAME(PV_GNTMAP_GUEST_AVAIL0, _GNTMAP_guest_avail0);

	SIZE(struct pv_grant_entry_v1, struct grant_entry_v1);
	FIELD(struct pv_grant_entry_v1, struct grant_entry_v1, flags);
	FIELD(struct pv_grant_entry_v1, struct grant_entry_v1, domid);
	FIELD(struct pv_grant_entry_v1, struct grant_entry_v1, frame);

	SIZE(struct pv_gnttab_map_grant_ref, struct gnttab_map_grant_ref);
	FIELD(struct pv_gnttab_map_grant_ref, struct gnttab_map_grant_ref, host_addr);
	FIELD(struct pv_gnttab_map_grant_ref, struct gnttab_map_grant_ref, flags);
	FIELD(struct pv_gnttab_map_grant_ref, struct gnttab_map_grant_ref, ref);
	FIELD(struct pv_gnttab_map_grant_ref, struct gnttab_map_grant_ref, dom);
	FIELD(struct pv_gnttab_map_grant_ref, struct gnttab_map_grant_ref, status);
	FIELD(struct pv_gnttab_map_grant_ref, struct gnttab_map_grant_ref, handle);
	FIELD(struct pv_gnttab_map_grant_ref, struct gnttab_map_grant_ref, dev_bus_addr);

	SIZE(struct pv_gnttab_unmap_grant_ref, struct gnttab_unmap_grant_ref);
	FIELD(struct pv_gnttab_unmap_grant_ref, struct gnttab_unmap_grant_ref, host_addr);
	FIELD(struct pv_gnttab_unmap_grant_ref, struct gnttab_unmap_grant_ref, dev_bus_addr);
	FIELD(struct pv_gnttab_unmap_grant_ref, struct gnttab_unmap_grant_ref, handle);
	FIELD(struct pv_gnttab_unmap_grant_ref, struct gnttab_unmap_grant_ref, status);

	SIZE(struct pv_gnttab_setup_table, struct gnttab_setup_table);
	FIELD(struct pv_gnttab_setup_table, struct gnttab_setup_table, dom);
	FIELD(struct pv_gnttab_setup_table, struct gnttab_setup_table, nr_frames);
	FIELD(struct pv_gnttab_setup_table, struct gnttab_setup_table, status);
	FIELD(struct pv_gnttab_setup_table, struct gnttab_setup_table, frame_list);

	SIZE(struct pv_gnttab_dump_table, struct gnttab_dump_table);
	FIELD(struct pv_gnttab_dump_table, struct gnttab_dump_table, dom);
	FIELD(struct pv_gnttab_dump_table, struct gnttab_dump_table, status);

	SIZE(struct pv_gnttab_transfer, struct gnttab_transfer);
	FIELD(struct pv_gnttab_transfer, struct gnttab_transfer, mfn);
	FIELD(struct pv_gnttab_transfer, struct gnttab_transfer, domid);
	FIELD(struct pv_gnttab_transfer, struct gnttab_transfer, ref);
	FIELD(struct pv_gnttab_transfer, struct gnttab_transfer, status);

	SIZE(struct pv_gnttab_copy_ptr, struct gnttab_copy_ptr);
	FIELD(struct pv_gnttab_copy_ptr, struct gnttab_copy_ptr, u);
	FIELD(struct pv_gnttab_copy_ptr, struct gnttab_copy_ptr, u.ref);
	FIELD(struct pv_gnttab_copy_ptr, struct gnttab_copy_ptr, u.gmfn);
	FIELD(struct pv_gnttab_copy_ptr, struct gnttab_copy_ptr, domid);
	FIELD(struct pv_gnttab_copy_ptr, struct gnttab_copy_ptr, offset);

	SIZE(struct pv_gnttab_copy, struct gnttab_copy);
	FIELD(struct pv_gnttab_copy, struct gnttab_copy, source);
	FIELD(struct pv_gnttab_copy, struct gnttab_copy, dest);
	FIELD(struct pv_gnttab_copy, struct gnttab_copy, len);
	FIELD(struct pv_gnttab_copy, struct gnttab_copy, flags);
	FIELD(struct pv_gnttab_copy, struct gnttab_copy, status);

	SIZE(struct pv_gnttab_query_size, struct gnttab_query_size);
	FIELD(struct pv_gnttab_query_size, struct gnttab_query_size, dom);
	FIELD(struct pv_gnttab_query_size, struct gnttab_query_size, nr_frames);
	FIELD(struct pv_gnttab_query_size, struct gnttab_query_size, max_nr_frames);
	FIELD(struct pv_gnttab_query_size, struct gnttab_query_size, status);

	SIZE(struct pv_gnttab_unmap_and_replace, struct gnttab_unmap_and_replace);
	FIELD(struct pv_gnttab_unmap_and_replace, struct gnttab_unmap_and_replace, host_addr);
	FIELD(struct pv_gnttab_unmap_and_replace, struct gnttab_unmap_and_replace, new_addr);
	FIELD(struct pv_gnttab_unmap_and_replace, struct gnttab_unmap_and_replace, handle);
	FIELD(struct pv_gnttab_unmap_and_replace, struct gnttab_unmap_and_replace, status);

	SIZE(struct pv_gnttab_set_version, struct gnttab_set_version);
	FIELD(struct pv_gnttab_set_version, struct gnttab_set_version, version);

	SIZE(struct pv_gnttab_get_status_frames, struct gnttab_get_status_frames);
	FIELD(struct pv_gnttab_get_status_frames, struct gnttab_get_status_frames, nr_frames);
	FIELD(struct pv_gnttab_get_status_frames, struct gnttab_get_status_frames, dom);
	FIELD(struct pv_gnttab_get_status_frames, struct gnttab_get_status_frames, status);
	FIELD(struct pv_gnttab_get_status_frames, struct gnttab_get_status_frames, frame_list);

	SIZE(struct pv_gnttab_get_version, struct gnttab_get_version);
	FIELD(struct pv_gnttab_get_version, struct gnttab_get_version, dom);
	FIELD(struct pv_gnttab_get_version, struct gnttab_get_version, pad);
	FIELD(struct pv_gnttab_get_version, struct gnttab_get_version, version);

	SIZE(struct pv_gnttab_swap_grant_ref, struct gnttab_swap_grant_ref);
	FIELD(struct pv_gnttab_swap_grant_ref, struct gnttab_swap_grant_ref, ref_a);
	FIELD(struct pv_gnttab_swap_grant_ref, struct gnttab_swap_grant_ref, ref_b);
	FIELD(struct pv_gnttab_swap_grant_ref, struct gnttab_swap_grant_ref, status);
}

static void sched_h(void)
{
	SAME(PV_SCHEDOP_YIELD, SCHEDOP_yield);
	SAME(PV_SCHEDOP_BLOCK, SCHEDOP_block);
	SAME(PV_SCHEDOP_SHUTDOWN, SCHEDOP_shutdown);
	SAME(PV_SCHEDOP_POLL, SCHEDOP_poll);
	SAME(PV_SCHEDOP_REMOTE_SHUTDOWN, SCHEDOP_remote_shutdown);
	SAME(PV_SCHEDOP_SHUTDOWN_CODE, SCHEDOP_shutdown_code);
	SAME(PV_SCHEDOP_WATCHDOG, SCHEDOP_watchdog);
	SAME(PV_SCHEDOP_PIN_OVERRIDE, SCHEDOP_pin_override);
	SAME(PV_SHUTDOWN_POWEROFF, SHUTDOWN_poweroff);
	SAME(PV_SHUTDOWN_REBOOT, SHUTDOWN_reboot);
	SAME(PV_SHUTDOWN_SUSPEND, SHUTDOWN_suspend);
	SAME(PV_SHUTDOWN_CRASH, SHUTDOWN_crash);
	SAME(PV_SHUTDOWN_WATCHDOG, SHUTDOWN_watchdog);
	SAME(PV_SHUTDOWN_SOFT_RESET, SHUTDOWN_soft_reset);
	SAME(PV_SHUTDOWN_MAX, SHUTDOWN_MAX);

	SIZE(struct pv_sched_shutdown, struct sched_shutdown);
	FIELD(struct pv_sched_shutdown, struct sched_shutdown, reason);

	SIZE(struct pv_sched_poll, struct sched_poll);
	FIELD(struct pv_sched_poll, struct sched_poll, ports);
	FIELD(struct pv_sched_poll, struct sched_poll, nr_ports);
	FIELD(struct pv_sched_poll, struct sched_poll, timeout);

	SIZE(struct pv_sched_remote_shutdown, struct sched_remote_shutdown);
	FIELD(struct pv_sched_remote_shutdown, struct sched_remote_shutdown, domain_id);
	FIELD(struct pv_sched_remote_shutdown, struct sched_remote_shutdown, reason);

	SIZE(struct pv_sched_watchdog, struct sched_watchdog);
	FIELD(struct pv_sched_watchdog, struct sched_watchdog, id);
	FIELD(struct pv_sched_watchdog, struct sched_watchdog, timeout);

	SIZE(struct pv_sched_pin_override, struct sched_pin_override);
	FIELD(struct pv_sched_pin_override, struct sched_pin_override, pcpu);
}

static void vcpu_h(void)
{
	SAME(PV_VCPUOP_INITIALISE, VCPUOP_initialise);
	SAME(PV_VCPUOP_UP, VCPUOP_up);
	SAME(PV_VCPUOP_DOWN, VCPUOP_down);
	SAME(PV_VCPUOP_IS_UP, VCPUOP_is_up);
	SAME(PV_VCPUOP_GET_RUNSTATE_INFO, VCPUOP_get_runstate_info);
	SAME(PV_VCPUOP_REGISTER_RUNSTATE_MEMORY_AREA, VCPUOP_register_runstate_memory_area);
	SAME(PV_VCPUOP_SET_PERIODIC_TIMER, VCPUOP_set_periodic_timer);
	SAME(PV_VCPUOP_STOP_PERIODIC_TIMER, VCPUOP_stop_periodic_timer);
	SAME(PV_VCPUOP_SET_SINGLESHOT_TIMER, VCPUOP_set_singleshot_timer);
	SAME(PV_VCPUOP_STOP_SINGLESHOT_TIMER, VCPUOP_stop_singleshot_timer);
	SAME(PV_VCPUOP_REGISTER_VCPU_INFO, VCPUOP_register_vcpu_info);
	SAME(PV_VCPUOP_SEND_NMI, VCPUOP_send_nmi);
	SAME(PV_VCPUOP_GET_PHYSID, VCPUOP_get_physid);
	SAME(PV_VCPUOP_REGISTER_VCPU_TIME_MEMORY_AREA, VCPUOP_register_vcpu_time_memory_area);
	SAME(PV_RUNSTATE_RUNNING, RUNSTATE_running);
	SAME(PV_RUNSTATE_RUNNABLE, RUNSTATE_runnable);
	SAME(PV_RUNSTATE_BLOCKED, RUNSTATE_blocked);
	SAME(PV_RUNSTATE_OFFLINE, RUNSTATE_offline);
	SAME(PV_RUNSTATE_UPDATE, XEN_RUNSTATE_UPDATE);
	SAME(PV_VCPU_SSHOTTMR_FUTURE, VCPU_SSHOTTMR_future);

	SIZE(struct pv_vcpu_runstate_info, struct vcpu_runstate_info);
	FIELD(struct pv_vcpu_runstate_info, struct vcpu_runstate_info, state);
	FIELD(struct pv_vcpu_runstate_info, struct vcpu_runstate_info, state_entry_time);
	FIELD(struct pv_vcpu_runstate_info, struct vcpu_runstate_info, time);

	SIZE(struct pv_vcpu_register_runstate_memory_area,
	     struct vcpu_register_runstate_memory_area);
	FIELD(struct pv_vcpu_register_runstate_memory_area,
	      struct vcpu_register_runstate_memory_area, addr);
	FIELD(struct pv_vcpu_register_runstate_memory_area,
	      struct vcpu_register_runstate_memory_area, addr.h);
	FIELD(struct pv_vcpu_register_runstate_memory_area,
	      struct vcpu_register_runstate_memory_area, addr.v);
	FIELD(struct pv_vcpu_register_runstate_memory_area,
	      struct vcpu_register_runstate_memory_area, addr.p);

	SIZE(struct pv_vcpu_set_periodic_timer, struct vcpu_set_periodic_timer);
	FIELD(struct pv_vcpu_set_periodic_timer, struct vcpu_set_periodic_timer, period_ns);

	SIZE(struct pv_vcpu_set_singleshot_timer, struct vcpu_set_singleshot_timer);
	FIELD(struct pv_vcpu_set_singleshot_timer, struct vcpu_set_singleshot_timer,
	      timeout_abs_ns);
	FIELD(struct pv_vcpu_set_singleshot_timer, struct vcpu_set_singleshot_timer, flags);

	SIZE(struct pv_vcpu_register_vcpu_info, struct vcpu_register_vcpu_info);
	FIELD(struct pv_vcpu_register_vcpu_info, struct vcpu_register_vcpu_info, mfn);
	FIELD(struct pv_vcpu_register_vcpu_info, struct vcpu_register_vcpu_info, offset);
	FIELD(struct pv_vcpu_register_vcpu_info, struct vcpu_register_vcpu_info, rsvd);

	SIZE(struct pv_vcpu_get_physid, struct vcpu_get_physid);
	FIELD(struct pv_vcpu_get_physid, struct vcpu_get_physid, phys_id);

	SIZE(struct pv_vcpu_register_time_memory_area, struct vcpu_register_time_memory_area);
	FIELD(struct pv_vcpu_register_time_memory_area, struct vcpu_register_time_memory_area,
	      addr);
	FIELD(struct pv_vcpu_register_time_memory_area, struct vcpu_register_time_memory_area,
	      addr.h);
	FIELD(struct pv_vcpu_register_time_memory_area, struct vcpu_register_time_memory_area,
	      addr.v);
	FIELD(struct pv_vcpu_register_time_memory_area, struct vcpu_register_time_memory_area,
	      addr.p);
}

static void callback_h(void)
{
	SAME(PV_CALLBACKOP_REGISTER, CALLBACKOP_register);
	SAME(PV_CALLBACKOP_UNREGISTER, CALLBACKOP_unregister);
	SAME(PV_CALLBACKTYPE_EVENT, CALLBACKTYPE_event);
	SAME(PV_CALLBACKTYPE_FAILSAFE, CALLBACKTYPE_failsafe);
	SAME(PV_CALLBACKTYPE_SYSCALL, CALLBACKTYPE_syscall);
	SAME(PV_CALLBACKTYPE_SYSENTER_DEPRECATED, CALLBACKTYPE_sysenter_deprecated);
	SAME(PV_CALLBACKTYPE_NMI, CALLBACKTYPE_nmi);
	SAME(PV_CALLBACKTYPE_SYSENTER, CALLBACKTYPE_sysenter);
	SAME(PV_CALLBACKTYPE_SYSCALL32, CALLBACKTYPE_syscall32);
	SAME(PV_CALLBACKF_MASK_EVENTS, CALLBACKF_mask_events);

	SIZE(struct pv_callback_register, struct callback_register);
	FIELD(struct pv_callback_register, struct callback_register, type);
	FIELD(struct pv_callback_register, struct callback_register, flags);
	FIELD(struct pv_callback_register, struct callback_register, address);

	SIZE(struct pv_callback_unregister, struct callback_unregister);
	FIELD(struct pv_callback_unregister, struct callback_unregister, type);
	FIELD_AS(struct pv_callback_unregister, unused, struct callback_unregister, _unused);
}

void check_calls(void)
{
	mmu_h();
	memory_h();
	event_h();
	grant_h();
	sched_h();
	vcpu_h();
	callback_h();
}
