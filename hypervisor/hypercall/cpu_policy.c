/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CPUID as the tools see it: the machine's leaves, those a PV guest may have
 * (entry/cpuid.c says which), and what the tools take away from one domain
 * before it starts. Taking away is all they can do.
 */
#include "domctl.h"
#include "arch.h"
#include "lib.h"
#include "public/sysctl.h"

#define LEAVES_MAX	  128
#define MSR_PLATFORM_INFO 0xce
#define NR_MSRS		  1

/* The words of a feature set, in the order of the control interface. */
static const struct feature_word {
	u32 leaf, sub;
	u8 reg;	     /* 0 EAX ... 3 EDX */
	u32 ignored; /* topology that the tools set as the machine has it */
} words[] = {
	{0x1, PV_CPUID_NO_SUBLEAF, 3, 1u << 28},
	{0x1, PV_CPUID_NO_SUBLEAF, 2, 0},
	{0x80000001, PV_CPUID_NO_SUBLEAF, 3, 0},
	{0x80000001, PV_CPUID_NO_SUBLEAF, 2, 1u << 1},
	{0xd, 1, 0, 0},
	{0x7, 0, 1, 0},
	{0x7, 0, 2, 0},
	{0x80000007, PV_CPUID_NO_SUBLEAF, 3, 0},
	{0x80000008, PV_CPUID_NO_SUBLEAF, 1, 0},
	{0x7, 0, 3, 0},
};
STATIC_ASSERT(ARRAY_SIZE(words) == CPU_FEATURE_WORDS);

static u32 *leaf_reg(struct cpuid_leaf *l, u8 reg)
{
	u32 *const regs[] = {&l->a, &l->b, &l->c, &l->d};

	return regs[reg];
}

void cpu_policy_hide(const struct domain *d, struct cpuid_leaf *l, u32 leaf, u32 sub)
{
	for (u32 i = 0; i < ARRAY_SIZE(words); i++)
		if (words[i].leaf == leaf &&
		    (words[i].sub == sub || words[i].sub == PV_CPUID_NO_SUBLEAF))
			*leaf_reg(l, words[i].reg) &= ~d->hidden_features[i];
}

/* Which view: the CPU as it is, or what a guest gets; of \p d if that is given. */
static struct cpuid_leaf view(bool guest, const struct domain *d, u32 leaf, u32 sub)
{
	u32 real_sub = sub == PV_CPUID_NO_SUBLEAF ? 0 : sub;
	struct cpuid_leaf l = cpuid(leaf, real_sub);

	if (guest)
		l = cpuid_policy(l, leaf, real_sub);
	if (d)
		cpu_policy_hide(d, &l, leaf, real_sub);
	return l;
}

struct writer {
	vaddr_t to;
	u32 room, done; /* leaves */
	bool guest;
	const struct domain *d;
};

static long put(struct writer *w, u32 leaf, u32 sub, struct cpuid_leaf l)
{
	struct pv_cpuid_leaf out = {leaf, sub, l.a, l.b, l.c, l.d};

	if (w->done >= w->room)
		return -PV_ENOBUFS;
	if (copy_to_guest(w->to + w->done * sizeof(out), &out, sizeof(out)))
		return -EFAULT;
	w->done++;
	return 0;
}

/*
 * How many sub-leaves of a leaf there are, at most, 0 for a leaf that has none. The
 * tools reuse our count as the room they have for writing the same leaves again, so
 * it must be the interface's, zero leaves included.
 */
static u32 subleaves(u32 leaf)
{
	return leaf == 0x4 ? 6 : leaf == 0x7 ? 1 : leaf == 0xb ? 2 : leaf == 0xd ? 63 : 0;
}

static long put_leaf(struct writer *w, u32 leaf)
{
	u32 n = subleaves(leaf), sub;
	long rc = 0;

	if (!n)
		return put(w, leaf, PV_CPUID_NO_SUBLEAF, view(w->guest, w->d, leaf, 0));
	for (sub = 0; sub < n && !rc; sub++) {
		struct cpuid_leaf l = view(w->guest, w->d, leaf, sub);

		if (leaf != 0xd || sub < 2 || (l.a | l.b | l.c | l.d))
			rc = put(w, leaf, sub, l);
	}
	return rc;
}

static long put_all(struct writer *w)
{
	/* Each up to what its first leaf says is the last, or the limit. */
	static const struct {
		u32 first, limit;
	} ranges[] = {{0, 0xd}, {0x80000000, 0x80000008}};
	long rc = 0;

	for (u32 i = 0; i < ARRAY_SIZE(ranges); i++) {
		u32 first = ranges[i].first;
		u32 last = MIN(view(w->guest, w->d, first, 0).a, ranges[i].limit);

		for (u32 leaf = first; leaf <= last && !rc; leaf++)
			rc = put_leaf(w, leaf);
	}
	/* Limits the tools may set on what is told about the hypervisor; none here. */
	for (u32 leaf = 0x40000000; leaf <= 0x40000100 && !rc; leaf += 0x100)
		rc = put(w, leaf, PV_CPUID_NO_SUBLEAF, (struct cpuid_leaf){0});
	return rc;
}

