/* SPDX-License-Identifier: BSD-2-Clause */
/* The decoder of privileged instructions, and what each does to the vCPU, from #GP on. */
#include "../../hypervisor/entry/emulate.c"
#include "../../hypervisor/mm/insn.c"
#include "unit.h"

struct cpu_features features = {.fsgsbase = true, .xsave = true, .rdtscp = true};
static struct cpu cpu;
static struct domain domain;
static struct vcpu vcpu;
static struct pv_vcpu_info info;
static u8 code[32];
static unsigned int readable; /* bytes of code that can be fetched */
static int trapped, trap_error, int_vector, ports;
static u64 msr_written;
static u16 last_port;

struct cpu *this_cpu(void)
{
	return &cpu;
}

#define CODE_VA 0x400ff8UL /* close to a page's end, so that a fetch has two parts */

int copy_from_guest(void *dst, vaddr_t src, size_t n)
{
	if (src < CODE_VA || src + n > CODE_VA + readable)
		return -EFAULT;
	memcpy(dst, code + (src - CODE_VA), n);
	return 0;
}

void guest_trap(u8 vector, u32 error_code)
{
	trapped = vector;
	trap_error = (int)error_code;
}

void int_n(struct vcpu *v, struct regs *r, u8 vector, unsigned int length)
{
	(void)v;
	(void)r;
	int_vector = vector;
	CU_ASSERT(length >= 2);
}

enum insn_result port_instruction(struct vcpu *v, struct regs *r, const struct insn *i, u16 port)
{
	(void)v;
	(void)r;
	(void)i;
	last_port = port;
	ports++;
	return INSN_DONE;
}

bool iopl_sufficient(const struct vcpu *v)
{
	return v->iopl >= 1;
}

struct cpuid_leaf cpuid_guest(struct vcpu *v, u32 leaf, u32 sub)
{
	(void)v;
	return (struct cpuid_leaf){leaf + 1, sub + 2, 3, 4};
}

int msr_guest_read(struct vcpu *v, u32 msr, u64 *value)
{
	(void)v;
	*value = 0x1122334455667788;
	return msr == 0x10 ? 0 : -EPERM;
}

int msr_guest_write(struct vcpu *v, u32 msr, u64 value)
{
	(void)v;
	msr_written = value;
	return msr == 0x10 ? 0 : -EPERM;
}

long debugreg_set(struct vcpu *v, unsigned int n, u64 value)
{
	v->dr[n] = value;
	return 0;
}

long debugreg_get(const struct vcpu *v, unsigned int n, u64 *value)
{
	*value = v->dr[n];
	return 0;
}

int root_set(struct vcpu *v, mfn_t *root, mfn_t m)
{
	CU_ASSERT_PTR_EQUAL(root, &v->kernel_root);
	*root = m;
	return mfn_nr(m) == 7 ? -ERESTART : mfn_nr(m) == 8 ? -EINVAL : 0;
}

void context_set_ts(struct vcpu *v, bool ts)
{
	v->cr0_ts = ts;
}

void context_set_cr4(struct vcpu *v)
{
	(void)v;
}

int context_set_xcr0(struct vcpu *v, u64 xcr0)
{
	v->xcr0 = xcr0;
	return xcr0 & 1 ? 0 : -EINVAL;
}

static void reset(void)
{
	memset(&cpu, 0, sizeof(cpu));
	memset(&vcpu, 0, sizeof(vcpu));
	cpu.vcpu = &vcpu;
	vcpu.domain = &domain;
	vcpu.info = &info;
	vcpu.kernel_mode = true;
	vcpu.trap[EXC_GP].address = 1;
	cpu.guest.cs = PV_FLAT_KERNEL_CS;
	cpu.guest.rip = CODE_VA;
	trapped = int_vector = -1;
	ports = 0;
	readable = sizeof(code);
}

