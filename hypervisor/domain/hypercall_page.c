/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The page of stubs through which older kernels make hypercalls: 32 bytes for
 * each number. SYSCALL overwrites RCX and R11, so the stub keeps them; iret does
 * not come back, and leaves the frame that its call wants.
 */
#include "domain.h"
#include "lib.h"
#include "public/pv.h"

#define STUB_SIZE 32
#define OP_INT3	  0xcc

/* clang-format off */
static const u8 stub[] = {
	0x51, 0x41, 0x53,		/* push %rcx; push %r11 */
	0xb8, 0, 0, 0, 0,		/* mov $number, %eax: to be filled in */
	0x0f, 0x05,			/* syscall */
	0x41, 0x5b, 0x59, 0xc3,		/* pop %r11; pop %rcx; ret */
};
#define NUMBER_AT 4
static const u8 iret_stub[] = {
	0x51, 0x41, 0x53, 0x50,		  /* push %rcx; push %r11; push %rax */
	0xb8, PV_HYPERCALL_IRET, 0, 0, 0, /* mov $number, %eax */
	0x0f, 0x05,			  /* syscall */
	OP_INT3, OP_INT3, OP_INT3,
};
/* clang-format on */
STATIC_ASSERT(sizeof(stub) == sizeof(iret_stub)); /* so that one covers the other */

void hypercall_page_fill(void *page)
{
	memset(page, OP_INT3, PAGE_SIZE);
	for (u32 i = 0; i < PAGE_SIZE / STUB_SIZE; i++) {
		u8 *p = (u8 *)page + i * STUB_SIZE;

		memcpy(p, stub, sizeof(stub));
		memcpy(p + NUMBER_AT, &i, sizeof(i));
	}
	memcpy((u8 *)page + PV_HYPERCALL_IRET * STUB_SIZE, iret_stub, sizeof(iret_stub));
}