/* Sizes with null arrays, else contents. The one MSR says that CPUID does not fault. */
static long get_policy(struct writer *w, u32 *nr_leaves, u32 *nr_msrs, vaddr_t leaves, vaddr_t msrs)
{
	struct pv_msr_entry m = {.idx = MSR_PLATFORM_INFO};
	long rc;

	if (!leaves) {
		*nr_leaves = LEAVES_MAX;
	} else {
		w->to = leaves;
		w->room = *nr_leaves;
		rc = put_all(w);
		if (rc)
			return rc;
		*nr_leaves = w->done;
	}
	if (msrs) {
		if (*nr_msrs < NR_MSRS)
			return -PV_ENOBUFS;
		if (copy_to_guest(msrs, &m, sizeof(m)))
			return -EFAULT;
	}
	*nr_msrs = NR_MSRS;
	return 0;
}

long sysctl_cpu_policy(struct pv_sysctl *op)
{
	struct pv_sysctl_cpu_policy *p = &op->u.cpu_policy;
	struct writer w = {0};

	switch (p->index) {
	case PV_SYSCTL_CPU_POLICY_RAW:
	case PV_SYSCTL_CPU_POLICY_HOST:
		break;
	case PV_SYSCTL_CPU_POLICY_PV_MAX:
	case PV_SYSCTL_CPU_POLICY_PV_DEFAULT:
		w.guest = true;
		break;
	default:
		return REFUSE(-EOPNOTSUPP);
	}
	return get_policy(&w, &p->nr_leaves, &p->nr_msrs, p->leaves, p->msrs);
}

long sysctl_cpu_featureset(struct pv_sysctl *op)
{
	struct pv_sysctl_cpu_featureset *f = &op->u.cpu_featureset;
	u32 set[ARRAY_SIZE(words)], n = ARRAY_SIZE(words);
	bool guest = f->index == PV_SYSCTL_CPU_FEATURESET_PV ||
		     f->index == PV_SYSCTL_CPU_FEATURESET_PV_MAX;

	if (f->index > PV_SYSCTL_CPU_FEATURESET_PV && !guest)
		return REFUSE(-EOPNOTSUPP);
	for (u32 i = 0; i < n; i++) {
		struct cpuid_leaf l = view(guest, NULL, words[i].leaf, words[i].sub);

		set[i] = *leaf_reg(&l, words[i].reg);
	}
	if (f->features) {
		if (f->nr_features < n)
			return -PV_ENOBUFS;
		if (copy_to_guest(f->features, set, sizeof(set)))
			return -EFAULT;
	}
	f->nr_features = n;
	return 0;
}

long domctl_get_cpu_policy(struct domain *d, struct pv_domctl *op)
{
	struct pv_domctl_cpu_policy *p = &op->u.cpu_policy;
	struct writer w = {.guest = true, .d = d};

	return get_policy(&w, &p->nr_leaves, &p->nr_msrs, p->leaves, p->msrs);
}

/* What the tools' leaf lacks of the guests' view is to be hidden; more is not to be had. */
static long take_leaf(u32 hidden[], const struct pv_cpuid_leaf *in)
{
	struct cpuid_leaf want = {in->a, in->b, in->c, in->d};

	for (u32 i = 0; i < ARRAY_SIZE(words); i++) {
		struct cpuid_leaf have;
		u32 h, n;

		if (words[i].leaf != in->leaf || words[i].sub != in->subleaf)
			continue;
		have = view(true, NULL, in->leaf, in->subleaf);
		h = *leaf_reg(&have, words[i].reg) & ~words[i].ignored;
		n = *leaf_reg(&want, words[i].reg) & ~words[i].ignored;
		if (n & ~h)
			return REFUSE(-EINVAL);
		hidden[i] = h & ~n;
	}
	return 0;
}

long domctl_set_cpu_policy(struct domain *d, struct pv_domctl *op)
{
	struct pv_domctl_cpu_policy *p = &op->u.cpu_policy;
	u32 hidden[ARRAY_SIZE(words)] = {0};
	struct pv_cpuid_leaf l;
	long rc;

	p->err_leaf = p->err_subleaf = p->err_msr = ~0u;
	if (d->created || d->dying)
		return REFUSE(-EBUSY);
	if (p->nr_leaves > LEAVES_MAX || p->nr_msrs > NR_MSRS)
		return REFUSE(-E2BIG);
	for (u32 i = 0; i < p->nr_leaves; i++) {
		if (copy_from_guest(&l, p->leaves + i * sizeof(l), sizeof(l)))
			return -EFAULT;
		rc = take_leaf(hidden, &l);
		if (rc) {
			p->err_leaf = l.leaf;
			p->err_subleaf = l.subleaf;
			return rc;
		}
	}
	memcpy(d->hidden_features, hidden, sizeof(hidden));
	return 0;
}
