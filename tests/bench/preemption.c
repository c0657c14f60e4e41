/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How long a hypercall keeps an event waiting. A timer is set to expire at many
 * moments of the longest call of each family; what passes until its upcall runs
 * is the stretch that the hypervisor did not look up in. Under QEMU's -icount
 * shift=0 that is counted in instructions (a nanosecond each).
 *
 * Prints "PREEMPT <name> <longest stretch> <whole call>" per family.
 */
#include "lib/guest.h"

#define TABLES	40u
#define SAMPLES 60
#define LINK	(PTE_P | PTE_RW | PTE_US | PTE_A)
#define PAGES	512

static uint64_t expiry, longest, spread;
static volatile uint64_t upcalls;

static void timer_arm(uint64_t in)
{
	struct pv_vcpu_set_singleshot_timer t;

	expiry = system_time() + in;
	t = (struct pv_vcpu_set_singleshot_timer){.timeout_abs_ns = expiry};
	vcpu_op(SET_SINGLESHOT_TIMER, 0, &t);
}

/* Again soon, at another moment of the same call. */
static void on_timer(uint32_t port, struct frame *frame)
{
	uint64_t now = system_time();

	(void)port;
	(void)frame;
	upcalls++;
	if (now < expiry)
		return;
	if (now - expiry > longest)
		longest = now - expiry;
	spread = (spread * 7919 + 104729) % 30011;
	timer_arm(2000 + spread);
}

static void must(const char *what, int64_t rc)
{
	if (rc) {
		error("%s: %ld", what, rc);
		result_exit();
	}
}

/* Each family: prepare, run, and undo what would be in the way of the next run. */
static void report(const char *name, void (*prepare)(void), void (*run)(void), void (*undo)(void))
{
	uint64_t start, whole;

	if (prepare)
		prepare();
	start = rdtsc();
	run();
	whole = rdtsc() - start;
	if (undo)
		undo();
	longest = 0;
	for (unsigned int i = 0; i < SAMPLES; i++) {
		if (prepare)
			prepare();
		timer_arm(1500 + whole * i / SAMPLES);
		events_enable();
		run();
		events_disable();
		vcpu_op(STOP_SINGLESHOT_TIMER, 0, 0);
		expiry = ~0ull;
		if (undo)
			undo();
	}
	print("PREEMPT %s %lu %lu\n", name, longest, whole);
}

/* ---- page tables ---- */

static uint64_t *l1[TABLES], *l2, *l3, *l4;
static uint64_t *page[2];
static uint64_t frame[PAGES];

static void tree_make(void)
{
	l4 = page_alloc();
	l3 = page_alloc();
	l2 = page_alloc();
	for (unsigned int t = 0; t < TABLES; t++) {
		l1[t] = page_alloc();
		for (unsigned int i = 0; i < 512; i++)
			l1[t][i] = PTE(va_to_mfn(page[i & 1]), PTE_FLAGS_RW);
		l2[t] = PTE(va_to_mfn(l1[t]), LINK);
		must("table", set_readonly(l1[t]));
	}
	l3[0] = PTE(va_to_mfn(l2), LINK);
	l4[0] = PTE(va_to_mfn(l3), LINK);
	must("tables", set_readonly(l2) | set_readonly(l3) | set_readonly(l4));
}

static void tree_pin(void)
{
	must("pin", mmuext(PV_MMUEXT_PIN_L4_TABLE, va_to_mfn(l4), 0));
}

static void tree_unpin(void)
{
	must("unpin", mmuext(PV_MMUEXT_UNPIN_TABLE, va_to_mfn(l4), 0));
}

static struct pv_mmuext_op ops[PAGES];
static struct pv_mmu_update updates[PAGES];

static void ops_run(unsigned int n)
{
	must("mmuext", CALL4(MMUEXT_OP, ops, n, 0, PV_DOMID_SELF));
}

static void pin_tables(void)
{
	for (unsigned int t = 0; t < TABLES; t++)
		ops[t] = (struct pv_mmuext_op){.cmd = PV_MMUEXT_PIN_L1_TABLE,
					       .arg1.mfn = va_to_mfn(l1[t])};
	ops_run(TABLES);
}

