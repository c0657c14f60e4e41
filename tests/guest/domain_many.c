/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: domains come and go by the hundred at the same cost, all of them work at
 * the same time, and when they are gone all that they had is back.
 *
 * Provocation: half of `domains=` (default 200) are made and all stay alive; each
 * has a ring, a page that it shares with this kernel, and an event channel of the
 * FIFO form at both ends. Each answers two questions, put to all before the first
 * answer is read. Then all are destroyed, and the other half goes the same way, at
 * whose end there must be as many free frames as at the end of the first. Prints
 * what the making and the ending of each took in TSC ticks ("MANY made 500 1234"),
 * and how many frames each cost beyond its own.
 */
#include "lib/guest.h"

#define ALIVE_MAX 500
#define OWN	  9 /* frames of a tiny domain: */
enum { CODE, RING, STACK, CONTROL, WORDS, L4, L3, L2, L1 };

/* Where they are in the domain's own space. */
#define AT(page) (0x400000ul + (page)*PAGE_SIZE)
#define LINK	 (PTE_P | PTE_RW | PTE_US | PTE_A | PTE_D)

struct ring {
	volatile uint64_t asked, answered, question, answer;
};

struct tiny {
	struct domain *domain;
	struct ring *ring;
	uint64_t ring_own; /* the frame that is behind it otherwise */
	uint64_t frame[OWN];
	uint32_t port, peer;
};

static struct tiny tinies[ALIVE_MAX];
static uint16_t ids[ALIVE_MAX];
static char windows[ALIVE_MAX][PAGE_SIZE] __attribute__((aligned(4096)));

/*
 * All that a tiny domain runs, on a page of its own: it reads no variable and
 * calls no function of this file.
 */
static void __attribute__((section(".text.tiny"), aligned(4096), noinline, noreturn))
tiny_main(struct ring *ring, uint32_t port, uint64_t control, uint64_t words)
{
	volatile uint32_t *word = (volatile uint32_t *)AT(WORDS) + port;
	struct pv_evtchn_init_control init = {.control_gfn = control};
	struct pv_evtchn_expand_array expand = {.array_gfn = words};
	struct pv_evtchn_send send = {.port = port};
	struct pv_sched_poll poll = {.ports = (uint64_t)&port, .nr_ports = 1};

	/* What was sent before comes along. A domain that cannot have the form is silent. */
	if (event_op(INIT_CONTROL, &init) || event_op(EXPAND_ARRAY, &expand))
		word = (volatile uint32_t *)AT(CONTROL);
	__atomic_fetch_or(word, FIFO_MASKED, __ATOMIC_SEQ_CST);
	for (;;) {
		if (!(__atomic_fetch_and(word, ~FIFO_PENDING, __ATOMIC_SEQ_CST) & FIFO_PENDING)) {
			sched_op(POLL, &poll);
			continue;
		}
		if (ring->asked == ring->answered)
			continue;
		ring->answer = ring->question * 3 + 1;
		ring->answered = ring->asked;
		event_op(SEND, &send);
	}
}

/* ---- making one ---- */

static int64_t tables_write(struct domain *d, const uint64_t *frame)
{
	static uint64_t table[512];
	int64_t rc = 0;

	for (unsigned int page = 0; page < OWN; page++)
		table[page] = PTE(frame[page], page < L4 ? PTE_FLAGS_RW : PTE_FLAGS_RO);
	rc = domain_write(d, frame[L1], table);
	memset(table, 0, sizeof(table));
	table[AT(0) >> 21 & 511] = PTE(frame[L1], LINK);
	if (!rc)
		rc = domain_write(d, frame[L2], table);
	table[AT(0) >> 21 & 511] = 0;
	table[0] = PTE(frame[L2], LINK);
	if (!rc)
		rc = domain_write(d, frame[L3], table);
	table[0] = PTE(frame[L3], LINK);
	if (!rc)
		rc = domain_write(d, frame[L4], table);
	table[0] = 0;
	return rc;
}

static int64_t channel_make(struct tiny *t)
{
	struct pv_evtchn_alloc_unbound alloc = {.dom = t->domain->id, .remote_dom = 0};
	struct pv_evtchn_bind_interdomain bind = {.remote_dom = t->domain->id};
	int64_t rc = event_op(ALLOC_UNBOUND, &alloc);

	t->peer = bind.remote_port = alloc.port;
	if (!rc)
		rc = event_op(BIND_INTERDOMAIN, &bind);
	t->port = bind.local_port;
	if (!rc)
		fifo_mask(t->port);
	return rc;
}

