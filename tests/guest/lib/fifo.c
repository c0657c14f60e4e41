/* SPDX-License-Identifier: BSD-2-Clause */
/* The FIFO event form from the guest's side: words, control blocks, and taking ports off. */
#include "guest.h"
#include "internal.h"

#define WORDS_PER_PAGE (PAGE_SIZE / sizeof(uint32_t))

static volatile uint32_t *words[PV_EVTCHN_FIFO_NR_CHANNELS / WORDS_PER_PAGE];
static unsigned int word_pages;
volatile struct pv_evtchn_fifo_control_block *fifo_control[MAX_CPUS];
static uint32_t head[MAX_CPUS][PV_EVTCHN_FIFO_MAX_QUEUES];
void (*fifo_on_event)(uint32_t port, unsigned int priority);

int64_t fifo_init(unsigned int vcpu)
{
	void *page = page_alloc();
	struct pv_evtchn_init_control init = {
		.control_gfn = va_to_mfn(page), .offset = 64 * vcpu, .vcpu = vcpu};
	int64_t rc = event_op(INIT_CONTROL, &init);

	if (rc == 0)
		fifo_control[vcpu] = (void *)((char *)page + init.offset);
	return rc;
}

int64_t fifo_expand(void)
{
	uint32_t *page = page_alloc();
	struct pv_evtchn_expand_array expand = {.array_gfn = va_to_mfn(page)};
	int64_t rc;

	rc = event_op(EXPAND_ARRAY, &expand);
	if (rc == 0)
		words[word_pages++] = page;
	return rc;
}

/* The hypervisor has gone back to two levels: forget it all. */
void fifo_forget(void)
{
	word_pages = 0;
	memset(fifo_control, 0, sizeof(fifo_control));
	memset(head, 0, sizeof(head));
}

volatile uint32_t *fifo_word(uint32_t port)
{
	return &words[port / WORDS_PER_PAGE][port % WORDS_PER_PAGE];
}

void fifo_mask(uint32_t port)
{
	__atomic_fetch_or(fifo_word(port), FIFO_MASKED, __ATOMIC_SEQ_CST);
}

/* Take the first port off a queue; false when that was the last. */
static bool take(unsigned int cpu, unsigned int priority)
{
	uint32_t port = head[cpu][priority], word;

	if (!port)
		port = READ_ONCE(fifo_control[cpu]->head[priority]);
	word = __atomic_fetch_and(fifo_word(port), ~(FIFO_LINKED | PV_EVTCHN_FIFO_LINK_MASK),
				  __ATOMIC_SEQ_CST);
	head[cpu][priority] = word & PV_EVTCHN_FIFO_LINK_MASK;
	if ((word & FIFO_PENDING) && !(word & FIFO_MASKED)) {
		__atomic_fetch_and(fifo_word(port), ~FIFO_PENDING, __ATOMIC_SEQ_CST);
		if (port < PV_EVTCHN_2L_NR_CHANNELS)
			event_count[port]++;
		if (fifo_on_event)
			fifo_on_event(port, priority);
	}
	return head[cpu][priority] != 0;
}

void fifo_dispatch(void)
{
	unsigned int cpu = this_cpu()->id;
	uint32_t ready = 0;

	for (;;) {
		unsigned int priority;

		ready |= __atomic_exchange_n(&fifo_control[cpu]->ready, 0, __ATOMIC_SEQ_CST);
		if (!ready)
			return;
		priority = (unsigned int)__builtin_ctz(ready);
		if (!take(cpu, priority))
			ready &= ~(1u << priority);
	}
}