static void unpin_tables(void)
{
	for (unsigned int t = 0; t < TABLES; t++)
		ops[t] = (struct pv_mmuext_op){.cmd = PV_MMUEXT_UNPIN_TABLE,
					       .arg1.mfn = va_to_mfn(l1[t])};
	ops_run(TABLES);
}

static void clear_pages(void)
{
	for (unsigned int i = 0; i < PAGES; i++)
		ops[i] = (struct pv_mmuext_op){.cmd = PV_MMUEXT_CLEAR_PAGE,
					       .arg1.mfn = va_to_mfn(page[0])};
	ops_run(PAGES);
}

static void copy_pages(void)
{
	for (unsigned int i = 0; i < PAGES; i++)
		ops[i] = (struct pv_mmuext_op){.cmd = PV_MMUEXT_COPY_PAGE,
					       .arg1.mfn = va_to_mfn(page[0]),
					       .arg2.src_mfn = va_to_mfn(page[1])};
	ops_run(PAGES);
}

/* Every update puts in one table, which is validated, and takes out another, which is taken down.
 */
static void update_upper(void)
{
	for (unsigned int i = 0; i < PAGES; i++) {
		updates[i].ptr = va_to_mfn(l2) << 12 | 8 * 511;
		updates[i].val = PTE(va_to_mfn(l1[i % TABLES]), LINK);
	}
	updates[PAGES - 1].val = 0;
	must("mmu_update", CALL4(MMU_UPDATE, updates, PAGES, 0, PV_DOMID_SELF));
}

static void pin_l2(void)
{
	memset(l2, 0, PAGE_SIZE);
	must("l2", set_readonly(l2));
	must("pin", mmuext(PV_MMUEXT_PIN_L2_TABLE, va_to_mfn(l2), 0));
}

static void unpin_l2(void)
{
	must("unpin", mmuext(PV_MMUEXT_UNPIN_TABLE, va_to_mfn(l2), 0));
	must("l2", set_writable(l2));
}

/* Level 1 entries that map frames whose last use was as tables. */
static void frames_were_tables(void)
{
	for (unsigned int i = 0; i < PAGES; i++) {
		must("pin", mmuext(PV_MMUEXT_PIN_L1_TABLE, frame[i], 0));
		must("unpin", mmuext(PV_MMUEXT_UNPIN_TABLE, frame[i], 0));
	}
	must("writable", set_writable(l1[0]));
	for (unsigned int i = 0; i < PAGES; i++)
		l1[0][i] = PTE(frame[i], PTE_FLAGS_RW);
	must("readonly", set_readonly(l1[0]));
}

static void pin_one(void)
{
	must("pin", mmuext(PV_MMUEXT_PIN_L1_TABLE, va_to_mfn(l1[0]), 0));
}

static void unpin_one(void)
{
	must("unpin", mmuext(PV_MMUEXT_UNPIN_TABLE, va_to_mfn(l1[0]), 0));
}

static void update_frames(void)
{
	for (unsigned int i = 0; i < PAGES; i++) {
		updates[i].ptr = va_to_mfn(l1[0]) << 12 | 8 * i;
		updates[i].val = 0;
	}
	must("mmu_update", CALL4(MMU_UPDATE, updates, PAGES, 0, PV_DOMID_SELF));
}

/* ---- descriptors ---- */

static uint64_t gdt[14];

static void gdt_prepare(void)
{
	for (unsigned int i = 0; i < 14; i++) {
		uint64_t *descriptors = map_mfn(frame[i], PTE_FLAGS_RW);

		for (unsigned int j = 0; j < 512; j++)
			descriptors[j] = 0x00cf93000000ffff;
		must("unmap", map_va(descriptors, 0));
		gdt[i] = frame[i];
	}
}

static void gdt_dirty(void)
{
	static void *window;

	/* Mapped writable meanwhile, they have to be looked at again. */
	if (!window)
		window = page_alloc();
	for (unsigned int i = 0; i < 14; i++)
		must("map", map_va(window, PTE(gdt[i], PTE_FLAGS_RW)));
	must("unmap", map_va(window, 0));
}

