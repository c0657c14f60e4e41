/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CPUID leaves of the hypervisor, from 0x40000000 (a guest searches in steps
 * of 0x100, with PV_EMULATE_PREFIX).
 *
 * +0  EAX highest leaf, EBX/ECX/EDX signature    +1  EAX major << 16 | minor
 * +2  EAX hypercall pages, EBX MSR, ECX features +3  time: sub-leaves 0, 1, 2
 * +4  HVM only, 0 for PV                         +5  PV: EBX[7:0] machine address width
 *
 * +3.0 EAX bit 0 TSC emulated, 1 host TSC safe, 2 RDTSCP; EBX mode; ECX kHz;
 *      EDX incarnation    +3.1 EAX:EBX offset, ECX multiplier, EDX shift
 * +3.2 EAX host kHz
 */
#ifndef PV_PUBLIC_CPUID_H
#define PV_PUBLIC_CPUID_H

#define PV_CPUID_FIRST_LEAF 0x40000000
#define PV_CPUID_LEAF(i)    (PV_CPUID_FIRST_LEAF + (i))

#define PV_CPUID_SIGNATURE_EBX 0x566e6558 /* "XenV" */
#define PV_CPUID_SIGNATURE_ECX 0x65584d4d /* "MMXe" */
#define PV_CPUID_SIGNATURE_EDX 0x4d4d566e /* "nVMM" */

#define PV_CPUID_FEAT1_MMU_PT_UPDATE_PRESERVE_AD (1u << 0) /* leaf +2, ECX */
#define PV_CPUID_MACHINE_ADDRESS_WIDTH_MASK	 (0xffu << 0)
#define PV_CPUID_MAX_NUM_LEAVES			 5

#endif
