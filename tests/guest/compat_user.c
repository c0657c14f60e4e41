/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: 32-bit user code runs on the flat 32-bit selectors; its INT 0x80
 * enters the gate of vector 0x80 and its SYSCALL the callback for 32-bit
 * code, with the 32-bit code selector in the frame; it returns by iret.
 *
 * Provocation: a little 32-bit program below 4 GiB that makes both calls.
 */
#include "lib/guest.h"

#define CODE_VA 0x400000ul
#define LINK	(PTE_P | PTE_RW | PTE_US | PTE_A)

extern char syscall_entry[];
static struct frame int80, call;
static unsigned int int80s, calls;

static bool on_int80(struct frame *frame)
{
	int80 = *frame;
	int80s++;
	if (frame->rax == 99)
		user_finish(frame->rbx);
	frame->rax = 0x1234;
	return true;
}

static bool on_syscall(struct frame *frame)
{
	call = *frame;
	calls++;
	frame->rax = 0x4321;
	return true;
}

/* 32-bit machine code: where it makes a difference it is the same for any assembler. */
static const uint8_t with_int80[] = {
	0xb8, 0x07, 0x00, 0x00, 0x00, /* mov $7, %eax */
	0xcd, 0x80,		      /* int $0x80 */
	0x89, 0xc3,		      /* mov %eax, %ebx */
	0xb8, 0x63, 0x00, 0x00, 0x00, /* mov $99, %eax */
	0xcd, 0x80,		      /* int $0x80 */
};
static const uint8_t with_syscall[] = {
	0xb8, 0x08, 0x00, 0x00, 0x00, /* mov $8, %eax */
	0x0f, 0x05,		      /* syscall */
	0x89, 0xc3,		      /* mov %eax, %ebx */
	0xb8, 0x63, 0x00, 0x00, 0x00, /* mov $99, %eax */
	0xcd, 0x80,		      /* int $0x80 */
};

static void user_space(uint8_t *code)
{
	uint64_t *l1 = page_alloc(), *l2 = page_alloc(), *l3 = page_alloc(), *root = page_alloc();

	l1[0] = PTE(va_to_mfn(code), PTE_FLAGS_RW);
	l1[1] = PTE(va_to_mfn(page_alloc()), PTE_FLAGS_RW);
	l2[2] = PTE(va_to_mfn(l1), LINK);
	l3[0] = PTE(va_to_mfn(l2), LINK);
	root[0] = PTE(va_to_mfn(l3), LINK);
	root[511] = *pte_of((void *)VIRT_BASE, 4);
	expect_rc(set_readonly(l1), 0);
	expect_rc(set_readonly(l2), 0);
	expect_rc(set_readonly(l3), 0);
	expect_rc(set_readonly(root), 0);
	expect_rc(mmuext(PV_MMUEXT_PIN_L4_TABLE, va_to_mfn(root), 0), 0);
	expect_rc(mmuext(PV_MMUEXT_NEW_USER_BASEPTR, va_to_mfn(root), 0), 0);
}

static uint64_t run(uint8_t *page, const uint8_t *code, size_t size)
{
	struct frame f;

	memcpy(page, code, size);
	user_frame(&f, NULL, 0);
	f.cs = PV_FLAT_USER_CS32;
	f.ss = PV_FLAT_USER_SS32;
	f.rip = CODE_VA;
	f.rsp = CODE_VA + 2 * PAGE_SIZE - 16;
	return user_run_frame(&f);
}

void test_main(void)
{
	struct pv_callback_register reg = {
		.type = PV_CALLBACKTYPE_SYSCALL32,
		.flags = PV_CALLBACKF_MASK_EVENTS,
		.address = (uint64_t)syscall_entry,
	};
	uint8_t *page = page_alloc();

	user_space(page);
	trap_handler(0x80, on_int80);
	trap_register(0x80, 3 | PV_TI_IF);
	user_syscall = on_syscall;
	expect_eq(run(page, with_int80, sizeof(with_int80)), 0x1234);
	expect_eq(int80s, 2);
	expect_eq(int80.rip, CODE_VA + sizeof(with_int80));
	expect_eq(FRAME_CS(&int80), PV_FLAT_USER_CS32);
	expect_eq((uint16_t)int80.ss, PV_FLAT_USER_SS32);
	expect_eq(int80.rsp, CODE_VA + 2 * PAGE_SIZE - 16);

	if (callback_op(REGISTER, &reg)) {
		/* The CPU has no SYSCALL in 32-bit mode. */
		return;
	}
	expect_eq(run(page, with_syscall, sizeof(with_syscall)), 0x4321);
	expect_eq(calls, 1);
	expect_eq(call.rax, 8);
	expect_eq(call.rip, CODE_VA + 7);
	expect_eq(FRAME_CS(&call), PV_FLAT_USER_CS32);
}