/* #GP at an instruction; true: done, and RIP behind it. */
static bool run(const char *bytes, unsigned int n, u32 error_code)
{
	memset(code, 0xcc, sizeof(code));
	memcpy(code, bytes, n);
	cpu.guest.error_code = error_code;
	general_protection(&vcpu, &cpu.guest);
	return trapped < 0 && cpu.guest.rip == CODE_VA + n;
}
#define RUN(s) run(s, sizeof(s) - 1, 0)

static void test_decode(void)
{
	static const struct {
		const char *bytes;
		u8 n;
		bool code64, good;
		u16 opcode;
		u8 length;
	} rows[] = {
		{"\x0f\x30", 2, true, true, 0x0f30, 2},
		{"\x48\x0f\x30", 3, true, true, 0x0f30, 3},
		{"\x48\x0f\x30", 3, false, true, 0x48, 1}, /* which is DEC here */
		{"\x0f\x22\xd8", 3, true, true, 0x0f22, 2},
		{"\x0f\x22", 2, true, true, 0x0f22, 2},
		{"\x0f", 1, true, false, 0, 0},
		{"\xcd\x80", 2, false, true, 0xcd, 1},
		{"\xec", 1, true, true, 0xec, 1},
		{"\x66\xed", 2, true, true, 0xed, 2},
		{"\xf3\x6e", 2, true, true, 0x6e, 2},
		{"\x2e\x36\xfa", 3, true, true, 0xfa, 3},
		{"\xf0\x41\xf4", 3, true, true, 0xf4, 3},
		{"\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66", 15, true, false, 0,
		 0},
		{"", 0, true, false, 0, 0},
	};

	for (unsigned int k = 0; k < ARRAY_SIZE(rows); k++) {
		struct insn i = {.fetched = rows[k].n};
		bool good;

		memcpy(i.bytes, rows[k].bytes, rows[k].n);
		good = insn_start(&i, rows[k].code64);
		CU_ASSERT_EQUAL(good, rows[k].good);
		if (good && rows[k].good) {
			CU_ASSERT_EQUAL(i.opcode, rows[k].opcode);
			CU_ASSERT_EQUAL(i.length, rows[k].length);
		}
	}
}

/* Nothing but what is promised; and nothing whose operand is cut off. */
static void test_refused(void)
{
	static const struct {
		const char *bytes;
		u8 n;
	} rows[] = {
		{"\xf4", 1},					       /* HLT */
		{"\x0f\x01\xf8", 3},				       /* SWAPGS */
		{"\x0f\x07", 2},				       /* SYSRET */
		{"\x0f\x78", 2},     {"\x90", 1}, {"\xf0\x0f\x32", 3}, /* with LOCK */
	};
	static const char *const operands[] = {"\xcd", "\xe4", "\x0f\x01", "\x0f\x20"};

	for (unsigned int k = 0; k < ARRAY_SIZE(rows); k++) {
		reset();
		cpu.guest.rcx = 0x10;
		CU_ASSERT(!run(rows[k].bytes, rows[k].n, 0));
		CU_ASSERT_EQUAL(trapped, EXC_GP);
		CU_ASSERT_EQUAL(cpu.guest.rip, CODE_VA);
	}
	for (unsigned int k = 0; k < ARRAY_SIZE(operands); k++) {
		unsigned int n = (unsigned int)strlen(operands[k]);

		reset();
		cpu.guest.rip = CODE_VA + 8 - n; /* at the end of a page, the next is missing */
		memcpy(code + 8 - n, operands[k], n);
		readable = 8;
		cpu.guest.error_code = 0;
		general_protection(&vcpu, &cpu.guest);
		CU_ASSERT_EQUAL(trapped, EXC_GP);
		CU_ASSERT_EQUAL(ports, 0);
		CU_ASSERT_EQUAL(int_vector, -1);
	}
}

static void test_fetch(void)
{
	struct insn i;

	reset();
	CU_ASSERT_TRUE(insn_fetch(&i, &cpu.guest));
	CU_ASSERT_EQUAL(i.fetched, INSN_MAX);
	readable = 8; /* up to the page's end */
	CU_ASSERT_TRUE(insn_fetch(&i, &cpu.guest));
	CU_ASSERT_EQUAL(i.fetched, 8);
	readable = 4;
	CU_ASSERT_FALSE(insn_fetch(&i, &cpu.guest));
}

