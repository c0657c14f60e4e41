/* SPDX-License-Identifier: BSD-2-Clause */
/* Every name of our headers against its standard counterpart: the machine: devices, platform and
 * system control. */
#include "check.h"
#include "public/physdev.h"
#include "public/platform.h"
#include "public/sysctl.h"

static void physdev_h(void)
{
	SAME(PV_PHYSDEVOP_IRQ_UNMASK_NOTIFY, PHYSDEVOP_IRQ_UNMASK_NOTIFY);
	SAME(PV_PHYSDEVOP_IRQ_STATUS_QUERY, PHYSDEVOP_irq_status_query);
	SAME(PV_PHYSDEVOP_SET_IOPL, PHYSDEVOP_set_iopl);
	SAME(PV_PHYSDEVOP_SET_IOBITMAP, PHYSDEVOP_set_iobitmap);
	SAME(PV_PHYSDEVOP_APIC_READ, PHYSDEVOP_apic_read);
	SAME(PV_PHYSDEVOP_APIC_WRITE, PHYSDEVOP_apic_write);
	SAME(PV_PHYSDEVOP_ALLOC_IRQ_VECTOR, PHYSDEVOP_alloc_irq_vector);
	SAME(PV_PHYSDEVOP_FREE_IRQ_VECTOR, PHYSDEVOP_free_irq_vector);
	SAME(PV_PHYSDEVOP_EOI, PHYSDEVOP_eoi);
	SAME(PV_PHYSDEVOP_MAP_PIRQ, PHYSDEVOP_map_pirq);
	SAME(PV_PHYSDEVOP_UNMAP_PIRQ, PHYSDEVOP_unmap_pirq);
	SAME(PV_PHYSDEVOP_MANAGE_PCI_ADD, PHYSDEVOP_manage_pci_add);
	SAME(PV_PHYSDEVOP_MANAGE_PCI_REMOVE, PHYSDEVOP_manage_pci_remove);
	SAME(PV_PHYSDEVOP_PIRQ_EOI_GMFN_V1, PHYSDEVOP_pirq_eoi_gmfn_v1);
	SAME(PV_PHYSDEVOP_RESTORE_MSI, PHYSDEVOP_restore_msi);
	SAME(PV_PHYSDEVOP_MANAGE_PCI_ADD_EXT, PHYSDEVOP_manage_pci_add_ext);
	SAME(PV_PHYSDEVOP_SETUP_GSI, PHYSDEVOP_setup_gsi);
	SAME(PV_PHYSDEVOP_GET_FREE_PIRQ, PHYSDEVOP_get_free_pirq);
	SAME(PV_PHYSDEVOP_PCI_MMCFG_RESERVED, PHYSDEVOP_pci_mmcfg_reserved);
	SAME(PV_PHYSDEVOP_PCI_DEVICE_ADD, PHYSDEVOP_pci_device_add);
	SAME(PV_PHYSDEVOP_PCI_DEVICE_REMOVE, PHYSDEVOP_pci_device_remove);
	SAME(PV_PHYSDEVOP_RESTORE_MSI_EXT, PHYSDEVOP_restore_msi_ext);
	SAME(PV_PHYSDEVOP_PIRQ_EOI_GMFN_V2, PHYSDEVOP_pirq_eoi_gmfn_v2);
	SAME(PV_PHYSDEVOP_DBGP_OP, PHYSDEVOP_dbgp_op);
	SAME(PV_PHYSDEVOP_PREPARE_MSIX, PHYSDEVOP_prepare_msix);
	SAME(PV_PHYSDEVOP_RELEASE_MSIX, PHYSDEVOP_release_msix);
	SAME(PV_XENIRQSTAT_NEEDS_EOI, XENIRQSTAT_needs_eoi);
	SAME(PV_XENIRQSTAT_SHARED, XENIRQSTAT_shared);
	SAME(PV_MAP_PIRQ_TYPE_MSI, MAP_PIRQ_TYPE_MSI);
	SAME(PV_MAP_PIRQ_TYPE_GSI, MAP_PIRQ_TYPE_GSI);
	SAME(PV_MAP_PIRQ_TYPE_UNKNOWN, MAP_PIRQ_TYPE_UNKNOWN);
	SAME(PV_MAP_PIRQ_TYPE_MSI_SEG, MAP_PIRQ_TYPE_MSI_SEG);
	SAME(PV_MAP_PIRQ_TYPE_MULTI_MSI, MAP_PIRQ_TYPE_MULTI_MSI);
	SAME(PV_PCI_MMCFG_RESERVED, XEN_PCI_MMCFG_RESERVED);
	SAME(PV_PCI_DEV_EXTFN, XEN_PCI_DEV_EXTFN);
	SAME(PV_PCI_DEV_VIRTFN, XEN_PCI_DEV_VIRTFN);
	SAME(PV_PCI_DEV_PXM, XEN_PCI_DEV_PXM);
	SAME(PV_PHYSDEVOP_DBGP_RESET_PREPARE, PHYSDEVOP_DBGP_RESET_PREPARE);
	SAME(PV_PHYSDEVOP_DBGP_RESET_DONE, PHYSDEVOP_DBGP_RESET_DONE);
	SAME(PV_PHYSDEVOP_DBGP_BUS_UNKNOWN, PHYSDEVOP_DBGP_BUS_UNKNOWN);
	SAME(PV_PHYSDEVOP_DBGP_BUS_PCI, PHYSDEVOP_DBGP_BUS_PCI);

	SIZE(struct pv_physdev_eoi, struct physdev_eoi);
	FIELD(struct pv_physdev_eoi, struct physdev_eoi, irq);

	SIZE(struct pv_physdev_pirq_eoi_gmfn, struct physdev_pirq_eoi_gmfn);
	FIELD(struct pv_physdev_pirq_eoi_gmfn, struct physdev_pirq_eoi_gmfn, gmfn);

	SIZE(struct pv_physdev_irq_status_query, struct physdev_irq_status_query);
	FIELD(struct pv_physdev_irq_status_query, struct physdev_irq_status_query, irq);
	FIELD(struct pv_physdev_irq_status_query, struct physdev_irq_status_query, flags);

	SIZE(struct pv_physdev_set_iopl, struct physdev_set_iopl);
	FIELD(struct pv_physdev_set_iopl, struct physdev_set_iopl, iopl);

	SIZE(struct pv_physdev_set_iobitmap, struct physdev_set_iobitmap);
	FIELD(struct pv_physdev_set_iobitmap, struct physdev_set_iobitmap, bitmap);
	FIELD(struct pv_physdev_set_iobitmap, struct physdev_set_iobitmap, nr_ports);

	SIZE(struct pv_physdev_apic, struct physdev_apic);
	FIELD(struct pv_physdev_apic, struct physdev_apic, apic_physbase);
	FIELD(struct pv_physdev_apic, struct physdev_apic, reg);
	FIELD(struct pv_physdev_apic, struct physdev_apic, value);

	SIZE(struct pv_physdev_irq, struct physdev_irq);
	FIELD(struct pv_physdev_irq, struct physdev_irq, irq);
	FIELD(struct pv_physdev_irq, struct physdev_irq, vector);

	SIZE(struct pv_physdev_map_pirq, struct physdev_map_pirq);
	FIELD(struct pv_physdev_map_pirq, struct physdev_map_pirq, domid);
	FIELD(struct pv_physdev_map_pirq, struct physdev_map_pirq, type);
	FIELD(struct pv_physdev_map_pirq, struct physdev_map_pirq, index);
	FIELD(struct pv_physdev_map_pirq, struct physdev_map_pirq, pirq);
	FIELD(struct pv_physdev_map_pirq, struct physdev_map_pirq, bus);
	FIELD(struct pv_physdev_map_pirq, struct physdev_map_pirq, devfn);
	FIELD(struct pv_physdev_map_pirq, struct physdev_map_pirq, entry_nr);
	FIELD(struct pv_physdev_map_pirq, struct physdev_map_pirq, table_base);

	SIZE(struct pv_physdev_unmap_pirq, struct physdev_unmap_pirq);
	FIELD(struct pv_physdev_unmap_pirq, struct physdev_unmap_pirq, domid);
	FIELD(struct pv_physdev_unmap_pirq, struct physdev_unmap_pirq, pirq);

	SIZE(struct pv_physdev_manage_pci, struct physdev_manage_pci);
	FIELD(struct pv_physdev_manage_pci, struct physdev_manage_pci, bus);
	FIELD(struct pv_physdev_manage_pci, struct physdev_manage_pci, devfn);

	SIZE(struct pv_physdev_restore_msi, struct physdev_restore_msi);
	FIELD(struct pv_physdev_restore_msi, struct physdev_restore_msi, bus);
	FIELD(struct pv_physdev_restore_msi, struct physdev_restore_msi, devfn);

	SIZE(struct pv_physdev_manage_pci_ext, struct physdev_manage_pci_ext);
	FIELD(struct pv_physdev_manage_pci_ext, struct physdev_manage_pci_ext, bus);
	FIELD(struct pv_physdev_manage_pci_ext, struct physdev_manage_pci_ext, devfn);
	FIELD(struct pv_physdev_manage_pci_ext, struct physdev_manage_pci_ext, is_extfn);
	FIELD(struct pv_physdev_manage_pci_ext, struct physdev_manage_pci_ext, is_virtfn);
	FIELD(struct pv_physdev_manage_pci_ext, struct physdev_manage_pci_ext, physfn);
	FIELD(struct pv_physdev_manage_pci_ext, struct physdev_manage_pci_ext, physfn.bus);
	FIELD(struct pv_physdev_manage_pci_ext, struct physdev_manage_pci_ext, physfn.devfn);

	SIZE(struct pv_physdev_setup_gsi, struct physdev_setup_gsi);
	FIELD(struct pv_physdev_setup_gsi, struct physdev_setup_gsi, gsi);
	FIELD(struct pv_physdev_setup_gsi, struct physdev_setup_gsi, triggering);
	FIELD(struct pv_physdev_setup_gsi, struct physdev_setup_gsi, polarity);

	SIZE(struct pv_physdev_get_free_pirq, struct physdev_get_free_pirq);
	FIELD(struct pv_physdev_get_free_pirq, struct physdev_get_free_pirq, type);
	FIELD(struct pv_physdev_get_free_pirq, struct physdev_get_free_pirq, pirq);

	SIZE(struct pv_physdev_pci_mmcfg_reserved, struct physdev_pci_mmcfg_reserved);
	FIELD(struct pv_physdev_pci_mmcfg_reserved, struct physdev_pci_mmcfg_reserved, address);
	FIELD(struct pv_physdev_pci_mmcfg_reserved, struct physdev_pci_mmcfg_reserved, segment);
	FIELD(struct pv_physdev_pci_mmcfg_reserved, struct physdev_pci_mmcfg_reserved, start_bus);
	FIELD(struct pv_physdev_pci_mmcfg_reserved, struct physdev_pci_mmcfg_reserved, end_bus);
	FIELD(struct pv_physdev_pci_mmcfg_reserved, struct physdev_pci_mmcfg_reserved, flags);

	SIZE(struct pv_physdev_pci_device_add, struct physdev_pci_device_add);
	FIELD(struct pv_physdev_pci_device_add, struct physdev_pci_device_add, seg);
	FIELD(struct pv_physdev_pci_device_add, struct physdev_pci_device_add, bus);
	FIELD(struct pv_physdev_pci_device_add, struct physdev_pci_device_add, devfn);
	FIELD(struct pv_physdev_pci_device_add, struct physdev_pci_device_add, flags);
	FIELD(struct pv_physdev_pci_device_add, struct physdev_pci_device_add, physfn);
	FIELD(struct pv_physdev_pci_device_add, struct physdev_pci_device_add, physfn.bus);
	FIELD(struct pv_physdev_pci_device_add, struct physdev_pci_device_add, physfn.devfn);

	SIZE(struct pv_physdev_pci_device, struct physdev_pci_device);
	FIELD(struct pv_physdev_pci_device, struct physdev_pci_device, seg);
	FIELD(struct pv_physdev_pci_device, struct physdev_pci_device, bus);
	FIELD(struct pv_physdev_pci_device, struct physdev_pci_device, devfn);

	SIZE(struct pv_physdev_dbgp_op, struct physdev_dbgp_op);
	FIELD(struct pv_physdev_dbgp_op, struct physdev_dbgp_op, op);
	FIELD(struct pv_physdev_dbgp_op, struct physdev_dbgp_op, bus);
	FIELD(struct pv_physdev_dbgp_op, struct physdev_dbgp_op, u);
	FIELD(struct pv_physdev_dbgp_op, struct physdev_dbgp_op, u.pci);
}

