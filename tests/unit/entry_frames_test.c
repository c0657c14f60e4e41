/* SPDX-License-Identifier: BSD-2-Clause */
/* Frames to and from the guest kernel's stack, against a stack and a vCPU made of memory. */
/* GS is nobody's in a test process. */
#define context_swap_gs arch_context_swap_gs
#include "../../hypervisor/include/arch.h"
#undef context_swap_gs
static void context_swap_gs(void);
#include "../../hypervisor/entry/bounce.c"
#include "../../hypervisor/entry/iret.c"
#include "unit.h"

static struct cpu cpu;
static struct domain domain;
static struct vcpu vcpu;
static struct pv_vcpu_info info;
static u64 stack[64];
static bool crashed;
static int gs_swaps, kernel_entries, user_entries;

#define STACK_VA  0x7000UL
#define STACK_TOP (STACK_VA + sizeof(stack))

static void context_swap_gs(void)
{
	gs_swaps++;
}

struct cpu *this_cpu(void)
{
	return &cpu;
}

int copy_to_guest(vaddr_t dst, const void *src, size_t n)
{
	if (dst < STACK_VA || dst + n > STACK_TOP)
		return -EFAULT;
	memcpy((char *)stack + (dst - STACK_VA), src, n);
	return 0;
}

int copy_from_guest(void *dst, vaddr_t src, size_t n)
{
	if (src < STACK_VA || src + n > STACK_TOP)
		return -EFAULT;
	memcpy(dst, (char *)stack + (src - STACK_VA), n);
	return 0;
}

void domain_crash(struct domain *d, const char *fmt, ...)
{
	(void)d;
	(void)fmt;
	crashed = true;
}

void registers_print(const struct regs *r)
{
	(void)r;
}

void root_enter_kernel(void)
{
	CU_ASSERT(vcpu.kernel_mode);
	kernel_entries++;
}

void root_enter_user(struct vcpu *v)
{
	CU_ASSERT(!v->kernel_mode);
	user_entries++;
}

bool page_fault_ldt(struct vcpu *v, vaddr_t va)
{
	(void)v;
	(void)va;
	return false;
}

static void reset(bool kernel_mode)
{
	memset(&cpu, 0, sizeof(cpu));
	memset(&vcpu, 0, sizeof(vcpu));
	memset(&info, 0, sizeof(info));
	memset(stack, 0xee, sizeof(stack));
	cpu.vcpu = &vcpu;
	vcpu.domain = &domain;
	domain.vm_assist = 0;
	vcpu.info = &info;
	vcpu.kernel_mode = kernel_mode;
	vcpu.kernel_sp = STACK_TOP - 4; /* aligned down to 16 */
	cpu.guest = (struct regs){.rip = 0x1000,
				  .cs = 0x33,
				  .rflags = 0x202 | RFLAGS_TF | RFLAGS_AC | RFLAGS_DF,
				  .rsp = STACK_TOP - 100,
				  .ss = 0x2b,
				  .rcx = 0xc,
				  .r11 = 0x11};
	crashed = false;
	gs_swaps = kernel_entries = user_entries = 0;
}

/* Word \p n of the frame that was pushed. */
static u64 frame(unsigned int n)
{
	return stack[(cpu.guest.rsp - STACK_VA) / 8 + n];
}

static void test_trap_from_user(void)
{
	reset(false);
	vcpu.trap[EXC_GP] = (struct trap_entry){0x5000, 0x13, PV_TI_IF};
	guest_trap(EXC_GP, 0x40);
	CU_ASSERT_EQUAL(cpu.guest.rsp, STACK_TOP - 16 - 64);
	CU_ASSERT_EQUAL(frame(0), 0xc);
	CU_ASSERT_EQUAL(frame(1), 0x11);
	CU_ASSERT_EQUAL(frame(2), 0x40);
	CU_ASSERT_EQUAL(frame(3), 0x1000);
	CU_ASSERT_EQUAL(frame(4), 0x33);
	CU_ASSERT_EQUAL(frame(5), 0x202 | RFLAGS_TF | RFLAGS_AC | RFLAGS_DF);
	CU_ASSERT_EQUAL(frame(6), STACK_TOP - 100);
	CU_ASSERT_EQUAL(frame(7), 0x2b);
	CU_ASSERT_EQUAL(cpu.guest.rip, 0x5000);
	CU_ASSERT_EQUAL(cpu.guest.cs, PV_FLAT_KERNEL_CS);
	CU_ASSERT_EQUAL(cpu.guest.ss, PV_FLAT_KERNEL_SS);
	CU_ASSERT_FALSE(cpu.guest.rflags & (RFLAGS_TF | RFLAGS_AC));
	CU_ASSERT(cpu.guest.rflags & RFLAGS_IF);
	CU_ASSERT_EQUAL(info.evtchn_upcall_mask, 1);
	CU_ASSERT(vcpu.kernel_mode);
	CU_ASSERT_EQUAL(gs_swaps, 1);
	CU_ASSERT_EQUAL(kernel_entries, 1);
}