static void test_msr(void)
{
	reset();
	cpu.guest.rcx = 0xffffffff00000010; /* only ECX counts */
	CU_ASSERT(RUN("\x0f\x32"));
	CU_ASSERT_EQUAL(cpu.guest.rax, 0x55667788);
	CU_ASSERT_EQUAL(cpu.guest.rdx, 0x11223344);
	reset();
	cpu.guest.rcx = 0x10;
	cpu.guest.rax = 0xdeadbeef00000001;
	cpu.guest.rdx = 2;
	CU_ASSERT(RUN("\x0f\x30"));
	CU_ASSERT_EQUAL(msr_written, 0x200000001);
	reset();
	cpu.guest.rcx = 0x11;
	CU_ASSERT(!RUN("\x0f\x32"));
	CU_ASSERT_EQUAL(trapped, EXC_GP);
	CU_ASSERT_EQUAL(cpu.guest.rip, CODE_VA);
	/* Before there is a handler, reading gives 0 and writing does nothing. */
	reset();
	vcpu.trap[EXC_GP].address = 0;
	cpu.guest.rcx = 0x11;
	CU_ASSERT(RUN("\x0f\x32"));
	reset();
	vcpu.trap[EXC_GP].address = 0;
	cpu.guest.rcx = 0x11;
	CU_ASSERT(RUN("\x0f\x30"));
	/* Never for user mode. */
	reset();
	vcpu.kernel_mode = false;
	cpu.guest.rcx = 0x10;
	CU_ASSERT(!RUN("\x0f\x32"));
	CU_ASSERT_EQUAL(trapped, EXC_GP);
}

static void test_control_registers(void)
{
	reset();
	CU_ASSERT(RUN("\x0f\x20\xc0")); /* mov %cr0, %rax */
	CU_ASSERT_EQUAL(cpu.guest.rax, CR0_GUEST);
	reset();
	cpu.guest.rax = CR0_GUEST | CR0_TS;
	CU_ASSERT(RUN("\x0f\x22\xc0"));
	CU_ASSERT(vcpu.cr0_ts);
	reset();
	cpu.guest.rax = CR0_GUEST & ~BIT(16); /* no WP */
	CU_ASSERT(!RUN("\x0f\x22\xc0"));
	reset();
	vcpu.cr4 = CR4_PAE;
	cpu.guest.r8 = CR4_TSD | CR4_PGE | CR4_SMEP;
	CU_ASSERT(RUN("\x41\x0f\x22\xe0")); /* mov %r8, %cr4 */
	CU_ASSERT_EQUAL(vcpu.cr4, CR4_PAE | CR4_TSD);
	reset();
	CU_ASSERT(!RUN("\x44\x0f\x20\xc0")); /* mov %cr8, %rax */
	reset();
	cpu.guest.rbx = 5 << 12;
	CU_ASSERT(RUN("\x0f\x22\xdb")); /* mov %rbx, %cr3 */
	CU_ASSERT_EQUAL(mfn_nr(vcpu.kernel_root), 5);
	reset();
	cpu.guest.rbx = 7 << 12; /* preempted: executed again */
	CU_ASSERT(!RUN("\x0f\x22\xdb"));
	CU_ASSERT_EQUAL(trapped, -1);
	CU_ASSERT_EQUAL(cpu.guest.rip, CODE_VA);
	reset();
	cpu.guest.rbx = 8 << 12;
	CU_ASSERT(!RUN("\x0f\x22\xdb"));
	CU_ASSERT_EQUAL(trapped, EXC_GP);
	reset();
	vcpu.cr0_ts = 1;
	CU_ASSERT(RUN("\x0f\x06"));
	CU_ASSERT(!vcpu.cr0_ts);
	reset();
	cpu.guest.rdi = 0x1234;
	CU_ASSERT(RUN("\x0f\x23\xdf")); /* mov %rdi, %dr3 */
	CU_ASSERT_EQUAL(vcpu.dr[3], 0x1234);
}

