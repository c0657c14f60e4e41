/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The hypervisor's part of every address space: root-table slots 256..271,
 * 0xffff800000000000 to 0xffff87ffffffffff. Everything but the guest's view of
 * the M2P is supervisor-only, and the M2P is there only in guest-kernel mode.
 *
 *   slot 256  M2P as guests see it (read-only, user-accessible, no-execute)
 *   slot 257  frame table, 24 bytes a frame, holes left unmapped
 *   slot 258  M2P as the hypervisor writes it (supervisor alias of slot 256)
 *   slot 259  the image: text, read-only data, data, bss
 *   slot 260  mapped pages: CPU stacks, descriptor windows, devices
 *   262..271  all RAM at its machine address (directmap), no-execute
 */
#ifndef PAVISE_LAYOUT_H
#define PAVISE_LAYOUT_H

#ifdef __ASSEMBLER__
#define UL(x) x
#else
#define UL(x) x##UL
#endif

#define HV_SLOT_FIRST 256
#define HV_SLOT_LAST  271
#define SLOT_VIRT(n)  (UL(0xffff000000000000) | ((n) << 39))

#define HV_VIRT_START UL(0xffff800000000000)
#define HV_VIRT_END   UL(0xffff880000000000) /* first byte behind */

#define M2P_GUEST_VIRT UL(0xffff800000000000)
#define M2P_GUEST_END  UL(0xffff804000000000)
#ifdef PAVISE_HOST_TEST /* a test on the host gives these three memory of its own */
extern unsigned long FRAME_TABLE_VIRT, M2P_VIRT, DIRECTMAP_VIRT;
#else
#define FRAME_TABLE_VIRT UL(0xffff808000000000)
#define M2P_VIRT	 UL(0xffff810000000000)
#define DIRECTMAP_VIRT	 UL(0xffff830000000000)
#endif
#define IMAGE_VIRT    UL(0xffff818000000000)
#define VMAP_VIRT     UL(0xffff820000000000)
#define DIRECTMAP_END UL(0xffff880000000000) /* 5 TiB of machine addresses */

/*
 * A CPU's stacks: one 64 KiB aligned area a CPU, every second page unmapped, so
 * that an overflow faults. struct cpu ends at the area's end, which lets any
 * code find it from the stack pointer alone, on every stack of the CPU.
 *   page 1 #MC, 3 NMI, 5 #DF, 7 #DB, 9 the CPU's own GDT and TSS,
 *   pages 11..15 the main stack
 */
#define CPU_STACK_SIZE	 UL(0x10000)
#define CPU_STACK_VIRT	 VMAP_VIRT /* + cpu * CPU_STACK_SIZE; room for 4096 */
#define CPU_STACK_MAIN	 11
#define CPU_IST_MCE_PAGE 1
#define CPU_IST_NMI_PAGE 3
#define CPU_IST_DF_PAGE	 5
#define CPU_IST_DB_PAGE	 7
#define CPU_TABLES_PAGE	 9
#define MAX_CPUS	 128
/* Is it one of the unmapped pages? */
#define cpu_stack_guard(va)                                      \
	((va)-CPU_STACK_VIRT < MAX_CPUS * CPU_STACK_SIZE &&      \
	 ((va) % CPU_STACK_SIZE / PAGE_SIZE) < CPU_STACK_MAIN && \
	 ((va) % CPU_STACK_SIZE / PAGE_SIZE) % 2 == 0)

/*
 * Each vCPU's descriptor window: 16 pages of GDT (pages 0..13 the guest's, 14
 * the hypervisor's flat segments, 15 unused) and 16 of LDT. The window's number
 * is given out when the vCPU is created.
 */
#define DESC_WINDOW_VIRT (VMAP_VIRT + UL(0x0000001000000000))
#define DESC_WINDOW_SIZE UL(0x20000)
#define DESC_WINDOW_LDT	 UL(0x10000)

/* Device registers (local APIC, IO-APICs, HPET, ACPI tables), handed out upwards. */
#define DEVICE_VIRT (VMAP_VIRT + UL(0x0000002000000000))

/* Where the boot loader puts the image (its first byte is IMAGE_VIRT). */
#define IMAGE_PADDR 0x200000

#ifndef __ASSEMBLER__
/* The image's parts, each page aligned: text r-x, read-only data r--, data and bss rw-. */
extern char image_start[], image_text_end[], image_rodata_end[], image_data_end[], image_end[];
#define image_paddr(symbol) ((u64)(symbol)-IMAGE_VIRT + IMAGE_PADDR)
#endif

#endif
