/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the boot loader jumps to: 32-bit protected mode, paging off, at the
 * image's physical address. Makes the first page tables and goes on in C.
 *
 * The first tables map the low 4 GiB three times with 2 MiB pages: at the same
 * address (to get through the switch), as the start of the directmap, and the
 * image's part of it where the image is linked. mm_init() builds the real ones;
 * these stay for processors that start later.
 */
#include "asm-offsets.h"
#include "layout.h"

#define MB1_MAGIC	0x1badb002
#define MB1_FLAGS	0x00010003 /* modules on page bounds, memory map, addresses below */
#define MB2_MAGIC	0xe85250d6

#define PHYS(symbol)	((symbol) - IMAGE_VIRT + IMAGE_PADDR)

#define PTE_TABLE	0x003 /* present, writable */
#define PTE_LARGE	0x083 /* and a 2 MiB page */
#define LARGE_PAGE	0x200000
#define SLOT(virt)	(((virt) >> 39) & 511)

#define BOOT_CS32	0x08
#define BOOT_DS		0x10
#define BOOT_CS64	0x18

#define MSR_EFER	0xc0000080
#define EFER_LME_BIT	8
#define EFER_NXE_BIT	11
#define CR4_PAE		0x20
#define CR0_BOOT	0x80010001 /* paging, write protection, protected mode */

/* EDI: CPUID 0x80000001 EDX. Turns paging on with boot_l4; changes EAX, ECX, EDX. */
.macro ENTER_LONG_MODE
	movl	%cr4, %eax
	orl	$CR4_PAE, %eax
	movl	%eax, %cr4
	movl	$PHYS(boot_l4), %eax
	movl	%eax, %cr3
	movl	$MSR_EFER, %ecx
	rdmsr
	btsl	$EFER_LME_BIT, %eax
	btl	$20, %edi
	jnc	.Lno_nx\@
	btsl	$EFER_NXE_BIT, %eax
.Lno_nx\@:
	wrmsr
	movl	$CR0_BOOT, %eax
	movl	%eax, %cr0
.endm

	.section .head, "ax"
	.code32
	.balign	4
	.long	MB1_MAGIC, MB1_FLAGS, -(MB1_MAGIC + MB1_FLAGS)
	.long	PHYS(mb1_header), PHYS(image_start), PHYS(image_data_end), PHYS(image_end)
	.long	PHYS(boot_entry)
	.set	mb1_header, image_start

	.balign	8
mb2_header:
	.long	MB2_MAGIC, 0, mb2_end - mb2_header, -(MB2_MAGIC + 0 + mb2_end - mb2_header)
	.word	1, 0		/* wanted: command line, modules, memory map */
	.long	20
	.long	1, 3, 6
	.balign	8
	.word	2, 0		/* addresses */
	.long	24
	.long	PHYS(mb2_header), PHYS(image_start), PHYS(image_data_end), PHYS(image_end)
	.balign	8
	.word	3, 0		/* entry */
	.long	12
	.long	PHYS(boot_entry)
	.balign	8
	.word	6, 0		/* modules on page bounds */
	.long	8
	.word	0, 0		/* end */
	.long	8
mb2_end:

/* EAX: the loader's magic number, EBX: its information. */
	.globl	boot_entry
boot_entry:
	cli
	cld
	movl	$PHYS(boot_cpu_area + CPU_STACK_SIZE - CPU_SIZEOF), %esp
	movl	%eax, %ebp
	movl	%ebx, %esi

	/* No long mode, no Pavise; and nowhere to say so yet. */
	movl	$0x80000000, %eax
	cpuid
	cmpl	$0x80000001, %eax
	jb	stop
	movl	$0x80000001, %eax
	cpuid
	btl	$29, %edx
	jnc	stop
	movl	%edx, %edi	/* bit 20: no-execute */

	/* Four tables of 512 large pages, one after the other: 4 GiB. */
	movl	$PHYS(boot_l2), %ebx
	movl	$PTE_LARGE, %eax
	xorl	%ecx, %ecx
1:	movl	%eax, (%ebx, %ecx, 8)
	addl	$LARGE_PAGE, %eax
	incl	%ecx
	cmpl	$(4 * 512), %ecx
	jb	1b
	movl	$PHYS(boot_l2) + PTE_TABLE, %eax
	xorl	%ecx, %ecx
2:	movl	%eax, PHYS(boot_l3)(, %ecx, 8)
	addl	$0x1000, %eax
	incl	%ecx
	cmpl	$4, %ecx
	jb	2b
	movl	$PHYS(boot_l3) + PTE_TABLE, PHYS(boot_l4)
	movl	$PHYS(boot_l3) + PTE_TABLE, PHYS(boot_l4 + 8 * SLOT(DIRECTMAP_VIRT))

	/* The image, up to the end of a 16 MiB window. */
	movl	$IMAGE_PADDR + PTE_LARGE, %eax
	xorl	%ecx, %ecx