static void test_trap_from_kernel(void)
{
	reset(true);
	vcpu.trap[EXC_UD].address = 0x5000;
	info.evtchn_upcall_mask = 1;
	guest_trap(EXC_UD, 0);
	CU_ASSERT_EQUAL(cpu.guest.rsp, ((STACK_TOP - 100) & ~15UL) - 56);
	CU_ASSERT_EQUAL(frame(2), 0x1000);	     /* no error code */
	CU_ASSERT_EQUAL(frame(3), 0x30 | 1UL << 32); /* RPL 0, saved mask */
	CU_ASSERT_FALSE(frame(4) & RFLAGS_IF);	     /* virtual IF is off */
	CU_ASSERT_EQUAL(gs_swaps + kernel_entries, 0);
	CU_ASSERT_EQUAL(info.evtchn_upcall_mask, 1);
}

static void test_page_fault(void)
{
	reset(true);
	vcpu.trap[EXC_PF].address = 0x5000;
	guest_page_fault(0xabc, PF_USER | PF_WRITE);
	CU_ASSERT_EQUAL(info.arch.cr2, 0xabc);
	CU_ASSERT_EQUAL(frame(2), PF_WRITE);
	reset(false);
	vcpu.trap[EXC_PF].address = 0x5000;
	guest_page_fault(0xabc, PF_WRITE);
	CU_ASSERT_EQUAL(frame(2), PF_WRITE | PF_USER);
	CU_ASSERT_EQUAL(info.evtchn_upcall_mask, 0); /* a trap gate */
}

static void test_iopl(void)
{
	reset(false);
	vcpu.iopl = 3;
	vcpu.trap[EXC_UD].address = 0x5000;
	guest_trap(EXC_UD, 0);
	CU_ASSERT_EQUAL(frame(4) & RFLAGS_IOPL, 0);
	reset(false);
	vcpu.iopl = 3;
	domain.vm_assist = BIT(PV_VMASST_TYPE_ARCHITECTURAL_IOPL);
	vcpu.trap[EXC_UD].address = 0x5000;
	guest_trap(EXC_UD, 0);
	CU_ASSERT_EQUAL(frame(4) & RFLAGS_IOPL, RFLAGS_IOPL);
}

static void test_syscall_and_event(void)
{
	reset(false);
	cpu.guest.vector = VECTOR_SYSCALL;
	vcpu.callback[PV_CALLBACKTYPE_SYSCALL] = (struct callback_entry){0x6000, true};
	bounce_syscall(&vcpu, &cpu.guest, &vcpu.callback[PV_CALLBACKTYPE_SYSCALL]);
	CU_ASSERT_EQUAL(cpu.guest.rip, 0x6000);
	CU_ASSERT_FALSE(cpu.guest.rflags & RFLAGS_DF);
	CU_ASSERT(frame(4) & RFLAGS_DF);
	CU_ASSERT_EQUAL(info.evtchn_upcall_mask, 1);
	reset(true);
	vcpu.callback[PV_CALLBACKTYPE_EVENT].address = 0x7000;
	bounce_event(&vcpu, &cpu.guest);
	CU_ASSERT_EQUAL(info.evtchn_upcall_mask, 1);
	CU_ASSERT_EQUAL(frame(3) >> 32, 0);
}

static void test_failsafe(void)
{
	reset(false);
	vcpu.callback[PV_CALLBACKTYPE_FAILSAFE].address = 0x8000;
	bounce_failsafe(&vcpu, &cpu.guest);
	CU_ASSERT_EQUAL(frame(6), 0x1000);
	CU_ASSERT_EQUAL(frame(10), 0x2b);
	CU_ASSERT_EQUAL(cpu.guest.rip, 0x8000);
}

static void test_no_way_in(void)
{
	reset(true);
	guest_trap(EXC_GP, 0);
	CU_ASSERT(crashed);
	reset(true);
	vcpu.trap[EXC_GP].address = 0x5000;
	cpu.guest.rsp = STACK_VA + 32; /* the frame does not fit */
	guest_trap(EXC_GP, 0);
	CU_ASSERT(crashed);
}

