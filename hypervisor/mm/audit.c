/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The audit: count from scratch who uses each frame, and compare with the frame
 * words. The machine stands still meanwhile.
 */
#include "internal.h"

void (*frame_audit_hook)(struct domain *d);

static u64 *seen; /* a frame: uses found, typed ones as FRAME_TYPE_REF */

void frame_audit_use(struct frame *f, bool typed)
{
	if (seen)
		seen[mfn_nr(frame_mfn(f))] += typed ? FRAME_USE : FRAME_REF;
}

static void use_mfn(mfn_t m, bool typed)
{
	struct frame *f = frame_lookup_ram(mfn_nr(m));

	if (f)
		frame_audit_use(f, typed);
}

/* What a validated table refers to. False: its own counts are wrong. */
static bool table_uses(struct frame *f, unsigned int level)
{
	const u64 *t = frame_virt(f);
	unsigned int i, n = 0;
	bool within = true;

	for (i = 0; i < ENTRIES; i++) {
		if (slot_reserved(level, i) || !t[i])
			continue;
		n++;
		within = within && i >= f->first && i <= f->last;
		if (t[i] & PTE_PRESENT)
			use_mfn(pte_mfn(t[i]), level > 1 || (t[i] & PTE_RW));
		if (level == 4 && test_bit(l4_slots(f), i) != (t[i] & PTE_PRESENT))
			within = false;
	}
	return within && n == f->entries;
}

static void vcpu_uses(struct vcpu *v)
{
	const struct table_walk *w = &v->walk;

	use_mfn(v->kernel_root, true);
	use_mfn(v->user_root, true);
	for (unsigned int i = 0; i < ARRAY_SIZE(v->desc); i++)
		use_mfn(v->desc[i], true);
	use_mfn(v->info_mfn, true);
	if (w->result && !w->result_error)
		frame_audit_use(w->result, true);
	for (unsigned int i = 0; i < w->depth; i++)
		log_info("d%u vcpu %u: walk at level %u, entry %u, %s\n", v->domain->id, v->id,
			 w->step[i].level, w->step[i].next, w->step[i].down ? "down" : "up");
}

static unsigned long domain_uses(struct domain *d)
{
	unsigned long bad = 0;
	struct frame *f;
	u64 x, count = 0;

	for (u32 nr = d->first_frame; nr; nr = f->next) {
		enum frame_type type;

		f = mfn_frame(mfn(nr));
		x = f->state;
		type = frame_type(f);
		count++;
		if (x & FRAME_ALLOCATED)
			frame_audit_use(f, false);
		if (x & FRAME_PINNED)
			frame_audit_use(f, true);
		if (type >= FRAME_L1 && type <= FRAME_L4 && (x & FRAME_VALID) &&
		    !table_uses(f, type)) {
			log_error("audit: d%u frame %x: entries are not %u, in %u..%u\n", d->id, nr,
				  f->entries, f->first, f->last);
			bad++;
		}
	}
	if (count != d->frames) {
		log_error("audit: d%u has %lu frames, and counts %lu\n", d->id, count, d->frames);
		bad++;
	}
	for_each_vcpu(d, v)
		vcpu_uses(v);
	return bad;
}

static unsigned long compare(void)
{
	const u64 counts = FRAME_REF_MASK | FRAME_TYPE_MASK;
	unsigned long bad = 0;

	for (u64 nr = 0; nr < max_mfn; nr++) {
		struct frame *f = frame_lookup_ram(nr);
		u64 x;

		if (!f) {
			if (!(nr & 511) && !frame_lookup(nr))
				nr += 511;
			continue;
		}
		x = f->state;
		if (f->owner == PV_DOMID_XEN || f->owner == PV_DOMID_INVALID)
			continue;
		if (x & FRAME_SHARED) /* the hypervisor's own use */
			seen[nr] += FRAME_USE;
		if (x & FRAME_PARTIAL) /* the walk's */
			seen[nr] += FRAME_USE;
		if ((x ^ seen[nr]) & counts) {
			bad++;
			if (bad <= 20)
				log_error("audit: frame %lx of d%u: %lx uses, %lx typed; found "
					  "%lx, %lx; word %lx\n",
					  nr, f->owner, x & FRAME_REF_MASK,
					  (x & FRAME_TYPE_MASK) / FRAME_TYPE_REF,
					  seen[nr] & FRAME_REF_MASK,
					  (seen[nr] & FRAME_TYPE_MASK) / FRAME_TYPE_REF, x);
		}
	}
	return bad;
}

unsigned long frame_audit(void)
{
	unsigned long bad = 0;
	unsigned int order = order_of(max_mfn * sizeof(*seen));

	seen = pages_alloc(order);
	if (!seen) {
		log_error("audit: no memory for %lu counters\n", max_mfn);
		return 1;
	}
	for_each_domain(d) {
		bad += domain_uses(d);
		if (frame_audit_hook)
			frame_audit_hook(d);
	}
	bad += compare();
	pages_free(seen, order);
	seen = NULL;
	return bad;
}
