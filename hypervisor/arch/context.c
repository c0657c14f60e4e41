/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Moving a vCPU's state between its structure and the hardware: segments and
 * their bases, FPU, debug registers, the control-register bits a guest may
 * choose. General registers are the scheduler's (struct regs), tables mm/root.c's.
 *
 * The FPU is switched eagerly: nothing of one domain's registers is ever there
 * for another to find.
 */
#include "arch.h"
#include "extable.h"
#include "errno.h"
#include "lib.h"
#include "mm.h"
#include "boot.h"

/* CR4 bits that take effect in hardware when the guest sets its virtual ones. */
#define CR4_GUEST (CR4_TSD | CR4_FSGSBASE)

#define DR7_ENABLES 0xff
#define DR7_INIT    0x400UL

#define read_selector(reg)                                         \
	({                                                         \
		u16 s_;                                            \
		__asm__ volatile("mov %%" #reg ", %0" : "=r"(s_)); \
		s_;                                                \
	})

/* A selector that cannot be loaded (its descriptor went away) becomes null. */
#define load_selector(reg, sel)                                        \
	({                                                             \
		u32 s_ = (sel);                                        \
		__asm__ volatile("1: movl %0, %%" #reg "\n"            \
				 "2:\n\t"                              \
				 ".pushsection .text.fixup, \"ax\"\n"  \
				 "3: xorl %0, %0\n\t"                  \
				 "jmp 1b\n\t"                          \
				 ".popsection\n\t" EXTABLE("1b", "3b") \
				 : "+r"(s_));                          \
		s_;                                                    \
	})

/* --- segments ------------------------------------------------------------------ */

/* The register that holds the base while \p v runs in its present mode. */
static u32 base_register(const struct vcpu *v, unsigned int which)
{
	if (which == PV_SEGBASE_FS)
		return MSR_FS_BASE;
	return v->kernel_mode == (which == PV_SEGBASE_GS_KERNEL) ? MSR_GS_BASE : MSR_KERNEL_GS_BASE;
}

static void save_segments(struct vcpu *v)
{
	struct segments *s = &v->seg;

	s->ds = read_selector(ds);
	s->es = read_selector(es);
	s->fs = read_selector(fs);
	s->gs = read_selector(gs);
	for (unsigned int i = 0; i < ARRAY_SIZE(s->base); i++)
		s->base[i] = rdmsr(base_register(v, i));
}

/*
 * Selectors first: loading one may set a base, the saved bases then replace it.
 * Null selectors are loaded too, lest an old one stays visible.
 */
static void load_segments(struct vcpu *v)
{
	struct segments *s = &v->seg;

	s->ds = load_selector(ds, s->ds);
	s->es = load_selector(es, s->es);
	s->fs = load_selector(fs, s->fs);
	s->gs = load_selector(gs, s->gs);
	for (unsigned int i = 0; i < ARRAY_SIZE(s->base); i++)
		wrmsr(base_register(v, i), s->base[i]);
}

u64 context_get_base(struct vcpu *v, unsigned int which)
{
	return v == current ? rdmsr(base_register(v, which)) : v->seg.base[which];
}

/* The caller has checked that \p base is canonical. */
void context_set_base(struct vcpu *v, unsigned int which, u64 base)
{
	if (v == current)
		wrmsr(base_register(v, which), base);
	else
		v->seg.base[which] = base;
}

/*
 * The current vCPU's guest kernel sets the GS selector its user mode is to have.
 * The load replaces the live base, which is the kernel's: swap, load, swap.
 */
void context_set_gs_selector(struct vcpu *v, u16 sel)
{
	ASSERT(v == current && v->kernel_mode);
	context_swap_gs();
	load_selector(gs, sel);
	__asm__ volatile("mfence" ::: "memory");
	context_swap_gs();
}

/* --- FPU ------------------------------------------------------------------------- */

#define XSAVE_OP(op, area) __asm__ volatile(op " (%0)" ::"r"(area), "a"(~0u), "d"(~0u) : "memory")

static void set_ts(struct cpu *c, bool ts)
{
	u64 cr0;

	if (c->ts == ts)
		return;
	c->ts = ts;
	if (!ts) {
		__asm__ volatile("clts");
		return;
	}
	__asm__ volatile("mov %%cr0, %0" : "=r"(cr0));
	__asm__ volatile("mov %0, %%cr0" ::"r"(cr0 | CR0_TS));
}

void context_set_ts(struct vcpu *v, bool ts)
{
	v->cr0_ts = ts;
	set_ts(this_cpu(), ts);
}

static void set_xcr0(struct cpu *c, u64 xcr0)
{
	if (!features.xsave || c->xcr0 == xcr0)
		return;
	c->xcr0 = xcr0;
	__asm__ volatile("xsetbv" ::"c"(0), "a"((u32)xcr0), "d"((u32)(xcr0 >> 32)));
}

static void save_fpu(struct vcpu *v)
{
	set_ts(this_cpu(), false);
	if (!features.xsave)
		__asm__ volatile("fxsave64 (%0)" ::"r"(v->fpu) : "memory");
	else if (features.xsaveopt)
		XSAVE_OP("xsaveopt64", v->fpu);
	else
		XSAVE_OP("xsave64", v->fpu);
}

static void reset_fpu_area(void *area)
{
	memset(area, 0, features.xsave_size);
	*(u16 *)area = 0x37f;		      /* FCW: all exceptions masked */
	*(u32 *)((char *)area + 24) = 0x1f80; /* MXCSR: the same */
}

/* False: the contents are none that the processor would ever save. */
#define FPU_LOAD(op, area)                                                                   \
	({                                                                                   \
		bool ok_ = false;                                                            \
		__asm__ volatile("1: " op " (%1)\n\tmovb $1, %0\n2:\n\t" EXTABLE("1b", "2b") \
				 : "+q"(ok_)                                                 \
				 : "r"(area), "a"(~0u), "d"(~0u)                             \
				 : "memory");                                                \
		ok_;                                                                         \
	})

static bool try_load_fpu(const void *area)
{
	return features.xsave ? FPU_LOAD("xrstor64", area) : FPU_LOAD("fxrstor64", area);
}

/* A tool may have written the area of a stopped vCPU: bad contents load as initial ones. */
static void load_fpu(struct vcpu *v)
{
	struct cpu *c = this_cpu();

	set_ts(c, false);
	set_xcr0(c, v->xcr0);
	if (!try_load_fpu(v->fpu)) {
		reset_fpu_area(v->fpu);
		try_load_fpu(v->fpu);
	}
	set_ts(c, v->cr0_ts);
}

int context_set_xcr0(struct vcpu *v, u64 xcr0)
{
	u64 avx512 = xcr0 & 0xe0;

	if (!features.xsave || (xcr0 & ~features.xcr0_mask) || !(xcr0 & 1))
		return REFUSE(-EINVAL);
	if ((xcr0 & 4) && !(xcr0 & 2))
		return REFUSE(-EINVAL);
	if (avx512 && (avx512 != 0xe0 || !(xcr0 & 4)))
		return REFUSE(-EINVAL);
	v->xcr0 = xcr0;
	if (v == current)
		set_xcr0(this_cpu(), xcr0);
	return 0;
}

static unsigned int fpu_order(void)
{
	return features.xsave_size > PAGE_SIZE ? 1 : 0;
}

int context_create(struct vcpu *v)
{
	v->fpu = pages_alloc(fpu_order());
	if (!v->fpu)
		return -ENOMEM;
	reset_fpu_area(v->fpu);
	v->xcr0 = features.xsave ? 3 : 0;
	v->cr4 = CR4_VISIBLE;
	v->dr[6] = 0xffff0ff0;
	v->dr[7] = DR7_INIT;
	return 0;
}

void context_destroy(struct vcpu *v)
{
	if (v->fpu)
		pages_free(v->fpu, fpu_order());
	v->fpu = NULL;
}

/* --- control and debug registers --------------------------------------------------- */

void context_set_cr4(struct vcpu *v)
{
	struct cpu *c = this_cpu();
	u64 cr4 = c->cr4_base | (v->cr4 & CR4_GUEST);

	if (!features.fsgsbase)
		cr4 &= ~CR4_FSGSBASE;
	if (c->cr4 == cr4)
		return;
	c->cr4 = cr4;
	write_cr4(cr4);
}

/* Registers are loaded only for a vCPU that has a breakpoint on. */
void context_load_debug(struct vcpu *v)
{
	struct cpu *c = this_cpu();

	if (v->dr[7] & DR7_ENABLES) {
		__asm__ volatile("mov %0, %%dr0" ::"r"(v->dr[0]));
		__asm__ volatile("mov %0, %%dr1" ::"r"(v->dr[1]));
		__asm__ volatile("mov %0, %%dr2" ::"r"(v->dr[2]));
		__asm__ volatile("mov %0, %%dr3" ::"r"(v->dr[3]));
		__asm__ volatile("mov %0, %%dr6" ::"r"(v->dr[6]));
		__asm__ volatile("mov %0, %%dr7" ::"r"(v->dr[7]));
		c->dr7 = v->dr[7];
	} else if (c->dr7 & DR7_ENABLES) {
		__asm__ volatile("mov %0, %%dr7" ::"r"(DR7_INIT));
		c->dr7 = DR7_INIT;
	}
}

void context_save(struct vcpu *v)
{
	save_segments(v);
	save_fpu(v);
}

/* After root_load(): descriptors and the LDT are read through the new tables. */
void context_load(struct vcpu *v)
{
	context_set_cr4(v);
	descriptors_load(v);
	load_segments(v);
	load_fpu(v);
	context_load_debug(v);
	if (features.rdtscp || features.rdpid)
		wrmsr(MSR_TSC_AUX, v->tsc_aux);
}