static void test_others(void)
{
	reset();
	vcpu.cr4 = CR4_OSXSAVE;
	cpu.guest.rax = 7;
	CU_ASSERT(RUN("\x0f\x01\xd1"));
	CU_ASSERT_EQUAL(vcpu.xcr0, 7);
	reset();
	cpu.guest.rax = 7;
	CU_ASSERT(!RUN("\x0f\x01\xd1")); /* without CR4.OSXSAVE */
	reset();
	CU_ASSERT(!RUN("\xfa"));
	vcpu.iopl = 1;
	trapped = -1;
	CU_ASSERT(RUN("\xfa"));
	reset();
	CU_ASSERT(RUN("\xec"));
	CU_ASSERT_EQUAL(ports, 1);
	reset();
	vcpu.kernel_mode = false; /* port instructions are for user mode, too */
	CU_ASSERT(RUN("\xe4\x60"));
	CU_ASSERT_EQUAL(ports, 1);
	CU_ASSERT_EQUAL(last_port, 0x60);
	/* The instruction counts, not the error code, which QEMU gets wrong. */
	reset();
	run("\xcd\x21", 2, 0x21 * 16 + 2);
	CU_ASSERT_EQUAL(int_vector, 0x21);
	/* A bad selector is the guest's own. */
	reset();
	run("\x0f\x32", 2, 0x40);
	CU_ASSERT_EQUAL(trapped, EXC_GP);
	CU_ASSERT_EQUAL(trap_error, 0x40);
}

static void test_retire(void)
{
	reset();
	vcpu.iopl = 1;
	cpu.guest.rflags = RFLAGS_TF | RFLAGS_RF;
	RUN("\xfb");
	CU_ASSERT_EQUAL(trapped, EXC_DB);
	CU_ASSERT_EQUAL(cpu.guest.rflags, RFLAGS_TF);
	CU_ASSERT(vcpu.dr[6] & DR6_BS);
	CU_ASSERT_EQUAL(cpu.guest.rip, CODE_VA + 1);
}

static void test_forced_cpuid(void)
{
	static const u8 magic[] = {0x0f, 0x0b, 'x', 'e', 'n', 0x0f, 0xa2};

	reset();
	memcpy(code, magic, sizeof(magic));
	cpu.guest.rax = 0x100000007;
	cpu.guest.rcx = 0x100000001;
	invalid_opcode(&vcpu, &cpu.guest);
	CU_ASSERT_EQUAL(trapped, -1);
	CU_ASSERT_EQUAL(cpu.guest.rip, CODE_VA + 7);
	CU_ASSERT_EQUAL(cpu.guest.rax, 8);
	CU_ASSERT_EQUAL(cpu.guest.rbx, 3);
	reset();
	code[4] = 'm';
	invalid_opcode(&vcpu, &cpu.guest);
	CU_ASSERT_EQUAL(trapped, EXC_UD);
	CU_ASSERT_EQUAL(cpu.guest.rip, CODE_VA);
}

static void test_register_numbers(void)
{
	static struct regs r;
	u64 *const fields[] = {&r.rax, &r.rcx, &r.rdx, &r.rbx, &r.rsp, &r.rbp, &r.rsi, &r.rdi,
			       &r.r8,  &r.r9,  &r.r10, &r.r11, &r.r12, &r.r13, &r.r14, &r.r15};

	for (unsigned int n = 0; n < 16; n++)
		CU_ASSERT_PTR_EQUAL(insn_register(&r, n), fields[n]);
}

UNIT_MAIN("entry: emulation", UNIT_TEST(test_decode), UNIT_TEST(test_refused),
	  UNIT_TEST(test_fetch), UNIT_TEST(test_msr), UNIT_TEST(test_control_registers),
	  UNIT_TEST(test_others), UNIT_TEST(test_retire), UNIT_TEST(test_forced_cpuid),
	  UNIT_TEST(test_register_numbers))
