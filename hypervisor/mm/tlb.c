/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Flushing TLBs, on this CPU and on others.
 *
 * The clock ticks with every flush that someone asks for. A CPU notes the
 * clock's value whenever it flushes everything, mode switches included; a frame
 * notes it when it loses a mapping. If the CPU's value is later than the
 * frame's, the CPU read the clock after the tick, which came after the loss, and
 * flushed after that: it holds nothing of the frame.
 *
 * Comparing is modulo 2^32. So that no CPU's value can fall behind by half the
 * range and seem new again, every quarter turn of the clock flushes all CPUs.
 *
 * A CPU's mailbox is one word: a request that others may widen (to everything)
 * until the CPU has done it and replaces it by 0. Senders wait for the 0, and
 * answer their own mailbox while they wait.
 */
#include "internal.h"
#include "arch.h"

#define MAIL_PAGE    BIT(0) /* the page in the address bits */
#define MAIL_ALL     BIT(1)
#define MAIL_REBUILD BIT(2) /* copy the root again, then everything */

u32 tlb_clock_value = 1;
struct cpumask cpus_online;

void tlb_flush_local(void)
{
	tlb_stamp_local(this_cpu());
	write_cr3(read_cr3());
}

static void mail_do(u64 mail)
{
	struct cpu *c = this_cpu();

	/* Nothing runs here: then don't keep what others would have to flush again. */
	if ((mail & MAIL_REBUILD) || c->vcpu == c->idle)
		root_rebuild();
	else if (mail & MAIL_ALL)
		tlb_flush_local();
	else
		invlpg(mail & PAGE_MASK);
}

void tlb_answer(void)
{
	struct cpu *c = this_cpu();
	u64 mail = READ_ONCE(c->flush_request);

	while (mail) {
		mail_do(mail);
		/* Widened meanwhile: do that as well. */
		if (__atomic_compare_exchange_n(&c->flush_request, &mail, 0, false,
						__ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
			return;
	}
}

static void mail_post(struct cpu *c, u64 mail)
{
	u64 old = 0, want;

	do {
		want = mail;
		if (old && old != mail) /* two pages: everything */
			want = ((old | mail) & MAIL_REBUILD) | MAIL_ALL;
	} while (!__atomic_compare_exchange_n(&c->flush_request, &old, want, false,
					      __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
}

/* The first CPU of the mask from that number on. */
static struct cpu *cpu_of(const struct cpumask *mask, unsigned int from)
{
	unsigned long i = find_next_bit(mask->bits, nr_cpus, from);

	return i < nr_cpus ? cpu_get((unsigned int)i) : NULL;
}
#define for_each_cpu_of(c, mask) \
	for (struct cpu *c = cpu_of(mask, 0); c; c = cpu_of(mask, c->id + 1))

/* Post to the CPUs of \p mask, this one included, and wait until all have done it. */
static void mail_send(const struct cpumask *mask, u64 mail)
{
	struct cpumask others = *mask;
	unsigned int self = this_cpu()->id;

	clear_bit(others.bits, self);
	for_each_cpu_of(c, &others) {
		mail_post(c, mail);
		apic_send_ipi(c, VECTOR_FLUSH);
	}
	if (test_bit(mask->bits, self))
		mail_do(mail);
	for_each_cpu_of(c, &others)
		while (READ_ONCE(c->flush_request))
			cpu_relax();
}

static void clock_tick(void)
{
	u32 now = __atomic_add_fetch(&tlb_clock_value, 1, __ATOMIC_SEQ_CST);

	if (unlikely((now & (~0u >> 2)) == 0))
		mail_send(&cpus_online, MAIL_ALL);
}

void tlb_flush_mask(const struct cpumask *mask, vaddr_t va)
{
	if (va != TLB_ALL) {
		if (guest_range_ok(va, 1))
			mail_send(mask, (va & PAGE_MASK) | MAIL_PAGE);
		return;
	}
	clock_tick();
	mail_send(mask, MAIL_ALL);
}

void tlb_rebuild_roots(const struct cpumask *mask)
{
	clock_tick();
	mail_send(mask, MAIL_REBUILD | MAIL_ALL);
}

void tlb_flush_domain(struct domain *d)
{
	struct cpumask mask = d->dirty_cpus;

	tlb_flush_mask(&mask, TLB_ALL);
}

void tlb_flush_stamp(const struct cpumask *mask, u32 stamp)
{
	struct cpumask late = {{0}};
	bool any = false;

	for_each_cpu_of(c, mask) {
		if ((s32)(READ_ONCE(c->flush_done_stamp) - stamp) <= 0) {
			set_bit(late.bits, c->id);
			any = true;
		}
	}
	if (any)
		tlb_flush_mask(&late, TLB_ALL);
}

void tlb_flush_frame(struct domain *d, const struct frame *f)
{
	bool foreign = READ_ONCE(f->state) & FRAME_FOREIGN;

	tlb_flush_stamp(foreign ? &cpus_online : &d->dirty_cpus, f->flush_stamp);
}
