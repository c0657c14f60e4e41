/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * platform_op(argument): what only the first domain may do to the machine.
 * One structure for all: command, interface version, and a union.
 */
#ifndef PV_PUBLIC_PLATFORM_H
#define PV_PUBLIC_PLATFORM_H

#include <stdint.h>

#define PV_XENPF_INTERFACE_VERSION 0x03000001

#define PV_XENPF_SETTIME32	      17
#define PV_XENPF_ADD_MEMTYPE	      31
#define PV_XENPF_DEL_MEMTYPE	      32
#define PV_XENPF_READ_MEMTYPE	      33
#define PV_XENPF_MICROCODE_UPDATE     35
#define PV_XENPF_PLATFORM_QUIRK	      39
#define PV_XENPF_GET_CPU_VERSION      48
#define PV_XENPF_EFI_RUNTIME_CALL     49
#define PV_XENPF_FIRMWARE_INFO	      50
#define PV_XENPF_ENTER_ACPI_SLEEP     51
#define PV_XENPF_CHANGE_FREQ	      52
#define PV_XENPF_GETIDLETIME	      53
#define PV_XENPF_SET_PROCESSOR_PMINFO 54
#define PV_XENPF_GET_CPUINFO	      55
#define PV_XENPF_CPU_ONLINE	      56
#define PV_XENPF_CPU_OFFLINE	      57
#define PV_XENPF_CPU_HOTADD	      58
#define PV_XENPF_MEM_HOTADD	      59
#define PV_XENPF_CORE_PARKING	      60
#define PV_XENPF_RESOURCE_OP	      61
#define PV_XENPF_SETTIME64	      62
#define PV_XENPF_GET_SYMBOL	      63

/* Set the wall clock: it was secs:nsecs (since 1970) at system_time (ns). */
struct pv_xenpf_settime32 {
	uint32_t secs;
	uint32_t nsecs;
	uint64_t system_time;
};

struct pv_xenpf_settime64 {
	uint64_t secs;
	uint32_t nsecs;
	uint32_t mbz; /* 0 */
	uint64_t system_time;
};

/* One variable-range memory type register. */
struct pv_xenpf_read_memtype {
	uint32_t reg;	  /* in */
	uint64_t mfn;	  /* out: first machine frame */
	uint64_t nr_mfns; /* out: 0 if unused */
	uint32_t type;	  /* out: as the register encodes it */
};

#define PV_FW_DISK_INFO		   1
#define PV_FW_DISK_MBR_SIGNATURE   2
#define PV_FW_VBEDDC_INFO	   3
#define PV_FW_EFI_INFO		   4
#define PV_FW_EFI_VERSION	   0
#define PV_FW_EFI_CONFIG_TABLE	   1
#define PV_FW_EFI_VENDOR	   2
#define PV_FW_EFI_MEM_INFO	   3
#define PV_FW_EFI_RT_VERSION	   4
#define PV_FW_EFI_PCI_ROM	   5
#define PV_FW_EFI_APPLE_PROPERTIES 6
#define PV_FW_KBD_SHIFT_FLAGS	   5

/* What firmware told the boot loader. type and index select; u is written by the hypervisor. */
struct pv_xenpf_firmware_info {
	uint32_t type;	/* in: PV_FW_* */
	uint32_t index; /* in: which disk, or PV_FW_EFI_* */
	union {
		struct {
			uint8_t device; /* BIOS number */
			uint8_t version;
			uint16_t interface_support;
			uint16_t legacy_max_cylinder;
			uint8_t legacy_max_head;
			uint8_t legacy_sectors_per_track;
			uint64_t edd_params; /* guest virtual address of a buffer */
		} disk_info;
		struct {
			uint8_t device;
			uint32_t mbr_signature;
		} disk_mbr_signature;
		struct {
			uint8_t capabilities;
			uint8_t edid_transfer_time;
			uint64_t edid; /* guest virtual address of 128 bytes */
		} vbeddc_info;
		union {
			uint32_t version;
			struct {
				uint64_t addr; /* machine address */
				uint32_t nent;
			} cfg;
			struct {
				uint32_t revision;
				uint32_t bufsz; /* bytes */
				uint64_t name;	/* guest virtual address */
			} vendor;
			struct {
				uint64_t addr;
				uint64_t size;
				uint64_t attr;
				uint32_t type;
			} mem;
			struct {
				uint16_t segment;
				uint8_t bus;
				uint8_t devfn;
				uint16_t vendor;
				uint16_t devid;
				uint64_t address;
				uint64_t size;
			} pci_rom;
			struct {
				uint64_t address;
				uint64_t size;
			} apple_properties;
		} efi_info;
		uint8_t kbd_shift_flags;
	} u;
};

