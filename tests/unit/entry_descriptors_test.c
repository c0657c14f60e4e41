/* SPDX-License-Identifier: BSD-2-Clause */
/* Guest descriptors, GDT and LDT bookkeeping, debug registers: what a guest may load. */
#include "../../hypervisor/hypercall/descriptors.c"
#include "../../hypervisor/hypercall/debugreg.c"
#include "unit.h"

unsigned long FRAME_TABLE_VIRT = 0x10000000, DIRECTMAP_VIRT; /* never followed */
static struct cpu cpu;
static struct domain domain;
static struct vcpu vcpu;
static int references;
static u32 mapped; /* pages of the window */
#define mappings __builtin_popcount(mapped)
static u64 refused;   /* frame that is no descriptor page */
static u64 ldt_entry; /* what the guest maps everywhere */

struct cpu *this_cpu(void)
{
	return &cpu;
}

bool mfn_valid(mfn_t m)
{
	return mfn_nr(m) < 1000;
}

int frame_get_typed(struct frame *f, struct domain *d, enum frame_type type)
{
	(void)d;
	CU_ASSERT_EQUAL(type, FRAME_SEGDESC);
	if (mfn_nr(frame_mfn(f)) == refused)
		return -EINVAL;
	references++;
	return 0;
}

int frame_put_typed(struct frame *f)
{
	(void)f;
	references--;
	return 0;
}

bool frame_get_writable(struct frame *f, struct domain *d)
{
	(void)f;
	(void)d;
	return false;
}

void frame_put(struct frame *f)
{
	(void)f;
}

int hv_map(vaddr_t va, mfn_t m, u64 flags)
{
	CU_ASSERT(va >= vcpu.desc_window && va < vcpu.desc_window + DESC_WINDOW_SIZE);
	CU_ASSERT((flags & PTE_NX) != 0);
	CU_ASSERT_FALSE(flags & PTE_USER);
	(void)m;
	mapped |= 1u << (va - vcpu.desc_window) / PAGE_SIZE;
	return 0;
}

bool preempt_pending(void)
{
	return false;
}

void hv_unmap(vaddr_t va, unsigned int pages)
{
	while (pages--)
		mapped &= ~(1u << ((va - vcpu.desc_window) / PAGE_SIZE + pages));
}

u64 walk_software(struct vcpu *v, vaddr_t va)
{
	(void)v;
	(void)va;
	return ldt_entry;
}

void panic(const char *fmt, ...)
{
	(void)fmt;
	__builtin_trap();
}

int copy_from_guest(void *dst, vaddr_t src, size_t n)
{
	(void)dst;
	(void)src;
	(void)n;
	return -EFAULT;
}

void descriptors_load(struct vcpu *v)
{
	(void)v;
}

void context_set_base(struct vcpu *v, unsigned int which, u64 base)
{
	(void)v;
	(void)which;
	(void)base;
}

void context_set_gs_selector(struct vcpu *v, u16 sel)
{
	(void)v;
	(void)sel;
}

void context_load_debug(struct vcpu *v)
{
	(void)v;
}

static void reset(void)
{
	memset(&vcpu, 0, sizeof(vcpu));
	vcpu.domain = &domain;
	vcpu.desc_window = DESC_WINDOW_VIRT;
	references = 0;
	mapped = 0;
	refused = ~0UL;
}

static void test_descriptor_fix(void)
{
	static const struct {
		u64 in, out;
		bool ok;
	} rows[] = {
		{0, 0, true},
		{0x00af9b000000ffff, 0x00affb000000ffff, true}, /* 64-bit code, DPL 0 */
		{0x00cf93000000ffff, 0x00cff3000000ffff, true}, /* data, DPL 0 */
		{0x00cff3000000ffff, 0x00cff3000000ffff, true},
		{0x0000890000000067, 0, false},			/* TSS */
		{0x0000820000000067, 0, false},			/* LDT */
		{0x00008c0000080000, 0, false},			/* call gate */
		{0x0000ec0000080000, 0, false},			/* call gate, DPL 3 */
		{0x00008e0000080000, 0, false},			/* interrupt gate */
		{0x0000050000000000, 0x0000050000000000, true}, /* not present: anything */
		{0xffff6fffffffffff, 0xffff6fffffffffff, true},
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		u64 d = rows[i].in;

		CU_ASSERT_EQUAL(descriptor_fix(&d), rows[i].ok);
		if (rows[i].ok)
			CU_ASSERT_EQUAL(d, rows[i].out);
	}
}