static void gdt_set(void)
{
	must("gdt", CALL2(SET_GDT, gdt, 14 * 512));
}

static void gdt_unset(void)
{
	must("no gdt", CALL2(SET_GDT, gdt, 0));
}

/* ---- memory ---- */

static uint64_t list[PAGES], big;
static uint64_t pfn_first;

static void reservation(uint64_t cmd, uint64_t *start, uint64_t n, unsigned int order)
{
	struct pv_memory_reservation r = {.extent_start = (uint64_t)start,
					  .nr_extents = n,
					  .extent_order = order,
					  .domid = PV_DOMID_SELF};
	int64_t rc = CALL2(MEMORY_OP, cmd, &r);

	must("reservation", rc == (int64_t)n ? 0 : rc < 0 ? rc : -PV_ENOMEM);
}

static void singles_populate(void)
{
	for (unsigned int i = 0; i < PAGES; i++)
		list[i] = pfn_first + i;
	reservation(PV_XENMEM_POPULATE_PHYSMAP, list, PAGES, 0);
}

static void singles_decrease(void)
{
	reservation(PV_XENMEM_DECREASE_RESERVATION, list, PAGES, 0);
}

static void big_populate(void)
{
	big = pfn_first;
	reservation(PV_XENMEM_POPULATE_PHYSMAP, &big, 1, 9);
}

static void big_increase(void)
{
	reservation(PV_XENMEM_INCREASE_RESERVATION, &big, 1, 9);
}

static void big_decrease(void)
{
	reservation(PV_XENMEM_DECREASE_RESERVATION, &big, 1, 9);
}

static void exchange(uint64_t *in, unsigned int in_order, uint64_t *out, unsigned int out_order)
{
	struct pv_memory_exchange x = {
		.in = {.extent_start = (uint64_t)in,
		       .nr_extents = 512 >> in_order,
		       .extent_order = in_order,
		       .domid = PV_DOMID_SELF},
		.out = {.extent_start = (uint64_t)out,
			.nr_extents = 512 >> out_order,
			.extent_order = out_order,
			.domid = PV_DOMID_SELF},
	};

	must("exchange", memory_op(EXCHANGE, &x));
}

static void exchange_up(void)
{
	big = pfn_first;
	exchange(list, 0, &big, 9);
}

static void exchange_down(void)
{
	for (unsigned int i = 0; i < PAGES; i++)
		list[i] = pfn_first + i;
	exchange(&big, 9, list, 0);
}

/* ---- domains ---- */

static struct domain d;
static struct pv_domctl_getdomaininfo infos[300];

static void domain_make(void)
{
	must("domain", domain_create(&d, 1, 20000));
}

static void domain_end(void)
{
	must("destroy", domain_destroy(&d));
}

static void domain_vcpus(void)
{
	must("domain", domain_create(&d, 128, 20000));
}

/* Its memory is scattered: one frame of two. */
static void domain_fill(void)
{
	domain_make();
	for (unsigned int n = 0; n < 16; n++) {
		for (unsigned int i = 0; i < PAGES; i++)
			list[i] = n * PAGES + i;
		must("populate", domain_populate(&d, list, PAGES));
	}
}

static void frame_infos(void)
{
	static uint64_t array[1024];
	struct pv_domctl op = {.u.getpageframeinfo3 = {.num = 1024, .array = (uint64_t)array}};

	for (unsigned int i = 0; i < 1024; i++)
		array[i] = list[i % PAGES];
	must("frame info", domctl(&op, PV_DOMCTL_GETPAGEFRAMEINFO3, d.id));
	if (array[1023] != PV_DOMCTL_PFINFO_NOTAB)
		failure("the last frame's type is 0x%lx", array[1023]);
}

static uint16_t many[290];

static void domains_make(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(many); i++) {
		domain_make();
		many[i] = d.id;
	}
}