#define PV_XENPF_ACPI_SLEEP_EXTENDED 1 /* val_a and val_b are the two bytes of the newer form */
struct pv_xenpf_enter_acpi_sleep {
	uint16_t val_a;	      /* for PM1a control, with SLP_TYP and SLP_EN */
	uint16_t val_b;	      /* for PM1b control, 0 if there is none */
	uint32_t sleep_state; /* 1 to 5 */
	uint32_t flags;
};

struct pv_xenpf_getidletime {
	uint64_t cpumap_bitmap; /* in, out: guest virtual address; CPUs that have a value */
	uint32_t cpumap_nr_cpus;
	uint64_t idletime; /* guest virtual address of uint64_t[], ns */
	uint64_t now;	   /* out: system time, ns */
};

/* Power management data of a physical CPU, uploaded by the first domain. */
#define PV_PM_CX  0
#define PV_PM_PX  1
#define PV_PM_TX  2
#define PV_PM_PDC 3

/* ID and state of one physical CPU. */
#define PV_PCPU_FLAGS_ONLINE  1
#define PV_PCPU_FLAGS_INVALID 2 /* no such CPU */
struct pv_xenpf_pcpuinfo {
	uint32_t xen_cpuid;   /* in: which one */
	uint32_t max_present; /* out: highest number in use */
	uint32_t flags;	      /* out: PV_PCPU_FLAGS_* */
	uint32_t apic_id;     /* out */
	uint32_t acpi_id;     /* out */
};

struct pv_xenpf_pcpu_version {
	uint32_t xen_cpuid;   /* in */
	uint32_t max_present; /* out */
	char vendor_id[12];   /* out */
	uint32_t family;
	uint32_t model;
	uint32_t stepping;
};

struct pv_xenpf_cpu_ol {
	uint32_t cpuid;
};

struct pv_xenpf_cpu_hotadd {
	uint32_t apic_id;
	uint32_t acpi_id;
	uint32_t pxm;
};

#define PV_CORE_PARKING_SET 1
#define PV_CORE_PARKING_GET 2
struct pv_xenpf_core_parking {
	uint32_t type;
	uint32_t idle_nums;
};

/* One symbol of the hypervisor, by number; the number of the next one is returned. */
struct pv_xenpf_symdata {
	uint32_t namelen; /* in: room for the name; out: length with its end */
	uint32_t symnum;
	uint64_t name; /* guest virtual address */
	uint64_t address;
	char type;
};

struct pv_platform_op {
	uint32_t cmd; /* PV_XENPF_* */
	uint32_t interface_version;
	union {
		struct pv_xenpf_settime32 settime32;
		struct pv_xenpf_settime64 settime64;
		struct pv_xenpf_read_memtype read_memtype;
		struct pv_xenpf_firmware_info firmware_info;
		struct pv_xenpf_enter_acpi_sleep enter_acpi_sleep;
		struct pv_xenpf_getidletime getidletime;
		struct pv_xenpf_pcpuinfo pcpu_info;
		struct pv_xenpf_pcpu_version pcpu_version;
		struct pv_xenpf_cpu_ol cpu_ol;
		struct pv_xenpf_cpu_hotadd cpu_add;
		struct pv_xenpf_core_parking core_parking;
		struct pv_xenpf_symdata symdata;
		uint8_t pad[128];
	} u;
};

#endif