static void platform_h(void)
{
	SAME(PV_XENPF_INTERFACE_VERSION, XENPF_INTERFACE_VERSION);
	SAME(PV_XENPF_SETTIME32, XENPF_settime32);
	SAME(PV_XENPF_ADD_MEMTYPE, XENPF_add_memtype);
	SAME(PV_XENPF_DEL_MEMTYPE, XENPF_del_memtype);
	SAME(PV_XENPF_READ_MEMTYPE, XENPF_read_memtype);
	SAME(PV_XENPF_MICROCODE_UPDATE, XENPF_microcode_update);
	SAME(PV_XENPF_PLATFORM_QUIRK, XENPF_platform_quirk);
	SAME(PV_XENPF_GET_CPU_VERSION, XENPF_get_cpu_version);
	SAME(PV_XENPF_EFI_RUNTIME_CALL, XENPF_efi_runtime_call);
	SAME(PV_XENPF_FIRMWARE_INFO, XENPF_firmware_info);
	SAME(PV_XENPF_ENTER_ACPI_SLEEP, XENPF_enter_acpi_sleep);
	SAME(PV_XENPF_CHANGE_FREQ, XENPF_change_freq);
	SAME(PV_XENPF_GETIDLETIME, XENPF_getidletime);
	SAME(PV_XENPF_SET_PROCESSOR_PMINFO, XENPF_set_processor_pminfo);
	SAME(PV_XENPF_GET_CPUINFO, XENPF_get_cpuinfo);
	SAME(PV_XENPF_CPU_ONLINE, XENPF_cpu_online);
	SAME(PV_XENPF_CPU_OFFLINE, XENPF_cpu_offline);
	SAME(PV_XENPF_CPU_HOTADD, XENPF_cpu_hotadd);
	SAME(PV_XENPF_MEM_HOTADD, XENPF_mem_hotadd);
	SAME(PV_XENPF_CORE_PARKING, XENPF_core_parking);
	SAME(PV_XENPF_RESOURCE_OP, XENPF_resource_op);
	SAME(PV_XENPF_SETTIME64, XENPF_settime64);
	SAME(PV_XENPF_GET_SYMBOL, XENPF_get_symbol);
	SAME(PV_FW_DISK_INFO, XEN_FW_DISK_INFO);
	SAME(PV_FW_DISK_MBR_SIGNATURE, XEN_FW_DISK_MBR_SIGNATURE);
	SAME(PV_FW_VBEDDC_INFO, XEN_FW_VBEDDC_INFO);
	SAME(PV_FW_EFI_INFO, XEN_FW_EFI_INFO);
	SAME(PV_FW_EFI_VERSION, XEN_FW_EFI_VERSION);
	SAME(PV_FW_EFI_CONFIG_TABLE, XEN_FW_EFI_CONFIG_TABLE);
	SAME(PV_FW_EFI_VENDOR, XEN_FW_EFI_VENDOR);
	SAME(PV_FW_EFI_MEM_INFO, XEN_FW_EFI_MEM_INFO);
	SAME(PV_FW_EFI_RT_VERSION, XEN_FW_EFI_RT_VERSION);
	SAME(PV_FW_EFI_PCI_ROM, XEN_FW_EFI_PCI_ROM);
	SAME(PV_FW_EFI_APPLE_PROPERTIES, XEN_FW_EFI_APPLE_PROPERTIES);
	SAME(PV_FW_KBD_SHIFT_FLAGS, XEN_FW_KBD_SHIFT_FLAGS);
	SAME(PV_XENPF_ACPI_SLEEP_EXTENDED, XENPF_ACPI_SLEEP_EXTENDED);
	SAME(PV_PM_CX, XEN_PM_CX);
	SAME(PV_PM_PX, XEN_PM_PX);
	SAME(PV_PM_TX, XEN_PM_TX);
	SAME(PV_PM_PDC, XEN_PM_PDC);
	SAME(PV_PCPU_FLAGS_ONLINE, XEN_PCPU_FLAGS_ONLINE);
	SAME(PV_PCPU_FLAGS_INVALID, XEN_PCPU_FLAGS_INVALID);
	SAME(PV_CORE_PARKING_SET, XEN_CORE_PARKING_SET);
	SAME(PV_CORE_PARKING_GET, XEN_CORE_PARKING_GET);

	SIZE(struct pv_xenpf_settime32, struct xenpf_settime32);
	FIELD(struct pv_xenpf_settime32, struct xenpf_settime32, secs);
	FIELD(struct pv_xenpf_settime32, struct xenpf_settime32, nsecs);
	FIELD(struct pv_xenpf_settime32, struct xenpf_settime32, system_time);

	SIZE(struct pv_xenpf_settime64, struct xenpf_settime64);
	FIELD(struct pv_xenpf_settime64, struct xenpf_settime64, secs);
	FIELD(struct pv_xenpf_settime64, struct xenpf_settime64, nsecs);
	FIELD(struct pv_xenpf_settime64, struct xenpf_settime64, mbz);
	FIELD(struct pv_xenpf_settime64, struct xenpf_settime64, system_time);

	SIZE(struct pv_xenpf_read_memtype, struct xenpf_read_memtype);
	FIELD(struct pv_xenpf_read_memtype, struct xenpf_read_memtype, reg);
	FIELD(struct pv_xenpf_read_memtype, struct xenpf_read_memtype, mfn);
	FIELD(struct pv_xenpf_read_memtype, struct xenpf_read_memtype, nr_mfns);
	FIELD(struct pv_xenpf_read_memtype, struct xenpf_read_memtype, type);

	SIZE(struct pv_xenpf_firmware_info, struct xenpf_firmware_info);
	FIELD(struct pv_xenpf_firmware_info, struct xenpf_firmware_info, type);
	FIELD(struct pv_xenpf_firmware_info, struct xenpf_firmware_info, index);
	FIELD(struct pv_xenpf_firmware_info, struct xenpf_firmware_info, u);
	FIELD(struct pv_xenpf_firmware_info, struct xenpf_firmware_info, u.disk_info);
	FIELD(struct pv_xenpf_firmware_info, struct xenpf_firmware_info, u.disk_info.device);
	FIELD(struct pv_xenpf_firmware_info, struct xenpf_firmware_info, u.disk_info.version);
	FIELD(struct pv_xenpf_firmware_info, struct xenpf_firmware_info,
	      u.disk_info.interface_support);
	FIELD(struct pv_xenpf_firmware_info, struct xenpf_firmware_info,
	      u.disk_info.legacy_max_cylinder);
	FIELD(struct pv_xenpf_firmware_info, struct xenpf_firmware_info,
	      u.disk_info.legacy_max_head);
	FIELD(struct pv_xenpf_firmware_info, struct xenpf_firmware_info,
	      u.disk_info.legacy_sectors_per_track);
	FIELD(struct pv_xenpf_firmware_info, struct xenpf_firmware_info, u.disk_info.edd_params);
	FIELD(struct pv_xenpf_firmware_info, struct xenpf_firmware_info, u.disk_mbr_signature);
	FIELD(struct pv_xenpf_firmware_info, struct xenpf_firmware_info,
	      u.disk_mbr_signature.device);
	FIELD(struct pv_xenpf_firmware_info, struct xenpf_firmware_info,
	      u.disk_mbr_signature.mbr_signature);
	FIELD(struct pv_xenpf_firmware_info, struct xenpf_firmware_info, u.vbeddc_info);
	FIELD(struct pv_xenpf_firmware_info, struct xenpf_firmware_info,
	      u.vbeddc_info.capabilities);
	FIELD(struct pv_xenpf_firmware_info, struct xenpf_firmware_info,
	      u.vbeddc_info.edid_transfer_time);
	FIELD(struct pv_xenpf_firmware_info, struct xenpf_firmware_info, u.vbeddc_info.edid);
	FIELD(struct pv_xenpf_firmware_info, struct xenpf_firmware_info, u.efi_info);
	FIELD(struct pv_xenpf_firmware_info, struct xenpf_firmware_info, u.efi_info.version);
	FIELD(struct pv_xenpf_firmware_info, struct xenpf_firmware_info, u.efi_info.cfg);
	FIELD(struct pv_xenpf_firmware_info, struct xenpf_firmware_info, u.efi_info.cfg.addr);
	FIELD(struct pv_xenpf_firmware_info, struct xenpf_firmware_info, u.efi_info.cfg.nent);
	FIELD(struct pv_xenpf_firmware_info, struct xenpf_firmware_info, u.efi_info.vendor);
	FIELD(struct pv_xenpf_firmware_info, struct xenpf_firmware_info,
	      u.efi_info.vendor.revision);
	FIELD(struct pv_xenpf_firmware_info, struct xenpf_firmware_info, u.efi_info.vendor.bufsz);
	FIELD(struct pv_xenpf_firmware_info, struct xenpf_firmware_info, u.efi_info.vendor.name);
	FIELD(struct pv_xenpf_firmware_info, struct xenpf_firmware_info, u.efi_info.mem);
	FIELD(struct pv_xenpf_firmware_info, struct xenpf_firmware_info, u.efi_info.mem.addr);
	FIELD(struct pv_xenpf_firmware_info, struct xenpf_firmware_info, u.efi_info.mem.size);
	FIELD(struct pv_xenpf_firmware_info, struct xenpf_firmware_info, u.efi_info.mem.attr);
	FIELD(struct pv_xenpf_firmware_info, struct xenpf_firmware_info, u.efi_info.mem.type);
	FIELD(struct pv_xenpf_firmware_info, struct xenpf_firmware_info, u.efi_info.pci_rom);
	FIELD(struct pv_xenpf_firmware_info, struct xenpf_firmware_info,
	      u.efi_info.pci_rom.segment);
	FIELD(struct pv_xenpf_firmware_info, struct xenpf_firmware_info, u.efi_info.pci_rom.bus);
	FIELD(struct pv_xenpf_firmware_info, struct xenpf_firmware_info, u.efi_info.pci_rom.devfn);
	FIELD(struct pv_xenpf_firmware_info, struct xenpf_firmware_info, u.efi_info.pci_rom.vendor);
	FIELD(struct pv_xenpf_firmware_info, struct xenpf_firmware_info, u.efi_info.pci_rom.devid);
	FIELD(struct pv_xenpf_firmware_info, struct xenpf_firmware_info,
	      u.efi_info.pci_rom.address);
	FIELD(struct pv_xenpf_firmware_info, struct xenpf_firmware_info, u.efi_info.pci_rom.size);
	FIELD(struct pv_xenpf_firmware_info, struct xenpf_firmware_info,
	      u.efi_info.apple_properties);
	FIELD(struct pv_xenpf_firmware_info, struct xenpf_firmware_info,
	      u.efi_info.apple_properties.address);
	FIELD(struct pv_xenpf_firmware_info, struct xenpf_firmware_info,
	      u.efi_info.apple_properties.size);
	FIELD(struct pv_xenpf_firmware_info, struct xenpf_firmware_info, u.kbd_shift_flags);

	SIZE(struct pv_xenpf_enter_acpi_sleep, struct xenpf_enter_acpi_sleep);
	FIELD(struct pv_xenpf_enter_acpi_sleep, struct xenpf_enter_acpi_sleep, val_a);
	FIELD(struct pv_xenpf_enter_acpi_sleep, struct xenpf_enter_acpi_sleep, val_b);
	FIELD(struct pv_xenpf_enter_acpi_sleep, struct xenpf_enter_acpi_sleep, sleep_state);
	FIELD(struct pv_xenpf_enter_acpi_sleep, struct xenpf_enter_acpi_sleep, flags);

	SIZE(struct pv_xenpf_getidletime, struct xenpf_getidletime);
	FIELD(struct pv_xenpf_getidletime, struct xenpf_getidletime, cpumap_bitmap);
	FIELD(struct pv_xenpf_getidletime, struct xenpf_getidletime, cpumap_nr_cpus);
	FIELD(struct pv_xenpf_getidletime, struct xenpf_getidletime, idletime);
	FIELD(struct pv_xenpf_getidletime, struct xenpf_getidletime, now);

	SIZE(struct pv_xenpf_pcpuinfo, struct xenpf_pcpuinfo);
	FIELD(struct pv_xenpf_pcpuinfo, struct xenpf_pcpuinfo, xen_cpuid);
	FIELD(struct pv_xenpf_pcpuinfo, struct xenpf_pcpuinfo, max_present);
	FIELD(struct pv_xenpf_pcpuinfo, struct xenpf_pcpuinfo, flags);
	FIELD(struct pv_xenpf_pcpuinfo, struct xenpf_pcpuinfo, apic_id);
	FIELD(struct pv_xenpf_pcpuinfo, struct xenpf_pcpuinfo, acpi_id);

	SIZE(struct pv_xenpf_pcpu_version, struct xenpf_pcpu_version);
	FIELD(struct pv_xenpf_pcpu_version, struct xenpf_pcpu_version, xen_cpuid);
	FIELD(struct pv_xenpf_pcpu_version, struct xenpf_pcpu_version, max_present);
	FIELD(struct pv_xenpf_pcpu_version, struct xenpf_pcpu_version, vendor_id);
	FIELD(struct pv_xenpf_pcpu_version, struct xenpf_pcpu_version, family);
	FIELD(struct pv_xenpf_pcpu_version, struct xenpf_pcpu_version, model);
	FIELD(struct pv_xenpf_pcpu_version, struct xenpf_pcpu_version, stepping);

	SIZE(struct pv_xenpf_cpu_ol, struct xenpf_cpu_ol);
	FIELD(struct pv_xenpf_cpu_ol, struct xenpf_cpu_ol, cpuid);

	SIZE(struct pv_xenpf_cpu_hotadd, struct xenpf_cpu_hotadd);
	FIELD(struct pv_xenpf_cpu_hotadd, struct xenpf_cpu_hotadd, apic_id);
	FIELD(struct pv_xenpf_cpu_hotadd, struct xenpf_cpu_hotadd, acpi_id);
	FIELD(struct pv_xenpf_cpu_hotadd, struct xenpf_cpu_hotadd, pxm);

	SIZE(struct pv_xenpf_core_parking, struct xenpf_core_parking);
	FIELD(struct pv_xenpf_core_parking, struct xenpf_core_parking, type);
	FIELD(struct pv_xenpf_core_parking, struct xenpf_core_parking, idle_nums);

	SIZE(struct pv_xenpf_symdata, struct xenpf_symdata);
	FIELD(struct pv_xenpf_symdata, struct xenpf_symdata, namelen);
	FIELD(struct pv_xenpf_symdata, struct xenpf_symdata, symnum);
	FIELD(struct pv_xenpf_symdata, struct xenpf_symdata, name);
	FIELD(struct pv_xenpf_symdata, struct xenpf_symdata, address);
	FIELD(struct pv_xenpf_symdata, struct xenpf_symdata, type);

	SIZE(struct pv_platform_op, struct xen_platform_op);
	FIELD(struct pv_platform_op, struct xen_platform_op, cmd);
	FIELD(struct pv_platform_op, struct xen_platform_op, interface_version);
	FIELD(struct pv_platform_op, struct xen_platform_op, u);
	FIELD(struct pv_platform_op, struct xen_platform_op, u.settime32);
	FIELD(struct pv_platform_op, struct xen_platform_op, u.settime64);
	FIELD(struct pv_platform_op, struct xen_platform_op, u.read_memtype);
	FIELD(struct pv_platform_op, struct xen_platform_op, u.firmware_info);
	FIELD(struct pv_platform_op, struct xen_platform_op, u.enter_acpi_sleep);
	FIELD(struct pv_platform_op, struct xen_platform_op, u.getidletime);
	FIELD(struct pv_platform_op, struct xen_platform_op, u.pcpu_info);
	FIELD(struct pv_platform_op, struct xen_platform_op, u.pcpu_version);
	FIELD(struct pv_platform_op, struct xen_platform_op, u.cpu_ol);
	FIELD(struct pv_platform_op, struct xen_platform_op, u.cpu_add);
	FIELD(struct pv_platform_op, struct xen_platform_op, u.core_parking);
	FIELD(struct pv_platform_op, struct xen_platform_op, u.symdata);
	FIELD(struct pv_platform_op, struct xen_platform_op, u.pad);
}