static void domains_end(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(many); i++) {
		d.id = many[i];
		domain_end();
	}
}

static void domains_list(void)
{
	struct pv_sysctl s = {.cmd = PV_SYSCTL_GETDOMAININFOLIST,
			      .interface_version = PV_SYSCTL_INTERFACE_VERSION};

	s.u.getdomaininfolist.max_domains = ARRAY_SIZE(infos);
	s.u.getdomaininfolist.buffer = (uint64_t)infos;
	must("list", CALL1(SYSCTL, &s));
	expect_eq(s.u.getdomaininfolist.num_domains, ARRAY_SIZE(many) + 1);
	expect_eq(infos[0].domain, 0);
	expect_eq(infos[ARRAY_SIZE(many)].domain, many[ARRAY_SIZE(many) - 1]);
}

static void affinity(void)
{
	static uint8_t map[8192];
	struct pv_domctl op = {.u.nodeaffinity.nodemap = {(uint64_t)map, 65536}};

	must("affinity", domctl(&op, PV_DOMCTL_GETNODEAFFINITY, d.id));
}

static void log_read(void)
{
	static char text[16384];
	struct pv_sysctl s = {.cmd = PV_SYSCTL_READCONSOLE,
			      .interface_version = PV_SYSCTL_INTERFACE_VERSION};

	s.u.readconsole.buffer = (uint64_t)text;
	s.u.readconsole.count = sizeof(text);
	must("log", CALL1(SYSCTL, &s));
}

void test_main(void)
{
	struct pv_evtchn_bind_virq virq = {.virq = PV_VIRQ_TIMER, .vcpu = 0};
	struct pv_domctl max = {.u.max_mem = {~0ull >> 12}};

	must("virq", event_op(BIND_VIRQ, &virq));
	event_handler(virq.port, on_timer);
	must("own limit", domctl(&max, PV_DOMCTL_MAX_MEM, 0));
	page[0] = page_alloc();
	page[1] = page_alloc();
	for (unsigned int i = 0; i < PAGES; i++)
		frame[i] = unmapped_mfn();
	pfn_first = start_info->nr_pages + 1024;

	tree_make();
	report("pin_tree", NULL, tree_pin, tree_unpin);
	report("unpin_tree", tree_pin, tree_unpin, NULL);
	report("pin_tables", NULL, pin_tables, unpin_tables);
	report("unpin_tables", pin_tables, unpin_tables, NULL);
	must("l2", set_writable(l2) | set_writable(l3) | set_writable(l4));
	report("update_tables", pin_l2, update_upper, unpin_l2);
	report("clear_pages", NULL, clear_pages, NULL);
	report("copy_pages", NULL, copy_pages, NULL);
	report("pin_retyped", frames_were_tables, pin_one, unpin_one);
	frames_were_tables();
	pin_one();
	update_frames();
	unpin_one();
	gdt_prepare();
	report("set_gdt", gdt_dirty, gdt_set, gdt_unset);
	report("populate_512", NULL, singles_populate, singles_decrease);
	report("decrease_512", singles_populate, singles_decrease, NULL);
	report("populate_order_9", NULL, big_populate, big_decrease);
	report("increase_order_9", NULL, big_increase, big_decrease);
	report("decrease_order_9", big_populate, big_decrease, NULL);
	report("exchange_to_order_9", singles_populate, exchange_up, big_decrease);
	report("exchange_to_order_0", big_populate, exchange_down, singles_decrease);
	report("create_domain", NULL, domain_make, domain_end);
	report("create_128_vcpus", NULL, domain_vcpus, domain_end);
	report("destroy_128_vcpus", domain_vcpus, domain_end, NULL);
	report("destroy_32_mib", domain_fill, domain_end, NULL);
	domain_fill();
	report("frame_info_1024", NULL, frame_infos, NULL);
	report("node_affinity", NULL, affinity, NULL);
	domain_end();
	domains_make();
	report("list_domains", NULL, domains_list, NULL);
	domains_end();
	report("read_console", NULL, log_read, NULL);
	print("PREEMPT upcalls %lu 0\n", upcalls);
}