static void test_iret_fix(void)
{
	static const struct {
		u64 cs, ss, rflags, want_cs, want_ss, want_rflags;
	} rows[] = {
		{0x33, 0x2b, 0x202, 0x33, 0x2b, 0x202},
		{0x10, 0x18, 0x002, 0x13, 0x1b, 0x202},
		{0xe030, 0, 0, 0xe033, 3, 0x202},
		{1UL << 32 | 0x33, ~0UL, 0x202, 0x33, 0xffff, 0x202},
		/* All flags: IOPL, VM, VIF, VIP and what is reserved go. */
		{0x33, 0x2b, ~0UL, 0x33, 0x2b, 0x254fd7},
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		struct pv_iret_context f = {
			.cs = rows[i].cs, .ss = rows[i].ss, .rflags = rows[i].rflags};
		struct regs r = {0};

		iret_frame_load(&r, &f);
		CU_ASSERT_EQUAL(r.cs, rows[i].want_cs);
		CU_ASSERT_EQUAL(r.ss, rows[i].want_ss);
		CU_ASSERT_EQUAL(r.rflags, rows[i].want_rflags);
	}
}

static void test_iret(void)
{
	struct pv_iret_context f = {1, 2, 3, 0, 0x4000, 0x33, 0x202, 0x5000, 0x2b};

	reset(true);
	info.evtchn_upcall_mask = 1;
	vcpu.nmi_masked = true;
	memcpy(stack, &f, sizeof(f));
	cpu.guest.rsp = STACK_VA;
	guest_iret(&cpu.guest);
	CU_ASSERT_FALSE(vcpu.kernel_mode);
	CU_ASSERT_EQUAL(gs_swaps, 1);
	CU_ASSERT_EQUAL(user_entries, 1);
	CU_ASSERT_EQUAL(info.evtchn_upcall_mask, 0);
	CU_ASSERT_FALSE(vcpu.nmi_masked);
	CU_ASSERT_EQUAL(cpu.guest.rax, 1);
	CU_ASSERT_EQUAL(cpu.guest.r11, 2);
	CU_ASSERT_EQUAL(cpu.guest.rcx, 3);
	CU_ASSERT_EQUAL(cpu.guest.rip, 0x4000);
	CU_ASSERT_EQUAL(cpu.guest.rsp, 0x5000);
	/* To the kernel itself, events masked. */
	reset(true);
	f.cs = 0x10;
	f.rflags = 2;
	memcpy(stack, &f, sizeof(f));
	cpu.guest.rsp = STACK_VA;
	guest_iret(&cpu.guest);
	CU_ASSERT(vcpu.kernel_mode);
	CU_ASSERT_EQUAL(gs_swaps + user_entries, 0);
	CU_ASSERT_EQUAL(info.evtchn_upcall_mask, 1);
	CU_ASSERT_EQUAL(cpu.guest.cs, 0x13);
	CU_ASSERT(cpu.guest.rflags & RFLAGS_IF);
	/* No frame. */
	reset(true);
	cpu.guest.rsp = STACK_TOP;
	guest_iret(&cpu.guest);
	CU_ASSERT(crashed);
}

/* The fault's register block lies 48 bytes below the guest's, as the CPU leaves it. */
static void test_iret_failed(void)
{
	struct regs *fault = (struct regs *)((char *)&cpu.guest - 48);

	reset(false);
	vcpu.callback[PV_CALLBACKTYPE_FAILSAFE].address = 0x8000;
	memset(fault, 0, offsetof(struct regs, error_code));
	fault->rcx = 0xcc;
	fault->r11 = 0xdd;
	fault->rdi = 0xd1;
	fault->r15 = 0xf5;
	fault->vector = EXC_GP;
	fault->error_code = 0x33;
	iret_failed(fault);
	CU_ASSERT_EQUAL(cpu.guest.rip, 0x8000);
	CU_ASSERT_EQUAL(cpu.guest.rdi, 0xd1);
	CU_ASSERT_EQUAL(cpu.guest.r15, 0xf5);
	CU_ASSERT_EQUAL(frame(0), 0xcc);
	CU_ASSERT_EQUAL(frame(1), 0xdd);
	CU_ASSERT_EQUAL(frame(6), 0x1000);
}

UNIT_MAIN("entry: frames", UNIT_TEST(test_trap_from_user), UNIT_TEST(test_trap_from_kernel),
	  UNIT_TEST(test_page_fault), UNIT_TEST(test_iopl), UNIT_TEST(test_syscall_and_event),
	  UNIT_TEST(test_failsafe), UNIT_TEST(test_no_way_in), UNIT_TEST(test_iret_fix),
	  UNIT_TEST(test_iret), UNIT_TEST(test_iret_failed))