static void sysctl_h(void)
{
	SAME(PV_SYSCTL_INTERFACE_VERSION, XEN_SYSCTL_INTERFACE_VERSION);
	SAME(PV_SYSCTL_READCONSOLE, XEN_SYSCTL_readconsole);
	SAME(PV_SYSCTL_TBUF_OP, XEN_SYSCTL_tbuf_op);
	SAME(PV_SYSCTL_PHYSINFO, XEN_SYSCTL_physinfo);
	SAME(PV_SYSCTL_SCHED_ID, XEN_SYSCTL_sched_id);
	SAME(PV_SYSCTL_PERFC_OP, XEN_SYSCTL_perfc_op);
	SAME(PV_SYSCTL_GETDOMAININFOLIST, XEN_SYSCTL_getdomaininfolist);
	SAME(PV_SYSCTL_DEBUG_KEYS, XEN_SYSCTL_debug_keys);
	SAME(PV_SYSCTL_GETCPUINFO, XEN_SYSCTL_getcpuinfo);
	SAME(PV_SYSCTL_AVAILHEAP, XEN_SYSCTL_availheap);
	SAME(PV_SYSCTL_GET_PMSTAT, XEN_SYSCTL_get_pmstat);
	SAME(PV_SYSCTL_CPU_HOTPLUG, XEN_SYSCTL_cpu_hotplug);
	SAME(PV_SYSCTL_PM_OP, XEN_SYSCTL_pm_op);
	SAME(PV_SYSCTL_PAGE_OFFLINE_OP, XEN_SYSCTL_page_offline_op);
	SAME(PV_SYSCTL_LOCKPROF_OP, XEN_SYSCTL_lockprof_op);
	SAME(PV_SYSCTL_CPUTOPOINFO, XEN_SYSCTL_cputopoinfo);
	SAME(PV_SYSCTL_NUMAINFO, XEN_SYSCTL_numainfo);
	SAME(PV_SYSCTL_CPUPOOL_OP, XEN_SYSCTL_cpupool_op);
	SAME(PV_SYSCTL_SCHEDULER_OP, XEN_SYSCTL_scheduler_op);
	SAME(PV_SYSCTL_COVERAGE_OP, XEN_SYSCTL_coverage_op);
	SAME(PV_SYSCTL_PSR_CMT_OP, XEN_SYSCTL_psr_cmt_op);
	SAME(PV_SYSCTL_PCITOPOINFO, XEN_SYSCTL_pcitopoinfo);
	SAME(PV_SYSCTL_PSR_ALLOC, XEN_SYSCTL_psr_alloc);
	SAME(PV_SYSCTL_GET_CPU_LEVELLING_CAPS, XEN_SYSCTL_get_cpu_levelling_caps);
	SAME(PV_SYSCTL_GET_CPU_FEATURESET, XEN_SYSCTL_get_cpu_featureset);
	SAME(PV_SYSCTL_LIVEPATCH_OP, XEN_SYSCTL_livepatch_op);
	SAME(PV_SYSCTL_GET_CPU_POLICY, XEN_SYSCTL_get_cpu_policy);
	SAME(PV_SYSCTL_PHYSCAP_HVM, XEN_SYSCTL_PHYSCAP_hvm);
	SAME(PV_SYSCTL_PHYSCAP_PV, XEN_SYSCTL_PHYSCAP_pv);
	SAME(PV_SYSCTL_PHYSCAP_DIRECTIO, XEN_SYSCTL_PHYSCAP_directio);
	SAME(PV_SYSCTL_PHYSCAP_HAP, XEN_SYSCTL_PHYSCAP_hap);
	SAME(PV_SYSCTL_PHYSCAP_SHADOW, XEN_SYSCTL_PHYSCAP_shadow);
	SAME(PV_SYSCTL_PHYSCAP_IOMMU_HAP_PT_SHARE, XEN_SYSCTL_PHYSCAP_iommu_hap_pt_share);
	SAME(PV_SYSCTL_PHYSCAP_VMTRACE, XEN_SYSCTL_PHYSCAP_vmtrace);
	SAME(PV_SYSCTL_PHYSCAP_VPMU, XEN_SYSCTL_PHYSCAP_vpmu);
	SAME(PV_SYSCTL_PHYSCAP_GNTTAB_V1, XEN_SYSCTL_PHYSCAP_gnttab_v1);
	SAME(PV_SYSCTL_PHYSCAP_GNTTAB_V2, XEN_SYSCTL_PHYSCAP_gnttab_v2);
	SAME(PV_SYSCTL_PHYSCAP_MAX, XEN_SYSCTL_PHYSCAP_MAX);
	SAME(PV_SYSCTL_PERFCOP_RESET, XEN_SYSCTL_PERFCOP_reset);
	SAME(PV_SYSCTL_PERFCOP_QUERY, XEN_SYSCTL_PERFCOP_query);
	SAME(PV_SYSCTL_CPU_HOTPLUG_ONLINE, XEN_SYSCTL_CPU_HOTPLUG_ONLINE);
	SAME(PV_SYSCTL_CPU_HOTPLUG_OFFLINE, XEN_SYSCTL_CPU_HOTPLUG_OFFLINE);
	SAME(PV_INVALID_CORE_ID, XEN_INVALID_CORE_ID);
	SAME(PV_INVALID_SOCKET_ID, XEN_INVALID_SOCKET_ID);
	SAME(PV_INVALID_NODE_ID, XEN_INVALID_NODE_ID);
	SAME(PV_INVALID_MEM_SZ, XEN_INVALID_MEM_SZ);
	SAME(PV_INVALID_NODE_DIST, XEN_INVALID_NODE_DIST);
	SAME(PV_SYSCTL_CPUPOOL_OP_CREATE, XEN_SYSCTL_CPUPOOL_OP_CREATE);
	SAME(PV_SYSCTL_CPUPOOL_OP_DESTROY, XEN_SYSCTL_CPUPOOL_OP_DESTROY);
	SAME(PV_SYSCTL_CPUPOOL_OP_INFO, XEN_SYSCTL_CPUPOOL_OP_INFO);
	SAME(PV_SYSCTL_CPUPOOL_OP_ADDCPU, XEN_SYSCTL_CPUPOOL_OP_ADDCPU);
	SAME(PV_SYSCTL_CPUPOOL_OP_RMCPU, XEN_SYSCTL_CPUPOOL_OP_RMCPU);
	SAME(PV_SYSCTL_CPUPOOL_OP_MOVEDOMAIN, XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN);
	SAME(PV_SYSCTL_CPUPOOL_OP_FREEINFO, XEN_SYSCTL_CPUPOOL_OP_FREEINFO);
	SAME(PV_SYSCTL_CPUPOOL_PAR_ANY, XEN_SYSCTL_CPUPOOL_PAR_ANY);
	SAME(PV_SYSCTL_SCHED_RATELIMIT_MAX, XEN_SYSCTL_SCHED_RATELIMIT_MAX);
	SAME(PV_SYSCTL_SCHED_RATELIMIT_MIN, XEN_SYSCTL_SCHED_RATELIMIT_MIN);
	SAME(PV_SYSCTL_CSCHED_TSLICE_MAX, XEN_SYSCTL_CSCHED_TSLICE_MAX);
	SAME(PV_SYSCTL_CSCHED_TSLICE_MIN, XEN_SYSCTL_CSCHED_TSLICE_MIN);
	SAME(PV_SYSCTL_CSCHED_MGR_DLY_MAX_US, XEN_SYSCTL_CSCHED_MGR_DLY_MAX_US);
	SAME(PV_SYSCTL_SCHEDOP_PUTINFO, XEN_SYSCTL_SCHEDOP_putinfo);
	SAME(PV_SYSCTL_SCHEDOP_GETINFO, XEN_SYSCTL_SCHEDOP_getinfo);
	SAME(PV_INVALID_DEV, XEN_INVALID_DEV);
	SAME(PV_SYSCTL_CPU_LEVELCAP_FAULTING, XEN_SYSCTL_CPU_LEVELCAP_faulting);
	SAME(PV_SYSCTL_CPU_FEATURESET_RAW, XEN_SYSCTL_cpu_featureset_raw);
	SAME(PV_SYSCTL_CPU_FEATURESET_HOST, XEN_SYSCTL_cpu_featureset_host);
	SAME(PV_SYSCTL_CPU_FEATURESET_PV, XEN_SYSCTL_cpu_featureset_pv);
	SAME(PV_SYSCTL_CPU_FEATURESET_HVM, XEN_SYSCTL_cpu_featureset_hvm);
	SAME(PV_SYSCTL_CPU_FEATURESET_PV_MAX, XEN_SYSCTL_cpu_featureset_pv_max);
	SAME(PV_SYSCTL_CPU_FEATURESET_HVM_MAX, XEN_SYSCTL_cpu_featureset_hvm_max);
	SAME(PV_SYSCTL_CPU_POLICY_RAW, XEN_SYSCTL_cpu_policy_raw);
	SAME(PV_SYSCTL_CPU_POLICY_HOST, XEN_SYSCTL_cpu_policy_host);
	SAME(PV_SYSCTL_CPU_POLICY_PV_MAX, XEN_SYSCTL_cpu_policy_pv_max);
	SAME(PV_SYSCTL_CPU_POLICY_HVM_MAX, XEN_SYSCTL_cpu_policy_hvm_max);
	SAME(PV_SYSCTL_CPU_POLICY_PV_DEFAULT, XEN_SYSCTL_cpu_policy_pv_default);
	SAME(PV_SYSCTL_CPU_POLICY_HVM_DEFAULT, XEN_SYSCTL_cpu_policy_hvm_default);

	SIZE(struct pv_sysctl_readconsole, struct xen_sysctl_readconsole);
	FIELD(struct pv_sysctl_readconsole, struct xen_sysctl_readconsole, clear);
	FIELD(struct pv_sysctl_readconsole, struct xen_sysctl_readconsole, incremental);
	FIELD(struct pv_sysctl_readconsole, struct xen_sysctl_readconsole, pad0);
	FIELD(struct pv_sysctl_readconsole, struct xen_sysctl_readconsole, pad1);
	FIELD(struct pv_sysctl_readconsole, struct xen_sysctl_readconsole, index);
	FIELD(struct pv_sysctl_readconsole, struct xen_sysctl_readconsole, buffer);
	FIELD(struct pv_sysctl_readconsole, struct xen_sysctl_readconsole, count);

	SIZE(struct pv_sysctl_physinfo, struct xen_sysctl_physinfo);
	FIELD(struct pv_sysctl_physinfo, struct xen_sysctl_physinfo, threads_per_core);
	FIELD(struct pv_sysctl_physinfo, struct xen_sysctl_physinfo, cores_per_socket);
	FIELD(struct pv_sysctl_physinfo, struct xen_sysctl_physinfo, nr_cpus);
	FIELD(struct pv_sysctl_physinfo, struct xen_sysctl_physinfo, max_cpu_id);
	FIELD(struct pv_sysctl_physinfo, struct xen_sysctl_physinfo, nr_nodes);
	FIELD(struct pv_sysctl_physinfo, struct xen_sysctl_physinfo, max_node_id);
	FIELD(struct pv_sysctl_physinfo, struct xen_sysctl_physinfo, cpu_khz);
	FIELD(struct pv_sysctl_physinfo, struct xen_sysctl_physinfo, capabilities);
	FIELD(struct pv_sysctl_physinfo, struct xen_sysctl_physinfo, arch_capabilities);
	FIELD(struct pv_sysctl_physinfo, struct xen_sysctl_physinfo, pad);
	FIELD(struct pv_sysctl_physinfo, struct xen_sysctl_physinfo, total_pages);
	FIELD(struct pv_sysctl_physinfo, struct xen_sysctl_physinfo, free_pages);
	FIELD(struct pv_sysctl_physinfo, struct xen_sysctl_physinfo, scrub_pages);
	FIELD(struct pv_sysctl_physinfo, struct xen_sysctl_physinfo, outstanding_pages);
	FIELD(struct pv_sysctl_physinfo, struct xen_sysctl_physinfo, max_mfn);
	FIELD(struct pv_sysctl_physinfo, struct xen_sysctl_physinfo, hw_cap);

	SIZE(struct pv_sysctl_sched_id, struct xen_sysctl_sched_id);
	FIELD(struct pv_sysctl_sched_id, struct xen_sysctl_sched_id, sched_id);

	SIZE(struct pv_sysctl_perfc_desc, struct xen_sysctl_perfc_desc);
	FIELD(struct pv_sysctl_perfc_desc, struct xen_sysctl_perfc_desc, name);
	FIELD(struct pv_sysctl_perfc_desc, struct xen_sysctl_perfc_desc, nr_vals);

	SIZE(struct pv_sysctl_perfc_op, struct xen_sysctl_perfc_op);
	FIELD(struct pv_sysctl_perfc_op, struct xen_sysctl_perfc_op, cmd);
	FIELD(struct pv_sysctl_perfc_op, struct xen_sysctl_perfc_op, nr_counters);
	FIELD(struct pv_sysctl_perfc_op, struct xen_sysctl_perfc_op, nr_vals);
	FIELD(struct pv_sysctl_perfc_op, struct xen_sysctl_perfc_op, desc);
	FIELD(struct pv_sysctl_perfc_op, struct xen_sysctl_perfc_op, val);

	SIZE(struct pv_sysctl_getdomaininfolist, struct xen_sysctl_getdomaininfolist);
	FIELD(struct pv_sysctl_getdomaininfolist, struct xen_sysctl_getdomaininfolist,
	      first_domain);
	FIELD(struct pv_sysctl_getdomaininfolist, struct xen_sysctl_getdomaininfolist, max_domains);
	FIELD(struct pv_sysctl_getdomaininfolist, struct xen_sysctl_getdomaininfolist, buffer);
	FIELD(struct pv_sysctl_getdomaininfolist, struct xen_sysctl_getdomaininfolist, num_domains);

	SIZE(struct pv_sysctl_debug_keys, struct xen_sysctl_debug_keys);
	FIELD(struct pv_sysctl_debug_keys, struct xen_sysctl_debug_keys, keys);
	FIELD(struct pv_sysctl_debug_keys, struct xen_sysctl_debug_keys, nr_keys);

	SIZE(struct pv_sysctl_cpuinfo, struct xen_sysctl_cpuinfo);
	FIELD(struct pv_sysctl_cpuinfo, struct xen_sysctl_cpuinfo, idletime);

	SIZE(struct pv_sysctl_getcpuinfo, struct xen_sysctl_getcpuinfo);
	FIELD(struct pv_sysctl_getcpuinfo, struct xen_sysctl_getcpuinfo, max_cpus);
	FIELD(struct pv_sysctl_getcpuinfo, struct xen_sysctl_getcpuinfo, info);
	FIELD(struct pv_sysctl_getcpuinfo, struct xen_sysctl_getcpuinfo, nr_cpus);

	SIZE(struct pv_sysctl_availheap, struct xen_sysctl_availheap);
	FIELD(struct pv_sysctl_availheap, struct xen_sysctl_availheap, min_bitwidth);
	FIELD(struct pv_sysctl_availheap, struct xen_sysctl_availheap, max_bitwidth);
	FIELD(struct pv_sysctl_availheap, struct xen_sysctl_availheap, node);
	FIELD(struct pv_sysctl_availheap, struct xen_sysctl_availheap, avail_bytes);

	SIZE(struct pv_sysctl_cpu_hotplug, struct xen_sysctl_cpu_hotplug);
	FIELD(struct pv_sysctl_cpu_hotplug, struct xen_sysctl_cpu_hotplug, cpu);
	FIELD(struct pv_sysctl_cpu_hotplug, struct xen_sysctl_cpu_hotplug, op);

	SIZE(struct pv_sysctl_cputopo, struct xen_sysctl_cputopo);
	FIELD(struct pv_sysctl_cputopo, struct xen_sysctl_cputopo, core);
	FIELD(struct pv_sysctl_cputopo, struct xen_sysctl_cputopo, socket);
	FIELD(struct pv_sysctl_cputopo, struct xen_sysctl_cputopo, node);

	SIZE(struct pv_sysctl_cputopoinfo, struct xen_sysctl_cputopoinfo);
	FIELD(struct pv_sysctl_cputopoinfo, struct xen_sysctl_cputopoinfo, num_cpus);
	FIELD(struct pv_sysctl_cputopoinfo, struct xen_sysctl_cputopoinfo, cputopo);

	SIZE(struct pv_sysctl_meminfo, struct xen_sysctl_meminfo);
	FIELD(struct pv_sysctl_meminfo, struct xen_sysctl_meminfo, memsize);
	FIELD(struct pv_sysctl_meminfo, struct xen_sysctl_meminfo, memfree);

	SIZE(struct pv_sysctl_numainfo, struct xen_sysctl_numainfo);
	FIELD(struct pv_sysctl_numainfo, struct xen_sysctl_numainfo, num_nodes);
	FIELD(struct pv_sysctl_numainfo, struct xen_sysctl_numainfo, meminfo);
	FIELD(struct pv_sysctl_numainfo, struct xen_sysctl_numainfo, distance);

	SIZE(struct pv_sysctl_cpupool_op, struct xen_sysctl_cpupool_op);
	FIELD(struct pv_sysctl_cpupool_op, struct xen_sysctl_cpupool_op, op);
	FIELD(struct pv_sysctl_cpupool_op, struct xen_sysctl_cpupool_op, cpupool_id);
	FIELD(struct pv_sysctl_cpupool_op, struct xen_sysctl_cpupool_op, sched_id);
	FIELD(struct pv_sysctl_cpupool_op, struct xen_sysctl_cpupool_op, domid);
	FIELD(struct pv_sysctl_cpupool_op, struct xen_sysctl_cpupool_op, cpu);
	FIELD(struct pv_sysctl_cpupool_op, struct xen_sysctl_cpupool_op, n_dom);
	FIELD(struct pv_sysctl_cpupool_op, struct xen_sysctl_cpupool_op, cpumap);

	SIZE(struct pv_sysctl_credit_schedule, struct xen_sysctl_credit_schedule);
	FIELD(struct pv_sysctl_credit_schedule, struct xen_sysctl_credit_schedule, tslice_ms);
	FIELD(struct pv_sysctl_credit_schedule, struct xen_sysctl_credit_schedule, ratelimit_us);
	FIELD(struct pv_sysctl_credit_schedule, struct xen_sysctl_credit_schedule,
	      vcpu_migr_delay_us);

	SIZE(struct pv_sysctl_credit2_schedule, struct xen_sysctl_credit2_schedule);
	FIELD(struct pv_sysctl_credit2_schedule, struct xen_sysctl_credit2_schedule, ratelimit_us);

	SIZE(struct pv_sysctl_scheduler_op, struct xen_sysctl_scheduler_op);
	FIELD(struct pv_sysctl_scheduler_op, struct xen_sysctl_scheduler_op, cpupool_id);
	FIELD(struct pv_sysctl_scheduler_op, struct xen_sysctl_scheduler_op, sched_id);
	FIELD(struct pv_sysctl_scheduler_op, struct xen_sysctl_scheduler_op, cmd);
	FIELD(struct pv_sysctl_scheduler_op, struct xen_sysctl_scheduler_op, u);
	FIELD(struct pv_sysctl_scheduler_op, struct xen_sysctl_scheduler_op, u.sched_arinc653);
	FIELD(struct pv_sysctl_scheduler_op, struct xen_sysctl_scheduler_op,
	      u.sched_arinc653.schedule);
	FIELD(struct pv_sysctl_scheduler_op, struct xen_sysctl_scheduler_op, u.sched_credit);
	FIELD(struct pv_sysctl_scheduler_op, struct xen_sysctl_scheduler_op, u.sched_credit2);

	SIZE(struct pv_sysctl_pcitopoinfo, struct xen_sysctl_pcitopoinfo);
	FIELD(struct pv_sysctl_pcitopoinfo, struct xen_sysctl_pcitopoinfo, num_devs);
	FIELD(struct pv_sysctl_pcitopoinfo, struct xen_sysctl_pcitopoinfo, devs);
	FIELD(struct pv_sysctl_pcitopoinfo, struct xen_sysctl_pcitopoinfo, nodes);

	SIZE(struct pv_sysctl_cpu_levelling_caps, struct xen_sysctl_cpu_levelling_caps);
	FIELD(struct pv_sysctl_cpu_levelling_caps, struct xen_sysctl_cpu_levelling_caps, caps);

	SIZE(struct pv_sysctl_cpu_featureset, struct xen_sysctl_cpu_featureset);
	FIELD(struct pv_sysctl_cpu_featureset, struct xen_sysctl_cpu_featureset, index);
	FIELD(struct pv_sysctl_cpu_featureset, struct xen_sysctl_cpu_featureset, nr_features);
	FIELD(struct pv_sysctl_cpu_featureset, struct xen_sysctl_cpu_featureset, features);

	SIZE(struct pv_sysctl_cpu_policy, struct xen_sysctl_cpu_policy);
	FIELD(struct pv_sysctl_cpu_policy, struct xen_sysctl_cpu_policy, index);
	FIELD(struct pv_sysctl_cpu_policy, struct xen_sysctl_cpu_policy, nr_leaves);
	FIELD(struct pv_sysctl_cpu_policy, struct xen_sysctl_cpu_policy, nr_msrs);
	FIELD_AS(struct pv_sysctl_cpu_policy, rsvd, struct xen_sysctl_cpu_policy, _rsvd);
	FIELD(struct pv_sysctl_cpu_policy, struct xen_sysctl_cpu_policy, leaves);
	FIELD(struct pv_sysctl_cpu_policy, struct xen_sysctl_cpu_policy, msrs);

	SIZE(struct pv_sysctl, struct xen_sysctl);
	FIELD(struct pv_sysctl, struct xen_sysctl, cmd);
	FIELD(struct pv_sysctl, struct xen_sysctl, interface_version);
	FIELD(struct pv_sysctl, struct xen_sysctl, u);
	FIELD(struct pv_sysctl, struct xen_sysctl, u.readconsole);
	FIELD(struct pv_sysctl, struct xen_sysctl, u.physinfo);
	FIELD(struct pv_sysctl, struct xen_sysctl, u.cputopoinfo);
	FIELD(struct pv_sysctl, struct xen_sysctl, u.pcitopoinfo);
	FIELD(struct pv_sysctl, struct xen_sysctl, u.numainfo);
	FIELD(struct pv_sysctl, struct xen_sysctl, u.sched_id);
	FIELD(struct pv_sysctl, struct xen_sysctl, u.perfc_op);
	FIELD(struct pv_sysctl, struct xen_sysctl, u.getdomaininfolist);
	FIELD(struct pv_sysctl, struct xen_sysctl, u.debug_keys);
	FIELD(struct pv_sysctl, struct xen_sysctl, u.getcpuinfo);
	FIELD(struct pv_sysctl, struct xen_sysctl, u.availheap);
	FIELD(struct pv_sysctl, struct xen_sysctl, u.cpu_hotplug);
	FIELD(struct pv_sysctl, struct xen_sysctl, u.cpupool_op);
	FIELD(struct pv_sysctl, struct xen_sysctl, u.scheduler_op);
	FIELD(struct pv_sysctl, struct xen_sysctl, u.cpu_levelling_caps);
	FIELD(struct pv_sysctl, struct xen_sysctl, u.cpu_featureset);
	FIELD(struct pv_sysctl, struct xen_sysctl, u.cpu_policy);
	FIELD(struct pv_sysctl, struct xen_sysctl, u.pad);
}

void check_machine(void)
{
	physdev_h();
	platform_h();
	sysctl_h();
}