static int64_t tiny_start(struct tiny *t)
{
	static struct pv_vcpu_guest_context c;

	c = (struct pv_vcpu_guest_context){
		.flags = PV_VGCF_IN_KERNEL,
		.user_regs = {.rip = AT(CODE) + (uint64_t)tiny_main % PAGE_SIZE,
			      .rdi = AT(RING),
			      .rsi = t->peer,
			      .rdx = t->frame[CONTROL],
			      .rcx = t->frame[WORDS],
			      .rsp = AT(STACK + 1) - 8,
			      .rflags = EFLAGS_FIXED | EFLAGS_IF,
			      .cs = PV_FLAT_KERNEL_CS,
			      .ss = PV_FLAT_KERNEL_SS},
		.kernel_ss = PV_FLAT_KERNEL_SS,
		.kernel_sp = AT(STACK + 1) - 8,
	};
	return domain_start(t->domain, t->frame[L4], &c);
}

static int64_t tiny_make(struct tiny *t, unsigned int slot)
{
	static struct domain d;
	int64_t rc;

	t->domain = &d;
	for (unsigned int i = 0; i < OWN; i++)
		t->frame[i] = i;
	rc = domain_create(&d, 1, OWN);
	ids[slot] = d.id;
	if (!rc)
		rc = domain_populate(&d, t->frame, OWN);
	if (!rc)
		rc = domain_write(&d, t->frame[CODE],
				  (const void *)((uint64_t)tiny_main & ~(PAGE_SIZE - 1)));
	if (!rc)
		rc = tables_write(&d, t->frame);
	if (!rc)
		rc = channel_make(t);
	t->ring = (struct ring *)windows[slot];
	t->ring_own = va_to_mfn(t->ring);
	if (!rc)
		rc = domain_map(t->ring, d.id, PTE(t->frame[RING], PTE_FLAGS_RW));
	return rc ? rc : tiny_start(t);
}

static int64_t tiny_end(struct tiny *t, unsigned int slot)
{
	struct pv_evtchn_close close = {.port = t->port};
	struct domain d = {.id = ids[slot]};
	int64_t rc = map_va(t->ring, PTE(t->ring_own, PTE_FLAGS_RW));

	if (!rc)
		rc = event_op(CLOSE, &close);
	return rc ? rc : domain_destroy(&d);
}

/* ---- all of them ---- */

static uint64_t question(unsigned int slot, unsigned int round)
{
	return slot * 7919 + round;
}

static void ask_all(unsigned int n, unsigned int round)
{
	for (unsigned int i = 0; i < n; i++) {
		struct pv_evtchn_send send = {.port = tinies[i].port};

		tinies[i].ring->question = question(i, round);
		tinies[i].ring->asked = round + 1;
		expect_rc(event_op(SEND, &send), 0);
	}
}

static void hear_all(unsigned int n, unsigned int round)
{
	for (unsigned int i = 0; i < n; i++) {
		struct tiny *t = &tinies[i];
		struct pv_sched_poll poll = {.ports = (uint64_t)&t->port, .nr_ports = 1};

		poll.timeout = system_time() + MILLISECONDS(20000);
		for (;;) {
			__atomic_fetch_and(fifo_word(t->port), ~FIFO_PENDING, __ATOMIC_SEQ_CST);
			if (t->ring->answered == round + 1 || system_time() >= poll.timeout)
				break;
			sched_op(POLL, &poll);
		}
		expect_eq(t->ring->answered, round + 1);
		expect_eq(t->ring->answer, question(i, round) * 3 + 1);
	}
}

static bool wave(unsigned int first, unsigned int n)
{
	uint64_t before = free_frames(), start;

	for (unsigned int i = 0; i < n; i++) {
		int64_t rc;

		start = rdtsc();
		rc = tiny_make(&tinies[i], i);
		print("MANY made %u %lu\n", first + i + 1, rdtsc() - start);
		if (rc) {
			failure("domain %u of %u cannot be made: %ld", i + 1, n, rc);
			return false;
		}
	}
	print("MANY frames %u %lu\n", n, before - free_frames() - (uint64_t)n * OWN);
	for (unsigned int round = 0; round < 2; round++) {
		ask_all(n, round);
		hear_all(n, round);
	}
	print("MANY answered %u\n", n);
	for (unsigned int i = 0; i < n; i++) {
		int64_t rc;

		start = rdtsc();
		rc = tiny_end(&tinies[i], i);
		print("MANY ended %u %lu\n", first + i + 1, rdtsc() - start);
		expect_rc(rc, 0);
	}
	return true;
}

static unsigned int domains_wanted(void)
{
	unsigned int n = 0;

	for (const char *s = (const char *)start_info->cmd_line; *s; s++) {
		if (memcmp(s, "domains=", 8))
			continue;
		for (s += 8; *s >= '0' && *s <= '9'; s++)
			n = n * 10 + (unsigned int)(*s - '0');
		break;
	}
	return n ? n : 200;
}

void test_main(void)
{
	unsigned int half = domains_wanted() / 2;
	uint64_t first;

	if (half > ALIVE_MAX)
		half = ALIVE_MAX;
	expect_rc(fifo_init(0), 0);
	expect_rc(fifo_expand(), 0);
	if (!wave(0, half))
		return;
	first = free_frames_settled();
	if (!wave(half, half))
		return;
	expect_frames_back(first, half);
	print("MANY back %lu\n", free_frames());
}