static void test_gdt(void)
{
	u64 mfns[14] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14};

	reset();
	CU_ASSERT_EQUAL(gdt_set(&vcpu, mfns, 16), 0);
	CU_ASSERT_EQUAL(references, 1);
	CU_ASSERT_EQUAL(mappings, 1);
	CU_ASSERT_EQUAL(gdt_set(&vcpu, mfns, 7168), 0);
	CU_ASSERT_EQUAL(references, 14);
	CU_ASSERT_EQUAL(mappings, 14);
	CU_ASSERT_EQUAL(gdt_set(&vcpu, mfns, 7169), -EINVAL);
	/* A bad frame leaves the old table in place. */
	refused = 5;
	CU_ASSERT_EQUAL(gdt_set(&vcpu, mfns, 7168), -EINVAL);
	CU_ASSERT_EQUAL(references, 14);
	CU_ASSERT_EQUAL(vcpu.gdt_entries, 7168);
	refused = ~0UL;
	mfns[1] = 1000; /* no such frame */
	CU_ASSERT_EQUAL(gdt_set(&vcpu, mfns, 1024), -EINVAL);
	CU_ASSERT_EQUAL(references, 14);
	mfns[1] = 0; /* stands for none */
	CU_ASSERT_EQUAL(gdt_set(&vcpu, mfns, 1024), -EINVAL);
	CU_ASSERT_EQUAL(references, 14);
	CU_ASSERT_EQUAL(mappings, 14);
	gdt_clear(&vcpu);
	CU_ASSERT_EQUAL(references, 0);
	CU_ASSERT_EQUAL(mappings, 0);
	CU_ASSERT_EQUAL(vcpu.gdt_entries, 0);
}

static void test_ldt(void)
{
	reset();
	CU_ASSERT_EQUAL(ldt_set(&vcpu, 0x1000, 8192), 0);
	CU_ASSERT_EQUAL(ldt_set(&vcpu, 0x1000, 8193), -EINVAL);
	CU_ASSERT_EQUAL(ldt_set(&vcpu, 0x1008, 1), -EINVAL);
	CU_ASSERT_EQUAL(ldt_set(&vcpu, HV_VIRT_START, 1), -EINVAL);
	CU_ASSERT_EQUAL(ldt_set(&vcpu, 0x00007ffffffff000, 8192), -EINVAL); /* runs out of range */
	CU_ASSERT_EQUAL(ldt_set(&vcpu, ~0xfffUL, 8192), -EINVAL);	    /* wraps */
	CU_ASSERT_EQUAL(vcpu.ldt_base, 0x1000);
	CU_ASSERT_FALSE(ldt_fault(&vcpu, 0)); /* not mapped in the guest */
	ldt_entry = 7 << PAGE_SHIFT | PTE_PRESENT;
	CU_ASSERT_TRUE(ldt_fault(&vcpu, 8191 * 8));
	CU_ASSERT_FALSE(ldt_fault(&vcpu, 8191 * 8)); /* there already: another fault than ours */
	CU_ASSERT_FALSE(ldt_fault(&vcpu, 8192 * 8));
	CU_ASSERT_EQUAL(references, 1);
	refused = 8;
	ldt_entry = 8 << PAGE_SHIFT | PTE_PRESENT;
	CU_ASSERT_FALSE(ldt_fault(&vcpu, 0));
	CU_ASSERT_EQUAL(ldt_set(&vcpu, 0, 0), 0);
	CU_ASSERT_EQUAL(references, 0);
	CU_ASSERT_EQUAL(mappings, 0);
	CU_ASSERT_FALSE(ldt_fault(&vcpu, 0));
}

static void test_debug_registers(void)
{
	u64 v;

	reset();
	CU_ASSERT_EQUAL(debugreg_set(&vcpu, 0, 0x1000), 0);
	CU_ASSERT_EQUAL(debugreg_set(&vcpu, 1, HV_VIRT_START), -EPERM);
	CU_ASSERT_EQUAL(debugreg_set(&vcpu, 1, HV_VIRT_END - 1), -EPERM);
	CU_ASSERT_EQUAL(debugreg_set(&vcpu, 1, HV_VIRT_END), 0);
	CU_ASSERT_EQUAL(debugreg_set(&vcpu, 1, 0x0000800000000000), -EPERM);
	CU_ASSERT_EQUAL(debugreg_set(&vcpu, 7, BIT(13)), -EPERM); /* GD */
	CU_ASSERT_EQUAL(debugreg_set(&vcpu, 7, BIT(32)), -EPERM);
	CU_ASSERT_EQUAL(debugreg_set(&vcpu, 7, 0x00020002), -EPERM); /* I/O without CR4.DE */
	vcpu.cr4 = CR4_DE;
	CU_ASSERT_EQUAL(debugreg_set(&vcpu, 7, 0x00020002), 0);
	CU_ASSERT_EQUAL(vcpu.dr[7], 0x00020402);
	CU_ASSERT_EQUAL(debugreg_set(&vcpu, 6, 0), 0);
	CU_ASSERT_EQUAL(debugreg_get(&vcpu, 4, &v), 0);
	CU_ASSERT_EQUAL(v, 0xffff0ff0);
	CU_ASSERT_EQUAL(debugreg_set(&vcpu, 8, 0), -EINVAL);
	CU_ASSERT_EQUAL(debugreg_get(&vcpu, 8, &v), -ENODEV);
}

UNIT_MAIN("hypercall: descriptors and debug registers", UNIT_TEST(test_descriptor_fix),
	  UNIT_TEST(test_gdt), UNIT_TEST(test_ldt), UNIT_TEST(test_debug_registers))