3:	movl	%eax, PHYS(boot_l2_image)(, %ecx, 8)
	addl	$LARGE_PAGE, %eax
	incl	%ecx
	cmpl	$8, %ecx
	jb	3b
	movl	$PHYS(boot_l2_image) + PTE_TABLE, PHYS(boot_l3_image)
	movl	$PHYS(boot_l3_image) + PTE_TABLE, PHYS(boot_l4 + 8 * SLOT(IMAGE_VIRT))

	ENTER_LONG_MODE
	lgdtl	PHYS(boot_gdt_register)
	ljmp	$BOOT_CS64, $PHYS(long_mode)

stop:
	hlt
	jmp	stop

	.code64
/* EBP: magic, ESI: information. */
long_mode:
	leaq	boot_cpu_area + CPU_STACK_SIZE - CPU_SIZEOF(%rip), %rsp
	movabsq	$1f, %rax
	jmpq	*%rax
1:	leaq	boot_cpu_area + CPU_STACK_SIZE - CPU_SIZEOF(%rip), %rsp
	xorl	%eax, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %fs
	movl	%eax, %gs
	movl	%eax, %ss
	movl	%ebp, %edi
	movl	%esi, %esi
	xorl	%ebp, %ebp
	call	boot_main
	ud2

/*
 * boot_switch_stack: RDI: new stack, RSI: function to go on with, which does not
 * return.
 */
	.globl	boot_switch_stack
boot_switch_stack:
	movq	%rdi, %rsp
	xorl	%ebp, %ebp
	call	*%rsi
	ud2

/*
 * ap_long_mode: another processor, from the trampoline, in long mode on boot_l4.
 * Finds its number by its APIC id and takes its stack; one that is not listed
 * stops.
 */
	.globl	ap_long_mode
ap_long_mode:
	movabsq	$1f, %rax
	jmpq	*%rax
1:	xorl	%eax, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	$PHYS(hv_root), %edx	/* boot_l4 does not map the stacks */
	movq	%rdx, %cr3
	cpuid
	cmpl	$0xb, %eax
	jb	2f
	movl	$0xb, %eax	/* 32 bits of id, if the leaf is there */
	xorl	%ecx, %ecx
	cpuid
	movl	%edx, %esi
	testl	%ebx, %ebx
	jnz	3f
2:	movl	$1, %eax
	cpuid
	movl	%ebx, %esi
	shrl	$24, %esi
3:	leaq	smp_boot(%rip), %rdi
	movl	$1, %ecx
4:	cmpl	SMP_BOOT_COUNT(%rdi), %ecx
	jae	5f
	cmpl	%esi, SMP_BOOT_APIC_ID(%rdi, %rcx, 4)
	je	6f
	incl	%ecx
	jmp	4b
5:	cli
	hlt
	jmp	5b
6:	movl	%ecx, %eax
	imulq	$CPU_STACK_SIZE, %rax
	movabsq	$(CPU_STACK_VIRT + CPU_STACK_SIZE - CPU_SIZEOF), %rsp
	addq	%rax, %rsp
	movq	%rsp, %rdi	/* its struct cpu */
	xorl	%ebp, %ebp
	call	cpu_entry
	ud2

/* The other processors start here, in real mode, in a copy on a low page. */
	.section .rodata
	.code16
	.balign	16
	.globl	trampoline_start, trampoline_end
trampoline_start:
	cli
	movw	%cs, %ax
	movw	%ax, %ds
	lgdtl	%ds:(trampoline_gdt_register - trampoline_start)
	movl	$1, %eax
	movl	%eax, %cr0
	ljmpl	$BOOT_CS32, $PHYS(ap_protected_mode)
	.balign	4
trampoline_gdt_register:
	.word	boot_gdt_end - boot_gdt - 1
	.long	PHYS(boot_gdt)
trampoline_end:

	.section .head, "ax"
	.code32
ap_protected_mode:
	movl	$BOOT_DS, %eax
	movl	%eax, %ds
	movl	%eax, %ss
	movl	$0x80000001, %eax
	cpuid
	movl	%edx, %edi
	ENTER_LONG_MODE
	ljmp	$BOOT_CS64, $PHYS(ap_long_mode)

	.section .rodata
	.balign	8
boot_gdt:
	.quad	0
	.quad	0x00cf9b000000ffff
	.quad	0x00cf93000000ffff
	.quad	0x00af9b000000ffff
boot_gdt_end:
boot_gdt_register:
	.word	boot_gdt_end - boot_gdt - 1
	.long	PHYS(boot_gdt)

	.section .bss
	.balign	CPU_STACK_SIZE
	.globl	boot_cpu_area
boot_cpu_area:	.skip	CPU_STACK_SIZE
	.balign	4096
	.globl	boot_l4
boot_l4:	.skip	4096
boot_l3:	.skip	4096
boot_l3_image:	.skip	4096
boot_l2_image:	.skip	4096
boot_l2:	.skip	4 * 4096

	.section .note.GNU-stack, "", @progbits
