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

#define OP_PUSH_RCX 0x51
#define OP_PUSH_RAX 0x50
#define OP_POP_RCX  0x59
#define OP_MOV_EAX  0xb8
#define OP_RET	    0xc3
#define OP_INT3	    0xcc

void hypercall_page_fill(void *page)
{
	static const u8 push_r11[] = {0x41, 0x53}, pop_r11[] = {0x41, 0x5b};
	static const u8 syscall[] = {0x0f, 0x05};

	memset(page, OP_INT3, PAGE_SIZE);
	for (u32 i = 0; i < PAGE_SIZE / STUB_SIZE; i++) {
		u8 *p = (u8 *)page + i * STUB_SIZE;

		*p++ = OP_PUSH_RCX;
		memcpy(p, push_r11, 2);
		p += 2;
		if (i == PV_HYPERCALL_IRET)
			*p++ = OP_PUSH_RAX;
		*p++ = OP_MOV_EAX;
		memcpy(p, &i, sizeof(i));
		p += sizeof(i);
		memcpy(p, syscall, 2);
		p += 2;
		if (i == PV_HYPERCALL_IRET)
			continue;
		memcpy(p, pop_r11, 2);
		p += 2;
		*p++ = OP_POP_RCX;
		*p = OP_RET;
	}
}
